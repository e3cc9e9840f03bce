"""API tokens: give one out to a program, end one, and note that one was used."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.actions.actor import Actor, Origin, Right, write_audit
from monitor.actions.logins import own_login
from monitor.actions.refused import FIELDS, Field, RefusedError
from monitor.actions.roles import rights_of
from monitor.core.token_scope import TokenScope
from monitor.core.user import User
from monitor.store import Tx
from monitor.store.api_tokens import (
    PREFIX,
    ApiToken,
    NewApiToken,
    api_token,
    api_tokens_of,
    mark_used,
    revoke_api_tokens,
    save_api_token,
)
from monitor.store.reach import areas_of

LONGEST = timedelta(days=366)
"""No token holds longer than a year."""
RIGHTS: dict[TokenScope, frozenset[Right]] = {
    TokenScope.READ: frozenset({Right.SEE, Right.REPORT}),
    TokenScope.POST_LINKS: frozenset({Right.PASTE}),
    TokenScope.DECIDE: frozenset(
        {
            Right.VERIFY,
            Right.DECIDE,
            Right.CLOSE,
            Right.ACKNOWLEDGE,
            Right.RELEASE,
            Right.WITHHOLD,
            Right.RETRY,
            Right.PHONE,
            Right.MUTE,
            Right.LOOK,
            Right.ANSWER_PROPOSAL,
            Right.STOP_LINKS,
            Right.MAKE_REPORT,
        }
    ),
    TokenScope.OFFICE: frozenset({Right.SEE_MESSAGES, Right.SEE_IMPORTS, Right.SEE_AUDIT, Right.SEE_SYSTEM}),
    TokenScope.CONTACTS: frozenset({Right.SEE_CONTACTS}),
    TokenScope.IMPORT: frozenset({Right.IMPORT, Right.WITHDRAW}),
}
"""The rights that each scope gives."""
NAME_LENGTH = 60
"""Characters of a token's name at most."""


MOST_OWN = 10
"""Tokens of their own that somebody may have at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFields:
    """What is said of a new token."""

    name: str
    scopes: frozenset[TokenScope]
    lasts: timedelta
    secret: str = field(default_factory=lambda: PREFIX + secrets.token_urlsafe(32), repr=False)
    """What the caller shows: 256 random bits, told once and never kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueTokenCommand(TokenFields):
    """The command to give out a token to a program."""

    area: str | None = None
    """The one area for which it is; None for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueOwnTokenCommand(TokenFields):
    """The command of somebody who has logged in to have a token of their own: it may at most what they may."""

    session: str = field(repr=False)
    """The digest of their session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeOwnTokenCommand:
    """The command to end a token of one's own."""

    number: int
    session: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeTokenCommand:
    """The command to end a token."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UseTokenCommand:
    """A token that a caller has shown, for the first time in a while."""

    used: ApiToken


@dataclass(frozen=True, slots=True, kw_only=True)
class EndTokenCommand:
    """A token whose holder wants it to be good no more: it leaked, or is not needed."""

    shown: ApiToken


def issue_token(tx: Tx, command: IssueTokenCommand, *, actor: Actor, now: datetime) -> int:
    """Store a new token and return its number; raises RefusedError."""
    actor.require(Right.MANAGE_TOKENS)
    _require_whole(command)
    if command.area is not None and command.area not in areas_of(tx):
        raise RefusedError(f"台账中没有这个{FIELDS}，请核对。", Field("area", "地区"))
    return _issue(tx, command, actor, now, area=command.area)


def issue_own_token(tx: Tx, command: IssueOwnTokenCommand, *, actor: Actor, now: datetime) -> int:
    """Store a new token of the actor's own and return its number; raises RefusedError."""
    actor.require(Right.KEEP_LOGIN)
    _, user = own_login(tx, command.session)
    _require_whole(command)
    if not all(may_have(user, scope) for scope in command.scopes):
        raise RefusedError(f"{FIELDS}不能超出您自己的权限。", Field("scopes", "权限"))
    if sum(token.is_good(now) for token in api_tokens_of(tx, user.id)) >= MOST_OWN:
        raise RefusedError(f"一人最多有{MOST_OWN}个有效的令牌，请先停用不用的。", Field("name", "用途"))
    return _issue(tx, command, actor, now, owner=user.id)


