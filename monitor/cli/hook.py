"""Commands about web hooks: the far sides that are told of cases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import click

from monitor.actions import web_hooks as acts
from monitor.actions.web_hooks import AddHookCommand, HookCommand, HookOffice, RotateHookCommand, try_hook
from monitor.app.clock import now
from monitor.app.hooks import hook_office
from monitor.cli.actor import command_line_actor, perform, refusals
from monitor.cli.place import CommandContext
from monitor.queries.hooks import read_hooks


def add_hook(where: CommandContext, *, name: str, url: str, area: str | None) -> None:
    """Name a far side, and print the secret by which it knows us, once."""
    command = AddHookCommand(name=name, url=url, area=area, office=_office(where))
    number = perform(where, acts.add_hook, command)
    click.echo(f"推送地址{number}已新增。签名密钥：")
    click.echo(command.secret)


def show_hooks(where: CommandContext) -> None:
    """Print every far side, newest first, without its secret."""
    with where.store(reads=True) as store, store.read() as tx:
        lines = read_hooks(tx, now())
    for line in lines:
        kept = [f"待推送{line.waiting}条", *([f"没有送到{line.given_up}条"] if line.given_up else [])]
        kept += [f"没有留存{line.dropped}条"] if line.dropped else []
        said = (
            str(line.number),
            line.name,
            line.host,
            line.area or "全部地区",
            line.stands,
            line.used,
            "，".join(kept),
        )
        click.echo("  ".join(said))
    if not lines:
        click.echo("没有推送地址。")


def test_hook(where: CommandContext, *, number: int) -> None:
    """Send a far side a test, and say what came of it."""
    office, command = _office(where), HookCommand(number=number)
    with where.store() as store, refusals():
        asyncio.run(try_hook(store, office, command, actor=command_line_actor(), clock=now))
    click.echo("对方已接收测试，地址可用。")


def rotate_hook(where: CommandContext, *, number: int) -> None:
    """Give a far side another secret, and print it, once."""
    command = RotateHookCommand(number=number, office=_office(where))
    found = perform(where, acts.rotate_hook, command)
    click.echo(f"推送地址{found.id}（{found.name}）的密钥已更换，旧密钥再签一天。新的签名密钥：")
    click.echo(command.secret)


def disable_hook(where: CommandContext, *, number: int) -> None:
    """Tell a far side nothing more."""
    click.echo(f"推送地址{number}（{_done(where, acts.disable_hook, number).name}）已停用。")


def enable_hook(where: CommandContext, *, number: int) -> None:
    """Tell a far side again."""
    click.echo(f"推送地址{number}（{_done(where, acts.enable_hook, number).name}）已启用，从现在起的变化向它推送。")


def resend_hook(where: CommandContext, *, number: int) -> None:
    """Have tried anew what did not arrive."""
    click.echo(f"正在补发{_done(where, acts.resend_hook, number)}条。")


def settle_hook(where: CommandContext, *, number: int) -> None:
    """Have nothing done about what did not arrive."""
    click.echo(f"已登记：{_done(where, acts.settle_hook, number)}条不再补发。")


def _done(where: CommandContext, action: Callable[..., Any], number: int) -> Any:  # noqa: ANN401 - each action's own
    return perform(where, action, HookCommand(number=number))


def _office(where: CommandContext) -> HookOffice:
    return hook_office(where.settings(secrets=True), now)
