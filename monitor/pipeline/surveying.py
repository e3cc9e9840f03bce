"""Judge a whole area: what its register shows, and what follows from it, in one transaction (tx2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.core.account import Role
from monitor.core.calendar import ONE_DAY, beijing_date, start_of_day
from monitor.core.case import NOTHING, Case, Plan, plan
from monitor.core.finding import AreaRule, Finding, RuleBook
from monitor.core.notice import Notice
from monitor.core.register import Register
from monitor.core.verdict import quiet
from monitor.pipeline.faults import Faults
from monitor.pipeline.grounding import examine
from monitor.pipeline.judging import AGAIN, Bench
from monitor.store import Store, Tx, areas, cases, registers, savepoint
from monitor.store.findings import standing_in, subject_of

Whom = tuple[str | None, str | None]
"""An account and its unit, a unit alone, or neither for the area itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyor:
    """Judges areas whose turn it is, one at a time; a bug in one leaves the others standing."""

    store: Store
    bench: Bench
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
        with self.faults.contained("judge", area=area), savepoint(tx):
            if self._judge(tx, area, now):
                self._judge(tx, area, now)  # SUP-02 reads the cases
            again = start_of_day(beijing_date(now) + ONE_DAY)
        areas.judge_at(tx, area, again)
        with self.faults.contained("judge", area=area), savepoint(tx):
            examine(tx, self.bench, now)
        return True

    def _judge(self, tx: Tx, area: str, now: datetime) -> bool:
        """Judge an area once; return whether that touched any case."""
        register = registers.register(tx, area, now=now)
        book = self.bench.book(now)
        rules = {rule.id: rule for rule in self.bench.area_rules if rule.id in book.clauses}
        standing = standing_in(tx, area, rules)
        ongoing = cases.open_in_area(tx, area, rules)
        found = {
            (subject_of(finding), rule.id): (rule, finding) for rule, finding in self.bench.area_findings(register, now)
        }
        said = [
            judgement
            for key, (rule, finding) in found.items()
            for judgement in [self._judgement(rule, finding, ongoing.get(key), now)]
            if judgement.plan != NOTHING or standing.get(key) != finding
        ]
        gone = dict.fromkeys(key for key in (*standing, *ongoing) if key not in found)
        silences = [
            self._judgement(rules[key[1]], self._silence(rules[key[1]], register, whom, book), ongoing.get(key), now)
            for key in gone
            for whom in [_whom(standing.get(key), ongoing.get(key))]
        ]
        return bool(cases.apply_in_area(tx, said, silences, at=now))

    def _judgement(self, rule: AreaRule, finding: Finding, case: Case | None, now: datetime) -> cases.Judgement:
        planned = plan(finding, rule.pacing, case, self.bench.book(now), self.bench.calendar, now)
        return cases.Judgement(finding=finding, case=case, plan=planned, notices=tuple(_notices(planned, finding)))

    def _silence(self, rule: AreaRule, register: Register, whom: Whom, book: RuleBook) -> Finding:
        """Return what it means that a rule no longer says anything of somebody it spoke of."""
        account, unit = whom
        concerned = [one for one in register.accounts if account in {None, one.id} and unit in {None, one.unit}]
        word = quiet(rule, register.area, book, is_bound=any(rule.binds(one, book) for one in concerned))
        return replace(word, account=account, unit=unit)


def _whom(finding: Finding | None, case: Case | None) -> Whom:
    """Return the account and the unit that something was said of; both None for the area."""
    if finding is not None:
        return (finding.account, finding.unit)
    return (case.account or None, case.unit) if case is not None else (None, None)


def _notices(planned: Plan, finding: Finding) -> Iterator[Notice]:
    """Yield the operator's notice of a task: whoever else is concerned hears it from a person."""
    if planned.step is not None:
        yield Notice(
            account=finding.account or "",
            rule=finding.rule,
            kind=planned.step.kind,
            number=planned.step.number,
            role=Role.OPERATOR,
            person="",
            at=planned.step.at,
        )
