"""Commands about what came in: import list and import withdraw."""

from __future__ import annotations

from datetime import datetime

import click

from monitor.actions.imports.kept import KINDS
from monitor.actions.imports.withdraw import WithdrawCommand, import_to_withdraw, withdraw_import
from monitor.app.collectors import Chains, all_collectors, sources_of
from monitor.cli.actor import perform_in, refusals
from monitor.cli.place import CommandContext
from monitor.cli.refusal import Refusal
from monitor.cli.terminal import confirmed
from monitor.core.calendar import beijing
from monitor.store import imports
from monitor.store.imports import Import

_NOTHING_LEFT = "其中的内容都已被后来的导入替换"


def list_imports(where: CommandContext) -> None:
    """Print the files that were taken in, the last first."""
    with where.store(reads=True) as store, store.read() as tx:
        found = imports.imports(tx)
    for imported in found:
        click.echo(_line(imported))
    if not found:
        click.echo("没有导入记录。")


def withdraw(where: CommandContext, *, number: int, yes: bool) -> None:
    """Take back all of an import."""
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
