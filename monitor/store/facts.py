"""What is known of accounts at a moment: everything the rules judge, now or as it was then."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from monitor.core.finding import Known
from monitor.store.database import Tx

REACH = timedelta(days=400)
"""How far back every post is given; of older ones, only the newest that is needed to see where a gap began."""


def known(
    tx: Tx, account_ids: Collection[str], *, now: datetime, known_at: datetime | None = None, reach: timedelta = REACH
) -> tuple[Known, ...]:
    """Return what was the case with these accounts at `now`, as known by `known_at` (default `now`), by account id.

    An account that was not on the roster then is left out: compare the ids. For the judgement
    pass, call it in the write transaction that saves the findings.
    """
    raise NotImplementedError
