"""Commands about what came in: import list and import withdraw."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from monitor.cli.actor import note, whoever
from monitor.cli.chinese import Command
from monitor.cli.place import CommandContext, place
from monitor.cli.refusal import Refusal
from monitor.cli.terminal import confirmed

if TYPE_CHECKING:
    from monitor.store.imports import Import

KINDS = {
    "roster": "台账",
    "posts": "发布记录",
    "filed-list": "已备案清单",
    "bulletins": "通报",
    "index": "指数",
    "decisions": "处置决定",
    "records": "记录",
}
"""What people call the kinds of imports."""
_NOTHING_LEFT = "其中的内容都已被后来的导入替换"


@click.command("list", cls=Command)
@place
def import_list(where: CommandContext) -> None:
    """列出导入过的文件，最近的在前；编号用于撤回。"""
    from monitor.store import imports

    with where.store(reads=True) as store, store.read() as tx:
        found = imports.imports(tx)
    for one in found:
        click.echo(_line(one))
    if not found:
        click.echo("没有导入记录。")


@click.command("withdraw", cls=Command)
@click.argument("number", type=click.IntRange(min=1), metavar="编号")
@click.option("--yes", is_flag=True, help="不再询问。")
@place
def import_withdraw(where: CommandContext, *, number: int, yes: bool) -> None:
    """撤回一次导入的全部内容；撤回前所知的仍可按 --known-at 判定。"""
    from monitor.app.choices import Chains, all_collectors, every_of
    from monitor.app.clock import now
    from monitor.store import imports

    settings = where.settings()
    chains = Chains(all_collectors(settings.platforms))
    moment = now()
    with where.store() as store:
        with store.read() as tx:
            one = imports.find(tx, number)
        if one is None:
            raise Refusal(f"没有编号为{number}的导入，请先列出导入记录，查看编号。")
        if one.withdrawn_at is not None:
            raise Refusal(f"编号{number}的导入已于{_time(one.withdrawn_at)}撤回，没有改变任何内容。")
        click.echo(_line(one))
        if not yes and not confirmed("将撤回其中的全部内容，继续吗？"):
            raise Refusal("已取消，没有撤回。批量运行请加 --yes。")
        with store.begin(durable=True) as tx:
            done = imports.withdraw(tx, one, at=moment, by=whoever(), sources=chains.of, every=every_of(settings))
            if isinstance(done, imports.Blocked):
                later = "、".join(map(str, done.later)) or "较早版本"
                text = "同一周的指数是逐次合并的，编号{0}的导入已在它之上增改，请先撤回{0}，没有改变任何内容。"
                raise Refusal(text.format(later))
            note(tx, moment, "import withdraw", one.file, f"编号{number}：{KINDS.get(one.kind, one.kind)}，{done}项")
    click.echo(f"已撤回，涉及{done}项。" if done else f"已撤回；{_NOTHING_LEFT}，现行内容不变。")
    if one.kind not in {"roster", "posts"}:
        click.echo("后来的文件中与它相同的内容也随之撤回；如仍然有效，请重新导入那些文件。")


def _line(one: Import) -> str:
    """Return an import as one line."""
    kind = KINDS.get(one.kind, one.kind)
    withdrawn = f"，已于 {_time(one.withdrawn_at)} 由 {one.withdrawn_by} 撤回" if one.withdrawn_at else ""
    as_of = f"，内容截至 {_time(one.as_of)}" if one.as_of != one.known_at else ""
    detail = f"，{one.detail}" if one.detail else ""
    return f"{one.id}  {_time(one.known_at)}  {kind}  {one.file}（{one.by}{as_of}{detail}{withdrawn}）"


def _time(moment: datetime) -> str:
    from monitor.core.calendar import beijing

    return f"{beijing(moment):%Y-%m-%d %H:%M}"


COMMANDS = (import_list, import_withdraw)
