"""Commands that take in what an office keeps beside its accounts: the imports of papers, decisions and records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import click

from monitor.actions.imports.decisions import ImportDecisionsCommand, import_decisions
from monitor.actions.imports.kinds import (
    Terms,
    bulletins_reading,
    decisions_reading,
    filed_list_reading,
    index_reading,
    orders_reading,
    records_reading,
)
from monitor.actions.imports.office import ImportOffice
from monitor.actions.imports.papers import (
    ImportPapersCommand,
    import_papers,
    summary_of,
    unmatched_in,
)
from monitor.actions.imports.records import ImportRecordsCommand, import_records
from monitor.app.clock import now
from monitor.app.imports import import_office
from monitor.app.rules import rule_titles
from monitor.cli.actor import perform_in
from monitor.cli.import_options import UNWRITTEN, ledger_refusals
from monitor.cli.place import CommandContext
from monitor.cli.refusal import Refusal
from monitor.cli.terminal import warn
from monitor.ledger.decisions import decision_line
from monitor.ledger.diff import paper_change
from monitor.ledger.fault import did_you_mean
from monitor.ledger.papers import Papers
from monitor.ledger.records import record_line
from monitor.store import Tx, decisions, papers, records


def take_filed_list(
    where: CommandContext, *, file: Path, as_of: datetime | None, area: str | None, dry_run: bool
) -> None:
    """Take in the accounts that were filed in an area on a day."""
    areas = where.settings().office.areas
    if area is not None and area not in areas:
        raise Refusal(f"没有地区“{area}”{did_you_mean(area, areas)}，没有导入任何内容。")
    _take_papers(where, file, "filed-list", filed_list_reading, as_of=as_of, dry_run=dry_run, area=area)


def take_bulletins(where: CommandContext, *, file: Path, as_of: datetime | None, dry_run: bool) -> None:
    """Take in bulletins; a round that is there already is replaced."""
    _take_papers(where, file, "bulletins", bulletins_reading, as_of=as_of, dry_run=dry_run)


def take_orders(where: CommandContext, *, file: Path, as_of: datetime | None, dry_run: bool) -> None:
    """Take in work orders; one that is there already is replaced."""
    _take_papers(where, file, "work-orders", orders_reading, as_of=as_of, dry_run=dry_run)


def take_index(where: CommandContext, *, file: Path, as_of: datetime | None, dry_run: bool) -> None:
    """Take in the index of a week; who stands in it already is corrected."""
    _take_papers(where, file, "index", index_reading, as_of=as_of, dry_run=dry_run)


def _take_papers(
    where: CommandContext,
    file: Path,
    kind: str,
    prepare: Callable[[Tx, ImportOffice, Terms], Callable[[Path], Papers]],
    *,
    as_of: datetime | None,
    dry_run: bool,
    area: str | None = None,
) -> None:
    office, moment = import_office(where.settings()), now()
    several, terms = office.has_areas, Terms(as_of=as_of or moment, now=moment, area=area)
    with where.store(reads=dry_run) as store:
        with store.read() as tx:
            reading = prepare(tx, office, terms)
        with ledger_refusals():
            found = reading(file)
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
            kind=kind, file=file.name, papers=found.papers, as_of=terms.as_of, with_areas=several
        )
        perform_in(store, import_papers, command, at=moment)
    click.echo("已导入。")


def take_decisions(where: CommandContext, *, file: Path, as_of: datetime | None, dry_run: bool) -> None:
    """Take in decisions."""
    office, moment, titles = import_office(where.settings()), now(), rule_titles()
    terms = Terms(as_of=as_of or moment, now=moment)
    with where.store(reads=True) as store, store.read() as tx:
        reading = decisions_reading(tx, office, terms)
        with ledger_refusals():
            read = reading(file)
        news = decisions.new_decisions(tx, read.decisions)
    warn(read.warnings)

    lines = [
        decision_line(decision, reading.whom.names.get(decision.subject.account or "", ""), titles[decision.rule])
        for decision in news
    ]
    _print_new(lines, len(read.decisions))
    if dry_run:
        click.echo(UNWRITTEN)
        return
    command = ImportDecisionsCommand(file=file.name, decisions=read.decisions, as_of=terms.as_of, terms=office.terms)
    with where.store() as store:
        perform_in(store, import_decisions, command, at=moment)
    click.echo("已导入。")


def take_records(where: CommandContext, *, file: Path, as_of: datetime | None, dry_run: bool) -> None:
    """Take in records."""
    office, moment = import_office(where.settings()), now()
    terms = Terms(as_of=as_of or moment, now=moment)
    with where.store(reads=True) as store, store.read() as tx:
        reading = records_reading(tx, office, terms)
        with ledger_refusals():
            read = reading(file)
        news = records.new_records(tx, read.records)
    warn(read.warnings)

    _print_new([record_line(record, with_area=office.has_areas) for record in news], len(read.records))
    if dry_run:
        click.echo(UNWRITTEN)
        return
    command = ImportRecordsCommand(file=file.name, records=read.records, as_of=terms.as_of)
    with where.store() as store:
        perform_in(store, import_records, command, at=moment)
    click.echo("已导入。")


def _print_new(lines: Sequence[str], total: int) -> None:
    for line in lines:
        click.echo(f"新增 {line}")
    click.echo(f"共{total}条：新增{len(lines)}，不变{total - len(lines)}。")
