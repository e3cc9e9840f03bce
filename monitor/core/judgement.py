"""From what a rule says to what is held: what people decided, scopes that are pending, and those it is silent about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from monitor.core.account import Scope
from monitor.core.calendar import beijing_date
from monitor.core.decision import Decision, Ruling, parties
from monitor.core.finding import (
    AreaRule,
    Basis,
    Finding,
    Proposal,
    RuleBook,
    State,
    Strength,
    put_to_the_office,
)
from monitor.core.lasting import with_beginnings
from monitor.core.obligations import asks_whether_it_stays
from monitor.core.phrases import dated
from monitor.core.register import Register, pending_since
from monitor.core.subject import SubjectKind

_DISPOSALS = frozenset({Ruling.EXEMPTED, Ruling.RETAINED, Ruling.CONSOLIDATED, Ruling.DEREGISTERED})


def reviewed(finding: Finding, decisions: Iterable[Decision], now: datetime) -> Finding:
    """Return a finding as it stands after what people decided about whom it is on and did not revoke.

    The latest exemption exempts from what would be held or warned of, where the clause is not 一律 or 不得; 保留 does
    where the rule asks whether the account stays, and answers that question where it is open. A confirmation makes a
    doubt a violation, 误报 dismisses it. The judgement stays in the sentence: nothing is hidden from the ledger.
    """
    mine = [decision for decision in decisions if decision.rule == finding.rule]
    if not mine or finding.state.is_settled:
        return finding
    disposals = [decision for decision in mine if decision.ruling in _DISPOSALS]
    if disposals and (settled := _disposed(finding, disposals[-1], beijing_date(now))):
        return settled
    found = [decision for decision in mine if decision.ruling not in _DISPOSALS and _concerns(decision, finding)]
    return _found_out(finding, found[-1]) if found else finding


def area_findings(rule: AreaRule, register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield what a rule says of an area, and what follows from decisions and pending scopes."""

    def said(of: Register, at: datetime) -> Iterator[Finding]:
        for finding in rule.judge(of, book, at):
            account = of.by_id.get(finding.account or "")
            waits = rule.waits_for_scope and account is not None and account.scope is Scope.PENDING
            if waits and finding.state.is_held_against:
                put = put_to_the_office(finding, pending_since(of.earlier.get(finding.account or "", ())))
                # a rule that does not say itself since when is asked about the past (see `lasting`)
                yield put if rule.reach is None else replace(put, since=None)
            else:
                yield finding

    for finding in with_beginnings(rule, said(register, now), register, book, now, said):
        yield reviewed(finding, register.standing_decisions_on(finding.subject), now)


def silent(rule: AreaRule, register: Register, book: RuleBook, said: Collection[Finding]) -> Iterator[Finding]:
    """Yield the rule's word on those of an area that it said nothing of: they are fine, or not bound."""
    match rule.on:
        case SubjectKind.ACCOUNT:
            named = {finding.account for finding in said}
            for account in register.accounts:
                if account.id not in named:
                    draft = quiet(rule, account.area, book, is_bound=rule.binds(account, book))
                    yield replace(draft, account=account.id, unit=account.unit)
        case SubjectKind.UNIT:
            for unit in sorted(register.of_unit.keys() - {finding.unit for finding in said}):
                is_bound = any(rule.binds(account, book) for account in register.of_unit[unit])
                yield replace(quiet(rule, register.area, book, is_bound=is_bound), unit=unit)
        case SubjectKind.AREA:
            if not said:
                yield quiet(rule, register.area, book, is_bound=bool(register.judged))


def words(rule: AreaRule, register: Register, book: RuleBook, now: datetime) -> tuple[Finding, ...]:
    """Return the rule's word on everybody of an area, on those too of whom it says nothing."""
    said = tuple(area_findings(rule, register, book, now))
    return (*said, *silent(rule, register, book, said))


def quiet(rule: AreaRule, area: str | None, book: RuleBook, *, is_bound: bool) -> Finding:
    """Return what silence of a rule means, for an area; accounts and units are filled in by the caller."""
    return Finding(
        rule=rule.id,
        area=area,
        state=State.OK if is_bound else State.NOT_APPLICABLE,
        strength=book.strengths[rule.id],
        basis=Basis.REGISTRY,
        clause=book.clauses[rule.id],
        because=f"{rule.says[State.OK]}。" if is_bound else "本项不涉及该账号。",
        episode=rule.id,
    )


