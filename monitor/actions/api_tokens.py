"""API tokens: give one out to a program, end one, and note that one was used."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.actions.actor import Actor, Origin, Right, write_audit
from monitor.actions.refused import FIELDS, Field, RefusedError
from monitor.core.token_scope import TokenScope
from monitor.store import Tx
from monitor.store.api_tokens import (
    PREFIX,
    ApiToken,
    NewApiToken,
    api_token,
    mark_used,
    revoke_api_tokens,
    save_api_token,
)
from monitor.store.reach import areas_of

LONGEST = timedelta(days=366)
"""No token holds longer than a year."""
RIGHTS: dict[TokenScope, frozenset[Right]] = {
    TokenScope.READ: frozenset({Right.SEE}),
    TokenScope.POST_LINKS: frozenset({Right.PASTE}),
    TokenScope.DECIDE: frozenset(
        {
            Right.VERIFY,
            Right.DECIDE,
            Right.CLOSE,
            Right.RELEASE,
            Right.WITHHOLD,
            Right.RETRY,
            Right.PHONE,
            Right.MUTE,
            Right.LOOK,
        }
    ),
}
"""The rights that each scope gives."""
NAME_LENGTH = 60
"""Characters of a token's name at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueTokenCommand:
    """The command to give out a token."""

    name: str
    scopes: frozenset[TokenScope]
    lasts: timedelta
    area: str | None = None
    """The one area for which it is; None for all."""
    secret: str = field(default_factory=lambda: PREFIX + secrets.token_urlsafe(32), repr=False)
    """What the caller shows: 256 random bits, told once and never kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeTokenCommand:
    """The command to end a token."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UseTokenCommand:
    """A token that a caller has shown, for the first time in a while."""

    used: ApiToken


def issue_token(tx: Tx, command: IssueTokenCommand, *, actor: Actor, now: datetime) -> int:
    """Store a new token and return its number; raises RefusedError."""
    actor.require(Right.MANAGE_TOKENS)
    name = command.name.strip()
    if not name or len(name) > NAME_LENGTH:
        raise RefusedError(f"请用1到{NAME_LENGTH}个字写明{FIELDS}。", Field("name", "用途"))
    if not command.scopes:
        raise RefusedError(f"请至少选一项{FIELDS}。", Field("scopes", "权限"))
    if not timedelta() < command.lasts <= LONGEST:
        raise RefusedError(f"{FIELDS}应在1天到{LONGEST.days}天之间。", Field("lasts", "有效期"))
    if command.area is not None and command.area not in areas_of(tx):
        raise RefusedError(f"台账中没有这个{FIELDS}，请核对。", Field("area", "地区"))
    scopes = sorted(command.scopes, key=list(TokenScope).index)
    token = NewApiToken(
        name=name,
        scopes=tuple(scope.value for scope in scopes),
        created_by=actor.name,
        expires_at=now + command.lasts,
        area=command.area,
    )
    number = save_api_token(tx, token, command.secret, at=now)
    after = "、".join(scope.label for scope in scopes) + (f"，{command.area}" if command.area else "")
    write_audit(tx, actor, now, "token add", str(number), name, after=after)
    return number


def revoke_token(tx: Tx, command: RevokeTokenCommand, *, actor: Actor, now: datetime) -> ApiToken:
    """End a token at once and return it as it was; raises RefusedError."""
    actor.require(Right.MANAGE_TOKENS)
    found = api_token(tx, command.number)
    if found is None:
        raise RefusedError(f"没有编号为{command.number}的令牌，请核对编号。", Field("number", "编号"))
    if found.revoked_at is not None:
        raise RefusedError(f"令牌{command.number}已经停用。", Field("number", "编号"))
    revoke_api_tokens(tx, [command.number], at=now)
    write_audit(tx, actor, now, "token revoke", str(found.id), found.name, before="可用", after="已停用")
    return found


def use_token(tx: Tx, command: UseTokenCommand, *, actor: Actor, now: datetime) -> None:
    """Note that a token was used, and from where."""
    actor.require(Right.CALL)
    mark_used(tx, command.used.id, at=now)
    write_audit(tx, actor, now, "token use", str(command.used.id), command.used.name)


def caller_of(token: ApiToken, address: str) -> Actor:
    """Return who acts by a token, with the rights of its scopes."""
    scopes = [scope for scope in TokenScope if scope.value in token.scopes]
    return Actor(name=token.name, origin=Origin.API, rights=scope_rights(scopes), address=address, area=token.area)


def scope_rights(scopes: Iterable[TokenScope]) -> frozenset[Right]:
    """Return the rights that scopes give together."""
    return frozenset({Right.CALL}).union(*(RIGHTS[scope] for scope in scopes))
