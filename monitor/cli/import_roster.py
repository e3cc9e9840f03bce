"""Commands that move tables in: import roster, import posts, and those of keeping.py."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli import import_papers, import_withdraw
from monitor.cli.actor import note, whoever
from monitor.cli.chinese import Command, Group
from monitor.cli.import_options import UNWRITTEN, as_of_option, dry_run_option, file_argument, reading, refusals
from monitor.cli.place import CommandContext, place
from monitor.cli.refusal import Refusal
from monitor.cli.terminal import confirmed, warn

if TYPE_CHECKING:
    from monitor.core.account import Account, UnitKey
    from monitor.core.collector import KeyForm
    from monitor.core.phrases import Names
    from monitor.ledger import ImportedPosts, Roster
    from monitor.settings import Settings
    from monitor.store import Tx

_NAMED = 20
"""How many accounts a sentence names."""


@click.group("import", cls=Group)
def import_() -> None:
    """导入表格（xlsx 或 csv）。有一行不合格，整个文件都不导入。"""


@import_.command("roster", cls=Command)
@file_argument
@as_of_option
@dry_run_option
@click.option("--replace", is_flag=True, help="文件中没有的账号从台账删除，删除前会询问。")
@click.option("--unit", metavar="主办单位", help="与 --replace 同用：只删除这个单位的账号。")
@click.option("--area", metavar="地区", help="与 --unit 同用：是哪个地区的单位；几个地区都有这个名称的单位时须写明。")
@click.option("--yes", is_flag=True, help="不再询问。")
@place
def import_roster(
    where: CommandContext,
    *,
    file: Path,
    as_of: datetime | None,
    dry_run: bool,
    replace: bool,
    unit: str | None,
    area: str | None,
    yes: bool,
) -> None:
    """导入台账：按账号ID新增或修改。"""
    from monitor.app.choices import Chains, all_collectors, every_of, key_forms, ungranted, unwatched
    from monitor.app.clock import now
    from monitor.core.phrases import Names
    from monitor.store import imports, papers, roster

    if unit and not replace:
        raise click.UsageError("--unit 要与 --replace 同用")
    if area and not unit:
        raise click.UsageError("--area 要与 --unit 同用")
    settings = where.settings()
    chains = Chains(all_collectors(settings.platforms))
    moment = now()
    effective_at = as_of or moment
    with where.store(reads=dry_run) as store:
        with store.read() as tx:
            before = roster.accounts(tx, at=effective_at)
        read = _read_roster(file, settings, chains.collectors, key_forms(chains.collectors), before, moment)
        whose = _unit(unit, area, (*before, *read.accounts)) if unit else None
        names = Names(with_area=len(settings.office.areas) > 1)
        removed, counts = _print_changes(before, read.accounts, names, replace=replace, unit=whose)
        _print_read_by_hand(read.accounts, chains.by_hand)
        warn(ungranted(read.accounts, chains, settings))
        warn(unwatched(chains.listings(read.accounts), settings, chains.collectors))
        if dry_run:
            click.echo(UNWRITTEN)
            return
        if removed and not yes and not confirmed(f"将删除{removed}个账号，继续吗？"):
            raise Refusal("已取消，未导入任何内容。批量运行请加 --yes。")
        with store.begin(durable=True) as tx:
            number = imports.begin(tx, "roster", file.name, as_of=effective_at, known_at=moment, by=whoever())
            change = roster.save_roster(
                tx,
                read.accounts,
                effective_at=effective_at,
                known_at=moment,
                sources=chains.of,
                every=every_of(settings),
                remove_missing=replace,
                unit=whose,
                import_id=number,
            )
            matched = papers.match_again(tx, moment)
            imports.describe(tx, number, counts)
            note(tx, moment, "import roster", file.name, f"编号{number}：{counts}")
        where.remember_roster()
    if change.overtaken:
        click.echo(
            f"其中{len(change.overtaken)}个账号在更晚的台账中另有记载，只更正此前一段时间，现行内容不变："
            f"{_some(change.overtaken)}。"
        )
    if matched:
        click.echo(f"此前待匹配的{matched}行现在有了账号。")
    click.echo("已导入。")


def _read_roster(
    file: Path,
    settings: Settings,
    collectors: Collection[str],
    forms: Mapping[str, KeyForm],
    before: Sequence[Account],
    moment: datetime,
) -> Roster:
    from monitor.core.calendar import beijing_date
    from monitor.ledger import read_roster

    with refusals(), reading(file) as tell:
        read = read_roster(
            file,
            areas=settings.office.areas,
            collectors=frozenset(collectors),
            channels=frozenset(settings.channels),
            before=before,
            forms=forms,
            until=beijing_date(moment),
            tell=tell,
        )
    warn(read.warnings)
    return read


def _unit(name: str, area: str | None, accounts: Sequence[Account]) -> UnitKey:
    """Return the one unit that is meant; refuses a name that nobody, or more than one area, has."""
    from monitor.ledger import did_you_mean

    units = {account.unit_key for account in accounts}
    found = sorted(one for one in units if one.name == name and area in {None, one.area})
    if len(found) == 1:
        return found[0]
    if found:
        areas = "、".join(one.area for one in found)
        raise Refusal(f"{areas}都有主办单位“{name}”，请加 --area 写明是哪个地区的，没有导入任何内容。")
    near = did_you_mean(name, {one.name for one in units})
    raise Refusal(f"{area or ''}台账和文件中都没有主办单位“{name}”{near}，没有导入任何内容。")


def _print_changes(
    before: Sequence[Account], accounts: Sequence[Account], names: Names, *, replace: bool, unit: UnitKey | None
) -> tuple[int, str]:
    """Print what changes; return how many accounts go, and how many of each change there are."""
    from monitor.ledger import ChangeKind, compare

    named = {account.id for account in accounts}
    going = {one.id for one in before if replace and one.id not in named and unit in {None, one.unit_key}}
    changes = compare([one for one in before if one.id in named | going], accounts)
    for change in changes:
        click.echo(change.line(names))
    counts = "，".join(f"{kind.label}{sum(change.kind is kind for change in changes)}" for kind in ChangeKind)
    click.echo(f"共{len(accounts)}个账号：{counts}。")
    return len(going), counts


def _some(ids: Sequence[str]) -> str:
    """Return the first few of them as they are listed."""
    return "、".join(ids[:_NAMED]) + (" 等" if len(ids) > _NAMED else "")


def _print_read_by_hand(accounts: Sequence[Account], by_hand: Callable[[Account], str | None]) -> None:
    """Print which accounts people have to look at, by the reason why."""
    from monitor.core.account import BY_HAND
    from monitor.core.way import advice

    found: dict[str, list[str]] = {}
    for account in accounts:
        if why := by_hand(account):
            found.setdefault(why, []).append(account.id)
    for why, ids in found.items():
        click.echo(f"其中{len(ids)}个由链接或人工核查（{why}）：{_some(ids)}。")
    for said in advice(account.platform for account in accounts if by_hand(account) and account.method != BY_HAND):
        click.echo(f"  {said}。")


@import_.command("posts", cls=Command)
@file_argument
@as_of_option
@dry_run_option
@click.option("--complete", is_flag=True, help="文件列出了所涉账号的全部发布：作为一次人工核查。")
@click.option("--accounts", metavar="账号ID,…|all", help="与 --complete 同用：还核查了哪些账号而没有发现发布。")
@click.option("--yes", is_flag=True, help="不再询问。")
@place
def import_posts(
    where: CommandContext,
    *,
    file: Path,
    as_of: datetime | None,
    dry_run: bool,
    complete: bool,
    accounts: str | None,
    yes: bool,
) -> None:
    """导入发布记录：增加到已知的发布中。"""
    from monitor.app.clock import now
    from monitor.cli import changed_findings
    from monitor.core.finding import State
    from monitor.store import imports, roster

    if accounts is not None and not complete:
        raise click.UsageError("--accounts 要与 --complete 同用")
    settings = where.settings()
    moment = now()
    seen_at = as_of or moment
    with where.store(reads=dry_run) as store:
        with store.read() as tx:
            known = {account.id: account for account in roster.accounts(tx)}
        posts = _read_posts(file, known, seen_at)
        silent = _silent(accounts, known, posts.named)
        _print_posts(posts, known, silent)

        def save(tx: Tx, number: int | None) -> None:
            look = _Look(complete=complete, seen_at=seen_at, known_at=moment, number=number)
            _save_posts(tx, posts, known, silent, look)

        if silent:
            turned, accused = changed_findings.turned(store, settings, silent, moment, lambda tx: save(tx, None))
            click.echo(f"由此改变的判定{turned}项，其中变为“{State.VIOLATED.label}”{accused}项。")
        if dry_run:
            click.echo(UNWRITTEN)
            return
        if silent and not yes and not confirmed(f"将登记{len(silent)}个账号没有新发布，继续吗？"):
            raise Refusal("已取消，未导入任何内容。批量运行请加 --yes。")
        with store.begin(durable=True) as tx:
            number = imports.begin(tx, "posts", file.name, as_of=seen_at, known_at=moment, by=whoever())
            save(tx, number)
            detail = f"{sum(map(len, posts.by_account.values()))}条"
            detail += f"，登记为没有新发布的{len(silent)}个账号" if silent else ""
            imports.describe(tx, number, detail)
            note(tx, moment, "import posts", file.name, f"编号{number}：{detail}")
    click.echo("已导入。")


def _read_posts(file: Path, known: Mapping[str, Account], seen_at: datetime) -> ImportedPosts:
    from monitor.ledger import read_posts

    with refusals():
        posts = read_posts(file, known.values(), not_after=seen_at)
    warn(posts.warnings)
    return posts


def _silent(accounts: str | None, known: Collection[str], named: Collection[str]) -> list[str]:
    """Return the accounts that were looked at and had posted nothing."""
    if accounts is None:
        return []
    chosen = sorted(known) if accounts == "all" else [name.strip() for name in accounts.split(",") if name.strip()]
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise Refusal(f"台账中没有账号“{'、'.join(unknown)}”，请核对编号；未导入任何内容。")
    return [name for name in dict.fromkeys(chosen) if name not in named]


def _print_posts(posts: ImportedPosts, known: Mapping[str, Account], silent: Sequence[str]) -> None:
    for name, found in posts.by_account.items():
        click.echo(f"{name} “{known[name].name}”：{len(found)}条")
    if silent:
        click.echo(f"登记为没有新发布的{len(silent)}个账号：{'、'.join(silent)}。")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """How a file of posts was looked up, and with which import it comes."""

    complete: bool
    seen_at: datetime
    known_at: datetime
    number: int | None


def _save_posts(tx: Tx, posts: ImportedPosts, known: Mapping[str, Account], silent: Sequence[str], look: _Look) -> None:
    from monitor.core.observation import Covers, timeline
    from monitor.store import looks

    covers = Covers.ALL if look.complete else Covers.SOME
    for name in (*posts.by_account, *silent):
        seen = timeline(posts.by_account.get(name, ()), covers=covers)
        looks.hand_look(tx, known[name], seen, at=look.seen_at, known_at=look.known_at, import_id=look.number)


for _command in (*import_papers.COMMANDS, *import_withdraw.COMMANDS):
    import_.add_command(_command)

COMMANDS = (import_,)
