"""Files that came in: under which number, and how one is taken back as a whole.

A withdrawal is a correction: nothing is deleted, and what was known until then can still be judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.core.paper import PaperKind
from monitor.store import papers, roster, sightings, tables
from monitor.store.cases import judge_soon
from monitor.store.columns import stands
from monitor.store.database import Tx
from monitor.store.tables import imports as table

LOOK = "look"
"""The kind of a single look by hand: its `file` is the account's id, and it is listed with none of the files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One file, as it came in."""

    id: int
    kind: str
    """As the command names it: `roster`, `posts`, …"""
    file: str
    as_of: datetime
    known_at: datetime
    by: str
    detail: str
    withdrawn_at: datetime | None
    withdrawn_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """Why an import cannot be taken back: later ones rest on what it said."""

    later: Sequence[int]


def begin(tx: Tx, kind: str, file: str, *, as_of: datetime, known_at: datetime, by: str) -> int:
    """Note that a file comes in, and return its number."""
    row = {"kind": kind, "file": file, "as_of": as_of, "known_at": known_at, "by": by, "detail": ""}
    id_: int = tx.execute(sa.insert(table).returning(table.c.id), row).scalar_one()
    return id_


def describe(tx: Tx, import_id: int, detail: str) -> None:
    """Keep in one line what an import changed."""
    tx.execute(sa.update(table).where(table.c.id == import_id).values(detail=detail))


def imports(tx: Tx, *, limit: int | None = None, before: int | None = None) -> tuple[Import, ...]:
    """Return the files that came in, the latest first: those before a number, or from the latest on."""
    files = sa.select(table).where(table.c.kind != LOOK)
    files = files if before is None else files.where(table.c.id < before)
    return tuple(_import(row) for row in tx.execute(files.order_by(table.c.id.desc()).limit(limit)))


def standing(tx: Tx, kind: str) -> int:
    """Return how many imports of a kind there are that were not withdrawn."""
    chosen = sa.select(sa.func.count()).where(table.c.kind == kind, table.c.withdrawn_at.is_(None))
    return int(tx.scalar(chosen) or 0)


def latest(tx: Tx) -> Mapping[str, Import]:
    """Return the latest import of every kind that was not withdrawn, by kind."""
    newest = sa.select(sa.func.max(table.c.id)).where(table.c.withdrawn_at.is_(None)).group_by(table.c.kind)
    found = (_import(row) for row in tx.execute(sa.select(table).where(table.c.id.in_(newest))))
    return {imported.kind: imported for imported in found}


def find(tx: Tx, import_id: int) -> Import | None:
    """Return one import, or None."""
    row = tx.execute(sa.select(table).where(table.c.id == import_id)).one_or_none()
    return None if row is None else _import(row)


def withdraw(tx: Tx, imported: Import, *, at: datetime, by: str, sources: roster.Sources) -> int | Blocked:
    """Take an import back as a whole; return how many rows that concerned, or why it cannot be.

    Everybody whom it spoke of is judged again. The knowledge of the time before `at` stays as it was.
    """
    if later := _built_on(tx, imported.id):
        return Blocked(later=later)
    # First, for what a withdrawn import confirmed does not count any more.
    tx.execute(sa.update(table).where(table.c.id == imported.id).values(withdrawn_at=at, withdrawn_by=by))
    doubted = roster.withdraw(tx, imported.id, effective_at=imported.as_of, known_at=at, sources=sources)
    count = len(doubted)
    count += sightings.withdraw(tx, imported.id, at)
    for rows in (tables.papers, tables.records, tables.decisions):
        this = sa.and_(rows.c.import_id == imported.id, stands(rows))
        count += tx.execute(sa.update(rows).where(this).values(withdrawn_at=at)).rowcount
    papers.match_again(tx, at, doubted)
    if count:
        judge_soon(tx, at)
    return count


def take_back(tx: Tx, look: Import, *, at: datetime, by: str) -> None:
    """Take a single look by hand back, as `withdraw` does with a file's; only its account is judged again."""
    tx.execute(sa.update(table).where(table.c.id == look.id).values(withdrawn_at=at, withdrawn_by=by))
    sightings.withdraw(tx, look.id, at)


def _built_on(tx: Tx, import_id: int) -> list[int]:
    """Return the later imports that went on from what this one said of the same weeks, and hold it within them."""
    ours, later = tables.papers, tables.papers.alias("later")
    chosen = (
        sa.select(later.c.import_id)
        .join_from(ours, later, sa.and_(later.c.kind == ours.c.kind, later.c.key == ours.c.key, later.c.id > ours.c.id))
        .where(ours.c.import_id == import_id, ours.c.kind == PaperKind.WEEK, stands(ours), stands(later))
        .where(sa.or_(later.c.import_id.is_(None), later.c.import_id != import_id))
        .distinct()
    )
    return sorted(tx.scalars(chosen))


def _import(row: sa.Row[tuple[object, ...]]) -> Import:
    return Import(
        id=row.id,
        kind=row.kind,
        file=row.file,
        as_of=row.as_of,
        known_at=row.known_at,
        by=row.by,
        detail=row.detail,
        withdrawn_at=row.withdrawn_at,
        withdrawn_by=row.withdrawn_by,
    )
