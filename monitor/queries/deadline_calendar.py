"""The next thirty days as weeks: on which day how many accounts come to the end of their time, and what is off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from monitor.core.calendar import ONE_DAY, WorkCalendar
from monitor.core.todo import TodoAct, TodoLine
from monitor.queries.lines import OverviewContext
from monitor.queries.orders import open_orders
from monitor.store import Tx, figures

AHEAD = timedelta(days=30)
_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay:
    """One day of the picture."""

    on: date
    is_shown: bool
    """True from today to thirty days ahead; the others only fill their weeks."""
    is_off: bool
    holiday: str
    """The holiday's name; empty on other days, days off beside it included."""
    is_makeup: bool
    """True if it is worked in exchange for a day off (调休)."""
    accounts: int
    """How many accounts have to be updated on this day at the latest."""
    tasks: int
    """How many lines of the to-do list, and work orders each, are due on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineCalendar:
    """Weeks from Monday to Sunday, the first one with today in it."""

    weeks: tuple[tuple[CalendarDay, ...], ...]
    unknown_years: tuple[int, ...]
    """Years of it whose days off have not been published."""

    @property
    def days(self) -> Iterator[CalendarDay]:
        """The days from today on."""
        return (day for week in self.weeks for day in week if day.is_shown)

    @property
    def accounts(self) -> int:
        """How many accounts have their deadline in it."""
        return sum(day.accounts for day in self.days)

    @property
    def is_empty(self) -> bool:
        """True if nothing is due in it."""
        return not any(day.accounts or day.tasks for day in self.days)


def read_calendar(tx: Tx, moment: OverviewContext, lines: Iterable[TodoLine]) -> DeadlineCalendar:
    """Return the calendar as it stands; `lines` is the to-do list of who looks at it."""
    limit = timedelta(days=moment.ladder.limit)
    silent = figures.silent_since(tx, moment.today - limit, moment.today + AHEAD - limit)
    accounts = {since + limit: count for since, count in silent.items()}
    others = (line for line in lines if line.act is not TodoAct.ORDER)
    tasks = Counter(day for line in others if (day := line.day(moment.today)) is not None)
    tasks.update(order.due for order in open_orders(tx, moment.now))
    return calendar_of(moment.today, moment.calendar, accounts, tasks)


def calendar_of(
    today: date, calendar: WorkCalendar, accounts: Mapping[date, int], tasks: Mapping[date, int]
) -> DeadlineCalendar:
    """Return the weeks of a day and the thirty after it, given how much is due on which day."""
    names, monday, last = dict(calendar.names), today - timedelta(days=today.weekday()), today + AHEAD

    def of(day: date) -> CalendarDay:
        return CalendarDay(
            on=day,
            is_shown=today <= day <= last,
            is_off=not calendar.is_workday(day),
            holiday=names.get(day, ""),
            is_makeup=day in calendar.makeup_workdays,
            accounts=accounts.get(day, 0),
            tasks=tasks.get(day, 0),
        )

    days = [of(monday + number * ONE_DAY) for number in range((last - monday).days + 1)]
    days += [of(last + number * ONE_DAY) for number in range(1, -len(days) % _WEEK + 1)]
    years = {today.year, last.year} if calendar.rest_weekdays else set()
    return DeadlineCalendar(
        weeks=tuple(tuple(days[first : first + _WEEK]) for first in range(0, len(days), _WEEK)),
        unknown_years=tuple(sorted(years - calendar.years)),
    )
