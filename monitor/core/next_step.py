"""The next step in an open case: a step on a day, or a person's decision. A case that has neither is lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.core.account import Labelled
from monitor.core.case import Case
from monitor.core.finding import Finding, Pacing, State, Support

LATE = timedelta(hours=1)
"""How long after its moment an account may still wait to be judged."""


class NoNextStep(Labelled):
    """Why nothing comes next in an open case."""

    UNJUDGED = "unjudged", "没有规则再判定它"
    OVERDUE = "overdue", "到了判定的时间而没有判定"
    NOBODY = "nobody", "等待操作员处理，而操作员没有可用的通知渠道"
    UNTOLD = "untold", "走完了所有渠道，仍没有通知到任何人"


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """An open case, and what may move it."""

    case: Case
    pacing: Pacing | None
    """None where no rule in force judges it."""
    finding: Finding | None
    """The rule's last finding."""
    judged_at: datetime | None
    """When its account is judged next."""
    is_untold: bool
    """True if some word of its last step was given to nobody, and no way is left."""
    is_muted: bool = False
    """True if what the unit is to hear waits for the end of a mute: that is when it moves."""
    has_operator: bool
    """True if any channel leads to the operator."""
    is_look_due: bool = False
    """True if it is the turn of a look at its account, or one is under way: after a pause much is not seen yet."""


def no_next_step(situation: Situation, now: datetime) -> NoNextStep | None:
    """Return why nothing comes next; None where something does, or where somebody named is waited for."""
    if situation.pacing is None or situation.finding is None or situation.judged_at is None:
        return NoNextStep.UNJUDGED
    if now - situation.judged_at > LATE:
        return NoNextStep.OVERDUE
    if situation.is_untold and not situation.case.acknowledgements and not situation.is_muted:
        return NoNextStep.UNTOLD
    is_the_operators = not (moves_by_itself(situation.pacing, situation.finding) or _is_coming(situation, now))
    return NoNextStep.NOBODY if is_the_operators and not situation.has_operator else None


def _is_coming(situation: Situation, now: datetime) -> bool:
    """True if a case waits for sight only, and the look that may bring it, or the judgement of it, is due."""
    finding, judged_at = situation.finding, situation.judged_at
    is_unseen = finding is not None and (finding.state is State.UNKNOWN or finding.support is Support.BLIND)
    return is_unseen and (situation.is_look_due or (judged_at is not None and judged_at <= now))


def moves_by_itself(pacing: Pacing, finding: Finding) -> bool:
    """True if time alone brings the next step; if not, the operator is waited for.

    The ladder never ends (`Ladder.coming`), a suspicion goes up by working days. A blind source is the operator's to
    see to, and so is every task.
    """
    match pacing:
        case Pacing.LADDER:
            is_seen = finding.state is not State.UNKNOWN and finding.support is not Support.BLIND
            return is_seen and finding.days is not None
        case Pacing.VERIFY:
            return finding.state in {State.SUSPECTED, State.VIOLATED}
        case Pacing.TASK:
            return False
