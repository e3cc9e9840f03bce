"""The tokens of owners' grants as rows: sealed before they come here, and gone when they are past their time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from monitor.core.collector import Sealed
from monitor.store import tables
from monitor.store.columns import insert_or, run
from monitor.store.database import Tx

_KEY = ("collector", "grant", "name")


def keep(tx: Tx, sealed: Sequence[Sealed], now: datetime) -> None:
    """Keep these in place of what had their names; where there is something to keep, let go of what has ended."""
    if sealed:
        table = tables.tokens
        tx.execute(sa.delete(table).where(table.c.until <= now))
        rows = [{column.name: getattr(entry, column.name) for column in table.columns} for entry in sealed]
        run(tx, insert_or(tx, table, _KEY, update=("content", "until")), rows)


def kept(tx: Tx) -> tuple[Sealed, ...]:
    """Return everything that is kept, in no particular order; some of it may be past its time."""
    return tuple(Sealed(**row) for row in tx.execute(sa.select(tables.tokens)).mappings())
