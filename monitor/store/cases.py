"""Cases, and the one place where a judgement becomes rows (tx2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import sqlalchemy as sa

from monitor.core.account import UnitKey
from monitor.core.calendar import beijing_date, start_of_day
from monitor.core.case import NOTHING, OFFICES, Case, Closing, Plan, Step, StepKind
from monitor.core.finding import Finding
from monitor.core.notice import NewNotice, Notice
from monitor.core.subject import Subject
from monitor.core.web_hook import HookEvent
from monitor.store import areas, tables, web_hooks
from monitor.store.acknowledgements import acknowledgements_of
from monitor.store.columns import bound, portions, run
from monitor.store.database import Tx
from monitor.store.driver import execute_many, to_driver
from monitor.store.findings import (
    CHUNK,
    current_findings,
    drop_findings,
    drop_rules,
    finding_on,
    findings_on,
    save_findings,
    unsay,
)
from monitor.store.keyset import Place, Sorted, sorted_behind
from monitor.store.notices import cancel_notices_on, judge_anew, notices_of_case, queue_notices, waiting_notices
from monitor.store.reach import is_case_of

__all__ = [
    "Applied",
    "Judged",
    "Judgement",
    "Outstanding",
    "Which",
    "apply",
    "apply_in_area",
    "case",
    "case_history",
    "cases",
    "current_findings",
    "due_for_judgement",
    "end",
    "end_of_rules",
    "ended_since",
    "finding_on",
    "findings_on",
    "judge_soon",
    "last_step",
    "lock",
    "neighbours",
    "notices_of_case",
    "open_cases",
    "open_on",
    "outstanding",
    "retire",
    "save_findings",
    "tally",
    "unsaid_in",
    "with_steps",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One rule's finding, and what is to be done about it."""

    finding: Finding
    case: Case | None = None
    """The open case as `open_cases` gave it."""
    plan: Plan = NOTHING
    notices: tuple[NewNotice, ...] = ()
    """Of both the plan's steps; their `case` is filled in here."""
    waits_for_reading: bool = False
    """True if a step was left out until the account's pages have been read."""

    @property
    def is_nothing(self) -> bool:
        """True if nothing follows from the finding, and nothing would once a page has been read."""
        return self.plan == NOTHING and not self.waits_for_reading

    @property
    def goes_on(self) -> bool:
        """True if the open case stays open."""
        return self.case is not None and self.plan.close is None

    def notices_of(self, step: Step) -> tuple[NewNotice, ...]:
        """Return the notices of one of the plan's steps."""
        return tuple(notice for notice in self.notices if (notice.kind, notice.number) == (step.kind, step.number))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Everything that one judging of one account brought."""

    account: str
    judgements: tuple[Judgement, ...]
    judge_again_at: datetime
    is_of_midnight: bool = False
    """True if nothing but the turn of the day had it judged."""

    @property
    def waits_for_reading(self) -> bool:
        """True if any step was left out until the account's pages have been read."""
        return any(judgement.waits_for_reading for judgement in self.judgements)


def is_any_due(tx: Tx, now: datetime) -> bool:
    """True if any account is to be judged now; `due_for_judgement` would return it."""
    return bool(tx.scalar(sa.select(sa.exists().where(tables.accounts.c.evaluate_at <= now))))


def due_for_judgement(tx: Tx, now: datetime, limit: int) -> tuple[str, ...]:
    """Return accounts to be judged now, longest waiting first, removed ones included (see `retire`).

    On PostgreSQL they are locked until the transaction ends, so that no look is lost to `apply`; one of which a look
    is just being written is left for the next time.
    """
    table = tables.accounts
    chosen = sa.select(table.c.id).where(table.c.evaluate_at <= now).order_by(table.c.evaluate_at).limit(limit)
    return tuple(tx.scalars(chosen.with_for_update(skip_locked=True)))


def of_midnight(tx: Tx, account_ids: Collection[str], midnight: datetime) -> frozenset[str]:
    """Return those of these accounts that are due since a midnight, and for nothing else."""
    table = tables.accounts
    return frozenset(
        tx.scalars(sa.select(table.c.id).where(table.c.id.in_(account_ids), table.c.evaluate_at == midnight))
    )


