"""Statements of the busiest paths, handed to the driver as they are.

A page of twenty posts is twenty rows, and SQLAlchemy's parameters and rows cost more than the
database itself (tests/bench). `?` stands for a parameter on every database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from monitor.store.columns import UtcDateTime
from monitor.store.database import Tx

_MOMENT = UtcDateTime()


def fetch(tx: Tx, sql: str, parameters: Iterable[object]) -> Sequence[tuple[Any, ...]]:
    """Return the rows with the values as the driver gives them."""
    return tx.exec_driver_sql(_styled(tx, sql), tuple(parameters)).all()


def execute_many(tx: Tx, sql: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Execute the statement for each row, whose values are already as the driver takes them."""
    if rows:
        tx.exec_driver_sql(_styled(tx, sql), rows)


def marks(count: int) -> str:
    """Return that many parameters."""
    return ", ".join("?" * count)


def to_driver(tx: Tx) -> Callable[[datetime | None], object]:
    """Return what turns a moment into what the driver takes."""
    return _MOMENT.bind_processor(tx.dialect)


def from_driver(tx: Tx) -> Callable[[Any], datetime | None]:
    """Return what turns what the driver gives into a moment."""
    return _MOMENT.result_processor(tx.dialect, None)


def _styled(tx: Tx, sql: str) -> str:
    return sql if tx.dialect.paramstyle == "qmark" else sql.replace("?", "%s")
