"""What the database knows of the days of one account: its posts by their times, and when all of them were seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.core.account import Platform
from monitor.core.account_year import DatedPost, SeenSpan
from monitor.core.observation import MANUAL, Covers, Precision, Standing
from monitor.store.columns import stands
from monitor.store.database import Tx
from monitor.store.posts import is_evidence
from monitor.store.tables import observations, outages, posts

POSTS = 10_000
"""More posts than this of a year are not read: the days before them count as not seen."""
_PRESENT = [standing for standing in Standing if standing.is_present]


def dated_posts(tx: Tx, account: str, since: datetime) -> tuple[DatedPost, ...]:
    """Return an account's posts since a moment and the one before it, newest first."""
    chosen = sa.select(
        posts.c.published_at,
        posts.c.linked_at,
        posts.c.precision,
        posts.c.withdrawn_at,
        is_evidence(posts).label("is_evidence"),
    ).where(posts.c.account == account)
    ordered = chosen.order_by(posts.c.published_at.desc(), posts.c.id.desc())
    rows = tx.execute(ordered.where(posts.c.published_at >= since).limit(POSTS)).all()
    before = tx.execute(ordered.where(posts.c.published_at < since, is_evidence(posts)).limit(1)).all()
    return tuple(
        DatedPost(
            at=row.published_at,
            is_linked=row.linked_at is not None,
            is_exact=row.precision is not Precision.AT_LEAST,
            is_visible=row.withdrawn_at is None,
            is_evidence=bool(row.is_evidence),
        )
        for row in (*rows, *(before if len(rows) < POSTS else ()))
    )


def seen_spans(
    tx: Tx, account: str, platform: Platform, since: datetime, *, polled_until: datetime | None = None
) -> tuple[SeenSpan, ...]:
    """Return the times since a moment in which a source showed all there was, without those we could not be trusted in.

    What polled sources showed after `polled_until` does not count either: the authorization was over.
    """
    kept = observations.c
    chosen = sa.select(kept.collector, kept.first_seen, kept.last_confirmed, kept.read_at, kept.content).where(
        kept.account == account,
        kept.covers == Covers.ALL,
        kept.standing.in_(_PRESENT),
        kept.last_confirmed >= since,
        stands(observations),
    )
    doubts = _doubts(tx, platform, since)
    if polled_until is not None:
        doubts.append((polled_until, datetime.max.replace(tzinfo=polled_until.tzinfo)))
    return tuple(
        SeenSpan(since=first, until=last)
        for row in tx.execute(chosen.order_by(kept.first_seen))
        for first, last in _without((row.first_seen, _until(row)), () if row.collector == MANUAL else doubts)
    )


def _until(row: sa.Row[*tuple[Any, ...]]) -> datetime:
    """Return up to when an interval shows what there was (`Observation.shown_until`)."""
    moments: list[datetime] = [row.last_confirmed]
    if row.read_at is not None:
        moments.append(row.read_at)
    whole_until = row.content.get("whole_until")
    if whole_until is not None:
        moments.append(datetime.fromisoformat(whole_until))
    return min(moments)


def _doubts(tx: Tx, platform: Platform, since: datetime) -> list[tuple[datetime, datetime]]:
    """Return when looks at a platform could not be trusted, in their order."""
    chosen = sa.select(outages.c.trusted_until, outages.c.ended_at).where(
        sa.or_(outages.c.platform.is_(None), outages.c.platform == platform.value),
        sa.or_(outages.c.ended_at.is_(None), outages.c.ended_at >= since),
    )
    return [
        (row.trusted_until, row.ended_at or datetime.max.replace(tzinfo=row.trusted_until.tzinfo))
        for row in tx.execute(chosen.order_by(outages.c.trusted_until))
    ]


def _without(
    span: tuple[datetime, datetime], doubts: Iterable[tuple[datetime, datetime]]
) -> Iterator[tuple[datetime, datetime]]:
    """Yield what is left of a time once others are taken out of it."""
    first, last = span
    for begin, end in sorted(doubts):
        if begin > last or end < first:
            continue
        if begin > first:
            yield first, begin
        first = end
        if first > last:
            return
    if first <= last:
        yield first, last
