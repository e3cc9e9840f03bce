"""Commands that take in accounts and what they published: import roster, import posts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import click

from monitor.actions.imports.kinds import Terms, posts_reading, roster_reading
from monitor.actions.imports.posts import ImportPostsCommand, import_posts, save_posts, silent_accounts
from monitor.actions.imports.roster import (
    AmbiguousUnitError,
    ImportRosterCommand,
    RosterDifference,
    difference,
    import_roster,
    unit_meant,
)
from monitor.actions.imports.trial import turned_by
from monitor.app.clock import now
from monitor.app.imports import import_office
from monitor.app.rules import rules_in_force
from monitor.cli.actor import perform_in, refusals
from monitor.cli.import_options import UNWRITTEN, ledger_refusals, reading
from monitor.cli.place import CommandContext
from monitor.cli.refusal import Refusal
from monitor.cli.terminal import confirmed, warn
from monitor.core.account import BY_HAND, Account, UnitKey
from monitor.core.finding import State
from monitor.core.phrases import Names
from monitor.core.way import advice
from monitor.settings import Settings
from monitor.store import Store

_NAMED = 20
"""How many accounts a sentence names."""


def take_roster(
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
    """Take in a roster, or changes of it."""
    if unit and not replace:
        raise click.UsageError("--unit 要与 --replace 同用")
    if area and not unit:
        raise click.UsageError("--area 要与 --unit 同用")
    office, moment = import_office(where.settings()), now()
    terms = Terms(as_of=as_of or moment, now=moment)
    with where.store(reads=dry_run) as store:
        with store.read() as tx:
            how = roster_reading(tx, office, terms)
        with ledger_refusals(), reading(file) as tell:
            read = how(file, tell)
        warn(read.warnings)
        meant = _unit_meant(unit, area, (*how.before, *read.accounts)) if unit else None
        found = difference(how.before, read.accounts, replace=replace, unit=meant)
        _print_changes(found, Names(with_area=office.has_areas))
        _print_read_by_hand(office.read_by_hand(read.accounts))
        warn(office.advice(read.accounts))
        if dry_run:
            click.echo(UNWRITTEN)
            return
        if found.removed and not yes and not confirmed(f"将删除{found.removed}个账号，继续吗？"):
            raise Refusal("已取消，未导入任何内容。批量运行请加 --yes。")
        if not read.accounts and not found.removed:
            click.echo("没有导入任何内容。")  # nor does a later start expect a roster
            return
        command = ImportRosterCommand(file=file.name, difference=found, as_of=terms.as_of, sources=office.sources)
        change = perform_in(store, import_roster, command, at=moment)
        where.remember_roster()
    if change.overtaken:
        click.echo(
            f"其中{len(change.overtaken)}个账号在更晚的台账中另有记载，只更正此前一段时间，现行内容不变："
            f"{_some(change.overtaken)}。"
        )
    if change.matched:
        click.echo(f"此前待匹配的{change.matched}行现在有了账号。")
    click.echo("已导入。")


def _unit_meant(name: str, area: str | None, accounts: Sequence[Account]) -> UnitKey:
    with refusals():
        try:
            return unit_meant(name, area, accounts)
        except AmbiguousUnitError as error:
            areas = "、".join(error.areas)
            raise Refusal(f"{areas}都有主办单位“{name}”，请加 --area 写明是哪个地区的，没有导入任何内容。") from error


def _print_changes(found: RosterDifference, names: Names) -> None:
    for change in found.changes:
        click.echo(change.line(names))
    click.echo(f"共{len(found.accounts)}个账号：{found.counts}。")


def _some(ids: Sequence[str]) -> str:
    """Return the first few of them as they are listed."""
    return "、".join(ids[:_NAMED]) + (" 等" if len(ids) > _NAMED else "")


def _print_read_by_hand(found: Mapping[str, Sequence[Account]]) -> None:
    """Print which accounts people have to look at, by the reason why."""
    for why, accounts in found.items():
        ids = [account.id for account in accounts]
        click.echo(f"其中{len(ids)}个由链接或人工核查（{why}）：{_some(ids)}。")
    asked = (account.platform for accounts in found.values() for account in accounts if account.method != BY_HAND)
    for said in advice(asked):
        click.echo(f"  {said}。")


def take_posts(
    where: CommandContext,
    *,
    file: Path,
    as_of: datetime | None,
    dry_run: bool,
    complete: bool,
    accounts: str | None,
    yes: bool,
) -> None:
    """Take in posts, and who published none."""
    if accounts is not None and not complete:
        raise click.UsageError("--accounts 要与 --complete 同用")
    settings = where.settings()
    moment = now()
    seen_at = as_of or moment
    with where.store(reads=dry_run) as store:
        with store.read() as tx:
            how = posts_reading(tx, import_office(settings), Terms(as_of=seen_at, now=moment))
        known = {account.id: account for account in how.accounts}
        with ledger_refusals():
            read = how(file)
        warn(read.warnings)
        with refusals():
            silent = () if accounts is None else silent_accounts(_chosen(accounts), known, read.named)
        command = ImportPostsCommand(
            file=file.name, posts=read.by_account, silent=silent, accounts=known, complete=complete, as_of=seen_at
        )
        _print_posts(command)
        if silent:
            _print_turned(store, settings, command, moment)
        if dry_run:
            click.echo(UNWRITTEN)
            return
        if silent and not yes and not confirmed(f"将登记{len(silent)}个账号没有新发布，继续吗？"):
            raise Refusal("已取消，未导入任何内容。批量运行请加 --yes。")
        perform_in(store, import_posts, command, at=moment)
    click.echo("已导入。")


def _chosen(accounts: str) -> list[str] | None:
    """Return the accounts that are listed; None for all."""
    return None if accounts == "all" else [name.strip() for name in accounts.split(",") if name.strip()]


def _print_posts(command: ImportPostsCommand) -> None:
    for id_, posts in command.posts.items():
        click.echo(f"{id_} “{command.accounts[id_].name}”：{len(posts)}条")
    if command.silent:
        click.echo(f"登记为没有新发布的{len(command.silent)}个账号：{'、'.join(command.silent)}。")


def _print_turned(store: Store, settings: Settings, command: ImportPostsCommand, moment: datetime) -> None:
    """Print what becomes of the accounts that are said to be silent."""
    rules = rules_in_force(settings, settings.work_calendar())
    turned = turned_by(
        store, rules, command.silent, moment, lambda tx: save_posts(tx, command, known_at=moment, import_id=None)
    )
    click.echo(f"由此改变的判定{turned.count}项，其中变为“{State.VIOLATED.label}”{turned.violated}项。")
