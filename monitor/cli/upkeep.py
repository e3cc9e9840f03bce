"""Commands for whoever keeps it running: config check, db, health."""

from __future__ import annotations

import http.client
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.actor import command_line_actor, perform, refusals
from monitor.cli.chinese import Command, Group, Option, written_to
from monitor.cli.place import CommandContext, channels, place
from monitor.cli.refusal import Refusal
from monitor.cli.terminal import confirmed, telling, warn

if TYPE_CHECKING:
    from monitor.core.account import Account

_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where a server on every address is asked
_LONGEST = 64 * 1024
_PATIENCE = 5


@click.group(cls=Group)
def config() -> None:
    """设置。"""


@config.command("check", cls=Command)
@place
def config_check(where: CommandContext) -> None:
    """检查设置是否正确。"""
    from monitor.app.choices import Chains, all_collectors, hints, unwatched
    from monitor.app.clock import now
    from monitor.core.calendar import beijing_date

    settings = where.settings(secrets=True)
    ways = channels(settings)
    book = settings.rule_book(beijing_date(now()))
    click.echo(f"设置正确：{len(book.clauses)}条规则在用，{len(ways)}个通知渠道。")
    chains = Chains(all_collectors(settings.platforms))
    warn([*hints(settings), *unwatched(chains.listings(_enrolled(where)), settings, chains.collectors)])


def _enrolled(where: CommandContext) -> Sequence[Account]:
    """Return the roster, where there is one; what is wrong with the database, other commands say."""
    from monitor.store import StoreError, roster
    from monitor.store.backup import holds_roster

    with suppress(StoreError, Refusal):
        if holds_roster(where.db):
            with where.store() as store, store.read() as tx:
                return roster.accounts(tx)
    return ()


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
    for one in copied:
        click.echo(f"{one.table}：{one.rows}行，校验值 {one.digest}，一致。")
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


@click.command(cls=Command)
@place
def health(where: CommandContext) -> None:
    """询问正在运行的服务是否正常。"""
    host, port = where.settings().web.bind
    problems, is_starting, is_standing_by = _asked(_LOOPBACK.get(host, host), port)
    if is_standing_by and len(problems) == 1:  # that it stands by is all there is to say
        click.echo("本机为备用，正在等待接替。")
        return
    if problems:
        raise Refusal("\n".join(problems))
    click.echo("服务刚启动，部分任务尚未执行。" if is_starting else "服务正常。")


def _asked(host: str, port: int) -> tuple[tuple[str, ...], bool, bool]:
    """Return what keeps the running service from being ready, whether it has just begun, and whether it stands by."""
    connection = http.client.HTTPConnection(host, port, timeout=_PATIENCE)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        said = json.loads(answer.read(_LONGEST))
    except OSError as error:
        raise Refusal(f"服务没有运行，或 {host}:{port} 没有答复。") from error
    except (ValueError, http.client.HTTPException) as error:
        raise Refusal(_stranger(host, port)) from error
    finally:
        connection.close()
    if not isinstance(said, dict) or not isinstance(said.get("problems"), list):
        raise Refusal(_stranger(host, port))
    problems = tuple(str(problem) for problem in said["problems"])
    if answer.status != http.client.OK:
        problems = problems or ("服务尚未就绪。",)
    return problems, said.get("starting") is True, said.get("standing_by") is True


def _stranger(host: str, port: int) -> str:
    return f"{host}:{port} 上运行的不是本服务。"


COMMANDS = (config, db, health)
