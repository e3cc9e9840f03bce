"""Whom the office's identity provider knows: as which of our users, and who waits for an administrator's yes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.core.user import User
from monitor.store import users
from monitor.store.database import Tx
from monitor.store.tables import login_identities as known
from monitor.store.tables import login_requests as asked

MOST = 50
"""Requests that wait at once: whoever is known to the provider can make one."""
KEPT = timedelta(days=30)
"""How long a request waits, and how long one that was declined is not made again."""
MOST_DECLINED = 200
"""Declined ones that are kept; the oldest are forgotten for more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRequest:
    """Somebody whom the identity provider knows and we do not."""

    id: int
    key: str
    shown: str
    """The claim's value, made fit for a line."""
    name: str
    """What the provider says that they are called, made fit for a line: anybody's words."""
    address: str
    at: datetime
    declined_at: datetime | None = None


def user_of(tx: Tx, key: str) -> User | None:
    """Return whose identity this is, or None."""
    found = tx.scalar(sa.select(known.c.user).where(known.c.key == key))
    return None if found is None else users.user(tx, found)


def identity_of(tx: Tx, user_id: int) -> str | None:
    """Return what a user's identity is called, or None without one."""
    return tx.scalar(sa.select(known.c.shown).where(known.c.user == user_id))


def link(tx: Tx, request: LoginRequest, user_id: int, *, at: datetime) -> None:
    """Keep whose identity a request's is, in place of what the user had, and end the request."""
    unlink(tx, user_id)
    tx.execute(sa.insert(known), {"key": request.key, "user": user_id, "shown": request.shown, "at": at})
    tx.execute(sa.delete(asked).where(asked.c.id == request.id))


def unlink(tx: Tx, user_id: int) -> bool:
    """Have nobody be a user by the provider any more, and return whether somebody was."""
    return tx.execute(sa.delete(known).where(known.c.user == user_id)).rowcount > 0


def request_of(tx: Tx, key: str, *, now: datetime) -> LoginRequest | None:
    """Return the request of an identity, waiting or declined; None where there is none that still counts."""
    row = tx.execute(sa.select(asked).where(asked.c.key == key, asked.c.at > now - KEPT)).one_or_none()
    return _request(row) if row else None


def waiting(tx: Tx, *, now: datetime) -> tuple[LoginRequest, ...]:
    """Return the requests that wait, oldest first."""
    chosen = sa.select(asked).where(asked.c.declined_at.is_(None), asked.c.at > now - KEPT)
    return tuple(map(_request, tx.execute(chosen.order_by(asked.c.at, asked.c.id))))


def waiting_request(tx: Tx, number: int, *, now: datetime) -> LoginRequest | None:
    """Return the request of that number, if it waits."""
    return next((one for one in waiting(tx, now=now) if one.id == number), None)


def ask(tx: Tx, key: str, shown: str, name: str, address: str, *, at: datetime) -> bool:
    """Keep a request and return whether there was room for it; what is too old goes."""
    tx.execute(sa.delete(asked).where(asked.c.at <= at - KEPT))
    if len(waiting(tx, now=at)) >= MOST:
        return False
    row = {"key": key, "shown": shown, "name": name, "address": address, "at": at}
    tx.execute(sa.insert(asked), row)
    return True


def decline(tx: Tx, request_id: int, *, at: datetime) -> None:
    """Keep that a request was declined; of those the oldest go where there are too many."""
    tx.execute(sa.update(asked).where(asked.c.id == request_id).values(at=at, declined_at=at))
    declined = sa.select(asked.c.id).where(asked.c.declined_at.is_not(None))
    newest = tx.scalars(declined.order_by(asked.c.declined_at.desc(), asked.c.id.desc()).limit(MOST_DECLINED)).all()
    tx.execute(sa.delete(asked).where(asked.c.declined_at.is_not(None), asked.c.id.not_in(newest)))


def _request(row: sa.Row[tuple[object, ...]]) -> LoginRequest:
    return LoginRequest(**row._mapping)  # noqa: SLF001 - SQLAlchemy's own name for it
