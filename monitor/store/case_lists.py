"""Lists of cases by what they wait for, filtered, counted and turned in the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from monitor.core.account import Labelled, UnitKey
from monitor.core.case import Case
from monitor.core.todo import REVIEWED
from monitor.store import tables
from monitor.store.cases import with_steps
from monitor.store.database import Tx


class Wait(Labelled):
    """What a case waits for; the value is the query parameter."""

    OFFICE = "office", "待办公室办理"
    REVIEW = "review", "待研判"
    UNIT = "unit", "等单位办"
    DONE = "done", "已办结"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """Which cases are meant."""

    wait: Wait = Wait.OFFICE
    rule: str = ""
    unit: str = ""
    own: UnitKey | None = None
    """The one unit whose cases are shown; None for all."""


def counts(tx: Tx, which: CaseFilter) -> Mapping[Wait, int]:
    """Return how many cases wait for each; `wait` and `rule` of the filter do not count."""
    table = tables.cases
    sums = [sa.func.sum(sa.case((sa.and_(*_waiting(wait)), 1), else_=0)) for wait in Wait]
    row = tx.execute(sa.select(*sums).select_from(table).where(*_whose(which))).one()
    return {wait: int(count or 0) for wait, count in zip(Wait, row, strict=True)}


def by_rule(tx: Tx, which: CaseFilter) -> Mapping[str, int]:
    """Return how many cases there are under each rule that has any; `rule` of the filter does not count."""
    table = tables.cases
    chosen = sa.select(table.c.rule, sa.func.count()).where(*_whose(which), *_waiting(which.wait))
    return dict(tx.execute(chosen.group_by(table.c.rule).order_by(table.c.rule)).all())


def listed(tx: Tx, which: CaseFilter, *, limit: int, skip: int = 0) -> Sequence[Case]:
    """Return cases with their steps, those opened first at the top; of ended ones, those that ended last."""
    table = tables.cases
    order = (table.c.closed_at.desc(),) if which.wait is Wait.DONE else (table.c.opened_at, table.c.unit)
    chosen = sa.select(table).where(*_whose(which), *_waiting(which.wait)).order_by(*order, table.c.id)
    chosen = chosen.where(table.c.rule == which.rule) if which.rule else chosen
    return with_steps(tx, chosen.limit(limit).offset(skip))


def numbers(tx: Tx, which: CaseFilter, *, limit: int) -> Sequence[int]:
    """Return the numbers of the first cases of a rule, in the order of `listed`."""
    table = tables.cases
    chosen = sa.select(table.c.id).where(*_whose(which), *_waiting(which.wait), table.c.rule == which.rule)
    return tuple(tx.scalars(chosen.order_by(table.c.opened_at, table.c.unit, table.c.id).limit(limit)))


def _whose(which: CaseFilter) -> Iterator[sa.ColumnElement[bool]]:
    table = tables.cases
    if which.unit:
        yield table.c.unit == which.unit
    if which.own is not None:
        yield table.c.unit == which.own.name
        yield table.c.area == which.own.area


def _waiting(wait: Wait) -> Iterator[sa.ColumnElement[bool]]:
    table = tables.cases
    yield table.c.closed_at.is_not(None) if wait is Wait.DONE else table.c.closed_at.is_(None)
    match wait:
        case Wait.OFFICE:
            yield table.c.waits_since.is_not(None)
        case Wait.REVIEW:
            yield table.c.waits_since.is_not(None)
            yield table.c.rule.in_(REVIEWED)
        case Wait.UNIT:
            yield table.c.waits_since.is_(None)
        case Wait.DONE:
            pass
