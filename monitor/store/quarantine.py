"""Sources that the service may have died of: left alone for a growing time, and then looked at one at a time.

A look that is under way holds a lease. Leases that are still held when a service begins its work are those of one that
died, or was killed: any of these sources may be why. An innocent source comes through its next look and is cleared by
it; at the next death only those are left that were under way both times.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.store import tables
from monitor.store.columns import bound, run
from monitor.store.database import Tx

_FIRST = timedelta(minutes=10)
_GROWTH = 4
_LONGEST = timedelta(days=1)
LOSSES = 3
"""After so many workers that were lost over a source, one after another, it is under suspicion."""
_ZERO: sa.ColumnElement[int] = sa.literal_column("0")
"""Written out, so that the index of suspects is used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A source that is left alone."""

    source: str
    account: str
    deaths: int
    """During how many looks at it in a row the service died."""
    until: datetime


def pause(deaths: int) -> timedelta:
    """Return how long a source is left alone after `deaths`: 10, 40, 160 minutes, and so on up to a day."""
    growth: int = _GROWTH ** min(deaths - 1, 10)
    return min(_FIRST * growth, _LONGEST)


def begin(tx: Tx, now: datetime) -> tuple[Quarantined, ...]:
    """Put in quarantine what was being looked at when the last service died, and end all leases; return what was.

    Where one of them was under suspicion before, the others are not blamed.
    """
    table = tables.sources
    held = sa.select(table.c.id, table.c.account, table.c.deaths).where(table.c.leased_until.is_not(None))
    rows = tx.execute(held.order_by(table.c.id)).all()
    release(tx)
    suspects: list[sa.Row[*tuple[Any, ...]]] = [row for row in rows if row.deaths]
    return _blame(tx, suspects or rows, now)


def _blame(tx: Tx, suspects: Sequence[sa.Row[*tuple[Any, ...]]], now: datetime) -> tuple[Quarantined, ...]:
    """Leave these alone for a time that grows with their deaths."""
    table = tables.sources
    found = tuple(
        Quarantined(source=row.id, account=row.account, deaths=row.deaths + 1, until=now + pause(row.deaths + 1))
        for row in suspects
    )
    blame = sa.update(table).where(table.c.id == bound(table.c.id, "b_id"))
    blamed = blame.values(
        deaths=bound(table.c.deaths, "b_deaths"), quarantined_until=bound(table.c.quarantined_until, "b_until")
    )
    run(tx, blamed, [{"b_id": source.source, "b_deaths": source.deaths, "b_until": source.until} for source in found])
    return found


def lose(tx: Tx, source_ids: Collection[str], now: datetime) -> tuple[Quarantined, ...]:
    """Take down that a worker was lost that had these in hand; return those put in quarantine for it.

    The first loss is no suspicion: workers are stopped and started as machines are. Whoever is looked at without a loss
    in between is cleared.
    """
    table = tables.sources
    held = sa.select(table.c.id, table.c.account, table.c.deaths, table.c.losses).where(table.c.id.in_(source_ids))
    rows = tx.execute(held.order_by(table.c.id).with_for_update()).all()
    lost = sa.update(table).where(table.c.id.in_(source_ids)).values(losses=table.c.losses + 1)
    tx.execute(lost)
    suspects: list[sa.Row[*tuple[Any, ...]]] = [row for row in rows if row.losses + 1 >= LOSSES]
    return _blame(tx, suspects, now)


def release(tx: Tx) -> None:
    """End all leases: their holders look at nothing any more."""
    table = tables.sources
    tx.execute(sa.update(table).where(table.c.leased_until.is_not(None)).values(leased_until=None, claim=None))


def is_free(now: datetime) -> sa.ColumnElement[bool]:
    """True if a source is not in quarantine."""
    until = tables.sources.c.quarantined_until
    return sa.or_(until.is_(None), until <= now)


def is_next_suspect(now: datetime) -> sa.ColumnElement[bool]:
    """True if a source is under no suspicion, or the one suspect that may be looked at: while no other is."""
    table = tables.sources
    other = table.alias()
    is_under_way = sa.exists().where(other.c.deaths > _ZERO, other.c.leased_until > now)
    first = (
        sa.select(sa.func.min(other.c.id))
        .where(
            other.c.deaths > _ZERO, other.c.next_look_at <= now, sa.func.coalesce(other.c.quarantined_until, now) <= now
        )
        .scalar_subquery()
    )
    return sa.or_(table.c.deaths == 0, sa.and_(table.c.id == first, sa.not_(is_under_way)))
