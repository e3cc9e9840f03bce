"""Commands that take in what an office keeps beside its accounts: the imports of papers, decisions and records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.actor import perform_in
from monitor.cli.chinese import Command
from monitor.cli.import_options import UNWRITTEN, as_of_option, dry_run_option, file_argument, ledger_refusals
from monitor.cli.place import PAST_MOMENT, CommandContext, place
from monitor.cli.refusal import Refusal
from monitor.cli.terminal import warn
from monitor.core.calendar import beijing_date
from monitor.core.forms import INSTITUTIONS

if TYPE_CHECKING:
    from monitor.actions.imports.papers import PaperAccounts
    from monitor.ledger.papers import Papers

until_option = click.option(
    "--as-of", type=PAST_MOMENT, metavar="时刻", help="内容截至哪一时刻，默认现在；更晚的日期不接受。"
)


@click.command("filed-list", cls=Command)
@file_argument
@as_of_option
@click.option(
    "--area", metavar="地区", help="是哪个地区的清单；默认按“地区”列，没有这一列的按各账号所属的地区，须一致。"
)
@dry_run_option
@place
def import_filed_list(
    where: CommandContext, *, file: Path, as_of: datetime | None, area: str | None, dry_run: bool
) -> None:
    """导入已备案清单：一个地区那一天全部已备案的账号。"""
    from monitor.ledger.fault import did_you_mean
    from monitor.ledger.papers import read_filed_list

    areas = where.settings().office.areas
    if area is not None and area not in areas:
        raise Refusal(f"没有地区“{area}”{did_you_mean(area, areas)}，没有导入任何内容。")

    def read(known: PaperAccounts, until: datetime) -> Papers:
        day = beijing_date(until)
        return read_filed_list(file, known.whom, as_of=day, areas=areas, area_then=known.area_then, area=area)

    _take_papers(where, file, "filed-list", read, as_of=as_of, dry_run=dry_run)


@click.command("bulletins", cls=Command)
@file_argument
@until_option
@dry_run_option
@place
def import_bulletins(where: CommandContext, *, file: Path, as_of: datetime | None, dry_run: bool) -> None:
    """导入通报：同一系列同一期再次导入即为更正，整期替换。"""
    from monitor.ledger.papers import read_bulletins

    def read(known: PaperAccounts, until: datetime) -> Papers:
        return read_bulletins(file, known.whom, until=beijing_date(until))

    _take_papers(where, file, "bulletins", read, as_of=as_of, dry_run=dry_run)


@click.command("index", cls=Command)
@file_argument
@until_option
@dry_run_option
@place
def import_index(where: CommandContext, *, file: Path, as_of: datetime | None, dry_run: bool) -> None:
    """导入运营效果指数：同一周同一账号再次导入即为更正，其他账号不变。"""
    from monitor.ledger.papers import read_index

    areas = where.settings().office.areas

    def read(known: PaperAccounts, until: datetime) -> Papers:
        day = beijing_date(until)
        return read_index(file, known.whom, areas=areas, area_then=known.area_then, until=day)

    _take_papers(where, file, "index", read, as_of=as_of, dry_run=dry_run)


def _take_papers(
    where: CommandContext,
    file: Path,
    kind: str,
    read: Callable[[PaperAccounts, datetime], Papers],
    *,
    as_of: datetime | None,
    dry_run: bool,
) -> None:
    from monitor.actions.imports.papers import (
        ImportPapersCommand,
        import_papers,
        paper_accounts,
        summary_of,
        unmatched_in,
    )
    from monitor.app.clock import now
    from monitor.ledger.diff import paper_change
    from monitor.store import papers

    several = len(where.settings().office.areas) > 1
    moment = now()
    with where.store(reads=dry_run) as store:
        with store.read() as tx:
            known = paper_accounts(tx)
        with ledger_refusals():
            found = read(known, as_of or moment)
        warn(found.warnings)
        with store.read() as tx:
            changes = papers.changes(tx, found.papers)
        for change in changes:
            click.echo(paper_change(change.before, change.after, with_area=several))
        unmatched = unmatched_in(found.papers)
        summary = summary_of(found.papers, changes)
        click.echo(f"共{len(found.papers)}份：{summary}。" + (f"待匹配{unmatched}行。" if unmatched else ""))
        if dry_run:
            click.echo(UNWRITTEN)
            return
        command = ImportPapersCommand(
            kind=kind, file=file.name, papers=found.papers, as_of=as_of or moment, with_areas=several
        )
        perform_in(store, import_papers, command, at=moment)
    click.echo("已导入。")


@click.command("decisions", cls=Command)
@file_argument
@until_option
@dry_run_option
@place
def import_decisions(where: CommandContext, *, file: Path, as_of: datetime | None, dry_run: bool) -> None:
    """导入处置决定：豁免、保留、清理整合、注销、确认、误报、撤销。"""
    from monitor.actions.imports.decisions import ImportDecisionsCommand, decidable_places
    from monitor.actions.imports.decisions import import_decisions as keep_decisions
    from monitor.app.clock import now
    from monitor.app.rules import rule_subjects, rule_titles
    from monitor.ledger.decisions import Ruled, decision_line, read_decisions
    from monitor.store import decisions, papers

    settings = where.settings()
    moment, titles = now(), rule_titles()
    with where.store(reads=True) as store, store.read() as tx:
        whom = papers.directory(tx)
        with ledger_refusals():
            read = read_decisions(
                file,
                whom,
                decidable_places(tx, settings.office.areas),
                rules={id_: Ruled(title=titles[id_], on=on) for id_, on in rule_subjects().items()},
                strengths_on=lambda on: settings.rule_book(on).strengths,
                until=as_of or moment,
                made=decisions.all_decisions(tx),
            )
        news = decisions.new_decisions(tx, read.decisions)
    warn(read.warnings)

    lines = [
        decision_line(decision, whom.names.get(decision.subject.account or "", ""), titles[decision.rule])
        for decision in news
    ]
    _print_new(lines, len(read.decisions))
    if dry_run:
        click.echo(UNWRITTEN)
        return
    command = ImportDecisionsCommand(file=file.name, decisions=read.decisions, as_of=as_of or moment)
    with where.store() as store:
        perform_in(store, keep_decisions, command, at=moment)
    click.echo("已导入。")


@click.command("records", cls=Command)
@file_argument
@until_option
@dry_run_option
@place
def import_records(where: CommandContext, *, file: Path, as_of: datetime | None, dry_run: bool) -> None:
    """导入记录：培训、检查、核查、备案变更等，类型见 docs/operating.md。"""
    from monitor.actions.imports.records import ImportRecordsCommand, record_subjects
    from monitor.actions.imports.records import import_records as keep_records
    from monitor.app.clock import now
    from monitor.core.rules import sys_01
    from monitor.ledger.records import read_records, record_line
    from monitor.store import records

    settings = where.settings()
    moment = now()
    with where.store(reads=True) as store, store.read() as tx:
        with ledger_refusals():
            until = beijing_date(as_of or moment)
            required = settings.rule_book(until).listed(sys_01.ID, "required")
            institutions = tuple(dict.fromkeys((*INSTITUTIONS, *required)))
            whom = record_subjects(tx, settings.office.areas)
            read = read_records(file, whom, until=until, institutions=institutions)
        news = records.new_records(tx, read.records)
    warn(read.warnings)

    several = len(settings.office.areas) > 1
    _print_new([record_line(record, with_area=several) for record in news], len(read.records))
    if dry_run:
        click.echo(UNWRITTEN)
        return
    command = ImportRecordsCommand(file=file.name, records=read.records, as_of=as_of or moment)
    with where.store() as store:
        perform_in(store, keep_records, command, at=moment)
    click.echo("已导入。")


def _print_new(lines: Sequence[str], total: int) -> None:
    for line in lines:
        click.echo(f"新增 {line}")
    click.echo(f"共{total}条：新增{len(lines)}，不变{total - len(lines)}。")
