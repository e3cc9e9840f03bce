"""The command that writes reports: report."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.actor import perform_in
from monitor.cli.chinese import Command, to_table
from monitor.cli.place import MOMENT, CommandContext, place
from monitor.cli.refusal import Refusal
from monitor.cli.terminal import telling
from monitor.core.calendar import beijing_date

if TYPE_CHECKING:
    from monitor.documents import Document
    from monitor.documents.period import Period
    from monitor.pipeline.dossiers import Dossiers

_WHAT = ("deductions", "review", "deregistration")


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
    from monitor.actions.documents import Handout, HandOutCommand, hand_out
    from monitor.app.clock import now
    from monitor.app.rules import rules_in_force
    from monitor.documents import write
    from monitor.documents.writing import NotWrittenError
    from monitor.pipeline.dossiers import read_dossiers

    moment = now()
    about = _period(period, moment)
    at = about.judged_at(moment)
    then = known_at or at
    settings = where.settings()
    rules = rules_in_force(settings, settings.work_calendar())
    with where.store(reads=True) as store:
        with store.read() as tx, telling("判定") as tell:
            document = _document(what, read_dossiers(tx, rules, about, at=at, known_at=then, tell=tell), about)
        handed = HandOutCommand(what=Handout(f"report {what}"), file=out.name, detail=about.label)
        perform_in(store, hand_out, handed)
    try:
        write(out, document)
    except NotWrittenError as error:
        raise Refusal(str(error)) from error
    click.echo("\n".join((*document.head, f"已写入 {out}。")))


def _document(what: str, dossiers: Dossiers, about: Period) -> Document:
    from monitor.app.rules import rule_titles
    from monitor.documents.deductions import deductions
    from monitor.documents.deregistration import deregistration
    from monitor.documents.review import review

    match what:
        case "deductions":
            return deductions(dossiers.of_accounts, dossiers.records, about, dossiers.beyond)
        case "review":
            return review(dossiers.of_accounts, dossiers.records, about, dossiers.beyond, titles=rule_titles())
        case _:
            return deregistration(dossiers.of_accounts, dossiers.records, about)


def _period(text: str | None, now: datetime) -> Period:
    from monitor.documents.period import BadPeriodError, Period

    try:
        about = Period.of(text) if text else Period.around(now)
    except BadPeriodError as error:
        raise click.UsageError(f"“{text}”不是期间，请写成 2026-Q2、2026-05 或 2026-W21") from error
    if about.first > beijing_date(now):
        raise click.UsageError(f"{about.label}还没有开始")
    return about
