"""Commands that look: check at the accounts' pages now, read at a page that was saved."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.chinese import Command
from monitor.cli.place import MOMENT, CommandContext, place
from monitor.cli.refusal import Refusal
from monitor.cli.terminal import printed, telling
from monitor.core.account import way_of_looking
from monitor.core.calendar import beijing
from monitor.core.collector import Page
from monitor.core.download import Download
from monitor.core.observation import Blind, LookFailedError, Reason, Timeline, Unchanged, advice_in
from monitor.core.shapes import look_shape, read_shape

if TYPE_CHECKING:
    from monitor.core.collector import Collector
    from monitor.core.observation import Seen
    from monitor.settings import Settings
    from monitor.store import Store
    from monitor.store.looks import Recorded


@click.command(cls=Command)
@click.argument("accounts", nargs=-1, metavar="[账号ID]...")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@place
def check(where: CommandContext, *, accounts: tuple[str, ...], as_json: bool) -> None:
    """立即采集账号（不写则采集全部），并保存采集到的内容。"""
    settings = where.settings(secrets=True)
    with where.store() as store:
        recorded = asyncio.run(_check(where, settings, store, accounts))
    if as_json:
        click.echo(printed([look_shape(entry.look, entry.posts_added) for entry in recorded]))
        return
    for entry in recorded:
        click.echo(_line(entry))
    unwatched = sorted(set(accounts) - {entry.look.source.account for entry in recorded})
    if unwatched:
        click.echo(f"以下账号须人工核查，未自动采集：{'、'.join(unwatched)}。")
    elif not recorded:
        click.echo("没有可自动采集的账号；请在台账中填写主页链接或采集方式。")


async def _check(
    where: CommandContext, settings: Settings, store: Store, accounts: Sequence[str]
) -> Sequence[Recorded]:
    from monitor.pipeline.check import check as look_at
    from monitor.store import roster

    known = {account.id for account in await store.query(roster.accounts)}
    unknown = [name for name in accounts if name not in known]
    if unknown:
        raise Refusal(f"台账中没有账号“{'、'.join(unknown)}”，请核对编号。")
    chosen = list(dict.fromkeys(accounts)) or sorted(known)
    async with where.parts(settings, store) as parts:
        with telling("采集") as tell:
            return await look_at(parts.looker, parts.sources, chosen, tell)


def _line(recorded: Recorded) -> str:
    """Return how a look ended, as people read it."""
    look = recorded.look
    match look.sight:
        case Unchanged():
            text = "与上次相同"
        case Blind(reason=reason, detail=detail):
            text = f"采集异常：{reason.label}{_status(detail)}，{advice_in(detail) or _WISHES[reason.value]}"
        case Download(place=place, fault=fault):
            text = f"{place}{'可用' if fault is None else f'不可用：{fault.label}'}"
        case Timeline(standing=standing, newest=newest):
            latest = f"，最近一次发布为{beijing(newest.published_at):%Y-%m-%d %H:%M}" if newest else ""
            text = f"{standing.label}{latest}，新增{recorded.posts_added}条"
    way = way_of_looking(look.source.collector)
    return f"{look.source.account}  {way}（{look.source.collector}={look.source.key}）  {text}"


_WISHES = {
    "dns": "请核对主页链接的域名",
    "connect": "请检查网络，或稍后再试",
    "tls": "请核对主页链接，或联系网站维护单位",
    "timeout": "请检查网络，或稍后再试",
    "http_error": "请核对主页链接是否仍可打开",
    "refused": "请人工核查后登记发布记录",
    "rate_limited": "请稍后再试",
    "login_wall": "请人工核查后登记发布记录",
    "captcha": "请人工核查后登记发布记录",
    "grant": "请在设置的 grants 中更新授权",
    "guard_blocked": "内网地址须在设置的 network.allow 中写明",
    "too_large": "请核对主页链接是否为列表页",
    "truncated": "请稍后再试",
    "unreadable": "请核对主页链接和采集方式，或人工核查后登记",
}
"""The advice for each reason why a look saw nothing."""


def _status(detail: str) -> str:
    """Return the status that a server answered, if that is why; the rest of a detail is for the records."""
    from re import search

    found = search(r"\bHTTP (\d{3})\b", detail)
    return f"（状态码{found[1]}）" if found else ""


@click.command(cls=Command)
@click.argument("collector", metavar="采集器")
@click.argument("file", type=click.Path(path_type=Path), metavar="文件")
@click.option("--url", metavar="网址", default="https://example.invalid/", help="文件来自哪个地址（仅供参考）。")
@click.option("--at", type=MOMENT, metavar="时刻", help="采集的时刻，用于“3分钟前”之类的时间；默认现在。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON（总是如此）。")
@place
def read(where: CommandContext, *, collector: str, file: Path, url: str, at: datetime | None, as_json: bool) -> None:
    """用采集器读一个保存下来的页面，输出读到的内容。"""
    from monitor.app.clock import now
    from monitor.app.collectors import all_collectors

    del where, as_json
    found = all_collectors()
    if collector not in found:
        raise click.UsageError(f"没有采集器“{collector}”，可填：{'、'.join(sorted(found))}")
    page = Page(url=url, status=200, headers={}, body=_content(file), at=at or now())
    click.echo(printed(read_shape(_seen(found[collector], page), found[collector])))


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        raise Refusal(f"找不到文件 {file}。") from error
    except IsADirectoryError as error:
        raise Refusal(f"{file} 是目录，不是文件。") from error
    except OSError as error:
        raise Refusal(f"无法读取文件 {file}，请检查权限。") from error


def _seen(collector: Collector, page: Page) -> Seen | Reason:
    """Return what the collector sees; a page that its parser stumbles over is unreadable, as in a look."""
    from monitor.pipeline.faults import Faults

    seen: Seen | Reason = Reason.UNREADABLE
    with Faults(lambda _: None).contained("read", collector=collector.name):
        try:
            seen = collector.parse(page)
        except LookFailedError as failed:
            seen = failed.reason
    return seen
