"""How far the first looks at a new roster have come: counts over all accounts, in one query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from monitor.core.observation import MANUAL, Reason
from monitor.store.database import Tx
from monitor.store.tables import lights, sources


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLooks:
    """The accounts of the roster, by what has come of looking at them so far."""

    accounts: int
    seen: int
    """Those that some look has shown."""
    unseen: Mapping[Reason, int]
    """Those that were looked at and not seen, by the reason of the last look; most first."""
    by_hand: int
    """Those that no collector looks at: they wait for a person."""

    @property
    def looked(self) -> int:
        """How many the service is done with: seen, not seen, or a person's."""
        return self.seen + sum(self.unseen.values()) + self.by_hand

    @property
    def is_over(self) -> bool:
        """True if nothing more comes by itself."""
        return self.looked >= self.accounts


def first_looks(tx: Tx) -> FirstLooks:
    """Return how far the first looks have come."""
    polled = sa.and_(
        sources.c.account == lights.c.account, sources.c.dropped_at.is_(None), sources.c.collector != MANUAL
    )
    one = (
        sa.select(
            lights.c.account,
            sa.func.count(sources.c.id).label("ways"),
            sa.func.max(sources.c.seen_at).label("seen_at"),
            sa.func.max(sources.c.last_look_at).label("looked_at"),
            sa.func.max(sa.case((sources.c.failures > 0, sources.c.last_outcome))).label("reason"),
        )
        .select_from(lights.outerjoin(sources, polled))
        .group_by(lights.c.account)
        .subquery()
    )
    is_seen, is_looked = one.c.seen_at.is_not(None), one.c.looked_at.is_not(None)
    kind = sa.case(
        (one.c.ways == 0, "hand"),
        (is_seen, "seen"),
        (is_looked, sa.func.coalesce(one.c.reason, "seen")),
        else_="waiting",
    )
    counted: dict[str, int] = dict(tx.execute(sa.select(kind, sa.func.count()).group_by(kind)).all())
    reasons = {reason: counted[reason.value] for reason in Reason if reason.value in counted}
    return FirstLooks(
        accounts=sum(counted.values()),
        seen=counted.get("seen", 0),
        unseen=dict(sorted(reasons.items(), key=lambda entry: -entry[1])),
        by_hand=counted.get("hand", 0),
    )
