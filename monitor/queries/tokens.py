"""The API tokens for people: what each is for, when it ends, when it was used last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.core.calendar import beijing_date
from monitor.core.phrases import dated, hour
from monitor.core.token_scope import TokenScope
from monitor.core.user import User
from monitor.store import Tx, users
from monitor.store.api_tokens import ApiToken, api_token_of, api_tokens, api_tokens_of
from monitor.store.reach import areas_of


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLine:
    """One token, in words."""

    number: int
    prefix: str
    name: str
    scopes: str
    ends: str
    used: str
    area: str | None
    """The one area for which it is."""
    is_good: bool
    owner: str = ""
    """The name of the user whose it is; empty for a program's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownToken:
    """A token that a caller has shown, and whose it is."""

    token: ApiToken
    owner: User | None
    """None for a program that is nobody's."""

    def is_good(self, now: datetime) -> bool:
        """True if it lets its caller in: not over, and whoever owns it may log in, too."""
        owner = self.owner
        is_out = owner is not None and (owner.disabled_at is not None or owner.lacks_second_factor)
        return self.token.is_good(now) and not is_out


def read_token(tx: Tx, secret: str) -> ShownToken | None:
    """Return the token that a caller shows; None for one that was never given out."""
    token = api_token_of(tx, secret)
    if token is None:
        return None
    return ShownToken(token=token, owner=users.user(tx, token.owner) if token.owner is not None else None)


def read_tokens(tx: Tx, now: datetime) -> tuple[TokenLine, ...]:
    """Return all tokens, newest first, ended ones included."""
    return _lines(tx, api_tokens(tx), now)


def read_own_tokens(tx: Tx, user: int, now: datetime) -> tuple[TokenLine, ...]:
    """Return a user's own tokens, likewise."""
    return _lines(tx, api_tokens_of(tx, user), now)


def _lines(tx: Tx, tokens: Sequence[ApiToken], now: datetime) -> tuple[TokenLine, ...]:
    names = {user.id: user.name for user in users.users_of(tx, ids={token.owner for token in tokens if token.owner})}
    return tuple(_line(token, names.get(token.owner or 0, ""), now) for token in tokens)


def read_areas(tx: Tx) -> tuple[str, ...]:
    """Return the areas to which a token, or a far side, may be limited."""
    return areas_of(tx)


def _line(token: ApiToken, owner: str, now: datetime) -> TokenLine:
    labels = [scope.label for scope in TokenScope.given(token.scopes)]
    used = f"最近使用{hour(token.last_used_at, beijing_date(now))}" if token.last_used_at else "没有用过"
    return TokenLine(
        number=token.id,
        prefix=token.prefix,
        name=token.name,
        scopes="、".join(labels),
        ends=_ends(token, now),
        used=used,
        area=token.area,
        is_good=token.is_good(now),
        owner=owner,
    )


def _ends(token: ApiToken, now: datetime) -> str:
    today = beijing_date(now)
    if token.revoked_at is not None:
        return f"{hour(token.revoked_at, today)}停用"
    day = dated(beijing_date(token.expires_at), today)
    return f"{day}到期" if now < token.expires_at else f"{day}已到期"