def _disposed(finding: Finding, decision: Decision, today: date) -> Finding | None:
    by = parties(decision)
    match decision.ruling:
        case Ruling.EXEMPTED:
            is_valid = decision.valid_until is None or today <= decision.valid_until
            until = f"至{dated(decision.valid_until, today)}" if decision.valid_until else ""
            return _spared(finding, decision.ruling, f"已豁免{until}（{by}）") if is_valid else None
        case Ruling.RETAINED:
            is_answer = asks_whether_it_stays(finding.rule) and _concerns(decision, finding)
            return _retained(finding, by) if is_answer else None
        case Ruling.CONSOLIDATED | Ruling.DEREGISTERED:
            if not _concerns(decision, finding):
                return None
            return replace(finding, because=f"{finding.because}已决定{decision.ruling.label}（{by}）。")
        case Ruling.CONFIRMED | Ruling.REJECTED | Ruling.REVOKED:
            return None


def _retained(finding: Finding, by: str) -> Finding | None:
    if finding.state is State.NEEDS_REVIEW and finding.strength.admits(Ruling.RETAINED):
        return replace(finding, state=State.OK, proposals=(), because=f"{finding.because}已决定保留（{by}）。")
    return _spared(finding, Ruling.RETAINED, f"已决定保留（{by}）")


def _spared(finding: Finding, ruling: Ruling, why: str) -> Finding | None:
    if not finding.strength.admits(ruling) or not finding.state.is_held_against:
        return None  # whoever has done nothing wrong for certain has nothing to be spared
    return replace(finding, state=State.EXEMPTED, proposals=(), because=f"{finding.because}{why}。")


def _concerns(decision: Decision, finding: Finding) -> bool:
    """True if a decision was made on this trouble; one from a file names none and means the one that stood then.

    A trouble without a name of its own is the one that has lasted since before the decision. The day of one from a
    file is known, and no hour of it: it means what began on that day too.
    """
    if decision.episode and decision.episode != finding.episode:
        return False
    if finding.begun_at is not None:
        if decision.episode:
            return finding.begun_at <= decision.at
        return beijing_date(finding.begun_at) <= beijing_date(decision.at)
    if decision.episode:
        return True
    if finding.state is State.UNKNOWN:  # nor is it known that it stood then
        return False
    return finding.since is None or finding.since <= beijing_date(decision.at)


def _found_out(finding: Finding, decision: Decision) -> Finding:
    doubtful = finding.state.is_doubt
    if decision.ruling is Ruling.CONFIRMED and doubtful:
        because = f"{finding.because}已经人工核实确认（{decision.by}）。"
        return replace(finding, state=State.VIOLATED, because=because)
    # a gap without updates is a matter of days, not of opinion
    if decision.ruling is Ruling.REJECTED and finding.days is None and finding.state is not State.UNKNOWN:
        return replace(finding, state=State.OK, proposals=(), because=f"{finding.because}经人工核实为误报。")
    return finding


def headline(findings: Sequence[Finding]) -> Finding | None:
    """Return the finding whose action is the strongest: 注销 > 清理整合/取消 > 整改 > 预警; 一律 before 原则上.

    None where no finding proposes anything.
    """
    proposing = [finding for finding in findings if finding.proposals and not finding.state.is_settled]
    return min(proposing, key=_rank, default=None)


_ACTIONS = (
    Proposal.DEREGISTER,
    Proposal.CONSOLIDATE,
    Proposal.CANCEL,
    Proposal.RECTIFY,
    Proposal.FILE,
    Proposal.DEDUCT,
    Proposal.REVIEW,
    Proposal.WARN,
)
_CERTAINTY = (State.VIOLATED, State.WARNING, State.SUSPECTED, State.NEEDS_REVIEW)


def _rank(finding: Finding) -> tuple[int, int, int, str]:
    action = min(_ACTIONS.index(proposal) for proposal in finding.proposals)
    certain = _CERTAINTY.index(finding.state) if finding.state in _CERTAINTY else len(_CERTAINTY)
    return (tuple(Strength).index(finding.strength), action, certain, finding.rule)
