"""Logging in: what was typed is counted, looked at off the event loop, and only then done.

Nobody learns whether a name exists: an unknown one is counted, compared and refused as every other. What is refused is
written to the audit log, under the name only where that is a user's: people type passwords there by mistake.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.actions.actor import Actor, Origin, Right
from monitor.actions.logins import (
    LINK_OVER,
    LOGIN_OVER,
    WRONG,
    WRONG_CODE,
    ChangePasswordCommand,
    ConfirmCommand,
    ConfirmedCommand,
    GiveCodeCommand,
    LogInCommand,
    SetSecondFactorCommand,
    UseLinkCommand,
    change_password,
    confirm,
    give_code,
    log_in,
    remove_own_second_factor,
    set_own_second_factor,
    use_link,
)
from monitor.actions.passwords import Passwords
from monitor.actions.perform import perform_async
from monitor.actions.provider_logins import (
    DECLINED,
    DISABLED,
    WAITS,
    AskToLogInCommand,
    LogInByProviderCommand,
    ProvenIdentity,
    ProviderDownError,
    ProviderRefusedError,
    ask_to_log_in,
    log_in_by_provider,
)
from monitor.actions.refused import FIELDS, Field, RefusedError
from monitor.actions.second_factor import Vault, is_secret, number_of
from monitor.actions.turned_away import TurnAwayCommand, turn_away
from monitor.core.login import CONFIRMED
from monitor.core.password import password_problem
from monitor.core.user import User
from monitor.store import Store, Tx, identities, login_failures, login_links, sessions, users
from monitor.store.sessions import LoginSession, digest_of

NOBODY = "未登录"
NOT_PROVED = "请先经统一身份认证重新登录，再设置。"
_WRONG = "密码不正确"
PASSWORD = Field("password", "密码")
AGAIN = Field("again", "再输一次")
OLD = Field("old", "现在的密码")
CODE = Field("code", "动态口令")


class TooSoonError(RefusedError):
    """Somebody has to wait before they try again; nothing that they typed was looked at."""

    def __init__(self, wait: timedelta) -> None:
        """Say for how many seconds."""
        self.seconds = max(1, -(-wait // timedelta(seconds=1)))
        super().__init__(f"请在{self.seconds}秒后再试。")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """A session that has just begun or goes on under another id, and that id: only the browser is given it."""

    id: str = field(repr=False)
    session: LoginSession
    last_login_at: datetime | None = None
    """When the same user logged in before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Where somebody comes from who is logging in."""

    address: str
    home: str
    """What counts as one client: the address, or of IPv6 its network."""

    @property
    def actor(self) -> Actor:
        """They may log in, and nothing else."""
        return Actor(name=NOBODY, origin=Origin.PAGE, rights=frozenset({Right.LOG_IN}), address=self.address)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A user, and what proves who they are."""

    user: User
    password: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Logins:
    """Lets people log in."""

    store: Store
    clock: Callable[[], datetime]
    passwords: Passwords
    vault: Vault
    idle: timedelta

    async def log_in(self, name: str, password: str, client: Client) -> NewSession:
        """Return a new session of a user, half where the second factor is still to come.

        Raises RefusedError, in one sentence for whatever is wrong, and TooSoonError.
        """
        keys = _keys(name, client)
        await self._reserve(keys, client)
        found = await self.store.query(lambda tx: _known(tx, users.user_named(tx, name)))
        kept = found.password if found and not found.user.disabled_at else None
        if not await self.passwords.checked(password, kept) or found is None or kept is None:
            await self._turn_away(client, *_why_refused(found))
            raise RefusedError(WRONG)
        renewed = await self.passwords.hashed(password) if self.passwords.is_outdated(kept) else None
        id_ = new_id()
        command = LogInCommand(
            user=found.user.id, checked=kept, digest=digest_of(id_), keys=keys, idle=self.idle, renewed=renewed
        )
        begun = await perform_async(self.store, log_in, command, actor=client.actor, now=self.clock())
        return NewSession(id=id_, session=begun, last_login_at=found.user.last_login_at)

    async def give_code(self, half: LoginSession, user: User, code: str, client: Client) -> NewSession:
        """Return a session made whole by the second factor; raises RefusedError and TooSoonError."""
        keys = _keys(user.name, client)
        number = await self._number(user, code, keys, client)
        id_ = new_id()
        command = GiveCodeCommand(session=half.digest, digest=digest_of(id_), number=number, keys=keys)
        whole = await perform_async(self.store, give_code, command, actor=client.actor, now=self.clock())
        return NewSession(id=id_, session=whole)

    async def enter(
        self, prove: Callable[[], Awaitable[ProvenIdentity]], client: Client, *, ended: str | None = None
    ) -> NewSession:
        """Return a new session of whom the identity provider proves somebody to be, in place of the one `ended`.

        Tries are counted before `prove` asks anybody. Raises RefusedError, also for one who now waits to be let in,
        and TooSoonError.
        """
        keys = _provider_keys(client)
        await self._reserve(keys, client)
        try:
            identity = await prove()
        except ProviderDownError:
            await self.store.write(lambda tx: login_failures.succeeded(tx, *keys))
            raise
        except ProviderRefusedError as refused:
            await self._turn_away(client, f"统一身份认证：{refused.why}", "")
            raise
        known = await self.store.query(lambda tx: identities.user_of(tx, identity.key))
        if known is None:
            raise RefusedError(await self._asked(identity, client))
        if known.disabled_at:
            await self._turn_away(client, "用户已停用", known.name)
            raise RefusedError(DISABLED)
        id_ = new_id()
        command = LogInByProviderCommand(
            identity=identity, digest=digest_of(id_), keys=keys, idle=self.idle, ended=ended
        )
        begun = await perform_async(self.store, log_in_by_provider, command, actor=client.actor, now=self.clock())
        return NewSession(id=id_, session=begun, last_login_at=known.last_login_at)

    async def _asked(self, identity: ProvenIdentity, client: Client) -> str:
        """Have somebody wait to be let in, and return what they are told."""
        now = self.clock()
        there = await self.store.query(lambda tx: identities.request_of(tx, identity.key, now=now))
        if there is None:
            command = AskToLogInCommand(identity=identity)
            await perform_async(self.store, ask_to_log_in, command, actor=client.actor, now=now)
            return WAITS
        await self._turn_away(client, "没有同意开通" if there.declined_at else "等待开通", there.name)
        return DECLINED if there.declined_at else WAITS

    async def use_link(self, secret: str, name: str, password: str, again: str, client: Client) -> User:
        """Set a password by a one-time link and return whose; raises RefusedError."""
        digest, now = digest_of(secret), self.clock()
        link = await self.store.query(lambda tx: login_links.link(tx, digest, now=now))
        if link is None:
            raise RefusedError(LINK_OVER)
        whose = await self._user(link.user)
        require_good(password, again, whose.name if whose else name)
        command = UseLinkCommand(link=digest, password=await self.passwords.hashed(password), name=name)
        return await perform_async(self.store, use_link, command, actor=client.actor, now=self.clock())

    async def change_password(
        self, own: LoginSession, user: User, old: str, new: tuple[str, str], client: Client, *, actor: Actor
    ) -> NewSession:
        """Change one's own password and return the session under its new id; raises RefusedError and TooSoonError."""
        require_good(*new, user.name)
        confirmed = await self._confirm(own, user, old, client)
        command = ChangePasswordCommand(
            session=own.digest,
            digest=digest_of(confirmed.id),
            checked=confirmed.checked,
            password=await self.passwords.hashed(new[0]),
        )
        done = await perform_async(self.store, change_password, command, actor=actor, now=self.clock())
        return NewSession(id=confirmed.id, session=done)

    async def set_second_factor(
        self, own: LoginSession, user: User, old: str, offered: tuple[str, str], client: Client, *, actor: Actor
    ) -> NewSession:
        """Set one's own second factor by the secret that was offered and a code that proves it; raises as above."""
        secret, code = offered
        number = number_of(secret, code, self.clock()) if is_secret(secret) else None
        if number is None:
            raise RefusedError(WRONG_CODE, CODE)
        confirmed = await self._confirm_factor(own, user, old, client)
        command = SetSecondFactorCommand(
            session=own.digest,
            digest=digest_of(confirmed.id),
            checked=confirmed.checked,
            secret=self.vault.close(secret, user.id),
            number=number,
        )
        done = await perform_async(self.store, set_own_second_factor, command, actor=actor, now=self.clock())
        return NewSession(id=confirmed.id, session=done)

    async def remove_second_factor(
        self, own: LoginSession, user: User, old: str, client: Client, *, actor: Actor
    ) -> NewSession:
        """Do without the second factor from now on; raises as above."""
        confirmed = await self._confirm_factor(own, user, old, client)
        command = ConfirmedCommand(session=own.digest, digest=digest_of(confirmed.id), checked=confirmed.checked)
        done = await perform_async(self.store, remove_own_second_factor, command, actor=actor, now=self.clock())
        return NewSession(id=confirmed.id, session=done)

    async def confirm(
        self, own: LoginSession, user: User, password: str, client: Client, *, actor: Actor
    ) -> NewSession:
        """Prove anew who is there by the password, and return the session under its new id; raises as above."""
        confirmed = await self._confirm(own, user, password, client)
        command = ConfirmCommand(session=own.digest, digest=digest_of(confirmed.id), checked=confirmed.checked)
        done = await perform_async(self.store, confirm, command, actor=actor, now=self.clock())
        return NewSession(id=confirmed.id, session=done)

    async def confirm_by_code(
        self, own: LoginSession, user: User, code: str, client: Client, *, actor: Actor
    ) -> NewSession:
        """Prove anew who is there by the second factor; as above."""
        keys = _keys(user.name, client)
        number = await self._number(user, code, keys, client)
        id_ = new_id()
        command = ConfirmCommand(session=own.digest, digest=digest_of(id_), number=number)
        done = await perform_async(self.store, confirm, command, actor=actor, now=self.clock())
        await self.store.write(lambda tx: login_failures.succeeded(tx, *keys))
        return NewSession(id=id_, session=done)

    async def note_activity(self, digest: str) -> None:
        """Keep that something was done with a session just now."""
        now = self.clock()
        await self.store.write(lambda tx: sessions.note_activity(tx, digest, at=now))

    async def _confirm(self, own: LoginSession, user: User, password: str, client: Client) -> _Confirmed:
        """Return what proves that the password of somebody who is logged in was typed again."""
        keys = _keys(user.name, client)
        await self._reserve(keys, client)
        found = await self.store.query(lambda tx: _known(tx, users.user(tx, own.user)))
        if found is None or found.password is None:
            raise RefusedError(LOGIN_OVER)
        if not await self.passwords.checked(password, found.password):
            await self._turn_away(client, _WRONG, user.name)
            raise RefusedError(f"{FIELDS}不正确。", OLD)
        await self.store.write(lambda tx: login_failures.succeeded(tx, *keys))
        return _Confirmed(id=new_id(), checked=found.password)

    async def _number(self, user: User, code: str, keys: tuple[str, str], client: Client) -> int:
        """Return the number of the half minute that a code of the second factor is of; raises as above."""
        await self._reserve(keys, client)
        secret = await self._secret(user)
        number = number_of(secret, code, self.clock()) if secret else None
        if number is None:
            await self._turn_away(client, "动态口令不正确", user.name)
            raise RefusedError(WRONG_CODE, CODE)
        return number

    async def _confirm_factor(self, own: LoginSession, user: User, password: str, client: Client) -> _Confirmed:
        """Do as `_confirm`; who has no password must have come from the provider a short while ago."""
        if user.has_password:
            return await self._confirm(own, user, password, client)
        if own.confirmed_at is None or self.clock() - own.confirmed_at >= CONFIRMED:
            raise RefusedError(NOT_PROVED)
        return _Confirmed(id=new_id(), checked=None)

    async def _reserve(self, keys: tuple[str, str], client: Client) -> None:
        """Count a try; raises TooSoonError where it is too soon for one."""
        now = self.clock()
        until = await self.store.write(lambda tx: login_failures.reserve(tx, keys, at=now), durable=True)
        if until is not None:
            raise TooSoonError(until - now)

    async def _user(self, user_id: int | None) -> User | None:
        return None if user_id is None else await self.store.query(lambda tx: users.user(tx, user_id))

    async def _secret(self, user: User) -> str | None:
        kept = await self.store.query(lambda tx: users.second_factor_of(tx, user.id))
        return self.vault.open(kept, user.id)

    async def _turn_away(self, client: Client, why: str, about: str) -> None:
        command = TurnAwayCommand(action="login refuse", why=why, about=about)
        await perform_async(self.store, turn_away, command, actor=client.actor, now=self.clock())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Confirmed:
    """A password that was typed again and is right: the session's next id, and the hash that it was compared with."""

    id: str = field(repr=False)
    checked: str | None = field(repr=False)


def new_id() -> str:
    """Return 256 bits that nobody guesses, as text."""
    return secrets.token_urlsafe(32)


def require_good(password: str, again: str, name: str) -> None:
    """Raise RefusedError unless a new password was typed twice alike and is good enough."""
    if problem := password_problem(password, name):
        raise RefusedError(f"{FIELDS}{problem}。", PASSWORD)
    if password != again:
        raise RefusedError(f"两次输入的密码不一样，请{FIELDS}。", AGAIN)


def _keys(name: str, client: Client) -> tuple[str, str]:
    return login_failures.of_name(name), login_failures.of_address(client.home)


def _provider_keys(client: Client) -> tuple[str, str]:
    """Return under what tries by the provider count: apart from passwords, which help where it fails."""
    return login_failures.of_name(f"{client.home} provider"), login_failures.of_address(f"{client.home} provider")


def _known(tx: Tx, user: User | None) -> _Known | None:
    return _Known(user=user, password=users.password_of(tx, user.id)) if user else None


def _why_refused(found: _Known | None) -> tuple[str, str]:
    """Return why a login was refused and whose it would have been, for the audit log alone."""
    if found is None:
        return "没有这个用户", ""
    return ("用户已停用" if found.user.disabled_at else _WRONG), found.user.name
