"""The pace of each far side: how many messages a minute it takes, and until when it takes none."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.store.columns import insert_or
from monitor.store.database import Tx
from monitor.store.tables import buckets

ONE_MINUTE = timedelta(minutes=1)
LONGEST_BLOCK = timedelta(hours=6)
"""The longest that a block is believed; a clock that was put back must not make it longer."""


def next_token_at(tx: Tx, bucket: str, per_minute: int, now: datetime) -> datetime | None:
    """Return when the far side's next token is to be had; None if now, and then until the transaction's end."""
    return _tokens(tx, bucket, per_minute, now)[1]


def take_token(tx: Tx, bucket: str, per_minute: int, now: datetime) -> datetime | None:
    """Take one of a far side's tokens: None means send now, a moment means not before then.

    No 60 seconds ever see more than `per_minute` tokens taken, by whatever process; none is given while it is
    blocked (`block`). A token taken later than `now` was taken before the clock was put back: it counts as just taken.
    """
    recent, token_at = _tokens(tx, bucket, per_minute, now)
    if token_at is None:
        written = [moment.isoformat() for moment in (*recent, now)]
        tx.execute(sa.update(buckets).where(buckets.c.channel == bucket).values(taken=written))
    return token_at


def _tokens(tx: Tx, bucket: str, per_minute: int, now: datetime) -> tuple[list[datetime], datetime | None]:
    """Return when tokens were taken in the last minute, and when the next is to be had; the row is locked."""
    tx.execute(insert_or(tx, buckets, ["channel"]), {"channel": bucket, "taken": []})
    row = tx.execute(sa.select(buckets).where(buckets.c.channel == bucket).with_for_update()).one()
    recent = sorted(
        min(taken, now) for entry in row.taken if (taken := datetime.fromisoformat(entry)) > now - ONE_MINUTE
    )
    if row.taken and datetime.fromisoformat(row.taken[-1]) > now:  # else they would be as recent forever
        clamped = sa.update(buckets).where(buckets.c.channel == bucket)
        tx.execute(clamped.values(taken=[moment.isoformat() for moment in recent]))
    blocked: datetime | None = row.blocked_until
    if blocked is not None and blocked > now:
        return recent, min(blocked, now + LONGEST_BLOCK)
    return recent, recent[-per_minute] + ONE_MINUTE if len(recent) >= per_minute else None


def block(tx: Tx, bucket: str, until: datetime) -> None:
    """Give no more of a far side's tokens until then: it said itself that it takes nothing."""
    tx.execute(insert_or(tx, buckets, ["channel"]), {"channel": bucket, "taken": []})
    tx.execute(sa.update(buckets).where(buckets.c.channel == bucket).values(blocked_until=until))
