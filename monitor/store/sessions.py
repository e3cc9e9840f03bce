"""The logins that go on, each known by the SHA-256 of the id that the browser has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa

from monitor.core.login import ABSOLUTE
from monitor.core.user import User
from monitor.store import users
from monitor.store.database import Tx
from monitor.store.tables import sessions as table

MOST = 20
"""Logins of one user at once; the one that was active longest ago ends for one more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginSession:
    """A login that goes on; who knows only this cannot use it."""

    digest: str
    user: int
    began_at: datetime
    active_at: datetime
    confirmed_at: datetime | None = None
    """When who is there was last proved: by a password, a second factor or the identity provider."""
    address: str = ""
    """From where it began."""
    is_half: bool = False
    """True while the second factor is missing: nothing can be done with it but to give that."""
    by_provider: bool = False
    """True if it began at the identity provider."""
    is_strong: bool = False
    """True if that asked for more than a password, by its own word."""

    @property
    def mark(self) -> str:
        """What the audit log calls it: enough to tell it from others, too little to be it."""
        return self.digest[:8]


def digest_of(secret: str) -> str:
    """Return what the database knows a session or a link by."""
    return sha256(secret.encode()).hexdigest()


def session(tx: Tx, digest: str) -> LoginSession | None:
    """Return a session, over or not; None for no such one."""
    row = tx.execute(sa.select(table).where(table.c.digest == digest)).one_or_none()
    return LoginSession(**row._mapping) if row else None  # noqa: SLF001 - SQLAlchemy's own name for it


def session_with_user(tx: Tx, digest: str) -> tuple[LoginSession, User] | None:
    """Return a session, over or not, and whose it is; None for no such one, and of a user who is disabled."""
    found = session(tx, digest)
    of = users.user(tx, found.user) if found else None
    return None if found is None or of is None or of.disabled_at else (found, of)


def sessions_of(tx: Tx, user_id: int) -> tuple[LoginSession, ...]:
    """Return the sessions of a user, the latest active first."""
    chosen = sa.select(table).where(table.c.user == user_id).order_by(table.c.active_at.desc(), table.c.digest)
    return tuple(LoginSession(**row._mapping) for row in tx.execute(chosen))  # noqa: SLF001 - as above


def start(tx: Tx, begun: LoginSession) -> None:
    """Keep a new session; of too many of one user the one that was active longest ago ends."""
    row = {name: getattr(begun, name) for name in begun.__slots__}
    tx.execute(sa.insert(table), row)
    for old in sessions_of(tx, begun.user)[MOST:]:
        end(tx, old.digest)


def rotate(tx: Tx, old: LoginSession, digest: str, *, at: datetime) -> LoginSession:
    """Have a session go on under another id, whole, proved just now; the old id is nothing any more."""
    end(tx, old.digest)
    new = replace(old, digest=digest, active_at=at, confirmed_at=at, is_half=False)
    start(tx, new)
    return new


def note_activity(tx: Tx, digest: str, *, at: datetime) -> None:
    """Keep that something was done with a session."""
    tx.execute(sa.update(table).where(table.c.digest == digest, table.c.active_at < at).values(active_at=at))


def end(tx: Tx, digest: str) -> None:
    """End a session."""
    tx.execute(sa.delete(table).where(table.c.digest == digest))


def end_all_of(tx: Tx, user_id: int, *, but: str | None = None) -> int:
    """End all sessions of a user, but for one, and return how many ended."""
    gone = sa.delete(table).where(table.c.user == user_id)
    return tx.execute(gone if but is None else gone.where(table.c.digest != but)).rowcount


def forget_over(tx: Tx, *, now: datetime, idle: timedelta) -> None:
    """Delete the sessions that have ended by themselves."""
    is_over = sa.or_(table.c.active_at <= now - idle, table.c.began_at <= now - ABSOLUTE)
    tx.execute(sa.delete(table).where(is_over))


def forget_all(tx: Tx) -> None:
    """End every session there is."""
    tx.execute(sa.delete(table))
