"""Records as rows. They are only ever added; the same one with another attachment replaces it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from monitor.core.mute import Mute, holding
from monitor.core.record import AHEAD, NewRecord, Record, RecordKind
from monitor.core.subject import SubjectKind
from monitor.store import tables
from monitor.store.cases import judge_soon
from monitor.store.columns import AT_ONCE, IDS, bound, run, stands
from monitor.store.database import Tx


def new_records(tx: Tx, given: Sequence[NewRecord]) -> tuple[NewRecord, ...]:
    """Return those that are not known yet; writes nothing."""
    known = {record.entered for record in records(tx)}
    return tuple(record for record in given if record not in known)


def save_records(
    tx: Tx, given: Sequence[NewRecord], *, known_at: datetime, import_id: int | None = None
) -> tuple[NewRecord, ...]:
    """Save those that are not known yet, return them, and have everybody judged again if there are any."""
    found = new_records(tx, given)
    run(
        tx,
        sa.insert(tables.records),
        [_row(record) | {"known_at": known_at, "import_id": import_id} for record in found],
    )
    if found:
        judge_soon(tx, known_at)
    return found


def _row(record: NewRecord) -> dict[str, object]:
    return {part.name: getattr(record, part.name) for part in fields(NewRecord)}


def put(tx: Tx, record: NewRecord | None, *, instead_of: Record | None, known_at: datetime) -> None:
    """Enter a record about an account in the place of another, or only take that back, and have the account judged.

    What is taken back stays: what was known until then can be judged by it.
    """
    table = tables.records
    if instead_of is not None:
        tx.execute(sa.update(table).where(table.c.id == instead_of.id).values(withdrawn_at=known_at))
    if record is not None:
        tx.execute(sa.insert(table), _row(record) | {"known_at": known_at})
    whom = record or instead_of
    judge_soon(tx, known_at, {whom.name} if whom else set())


def records(
    tx: Tx, *, by: date | None = None, known_at: datetime | None = None, kind: RecordKind | None = None
) -> tuple[Record, ...]:
    """Return the records of days up to `by`, and those that look ahead, as known by `known_at`; oldest first.

    All of them, or those of one kind.
    """
    table = tables.records
    chosen = sa.select(table).where(stands(table, known_at)).order_by(table.c.on, table.c.id)
    if kind is not None:
        chosen = chosen.where(table.c.kind == kind)
    if by is not None:
        chosen = chosen.where(sa.or_(table.c.on <= by, table.c.kind.in_(AHEAD)))
    if known_at is not None:
        chosen = chosen.where(table.c.known_at <= known_at)
    rows = tx.execute(chosen.execution_options(yield_per=AT_ONCE))
    return _standing(map(record_of, rows))


def _standing(rows: Iterable[Record]) -> tuple[Record, ...]:
    """Return what counts of rows in the order of their entry: the latest of those that say the same.

    One that has not been stated yet gives way to the same one stated.
    """
    found: dict[tuple[object, ...], Record] = {}
    for record in rows:
        whom = (record.kind, record.subject, record.name, record.area, record.on, record.text)
        if record.result is not None:
            found.pop((*whom, None, "", None), None)
        found[*whom, record.result, record.item, record.until] = record
    return tuple(found.values())


_LIVES = (RecordKind.FILING_CHANGE, RecordKind.DEREGISTRATION, RecordKind.MIGRATION, RecordKind.LISTING)


def lives(tx: Tx, ids: Collection[str], by: date, known_at: datetime) -> defaultdict[str, tuple[Record, ...]]:
    """Return what was recorded about accounts' changes, ends and listing in bulletins, oldest first, by account."""
    found: defaultdict[str, tuple[Record, ...]] = defaultdict(tuple)
    for row in tx.execute(_ON_LIVES, {"ids": list(ids), "by": by, "known_at": known_at}):
        found[row.name] += (record_of(row),)
    for name, several in found.items():
        found[name] = _standing(several)
    return found


_ON_LIVES = (
    sa.select(tables.records)
    .where(
        tables.records.c.kind.in_(_LIVES),
        tables.records.c.name.in_(IDS),
        tables.records.c.on <= bound(tables.records.c.on, "by"),
        tables.records.c.known_at <= bound(tables.records.c.known_at, "known_at"),
        stands(tables.records, bound(tables.records.c.known_at, "known_at")),
    )
    .order_by(tables.records.c.on, tables.records.c.id)
)


def mutes_on(tx: Tx, day: date) -> tuple[Mute, ...]:
    """Return the mutes that hold on a day, as known now; the first to end first."""
    table = tables.records
    chosen = sa.select(table).where(table.c.kind == RecordKind.MUTE, table.c.on <= day, stands(table))
    return holding(map(record_of, tx.execute(chosen.order_by(table.c.on, table.c.id))), day)


def listed_units(tx: Tx) -> frozenset[tuple[str | None, str]]:
    """Return the units, by area and name, that are known although no account of theirs may be: those put in order.

    Without an area one that was put in order before units were known by their areas.
    """
    table = tables.records
    order = sa.select(table.c.area, table.c.name).where(
        table.c.kind == RecordKind.UNIT_ORDER, table.c.subject == SubjectKind.UNIT, stands(table)
    )
    return frozenset((row.area, row.name) for row in tx.execute(order))


_one = lru_cache(maxsize=AT_ONCE)(str)
"""The same words for the same words: a training is recorded alike for a hundred units."""


def record_of(row: sa.Row[Any]) -> Record:
    """Return a row as a record."""
    return Record(
        id=row.id,
        kind=row.kind,
        subject=row.subject,
        name=row.name,
        area=row.area and _one(row.area),
        on=row.on,
        result=row.result,
        item=_one(row.item),
        until=row.until,
        text=_one(row.text),
        attachment=row.attachment,
    )
