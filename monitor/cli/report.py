"""The command that writes reports: report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_hex

import click

from monitor.actions.documents import Handout, HandOutCommand, hand_out
from monitor.app.clock import now
from monitor.app.office import office_of
from monitor.app.rules import rule_titles, rules_in_force
from monitor.cli.actor import perform_in
from monitor.cli.place import CommandContext
from monitor.cli.refusal import Refusal
from monitor.cli.terminal import telling
from monitor.core.calendar import beijing_date
from monitor.core.period import BadPeriodError, Period
from monitor.core.report import ReportKind
from monitor.core.spot_check import LONGEST_SEED, is_seed
from monitor.documents import Document, write
from monitor.documents.deductions import deductions
from monitor.documents.deregistration import deregistration
from monitor.documents.ledger import ledger
from monitor.documents.reports import ReportPart, document_of
from monitor.documents.review import review
from monitor.documents.spot_check import spot_check
from monitor.documents.writing import NotWrittenError
from monitor.pipeline.dossiers import Dossiers, read_dossiers
from monitor.pipeline.reckoning import reckon
from monitor.queries.orders import read_order_sheet
from monitor.queries.spot_check import read_drawable


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawing:
    """How a random sample is drawn."""

    seed: str
    count: int | None


def write_report(
    where: CommandContext,
    *,
    what: str,
    out: Path,
    period: str | None,
    known_at: datetime | None,
    seed: str | None,
    count: int | None,
) -> None:
    """Write a report to a file, and print its head."""
    moment = now()
    about = _period(what, period, moment)
    at = about.judged_at(moment)
    then, drawing = known_at or at, _drawing(what, seed, count)
    settings = where.settings()
    rules = rules_in_force(settings, settings.work_calendar())
    with where.store(reads=True) as store:
        with store.read() as tx, telling("判定") as tell:
            if what == "work-orders":
                document = read_order_sheet(tx, about, at=at, known_at=then)
            elif what == "sample":
                accounts, orders = read_drawable(tx, at=at, known_at=then)
                document = spot_check(accounts, orders, about, seed=drawing.seed, count=drawing.count)
            elif what in _RECKONED:
                reckoning = reckon(tx, rules, about, now=moment, known_at=then, tell=tell)
                document = document_of(_RECKONED[what], _kind(what), reckoning, office_of(settings))
            else:
                dossiers = read_dossiers(tx, rules, about, at=at, known_at=then, tell=tell)
                document = _document(what, dossiers, about)
        detail = f"{about.label}，种子{drawing.seed}" if what == "sample" else about.label
        handed = HandOutCommand(what=Handout(f"report {what}"), file=out.name, detail=detail)
        perform_in(store, hand_out, handed)
    try:
        write(out, document, where.config)
    except NotWrittenError as error:
        raise Refusal(str(error)) from error
    click.echo("\n".join((*document.head, f"已写入 {out}。")))


def _drawing(what: str, seed: str | None, count: int | None) -> _Drawing:
    """Return how to draw a sample, by a seed of chance where none is given; raises UsageError."""
    if what != "sample" and (seed is not None or count is not None):
        raise click.UsageError("--seed 和 --count 只与 sample 同用")
    if seed is not None and not is_seed(seed):
        raise click.UsageError(f"--seed 应为1至{LONGEST_SEED}个可见字符")
    return _Drawing(seed=seed.strip() if seed else token_hex(8), count=count)


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
        case "ledger":
            return ledger(dossiers.of_accounts, dossiers.records, about, dossiers.filed)
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
