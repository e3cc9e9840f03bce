"""How things stand with what people are to be told of, judged once more before it is said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.core.account import Role
from monitor.core.calendar import beijing_date
from monitor.core.case import LADDER, Case, Ladder, StepKind
from monitor.core.finding import Finding, Known
from monitor.core.judgement import may_be_listed, words
from monitor.core.message import Attempt
from monitor.core.mute import Mute
from monitor.core.news import EarlierWord
from monitor.core.notice import Notice, Recheck, is_muted, recheck
from monitor.core.rules.upd_03 import ID as LONG_GAPS
from monitor.pipeline.evaluate import RulesInForce
from monitor.store import Tx, cases, facts, outbox, records, registers


@dataclass(frozen=True, slots=True, kw_only=True)
class RecheckContext:
    """How things stand with the accounts of some notices, judged now."""

    known: Mapping[str, Known]
    findings: Mapping[tuple[str, str], Finding]
    open_cases: Mapping[tuple[str, str], Case]
    ladder: Ladder
    mutes: tuple[Mute, ...]
    heard: frozenset[tuple[int, str]]
    """Who was told of a trouble that is now over, by case and person."""
    told: Mapping[int, tuple[EarlierWord, ...]] = field(default_factory=dict)
    """What was said before, by case, oldest first."""
    failed: Mapping[int, tuple[tuple[Role, Attempt], ...]] = field(default_factory=dict)
    """By which ways a notice could not be told, and why, by its id."""

    def may_be_listed(self, notice: Notice, now: datetime) -> bool:
        """Return whether the gap that a notice tells of can put its account on the list of those proposed."""
        finding, today = self.findings[notice.account, notice.rule], beijing_date(now)
        reached = today + timedelta(days=max(0, self.ladder.propose - (finding.days or 0)))
        return may_be_listed(self.known[notice.account], self.findings.get((notice.account, LONG_GAPS)), reached)

    def verdict(self, notice: Notice) -> Recheck:
        """Return whether a notice is still true, and may be said now.

        Notices whose account is not judged now wait: with an account that left the roster its notices are ended anyway,
        and a clock that was put back behind the roster must not end those of all others.
        """
        finding = self.findings.get((notice.account, notice.rule))
        if finding is None:
            return Recheck.WAIT
        case = self.open_cases.get((notice.account, notice.rule))
        episode = case.episode if case and case.id == notice.case else ""
        verdict = recheck(notice, episode, finding, self.ladder)
        if verdict is not Recheck.SEND:
            return verdict
        if notice.kind is StepKind.RECOVERED and (notice.case, notice.person) not in self.heard:
            return Recheck.DROP  # a trouble that was never told needs no end
        return Recheck.WAIT if is_muted(notice, self.known[notice.account].account, self.mutes) else Recheck.SEND


def recheck_context(tx: Tx, rules_in_force: RulesInForce, notices: Sequence[Notice], now: datetime) -> RecheckContext:
    """Return how things stand with the accounts of these notices: all of it read and judged now."""
    asked: dict[str, set[str]] = defaultdict(set)
    for notice in notices:
        asked[notice.account].add(notice.rule)
    rules = set().union(*asked.values())
    for its_rules in asked.values():
        if LADDER in its_rules:
            its_rules.add(LONG_GAPS)  # the words of the ladder say what it may lead to
    known = {known.account.id: known for known in facts.known(tx, asked, now=now, is_whole=False)}
    findings = {
        (account, rule.id): finding
        for account, item in known.items()
        for rule, finding in rules_in_force.findings(item, now, asked[account])
    }
    findings |= _said_of_areas(tx, rules_in_force, notices, known, now)
    return RecheckContext(
        known=known,
        findings=findings,
        open_cases=cases.open_cases(tx, asked, rules),
        ladder=Ladder.of(rules_in_force.book(now)),
        mutes=records.mutes_on(tx, beijing_date(now)),
        heard=outbox.heard(tx, {notice.case for notice in notices if notice.kind is StepKind.RECOVERED}),
        told=_told_before(tx, {notice.case for notice in notices}),
        failed=outbox.failed_ways(tx, [notice.id for notice in notices if notice.route]),
    )


def _told_before(tx: Tx, case_ids: Collection[int]) -> dict[int, tuple[EarlierWord, ...]]:
    told: defaultdict[int, list[EarlierWord]] = defaultdict(list)
    for notice, at in outbox.told_before(tx, case_ids):
        said = EarlierWord(on=beijing_date(at), role=notice.role, kind=notice.kind, number=notice.number)
        told[notice.case].append(said)
    return {case: tuple(said) for case, said in told.items()}


def _said_of_areas(
    tx: Tx, rules_in_force: RulesInForce, notices: Sequence[Notice], known: Mapping[str, Known], now: datetime
) -> dict[tuple[str, str], Finding]:
    """Return what area-wide rules say now of the accounts of urgent notices; others of theirs are no message's."""
    book, found = rules_in_force.book(now), dict[tuple[str, str], Finding]()
    rules = {rule.id: rule for rule in rules_in_force.on_areas(book)}
    asked = {(notice.account, notice.rule) for notice in notices if notice.is_urgent and notice.account in known}
    by_area: defaultdict[str, set[str]] = defaultdict(set)
    for account, rule in asked:
        if rule in rules:
            by_area[known[account].account.area].add(rule)
    for area, ids in by_area.items():
        register = registers.register(tx, area, now=now)
        said = (finding for id_ in ids for finding in words(rules[id_], register, book, now))
        found |= {
            (finding.account, finding.rule): finding
            for finding in said
            if finding.account and (finding.account, finding.rule) in asked
        }
    return found
