"""The API tokens of callers: stored as digests, for what each may be used, and when each was used last."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.store.database import Tx
from monitor.store.tables import api_tokens as table

PREFIX = "xuncha_"
"""The beginning of every API token, by which a scanner of leaked secrets knows it."""
USED_EVERY = timedelta(hours=1)
"""How often at most the use of a token is written down."""
SHOWN = len(PREFIX) + 6
"""Characters of a token that are kept and shown, so that people tell tokens apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApiToken:
    """An API token, before it is stored; its secret is nowhere but with the caller."""

    name: str
    """The program or person that uses it."""
    scopes: tuple[str, ...]
    created_by: str
    expires_at: datetime
    area: str | None = None
    """The one area whose accounts and cases it is for; None for all."""
    owner: int | None = None
    """The user who acts by it; None for a program that is nobody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken(NewApiToken):
    """An API token as it is stored."""

    id: int
    prefix: str
    """The first characters of the secret."""
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    def is_used_anew(self, now: datetime) -> bool:
        """True if its use is to be written down: for the first time, or after an hour."""
        return self.last_used_at is None or now - self.last_used_at >= USED_EVERY

    def is_good(self, now: datetime) -> bool:
        """True if it has neither ended nor been revoked."""
        return self.revoked_at is None and now < self.expires_at


def digest_of(secret: str) -> str:
    """Return the SHA-256 of a token, by which it is found: 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def save_api_token(tx: Tx, token: NewApiToken, secret: str, *, at: datetime) -> int:
    """Store a token and return its number."""
    row = {
        "name": token.name,
        "scopes": list(token.scopes),
        "created_by": token.created_by,
        "expires_at": token.expires_at,
        "area": token.area,
        "owner": token.owner,
        "prefix": secret[:SHOWN],
        "digest": digest_of(secret),
        "created_at": at,
    }
    number: int = tx.execute(sa.insert(table).values(row).returning(table.c.id)).scalar_one()
    return number


def api_token_of(tx: Tx, secret: str) -> ApiToken | None:
    """Return the token that a caller shows; None for one that was never given out."""
    return next(iter(_tokens(tx, table.c.digest == digest_of(secret))), None)


def api_token(tx: Tx, number: int) -> ApiToken | None:
    """Return a token by its number, or None."""
    return next(iter(_tokens(tx, table.c.id == number)), None)


def api_tokens(tx: Tx) -> Sequence[ApiToken]:
    """Return all tokens, newest first, ended ones included."""
    return _tokens(tx, sa.true())


def api_tokens_of(tx: Tx, user: int) -> Sequence[ApiToken]:
    """Return a user's own tokens, likewise."""
    return _tokens(tx, table.c.owner == user)


def mark_used(tx: Tx, number: int, *, at: datetime) -> None:
    """Note that a token was used."""
    tx.execute(sa.update(table).where(table.c.id == number).values(last_used_at=at))


def revoke_api_tokens(tx: Tx, numbers: Collection[int], *, at: datetime) -> None:
    """End tokens; whoever shows one from now on is refused."""
    tx.execute(sa.update(table).where(table.c.id.in_(numbers), table.c.revoked_at.is_(None)).values(revoked_at=at))


def _tokens(tx: Tx, which: sa.ColumnElement[bool]) -> Sequence[ApiToken]:
    chosen = sa.select(*[column for column in table.c if column.name != "digest"]).where(which)
    return [
        ApiToken(**{**row._mapping, "scopes": tuple(row.scopes)})  # noqa: SLF001 - the public name of a row's mapping
        for row in tx.execute(chosen.order_by(table.c.id.desc()))
    ]
