"""The next thirty days: every deadline on its day, days off as the office's calendar has them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.calendar import ONE_DAY, WorkCalendar, beijing_date, start_of_day
from monitor.core.case import Ladder
from monitor.core.finding import State
from monitor.core.todo import TodoAct, TodoLine
from monitor.queries.accounts import AccountQuery, read_accounts
from monitor.queries.deadline_calendar import AHEAD, CalendarDay, DeadlineCalendar, calendar_of, read_calendar
from monitor.queries.lines import OverviewContext
from monitor.store import Store, cases
from tests.core.build import BOOK
from tests.store.build import DAY, NOW, account, enrol, finding, look, post, record, shown, source

MAY = WorkCalendar(
    holidays=frozenset(date(2026, 5, day) for day in range(1, 6)),
    makeup_workdays=frozenset({date(2026, 5, 9)}),
    names=tuple((date(2026, 5, day), "劳动节") for day in range(1, 6)),
    years=frozenset({2026}),
)
MOMENT = OverviewContext(now=NOW, ladder=Ladder.of(BOOK), calendar=MAY, title=str)
TODAY = beijing_date(NOW)


def read(store: Store, *lines: TodoLine, now: datetime = NOW, calendar: WorkCalendar = MAY) -> DeadlineCalendar:
    with store.read() as tx:
        return read_calendar(tx, replace(MOMENT, now=now, calendar=calendar), lines)


def on(calendar: DeadlineCalendar, day: date) -> CalendarDay:
    return next(one for week in calendar.weeks for one in week if one.on == day)


def silent(store: Store, **days: int) -> None:
    """Have accounts whose newest post is so many days old, seen just now."""
    enrol(store, *(account(name, method=f"weibo={name}") for name in days), at=NOW - 30 * DAY)
    for name, age in days.items():
        record(store, look(NOW, shown(post(NOW - age * DAY)), of=source(name, key=name)))
        state = State.VIOLATED if age > 14 else State.WARNING if age > 9 else State.OK
        with store.begin() as tx:
            cases.save_findings(tx, [finding(state, account=name, rule="UPD-01")], at=NOW)


def line(due: date | None) -> TodoLine:
    return TodoLine(act=TodoAct.LOOK, count=1, what="人工核查", verb="去", link="/looks", due=due)


def test_every_account_in_time_stands_on_the_last_day_for_its_update(store: Store) -> None:
    silent(store, A=0, B=12, C=12, D=14, E=15, F=40)
    calendar = read(store)
    assert {one.on: one.accounts for one in calendar.days if one.accounts} == {
        TODAY: 1,
        TODAY + 2 * DAY: 2,
        TODAY + 14 * DAY: 1,
    }
    assert calendar.accounts == 4


def test_the_link_of_a_day_leads_to_just_its_accounts(store: Store) -> None:
    silent(store, A=0, B=12, C=12, D=14, E=15, F=40)
    with store.read() as tx:
        for day in read(store).days:
            found = read_accounts(tx, MOMENT, AccountQuery(due=day.on)).sheet
            assert len(found.lines) == day.accounts
            assert all(entry.deadline == day.on for entry in found.lines)


def test_what_the_office_has_to_do_stands_on_its_day_and_what_is_late_on_none(store: Store) -> None:
    calendar = read(store, line(TODAY + 3 * DAY), line(TODAY + 3 * DAY), line(TODAY - DAY), line(None))
    assert [(one.on - TODAY, one.tasks) for one in calendar.days if one.tasks] == [(3 * DAY, 2)]
    assert not calendar.is_empty
    assert read(store).is_empty


@pytest.mark.parametrize(
    ("day", "is_off", "holiday", "is_makeup"),
    [
        (date(2026, 5, 4), True, "劳动节", False),
        (date(2026, 5, 6), False, "", False),
        (date(2026, 5, 9), False, "", True),
        (date(2026, 5, 10), True, "", False),
    ],
)
def test_days_off_and_days_worked_for_them_are_told(
    store: Store,
    day: date,
    is_off: bool,  # noqa: FBT001 - given by the table
    holiday: str,
    is_makeup: bool,  # noqa: FBT001 - given by the table
) -> None:
    found = on(read(store, now=start_of_day(date(2026, 5, 1))), day)
    assert (found.is_off, found.holiday, found.is_makeup) == (is_off, holiday, is_makeup)


def test_a_year_whose_days_off_nobody_knows_is_named(store: Store) -> None:
    assert read(store, now=start_of_day(date(2026, 12, 20))).unknown_years == (2027,)
    assert read(store).unknown_years == ()
    assert (
        read(
            store, now=start_of_day(date(2026, 12, 20)), calendar=WorkCalendar(rest_weekdays=frozenset())
        ).unknown_years
        == ()
    )


@given(day=st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_weeks_are_whole_and_hold_thirty_days_from_today(day: date) -> None:
    calendar = calendar_of(day, MAY, {}, {})
    flat = [one for week in calendar.weeks for one in week]
    assert all(len(week) == 7 and week[0].on.weekday() == 0 for week in calendar.weeks)
    assert [one.on for one in flat] == [flat[0].on + number * ONE_DAY for number in range(len(flat))]
    assert [one.on for one in calendar.days] == [day + number * ONE_DAY for number in range(AHEAD.days + 1)]
    assert flat[0].on > day - timedelta(days=7)
    assert flat[-1].on < day + AHEAD + timedelta(days=7)
