"""Reports: which are due, which were made, one of them whole, and the accounts behind a figure of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from monitor.core.calendar import WorkCalendar, beijing_date, start_of_day
from monitor.core.figures import AccountInPeriod, Figure, FigureName, GoneAccount, behind
from monitor.core.reckoning import Reckoning, differences
from monitor.core.report import RHYTHM, DueReport, KeptReport, due_reports, next_reports
from monitor.queries.paging import ListSlice, slice_of
from monitor.store import Tx, roster
from monitor.store import reports as kept_reports
from monitor.store.papers import missing_rounds

SOON = 7
"""Days within which a report that becomes due stands with those that are."""
LISTED = 50
"""Reports on one page of the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportList:
    """The page of reports."""

    coming: tuple[DueReport, ...]
    """Of each kind the next."""
    missed: tuple[DueReport, ...]
    """Those that are due and were not made."""
    made: tuple[KeptReport, ...]
    page: ListSlice
    lacking: tuple[str, ...]
    """What is missing for a report that says something, one sentence each."""

    def near(self, today: date) -> tuple[DueReport, ...]:
        """Return those that become due soon after a day."""
        return tuple(due for due in self.coming if (due.on - today).days <= SOON)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage:
    """One report, whole, beside the one of its period that was made before."""

    kept: KeptReport
    reckoning: Reckoning
    older: KeptReport | None
    changes: tuple[tuple[Figure, Figure], ...]
    """The figures that are others than in the older one, the old one first."""
    newer: KeptReport | None
    """The last report of the same period, if that is another."""


def read_reports(tx: Tx, now: datetime, calendar: WorkCalendar, number: int) -> ReportList:
    """Return what is due and what was made, the latest first."""
    today, page = beijing_date(now), slice_of(number, kept_reports.count(tx), LISTED)
    return ReportList(
        coming=next_reports(today, calendar),
        missed=unmade(tx, now, calendar),
        made=kept_reports.listed(tx, limit=LISTED, skipped=page.skip),
        page=page,
        lacking=tuple(_lacking(tx)),
    )


def unmade(tx: Tx, now: datetime, calendar: WorkCalendar) -> tuple[DueReport, ...]:
    """Return the reports that are due and were not made since."""
    found = due_now(tx, now, calendar)
    return tuple(due for due in found if not kept_reports.is_made(tx, due.kind, due.period, _since(due)))


def due_now(tx: Tx, now: datetime, calendar: WorkCalendar) -> tuple[DueReport, ...]:
    """Return the reports that are due about periods of which anything is known, made or not."""
    began = roster.known_since(tx)
    if began is None:
        return ()
    return tuple(due for due in due_reports(beijing_date(now), calendar) if beijing_date(began) <= due.period.last)


def _since(due: DueReport) -> datetime:
    return start_of_day(due.on)


def _lacking(tx: Tx) -> Iterator[str]:
    if not roster.has_roster(tx):
        yield "尚未导入台账，没有可统计的账号。"
    missing = missing_rounds(tx)
    if missing:
        yield f"通报缺少{len(missing)}期，连续被通报的情况可能不完整，请在导入中补录。"


def read_report(tx: Tx, number: int) -> ReportPage | None:
    """Return one report; None where there is none of that number."""
    kept, reckoning = kept_reports.report(tx, number), kept_reports.reckoning(tx, number)
    if kept is None or reckoning is None:
        return None
    same = kept_reports.of_period(tx, kept.kind, kept.period)
    older = next((one for one in same if one.number < number), None)
    return ReportPage(
        kept=kept,
        reckoning=reckoning,
        older=older,
        changes=differences(older.figures, kept.figures) if older else (),
        newer=same[0] if same[0].number != number else None,
    )


def read_reckoning(tx: Tx, number: int) -> tuple[KeptReport, Reckoning] | None:
    """Return a report and what it was made of; None where there is none of that number."""
    kept, reckoning = kept_reports.report(tx, number), kept_reports.reckoning(tx, number)
    return (kept, reckoning) if kept and reckoning else None


def accounts_behind(reckoning: Reckoning, name: FigureName) -> tuple[AccountInPeriod | GoneAccount, ...]:
    """Return the accounts that a figure of a report counts, as they were then."""
    ids: Collection[str] = frozenset(behind(name, reckoning.material))
    everybody: tuple[AccountInPeriod | GoneAccount, ...] = (*reckoning.material.accounts, *reckoning.material.gone)
    return tuple(account for account in everybody if account.account in ids)


def read_listed(tx: Tx, *, limit: int, behind_number: int | None) -> tuple[KeptReport, ...]:
    """Return reports, the latest first, from behind one of a number on."""
    return kept_reports.listed(tx, limit=limit, behind=behind_number)


def latest_figures(tx: Tx) -> tuple[KeptReport, ...]:
    """Return of each kind that comes round the last report of its latest period."""
    return kept_reports.latest(tx, RHYTHM)
