"""Decisions that wait for a second person, as rows: asked for by one operator, answered by another."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.core.decision import DecisionRequest, KeptRequest, RequestAnswer
from monitor.store import tables
from monitor.store.database import Tx

table = tables.decision_requests


def ask(tx: Tx, request: DecisionRequest) -> int:
    """Keep what one operator has decided and another is to confirm; return its number."""
    row = asdict(request) | {"answered_by": "", "why": ""}
    number: int = tx.execute(sa.insert(table).returning(table.c.id), row).scalar_one()
    return number


def waiting(tx: Tx, case: int | None = None) -> tuple[KeptRequest, ...]:
    """Return what waits for a second person, of one case or of all, oldest first."""
    chosen = sa.select(table).where(table.c.answer.is_(None)).order_by(table.c.at, table.c.id)
    return tuple(map(_kept, tx.execute(chosen if case is None else chosen.where(table.c.case == case))))


def answer(tx: Tx, number: int, said: RequestAnswer, *, by: str, why: str, at: datetime) -> None:
    """Keep what became of it."""
    values = {"answer": said, "answered_by": by, "why": why, "answered_at": at}
    tx.execute(sa.update(table).where(table.c.id == number, table.c.answer.is_(None)).values(values))


def _kept(row: sa.Row[Any]) -> KeptRequest:
    return KeptRequest(
        id=row.id,
        case=row.case,
        ruling=row.ruling,
        by=row.by,
        note=row.note,
        document=row.document,
        until=row.until,
        on=row.on,
        seen=row.seen,
        asked_by=row.asked_by,
        at=row.at,
    )
