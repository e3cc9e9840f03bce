"""Kinds of column: moments that keep their zone, closed lists, and one way to insert or update."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from monitor.core.subject import Subject

T = TypeVar("T")

WIDTH = 26
"""Characters of a moment as SQLite keeps it: `2026-03-01 04:05:06.000007`, UTC, comparable as text."""

AT_ONCE = 1000
"""Rows that are handed to the database in one go: more cost memory and win nothing."""


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An aware moment, in UTC on the way out, to the microsecond; a naive one is refused.

    SQLite has no moments: it gets text. Its own DateTime would hand 08:00+08:00 back as naive 08:00.
    """

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[object]:
        """Return the type that the database itself knows."""
        kind: sa.types.TypeEngine[object] = (
            sa.String(WIDTH) if dialect.name == "sqlite" else sa.DateTime(timezone=True)  # type: ignore[assignment] # of str and of datetime
        )
        return dialect.type_descriptor(kind)

    def bind_processor(self, dialect: sa.Dialect) -> Callable[[datetime | None], object]:
        """Return what makes a moment what the database is given."""
        return _text if dialect.name == "sqlite" else _utc

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """Return what makes it a moment again."""
        return _from_text if dialect.name == "sqlite" else _utc

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> object:
        """Return what the database is given."""
        return self.bind_processor(dialect)(value)

    def process_result_value(self, value: object, dialect: sa.Dialect) -> datetime | None:
        """Return what the program is given."""
        return self.result_processor(dialect, None)(value)


def _utc(moment: datetime | None) -> datetime | None:
    if moment is None or moment.tzinfo is UTC:
        return moment
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(UTC)


@lru_cache(maxsize=4096)  # one look's moment stands in every row it makes
def _text(moment: datetime | None) -> str | None:
    utc = _utc(moment)
    return None if utc is None else utc.isoformat(" ", "microseconds")[:WIDTH]


def _from_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")  # half the cost of replace(tzinfo=UTC)


def closed(kind: type[Enum], name: str) -> sa.Enum:
    """Return a column type for a closed list, kept as the members' values and checked by the database."""
    return sa.Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def insert_or(
    tx: sa.Connection, table: sa.Table, key: Sequence[str], *, update: Sequence[str] = ()
) -> sqlite.Insert | postgresql.Insert:
    """Return an insert that, where the key exists, updates these columns instead, or does nothing if there are none."""
    statement = sqlite.insert(table) if tx.dialect.name == "sqlite" else postgresql.insert(table)
    if not update:
        return statement.on_conflict_do_nothing(index_elements=key)
    return statement.on_conflict_do_update(index_elements=key, set_={name: statement.excluded[name] for name in update})


def run(tx: sa.Connection, statement: sa.Executable, rows: Iterable[Mapping[str, object]]) -> None:
    """Execute the statement once for each row, a thousand in one go; without rows, not at all."""
    for some in portions(rows, AT_ONCE):
        tx.execute(statement, some)


def portions(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield the values in chunks of this size."""
    iterator = iter(values)
    while some := list(islice(iterator, size)):
        yield some


IDS: sa.BindParameter[Collection[str]] = sa.bindparam("ids", expanding=True)
"""The accounts that a prepared statement is about, given as `ids`."""


def bound(column: sa.Column[Any], name: str) -> sa.BindParameter[Any]:
    """Return a parameter of the column's type: for updates of many rows, whose names must not be columns'."""
    return sa.bindparam(name, type_=column.type)


def key_of(account: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """Return the key of the account with this id, as the column `subject` has it (`Subject.key`)."""
    return Subject.of_account("").key + account


def stands(table: sa.FromClause, known_at: datetime | sa.BindParameter[Any] | None = None) -> sa.ColumnElement[bool]:
    """Return the condition of rows that had not been withdrawn at a moment; without one, of those that still stand."""
    withdrawn = table.c.withdrawn_at
    return withdrawn.is_(None) if known_at is None else sa.or_(withdrawn.is_(None), withdrawn > known_at)
