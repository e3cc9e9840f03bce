"""A database as the first version wrote it: three months of a sample county, at revision 0003 of the schema.

`0.1.0.sql.xz` is what that version's own sample county left behind, dumped by SQLite.
"""

from __future__ import annotations

import json
import lzma
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from alembic import command

from monitor.store import schema, tables
from monitor.store.packing import Packed, unpack

REVISION = "0003"
_DUMP = Path(__file__).with_name("0.1.0.sql.xz")

Row = tuple[tuple[str, str], ...]
Rows = dict[str, list[Row]]
"""Every table's rows in an order of their own, each as the names of its columns and what they hold."""


def former_file(path: Path) -> str:
    """Write the database to a file, and return its address."""
    with closing(sqlite3.connect(path)) as made:
        made.executescript(lzma.decompress(_DUMP.read_bytes()).decode())
    return f"sqlite:///{path}"


def former_server(path: Path, url: str) -> str:
    """Have an empty database of PostgreSQL hold the same, as the first version would have written it there."""
    with connected(former_file(path)) as one, connected(url) as other, other.begin():
        command.upgrade(schema.alembic_config(other), REVISION)
        there = sa.MetaData()
        there.reflect(other)
        for table in there.sorted_tables:
            if table.name != "alembic_version" and (rows := list(_moved(one, table))):
                other.execute(sa.insert(table), rows)
        _count_on(other, there)
    return url


@contextmanager
def connected(url: str) -> Iterator[sa.Connection]:
    """Open a connection that nothing is left of afterwards."""
    with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
        yield connection


def _moved(one: sa.Connection, table: sa.Table) -> Iterator[dict[str, object]]:
    """Yield the rows of a table of SQLite in the types of one of PostgreSQL."""
    here = sa.Table(table.name, sa.MetaData(), autoload_with=one)
    for row in one.execute(sa.select(here)).mappings():
        yield {name: _typed(value, table.c[name].type) for name, value in row.items()}


def _typed(value: object, kind: sa.types.TypeEngine[object]) -> object:
    if isinstance(value, datetime) and isinstance(kind, sa.DateTime) and kind.timezone:
        return value.replace(tzinfo=UTC)
    if value is None and isinstance(kind, sa.JSON):
        return sa.null()
    return bool(value) if isinstance(kind, sa.Boolean) and value is not None else value


def _count_on(tx: sa.Connection, there: sa.MetaData) -> None:
    """Have the numbers that PostgreSQL gives begin after those that are there."""
    for table in there.sorted_tables:
        for column in table.primary_key:
            named = sa.func.pg_get_serial_sequence(table.name, column.name)
            if isinstance(column.type, sa.Integer) and tx.scalar(sa.select(named)):
                last = sa.select(sa.func.coalesce(sa.func.max(column), 0) + 1).scalar_subquery()
                tx.execute(sa.select(sa.func.setval(named, last, sa.false())))


def rows(url: str, only: Rows | None = None) -> Rows:
    """Return every row; with `only`, of those tables and columns alone."""
    with connected(url) as connection:
        there = sa.MetaData()
        there.reflect(connection)
        return {
            table.name: _rows(connection, table, None if only is None else only[table.name])
            for table in there.sorted_tables
            if table.name != "alembic_version" and (only is None or table.name in only)
        }


def _rows(connection: sa.Connection, table: sa.Table, only: list[Row] | None) -> list[Row]:
    names = [name for name, _ in only[0]] if only else sorted(table.c.keys())
    if only == []:
        return []
    asked = connection.execute(sa.select(*(table.c[name] for name in names)))
    return sorted(
        tuple((name, repr(_said(table, name, value))) for name, value in zip(names, row, strict=True)) for row in asked
    )


def _said(table: sa.Table, name: str, value: object) -> object:
    """Return what a column says, packed or not."""
    is_packed = isinstance(tables.metadata.tables[table.name].c[name].type, Packed)
    return json.loads(unpack(value)) if is_packed and isinstance(value, bytes) else value
