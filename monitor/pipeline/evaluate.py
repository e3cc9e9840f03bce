"""Judge what is known, and write down what follows: findings, cases, notices, in one transaction (tx2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from monitor.core.account import Account, Role
from monitor.core.ageing import without_days
from monitor.core.calendar import ONE_DAY, WorkCalendar, beijing_date, start_of_day
from monitor.core.case import AHEAD, NOTHING, Case, Step, plan
from monitor.core.finding import AreaRule, Finding, Known, Rule, RuleBook, judge_again_at, word_of
from monitor.core.foresight import foreseen_until, foresees
from monitor.core.judgement import area_findings, end_known, reviewed, silent
from monitor.core.notice import NewNotice, is_alarm, notify
from monitor.core.register import Register
from monitor.pipeline.faults import Faults
from monitor.store import Tx, ahead, cases, facts, looks
from monitor.store.database import savepoint

BATCH = 200
"""Accounts judged in one transaction."""
_Turned = defaultdict[str, frozenset[str]]
"""Accounts by area."""
AGAIN = timedelta(minutes=10)
"""When an account is judged again after a bug."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesInForce:
    """The basis of judging: the rules, the numbers of a day, the calendars of the office and of areas."""

    rules: Sequence[Rule]
    book_of: Callable[[date], RuleBook]
    calendar: WorkCalendar
    area_rules: Sequence[AreaRule] = ()
    duties: Sequence[Rule] = ()
    """The duties of the monitor itself, besides the obligations of the units: always in force."""

    def findings(
        self, known: Known, now: datetime, only: Collection[str] | None = None
    ) -> tuple[tuple[Rule, Finding], ...]:
        """Return what every rule in force (or only those) says of one account, after what people decided."""
        book, end = self.book(now, known.account.area), end_known(known)
        return tuple(
            (rule, reviewed(word_of(rule, known, book, now), known.standing_decisions, now, end))
            for rule in self.in_force(book)
            if only is None or rule.id in only
        )

    def in_force(self, book: RuleBook) -> tuple[Rule, ...]:
        """Return what is asked about each account."""
        return (*(rule for rule in self.rules if rule.id in book.clauses), *self.duties)

    def on_areas(self, book: RuleBook) -> tuple[AreaRule, ...]:
        """Return what is asked about each area."""
        return tuple(rule for rule in self.area_rules if rule.id in book.clauses)

    def ids(self, now: datetime) -> frozenset[str]:
        """Return the rules that are asked about anybody on the day of `now`."""
        book = self.book(now)
        return frozenset({*(rule.id for rule in self.in_force(book)), *(rule.id for rule in self.on_areas(book))})

    def area_findings(self, register: Register, now: datetime) -> Iterator[tuple[AreaRule, Finding]]:
        """Yield what the rules in force say of an area, its units and its accounts; silence means fine."""
        book = self.book(now, register.area)
        for rule in self.on_areas(book):
            yield from ((rule, finding) for finding in area_findings(rule, register, book, now))

    def rule(self, id_: str, now: datetime) -> Rule | AreaRule | None:
        """Return the rule of that id, if it was in force."""
        book = self.book(now)
        rules: tuple[Rule | AreaRule, ...] = (*self.in_force(book), *self.area_rules)
        return next((rule for rule in rules if rule.id == id_ in book.clauses), None)

    def silences(self, register: Register, said: Sequence[Finding], now: datetime) -> Iterator[Finding]:
        """Yield the word of every rule in force on those of an area that it said nothing of."""
        book = self.book(now)
        for rule in self.on_areas(book):
            yield from silent(rule, register, book, [finding for finding in said if finding.rule == rule.id])

    def book(self, now: datetime, area: str | None = None) -> RuleBook:
        """Return the numbers in force on the day of `now`, with the working days of an area; None: of the office."""
        book = self.book_of(beijing_date(now))
        return replace(book, calendar=self.calendar.of(area)) if area in self.calendar.areas else book


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """What judging a batch of accounts came to."""

    count: int
    """How many were due."""
    turned: Mapping[str, Collection[str]] = field(default_factory=dict)
    """The accounts, by area, in which a trouble has turned: rules that follow cases are asked about them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEvaluator:
    """Judges accounts whose turn it is; one account's bug does not keep the others from being judged."""

    rules_in_force: RulesInForce
    faults: Faults

    def judge(self, tx: Tx, now: datetime) -> Evaluated:
        """Judge one batch of accounts that something new or time alone has touched."""
        ahead.begin_day(tx, now)
        due = cases.due_for_judgement(tx, now, BATCH)
        if not due:
            return Evaluated(count=0)
        known = {known.account.id: known for known in facts.known(tx, due, now=now, is_whole=False)}
        cases.retire(tx, [account for account in due if account not in known], at=now)
        open_cases, by_day = (
            cases.open_cases(tx, list(known)),
            cases.of_midnight(tx, due, start_of_day(beijing_date(now))),
        )
        judged = {account: _later(account, now) for account in known}
        book, told_ahead = self.rules_in_force.book(now), ahead.told_ahead(tx, list(known), now)
        for account, item in known.items():
            with self.faults.contained("judge", account=account):
                said = self._judged(item, open_cases, book, now, told_ahead.get(account))
                judged[account] = replace(said, is_of_midnight=account in by_day)
        unread = [account for account, item in known.items() if judged[account].waits_for_reading]
        looks.ask_for_readings(tx, unread, now)
        turned = self._applied(tx, tuple(judged.values()), now)
        if turned is None:
            turned = _Turned(frozenset)
            for account, said in judged.items():
                alone = self._applied(tx, [said], now)
                if alone is None:
                    cases.apply(tx, [_later(account, now)], at=now)
                for area, accounts in (alone or {}).items():
                    turned[area] |= accounts
        return Evaluated(count=len(due), turned=turned)

    @staticmethod
    def is_any_due(tx: Tx, now: datetime) -> bool:
        """True if `judge` has anything to do now."""
        return cases.is_any_due(tx, now) or ahead.is_new_day(tx, now)

    def _applied(self, tx: Tx, judged: Sequence[cases.Judged], now: datetime) -> _Turned | None:
        """Write down what was judged, all of it or nothing, and return in whom a trouble has turned; None: nothing.

        Many accounts at once cost a third of one by one.
        """
        turned = None
        with self.faults.contained("judge", accounts=" ".join(entry.account for entry in judged)), savepoint(tx):
            turned = _Turned(frozenset, cases.apply(tx, judged, at=now).turned)
        return turned  # noqa: RET504 - None, where the block ended with a bug

    def _judged(
        self,
        known: Known,
        open_cases: Mapping[tuple[str, str], Case],
        book: RuleBook,
        now: datetime,
        told_ahead: datetime | None,
    ) -> cases.Judged:
        """Return what is said of an account, and when it is judged again: when what was `told_ahead` begins, too."""
        judgements = tuple(
            self._judgement(known, rule, finding, open_cases.get((known.account.id, rule.id)), book, now)
            for rule, finding in self.rules_in_force.findings(known, now)
        )
        again = judge_again_at(known, now)
        until = known.gives_up_reading_at(now) if any(judgement.waits_for_reading for judgement in judgements) else None
        if until is not None and until > now:
            again = min(again, until)
        if all(judgement.is_nothing for judgement in judgements) and foresees(known, now):
            again = self._turns_at(known, judgements, now)
        if told_ahead is not None:
            again = min(again, told_ahead)
        return cases.Judged(account=known.account.id, judgements=judgements, judge_again_at=again)

    def _turns_at(self, known: Known, judgements: Sequence[cases.Judgement], now: datetime) -> datetime:
        """Return the first moment from which time alone may have an account judged otherwise than now.

        The rules say so themselves: they are asked about the midnights to come, as long as what is known carries them.
        """
        end = foreseen_until(known, now)
        said = {judgement.finding.rule: judgement for judgement in judgements}
        midnight = start_of_day(beijing_date(now) + ONE_DAY)
        while midnight < end and self._is_the_same(known, said, now, midnight):
            midnight = start_of_day(beijing_date(midnight) + ONE_DAY)
        return min(midnight, end)

    def _is_the_same(self, known: Known, said: Mapping[str, cases.Judgement], now: datetime, then: datetime) -> bool:
        """True if at a later moment every rule says what it said, but for the days, and nothing follows from it."""
        book, today, day = self.rules_in_force.book(then), beijing_date(now), beijing_date(then)
        found = self.rules_in_force.findings(known, then)
        return [rule.id for rule, _ in found] == list(said) and all(
            without_days(finding, day) == without_days(said[rule.id].finding, today)
            and self._judgement(known, rule, finding, said[rule.id].case, book, then).is_nothing
            for rule, finding in found
        )

    def _judgement(
        self, known: Known, rule: Rule, finding: Finding, case: Case | None, book: RuleBook, now: datetime
    ) -> cases.Judgement:
        planned = plan(finding, rule.pacing, case, book, self.rules_in_force.calendar.of(known.account.area), now)
        rests_on_looks = rule.rests_on_looks and finding.is_of_an_open_gap
        waits = rests_on_looks and planned.step is not None and _waits_for_reading(planned.step, known, now)
        if waits:  # first the page is read, for its own word that nothing changed proves nothing
            planned = replace(planned, step=None)
        if planned == NOTHING:
            return cases.Judgement(finding=finding, case=case, waits_for_reading=waits)
        judgement = cases.Judgement(finding=finding, case=case, plan=planned, waits_for_reading=waits)
        return replace(judgement, notices=tuple(self._notices(judgement, rule, known.account, book, now)))

    def _notices(
        self, judgement: cases.Judgement, rule: Rule, account: Account, book: RuleBook, now: datetime
    ) -> Iterable[NewNotice]:
        planned, case, finding = judgement.plan, judgement.case, judgement.finding
        if planned.close and planned.close.step:
            yield from notify(planned.close.step, account, finding.rule)
        step = planned.step
        if step is None:
            return
        today, calendar = beijing_date(now), self.rules_in_force.calendar.of(account.area)

        def spared(person: str) -> bool:
            goes_on = case is not None and not planned.close
            return goes_on and case is not None and case.spares(person, step.kind, today, calendar)

        yield from notify(
            step,
            account,
            finding.rule,
            also=_also(finding),
            spared=spared,
            is_alarm=is_alarm(step, finding, rule.pacing, account, book),
        )


def _also(finding: Finding) -> tuple[Role, ...]:
    """Return who of its unit hears of the operator's task."""
    told = ((Role.LIAISON, finding.is_the_unit_s), (Role.LEADER, finding.is_the_leader_s))
    return tuple(role for role, is_told in told if is_told)


def _waits_for_reading(step: Step, known: Known, now: datetime) -> bool:
    """True if the page is to be read before this step; one ahead of a breach does not wait for a page that fails."""
    if known.is_just_read(now):
        return False
    until = known.gives_up_reading_at(now) if step.kind in AHEAD else None
    return until is None or now < until


def _later(account: str, now: datetime) -> cases.Judged:
    """Return the end of an account's turn that failed: were it due at once, nobody else's would come."""
    return cases.Judged(account=account, judgements=(), judge_again_at=now + AGAIN)
