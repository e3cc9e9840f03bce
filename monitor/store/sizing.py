"""The room a database takes on the disk, and the room that is left."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from monitor.store.database import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Bytes; None where that cannot be known: PostgreSQL tells nothing of its log or disk to an ordinary user."""

    database: int
    wal: int | None = None
    free: int | None = None


def sizes(tx: Tx) -> Sizes:
    """Return what the database of a transaction takes."""
    if tx.dialect.name != "sqlite":
        return Sizes(database=tx.scalar(sa.select(sa.func.pg_database_size(sa.func.current_database()))) or 0)
    path = Path(tx.engine.url.database or "")
    log = path.with_name(f"{path.name}-wal")
    return Sizes(
        database=path.stat().st_size,
        wal=log.stat().st_size if log.exists() else 0,
        free=shutil.disk_usage(path.parent).free,
    )
