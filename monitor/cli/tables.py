"""Commands that move tables in and out, and the database: import, export, db."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.chinese import Command, Group
from monitor.cli.place import MOMENT, Place, place
from monitor.cli.refusal import Refusal

if TYPE_CHECKING:
    from monitor.core.account import Account
    from monitor.ledger.export import Column
    from monitor.store import Tx

FILE = click.Path(path_type=Path)
as_of_option = click.option("--as-of", "as_of", type=MOMENT, metavar="时刻", help="内容在哪一时刻成立，默认现在。")
dry_run_option = click.option("--dry-run", "dry_run", is_flag=True, help="只显示会有哪些变化，不写入。")


@click.group("import", cls=Group)
def import_() -> None:
    """导入表格（xlsx 或 csv）。有一行不合格，整个文件都不导入。"""


@import_.command("roster", cls=Command)
@click.argument("file", type=FILE, metavar="文件")
@as_of_option
@dry_run_option
@click.option("--replace", is_flag=True, help="文件中没有的账号从台账删除。")
@click.option("--unit", metavar="主办单位", help="与 --replace 同用：只删除这个单位的账号。")
@click.option("--yes", is_flag=True, help="不再询问。")
@place
def import_roster(
    where: Place,
    file: Path,
    as_of: datetime | None,
    dry_run: bool,  # noqa: FBT001
    replace: bool,  # noqa: FBT001
    unit: str | None,
    yes: bool,  # noqa: FBT001
) -> None:
    """导入台账。"""
    from monitor.app import Chains, all_collectors, every_of, now
    from monitor.ledger import LedgerError, read_roster
    from monitor.store import roster

    if unit and not replace:
        raise click.UsageError("--unit 要与 --replace 同用")
    settings = where.settings()
    try:
        read = read_roster(
            file,
            areas=settings.office.areas,
            collectors=frozenset(all_collectors()),
            channels=frozenset(settings.channels),
        )
    except LedgerError as error:
        raise Refusal(f"{error}\n没有导入任何内容。") from error
    _warn(read.warnings)
    moment = now()
    with where.store() as store:
        with store.read() as tx:
            removed = _print_changes(roster.accounts(tx), read.accounts, replace=replace, unit=unit)
        if dry_run:
            click.echo("以上为试算，没有写入。")
            return
        if removed and not yes:
            click.confirm(f"将删除 {removed} 个账号，继续吗？", abort=True)
        with store.begin(durable=True) as tx:
            roster.save_roster(
                tx,
                read.accounts,
                effective_at=as_of or moment,
                known_at=moment,
                sources=Chains(all_collectors()).of,
                every=every_of(settings),
                remove_missing=replace,
                unit=unit,
            )
            _audit(tx, moment, "import roster", file.name)
    _say_unwatched(read.accounts)


def _print_changes(before: Sequence[Account], accounts: Sequence[Account], *, replace: bool, unit: str | None) -> int:
    """Print what changes; return how many accounts go."""
    from monitor.ledger import ChangeKind, compare

    named = {account.id for account in accounts}
    goes = [one for one in before if one.id not in named and replace and unit in {None, one.unit}]
    changes = compare([one for one in before if one.id in named or one in goes], accounts)
    for change in changes:
        click.echo(str(change))
    counts = [f"{kind.label} {sum(change.kind is kind for change in changes)}" for kind in ChangeKind]
    click.echo(f"共 {len(accounts)} 个账号：{'，'.join(counts)}。")
    return len(goes)


def _say_unwatched(accounts: Sequence[Account]) -> None:
    from monitor.app import Chains, all_collectors

    chains = Chains(all_collectors())
    by_hand = [account.id for account in accounts if not chains.of(account)]
    if by_hand:
        click.echo(f"其中 {len(by_hand)} 个靠人工核查：{'、'.join(by_hand[:20])}{' 等' if len(by_hand) > 20 else ''}。")  # noqa: PLR2004
    click.echo("已导入。")


@import_.command("posts", cls=Command)
@click.argument("file", type=FILE, metavar="文件")
@as_of_option
@dry_run_option
@click.option("--complete", is_flag=True, help="文件列出了所涉账号的全部发布：作为一次人工核查。")
@click.option("--accounts", metavar="all|ID,…", help="与 --complete 同用：还核查了哪些账号而没有发现发布。")
@place
def import_posts(
    where: Place,
    file: Path,
    as_of: datetime | None,
    dry_run: bool,  # noqa: FBT001
    complete: bool,  # noqa: FBT001
    accounts: str | None,
) -> None:
    """导入发布记录。"""
    from monitor.app import now
    from monitor.core.observation import Covers, timeline
    from monitor.ledger import LedgerError, read_posts
    from monitor.store import looks, roster

    if accounts and not complete:
        raise click.UsageError("--accounts 要与 --complete 同用")
    where.settings()
    moment = now()
    with where.store() as store:
        with store.read() as tx:
            known = {account.id: account for account in roster.accounts(tx)}
        try:
            posts = read_posts(file, known.values(), not_after=as_of or moment)
        except LedgerError as error:
            raise Refusal(f"{error}\n没有导入任何内容。") from error
        _warn(posts.warnings)
        silent = _silent(accounts, known, posts.named)
        for name, found in posts.by_account.items():
            click.echo(f"{name} “{known[name].name}”：{len(found)} 条")
        if silent:
            click.echo(f"登记为没有新发布：{'、'.join(silent)}。")
        if dry_run:
            click.echo("以上为试算，没有写入。")
            return
        covers = Covers.ALL if complete else Covers.SOME
        with store.begin(durable=True) as tx:
            for name in (*posts.by_account, *silent):
                seen = timeline(posts.by_account.get(name, ()), covers=covers)
                looks.hand_look(tx, known[name], seen, at=as_of or moment, known_at=moment)
            _audit(tx, moment, "import posts", file.name)
    click.echo("已导入。")


def _silent(accounts: str | None, known: Collection[str], named: Collection[str]) -> list[str]:
    """Return the accounts that were looked at and had posted nothing."""
    if accounts is None:
        return []
    chosen = sorted(known) if accounts == "all" else [name.strip() for name in accounts.split(",") if name.strip()]
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise Refusal(f"台账中没有账号 {'、'.join(unknown)}。")
    return [name for name in chosen if name not in named]


def _warn(warnings: Sequence[str]) -> None:
    for warning in warnings:
        click.echo(f"提示：{warning}", err=True)


def _audit(tx: Tx, moment: datetime, action: str, thing: str) -> None:
    from monitor.store import audit

    audit.record_audit(tx, audit.Act(at=moment, actor="命令行", action=action, object=thing, detail=""))


@click.command(cls=Command)
@click.argument("what", type=click.Choice(["roster", "template", "findings", "cases", "messages"]), metavar="内容")
@click.option("--out", required=True, type=FILE, metavar="文件", help="写到哪个文件（.xlsx 或 .csv）。")
@place
def export(where: Place, what: str, out: Path) -> None:
    """导出表格：roster 台账，template 空白台账，findings 判断结果，cases 案件，messages 消息。"""
    from monitor.ledger import LedgerError, write_roster, write_table
    from monitor.store import roster

    try:
        if what == "template":
            write_roster(out, ())
        else:
            with where.store() as store, store.read() as tx:
                if what == "roster":
                    write_roster(out, roster.accounts(tx))
                else:
                    title, columns, rows = _TABLES[what](tx)
                    write_table(out, title, columns, rows)
    except LedgerError as error:
        raise Refusal(str(error)) from error
    click.echo(f"已写入 {out}。")


Table = tuple[str, "list[Column]", "list[list[str | int | datetime | None]]"]


def _columns(*names: str) -> list[Column]:
    from monitor.ledger import Column

    return [Column(name=name) for name in names]


def _findings_table(tx: Tx) -> Table:
    from monitor.store import cases

    rows: list[list[str | int | datetime | None]] = [
        [one.account, one.unit, one.rule, one.state.label, one.days, one.because, one.clause, "、".join(one.evidence)]
        for one in cases.current_findings(tx)
    ]
    return "判断结果", _columns("账号ID", "主办单位", "规则", "结果", "未更新天数", "说明", "条款", "证据"), rows


def _cases_table(tx: Tx) -> Table:
    from monitor.store import cases

    rows: list[list[str | int | datetime | None]] = [
        [
            one.id,
            one.account,
            one.rule,
            one.opened_at,
            "、".join(step.kind.label for step in one.steps),
            one.closed_at,
            one.closing.label if one.closing else "",
        ]
        for one in cases.cases(tx)
    ]
    return "案件", _columns("编号", "账号ID", "规则", "开始", "已采取的步骤", "结束", "结束原因"), rows


def _messages_table(tx: Tx) -> Table:
    from monitor.store import outbox

    rows: list[list[str | int | datetime | None]] = [
        [
            one.message.id,
            one.created_at,
            one.role.label,
            one.message.channel,
            one.message.subject,
            one.state.label,
            one.attempts,
        ]
        for one in outbox.messages(tx, limit=100_000)
    ]
    return "消息", _columns("编号", "生成时间", "对象", "渠道", "标题", "状态", "尝试次数"), rows


_TABLES = {"findings": _findings_table, "cases": _cases_table, "messages": _messages_table}


@click.group(cls=Group)
def db() -> None:
    """数据库。"""


@db.command("upgrade", cls=Command)
@place
def db_upgrade(where: Place) -> None:
    """把数据库升级到程序需要的版本；不存在则新建。"""
    with where.store() as store:
        problem = store.problem()
    if problem:
        raise Refusal(problem)
    click.echo("数据库已是最新版本。")


COMMANDS = (import_, export, db)
