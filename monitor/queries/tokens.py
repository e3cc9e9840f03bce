"""The API tokens for people: what each is for, when it ends, when it was used last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.core.calendar import beijing_date
from monitor.core.phrases import dated, hour
from monitor.core.token_scope import TokenScope
from monitor.store import Tx
from monitor.store.api_tokens import ApiToken, api_token_of, api_tokens
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


def read_token(tx: Tx, secret: str) -> ApiToken | None:
    """Return the token that a caller shows; None for one that was never given out."""
    return api_token_of(tx, secret)


def read_tokens(tx: Tx, now: datetime) -> tuple[TokenLine, ...]:
    """Return all tokens, newest first, ended ones included."""
    return tuple(_line(token, now) for token in api_tokens(tx))


def read_areas(tx: Tx) -> tuple[str, ...]:
    """Return the areas to which a token, or a far side, may be limited."""
    return areas_of(tx)


def _line(token: ApiToken, now: datetime) -> TokenLine:
    labels = [scope.label for scope in TokenScope if scope.value in token.scopes]
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
    )


def _ends(token: ApiToken, now: datetime) -> str:
    today = beijing_date(now)
    if token.revoked_at is not None:
        return f"{hour(token.revoked_at, today)}停用"
    day = dated(beijing_date(token.expires_at), today)
    return f"{day}到期" if now < token.expires_at else f"{day}已到期"
