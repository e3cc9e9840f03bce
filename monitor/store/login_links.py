"""One-time links by which somebody sets a password, each known by the SHA-256 of what stands in its address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.store.database import Tx
from monitor.store.tables import login_links as table


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginLink:
    """A link that can still be used."""

    user: int | None
    """Whose password it sets; None for the first administrator, who is made by it."""


def keep_link(tx: Tx, digest: str, user_id: int | None, *, until: datetime, now: datetime) -> None:
    """Keep a link in place of every other one of the same user, and forget those whose time is over."""
    same = table.c.user.is_(None) if user_id is None else table.c.user == user_id
    tx.execute(sa.delete(table).where(sa.or_(same, table.c.until <= now)))
    tx.execute(sa.insert(table), {"digest": digest, "user": user_id, "until": until})


def link(tx: Tx, digest: str, *, now: datetime) -> LoginLink | None:
    """Return what a link is for; None for one that was used, replaced, is over or never was."""
    row = tx.execute(sa.select(table.c.user).where(table.c.digest == digest, table.c.until > now)).one_or_none()
    return LoginLink(user=row.user) if row else None


def spend(tx: Tx, digest: str, *, now: datetime) -> bool:
    """Use up a link and return whether it could still be used; of two uses at once, one could."""
    return tx.execute(sa.delete(table).where(table.c.digest == digest, table.c.until > now)).rowcount == 1


def drop_links(tx: Tx, user_id: int | None) -> None:
    """Have no link of a user, or of the first administrator, be good any more."""
    tx.execute(sa.delete(table).where(table.c.user.is_(None) if user_id is None else table.c.user == user_id))


def forget_all_links(tx: Tx) -> None:
    """Have no link be good any more."""
    tx.execute(sa.delete(table))
