"""Commands about what came in: import list and import withdraw."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from monitor.cli.actor import perform_in, refusals
from monitor.cli.chinese import Command
from monitor.cli.place import CommandContext, place
from monitor.cli.refusal import Refusal
from monitor.cli.terminal import confirmed
from monitor.core.calendar import beijing

if TYPE_CHECKING:
    from monitor.store.imports import Import

_NOTHING_LEFT = "其中的内容都已被后来的导入替换"


@click.command("list", cls=Command)
@place
def import_list(where: CommandContext) -> None:
    """列出导入过的文件，最近的在前；编号用于撤回。"""
    from monitor.store import imports

    with where.store(reads=True) as store, store.read() as tx:
        found = imports.imports(tx)
    for imported in found:
        click.echo(_line(imported))
    if not found:
        click.echo("没有导入记录。")


@click.command("withdraw", cls=Command)
@click.argument("number", type=click.IntRange(min=1), metavar="编号")
@click.option("--yes", is_flag=True, help="不再询问。")
@place
def import_withdraw(where: CommandContext, *, number: int, yes: bool) -> None:
    """撤回一次导入的全部内容；撤回前所知的仍可按 --known-at 判定。"""
    from monitor.actions.imports.withdraw import WithdrawCommand, import_to_withdraw, withdraw_import
    from monitor.app.collectors import Chains, all_collectors, sources_of

    settings = where.settings()
    chains = Chains(all_collectors(settings.platforms))
    with where.store() as store:
        with refusals(), store.read() as tx:
            found = import_to_withdraw(tx, number)
        click.echo(_line(found))
        if not yes and not confirmed("将撤回其中的全部内容，继续吗？"):
            raise Refusal("已取消，没有撤回。批量运行请加 --yes。")
        command = WithdrawCommand(number=number, sources=sources_of(settings, chains))
        done = perform_in(store, withdraw_import, command)
    click.echo(f"已撤回，涉及{done}项。" if done else f"已撤回；{_NOTHING_LEFT}，现行内容不变。")
    if found.kind not in {"roster", "posts"}:
        click.echo("后来的文件中与它相同的内容也随之撤回；如仍然有效，请重新导入那些文件。")


def _line(imported: Import) -> str:
    """Return an import as one line."""
    from monitor.actions.imports.kept import KINDS

    kind = KINDS.get(imported.kind, imported.kind)
    withdrawn = (
        f"，已于 {_time(imported.withdrawn_at)} 由 {imported.withdrawn_by} 撤回" if imported.withdrawn_at else ""
    )
    as_of = f"，内容截至 {_time(imported.as_of)}" if imported.as_of != imported.known_at else ""
    detail = f"，{imported.detail}" if imported.detail else ""
    return (
        f"{imported.id}  {_time(imported.known_at)}  {kind}  {imported.file}（{imported.by}{as_of}{detail}{withdrawn}）"
    )


def _time(moment: datetime) -> str:

    return f"{beijing(moment):%Y-%m-%d %H:%M}"
