"""The decisions that a finding allows as it stands: the one place that says so to commands, pages and messages.

Every recommendation of a decision asks here, so that it never leads to one that is refused.
"""

from __future__ import annotations

from monitor.core.case import DOWNLOADS
from monitor.core.decision import ENDING, FOUND_OUT, WHOM, Ruling
from monitor.core.finding import Finding, State, Strength
from monitor.core.obligations import asks_whether_it_stays
from monitor.core.subject import SubjectKind


def why_not(ruling: Ruling, rule: str, title: str, *, on: SubjectKind, strength: Strength | None) -> str | None:
    """Return why a rule, whose findings are on such subjects, admits no such decision at any time; None if it does.

    One or two Chinese clauses without their full stop: why, and what to do instead where that is always the same.
    """
    if strength is not None and not strength.admits(ruling):
        return f"{rule}“{title}”是“一律”“不得”的要求，不能{ruling.label}；事实有误的，请更正台账或清单"
    if ruling is Ruling.RETAINED and not asks_whether_it_stays(rule):
        return f"“保留”只决定账号去留，不免除{rule}“{title}”的要求"
    if ruling in ENDING and on is not SubjectKind.ACCOUNT:
        return f"{rule}“{title}”针对{WHOM[on]}，{ruling.label}只能决定到账号，请就该账号登记"
    return None


def refusal(ruling: Ruling, finding: Finding, title: str) -> str | None:
    """Return why this cannot be decided about a finding now, as Chinese clauses without a full stop; None if it can.

    撤销 is of decisions and not of findings: whether there is one is for its caller to say.
    """
    why = why_not(ruling, finding.rule, title, on=finding.subject.kind, strength=finding.strength)
    if why is not None:
        return why
    if ruling in FOUND_OUT and not _is_doubtful(finding):
        return f"“{title}”目前为“{finding.label}”，没有待核实的疑似情况"
    if ruling is Ruling.EXEMPTED and not _can_be_spared(finding.state):
        return f"“{title}”目前为“{finding.label}”，没有可以豁免的问题"
    return None


def decidable(finding: Finding) -> tuple[Ruling, ...]:
    """Return every decision that can be made about a finding now."""
    rulings = (ruling for ruling in Ruling if ruling is not Ruling.REVOKED)
    return tuple(ruling for ruling in rulings if refusal(ruling, finding, "") is None)


def recommended(finding: Finding) -> tuple[Ruling, ...]:
    """Return those that answer what the finding asks; none where something else is to be done about it.

    That an account goes or moves is no answer to a duty, though it can always be decided.
    """
    if not finding.state.is_trouble or not finding.is_decided_by_people:
        return ()
    is_answer = asks_whether_it_stays(finding.rule)
    return tuple(ruling for ruling in decidable(finding) if ruling not in ENDING or is_answer)


def advice(finding: Finding) -> str:
    """Return what is to be done about a finding before, or instead of, a decision: a Chinese clause."""
    match finding.state:
        case State.SUSPECTED:
            return "请核实"
        case State.NEEDS_REVIEW:
            return "请研判" if finding.is_decided_by_people else "请按说明办理"
        case State.WARNING | State.VIOLATED:
            return "请督促落实"
        case State.UNKNOWN:
            return "请先核查"
        case State.OK | State.NOT_APPLICABLE | State.EXEMPTED:
            return "无需办理"


def _can_be_spared(state: State) -> bool:
    """True if it can be exempted: what is held or warned of, and what is exempted already, for longer."""
    return state.is_held_against or state is State.EXEMPTED


def _is_doubtful(finding: Finding) -> bool:
    is_downloads = finding.rule == DOWNLOADS and finding.state is State.VIOLATED
    return finding.state.is_doubt or is_downloads
