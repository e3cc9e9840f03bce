"""The accounts that people have to read: those that nobody polls, and those that could not be seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.core.account import Platform, UnitKey
from monitor.core.calendar import beijing_date
from monitor.core.light import ASK_HAND_FROM, AccountTask, Light
from monitor.core.observation import HAND_FRESHNESS, MANUAL, Covers, Timeline
from monitor.store import tables
from monitor.store.columns import stands
from monitor.store.database import Tx
from monitor.store.imports import LOOK
from monitor.store.observations import seen_of


@dataclass(frozen=True, slots=True, kw_only=True)
class HandFilter:
    """Which of these accounts a list is about; what is None or empty leaves nobody out."""

    due: bool = False
    """Only those that are due."""
    platform: Platform | None = None
    unit: str | None = None
    account: str | None = None
    """Only this one, though it may be read by itself."""
    wanted: str = ""
    """A part of the name, the unit, the area or the id, whatever its capitals."""
    by_hand: bool = False
    """Only those that nobody polls; of those that could not be seen another line of today tells."""
    area: str | None = None
    """The area of the unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandRow:
    """One account that people read."""

    account: str
    seen_at: datetime | None
    """When somebody last saw its whole list."""
    is_due: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HandCounts:
    """How many accounts people read, and how many of them are due."""

    total: int
    due: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredLook:
    """A look by hand that stands, by the number under which it can be corrected."""

    number: int
    account: str
    by: str
    at: datetime
    seen: Timeline

    @property
    def is_complete(self) -> bool:
        """True if the whole list was seen."""
        return self.seen.covers is Covers.ALL


def counts(tx: Tx, which: HandFilter, now: datetime) -> HandCounts:
    """Return how many accounts a list has."""
    due = sa.func.coalesce(sa.func.sum(sa.case((_is_due(now), 1), else_=0)), 0)
    row = tx.execute(_chosen(which, now, sa.func.count(), due)).one()
    return HandCounts(total=row[0], due=row[1])


def page(tx: Tx, which: HandFilter, now: datetime, *, limit: int, skip: int) -> tuple[HandRow, ...]:
    """Return one page of a list: those that are due first, and of these the longest unseen."""
    due = sa.case((_is_due(now), 0), else_=1)
    never = sa.case((_HAND.c.seen_at.is_(None), 0), else_=1)
    chosen = _chosen(which, now, _LIGHT.c.account, _HAND.c.seen_at, due.label("later"))
    by = (due, never, _HAND.c.seen_at, _LIGHT.c.silent_since, _LIGHT.c.unit, _LIGHT.c.account)
    rows = tx.execute(chosen.order_by(*by).limit(limit).offset(skip))
    return tuple(HandRow(account=row.account, seen_at=row.seen_at, is_due=not row.later) for row in rows)


def behind(tx: Tx, which: HandFilter, now: datetime, *, limit: int, after: str) -> tuple[HandRow, ...]:
    """Return accounts of a list by their ids, those behind one: an order that no look changes."""
    due = sa.case((_is_due(now), 1), else_=0)
    chosen = _chosen(which, now, _LIGHT.c.account, _HAND.c.seen_at, due.label("due"))
    rows = tx.execute(chosen.where(_LIGHT.c.account > after).order_by(_LIGHT.c.account).limit(limit))
    return tuple(HandRow(account=row.account, seen_at=row.seen_at, is_due=bool(row.due)) for row in rows)


def next_due(tx: Tx, which: HandFilter, now: datetime) -> date | None:
    """Return the first day on which an account of a list that is not due now will be."""
    chosen = _chosen(which, now, _LIGHT.c.silent_since, _HAND.c.seen_at).where(~_is_due(now))
    return min((_due_on(row.silent_since, row.seen_at, beijing_date(now)) for row in tx.execute(chosen)), default=None)


def platforms(tx: Tx, now: datetime) -> tuple[Platform, ...]:
    """Return the platforms of the accounts that people read, in their order."""
    found = set(tx.scalars(_chosen(HandFilter(), now, _LIGHT.c.platform).distinct()))
    return tuple(platform for platform in Platform if platform.value in found)


def units(tx: Tx, now: datetime) -> tuple[UnitKey, ...]:
    """Return the units of the accounts that people read."""
    rows = tx.execute(_chosen(HandFilter(), now, _LIGHT.c.area, _LIGHT.c.unit).distinct())
    return tuple(sorted(UnitKey(row.area, row.unit) for row in rows))


def registered(tx: Tx, since: datetime, *, limit: int, before: int | None = None) -> tuple[RegisteredLook, ...]:
    """Return the single looks by hand that were registered since a moment and stand, latest first: those before one."""
    look = tables.imports
    which = look.c.known_at >= since
    if before is not None:
        which = sa.and_(which, look.c.id < before)
    return _registered(tx, which, limit)


