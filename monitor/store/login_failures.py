"""How often logging in has failed lately, by name, by address and altogether.

A try counts as a failure before its password is looked at, and is taken back where it was right: many at once gain
nothing by being at once. Who has to wait is not looked at, and does not count.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa

from monitor.core.login import FORGOTTEN, IN_PERIOD, PERIOD, wait_after
from monitor.core.user import name_key
from monitor.store.columns import insert_or
from monitor.store.database import Tx
from monitor.store.tables import login_failures as table

_ALL = "all"


def of_name(name: str) -> str:
    """Return the key of a name, as it was typed."""
    return f"name/{sha256(name_key(name).encode('utf-8', 'replace')).hexdigest()}"


def of_address(address: str) -> str:
    """Return the key of an address, or of the network that is one client's."""
    return f"address/{address}"


def reserve(tx: Tx, keys: tuple[str, ...], *, at: datetime) -> datetime | None:
    """Count a try under all of these keys; where one of them has to wait, count nothing and return until when."""
    tx.execute(sa.delete(table).where(table.c.at <= at - FORGOTTEN))
    known = {row.key: row for row in tx.execute(sa.select(table).where(table.c.key.in_((*keys, _ALL))))}
    waits: list[datetime] = [row.wait_until for key, row in known.items() if row.wait_until and row.wait_until > at]
    if waits:
        return max(waits)
    for key in keys:
        failures = (known[key].failures if key in known else 0) + 1
        _put(tx, key, failures, at, at + wait_after(failures))
    _count_all(tx, known.get(_ALL), at)
    return None


def succeeded(tx: Tx, name: str, address: str) -> None:
    """Take back a try that was right: of the name everything before, of the address this one alone."""
    tx.execute(sa.delete(table).where(table.c.key == name))
    for key in (address, _ALL):
        less = sa.update(table).where(table.c.key == key, table.c.failures > 0)
        tx.execute(less.values(failures=table.c.failures - 1, wait_until=None))


def _count_all(tx: Tx, known: sa.Row[tuple[object, ...]] | None, at: datetime) -> None:
    """Count in periods: `at` is when this one began."""
    is_new = known is None or at - known.at >= PERIOD
    began_at, failures = (at, 1) if is_new else (known.at, known.failures + 1)  # type: ignore[union-attr]  # known unless new
    _put(tx, _ALL, failures, began_at, began_at + PERIOD if failures >= IN_PERIOD else None)


def _put(tx: Tx, key: str, failures: int, at: datetime, wait_until: datetime | None) -> None:
    row = {"key": key, "failures": failures, "at": at, "wait_until": wait_until}
    tx.execute(insert_or(tx, table, ["key"], update=["failures", "at", "wait_until"]), row)
