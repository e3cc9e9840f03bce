"""Areas as rows: when each is judged next. An area whose accounts are all gone stays, and is quiet."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

import sqlalchemy as sa

from monitor.store.columns import insert_or, run
from monitor.store.database import Tx
from monitor.store.tables import areas as table


def enrol(tx: Tx, names: Iterable[str], *, at: datetime) -> None:
    """Have these areas judged at `at`, those that are not known yet included."""
    rows = [{"name": name, "evaluate_at": at} for name in sorted(set(names))]
    run(tx, insert_or(tx, table, ["name"], update=["evaluate_at"]), rows)


def judge_soon(tx: Tx, at: datetime, names: Collection[str] | None = None) -> None:
    """Have these areas judged at `at` if not sooner; None: all, for what one file says may concern any of them."""
    later = sa.or_(table.c.evaluate_at.is_(None), table.c.evaluate_at > at)
    statement = sa.update(table).where(later).values(evaluate_at=at)
    tx.execute(statement if names is None else statement.where(table.c.name.in_(names)))


def is_any_due(tx: Tx, now: datetime) -> bool:
    """True if any area is to be judged now."""
    return bool(tx.scalar(sa.select(sa.exists().where(table.c.evaluate_at <= now))))


def due(tx: Tx, now: datetime) -> str | None:
    """Return the area that has waited longest to be judged; None if none is due."""
    chosen = sa.select(table.c.name).where(table.c.evaluate_at <= now).order_by(table.c.evaluate_at, table.c.name)
    return tx.scalar(chosen.limit(1).with_for_update())


def judge_at(tx: Tx, name: str, at: datetime) -> None:
    """Say when an area is judged next."""
    tx.execute(sa.update(table).where(table.c.name == name).values(evaluate_at=at))


def moments(tx: Tx) -> dict[str, datetime | None]:
    """Return when each area is judged next."""
    return dict(tx.execute(sa.select(table.c.name, table.c.evaluate_at)).all())
