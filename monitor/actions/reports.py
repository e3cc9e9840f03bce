"""Make reports: what was reckoned is kept whole, with who had it made when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.actions.actor import Actor, Right, write_audit
from monitor.actions.refused import Field, RefusedError
from monitor.core.calendar import beijing_date
from monitor.core.period import BadPeriodError, Period
from monitor.core.reckoning import Reckoning
from monitor.core.report import ReportKind
from monitor.store import Tx, reports

_PERIOD = Field("period", "期间")


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeReportCommand:
    """The command to keep a report of a period as it was reckoned.

    It is reckoned before, in a transaction that only reads: a whole county takes a while.
    """

    kind: ReportKind
    reckoning: Reckoning
    template: str
    """The version of what it is written by."""


def make_report(tx: Tx, command: MakeReportCommand, *, actor: Actor, now: datetime) -> int:
    """Keep a report and return its number; raises RefusedError for an empty county."""
    actor.require(Right.MAKE_REPORT)
    figures = command.reckoning.figures
    if command.reckoning.is_empty:
        raise RefusedError("台账中没有可统计的账号，没有生成报表。请先导入台账。", _PERIOD)
    made = reports.NewReport(kind=command.kind, reckoning=command.reckoning, template=command.template)
    number = reports.keep(tx, made, by=actor.name, at=now)
    write_audit(tx, actor, now, "report make", f"{number}", f"{command.kind.label}，{figures.period.label}")
    return number


def asked_period(kind: ReportKind, written: str, now: datetime) -> Period:
    """Return the period that a form asks for; raises RefusedError for another kind of period, or one to come."""
    try:
        period = Period.of(written.strip())
    except BadPeriodError:
        said = f"“{written[:40]}”不是期间，请重新选择。" if written.strip() else "请选择期间。"
        raise RefusedError(said, _PERIOD) from None
    if period.kind is not kind.period:
        raise RefusedError(f"{kind.label}的期间应为{kind.period.label}，请重新选择。", _PERIOD)
    if period.first > beijing_date(now):
        raise RefusedError(f"{period.label}还没有开始，请选择已开始的期间。", _PERIOD)
    return period
