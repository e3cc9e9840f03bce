"""Small things worth remembering between runs: when a digest went out, when a pass last succeeded."""

from __future__ import annotations

import sqlalchemy as sa

from monitor.store.columns import insert_or
from monitor.store.database import Tx
from monitor.store.tables import notes as table


def get_note(tx: Tx, key: str) -> str | None:
    """Return what was put under the key, or None."""
    return tx.scalar(sa.select(table.c.text).where(table.c.key == key))


def put_note(tx: Tx, key: str, text: str) -> None:
    """Remember the text under the key in place of what was there."""
    tx.execute(insert_or(tx, table, ["key"], update=["text"]), {"key": key, "text": text})


def notes(tx: Tx, prefix: str = "") -> dict[str, str]:
    """Return every note whose key begins with the prefix, by key."""
    chosen = sa.select(table.c.key, table.c.text).where(table.c.key.startswith(prefix, autoescape=True))
    return {row.key: row.text for row in tx.execute(chosen.order_by(table.c.key))}
