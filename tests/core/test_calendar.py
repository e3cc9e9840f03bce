"""Days as officials count them."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.calendar import OfficeHours, WorkCalendar, beijing_date, days_between, start_of_day
from tests.core.build import EVERY_DAY, beijing_time

SPRING = WorkCalendar(
    holidays=frozenset(date(2026, 2, 15) + timedelta(days=n) for n in range(9)),
    makeup_workdays=frozenset({date(2026, 2, 14), date(2026, 2, 28)}),
    names=((date(2026, 2, 17), "春节"),),
    years=frozenset({2026}),
)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        beijing_date(beijing_time("2026-05-01 08:00").replace(tzinfo=None))


def test_the_beijing_day_begins_at_16_hours_utc() -> None:
    assert start_of_day(date(2026, 5, 2)).isoformat() == "2026-05-01T16:00:00+00:00"
    assert beijing_date(beijing_time("2026-05-02 00:00")) == date(2026, 5, 2)
    assert beijing_date(beijing_time("2026-05-02 00:00") - timedelta(microseconds=1)) == date(2026, 5, 1)


def test_posted_today_is_day_0() -> None:
    assert days_between(beijing_time("2026-05-01 00:00"), beijing_time("2026-05-01 23:59")) == 0


def test_a_makeup_saturday_is_worked_and_a_holiday_monday_is_not() -> None:
    assert SPRING.is_workday(date(2026, 2, 14))
    assert not SPRING.is_workday(date(2026, 2, 16))


def test_the_block_after_the_last_working_day_carries_the_holidays_name() -> None:
    block = SPRING.days_off_after(date(2026, 2, 14))
    assert block is not None
    assert (block.first, block.last, block.name) == (date(2026, 2, 15), date(2026, 2, 23), "春节")
    assert SPRING.next_workday(date(2026, 2, 14)) == date(2026, 2, 24)


def test_a_weekend_has_no_name() -> None:
    block = SPRING.days_off_after(date(2026, 5, 22))
    assert block is not None
    assert block.is_plain_weekend


def test_messages_leave_only_inside_the_windows_of_working_days() -> None:
    hours = OfficeHours()
    assert hours.is_open(beijing_time("2026-05-22 08:45"), SPRING)
    assert not hours.is_open(beijing_time("2026-05-22 11:30"), SPRING)
    assert not hours.is_open(beijing_time("2026-05-23 09:00"), SPRING)
    assert hours.is_open(beijing_time("2026-02-14 09:00"), SPRING)


def test_the_next_opening_after_friday_evening_is_monday_morning() -> None:
    opening = OfficeHours().opens_at(beijing_time("2026-05-22 18:00"), SPRING)
    assert opening == beijing_time("2026-05-25 08:45")


def test_where_every_day_is_worked_night_hours_can_be_open() -> None:
    hours = OfficeHours(windows=((time.min, time.max),))
    assert hours.is_open(beijing_time("2026-05-23 03:00"), EVERY_DAY)


@given(day=st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_the_neighbouring_working_days_are_worked_and_nothing_between_is(day: date) -> None:
    after, before = SPRING.next_workday(day), SPRING.previous_workday(day)
    assert SPRING.is_workday(after)
    assert SPRING.is_workday(before)
    assert SPRING.workdays_between(before, after) == (2 if SPRING.is_workday(day) else 1)


@pytest.mark.parametrize(
    ("day", "missed"),
    [("2026-11-30", ()), ("2026-12-01", (2027,)), ("2026-12-31", (2027,)), ("2027-01-01", (2027,))],
)
def test_the_next_years_schedule_is_missed_from_december_on(day: str, missed: tuple[int, ...]) -> None:
    calendar = WorkCalendar(years=frozenset({2026}))
    assert calendar.unknown_years(date.fromisoformat(day)) == missed
    assert WorkCalendar(rest_weekdays=frozenset()).unknown_years(date.fromisoformat(day)) == ()


@pytest.mark.parametrize(
    ("last", "today", "late"),
    [
        ("2026-02-13", "2026-02-13", 0),
        ("2026-02-13", "2026-02-14", 1),  # a Saturday that is worked
        ("2026-02-14", "2026-02-23", 0),  # the last day of the days off after it
        ("2026-02-14", "2026-02-24", 1),
        ("2026-02-16", "2026-02-24", 0),  # a last day that is off is the next working day
        ("2026-02-16", "2026-02-25", 1),
        ("2026-02-25", "2026-02-13", 0),
    ],
)
def test_a_last_day_that_is_off_moves_on_and_nothing_is_late_on_the_days_off_after_it(
    last: str, today: str, late: int
) -> None:
    assert SPRING.days_late(date.fromisoformat(last), date.fromisoformat(today)) == late


@given(
    st.dates(date(2026, 1, 1), date(2026, 3, 31)),
    st.integers(min_value=0, max_value=20),
    st.integers(min_value=0, max_value=60),
)
def test_a_term_in_working_days_is_over_when_more_of_them_have_begun(begun: date, term: int, later: int) -> None:
    today = begun + timedelta(days=later)
    worked = SPRING.workdays_between(begun, today)
    if term:
        assert SPRING.days_late(SPRING.workday_after(begun, term), today) == max(0, worked - term)
    assert SPRING.days_late(begun, today) >= SPRING.days_late(begun, today - timedelta(days=1))
