"""The open cases that wait on the office, each with the act that settles it: counted and named by an index.

Of a few rules the finding tells which act it is, or until when: their cases are read one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

import sqlalchemy as sa

from monitor.core.calendar import beijing_date
from monitor.core.finding import DEREGISTRATION, SIGHT, State
from monitor.core.rules import sup_02
from monitor.core.subject import Subject
from monitor.core.todo import (
    ABOUT_UNITS,
    ACT_OF,
    BY_RULE,
    CLOSED_GAP,
    ENDED_BY_UNITS,
    NAMED,
    SUSPICION,
    TodoAct,
    act_of,
)
from monitor.store import tables
from monitor.store.columns import portions
from monitor.store.database import Tx
from monitor.store.findings import CHUNK

table = tables.cases
IS_WAITING = sa.and_(table.c.closed_at.is_(None), table.c.waits_since.is_not(None))
_CLOSELY = (CLOSED_GAP, SUSPICION, DEREGISTRATION, SIGHT, sup_02.ID)
"""The rules whose findings say more than that there is a trouble: which act it needs, or by which day."""
_AHEAD = 8
"""Among how many cases for each name the first are sought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeCase:
    """One open case that waits on the office, as the case that it is settled with stands."""

    case: int
    naming: int
    """The number of its last step: another one each time the operator is told again."""
    main: int
    """The case that it is settled with: itself, but for what is part of another case."""
    rule: str
    """The rule of that case."""
    act: TodoAct
    subject: Subject
    account: str | None
    unit: str | None
    area: str
    since: date
    due: date | None = None
    """The last day that its finding names."""

    @property
    def whom(self) -> Subject:
        """Return whom the act is about: of a call or a letter the unit."""
        return Subject.named(None, self.unit, self.area) if self.act in ABOUT_UNITS else self.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeGroup:
    """The cases of one rule and area that wait on the office."""

    act: TodoAct
    rule: str
    area: str
    cases: int
    troubles: int
    """How many of them are no part of another."""
    due: date | None
    """The first last day that a finding names."""
    since: date | None
    """The first day from which the office has one of those whose finding names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeAct:
    """Everything of one act; of one that is another for each rule, of one rule."""

    act: TodoAct
    rule: str
    """The rule, where the act is another one for each; else empty."""
    groups: tuple[OfficeGroup, ...]
    subjects: int
    """How many accounts, units or areas it is about."""
    heads: tuple[OfficeCase, ...]
    """Cases of the first of them, one for each; at most NAMED."""

    @property
    def cases(self) -> int:
        """How many cases it settles."""
        return sum(group.cases for group in self.groups)

    @property
    def troubles(self) -> int:
        """How many of them are no part of another: those that a list of this act shows."""
        return sum(group.troubles for group in self.groups)


def office_acts(tx: Tx) -> tuple[OfficeAct, ...]:
    """Return what waits on the office, by act."""
    closely = _read_closely(tx)
    by_act: defaultdict[tuple[TodoAct, str], list[OfficeGroup]] = defaultdict(list)
    for group in (*_plain_groups(tx), *_groups_of(closely)):
        by_act[group.act, group.rule if group.act in BY_RULE else ""].append(group)
    return tuple(
        OfficeAct(
            act=act,
            rule=rule,
            groups=tuple(groups),
            subjects=_subjects(tx, act, plain, near),
            heads=_heads(tx, plain, near),
        )
        for (act, rule), groups in by_act.items()
        for plain in [{group.rule for group in groups} - {*_CLOSELY}]
        for near in [[case for case in closely if case.act is act and (not rule or case.rule == rule)]]
    )


def office_cases(tx: Tx) -> tuple[OfficeCase, ...]:
    """Return every open case that waits on the office."""
    rows = tx.execute(sa.select(table).where(IS_WAITING, table.c.rule.not_in(_CLOSELY)).order_by(table.c.id))
    return (*map(_plain, rows), *_read_closely(tx))


def is_of_act(tx: Tx, act: TodoAct) -> sa.ColumnElement[bool]:
    """Return the condition of the cases that everything of an act is settled with; of all rules of that act."""
    by_rule = table.c.rule.not_in(ACT_OF) if act is act_of("") else table.c.rule.in_(_rules_of(act))
    near = sorted({case.main for case in _read_closely(tx) if case.act is act})
    numbers: sa.BindParameter[int] = sa.bindparam("near", near, expanding=True, literal_execute=True)
    return sa.and_(IS_WAITING, sa.or_(sa.and_(by_rule, table.c.rule.not_in(_CLOSELY)), table.c.id.in_(numbers)))


def _rules_of(act: TodoAct) -> list[str]:
    return [rule for rule, of_it in ACT_OF.items() if of_it is act]


def _plain_groups(tx: Tx) -> Iterable[OfficeGroup]:
    chosen = sa.select(
        table.c.rule, table.c.area, sa.func.count().label("cases"), sa.func.min(table.c.waits_since).label("since")
    )
    chosen = chosen.where(IS_WAITING, table.c.rule.not_in(_CLOSELY)).group_by(table.c.rule, table.c.area)
    for row in tx.execute(chosen.order_by(table.c.rule, table.c.area)):
        yield OfficeGroup(
            act=act_of(row.rule),
            rule=row.rule,
            area=row.area or "",
            cases=row.cases,
            troubles=row.cases,
            due=None,
            since=beijing_date(row.since),
        )


def _groups_of(cases: Sequence[OfficeCase]) -> Iterable[OfficeGroup]:
    alike: defaultdict[tuple[TodoAct, str, str], list[OfficeCase]] = defaultdict(list)
    for case in cases:
        alike[case.act, case.rule, case.area].append(case)
    for (act, rule, area), several in alike.items():
        yield OfficeGroup(
            act=act,
            rule=rule,
            area=area,
            cases=len(several),
            troubles=sum(case.case == case.main for case in several),
            due=min((case.due for case in several if case.due), default=None),
            since=min((case.since for case in several if not case.due), default=None),
        )


def _subjects(tx: Tx, act: TodoAct, plain: Collection[str], closely: Sequence[OfficeCase]) -> int:
    """Return how many an act is about, under rules that an index counts and in cases that were read."""
    near = {case.whom.key: case for case in closely}
    if not plain:
        return len(near)
    there = sa.and_(IS_WAITING, table.c.rule.in_(plain))
    if act in ABOUT_UNITS:
        counted = _distinct(tx, there, table.c.area, table.c.unit)
    else:
        counted = _distinct(tx, sa.and_(there, table.c.account.is_not(None)), table.c.account)
        counted += _distinct(tx, sa.and_(there, table.c.account.is_(None)), table.c.area, table.c.unit)
    return counted + len(near) - _known_already(tx, act, plain, near)


def _distinct(tx: Tx, which: sa.ColumnElement[bool], *columns: sa.ColumnElement[Any]) -> int:
    """Return how many different values these columns have together."""
    found = sa.select(*columns).where(which).distinct().subquery()
    return tx.scalar(sa.select(sa.func.count()).select_from(found)) or 0


def _known_already(tx: Tx, act: TodoAct, plain: Collection[str], near: Mapping[str, OfficeCase]) -> int:
    """Return how many of these an act is about under its other rules, too."""
    found: set[str] = set()
    column = table.c.unit if act in ABOUT_UNITS else table.c.account
    names = sorted({(case.unit if act in ABOUT_UNITS else case.account) or "" for case in near.values()})
    for some in portions(names, CHUNK):
        rows = tx.execute(sa.select(table).where(IS_WAITING, table.c.rule.in_(plain), column.in_(some)))
        found |= {_plain(row).whom.key for row in rows} & near.keys()
    return len(found)


def _heads(tx: Tx, plain: Collection[str], closely: Sequence[OfficeCase]) -> tuple[OfficeCase, ...]:
    """Return the first of an act, those first that are due first."""
    first = sa.select(table.c.id).where(IS_WAITING, table.c.rule.in_(plain)).order_by(table.c.waits_since, table.c.id)
    chosen = sa.select(table).where(table.c.id.in_(first.limit(NAMED * _AHEAD)))
    rows = map(_plain, tx.execute(chosen)) if plain else ()
    found: dict[Subject, OfficeCase] = {}
    for case in sorted((*rows, *closely), key=lambda case: (case.due or date.max, case.since, case.main)):
        found.setdefault(case.whom, case)
    return tuple(found.values())[:NAMED]


def _plain(row: sa.Row[Any]) -> OfficeCase:
    return OfficeCase(
        case=row.id,
        naming=row.naming,
        main=row.id,
        rule=row.rule,
        act=act_of(row.rule),
        subject=Subject.read(row.subject),
        account=row.account,
        unit=row.unit,
        area=row.area or "",
        since=beijing_date(row.waits_since),
    )


def _read_closely(tx: Tx) -> tuple[OfficeCase, ...]:
    main, finding = table.alias("main"), tables.findings
    settled_with = sa.func.coalesce(_settled_with(), table.c.id)
    chosen = (
        sa.select(
            table.c.id,
            table.c.naming,
            table.c.waits_since,
            *(main.c[name] for name in ("subject", "account", "unit", "area", "rule")),
            main.c.id.label("main"),
            finding.c.state,
            finding.c.episode,
            *(finding.c.content[name].as_string().label(name) for name in ("last_post", "due")),
        )
        .join_from(table, main, main.c.id == settled_with)
        .outerjoin(finding, sa.and_(finding.c.subject == main.c.subject, finding.c.rule == main.c.rule))
        .where(IS_WAITING, table.c.rule.in_(_CLOSELY))
        .order_by(table.c.id)
    )
    rows = cast("Sequence[sa.Row[Any]]", tx.execute(chosen).all())
    return tuple(map(_read, rows))


def _read(row: sa.Row[Any]) -> OfficeCase:
    is_over = row.rule == CLOSED_GAP and bool(row.last_post) and _moment(row.last_post) > _moment(row.episode)
    return OfficeCase(
        case=row.id,
        naming=row.naming,
        main=row.main,
        rule=row.rule,
        act=act_of(row.rule, is_over=is_over, is_suspected=row.state is State.SUSPECTED),
        subject=Subject.read(row.subject),
        account=row.account,
        unit=row.unit,
        area=row.area or "",
        since=beijing_date(row.waits_since),
        due=date.fromisoformat(row.due) if row.due else None,
    )


_moment = datetime.fromisoformat


def _settled_with() -> sa.ColumnElement[int]:
    """Return the case that an overdue trouble (整改逾期) is part of; nothing where the unit is urged for its own sake.

    A finding of SUP-02 cites the cases that it is about.
    """
    finding, other = tables.findings.alias("said"), table.alias("cited")
    written = sa.cast(finding.c.content, sa.Text)
    cited = (
        sa.select(other.c.id)
        .join_from(other, finding, written.contains(sa.literal('"case:') + sa.cast(other.c.id, sa.Text) + '"'))
        .where(
            *(finding.c.subject == table.c.subject, finding.c.rule == table.c.rule),
            *(other.c.account == table.c.account, other.c.closed_at.is_(None)),
        )
        .correlate(table)
    )
    is_urged = sa.exists(cited.where(other.c.rule.in_(ENDED_BY_UNITS)))
    office_s = cited.where(other.c.waits_since.is_not(None)).order_by(other.c.rule).limit(1).scalar_subquery()
    return sa.case((sa.and_(table.c.rule == sup_02.ID, sa.not_(is_urged)), office_s), else_=None)