def count_registered(tx: Tx, since: datetime) -> int:
    """Return how many looks by hand were registered since a moment and stand."""
    look = tables.imports
    chosen = sa.select(sa.func.count()).where(look.c.kind == LOOK, stands(look), look.c.known_at >= since)
    return tx.scalar(chosen) or 0


def registered_look(tx: Tx, number: int) -> RegisteredLook | None:
    """Return the look of a number; None where it was corrected, or there is none."""
    return next(iter(_registered(tx, tables.imports.c.id == number, 1)), None)


def _registered(tx: Tx, which: sa.ColumnElement[bool], limit: int) -> tuple[RegisteredLook, ...]:
    look, seen = tables.imports, tables.observations
    chosen = (
        sa.select(look.c.id, look.c.file, look.c.by, look.c.as_of, seen.c.covers, seen.c.content)
        .join_from(look, seen, seen.c.import_id == look.c.id)
        .where(look.c.kind == LOOK, stands(look), stands(seen), which)
        .order_by(look.c.id.desc())
        .limit(limit)
    )
    return tuple(_look(row) for row in tx.execute(chosen))


def _look(row: sa.Row[*tuple[Any, ...]]) -> RegisteredLook:
    seen = seen_of(row)
    assert isinstance(seen, Timeline)  # noqa: S101 - what people see of posts is a list
    return RegisteredLook(number=row.id, account=row.file, by=row.by, at=row.as_of, seen=seen)


_LIGHT, _HAND = tables.lights, tables.sources.alias("by_hand")
_TASKS = (AccountTask.HAND, AccountTask.UNSEEN)


def _chosen(which: HandFilter, now: datetime, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    whole = sa.and_(
        _HAND.c.account == _LIGHT.c.account,
        _HAND.c.collector == MANUAL,
        _HAND.c.key == "posts",
        _HAND.c.dropped_at.is_(None),
    )
    return sa.select(*columns).select_from(_LIGHT.outerjoin(_HAND, whole)).where(*_meant(which, now))


def _meant(which: HandFilter, now: datetime) -> Iterator[sa.ColumnElement[bool]]:
    yield _LIGHT.c.light != Light.NONE
    yield _LIGHT.c.account == which.account if which.account else sa.or_(~_is_polled(), _is_asked(now))
    if which.due:
        yield _is_due(now)
    if which.by_hand:
        yield _LIGHT.c.task == AccountTask.HAND
    if which.area is not None:
        yield _LIGHT.c.area == which.area
    if which.platform is not None:
        yield _LIGHT.c.platform == which.platform.value
    if which.unit is not None:
        yield _LIGHT.c.unit == which.unit
    if which.wanted:
        yield _LIGHT.c.search.contains(which.wanted.casefold(), autoescape=True)


def _is_polled() -> sa.ColumnElement[bool]:
    """Return the condition of the accounts of which a list is read by itself that can show what is newest."""
    source = tables.sources
    return sa.exists().where(
        source.c.account == _LIGHT.c.account,
        source.c.collector != MANUAL,
        source.c.is_partial.is_(False),
        source.c.dropped_at.is_(None),
    )


def _is_asked(now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition of the accounts that the operator is asked to look at."""
    return sa.and_(_LIGHT.c.task.in_(_TASKS), _LIGHT.c.task_from <= beijing_date(now))


def _is_due(now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition of those that were not seen whole within the time for which a look by hand stands.

    A look that was registered a moment ago counts before the rules are asked again.
    """
    fresh_from = now - HAND_FRESHNESS
    return sa.and_(_is_asked(now), sa.or_(_HAND.c.seen_at.is_(None), _HAND.c.seen_at < fresh_from))


def _due_on(silent_since: date, seen_at: datetime | None, today: date) -> date:
    """Return from which day on an account that is not due now will be: its look is stale, and it is silent for long."""
    asked = today if silent_since == date.max else silent_since + timedelta(days=ASK_HAND_FROM)
    stale = beijing_date(seen_at + HAND_FRESHNESS) if seen_at else today
    return max(asked, stale, today)


def seen_by_hand(tx: Tx, ids: Sequence[str]) -> dict[str, datetime]:
    """Return when somebody last saw the whole list of these accounts, of those where somebody did."""
    chosen = sa.select(_HAND.c.account, _HAND.c.seen_at).where(
        _HAND.c.account.in_(ids), _HAND.c.collector == MANUAL, _HAND.c.key == "posts", _HAND.c.seen_at.is_not(None)
    )
    return dict(tx.execute(chosen).all())
