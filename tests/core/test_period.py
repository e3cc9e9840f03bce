"""What a period means, and when it is judged."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.core.period import BadPeriodError, Period
from tests.core.build import beijing_time


@pytest.mark.parametrize(
    ("text", "first", "last", "label"),
    [
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31), "2026年第一季度"),
        ("2026Q4", date(2026, 10, 1), date(2026, 12, 31), "2026年第四季度"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "2024年2月"),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31), "2026年12月"),
        ("2026-W53", date(2026, 12, 28), date(2027, 1, 3), "2026年第53周"),
    ],
)
def test_a_period_is_a_quarter_a_month_or_a_week(text: str, first: date, last: date, label: str) -> None:
    found = Period.of(text)
    assert (found.label, found.first, found.last) == (label, first, last)


@pytest.mark.parametrize("text", ["2026-Q1", "2026-02", "2026-W53", "2026-05-03..2026-05-20"])
def test_a_period_is_written_as_it_is_read_and_follows_the_one_before_it(text: str) -> None:
    found = Period.of(text)
    assert found.key == text
    assert Period.of(found.before.key) == found.before
    assert found.before.last + timedelta(days=1) == found.first


def test_any_days_are_a_period() -> None:
    found = Period.of("2026-05-03..2026-05-20")
    assert (found.label, found.before.key) == ("2026年5月3日至2026年5月20日", "2026-04-15..2026-05-02")


@pytest.mark.parametrize(
    "text",
    [
        *("", "2026", "2026-Q5", "2026-13", "2026-00", "2025-W53", "0000-Q1", "1999-Q1", "二〇二六-Q1", "上季度"),
        *("2026-05-20..2026-05-03", "2026-05-03..2026-02-30"),
        *("2026-01-01..9999-12-31", "2000-01-01..4000-01-01", "9999-Q4", "9999-12"),
    ],
)
def test_anything_else_is_no_period(text: str) -> None:
    with pytest.raises(BadPeriodError):
        Period.of(text)


def test_a_period_turns_with_the_day_in_beijing() -> None:
    assert Period.around(beijing_time("2026-06-30 23:59")) == Period.of("2026-Q2")
    assert Period.around(beijing_time("2026-07-01 00:00")) == Period.of("2026-Q3")


def test_a_period_is_judged_at_its_end_and_while_it_goes_on_now() -> None:
    quarter = Period.of("2026-Q2")
    assert quarter.judged_at(datetime(2027, 1, 1, tzinfo=UTC)) == datetime(2026, 6, 30, 15, 59, 59, 999999, tzinfo=UTC)
    assert quarter.judged_at(beijing_time("2026-05-20 09:00")) == beijing_time("2026-05-20 09:00")
