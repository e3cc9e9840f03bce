"""Logins: what somebody does about their own. Passwords and codes are looked at before, see `logging_in.py`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.actions.actor import Actor, Right, write_audit
from monitor.actions.refused import FIELDS, Field, RefusedError
from monitor.actions.users import NAME
from monitor.core.user import User, UserRole, name_problem
from monitor.store import Tx, login_failures, login_links, sessions, users
from monitor.store.sessions import LoginSession

WRONG = "用户名或密码不正确。"
"""The one sentence for a wrong name, a wrong password and a user who is disabled."""
WRONG_CODE = "动态口令不正确，请等下一个口令再试。"
LINK_OVER = "链接已用过或已过期，请向管理员要一个新的链接。"
LOGIN_OVER = "登录已过期，请重新登录。"
_CODE = Field("code", "动态口令")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogInCommand:
    """A login by a password that was looked at and found right."""

    user: int
    checked: str = field(repr=False)
    """The hash that it was compared with."""
    digest: str = field(repr=False)
    """Of the new session's id."""
    keys: tuple[str, str] = field(repr=False)
    """Under which the try was counted: of the name, of the address."""
    idle: timedelta
    renewed: str | None = field(default=None, repr=False)
    """The password's hash at the cost of now, where the one before is of another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveCodeCommand:
    """The second factor of a session that is half, its code looked at and found right."""

    session: str = field(repr=False)
    digest: str = field(repr=False)
    """Of the session's new id."""
    number: int
    """Of the half minute that the code is of."""
    keys: tuple[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class UseLinkCommand:
    """A password, hashed, that somebody sets by a one-time link."""

    link: str = field(repr=False)
    """The digest of its secret."""
    password: str = field(repr=False)
    name: str = ""
    """Of the first administrator, who chooses it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSessionCommand:
    """Something is to be done about one's own login."""

    session: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmedCommand:
    """Something for which the password was typed once more, looked at and found right."""

    session: str = field(repr=False)
    digest: str = field(repr=False)
    """Of the session's new id."""
    checked: str | None = field(repr=False)
    """The hash that the password was compared with; None where there is none, and the provider proved who it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmCommand:
    """Who is there is proved anew: by the password, looked at before, or by the second factor."""

    session: str = field(repr=False)
    digest: str = field(repr=False)
    """Of the session's new id."""
    checked: str | None = field(default=None, repr=False)
    """The hash that the password was compared with; None where a code was given."""
    number: int | None = None
    """Of the half minute that the code is of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePasswordCommand(ConfirmedCommand):
    """One's own new password, hashed."""

    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSecondFactorCommand(ConfirmedCommand):
    """One's own second factor, proved by a code; its secret as it is kept."""

    secret: bytes = field(repr=False)
    number: int


def log_in(tx: Tx, command: LogInCommand, *, actor: Actor, now: datetime) -> LoginSession:
    """Begin a session and return it; where the user has a second factor, it is half until that is given."""
    actor.require(Right.LOG_IN)
    user = users.user(tx, command.user)
    if user is None or user.disabled_at or users.password_of(tx, user.id) != command.checked:
        raise RefusedError(WRONG)
    if command.renewed:
        users.set_password(tx, user.id, command.renewed)
    begun = LoginSession(
        digest=command.digest,
        user=user.id,
        began_at=now,
        active_at=now,
        confirmed_at=now,
        address=actor.address,
        is_half=user.has_second_factor,
    )
    sessions.forget_over(tx, now=now, idle=command.idle)
    sessions.start(tx, begun)
    if not begun.is_half:
        login_failures.succeeded(tx, *command.keys)
        users.note_login(tx, user.id, at=now)
    write_audit(tx, actor, now, "login begin", detail="待动态口令" if begun.is_half else "", by=user.name)
    return begun


def give_code(tx: Tx, command: GiveCodeCommand, *, actor: Actor, now: datetime) -> LoginSession:
    """Make a session whole by the second factor, under a new id, and return it; a code is good once."""
    actor.require(Right.LOG_IN)
    half, user = own_login(tx, command.session)
    if not users.use_second_factor(tx, user.id, command.number):
        raise RefusedError(WRONG_CODE, _CODE)
    whole = sessions.rotate(tx, half, command.digest, at=now)
    login_failures.succeeded(tx, *command.keys)
    users.note_login(tx, user.id, at=now)
    write_audit(tx, actor, now, "login second-factor", by=user.name)
    return whole


def confirm(tx: Tx, command: ConfirmCommand, *, actor: Actor, now: datetime) -> LoginSession:
    """Keep that who is there was proved anew, and return the session under its new id; a code is good once."""
    actor.require(Right.KEEP_LOGIN)
    own, user = own_login(tx, command.session)
    if command.number is not None:
        if not user.has_second_factor or not users.use_second_factor(tx, user.id, command.number):
            raise RefusedError(WRONG_CODE, _CODE)
    elif command.checked is None or users.password_of(tx, user.id) != command.checked:
        raise RefusedError(LOGIN_OVER)
    write_audit(tx, actor, now, "login confirm", user.name)
    return sessions.rotate(tx, own, command.digest, at=now)


def use_link(tx: Tx, command: UseLinkCommand, *, actor: Actor, now: datetime) -> User:
    """Set the password of whom a one-time link is for, which ends their sessions, and return them.

    The first administrator is made by it, an operator at once: in a small office that is one person.
    """
    actor.require(Right.LOG_IN)
    link = login_links.link(tx, command.link, now=now)
    if link is None or not login_links.spend(tx, command.link, now=now):
        raise RefusedError(LINK_OVER)
    user_id = _first(tx, command.name, now) if link.user is None else link.user
    user = users.user(tx, user_id)
    if user is None or user.disabled_at:
        raise RefusedError(LINK_OVER)
    users.set_password(tx, user.id, command.password)
    sessions.end_all_of(tx, user.id)
    write_audit(tx, actor, now, "login password", user.name, "一次性链接", by=user.name)
    return user


def log_out(tx: Tx, command: OwnSessionCommand, *, actor: Actor, now: datetime) -> None:
    """End a session."""
    actor.require(Right.KEEP_LOGIN)
    _, user = own_login(tx, command.session)
    sessions.end(tx, command.session)
    write_audit(tx, actor, now, "login end", by=user.name)


def end_other_sessions(tx: Tx, command: OwnSessionCommand, *, actor: Actor, now: datetime) -> int:
    """End all sessions of the same user but this one, and return how many that were."""
    actor.require(Right.KEEP_LOGIN)
    _, user = own_login(tx, command.session)
    count = sessions.end_all_of(tx, user.id, but=command.session)
    write_audit(tx, actor, now, "login end-others", user.name, f"{count}个")
    return count


def change_password(tx: Tx, command: ChangePasswordCommand, *, actor: Actor, now: datetime) -> LoginSession:
    """Change one's own password, end all other sessions, and return this one under its new id."""
    actor.require(Right.KEEP_LOGIN)
    own, user = _confirmed(tx, command)
    users.set_password(tx, user.id, command.password)
    login_links.drop_links(tx, user.id)
    sessions.end_all_of(tx, user.id, but=own.digest)
    write_audit(tx, actor, now, "login password", user.name)
    return sessions.rotate(tx, own, command.digest, at=now)


def set_own_second_factor(tx: Tx, command: SetSecondFactorCommand, *, actor: Actor, now: datetime) -> LoginSession:
    """Set one's own second factor, end all other sessions, and return this one under its new id."""
    actor.require(Right.KEEP_LOGIN)
    own, user = _confirmed(tx, command)
    users.set_second_factor(tx, user.id, command.secret)
    users.use_second_factor(tx, user.id, command.number)
    sessions.end_all_of(tx, user.id, but=own.digest)
    write_audit(tx, actor, now, "login second-factor set", user.name)
    return sessions.rotate(tx, own, command.digest, at=now)


def remove_own_second_factor(tx: Tx, command: ConfirmedCommand, *, actor: Actor, now: datetime) -> LoginSession:
    """Do without the second factor from now on, unless it is demanded; return the session under its new id."""
    actor.require(Right.KEEP_LOGIN)
    own, user = _confirmed(tx, command)
    if user.must_have_second_factor:
        raise RefusedError("管理员要求您使用动态口令，不能取消。更换手机的，请管理员先取消再重新设置。")
    users.set_second_factor(tx, user.id, None)
    write_audit(tx, actor, now, "login second-factor remove", user.name)
    return sessions.rotate(tx, own, command.digest, at=now)


def _first(tx: Tx, name: str, now: datetime) -> int:
    """Make the first administrator and return the id."""
    if users.has_administrator(tx):
        raise RefusedError(LINK_OVER)
    if problem := name_problem(name):
        raise RefusedError(f"{FIELDS}{problem}。", NAME)
    return users.add_user(tx, name, (UserRole.ADMINISTRATOR, UserRole.OPERATOR), None, at=now)


def own_login(tx: Tx, digest: str) -> tuple[LoginSession, User]:
    """Return a session by the digest of its id, and whose it is; raises RefusedError where it is over."""
    found = sessions.session_with_user(tx, digest)
    if found is None:
        raise RefusedError(LOGIN_OVER)
    return found


def _confirmed(tx: Tx, command: ConfirmedCommand) -> tuple[LoginSession, User]:
    """Return the session and its user, whose password is still the one that was looked at."""
    own, user = own_login(tx, command.session)
    if users.password_of(tx, user.id) != command.checked:
        raise RefusedError(LOGIN_OVER)
    return own, user
