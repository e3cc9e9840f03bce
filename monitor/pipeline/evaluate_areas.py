"""Judge a whole area: what its register shows, and what follows from it, in one transaction (tx2)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.core.account import Account, Role
from monitor.core.calendar import ONE_DAY, WorkCalendar, beijing_date, start_of_day
from monitor.core.case import NOTHING, Case, Plan, plan
from monitor.core.finding import AreaRule, Finding, RuleBook
from monitor.core.judgement import area_findings, quiet
from monitor.core.notice import NewNotice, is_alarm
from monitor.core.register import Register
from monitor.core.subject import Subject, SubjectKind
from monitor.pipeline import restate
from monitor.pipeline.decision_basis import examine
from monitor.pipeline.evaluate import AGAIN, RulesInForce
from monitor.pipeline.faults import Faults
from monitor.store import Store, Tx, areas, cases, registers
from monitor.store.columns import portions
from monitor.store.database import savepoint
from monitor.store.findings import CHUNK, digest_of, standing_in, standing_on, stated


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaEvaluator:
    """Judges areas whose turn it is, one at a time; a bug in one leaves the others standing."""

    store: Store
    rules_in_force: RulesInForce
    faults: Faults

    async def judge_due(self, now: datetime) -> bool:
        """Judge the area that has waited longest; return whether one was due."""
        judged = await self.store.write_if(
            lambda tx: areas.is_any_due(tx, now), lambda tx: self._next(tx, now), durable=True
        )
        return bool(judged)

    def _next(self, tx: Tx, now: datetime) -> bool:
        area = areas.due(tx, now)
        if area is None:
            return False
        again = now + AGAIN
        ruled = self.rules_in_force.ids(now)
        if ruled != self.rules_in_force.ids(
            now - ONE_DAY
        ):  # one has ended; what ended while nobody ran ended at the start
            cases.end_of_rules(tx, ruled, at=now)
        with self.faults.contained("judge", area=area), savepoint(tx):
            self._survey(tx, area, now)
            again = start_of_day(beijing_date(now) + ONE_DAY)
        areas.judge_at(tx, area, again)
        with self.faults.contained("judge", area=area), savepoint(tx):
            examine(tx, self.rules_in_force, now)
        return True

    def follow(self, tx: Tx, turned: Mapping[str, Collection[str]], now: datetime) -> None:
        """Judge what follows the cases of accounts, by area, in which a trouble has turned."""
        for area, accounts in sorted(turned.items()):
            with self.faults.contained("judge", area=area), savepoint(tx):
                register = registers.troubles_of(tx, area, accounts, now=now)
                for rule in self.rules_in_force.on_areas(self.rules_in_force.book(now)):
                    if rule.follows_cases:
                        self._judge(tx, register, rule, now, accounts)

    def _survey(self, tx: Tx, area: str, now: datetime) -> None:
        """Judge an area by all rules: those that follow the cases last, for the others open and end some."""
        register = registers.register(tx, area, now=now)
        cases.move(tx, register.arrived, area)
        rules = sorted(self.rules_in_force.on_areas(self.rules_in_force.book(now)), key=lambda rule: rule.follows_cases)
        has_touched = False
        for rule in rules:
            if rule.follows_cases and has_touched:
                register, has_touched = registers.with_new_troubles(tx, register, now=now), False
            has_touched |= self._judge(tx, register, rule, now)
        restate.tell(tx, area, now, self.rules_in_force.book(now, area).title)

    def _judge(
        self, tx: Tx, register: Register, rule: AreaRule, now: datetime, of: Collection[str] | None = None
    ) -> bool:
        """Judge an area, or some of its accounts, by one rule; return whether that touched any case."""
        standing = standing_in(tx, register.area, rule.id, of)
        standing |= standing_on(tx, rule.id, register.arrived)
        on = _Hearing(
            rule,
            register,
            self.rules_in_force.book(now, register.area),
            self.rules_in_force.calendar.of(register.area),
            now,
        )
        touched: list[int] = []
        today = beijing_date(now)
        for some in portions(area_findings(rule, register, on.book, now), CHUNK):
            found = {finding.subject.key: finding for finding in some}
            open_cases = cases.open_on(tx, rule.id, found)
            said = []
            for subject, finding in found.items():
                case, stood = open_cases.get(subject), standing.pop(subject, None)
                planned = on.plan(finding, case)
                if planned != NOTHING or stood != digest_of(finding, today):
                    said.append(on.judgement(finding, case, planned))
            touched += cases.apply_in_area(tx, said, (), at=now)
        # of who is in another area now, that area speaks: its case goes on where the trouble does
        left = {Subject.of_account(id_).key for id_ in register.departed}
        unsaid = (*standing, *cases.unsaid_in(tx, register.area, rule.id, of))
        for gone in portions((subject for subject in unsaid if subject not in left), CHUNK):
            before, open_cases = stated(tx, rule.id, gone, now), cases.open_on(tx, rule.id, gone)
            silences = [on.silence(before.get(subject), open_cases.get(subject)) for subject in gone]
            touched += cases.apply_in_area(tx, (), silences, at=now)
        return bool(touched)


@dataclass(frozen=True, slots=True)
class _Hearing:
    """One rule before one area: what is to be done about what it says."""

    rule: AreaRule
    register: Register
    book: RuleBook
    calendar: WorkCalendar
    now: datetime

    def plan(self, finding: Finding, case: Case | None) -> Plan:
        """Return what is to be done about a finding, given the open case."""
        return plan(finding, self.rule.pacing, case, self.book, self.calendar, self.now)

    def judgement(self, finding: Finding, case: Case | None, planned: Plan) -> cases.Judgement:
        """Return a finding with what is done about it, and who hears of that."""
        account = self.register.by_id.get(finding.account or "")
        notices = tuple(_notices(planned, finding, self.rule, account, self.book))
        return cases.Judgement(finding=finding, case=case, plan=planned, notices=notices)

    def silence(self, before: Finding | None, case: Case | None) -> cases.Judgement:
        """Return what is to be done where the rule no longer says anything of somebody it spoke of."""
        said = before or case
        subject = said.subject if said is not None else Subject.of_area(self.register.area)
        unit = said.unit if said is not None else None
        bound = (self.rule.binds(account, self.book) for account in _concerned(self.register, subject, unit))
        silent = quiet(self.rule, self.register.area, self.book, is_bound=any(bound))
        word = replace(silent, account=subject.account, unit=unit)
        return self.judgement(word, case, self.plan(word, case))


def _concerned(register: Register, subject: Subject, unit: str | None) -> Sequence[Account]:
    """Return the accounts that something was said of, whose unit was then `unit`."""
    match subject.kind:
        case SubjectKind.ACCOUNT:
            account = register.by_id.get(subject.name)
            return (account,) if account is not None and unit in {None, account.unit} else ()
        case SubjectKind.UNIT:
            return register.of_unit.get(subject.name, ())
        case SubjectKind.AREA:
            return register.accounts


def _notices(
    planned: Plan, finding: Finding, rule: AreaRule, account: Account | None, book: RuleBook
) -> Iterator[NewNotice]:
    """Yield the operator's notice of a task: whoever else is concerned hears it from a person."""
    if planned.step is not None:
        yield NewNotice(
            account=finding.account or "",
            rule=finding.rule,
            kind=planned.step.kind,
            number=planned.step.number,
            role=Role.OPERATOR,
            person="",
            at=planned.step.at,
            is_urgent=account is not None and is_alarm(planned.step, finding, rule.pacing, account, book),
        )
