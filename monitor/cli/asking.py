"""Commands that ask and change no verdict: check, evaluate, read, config check, health."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.chinese import Command, Group
from monitor.cli.place import MOMENT, Place, place
from monitor.cli.refusal import Refusal

if TYPE_CHECKING:
    from monitor.core.finding import Finding
    from monitor.core.observation import Timeline
    from monitor.settings import Settings
    from monitor.store import Store
    from monitor.store.looks import Recorded


def printed(value: object) -> str:
    """Return JSON as people and programs read it."""
    return json.dumps(value, ensure_ascii=False, indent=2)


@click.command(cls=Command)
@click.argument("accounts", nargs=-1, metavar="[账号ID]...")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@place
def check(where: Place, accounts: tuple[str, ...], as_json: bool) -> None:  # noqa: FBT001 - click passes flags
    """立即查看账号（不写则查看全部），并保存看到的内容。"""
    settings = where.settings(secrets=True)
    with where.store() as store:
        recorded = asyncio.run(_check(where, settings, store, accounts))
    rows = [_look_row(one) for one in recorded]
    if as_json:
        click.echo(printed(rows))
        return
    for row in rows:
        click.echo(f"{row['account']}  {row['source']}  {row['text']}")
    if not rows:
        click.echo("没有可以自动查看的账号。")


async def _check(where: Place, settings: Settings, store: Store, accounts: Sequence[str]) -> Sequence[Recorded]:
    from monitor.store import roster

    known = {account.id for account in await store.query(roster.accounts)}
    unknown = [name for name in accounts if name not in known]
    if unknown:
        raise Refusal(f"台账中没有账号 {'、'.join(unknown)}。")
    async with where.parts(settings, store) as parts:
        await store.write(parts.sync_sources)
        chosen: list[str] = list(accounts) or sorted(known)
        found: list[Recorded] = []
        with click.progressbar(length=len(chosen), label="查看", hidden=not _is_terminal()) as bar:
            for start in range(0, len(chosen), 20):
                batch = chosen[start : start + 20]
                found += await parts.looker.look_now(batch)
                bar.update(len(batch))
        return found


def _is_terminal() -> bool:
    return sys.stderr.isatty()


def _look_row(recorded: Recorded) -> dict[str, object]:
    from monitor.core.observation import Blind, Timeline

    look = recorded.look
    sight = look.sight
    row: dict[str, object] = {
        "account": look.source.account,
        "source": f"{look.source.collector}={look.source.key}",
        "reason": sight.reason.value if isinstance(sight, Blind) else None,
        "standing": sight.standing.value if isinstance(sight, Timeline) else None,
        "newest": _iso(sight.newest.published_at) if isinstance(sight, Timeline) and sight.newest else None,
        "posts_added": recorded.posts_added,
    }
    match sight:
        case Blind():
            row["text"] = f"未能看到：{sight.reason.label}（{sight.detail}）"
        case Timeline():
            newest = f"，最近一次发布 {row['newest']}" if row["newest"] else ""
            row["text"] = f"{sight.standing.label}{newest}，新增 {recorded.posts_added} 条"
        case _:
            row["text"] = "与上次相同"
    return row


def _iso(moment: datetime) -> str:
    from monitor.core.calendar import beijing

    return beijing(moment).isoformat()


@click.command(cls=Command)
@click.option("--at", type=MOMENT, metavar="时刻", help="判断哪一时刻的情况，默认现在。")
@click.option("--known-at", "known_at", metavar="时刻|now", help="按哪一时刻所知判断，默认与 --at 相同。")
@click.option("--account", metavar="账号ID", help="只判断一个账号。")
@click.option("--all", "everything", is_flag=True, help="也列出正常和不适用的结果。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@place
def evaluate(
    where: Place,
    at: datetime | None,
    known_at: str | None,
    account: str | None,
    everything: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """按规则判断并列出结果；只读取，不改变任何案件。"""
    from monitor.app import all_rules, now
    from monitor.core.finding import State
    from monitor.pipeline.judging import Bench
    from monitor.store import facts, roster

    settings = where.settings()
    moment = at or now()
    known_moment = now() if known_at == "now" else MOMENT.convert(known_at, None, None) if known_at else moment
    bench = Bench(rules=all_rules(), book_of=settings.rule_book, calendar=settings.work_calendar())
    with where.store() as store, store.read() as tx:
        ids = [one.id for one in roster.accounts(tx, at=moment, known_at=known_moment)]
        if account is not None and account not in ids:
            raise Refusal(f"台账中没有账号 {account}。")
        known = facts.known(tx, [account] if account else ids, now=moment, known_at=known_moment)
    quiet = frozenset() if everything else frozenset({State.OK, State.NOT_APPLICABLE})
    findings = [finding for one in known for _, finding in bench.findings(one, moment) if finding.state not in quiet]
    if as_json:
        click.echo(printed([finding_json(finding) for finding in findings]))
    else:
        _print_findings(findings)


def _print_findings(findings: Iterable[Finding]) -> None:
    from monitor.core.wording import plain

    lines = [f"{one.account}  {one.rule}  {one.state.label}  {plain(one.because, 300)}" for one in findings]
    click.echo("\n".join(lines) if lines else "没有需要注意的情况。")


def finding_json(finding: Finding) -> dict[str, object]:
    """Return a finding in the form of the contract (design.md §3)."""
    return {
        "rule": finding.rule,
        "account": finding.account,
        "unit": finding.unit,
        "area": finding.area,
        "state": finding.state.value,
        "since": finding.since.isoformat() if finding.since else None,
        "days": finding.days,
        "strength": finding.strength.value,
        "proposals": [proposal.label for proposal in finding.proposals],
        "basis": finding.basis.value,
        "clause": finding.clause,
        "because": finding.because,
        "evidence": list(finding.evidence),
    }


@click.command(cls=Command)
@click.argument("collector", metavar="采集器")
@click.argument("file", type=click.Path(path_type=Path), metavar="文件")
@click.option("--url", default="", help="文件来自哪个地址（仅供参考）。")
@click.option("--at", type=MOMENT, metavar="时刻", help="查看的时刻，用于“3分钟前”之类的时间；默认现在。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON（总是如此）。")
def read(collector: str, file: Path, url: str, at: datetime | None, as_json: bool) -> None:  # noqa: FBT001
    """用采集器读一个保存下来的页面，输出它看到了什么。"""
    from monitor.app import all_collectors, now
    from monitor.core.collector import Page
    from monitor.core.observation import LookFailedError

    del as_json
    found = all_collectors().get(collector)
    if found is None:
        names = "、".join(sorted(all_collectors()))
        raise click.UsageError(f"没有采集器 {collector}，可以是 {names}")
    try:
        body = file.read_bytes()
    except OSError as error:
        raise Refusal(f"无法读取文件 {file}：{_why(error)}。") from error
    page = Page(url=url or "https://example.invalid/", status=200, headers={}, body=body, at=at or now())
    try:
        answer = _timeline_json(found.parse(page))
    except LookFailedError as failed:
        answer = _timeline_json(None) | {"reason": failed.reason.value}
    click.echo(printed(answer))


def _why(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "文件不存在"
        case PermissionError():
            return "没有权限"
        case IsADirectoryError():
            return "这是一个目录"
        case _:
            return "读取出错"


def _timeline_json(seen: Timeline | None) -> dict[str, object]:
    newest = seen.newest if seen else None
    profile = seen.profile if seen else None
    return {
        "standing": seen.standing.value if seen else None,
        "reason": None,
        "covers": seen.covers.value if seen else None,
        "newest": _iso(newest.published_at) if newest else None,
        "precision": newest.precision.value if newest else None,
        "posts": [
            {"published_at": _iso(post.published_at), "title": post.title, "url": post.url, "pinned": post.is_pinned}
            for post in (seen.posts if seen else ())
        ],
        "profile": {
            "name": profile.name,
            "id": profile.id,
            "followers": profile.followers,
            "posts": profile.posts,
        }
        if profile
        else None,
    }


@click.group(cls=Group)
def config() -> None:
    """设置。"""


@config.command("check", cls=Command)
@place
def config_check(where: Place) -> None:
    """检查设置是否正确。"""
    from monitor.app import now, open_channels

    settings = where.settings(secrets=True)
    try:
        channels = open_channels(settings, now)
    except ValueError as error:
        raise Refusal(str(error)) from error
    book = settings.rule_book(now().date())
    click.echo(f"设置正确：{len(book.clauses)} 条规则在用，{len(channels)} 个通知渠道。")
    if not channels:
        click.echo("提示：还没有通知渠道，消息不会发出。")
    if settings.hold:
        click.echo("提示：hold 为 true，消息只生成、不发送，放行后才发出。")


@click.command(cls=Command)
@place
def health(where: Place) -> None:
    """询问正在运行的服务是否正常。"""
    import http.client

    host, port = where.settings().web.bind
    connection = http.client.HTTPConnection("127.0.0.1" if host in {"0.0.0.0", "::"} else host, port, timeout=5)  # noqa: S104
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        problems = json.loads(answer.read(65536)).get("problems", [])
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Refusal(f"服务没有运行，或 {host}:{port} 没有答复。") from error
    finally:
        connection.close()
    if answer.status != http.client.OK:
        raise Refusal(" ".join(str(problem) for problem in problems) or "服务尚未就绪。")
    click.echo("服务正常。")


COMMANDS = (check, evaluate, read, config, health)
