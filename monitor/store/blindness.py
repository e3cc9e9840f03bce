"""Ways to look that have shown nothing for weeks, for all accounts that are looked at by them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.core.account import Platform
from monitor.core.observation import MANUAL, Reason
from monitor.store import tables
from monitor.store.database import Tx
from monitor.store.values import decode

PATIENCE = timedelta(days=14)
"""So long a way may show nothing of any account before people are told to take another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindWay:
    """A collector by which nothing is seen of any account of a platform any more."""

    collector: str
    platform: Platform
    accounts: int
    since: datetime
    """When it last showed anything, else when it was first tried."""
    reasons: Collection[Reason]
    """How its looks end now."""

    @property
    def told_from(self) -> datetime:
        """From when on people are told."""
        return self.since + PATIENCE


def blind_ways(tx: Tx, now: datetime) -> tuple[BlindWay, ...]:
    """Return the ways that have shown nothing for PATIENCE, by platform and name."""
    source, account, seen = tables.sources, tables.accounts, tables.observations
    is_tried = sa.and_(source.c.dropped_at.is_(None), source.c.collector != MANUAL, source.c.last_look_at.is_not(None))
    showing_nothing = (
        sa.select(account.c.platform, source.c.collector)
        .join_from(source, account)
        .where(is_tried)
        .group_by(account.c.platform, source.c.collector)
        .having(sa.func.count(source.c.blind_reason) == sa.func.count())
    )
    suspects = [
        sa.and_(account.c.platform == row.platform, source.c.collector == row.collector)
        for row in tx.execute(showing_nothing)
    ]
    if not suspects:
        return ()  # as always: what each source was first tried at need not be found
    first = (
        sa.select(sa.func.min(seen.c.first_seen))
        .where(seen.c.account == source.c.account, seen.c.source == source.c.id)
        .scalar_subquery()
    )
    chosen = (
        sa.select(
            account.c.platform,
            source.c.collector,
            source.c.account,
            source.c.blind_reason,
            source.c.seen_at,
            first.label("tried_at"),
        )
        .join_from(source, account)
        .where(is_tried, sa.or_(*suspects))
    )
    found: dict[tuple[str, str], list[sa.Row[*tuple[Any, ...]]]] = {}
    for row in tx.execute(chosen):
        found.setdefault((row.platform, row.collector), []).append(row)
    ways = (_way(platform, collector, rows) for (platform, collector), rows in sorted(found.items()))
    return tuple(way for way in ways if way is not None and way.told_from <= now)


def _way(platform: str, collector: str, rows: Collection[sa.Row[*tuple[Any, ...]]]) -> BlindWay | None:
    if any((row.seen_at or row.tried_at) is None for row in rows):
        return None
    # an account that was enrolled yesterday, and that the way never showed, does not make it younger
    since = max((row.seen_at for row in rows if row.seen_at), default=min(row.seen_at or row.tried_at for row in rows))
    return BlindWay(
        collector=collector,
        platform=decode(Platform, platform),
        accounts=len({row.account for row in rows}),
        since=since,
        reasons=frozenset(row.blind_reason for row in rows),
    )
