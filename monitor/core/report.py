"""A report that was made, and when which one is due.

What is kept of it is its reckoning, so that it can be read again as it was, and compared with what is known since.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitor.core.account import Labelled
from monitor.core.calendar import ONE_DAY, WorkCalendar
from monitor.core.figures import Figures
from monitor.core.period import Period, PeriodKind

DRAFT_AHEAD = 10
"""How many days before the day after a quarter the draft of its bulletin is due."""
MISSED = timedelta(days=14)
"""For how long a report that was due, and not made, is made up for."""


class ReportKind(Labelled):
    """The kind of a report; a closed list."""

    WEEKLY = "weekly", "周报"
    MONTHLY = "monthly", "月度通报"
    QUARTERLY = "quarterly", "季度通报"
    SPECIAL = "special", "专题通报"

    @property
    def period(self) -> PeriodKind:
        """The kind of period that it is about."""
        return _PERIODS[self]


_PERIODS = {
    ReportKind.WEEKLY: PeriodKind.WEEK,
    ReportKind.MONTHLY: PeriodKind.MONTH,
    ReportKind.QUARTERLY: PeriodKind.QUARTER,
    ReportKind.SPECIAL: PeriodKind.DAYS,
}
BY_RHYTHM = "定时生成"
"""Who made a report that was due."""
TAKEN = ("report weekly", "report bulletin", "report public", "report problems", "report recheck")
"""What the audit log calls the taking of a document of a report."""
RHYTHM = (ReportKind.WEEKLY, ReportKind.MONTHLY, ReportKind.QUARTERLY)
"""The kinds that come round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReport:
    """A report as it was made, without its accounts."""

    number: int
    kind: ReportKind
    figures: Figures
    made_at: datetime
    by: str
    """Who had it made; the monitor's own name where it was due."""
    digest: str
    """Of the reckoning: the same one again has the same."""
    template: str
    """The version of what it was to be written by."""

    @property
    def period(self) -> Period:
        """The period that it is about."""
        return self.figures.period

    @property
    def is_by_rhythm(self) -> bool:
        """True if nobody had it made: it was due."""
        return self.by == BY_RHYTHM

    @property
    def mark(self) -> str:
        """How the audit log begins what it says of somebody who took it."""
        return f"报表{self.number}："

    @property
    def title(self) -> str:
        """What people call it: 周报（2026年第48周）."""
        return f"{self.kind.label}（{self.period.label}）"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReport:
    """A report that the rhythm asks for."""

    kind: ReportKind
    period: Period
    on: date
    """The working day on which it is due."""


def due_reports(today: date, calendar: WorkCalendar) -> tuple[DueReport, ...]:
    """Return the reports that have become due lately, the oldest first; whether they were made is another matter."""
    found = (report for kind in RHYTHM for report in _around(kind, today, calendar))
    return tuple(sorted((one for one in found if today - MISSED <= one.on <= today), key=lambda one: one.on))


def next_reports(today: date, calendar: WorkCalendar) -> tuple[DueReport, ...]:
    """Return of each kind the report that becomes due next after a day, the first first."""
    coming = (
        min((one for one in _around(kind, today, calendar) if one.on > today), key=lambda one: one.on)
        for kind in RHYTHM
    )
    return tuple(sorted(coming, key=lambda one: one.on))


def _around(kind: ReportKind, today: date, calendar: WorkCalendar) -> Iterator[DueReport]:
    """Yield the reports of a kind about the periods around a day."""
    period = Period.containing(kind.period, today)
    following = Period.containing(kind.period, period.last + ONE_DAY)
    for one in (period.before.before.before, period.before.before, period.before, period, following):
        yield DueReport(kind=kind, period=one, on=_due_on(kind, one, calendar))


def _due_on(kind: ReportKind, period: Period, calendar: WorkCalendar) -> date:
    """Return when a report is due: on the first working day after its period, a quarter's draft ten days before."""
    first = period.last + ONE_DAY
    return calendar.workday_on_or_after(first - timedelta(days=DRAFT_AHEAD) if kind is ReportKind.QUARTERLY else first)
