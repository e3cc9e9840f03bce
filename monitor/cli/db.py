"""Commands about the database: upgrade, backup, restore, copy, prune."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.actor import command_line_actor, perform, refusals
from monitor.cli.chinese import Command, Group, Option, written_to
from monitor.cli.place import CommandContext, place
from monitor.cli.refusal import Refusal
from monitor.cli.terminal import confirmed, telling, warn


@click.group(cls=Group)
def db() -> None:
    """数据库。"""


@db.command("upgrade", cls=Command)
@place
def db_upgrade(where: CommandContext) -> None:
    """把数据库升级到程序需要的版本；不存在则新建。"""
    from monitor.store.schema import HEAD

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


@db.command("backup", cls=Command)
@written_to("必填：写到哪个文件；已有的文件不会覆盖。")
@place
def db_backup(where: CommandContext, *, out: Path) -> None:
    """备份数据库，服务可以照常运行。备份是一个 SQLite 文件。"""
    from monitor.actions.backup import BackUpCommand, back_up
    from monitor.app.clock import now

    _refuse_none(where)
    with where.store() as store, telling("正在备份") as tell, refusals():
        back_up(store, BackUpCommand(out=out), actor=command_line_actor(), clock=now, tell=tell)
    click.echo(f"已备份到 {out}。")


@db.command("restore", cls=Command)
@click.argument("file", type=click.Path(path_type=Path), metavar="文件")
@click.option("--yes", is_flag=True, help="数据库里已有台账也照样恢复，现有内容全部换掉。")
@place
def db_restore(where: CommandContext, *, file: Path, yes: bool) -> None:
    """用备份恢复数据库。请先停止服务。"""
    from monitor.store import StoreError
    from monitor.store.backup import holds_roster, restore

    try:
        if not yes and holds_roster(where.db):
            raise Refusal("数据库里已有台账，恢复会换掉全部内容；确定要恢复，请加 --yes。")
        with telling("正在恢复") as tell:
            restore(where.db, file, tell)
    except StoreError as error:
        raise Refusal(str(error)) from error
    click.echo(f"已用 {file} 恢复。")
    warn(["备份之后发出过的消息，服务启动后可能会再发一次；先把 hold 设为 true，可以看过再放行。"])


@db.command("copy", cls=Command)
@click.option("--to", required=True, cls=Option, metavar="URL", help="必填：复制到哪个数据库，须是空的。")
@place
def db_copy(where: CommandContext, *, to: str) -> None:
    """把数据库原样复制到另一个（SQLite 或 PostgreSQL），并逐行核对。"""
    from monitor.store import open_store
    from monitor.store.copying import copy

    _refuse_none(where)
    with where.store() as source, open_store(to) as target, telling("正在复制") as tell:
        copied = copy(source, target, tell)
    for entry in copied:
        click.echo(f"{entry.table}：{entry.rows}行，校验值 {entry.digest}，一致。")
    click.echo(f"已复制{len(copied)}个表，共{sum(one.rows for one in copied)}行，全部一致。")


@db.command("prune", cls=Command)
@click.option("--person", metavar="姓名|手机|邮箱|钉钉", help="应本人要求，改为清除其姓名和联系方式。")
@click.option("--yes", is_flag=True, help="与 --person 同用：不再询问。")
@place
def db_prune(where: CommandContext, *, person: str | None, yes: bool) -> None:
    """清理超过保存期限（设置项 retention）的内容；服务每天自动清理，一般不必运行。"""
    import asyncio

    from monitor.app.clock import now
    from monitor.app.parts import pruner

    if person:
        _erase(where, person, yes=yes)
        return
    settings = where.settings()
    with where.store() as store:
        gone, _ = asyncio.run(pruner(settings, store, now).prune())
    click.echo("\n".join(f"{name}：删除{count}条。" for name, count in gone.items()))


def _erase(where: CommandContext, who: str, *, yes: bool) -> None:
    """Make one person nameless; the audit log gets the alias only."""
    from monitor.actions.people import EraseCommand, erase

    if not yes and not confirmed(f"将清除关于“{who}”的内容，不能恢复，继续吗？"):
        raise Refusal("已取消，未清除任何内容。批量运行请加 --yes。")
    done = perform(where, erase, EraseCommand(person=who))
    click.echo(f"已清除：台账变更{done.versions}处，消息{done.messages}条。备份里的不变，请按期更换备份。")
