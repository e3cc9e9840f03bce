"""The command that writes reports: report."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from monitor.actions.documents import Handout, HandOutCommand, hand_out
from monitor.app.clock import now
from monitor.app.rules import rule_titles, rules_in_force
from monitor.cli.actor import perform_in
from monitor.cli.place import CommandContext
from monitor.cli.refusal import Refusal
from monitor.cli.terminal import telling
from monitor.core.calendar import beijing_date
from monitor.core.period import BadPeriodError, Period
from monitor.core.report import ReportKind
from monitor.documents import Document, write
from monitor.documents.deductions import deductions
from monitor.documents.deregistration import deregistration
from monitor.documents.reports import ReportPart, document_of
from monitor.documents.review import review
from monitor.documents.writing import NotWrittenError
from monitor.pipeline.dossiers import Dossiers, read_dossiers
from monitor.pipeline.reckoning import reckon


def write_report(where: CommandContext, *, what: str, out: Path, period: str | None, known_at: datetime | None) -> None:
    """Write a report to a file, and print its head."""
    moment = now()
    about = _period(what, period, moment)
    at = about.judged_at(moment)
    then = known_at or at
    settings = where.settings()
    rules = rules_in_force(settings, settings.work_calendar())
    with where.store(reads=True) as store:
        with store.read() as tx, telling("判定") as tell:
            if what in _RECKONED:
                reckoning = reckon(tx, rules, about, now=moment, known_at=then, tell=tell)
                document = document_of(_RECKONED[what], _kind(what), reckoning, settings.office.name)
            else:
                document = _document(what, read_dossiers(tx, rules, about, at=at, known_at=then, tell=tell), about)
        handed = HandOutCommand(what=Handout(f"report {what}"), file=out.name, detail=about.label)
        perform_in(store, hand_out, handed)
    try:
        write(out, document, where.config)
    except NotWrittenError as error:
        raise Refusal(str(error)) from error
    click.echo("\n".join((*document.head, f"已写入 {out}。")))


_SHAPES = "2026-Q2、2026-05、2026-W21 或 2026-05-01..2026-05-20"
_RECKONED = {
    "weekly": ReportPart.TEXT,
    "bulletin": ReportPart.TEXT,
    "public": ReportPart.PUBLIC,
    "problems": ReportPart.PROBLEMS,
    "recheck": ReportPart.RECHECK,
}
"""The documents that are made of a reckoning."""


def _kind(what: str) -> ReportKind:
    return ReportKind.WEEKLY if what == "weekly" else ReportKind.SPECIAL


def _document(what: str, dossiers: Dossiers, about: Period) -> Document:
    match what:
        case "deductions":
            return deductions(dossiers.of_accounts, dossiers.records, about, dossiers.beyond)
        case "review":
            return review(dossiers.of_accounts, dossiers.records, about, dossiers.beyond, titles=rule_titles())
        case _:
            return deregistration(dossiers.of_accounts, dossiers.records, about)


def _usual(what: str, now: datetime) -> Period:
    """Return the last week for a weekly report, and this quarter for all others."""
    return Period.week(beijing_date(now)).before if what == "weekly" else Period.around(now)


def _period(what: str, text: str | None, now: datetime) -> Period:
    try:
        about = Period.of(text) if text else _usual(what, now)
    except BadPeriodError as error:
        raise click.UsageError(f"“{text}”不是期间，请写成{_SHAPES}") from error
    if about.first > beijing_date(now):
        raise click.UsageError(f"{about.label}还没有开始")
    return about
