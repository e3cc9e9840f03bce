"""The audit log: who did what to what, and when. Rows are only ever added."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.store.database import Tx
from monitor.store.tables import acts as table


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing a person (or the daemon, actor `xuncha`) did."""

    at: datetime
    actor: str
    action: str
    """A verb of the program, e.g. `import roster`, `message release`."""
    object: str = ""
    detail: str = ""
    """One line; never a secret."""


def record_audit(tx: Tx, act: Act) -> None:
    """Append one act."""
    tx.execute(sa.insert(table), asdict(act))


def recent_audit(
    tx: Tx, *, limit: int = 200, skip: int = 0, before: datetime | None = None, beginning: str = ""
) -> tuple[Act, ...]:
    """Return the latest acts, newest first, older than `before` if given, whose action begins so."""
    chosen = sa.select(table).order_by(table.c.at.desc(), table.c.id.desc()).limit(limit).offset(skip)
    if beginning:
        chosen = chosen.where(table.c.action.startswith(beginning, autoescape=True))
    if before is not None:
        chosen = chosen.where(table.c.at < before)
    return tuple(
        Act(at=row.at, actor=row.actor, action=row.action, object=row.object, detail=row.detail)
        for row in tx.execute(chosen)
    )


def count_audit(tx: Tx) -> int:
    """Return how many acts there are."""
    return tx.scalar(sa.select(sa.func.count()).select_from(table)) or 0
