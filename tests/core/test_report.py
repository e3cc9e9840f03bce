"""When which report is due."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.calendar import WorkCalendar
from monitor.core.report import RHYTHM, ReportKind, due_reports, next_reports

OFF = WorkCalendar(
    holidays=frozenset(date(2026, 10, day) for day in range(1, 8)), makeup_workdays=frozenset({date(2026, 10, 10)})
)


def due(today: date) -> list[tuple[str, date]]:
    return [(f"{one.kind.value} {one.period.key}", one.on) for one in due_reports(today, OFF)]


def test_the_week_is_due_on_monday_the_month_on_its_first_working_day_and_the_quarter_ten_days_before() -> None:
    assert ("weekly 2026-W36", date(2026, 9, 7)) in due(date(2026, 9, 7))
    assert ("monthly 2026-08", date(2026, 9, 1)) in due(date(2026, 9, 1))
    assert ("quarterly 2026-Q3", date(2026, 9, 21)) in due(date(2026, 9, 21))
    assert all("quarterly" not in key for key, _ in due(date(2026, 9, 20)))


def test_what_is_due_on_a_holiday_is_due_on_the_first_working_day_after() -> None:
    assert all(key != "monthly 2026-09" for key, _ in due(date(2026, 10, 7)))
    assert ("monthly 2026-09", date(2026, 10, 8)) in due(date(2026, 10, 8))
    assert ("weekly 2026-W40", date(2026, 10, 8)) in due(date(2026, 10, 8))
    assert all(key != "weekly 2026-W40" for key, _ in due(date(2026, 10, 7)))


DAYS = st.dates(date(2001, 1, 1), date(2090, 1, 1))


@given(DAYS)
def test_on_every_day_the_next_of_each_kind_is_told_and_lies_ahead_on_a_working_day(today: date) -> None:
    coming = next_reports(today, OFF)
    assert {one.kind for one in coming} == set(RHYTHM)
    assert all(one.on > today and OFF.is_workday(one.on) for one in coming)
    for one in coming:
        assert one in due_reports(one.on, OFF)


@given(DAYS)
def test_no_week_and_no_month_is_left_out(first: date) -> None:
    told = {
        (one.kind, one.period.key)
        for back in range(0, 120, 7)
        for one in due_reports(first + timedelta(days=back), OFF)
    }
    for kind, least in ((ReportKind.WEEKLY, 16), (ReportKind.MONTHLY, 3), (ReportKind.QUARTERLY, 1)):
        assert sum(one is kind for one, _ in told) >= least
