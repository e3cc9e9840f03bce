"""From what a rule says to what is held: what people decided, scopes that are pending, and those it is silent about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from monitor.core.account import Scope
from monitor.core.calendar import beijing_date
from monitor.core.decision import Decision, Ruling, exemptions, in_force, parties
from monitor.core.deregistration import End, end_of
from monitor.core.finding import (
    AreaRule,
    Basis,
    Finding,
    Known,
    Proposal,
    RuleBook,
    State,
    Strength,
    put_to_the_office,
)
from monitor.core.lasting import with_beginnings
from monitor.core.obligations import asks_whether_it_stays
from monitor.core.phrases import dated
from monitor.core.record import RecordKind
from monitor.core.register import Register, pending_since
from monitor.core.subject import SubjectKind

_DISPOSALS = frozenset({Ruling.EXEMPTED, Ruling.RETAINED, Ruling.CONSOLIDATED, Ruling.DEREGISTERED})


def reviewed(finding: Finding, decisions: Iterable[Decision], now: datetime, end: End | None = None) -> Finding:
    """Return a finding as it stands after what people decided about whom it is on and did not revoke.

    The latest exemption exempts from what would be held or warned of, where the clause is not 一律 or 不得; 保留 does
    where the rule asks whether the account stays, and answers that question where it is open. A confirmation makes a
    doubt a violation, 误报 dismisses it. The judgement stays in the sentence: nothing is hidden from the ledger.
    `end` is what was decided that the account comes to, under whichever rule: where that answers what a finding puts
    to the review, nobody is asked again.
    """
    ruled = _ruled(finding, decisions, now)
    return _with_end(ruled, end, beijing_date(now)) if end and _asks_for_an_end(ruled) else ruled


def end_in(register: Register, account_id: str) -> End | None:
    """Return the end that was decided for an account of an area (see `end_of`)."""
    account = register.by_id.get(account_id)
    if account is None:
        return None
    marked = register.records_of_this_life(RecordKind.DEREGISTRATION, account_id)
    return end_of(account, register.versions_of(account_id), register.decisions_of(account_id), marked)


def end_known(known: Known) -> End | None:
    """Return the same of what is known of an account."""
    marked = known.records_of(RecordKind.DEREGISTRATION)
    return end_of(known.account, known.versions, in_force(known.decisions), marked)


def may_be_listed(known: Known, gap: Finding | None, on: date) -> bool:
    """True if an account can be proposed on a day for what a rule says of its gap: what is announced must be possible.

    It cannot without the rule, while the account is exempted from it, or once its stay or its end was decided.
    """
    if gap is None or gap.decided is not None or gap.state is State.NOT_APPLICABLE:
        return False
    spared = (decision for decision in exemptions(known.decisions) if decision.rule == gap.rule)
    is_spared = any(decision.valid_until is None or on <= decision.valid_until for decision in spared)
    return not is_spared and end_known(known) is None


_OF_ENDS = frozenset({Proposal.DEREGISTER, Proposal.CONSOLIDATE, Proposal.CANCEL})


def _asks_for_an_end(finding: Finding) -> bool:
    """True if what it asks is whether the account stays, or it proposes that it does not."""
    return asks_whether_it_stays(finding.rule) or not _OF_ENDS.isdisjoint(finding.proposals)


def _with_end(finding: Finding, end: End, today: date) -> Finding:
    """Return a trouble with the decided end of its account: as answered, or with what is still to be decided.

    What is only suspected is to be found out first, and asks nothing of the review.
    """
    if not finding.state.is_trouble or finding.state is State.SUSPECTED:
        return finding
    left = _left_open(finding, end)
    return replace(
        finding, decided=None if left else end.ruling, because=f"{finding.because}{_told(finding, end, left, today)}"
    )


def _told(finding: Finding, end: End, left: Collection[Proposal], today: date) -> str:
    """Return the end and what it leaves open as a sentence; of one that the finding names already, only the latter."""
    is_said = finding.because.endswith(_ended(end.ruling, end.by))
    said = [] if is_said else [f"{dated(end.on, today)}已决定{end.ruling.label}{f'（{end.by}）' if end.by else ''}"]
    asked = "、".join(proposal.label for proposal in left if proposal is not Proposal.REVIEW)
    if left:
        said.append(f"仍待研判是否{asked}" if asked else "仍待研判")
    return f"{'，'.join(said)}。" if said else ""


def _ended(ruling: Ruling, by: str) -> str:
    return f"已决定{ruling.label}（{by}）。"


def _left_open(finding: Finding, end: End) -> tuple[Proposal, ...]:
    """Return what a finding proposes that the end of its account does not answer.

    An account that is 注销 stays no more, and need not be merged; of one that is merged it is open whether it ends.
    """
    if end.ruling is Ruling.DEREGISTERED and asks_whether_it_stays(finding.rule):
        return ()
    answered = {Proposal.CONSOLIDATE}
    if end.ruling is Ruling.DEREGISTERED:
        answered |= {Proposal.DEREGISTER, Proposal.CANCEL}
    return tuple(proposal for proposal in finding.proposals if proposal not in answered)


def _ruled(finding: Finding, decisions: Iterable[Decision], now: datetime) -> Finding:
    """Return a finding as what was decided about whom it is on, under its own rule, leaves it."""
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
        end = end_in(register, finding.account) if finding.account else None
        yield reviewed(finding, register.standing_decisions_on(finding.subject), now, end)


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
            return replace(finding, because=f"{finding.because}{_ended(decision.ruling, by)}")
        case Ruling.CONFIRMED | Ruling.REJECTED | Ruling.REVOKED:
            return None


def _retained(finding: Finding, by: str) -> Finding | None:
    if finding.state is State.NEEDS_REVIEW and finding.strength.admits(Ruling.RETAINED):
        said = f"{finding.because}已决定保留（{by}）。"
        return replace(finding, state=State.OK, proposals=(), because=said, decided=Ruling.RETAINED)
    return _spared(finding, Ruling.RETAINED, f"已决定保留（{by}）")


def _spared(finding: Finding, ruling: Ruling, why: str) -> Finding | None:
    if not finding.strength.admits(ruling) or not finding.state.is_held_against:
        return None  # whoever has done nothing wrong for certain has nothing to be spared
    said = f"{finding.because}{why}。"
    return replace(finding, state=State.EXEMPTED, proposals=(), because=said, decided=ruling)


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
        said = f"{finding.because}经人工核实为误报。"
        return replace(finding, state=State.OK, proposals=(), because=said, decided=Ruling.REJECTED)
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
