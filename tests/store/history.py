"""The history of findings, which the product writes and only tests read back whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.core.finding import Finding, State
from monitor.core.subject import Subject
from monitor.store import Tx, tables
from monitor.store.values import decode


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingChange:
    """A moment at which a finding began to say something else."""

    at: datetime
    before: State | None
    finding: Finding


def finding_changes(tx: Tx, account_id: str) -> tuple[FindingChange, ...]:
    """Return how the findings on an account changed, newest first."""
    table = tables.finding_changes
    chosen = sa.select(table).where(table.c.subject == Subject.of_account(account_id).key)
    return tuple(
        FindingChange(at=row.at, before=row.before, finding=decode(Finding, row.content))
        for row in tx.execute(chosen.order_by(table.c.at.desc(), table.c.id.desc()))
    )
