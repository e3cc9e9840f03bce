"""Commands that take in what an office keeps beside its accounts: the imports of papers, decisions and records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.actor import note, whoever
from monitor.cli.chinese import Command
from monitor.cli.import_options import UNWRITTEN, as_of_option, dry_run_option, file_argument, refusals
from monitor.cli.place import PAST_MOMENT, CommandContext, place
from monitor.cli.refusal import Refusal
from monitor.cli.terminal import warn

if TYPE_CHECKING:
    from monitor.core.paper import AreaThen
    from monitor.core.reference import AccountIndex
    from monitor.ledger import Papers, Places, Subjects
    from monitor.store import Tx

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
    from monitor.core.calendar import beijing_date
    from monitor.ledger import did_you_mean, read_filed_list

    areas = where.settings().office.areas
    if area is not None and area not in areas:
        raise Refusal(f"没有地区“{area}”{did_you_mean(area, areas)}，没有导入任何内容。")

    def read(known: PaperAccounts, until: datetime) -> Papers:
        day = beijing_date(until)
        return read_filed_list(file, known.whom, as_of=day, areas=areas, area_then=known.area_then, area=area)

    _take_papers(where, file, "import filed-list", read, as_of=as_of, dry_run=dry_run)


@click.command("bulletins", cls=Command)
@file_argument
@until_option
@dry_run_option
@place
def import_bulletins(where: CommandContext, *, file: Path, as_of: datetime | None, dry_run: bool) -> None:
    """导入通报：同一系列同一期再次导入即为更正，整期替换。"""
    from monitor.core.calendar import beijing_date
    from monitor.ledger import read_bulletins

    def read(known: PaperAccounts, until: datetime) -> Papers:
        return read_bulletins(file, known.whom, until=beijing_date(until))

    _take_papers(where, file, "import bulletins", read, as_of=as_of, dry_run=dry_run)


@click.command("index", cls=Command)
@file_argument
@until_option
@dry_run_option
@place
def import_index(where: CommandContext, *, file: Path, as_of: datetime | None, dry_run: bool) -> None:
    """导入运营效果指数：同一周同一账号再次导入即为更正，其他账号不变。"""
    from monitor.core.calendar import beijing_date
    from monitor.ledger import read_index

    areas = where.settings().office.areas

    def read(known: PaperAccounts, until: datetime) -> Papers:
        day = beijing_date(until)
        return read_index(file, known.whom, areas=areas, area_then=known.area_then, until=day)

    _take_papers(where, file, "import index", read, as_of=as_of, dry_run=dry_run)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperAccounts:
    """Whom a paper may mean, and the area that each of them was in on a day."""

    whom: AccountIndex
    area_then: AreaThen


def _take_papers(
    where: CommandContext,
    file: Path,
    action: str,
    read: Callable[[PaperAccounts, datetime], Papers],
    *,
    as_of: datetime | None,
    dry_run: bool,
) -> None:
    from monitor.app.clock import now
    from monitor.ledger import paper_change
    from monitor.store import imports, papers, roster

    several = len(where.settings().office.areas) > 1
    moment = now()
    with where.store(reads=dry_run) as store:
        with store.read() as tx:
            known = PaperAccounts(whom=papers.directory(tx), area_then=roster.areas_then(tx))
        with refusals():
            found = read(known, as_of or moment)
        warn(found.warnings)
        with store.read() as tx:
            changes = papers.changes(tx, found.papers)
        for change in changes:
            click.echo(paper_change(change.before, change.after, with_area=several))
        added = sum(change.before is None for change in changes)
        same = len(found.papers) - len(changes)
        summary = f"新增{added}，修改{len(changes) - added}，不变{same}"
        unmatched = sum(len(paper.unmatched) for paper in found.papers)
        click.echo(f"共{len(found.papers)}份：{summary}。" + (f"待匹配{unmatched}行。" if unmatched else ""))
        if dry_run:
            click.echo(UNWRITTEN)
            return
        with store.begin(durable=True) as tx:
            kind = action.removeprefix("import ")
            number = imports.begin(tx, kind, file.name, as_of=as_of or moment, known_at=moment, by=whoever())
            papers.save_papers(tx, found.papers, file=file.name, known_at=moment, import_id=number)
            papers.match_again(tx, moment)
            areas = "、".join(sorted({one.area for one in found.papers if one.area})) if several else ""
            detail = f"{areas}：{summary}" if areas else summary
            imports.describe(tx, number, detail)
            note(tx, moment, action, file.name, f"编号{number}：{detail}，待匹配{unmatched}行")
    click.echo("已导入。")


@click.command("decisions", cls=Command)
@file_argument
@until_option
@dry_run_option
@place
def import_decisions(where: CommandContext, *, file: Path, as_of: datetime | None, dry_run: bool) -> None:
    """导入处置决定：豁免、保留、清理整合、注销、确认、误报、撤销。"""
    from monitor.app.choices import rule_subjects, rule_titles
    from monitor.app.clock import now
    from monitor.ledger import Ruled, decision_line, read_decisions
    from monitor.store import decisions, imports, papers

    settings = where.settings()
    moment, titles = now(), rule_titles()
    with where.store(reads=True) as store, store.read() as tx:
        whom = papers.directory(tx)
        with refusals():
            read = read_decisions(
                file,
                whom,
                _places(tx, settings.office.areas),
                rules={id_: Ruled(title=titles[id_], on=on) for id_, on in rule_subjects().items()},
                strengths_on=lambda on: settings.rule_book(on).strengths,
                until=as_of or moment,
                made=decisions.all_decisions(tx),
            )
        news = decisions.new_decisions(tx, read.decisions)
    warn(read.warnings)

    def save(tx: Tx) -> None:
        number = imports.begin(tx, "decisions", file.name, as_of=as_of or moment, known_at=moment, by=whoever())
        decisions.save_decisions(tx, read.decisions, known_at=moment, import_id=number)
        imports.describe(tx, number, f"新增{len(news)}")
        note(tx, moment, "import decisions", file.name, f"编号{number}：新增{len(news)}")

    lines = [decision_line(one, whom.names.get(one.account, ""), titles[one.rule]) for one in news]
    _add(where, lines, len(read.decisions), save, dry_run=dry_run)


@click.command("records", cls=Command)
@file_argument
@until_option
@dry_run_option
@place
def import_records(where: CommandContext, *, file: Path, as_of: datetime | None, dry_run: bool) -> None:
    """导入记录：培训、检查、核查、备案变更等，类型见 docs/operating.md。"""
    from monitor.app.clock import now
    from monitor.core.calendar import beijing_date
    from monitor.core.forms import INSTITUTIONS
    from monitor.ledger import read_records, record_line
    from monitor.store import imports, records

    settings = where.settings()
    moment = now()
    with where.store(reads=True) as store, store.read() as tx:
        with refusals():
            until = beijing_date(as_of or moment)
            required = settings.rule_book(until).listed("SYS-01", "required")
            institutions = tuple(dict.fromkeys((*INSTITUTIONS, *required)))
            whom = _subjects(tx, settings.office.areas)
            read = read_records(file, whom, until=until, institutions=institutions)
        news = records.new_records(tx, read.records)
    warn(read.warnings)

    def save(tx: Tx) -> None:
        number = imports.begin(tx, "records", file.name, as_of=as_of or moment, known_at=moment, by=whoever())
        records.save_records(tx, read.records, known_at=moment, import_id=number)
        imports.describe(tx, number, f"新增{len(news)}")
        note(tx, moment, "import records", file.name, f"编号{number}：新增{len(news)}")

    several = len(settings.office.areas) > 1
    _add(where, [record_line(one, with_area=several) for one in news], len(read.records), save, dry_run=dry_run)


def _subjects(tx: Tx, areas: Sequence[str]) -> Subjects:
    """Return everybody whom a record may speak of, past ones included."""
    from monitor.core.account import UnitKey
    from monitor.ledger import Subjects
    from monitor.store import records, roster

    accounts: dict[str, set[str]] = {}
    ever, present = set[UnitKey](), set[UnitKey]()
    for id_, unit, is_so in roster.units_ever(tx):
        accounts.setdefault(id_, set()).add(unit.area)
        (present if is_so else ever).add(unit)
    everywhere = {*areas, *(unit.area for unit in (*ever, *present))}
    for area, name in records.listed_units(tx):
        present.update(UnitKey(one, name) for one in ([area] if area else everywhere))
    units: dict[str, set[str]] = {}
    for unit in (*ever, *present):
        units.setdefault(unit.name, set()).add(unit.area)
    return Subjects(accounts=accounts, units=units, areas=everywhere, left=ever - present)


def _places(tx: Tx, areas: Sequence[str]) -> Places:
    """Return the areas and units that a decision may be about, past ones included."""
    from monitor.ledger import Places
    from monitor.store import roster

    ever = tuple(roster.units_ever(tx))
    present = {unit for _, unit, is_so in ever if is_so}
    former = {unit for _, unit, _ in ever} - present
    return Places(areas={*areas, *(unit.area for unit in (*present, *former))}, units=present, former_units=former)


def _add(where: CommandContext, lines: Sequence[str], total: int, save: Callable[[Tx], None], *, dry_run: bool) -> None:
    """Say what is new, and save it in one transaction unless it is only tried."""
    for line in lines:
        click.echo(f"新增 {line}")
    click.echo(f"共{total}条：新增{len(lines)}，不变{total - len(lines)}。")
    if dry_run:
        click.echo(UNWRITTEN)
        return
    with where.store() as store, store.begin(durable=True) as tx:
        save(tx)
    click.echo("已导入。")


COMMANDS = (import_filed_list, import_bulletins, import_index, import_decisions, import_records)
