"""Changes that units ask for, as rows: they wait for the office, and keep what became of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.core.account import UnitKey
from monitor.core.unit_proposal import KeptProposal, ProposalAnswer, UnitProposal
from monitor.store.database import Tx
from monitor.store.tables import unit_proposals as table

LISTED = 100
"""The number of answered ones that are listed."""


def keep(tx: Tx, proposal: UnitProposal) -> int:
    """Store a change that a unit asks for and return its number."""
    row = {
        "kind": proposal.kind,
        "area": proposal.unit.area,
        "unit": proposal.unit.name,
        "accounts": list(proposal.accounts),
        "role": proposal.role,
        "name": proposal.name,
        "phone": proposal.phone,
        "from_on": proposal.from_on,
        "note": proposal.note,
        "by": proposal.by,
        "at": proposal.at,
        "answered_by": "",
        "why": "",
    }
    number: int = tx.execute(sa.insert(table).returning(table.c.id), row).scalar_one()
    return number


def waiting(tx: Tx, unit: UnitKey | None = None) -> tuple[KeptProposal, ...]:
    """Return the changes that wait for the office, of a unit if one is named, oldest first."""
    chosen = sa.select(table).where(table.c.answer.is_(None)).order_by(table.c.at, table.c.id)
    return tuple(map(_kept, tx.execute(chosen if unit is None else chosen.where(*_is_of(unit)))))


def answered(tx: Tx, unit: UnitKey | None = None, *, limit: int = LISTED) -> tuple[KeptProposal, ...]:
    """Return the changes that the office has answered, of a unit if one is named, latest first."""
    chosen = sa.select(table).where(table.c.answer.is_not(None)).order_by(table.c.answered_at.desc(), table.c.id.desc())
    return tuple(map(_kept, tx.execute((chosen if unit is None else chosen.where(*_is_of(unit))).limit(limit))))


def behind(tx: Tx, *, is_answered: bool, area: str | None, limit: int, place: int | None) -> tuple[KeptProposal, ...]:
    """Return some changes by their numbers: those that wait, oldest first, or those answered, latest first.

    Only those behind the number `place`, and those of an area where one is named.
    """
    number = table.c.id
    chosen = sa.select(table).where(table.c.answer.is_not(None) if is_answered else table.c.answer.is_(None))
    if area is not None:
        chosen = chosen.where(table.c.area == area)
    if place is not None:
        chosen = chosen.where(number < place if is_answered else number > place)
    rows = tx.execute(chosen.order_by(number.desc() if is_answered else number).limit(limit))
    return tuple(map(_kept, rows))


def proposal(tx: Tx, number: int) -> KeptProposal | None:
    """Return the change of that number, or None."""
    row = tx.execute(sa.select(table).where(table.c.id == number)).one_or_none()
    return None if row is None else _kept(row)


def answer(tx: Tx, number: int, said: ProposalAnswer, *, by: str, why: str, at: datetime) -> None:
    """Store what became of a change."""
    values = {"answer": said, "answered_at": at, "answered_by": by, "why": why}
    tx.execute(sa.update(table).where(table.c.id == number).values(values))


def let_go_of(tx: Tx, words: Collection[str], alias: str) -> None:
    """Put an alias in the place of a person whom one of the words names, in all that units asked for."""
    theirs = sa.or_(table.c.name.in_(words), table.c.phone.in_(words))
    gone = {"name": alias, "phone": alias, "note": ""}
    tx.execute(sa.update(table).where(theirs).values(gone))
    tx.execute(sa.update(table).where(table.c.by.in_(words)).values(by=alias))


def _is_of(unit: UnitKey) -> tuple[sa.ColumnElement[bool], ...]:
    return table.c.area == unit.area, table.c.unit == unit.name


def _kept(row: sa.Row[Any]) -> KeptProposal:
    asked = UnitProposal(
        kind=row.kind,
        unit=UnitKey(row.area, row.unit),
        accounts=tuple(row.accounts),
        from_on=row.from_on,
        role=row.role,
        name=row.name,
        phone=row.phone,
        note=row.note,
        by=row.by,
        at=row.at,
    )
    return KeptProposal(
        id=row.id,
        proposal=asked,
        answer=row.answer,
        answered_at=row.answered_at,
        answered_by=row.answered_by,
        why=row.why,
    )
