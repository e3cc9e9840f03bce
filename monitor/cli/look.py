"""Commands that look: check at the accounts' pages now, read at a page that was saved."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from monitor.app.clock import now
from monitor.app.collectors import all_collectors
from monitor.cli.network import opened_parts
from monitor.cli.place import CommandContext
from monitor.cli.refusal import Refusal
from monitor.cli.terminal import printed, telling
from monitor.core.account import way_of_looking
from monitor.core.calendar import beijing
from monitor.core.collector import Collector, Page
from monitor.core.download import Download
from monitor.core.observation import Blind, LookFailedError, Reason, Seen, Timeline, Unchanged, advice_in
from monitor.core.shapes import look_shape, read_shape
from monitor.pipeline.check import check
from monitor.pipeline.faults import Faults
from monitor.settings import Settings
from monitor.store import Store, roster
from monitor.store.looks import Recorded


def check_now(where: CommandContext, *, accounts: tuple[str, ...], as_json: bool) -> None:
    """Look at the accounts that are named, or at all, and keep what was seen."""
    settings = where.settings(secrets=True)
    with where.store() as store:
        recorded = asyncio.run(_check(settings, store, accounts))
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


async def _check(settings: Settings, store: Store, accounts: Sequence[str]) -> Sequence[Recorded]:
    known = {account.id for account in await store.query(roster.accounts)}
    unknown = [name for name in accounts if name not in known]
    if unknown:
        raise Refusal(f"台账中没有账号“{'、'.join(unknown)}”，请核对编号。")
    chosen = list(dict.fromkeys(accounts)) or sorted(known)
    async with opened_parts(settings, store) as parts:
        with telling("采集") as tell:
            return await check(parts.looker, parts.sources, chosen, tell)


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
    found = re.search(r"\bHTTP (\d{3})\b", detail)
    return f"（状态码{found[1]}）" if found else ""


def read_file(
    where: CommandContext, *, collector: str, file: Path, url: str, at: datetime | None, as_json: bool
) -> None:
    """Print what a collector reads in a page that was saved."""
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
    seen: Seen | Reason = Reason.UNREADABLE
    with Faults(lambda _: None).contained("read", collector=collector.name):
        try:
            seen = collector.parse(page)
        except LookFailedError as failed:
            seen = failed.reason
    return seen
