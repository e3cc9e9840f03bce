"""Commands about the database: upgrade, backup, restore, copy, prune."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from monitor.actions.backup import BackUpCommand, back_up
from monitor.actions.people import EraseCommand, erase
from monitor.app.clock import now
from monitor.app.parts import pruner
from monitor.cli.actor import command_line_actor, perform, refusals
from monitor.cli.place import CommandContext
from monitor.cli.refusal import Refusal
from monitor.cli.terminal import confirmed, telling, warn
from monitor.store import StoreError, open_store
from monitor.store.backup import holds_roster, restore
from monitor.store.copying import copy
from monitor.store.schema import HEAD


def upgrade(where: CommandContext) -> None:
    """Bring the database to the version that the program needs, or make it."""
    with where.store() as store:
        problem, before = store.problem(), store.opened_at
    if problem:
        raise Refusal(problem)
    match before:
        case None:
            click.echo(f"已新建数据库，版本 {HEAD}。")
        case _ if before == HEAD:
            click.echo(f"数据库已是最新版本（{HEAD}）。")
        case _:
            click.echo(f"数据库已从版本 {before} 升级到 {HEAD}。")


def _refuse_none(where: CommandContext) -> None:
    """Refuse to take anything out of a database that is not there."""
    if not where.is_made:
        raise Refusal("没有这个数据库，请核对 --db 或环境变量 XUNCHA_DB。")


def back_up_to(where: CommandContext, *, out: Path) -> None:
    """Write a backup, a file of SQLite; a service may be running."""
    _refuse_none(where)
    with where.store() as store, telling("正在备份") as tell, refusals():
        back_up(store, BackUpCommand(out=out), actor=command_line_actor(), clock=now, tell=tell)
    click.echo(f"已备份到 {out}。")


def restore_from(where: CommandContext, *, file: Path, yes: bool) -> None:
    """Put a backup in the place of the database; no service may be running."""
    try:
        if not yes and holds_roster(where.db):
            raise Refusal("数据库里已有台账，恢复会换掉全部内容；确定要恢复，请加 --yes。")
        with telling("正在恢复") as tell:
            restore(where.db, file, tell)
    except StoreError as error:
        raise Refusal(str(error)) from error
    click.echo(f"已用 {file} 恢复。")
    warn(["备份之后发出过的消息，服务启动后可能会再发一次；先把 hold 设为 true，可以看过再放行。"])


def copy_to(where: CommandContext, *, to: str) -> None:
    """Copy the database into an empty one of either kind, and compare them row by row."""
    _refuse_none(where)
    with where.store() as source, open_store(to) as target, telling("正在复制") as tell:
        copied = copy(source, target, tell)
    for entry in copied:
        click.echo(f"{entry.table}：{entry.rows}行，校验值 {entry.digest}，一致。")
    click.echo(f"已复制{len(copied)}个表，共{sum(table.rows for table in copied)}行，全部一致。")


def prune(where: CommandContext, *, person: str | None, yes: bool) -> None:
    """Delete what `retention` no longer keeps, or make one person nameless."""
    if person:
        _erase(where, person, yes=yes)
        return
    settings = where.settings()
    with where.store() as store:
        gone, _ = asyncio.run(pruner(settings, store, now).prune())
    click.echo("\n".join(f"{name}：删除{count}条。" for name, count in gone.items()))


def _erase(where: CommandContext, who: str, *, yes: bool) -> None:
    """Make one person nameless; the audit log gets the alias only."""
    if not yes and not confirmed(f"将清除关于“{who}”的内容，不能恢复，继续吗？"):
        raise Refusal("已取消，未清除任何内容。批量运行请加 --yes。")
    done = perform(where, erase, EraseCommand(person=who))
    click.echo(f"已清除：台账变更{done.versions}处，消息{done.messages}条。备份里的不变，请按期更换备份。")
