"""Every row from one database into another, whatever they are, and the proof that it arrived."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa

from monitor.store import tables
from monitor.store.columns import run
from monitor.store.database import Store, Tx
from monitor.store.faults import StoreError
from monitor.store.place import LEADER
from monitor.store.seal import seal, unseal

CHUNK = 1000
"""Rows that are read and written at once."""

Tell = Callable[[int, int], None]
"""Hears how much is done, and of how much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """One table of which every row is here and there."""

    table: str
    rows: int
    digest: str
    """The same for two tables if and only if they hold the same rows, in whatever order."""


def copy(source: Store, target: Store, tell: Tell) -> tuple[Copied, ...]:
    """Copy everything, as of one moment, into a database that holds nothing: all of it or nothing.

    Raises StoreError where the target is in use, holds rows or does not end up the same.
    """
    if not target.claim_daemon():
        raise StoreError("目标数据库上有服务在运行，请先停止。")
    with source.read() as one, target.begin(durable=True) as other:
        if name := next((table.name for table in _lasting() if _count(other, table)), None):
            raise StoreError(f"目标数据库已有内容（{name}），请换一个空的数据库。")
        return copy_rows(one, other, tell)


def copy_rows(source: Tx, target: Tx, tell: Tell) -> tuple[Copied, ...]:
    """Replace every row of the target by the source's, and prove it by reading both. Raises StoreError."""
    everything = tables.metadata.sorted_tables
    unseal(target)
    for table in reversed(everything):
        target.execute(sa.delete(table).where(_content(table)))
    total, done = 2 * sum(_count(source, table) for table in everything), 0
    copied = []
    for table in everything:
        before = _Sum()
        for rows in _rows(source, table):
            run(target, sa.insert(table), [dict(row) for row in rows])
            before.add(rows)
            tell(done := done + len(rows), total)
        after = _Sum()
        for rows in _rows(target, table):
            after.add(rows)
            tell(done := done + len(rows), total)
        if before != after:
            raise StoreError(f"复制后 {table.name} 与原来不一致（{before.rows}行，{after.rows}行），没有保留任何内容。")
        _go_on_counting(target, table)
        copied.append(Copied(table=table.name, rows=after.rows, digest=after.digest))
    seal(target)
    return tuple(copied)


def _lasting() -> Iterable[sa.Table]:
    """Return the tables whose rows mean something."""
    return (table for table in tables.metadata.sorted_tables if table is not tables.heartbeat)


def _content(table: sa.Table) -> sa.ColumnElement[bool]:
    """Return what a table's rows meet: not the note of who is the daemon, which is about this very database."""
    return table.c.key != LEADER if table is tables.notes else sa.true()


def _count(tx: Tx, table: sa.Table) -> int:
    return tx.scalar(sa.select(sa.func.count()).select_from(table).where(_content(table))) or 0


def _rows(tx: Tx, table: sa.Table) -> Iterable[list[sa.RowMapping]]:
    chosen = sa.select(table).where(_content(table)).order_by(*table.primary_key)
    with tx.execute(chosen, execution_options={"yield_per": CHUNK}) as result:
        for part in result.mappings().partitions():
            yield list(part)


@dataclass(slots=True)
class _Sum:
    """Rows taken together. Their order does not count: databases sort text each in their own way."""

    rows: int = 0
    total: int = 0

    def add(self, rows: Iterable[sa.RowMapping]) -> None:
        for row in rows:
            written = json.dumps(list(row.values()), sort_keys=True, default=_plain).encode()
            self.rows += 1
            self.total += int.from_bytes(blake2b(written, digest_size=16).digest())

    @property
    def digest(self) -> str:
        return f"{self.total % 2**64:016x}"


def _plain(value: object) -> str:
    match value:
        case Enum():
            return str(value.value)
        case date():
            return value.isoformat()
        case bytes() | memoryview():
            return blake2b(value, digest_size=16).hexdigest()
        case _:
            raise TypeError(type(value).__name__)


def _go_on_counting(tx: Tx, table: sa.Table) -> None:
    """Have PostgreSQL number the next row after the last; SQLite does so by itself."""
    column: sa.Column[Any] | None = table.autoincrement_column
    if tx.dialect.name != "postgresql" or column is None:
        return
    sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
    last = sa.select(sa.func.max(column)).scalar_subquery()
    tx.execute(sa.select(sa.func.setval(sequence, sa.func.coalesce(last, 1), last.is_not(None))))
