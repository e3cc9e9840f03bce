"""Users: who may log in, as what, and what an administrator does about that."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from monitor.actions.actor import Actor, Right, write_audit
from monitor.actions.refused import FIELDS, Field, RefusedError
from monitor.core.account import UnitKey
from monitor.core.login import LINK
from monitor.core.user import User, UserRole, name_problem, roles_problem
from monitor.store import Tx, login_links, roster, sessions, users

NAME = Field("name", "用户名")
_ROLES = Field("role", "角色")
_UNIT = Field("unit", "主办单位")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddUserCommand:
    """A new user; the password is set by a one-time link or on the command line."""

    name: str
    roles: frozenset[UserRole]
    own: UnitKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRolesCommand:
    """Other roles for a user than before."""

    user: int
    roles: frozenset[UserRole]
    own: UnitKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserCommand:
    """Something is to be done about one user."""

    user: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandSecondFactorCommand:
    """A user must have a second factor from now on, or need not any more."""

    user: int
    is_demanded: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPasswordCommand:
    """A user's new password, hashed."""

    user: int
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLinkCommand:
    """The link by which the first administrator is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeLink:
    """A link that sets a password once; nobody can be shown its secret again."""

    secret: str = field(repr=False)
    until: datetime


def add_user(tx: Tx, command: AddUserCommand, *, actor: Actor, now: datetime) -> User:
    """Keep a new user and return them."""
    actor.require(Right.MANAGE_USERS)
    require_new_user(tx, command.name, command.roles, command.own)
    added = users.add_user(tx, command.name, command.roles, command.own, at=now)
    done = known_user(tx, added)
    write_audit(tx, actor, now, "user add", done.name, after=said_roles(done))
    return done


def change_roles(tx: Tx, command: ChangeRolesCommand, *, actor: Actor, now: datetime) -> User:
    """Give a user other roles, which ends all their sessions, and return them."""
    actor.require(Right.MANAGE_USERS)
    before = known_user(tx, command.user)
    _require_roles(tx, command.roles, command.own)
    if UserRole.ADMINISTRATOR not in command.roles:
        _require_another_administrator(tx, before, "取消")
    users.set_roles(tx, before.id, command.roles, command.own)
    sessions.end_all_of(tx, before.id)
    after = known_user(tx, before.id)
    write_audit(tx, actor, now, "user role", after.name, before=said_roles(before), after=said_roles(after))
    return after


def disable_user(tx: Tx, command: UserCommand, *, actor: Actor, now: datetime) -> User:
    """End all that a user is logged in with, and let them log in no more; what they decided stays."""
    actor.require(Right.MANAGE_USERS)
    before = known_user(tx, command.user)
    if before.disabled_at:
        raise RefusedError(f"用户“{before.name}”已经停用。")
    _require_another_administrator(tx, before, "停用")
    users.set_disabled(tx, before.id, now)
    sessions.end_all_of(tx, before.id)
    login_links.drop_links(tx, before.id)
    write_audit(tx, actor, now, "user disable", before.name, before="启用", after="停用")
    return known_user(tx, before.id)


def enable_user(tx: Tx, command: UserCommand, *, actor: Actor, now: datetime) -> User:
    """Let a user log in again, with the password they had."""
    actor.require(Right.MANAGE_USERS)
    before = known_user(tx, command.user)
    if before.disabled_at is None:
        raise RefusedError(f"用户“{before.name}”没有停用。")
    users.set_disabled(tx, before.id, None)
    write_audit(tx, actor, now, "user enable", before.name, before="停用", after="启用")
    return known_user(tx, before.id)


def issue_link(tx: Tx, command: UserCommand, *, actor: Actor, now: datetime) -> OneTimeLink:
    """Return a link by which a user sets a password, once; the one before is good no more."""
    actor.require(Right.MANAGE_USERS)
    about = known_user(tx, command.user)
    if about.disabled_at:
        raise RefusedError(f"用户“{about.name}”已经停用，请先启用。")
    link = _new_link(tx, about.id, now)
    write_audit(tx, actor, now, "user link", about.name)
    return link


def issue_first_link(tx: Tx, command: FirstLinkCommand, *, actor: Actor, now: datetime) -> OneTimeLink:
    """Return a link by which the first administrator is made, while there is none."""
    del command
    actor.require(Right.MANAGE_USERS)
    if users.has_administrator(tx):
        raise RefusedError("已有管理员，不再生成首位管理员的链接，请写明用户名。")
    link = _new_link(tx, None, now)
    write_audit(tx, actor, now, "user link", UserRole.ADMINISTRATOR.label, "首次登录")
    return link


def end_sessions(tx: Tx, command: UserCommand, *, actor: Actor, now: datetime) -> int:
    """End everything that a user is logged in with, and return how many that were."""
    actor.require(Right.MANAGE_USERS)
    about = known_user(tx, command.user)
    count = sessions.end_all_of(tx, about.id)
    write_audit(tx, actor, now, "user end-sessions", about.name, f"{count}个")
    return count


def set_password(tx: Tx, command: SetPasswordCommand, *, actor: Actor, now: datetime) -> None:
    """Give a user a password that the administrator knows, which ends all their sessions."""
    actor.require(Right.MANAGE_USERS)
    about = known_user(tx, command.user)
    users.set_password(tx, about.id, command.password)
    sessions.end_all_of(tx, about.id)
    login_links.drop_links(tx, about.id)
    write_audit(tx, actor, now, "user password", about.name)


def demand_second_factor(tx: Tx, command: DemandSecondFactorCommand, *, actor: Actor, now: datetime) -> None:
    """Have a user do nothing before there is a second factor, or demand it no more."""
    actor.require(Right.MANAGE_USERS)
    about = known_user(tx, command.user)
    users.demand_second_factor(tx, about.id, is_demanded=command.is_demanded)
    after = "必须使用动态口令" if command.is_demanded else "可以不用动态口令"
    write_audit(tx, actor, now, "user second-factor", about.name, after=after)


def remove_second_factor(tx: Tx, command: UserCommand, *, actor: Actor, now: datetime) -> None:
    """Forget a user's second factor, whose device is lost; their sessions end."""
    actor.require(Right.MANAGE_USERS)
    about = known_user(tx, command.user)
    if not about.has_second_factor:
        raise RefusedError(f"用户“{about.name}”没有设置动态口令。")
    users.set_second_factor(tx, about.id, None)
    sessions.end_all_of(tx, about.id)
    write_audit(tx, actor, now, "user second-factor", about.name, before="已设置", after="已取消")


