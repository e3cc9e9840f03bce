"""The command that writes reports: report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.actor import note_alone
from monitor.cli.chinese import Command, to_table
from monitor.cli.evaluate import When, known_then
from monitor.cli.place import MOMENT, CommandContext, place
from monitor.cli.refusal import Refusal

if TYPE_CHECKING:
    from monitor.core.finding import Finding, Known
    from monitor.core.index import IndexWeek
    from monitor.core.record import Record
    from monitor.documents import Dossier, Period
    from monitor.pipeline.evaluate import RulesInForce
    from monitor.store import Store

_WHAT = ("deductions", "review", "deregistration")
_INDEX_WEEKS = 8


@click.command(cls=Command, short_help="写出扣分建议清单、联合研判表、注销进度表。")
@click.argument("what", type=click.Choice(_WHAT), metavar="内容")
@to_table
@click.option(
    "--period", metavar="期间", help="季度 2026-Q2、月份 2026-05 或周 2026-W21，默认本季度；按期末的情况判定。"
)
@click.option("--known-at", type=MOMENT, metavar="时刻|now", help="按哪一时刻所知判定，默认与期末相同。")
@place
def report(where: CommandContext, *, what: str, out: Path, period: str | None, known_at: datetime | None) -> None:
    """写出报表：deductions 扣分建议清单，review 联合研判表，deregistration 注销进度表；只提建议，由人决定。"""
    from monitor.app.choices import rule_titles, rules_in_force
    from monitor.app.clock import now
    from monitor.documents import NotWrittenError, deductions, deregistration, review, write

    moment = now()
    about = _period(period, moment)
    at = about.judged_at(moment)
    settings = where.settings()
    judged_by = rules_in_force(settings, settings.work_calendar())
    with where.store(reads=True) as store:
        gathered = _gathered(store, judged_by, about, When(at=at, known_at=known_at or at))
    dossiers, records, beyond = gathered.dossiers, gathered.records, gathered.beyond
    match what:
        case "deductions":
            made = deductions(dossiers, records, about, beyond)
        case "review":
            made = review(dossiers, records, about, beyond, titles=rule_titles())
        case _:
            made = deregistration(dossiers, records, about)
    try:
        write(out, made)
    except NotWrittenError as error:
        raise Refusal(str(error)) from error
    note_alone(where, f"report {what}", out.name, about.label)
    click.echo("\n".join((*made.head, f"已写入 {out}。")))


def _period(text: str | None, now: datetime) -> Period:
    from monitor.core.calendar import beijing_date
    from monitor.documents import BadPeriodError, Period

    try:
        about = Period.of(text) if text else Period.around(now)
    except BadPeriodError as error:
        raise click.UsageError(f"“{text}”不是期间，请写成 2026-Q2、2026-05 或 2026-W21") from error
    if about.first > beijing_date(now):
        raise click.UsageError(f"{about.label}还没有开始")
    return about


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gathered:
    """What reports are made of."""

    dossiers: Sequence[Dossier]
    """What is held of every account, in the roster's order."""
    records: Sequence[Record]
    """Those of the areas, oldest first."""
    beyond: Sequence[Finding]
    """What the rules say of units and areas."""


def _gathered(store: Store, judged_by: RulesInForce, about: Period, when: When) -> _Gathered:
    """Return what reports are made of, as it stood then."""
    from monitor.core.decision import of_this_life
    from monitor.core.deregistration import ID as DEREGISTRATION
    from monitor.core.deregistration import progress
    from monitor.core.rules.updates import staleness
    from monitor.documents import Dossier, gaps_of
    from monitor.store import registers

    found: dict[str, list[Finding]] = {}
    weeks: dict[str, tuple[IndexWeek, ...]] = {}
    records: dict[int | None, Record] = {}
    beyond: list[Finding] = []
    with store.read() as tx:
        for area in registers.areas(tx, now=when.at, known_at=when.known_at):
            register = registers.register(tx, area, now=when.at, known_at=when.known_at)
            weeks[area] = register.weeks[-_INDEX_WEEKS:]
            records |= {one.id: one for one in register.records}
            for _, finding in judged_by.area_findings(register, when.at):
                if finding.account is not None:
                    found.setdefault(finding.account, []).append(finding)
                else:
                    beyond.append(finding)

    def dossier(known: Known) -> Dossier:
        book = judged_by.book(when.at, known.account.area)
        said = [finding for _, finding in judged_by.findings(known, when.at)]
        return Dossier(
            account=known.account,
            findings=(*said, *found.get(known.account.id, ())),
            decisions=of_this_life(known.decisions, known.opened_again),
            staleness=staleness(said, book),
            progress=progress(known, book, when.at) if DEREGISTRATION in book.clauses else None,
            gaps=gaps_of(known, book, about, when.at),
            index=tuple(_values(weeks[known.account.area], known.account.id)),
        )

    dossiers = [dossier(known) for known in known_then(store, None, when)]
    return _Gathered(dossiers=dossiers, records=list(records.values()), beyond=beyond)


def _values(weeks: tuple[IndexWeek, ...], account: str) -> Iterator[str]:
    for week in weeks:
        value = week.values.get(account)
        yield str(value) if value is not None else "—"


COMMANDS = (report,)
