"""Logins by the office's identity provider: who is known there as which user, and who is let in by an administrator.

Nobody becomes a user by being known to the provider: a request waits for an administrator's yes, and users are never
matched by name, which others may choose.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from monitor.actions.actor import Actor, Right, write_audit
from monitor.actions.refused import Field, RefusedError
from monitor.actions.users import UserCommand, known_user, require_new_user, said_roles
from monitor.core.account import UnitKey
from monitor.core.phrases import plain
from monitor.core.user import User, UserRole
from monitor.store import Tx, identities, login_failures, sessions, users
from monitor.store.identities import LoginRequest
from monitor.store.sessions import LoginSession

WAITS = "您还没有开通，申请已转管理员，开通后再登录。"
DECLINED = "管理员没有同意开通。有疑问的，请联系管理员。"
FULL = "等待开通的申请已满，请联系管理员。"
DISABLED = "您的用户已停用，请联系管理员。"
BY = "统一身份认证"
_EXISTING = Field("user", "已有用户")
_LONGEST_SHOWN = 80
_LONGEST_NAME = 40


class ProviderRefusedError(RefusedError):
    """The provider's answer does not prove who somebody is; `why` is for the audit log."""

    def __init__(self, sentence: str, why: str) -> None:
        """Say so in a sentence for the visitor."""
        self.why = why
        super().__init__(sentence)


class ProviderDownError(ProviderRefusedError):
    """The provider gives no answer that could be read: nobody's fault who wants to log in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenIdentity:
    """Somebody whom the provider has proved to be who they are; texts are as it gave them."""

    issuer: str
    claim: str
    value: str
    name: str = ""
    proved_at: datetime | None = None
    """When the provider last asked them for a proof; None where it does not say."""
    is_strong: bool = False
    """True if it asked for more than a password, by an `acr` that the settings name."""

    @property
    def key(self) -> str:
        """What the database knows them by: the same value of another provider or claim is somebody else."""
        return sha256(json.dumps([self.issuer, self.claim, self.value]).encode()).hexdigest()

    @property
    def shown(self) -> str:
        """The claim's value, fit for a line."""
        return plain(self.value, _LONGEST_SHOWN)

    @property
    def called(self) -> str:
        """Their name, fit for a line."""
        return plain(self.name, _LONGEST_NAME) or self.shown[:_LONGEST_NAME]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogInByProviderCommand:
    """A login of somebody whose identity was proved."""

    identity: ProvenIdentity
    digest: str = field(repr=False)
    """Of the new session's id."""
    keys: tuple[str, str] = field(repr=False)
    idle: timedelta
    ended: str | None = field(default=None, repr=False)
    """The digest of the session that the browser has had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskToLogInCommand:
    """Somebody whose identity was proved and who is nobody here yet."""

    identity: ProvenIdentity


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRequestCommand:
    """Something is to be done about one request."""

    request: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantLoginCommand:
    """An administrator's yes: as a new user, or as one whom there is already."""

    request: int
    user: int | None = None
    """The user whom there is; None for a new one, of what follows."""
    name: str = ""
    roles: frozenset[UserRole] = frozenset()
    own: UnitKey | None = None


def log_in_by_provider(tx: Tx, command: LogInByProviderCommand, *, actor: Actor, now: datetime) -> LoginSession:
    """Begin a session and return it; half where the user has a second factor and the provider asked for no other."""
    actor.require(Right.LOG_IN)
    user = identities.user_of(tx, command.identity.key)
    if user is None:
        raise RefusedError(WAITS)
    if user.disabled_at:
        raise RefusedError(DISABLED)
    begun = _begun(command, user, actor, now)
    if command.ended:
        sessions.end(tx, command.ended)
    sessions.forget_over(tx, now=now, idle=command.idle)
    sessions.start(tx, begun)
    login_failures.succeeded(tx, *command.keys)
    if not begun.is_half:
        users.note_login(tx, user.id, at=now)
    write_audit(tx, actor, now, "login begin", detail=f"{BY}{'，待动态口令' if begun.is_half else ''}", by=user.name)
    return begun


def ask_to_log_in(tx: Tx, command: AskToLogInCommand, *, actor: Actor, now: datetime) -> None:
    """Have somebody wait for an administrator's yes."""
    actor.require(Right.LOG_IN)
    identity = command.identity
    if identities.user_of(tx, identity.key) or identities.request_of(tx, identity.key, now=now):
        raise RefusedError(WAITS)
    if not identities.ask(tx, identity.key, identity.shown, identity.called, actor.address, at=now):
        raise RefusedError(FULL)
    write_audit(tx, actor, now, "login ask", identity.called, identity.shown)


def grant_login(tx: Tx, command: GrantLoginCommand, *, actor: Actor, now: datetime) -> User:
    """Let somebody in who waits, and return whom they are from now on."""
    actor.require(Right.MANAGE_USERS)
    request = _waiting(tx, command.request, now)
    if command.user is None:
        require_new_user(tx, command.name, command.roles, command.own)
        user = known_user(tx, users.add_user(tx, command.name, command.roles, command.own, at=now))
    else:
        user = known_user(tx, command.user)
        if user.disabled_at:
            raise RefusedError(f"用户“{user.name}”已经停用，请先启用。", _EXISTING)
    before = identities.identity_of(tx, user.id) or ""
    identities.link(tx, request, user.id, at=now)
    sessions.end_all_of(tx, user.id)
    detail = said_roles(user)
    write_audit(tx, actor, now, "user grant", user.name, detail, before=before, after=request.shown)
    return user


def decline_login(tx: Tx, command: LoginRequestCommand, *, actor: Actor, now: datetime) -> LoginRequest:
    """Let nobody in by a request, and return it; it is not made again for a while."""
    actor.require(Right.MANAGE_USERS)
    request = _waiting(tx, command.request, now)
    identities.decline(tx, request.id, at=now)
    write_audit(tx, actor, now, "user decline", request.name, request.shown)
    return request


def unlink_login(tx: Tx, command: UserCommand, *, actor: Actor, now: datetime) -> None:
    """Have nobody be a user by the provider any more, which ends the user's sessions."""
    actor.require(Right.MANAGE_USERS)
    user = known_user(tx, command.user)
    before = identities.identity_of(tx, user.id)
    if before is None:
        raise RefusedError(f"用户“{user.name}”没有关联{BY}。")
    identities.unlink(tx, user.id)
    sessions.end_all_of(tx, user.id)
    write_audit(tx, actor, now, "user unlink", user.name, before=before)


def _begun(command: LogInByProviderCommand, user: User, actor: Actor, now: datetime) -> LoginSession:
    identity = command.identity
    return LoginSession(
        digest=command.digest,
        user=user.id,
        began_at=now,
        active_at=now,
        confirmed_at=identity.proved_at,
        address=actor.address,
        is_half=user.has_second_factor and not identity.is_strong,
        by_provider=True,
        is_strong=identity.is_strong,
    )


def _waiting(tx: Tx, number: int, now: datetime) -> LoginRequest:
    found = identities.waiting_request(tx, number, now=now)
    if found is None:
        raise RefusedError("没有这个等待开通的申请，可能已由其他管理员办理。")
    return found
