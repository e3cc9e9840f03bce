"""The person who really typed, the origin, the state before and after; acts are chained, and none is changed."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import UtcDateTime
from monitor.store.seal import seal

revision = "0034"
down_revision = "0033"

CHUNK = 1000
ADDED = ("login", "address", "before", "after", "digest")


def upgrade() -> None:
    for name in ADDED:
        op.add_column("acts", sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''")))
    tx = op.get_bind()
    table = sa.table(
        "acts",
        sa.column("id", sa.Integer()),
        sa.column("at", UtcDateTime()),
        *(sa.column(name, sa.Text()) for name in ("actor", "action", "object", "detail", *ADDED)),
    )
    notes = sa.table("notes", sa.column("key", sa.Text()), sa.column("text", sa.Text()))
    _number_without_gaps(tx, table)
    number, digest = 0, ""
    while rows := tx.execute(sa.select(table).where(table.c.id > number).order_by(table.c.id).limit(CHUNK)).all():
        for row in rows:
            number, digest = row.id, _digest(digest, row)
            tx.execute(sa.update(table).where(table.c.id == number).values(digest=digest))
    if number:
        tx.execute(sa.insert(notes), {"key": "audit", "text": f"{number} {digest}"})
    seal(tx)


def _number_without_gaps(tx: sa.Connection, table: sa.TableClause) -> None:
    """Number the acts from 1 on in their order: PostgreSQL leaves a number out where a transaction was undone."""
    for position, number in enumerate(tx.scalars(sa.select(table.c.id).order_by(table.c.id)).all(), start=1):
        if position != number:
            tx.execute(sa.update(table).where(table.c.id == number).values(id=position))


def _digest(before: str, row: sa.Row[tuple[object, ...]]) -> str:
    said = {
        "action": row.action,
        "actor": row.actor,
        "address": row.address,
        "after": row.after,
        "at": row.at.isoformat(" ", "microseconds"),
        "before": row.before,
        "detail": row.detail,
        "login": row.login,
        "object": row.object,
    }
    text = json.dumps([before, row.id, *(said[name] for name in sorted(said))], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
