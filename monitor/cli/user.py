"""Commands about users: add, list, disable, enable, password, link."""

from __future__ import annotations

from typing import TypeVar

import click

from monitor.actions import users
from monitor.actions.logging_in import require_good
from monitor.actions.passwords import Passwords
from monitor.actions.users import AddUserCommand, OneTimeLink, SetPasswordCommand, UserCommand
from monitor.cli.actor import perform_in, refusals
from monitor.cli.place import CommandContext
from monitor.cli.refusal import Refusal
from monitor.core.account import UnitKey
from monitor.core.calendar import beijing
from monitor.core.user import User, UserRole
from monitor.queries.logins import read_has_administrator, read_units, read_user_named, read_users
from monitor.settings import Settings
from monitor.store import Store

T = TypeVar("T")


def add(where: CommandContext, *, name: str, roles: tuple[str, ...], unit: str | None, area: str | None) -> None:
    """Add a user and print the link by which they set their password."""
    settings = where.settings()
    chosen = frozenset(role for role in UserRole if role.label in roles)
    with where.store() as store:
        own = _unit(store, unit, area) if unit else None
        added = perform_in(store, users.add_user, AddUserCommand(name=name, roles=chosen, own=own))
        link = perform_in(store, users.issue_link, UserCommand(user=added.id))
    click.echo(f"已新增用户“{added.name}”（{added.roles_label}）。")
    click.echo(told(link, added.name, settings))


def show_users(where: CommandContext) -> None:
    """Print every user, those who may log in first."""
    with where.store(reads=True) as store, store.read() as tx:
        found = read_users(tx)
    for user in found:
        click.echo("  ".join(_line(user)))
    if not found:
        click.echo("没有用户。")


def disable(where: CommandContext, *, name: str) -> None:
    """Let a user log in no more, and end their logins."""
    with where.store() as store:
        user = perform_in(store, users.disable_user, UserCommand(user=_named(store, name).id))
    click.echo(f"已停用用户“{user.name}”，其登录已全部退出。")


def enable(where: CommandContext, *, name: str) -> None:
    """Let a user log in again."""
    with where.store() as store:
        user = perform_in(store, users.enable_user, UserCommand(user=_named(store, name).id))
    click.echo(f"已启用用户“{user.name}”。")


def password(where: CommandContext, *, name: str) -> None:
    """Ask for a user's new password, twice, and set it."""
    with where.store() as store:
        user = _named(store, name)
        typed, again = (click.prompt(words, hide_input=True, prompt_suffix="：", err=True) for words in _ASKED)
        with refusals():
            require_good(typed, again, user.name)
        command = SetPasswordCommand(user=user.id, password=Passwords().hash_of(typed))
        perform_in(store, users.set_password, command)
    click.echo(f"已设置用户“{user.name}”的密码，其登录已全部退出。")


_ASKED = ("新密码", "再输一次")


def link(where: CommandContext, *, name: str | None) -> None:
    """Print a link by which a user sets a password; without a name, that of the first administrator."""
    settings = where.settings()
    with where.store() as store:
        if name is None:
            made, whose = perform_in(store, users.issue_first_link, users.FirstLinkCommand()), ""
        else:
            user = _named(store, name)
            made, whose = perform_in(store, users.issue_link, UserCommand(user=user.id)), user.name
    click.echo(told(made, whose, settings))


def first_link(store: Store, settings: Settings) -> str | None:
    """Return what leads to the first log-in of a county; None where there is an administrator."""
    with store.read() as tx:
        if read_has_administrator(tx):
            return None
    return told(perform_in(store, users.issue_first_link, users.FirstLinkCommand()), "", settings)


def told(link: OneTimeLink, name: str, settings: Settings) -> str:
    """Return a link in words."""
    what = f"请“{name}”本人设置密码" if name else "请设置首位管理员的用户名和密码"
    host, port = settings.web.bind
    here = f"http://127.0.0.1:{port}" if host in _ANYWHERE else f"http://{f'[{host}]' if ':' in host else host}:{port}"
    address = f"{settings.web.base_url or here}/login/link/{link.secret}"
    return f"{what}（{beijing(link.until):%H:%M}前有效，只能用一次）：\n{address}"


_ANYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - what is bound to both is open at this


def _line(user: User) -> tuple[str, ...]:
    state = "已停用" if user.disabled_at else "启用" if user.has_password else "等待设置密码"
    last = f"上次登录{beijing(user.last_login_at):%Y-%m-%d %H:%M}" if user.last_login_at else "从未登录"
    unit = f"{user.own.area}{user.own.name}" if user.own else ""
    return tuple(part for part in (user.name, user.roles_label, unit, state, last) if part)


def _named(store: Store, name: str) -> User:
    with store.read() as tx:
        found = read_user_named(tx, name)
    if found is None:
        raise Refusal(f"没有用户“{name}”，请核对用户名。")
    return found


def _unit(store: Store, name: str, area: str | None) -> UnitKey:
    """Return the unit that is meant; the area must be named where several have one of that name."""
    with store.read() as tx:
        known = [unit for unit in read_units(tx) if unit.name == name and area in {None, unit.area}]
    if len(known) > 1:
        raise Refusal(f"{'、'.join(unit.area for unit in known)}都有“{name}”，请用 --area 写明地区。")
    if not known:
        raise Refusal(f"{area or ''}台账中没有主办单位“{name}”，请核对名称和地区。")
    return known[0]
