"""Commands that take in what an office keeps beside its accounts: the imports of papers, decisions and records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import click

from monitor.actions.imports.decisions import ImportDecisionsCommand, decidable_places, import_decisions
from monitor.actions.imports.papers import (
    ImportPapersCommand,
    PaperAccounts,
    import_papers,
    paper_accounts,
    summary_of,
    unmatched_in,
)
from monitor.actions.imports.records import ImportRecordsCommand, import_records, record_subjects
from monitor.app.clock import now
from monitor.app.rules import rule_subjects, rule_titles
from monitor.cli.actor import perform_in
from monitor.cli.import_options import UNWRITTEN, ledger_refusals
from monitor.cli.place import CommandContext
from monitor.cli.refusal import Refusal
from monitor.cli.terminal import warn
from monitor.core.calendar import beijing_date
from monitor.core.forms import INSTITUTIONS
from monitor.core.rules import sys_01
from monitor.ledger.decisions import Ruled, decision_line, read_decisions
from monitor.ledger.diff import paper_change
from monitor.ledger.fault import did_you_mean
from monitor.ledger.papers import Papers, read_bulletins, read_filed_list, read_index
from monitor.ledger.records import read_records, record_line
from monitor.store import decisions, papers, records


def take_filed_list(
    where: CommandContext, *, file: Path, as_of: datetime | None, area: str | None, dry_run: bool
) -> None:
    """Take in the accounts that were filed in an area on a day."""
    areas = where.settings().office.areas
    if area is not None and area not in areas:
        raise Refusal(f"没有地区“{area}”{did_you_mean(area, areas)}，没有导入任何内容。")

    def read(known: PaperAccounts, until: datetime) -> Papers:
        day = beijing_date(until)
        return read_filed_list(file, known.whom, as_of=day, areas=areas, area_then=known.area_then, area=area)

    _take_papers(where, file, "filed-list", read, as_of=as_of, dry_run=dry_run)


def take_bulletins(where: CommandContext, *, file: Path, as_of: datetime | None, dry_run: bool) -> None:
    """Take in bulletins; a round that is there already is replaced."""

    def read(known: PaperAccounts, until: datetime) -> Papers:
        return read_bulletins(file, known.whom, until=beijing_date(until))

    _take_papers(where, file, "bulletins", read, as_of=as_of, dry_run=dry_run)


def take_index(where: CommandContext, *, file: Path, as_of: datetime | None, dry_run: bool) -> None:
    """Take in the index of a week; who stands in it already is corrected."""
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


def take_decisions(where: CommandContext, *, file: Path, as_of: datetime | None, dry_run: bool) -> None:
    """Take in decisions."""
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
        perform_in(store, import_decisions, command, at=moment)
    click.echo("已导入。")


def take_records(where: CommandContext, *, file: Path, as_of: datetime | None, dry_run: bool) -> None:
    """Take in records."""
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
        perform_in(store, import_records, command, at=moment)
    click.echo("已导入。")


def _print_new(lines: Sequence[str], total: int) -> None:
    for line in lines:
        click.echo(f"新增 {line}")
    click.echo(f"共{total}条：新增{len(lines)}，不变{total - len(lines)}。")