def known_user(tx: Tx, user_id: int) -> User:
    """Return a user; raises RefusedError where there is none of that id."""
    found = users.user(tx, user_id)
    if found is None:
        raise RefusedError("没有这个用户，请核对。")
    return found


def require_new_user(tx: Tx, name: str, roles: frozenset[UserRole], own: UnitKey | None) -> None:
    """Raise RefusedError unless there can be a new user of this name and these roles."""
    if problem := name_problem(name):
        raise RefusedError(f"{FIELDS}{problem}。", NAME)
    if there := users.user_named(tx, name):
        raise RefusedError(f"已有用户“{there.name}”，请换一个{FIELDS}。", NAME)
    _require_roles(tx, roles, own)


def said_roles(user: User) -> str:
    """Return the roles of a user as the audit log has them."""
    return f"{user.roles_label}（{user.own.name}）" if user.own else user.roles_label


def _new_link(tx: Tx, user_id: int | None, now: datetime) -> OneTimeLink:
    link = OneTimeLink(secret=secrets.token_urlsafe(32), until=now + LINK)
    login_links.keep_link(tx, sessions.digest_of(link.secret), user_id, until=link.until, now=now)
    return link


def _require_roles(tx: Tx, roles: frozenset[UserRole], own: UnitKey | None) -> None:
    if problem := roles_problem(roles, own):
        raise RefusedError(f"{problem}。", _ROLES)
    if own is not None and own not in {unit for _, unit, is_so in roster.units_ever(tx) if is_so}:
        raise RefusedError(f"{own.area}台账中没有主办单位“{own.name}”，请核对名称和地区。", _UNIT)


def _require_another_administrator(tx: Tx, about: User, verb: str) -> None:
    """Refuse to take from the office its last administrator who can log in."""
    if users.administrators(tx) == {about.id}:
        raise RefusedError(f"“{about.name}”是最后一名管理员，不能{verb}。请先新增一名管理员并设好密码。")