def open_cases(
    tx: Tx, account_ids: Collection[str], rules: Collection[str] | None = None
) -> dict[tuple[str, str], Case]:
    """Return the open cases of these accounts, of all rules or of these, with their steps, by (account, rule)."""
    table = tables.cases
    chosen = sa.select(table).where(table.c.account.in_(account_ids), table.c.closed_at.is_(None))
    chosen = chosen if rules is None else chosen.where(table.c.rule.in_(rules))
    return {(case.account, case.rule): case for case in with_steps(tx, chosen) if case.account}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outstanding:
    """An open case, and what of it has not come yet."""

    case: Case
    judged_at: datetime | None
    """When its account is judged next."""
    waiting: tuple[Notice, ...]
    """Its notices that nobody has been told of, and that no message under way carries."""


def outstanding(tx: Tx) -> tuple[Outstanding, ...]:
    """Return every open case, by number."""
    table, accounts = tables.cases, tables.accounts
    chosen = sa.select(table).where(table.c.closed_at.is_(None)).order_by(table.c.id)
    moments = dict(tx.execute(sa.select(accounts.c.id, accounts.c.evaluate_at)).all())
    of_areas = areas.moments(tx)
    waiting: defaultdict[int, list[Notice]] = defaultdict(list)
    for notice in waiting_notices(tx):
        waiting[notice.case].append(notice)
    return tuple(
        Outstanding(
            case=case,
            judged_at=moments.get(case.account) if case.account else of_areas.get(case.area or ""),
            waiting=tuple(waiting[case.id]),
        )
        for case in with_steps(tx, chosen)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """The outcome of writing judgements down."""

    touched: tuple[int, ...]
    """The cases closed, opened and continued."""
    turned: Mapping[str, frozenset[str]]
    """The accounts, by area, in which a trouble with a case turned: what is to be settled is another matter now."""


def apply(tx: Tx, judged: Sequence[Judged], *, at: datetime) -> Applied:
    """Save findings, close, open and continue cases, queue notices, set when to judge again.

    What waits to be said of them is judged anew; of whom only a day more has passed, where anything follows from it.

    Takes one account or many; to keep one account's fault from the others, call it in a `savepoint`.
    """
    judgements = [judgement for entry in judged for judgement in entry.judgements]
    saved = save_findings(tx, [judgement.finding for judgement in judgements], at=at)
    touched = _carry_out(tx, judgements, at)
    planned = (judgement.finding for judgement in judgements if judgement.plan != NOTHING)
    news = {finding.account for finding in (*saved.changed, *planned)}
    judge_anew(tx, [entry.account for entry in judged if not entry.is_of_midnight or entry.account in news])
    moment = to_driver(tx)
    execute_many(tx, _JUDGE_AT, [(moment(entry.judge_again_at), entry.account) for entry in judged])
    return Applied(touched=touched, turned=_turned(judgements, saved.turned))


_JUDGE_AT = "UPDATE accounts SET evaluate_at = ? WHERE id = ?"


def _turned(judgements: Iterable[Judgement], changed: Iterable[Finding]) -> dict[str, frozenset[str]]:
    going_on = {
        (judgement.finding.account, judgement.finding.rule) for judgement in judgements if judgement.case is not None
    }
    turned: defaultdict[str, set[str]] = defaultdict(set)
    for finding in changed:
        if finding.area is not None and finding.account is not None and (finding.account, finding.rule) in going_on:
            turned[finding.area].add(finding.account)
    return {area: frozenset(accounts) for area, accounts in turned.items()}


def open_on(tx: Tx, rule: str, subjects: Collection[str]) -> dict[str, Case]:
    """Return a rule's open cases on these subjects, at most `CHUNK` of them, with their steps, by subject."""
    table = tables.cases
    chosen = sa.select(table).where(table.c.subject.in_(subjects), table.c.rule == rule, table.c.closed_at.is_(None))
    return {case.subject.key: case for case in with_steps(tx, chosen)}


def unsaid_in(tx: Tx, area: str, rule: str, account_ids: Collection[str] | None = None) -> tuple[str, ...]:
    """Return the subjects in an area on which a rule has an open case and says nothing; or of these accounts only."""
    table, finding = tables.cases, tables.findings
    said = sa.exists().where(finding.c.subject == table.c.subject, finding.c.rule == table.c.rule)
    chosen = sa.select(table.c.subject).where(
        table.c.area == area, table.c.rule == rule, table.c.closed_at.is_(None), ~said
    )
    if account_ids is not None:
        chosen = chosen.where(table.c.account.in_(account_ids))
    return tuple(tx.scalars(chosen))


def apply_in_area(tx: Tx, said: Sequence[Judgement], silences: Sequence[Judgement], *, at: datetime) -> tuple[int, ...]:
    """Save what rules on an area newly say, forget what they are silent about now; as `apply` for the cases.

    At most `CHUNK` of each.
    """
    save_findings(tx, [judgement.finding for judgement in said], at=at)
    unsay(tx, [judgement.finding for judgement in silences], at=at)
    judge_anew(tx, {judgement.finding.account for judgement in (*said, *silences) if judgement.finding.account})
    return _carry_out(tx, (*said, *silences), at)


def end(tx: Tx, case_ids: Collection[int], closing: Closing, *, at: datetime) -> None:
    """End open cases for a reason that no rule gives."""
    table = tables.cases
    tx.execute(sa.update(table).where(table.c.id.in_(case_ids)).values(closed_at=at, closing=closing))
    _tell_outside(tx, dict.fromkeys(case_ids, HookEvent.ENDED), at)


def end_of_rules(tx: Tx, rules: Collection[str], *, at: datetime) -> tuple[int, ...]:
    """End everything about every rule but these, which are all that is judged: cases closed, findings dropped.

    Return the cases closed.
    """
    drop_rules(tx, rules)
    table = tables.cases
    chosen = sa.select(table.c.id).where(table.c.closed_at.is_(None), table.c.rule.not_in(rules))
    ended = tuple(sorted(tx.scalars(chosen)))
    end(tx, ended, Closing.RETIRED, at=at)
    return ended


def ended_since(tx: Tx, moment: datetime, closings: Collection[Closing]) -> tuple[Case, ...]:
    """Return the cases that ended after a moment for one of these reasons, oldest first."""
    table = tables.cases
    chosen = sa.select(table).where(table.c.closed_at > moment, table.c.closing.in_(closings))
    return with_steps(tx, chosen.order_by(table.c.closed_at, table.c.id))


def move(tx: Tx, account_ids: Collection[str], area: str) -> None:
    """Have the open cases of accounts that came to an area be that area's; those that ended stay where they were."""
    table = tables.cases
    elsewhere = sa.and_(table.c.closed_at.is_(None), table.c.area.is_distinct_from(area))
    for some in portions(sorted(account_ids), CHUNK):
        tx.execute(sa.update(table).where(table.c.account.in_(some), elsewhere).values(area=area))


def retire(tx: Tx, account_ids: Collection[str], *, at: datetime) -> tuple[int, ...]:
    """End everything about accounts that left the roster: cases closed, findings and waiting notices dropped.

    Return the cases closed.
    """
    if not account_ids:
        return ()
    table = tables.cases
    ended = (
        sa.update(table)
        .where(table.c.account.in_(account_ids), table.c.closed_at.is_(None))
        .values(closed_at=at, closing=Closing.LEFT)
        .returning(table.c.id)
    )
    closed = tuple(sorted(tx.scalars(ended)))
    _tell_outside(tx, dict.fromkeys(closed, HookEvent.ENDED), at)
    drop_findings(tx, account_ids)
    cancel_notices_on(tx, account_ids, at=at)
    tx.execute(sa.update(tables.accounts).where(tables.accounts.c.id.in_(account_ids)).values(evaluate_at=None))
    return closed


_MOMENT = timedelta(microseconds=1)


def judge_soon(tx: Tx, at: datetime, account_ids: Collection[str] | None = None) -> None:
    """Have these accounts (None: all) judged at `at` if not sooner: new thresholds, a decision, a new calendar.

    Who is due since the last midnight is so for more than a day that has passed now (`of_midnight`).
    """
    table, midnight = tables.accounts, start_of_day(beijing_date(at))
    moment, is_of_midnight = table.c.evaluate_at.type, table.c.evaluate_at == midnight
    due = sa.case((is_of_midnight, sa.literal(midnight - _MOMENT, moment)), else_=sa.literal(at, moment))
    later = sa.or_(table.c.evaluate_at.is_(None), table.c.evaluate_at > at, is_of_midnight)
    statement = sa.update(table).where(table.c.is_removed.is_(False), later).values(evaluate_at=due)
    tx.execute(statement if account_ids is None else statement.where(table.c.id.in_(account_ids)))
    areas.judge_soon(tx, at)


class Which(Enum):
    """Which cases are meant; the value is the query parameter."""

    OFFICE = "office"
    """Open, and the office's to do something about."""
    OPEN = "open"
    ALL = "all"


def cases(
    tx: Tx,
    *,
    which: Which = Which.ALL,
    rule: str = "",
    area: str | None = None,
    limit: int = 1000,
    skip: int = 0,
    place: Place | None = None,
) -> tuple[Case, ...]:
    """Return cases with their steps, latest opened first: of a rule, of an area, and behind `place`, where given."""
    table = tables.cases
    order = (Sorted(table.c.opened_at, is_descending=True), Sorted(table.c.id, is_descending=True))
    chosen = sorted_behind(sa.select(table), order, place).limit(limit).offset(skip)
    chosen = chosen if area is None else chosen.where(table.c.area == area)
    return with_steps(tx, chosen.where(*_meant(which, rule)))


def open_of_unit(tx: Tx, unit: UnitKey) -> tuple[Case, ...]:
    """Return the open cases of a unit and of its accounts, with their steps, by number."""
    table = tables.cases
    return with_steps(tx, sa.select(table).where(table.c.closed_at.is_(None), is_case_of(unit)).order_by(table.c.id))


def tally(tx: Tx, which: Which) -> dict[str, int]:
    """Return how many cases there are under each rule that has any, by its id."""
    table = tables.cases
    chosen = sa.select(table.c.rule, sa.func.count()).where(*_meant(which)).group_by(table.c.rule)
    found: dict[str, int] = dict(tx.execute(chosen.order_by(table.c.rule)).all())
    return found


def _meant(which: Which, rule: str = "") -> Iterator[sa.ColumnElement[bool]]:
    table = tables.cases
    if which is not Which.ALL:
        yield table.c.closed_at.is_(None)
    if which is Which.OFFICE:
        yield table.c.waits_since.is_not(None)
    if rule:
        yield table.c.rule == rule


def last_step() -> sa.ColumnElement[StepKind]:
    """Return the kind of the last step of the case that a statement is about."""
    case, step = tables.cases, tables.steps
    latest = sa.select(step.c.kind).where(step.c.case == case.c.id).order_by(step.c.at.desc(), step.c.id.desc())
    return latest.limit(1).correlate(case).scalar_subquery()


def case(tx: Tx, case_id: int) -> Case | None:
    """Return one case with its steps."""
    return next(iter(with_steps(tx, sa.select(tables.cases).where(tables.cases.c.id == case_id))), None)


def lock(tx: Tx, case_ids: Collection[int]) -> None:
    """Have nobody else decide about these cases until the transaction ends."""
    table = tables.cases
    tx.scalars(sa.select(table.c.id).where(table.c.id.in_(case_ids)).order_by(table.c.id).with_for_update()).all()


def case_history(tx: Tx, account_id: str) -> tuple[Case, ...]:
    """Return every case an account ever had, latest opened first."""
    table = tables.cases
    chosen = sa.select(table).where(table.c.account == account_id)
    return with_steps(tx, chosen.order_by(table.c.opened_at.desc(), table.c.id.desc()))


def neighbours(tx: Tx, case: Case) -> tuple[Case | None, Case | None]:
    """Return the cases of the same subject and rule right before and right after a case."""
    table = tables.cases
    alike = sa.select(table).where(table.c.subject == case.subject.key, table.c.rule == case.rule)
    before = with_steps(tx, alike.where(table.c.id < case.id).order_by(table.c.id.desc()).limit(1))
    after = with_steps(tx, alike.where(table.c.id > case.id).order_by(table.c.id).limit(1))
    return next(iter(before), None), next(iter(after), None)


def _carry_out(tx: Tx, judgements: Iterable[Judgement], at: datetime) -> tuple[int, ...]:
    """Do what the plans say: first the ends of open cases, then the steps, in new cases where none goes on.

    Return the cases touched.
    """
    busy = [judgement for judgement in judgements if judgement.plan != NOTHING]
    _close(tx, busy, at)
    _rename(tx, busy)
    _wait(tx, busy)
    opened = iter(
        _open(tx, [judgement.finding for judgement in busy if judgement.plan.step and not judgement.goes_on], at)
    )
    taken: list[tuple[int, Step, Judgement]] = []
    touched: dict[int, HookEvent] = {}
    for judgement in busy:
        close, step = judgement.plan.close, judgement.plan.step
        if close is not None and judgement.case is not None:
            touched[judgement.case.id] = HookEvent.ENDED
            taken += [(judgement.case.id, close.step, judgement)] if close.step else []
        if step is not None:
            goes_on = judgement.case.id if judgement.case is not None and judgement.goes_on else None
            number = next(opened) if goes_on is None else goes_on
            touched[number] = HookEvent.OPENED if goes_on is None else HookEvent.STEPPED
            taken.append((number, step, judgement))
    _take(tx, taken)
    _tell_outside(tx, touched, at)
    return tuple(touched)


def _tell_outside(tx: Tx, touched: Mapping[int, HookEvent], at: datetime) -> None:
    """Have far sides told of what has just happened to cases, in this transaction."""
    if not touched or not web_hooks.is_listened_to(tx):
        return
    table = tables.cases
    for some in portions(sorted(touched), CHUNK):
        found = with_steps(tx, sa.select(table).where(table.c.id.in_(some)).order_by(table.c.id))
        web_hooks.tell(tx, [(touched[case.id], case) for case in found], at=at)


def _close(tx: Tx, judgements: Iterable[Judgement], at: datetime) -> None:
    ends = ((judgement.case, judgement.plan.close) for judgement in judgements)
    run(
        tx,
        _CHANGE,
        [{"b_id": case.id, "closed_at": at, "closing": close.closing} for case, close in ends if case and close],
    )


_CHANGE = sa.update(tables.cases).where(tables.cases.c.id == bound(tables.cases.c.id, "b_id"))


def _rename(tx: Tx, judgements: Iterable[Judgement]) -> None:
    """Have open cases be about another gap."""
    renamed = [
        (judgement.case, judgement.plan.episode)
        for judgement in judgements
        if judgement.case and judgement.plan.episode
    ]
    run(tx, _CHANGE, [{"b_id": case.id, "episode": episode} for case, episode in renamed])


def _wait(tx: Tx, judgements: Iterable[Judgement]) -> None:
    """Have open cases wait on the office, as since their last step, or wait no more."""
    turned = [
        _waits(judgement.case.id, judgement.case.steps[-1], is_answered=not judgement.plan.waits)
        for judgement in judgements
        if judgement.case is not None and judgement.plan.waits is not None
    ]
    run(tx, _CHANGE, turned)


def _open(tx: Tx, findings: Sequence[Finding], at: datetime) -> Sequence[int]:
    """Open a case about each of these findings; return their ids in the same order."""
    rows = [
        {
            "subject": finding.subject.key,
            "account": finding.account,
            "unit": finding.unit,
            "area": finding.area,
            "rule": finding.rule,
            "episode": finding.episode,
            "opened_at": at,
        }
        for finding in findings
    ]
    return tx.scalars(_OPEN, rows).all() if rows else ()


_OPEN = sa.insert(tables.cases).returning(tables.cases.c.id, sort_by_parameter_order=True)


def _take(tx: Tx, taken: Sequence[tuple[int, Step, Judgement]]) -> None:
    """Write down steps of cases, and have people told of them."""
    rows = [
        {"case": case_id, "kind": step.kind, "number": step.number, "at": step.at, "days": step.days}
        | {"because": step.because}
        for case_id, step, _ in taken
    ]
    run(tx, sa.insert(tables.steps), rows)
    waits = (_waits(case_id, step, is_answered=judgement.finding.is_answered) for case_id, step, judgement in taken)
    run(tx, _CHANGE, list(waits))
    queue_notices(
        tx, [(case_id, notice) for case_id, step, judgement in taken for notice in judgement.notices_of(step)]
    )


def _waits(case_id: int, step: Step, *, is_answered: bool) -> dict[str, object]:
    """Return since when a case waits on the office after a step, if it does: not where a decision answers it."""
    is_the_office_s = step.kind in OFFICES and not is_answered
    return {
        "b_id": case_id,
        "waits_since": step.at if is_the_office_s else None,
        "naming": step.number if is_the_office_s else None,
    }


def with_steps(tx: Tx, chosen: sa.Select[Any]) -> tuple[Case, ...]:
    """Return the chosen cases in their order, each with its steps."""
    rows = tx.execute(chosen).all()
    if not rows:
        return ()
    ids = chosen.with_only_columns(tables.cases.c.id).subquery()
    whose = [row.id for row in rows] if len(rows) <= CHUNK else sa.select(ids.c.id)
    table = tables.steps
    taken: defaultdict[int, list[Step]] = defaultdict(list)
    for row in tx.execute(sa.select(table).where(table.c.case.in_(whose)).order_by(table.c.at, table.c.id)):
        taken[row.case].append(Step(kind=row.kind, number=row.number, at=row.at, days=row.days, because=row.because))
    held = acknowledgements_of(tx, whose)
    return tuple(
        Case(
            id=row.id,
            subject=Subject.named(row.account, row.unit, row.area),
            unit=row.unit,
            area=row.area,
            rule=row.rule,
            episode=row.episode,
            opened_at=row.opened_at,
            steps=tuple(taken[row.id]),
            closed_at=row.closed_at,
            closing=row.closing,
            acknowledgements=tuple(held[row.id]),
            waits=row.waits_since is not None,
        )
        for row in rows
    )
