"""The happenings of a period: its cases, and what kept looks from seeing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.core.case import Closing
from monitor.core.observation import Reason
from monitor.store import tables
from monitor.store.database import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A case that was open at some moment of a period."""

    id: int
    account: str | None
    unit: str | None
    area: str | None
    rule: str
    opened_at: datetime
    closed_at: datetime | None
    """None where it was open at the end."""
    closing: Closing | None


def cases_of(tx: Tx, begin: datetime, end: datetime) -> tuple[CaseRow, ...]:
    """Return the cases that were open at some moment from `begin` to `end`, by number."""
    case = tables.cases
    chosen = (
        sa.select(case)
        .where(case.c.opened_at <= end, sa.or_(case.c.closed_at.is_(None), case.c.closed_at >= begin))
        .order_by(case.c.id)
    )
    return tuple(_case(row, end) for row in tx.execute(chosen))


def _case(row: sa.Row[tuple[object, ...]], end: datetime) -> CaseRow:
    was_closed = row.closed_at is not None and row.closed_at <= end
    return CaseRow(
        id=row.id,
        account=row.account,
        unit=row.unit,
        area=row.area,
        rule=row.rule,
        opened_at=row.opened_at,
        closed_at=row.closed_at if was_closed else None,
        closing=row.closing if was_closed else None,
    )


def blocked(tx: Tx, begin: datetime, end: datetime) -> dict[str, frozenset[Reason]]:
    """Return what kept looks from `begin` to `end` from seeing accounts, by account."""
    seen = tables.observations
    chosen = (
        sa.select(seen.c.account, seen.c.reason)
        .where(seen.c.reason.is_not(None), seen.c.first_seen <= end, seen.c.last_confirmed >= begin)
        .where(seen.c.withdrawn_at.is_(None))
        .distinct()
    )
    found: defaultdict[str, set[Reason]] = defaultdict(set)
    for account, reason in tx.execute(chosen):
        found[account].add(reason)
    return {account: frozenset(reasons) for account, reasons in found.items()}