def may_have(user: User, scope: TokenScope) -> bool:
    """True if anything that a scope gives is somebody's to do."""
    return bool(RIGHTS[scope] & rights_of(user.roles))


def _require_whole(command: TokenFields) -> None:
    name = command.name.strip()
    if not name or len(name) > NAME_LENGTH:
        raise RefusedError(f"请用1到{NAME_LENGTH}个字写明{FIELDS}。", Field("name", "用途"))
    if not command.scopes:
        raise RefusedError(f"请至少选一项{FIELDS}。", Field("scopes", "权限"))
    if not timedelta() < command.lasts <= LONGEST:
        raise RefusedError(f"{FIELDS}应在1天到{LONGEST.days}天之间。", Field("lasts", "有效期"))


def _issue(
    tx: Tx, command: TokenFields, actor: Actor, now: datetime, *, area: str | None = None, owner: int | None = None
) -> int:
    scopes = sorted(command.scopes, key=list(TokenScope).index)
    token = NewApiToken(
        name=command.name.strip(),
        scopes=tuple(scope.value for scope in scopes),
        created_by=actor.name,
        expires_at=now + command.lasts,
        area=area,
        owner=owner,
    )
    number = save_api_token(tx, token, command.secret, at=now)
    after = "、".join(scope.label for scope in scopes) + (f"，{area}" if area else "")
    write_audit(tx, actor, now, "token add", str(number), token.name, after=after)
    return number


def revoke_token(tx: Tx, command: RevokeTokenCommand, *, actor: Actor, now: datetime) -> ApiToken:
    """End a token at once and return it as it was; raises RefusedError."""
    actor.require(Right.MANAGE_TOKENS)
    return _end(tx, api_token(tx, command.number), command.number, actor, now)


def revoke_own_token(tx: Tx, command: RevokeOwnTokenCommand, *, actor: Actor, now: datetime) -> ApiToken:
    """End a token of the actor's own at once and return it as it was; another's is not there for them."""
    actor.require(Right.KEEP_LOGIN)
    _, user = own_login(tx, command.session)
    found = api_token(tx, command.number)
    return _end(tx, found if found and found.owner == user.id else None, command.number, actor, now)


def end_token(tx: Tx, command: EndTokenCommand, *, actor: Actor, now: datetime) -> ApiToken:
    """End the token that the actor shows, at once, and return it as it was."""
    actor.require(Right.CALL)
    return _end(tx, command.shown, command.shown.id, actor, now)


def _end(tx: Tx, found: ApiToken | None, number: int, actor: Actor, now: datetime) -> ApiToken:
    if found is None:
        raise RefusedError(f"没有编号为{number}的令牌，请核对编号。", Field("number", "编号"))
    if found.revoked_at is not None:
        raise RefusedError(f"令牌{number}已经停用。", Field("number", "编号"))
    revoke_api_tokens(tx, [number], at=now)
    write_audit(tx, actor, now, "token revoke", str(found.id), found.name, before="可用", after="已停用")
    return found


def use_token(tx: Tx, command: UseTokenCommand, *, actor: Actor, now: datetime) -> None:
    """Note that a token was used, and from where."""
    actor.require(Right.CALL)
    mark_used(tx, command.used.id, at=now)
    write_audit(tx, actor, now, "token use", str(command.used.id), command.used.name)


def caller_of(token: ApiToken, owner: User | None, address: str) -> Actor:
    """Return who acts by a token: its owner, with what both they and the scopes may; else the program itself."""
    given = scope_rights(TokenScope.given(token.scopes))
    if owner is None:
        return Actor(
            name=token.name, origin=Origin.API, rights=given, address=address, area=token.area, is_program=True
        )
    return Actor(
        name=owner.name,
        origin=Origin.API,
        rights=given & (rights_of(owner.roles) | {Right.CALL}),
        login=f"{owner.roles_label}，令牌{token.prefix}",
        address=address,
        own=owner.own,
    )


def scope_rights(scopes: Iterable[TokenScope]) -> frozenset[Right]:
    """Return the rights that scopes give together."""
    return frozenset({Right.CALL}).union(*(RIGHTS[scope] for scope in scopes))
