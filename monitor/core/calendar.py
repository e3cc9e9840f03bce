"""Days as officials count them: Beijing dates, working days, blocks of days off.

Moments are stored and compared in UTC; obligations are judged on calendar dates in
Asia/Shanghai. China has had no daylight saving time since 1991, so a fixed
offset is exact for every date this program can meet, and keeps the core free of the
machine's time-zone files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cached_property, lru_cache

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
ONE_DAY = timedelta(days=1)
EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""From when something holds of which no beginning is known: before anything this program can meet."""
_DECEMBER = 12


def beijing(moment: datetime) -> datetime:
    """Return the same moment on Beijing's clock; refuses a moment without a zone."""
    if moment.tzinfo is None:
        message = "a moment needs a time zone"
        raise ValueError(message)
    return moment.astimezone(BEIJING)


@lru_cache(maxsize=4096)  # judging one account asks for the day of `now` thirty times
def beijing_date(moment: datetime) -> date:
    """Return the calendar date in Beijing on which the moment lies."""
    return beijing(moment).date()


def start_of_day(day: date) -> datetime:
    """Return the first moment of a Beijing date, in UTC."""
    return datetime.combine(day, time.min, BEIJING).astimezone(UTC)


def at_beijing(day: date, clock: time) -> datetime:
    """Return the moment at which Beijing's clock shows `clock` on `day`, in UTC."""
    return datetime.combine(day, clock, BEIJING).astimezone(UTC)


def days_between(earlier: datetime, later: datetime) -> int:
    """Return d: whole calendar days from one moment's Beijing date to the other's.

    The day of publication is not counted (Civil Code art. 201), so posted today is 0.
    Holidays count like any other day.
    """
    return (beijing_date(later) - beijing_date(earlier)).days


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysOff:
    """A run of days off between two working days, as seen from the working day before it."""

    first: date
    last: date
    name: str | None
    """The holiday's Chinese name, or None for a plain weekend."""

    @property
    def is_plain_weekend(self) -> bool:
        """True if no statutory holiday lies in it."""
        return self.name is None


@dataclass(frozen=True, kw_only=True)
class WorkCalendar:
    """Which days are worked: Monday to Friday, less `holidays`, plus `makeup_workdays` (调休)."""

    holidays: frozenset[date] = frozenset()
    makeup_workdays: frozenset[date] = frozenset()
    names: tuple[tuple[date, str], ...] = ()
    """Names of statutory holidays, for the words of a message; sorted by date."""
    years: frozenset[int] = frozenset()
    """Years whose official schedule, make-up days included, is known."""
    rest_weekdays: frozenset[int] = frozenset({5, 6})
    """Saturday and Sunday; empty where every day is worked (the sample county)."""
    areas: Mapping[str, WorkCalendar] = field(default_factory=dict, hash=False)
    """The calendars of areas that have days of their own; this one is the office's, and that of all other areas."""

    def of(self, area: str | None) -> WorkCalendar:
        """Return the calendar of an area; None: the office's."""
        return self.areas.get(area, self) if area is not None else self

    def unknown_years(self, day: date) -> tuple[int, ...]:
        """Return the years whose schedule is missed on a day: its own, and from December on the next one's too.

        A year's schedule is published in the November before. Nothing is missed where every day is worked.
        """
        asked = (day.year, day.year + 1) if day.month == _DECEMBER else (day.year,)
        return tuple(year for year in asked if year not in self.years) if self.rest_weekdays else ()

    def is_workday(self, day: date) -> bool:
        """True if the day is worked; in a year not known, Monday to Friday are."""
        if day in self.makeup_workdays:
            return True
        return day.weekday() not in self.rest_weekdays and day not in self.holidays

    def workday_on_or_after(self, day: date) -> date:
        """Return the day itself if worked, else the next working day."""
        while not self.is_workday(day):
            day += ONE_DAY
        return day

    def workday_on_or_before(self, day: date) -> date:
        """Return the day itself if worked, else the working day before it."""
        while not self.is_workday(day):
            day -= ONE_DAY
        return day

    def next_workday(self, day: date) -> date:
        """Return the first working day after the day."""
        return self.workday_on_or_after(day + ONE_DAY)

    def workday_after(self, day: date, count: int) -> date:
        """Return the working day that many working days after the day; the day itself for none."""
        for _ in range(count):
            day = self.next_workday(day)
        return day

    def previous_workday(self, day: date) -> date:
        """Return the last working day before the day."""
        return self.workday_on_or_before(day - ONE_DAY)

    def workdays_between(self, earlier: date, later: date) -> int:
        """Return how many working days lie after `earlier`, up to and including `later`."""
        count = 0
        while earlier < later:
            earlier += ONE_DAY
            count += self.is_workday(earlier)
        return count

    def days_late(self, last: date, today: date) -> int:
        """Return how many working days have begun since the last day for something; 0 while it is in time.

        A last day that is off is the next working day (Civil Code art. 203), and on days off after the last day nothing
        is late yet. So goes every term that an office has; a platform's own (the confirmation of a deregistration) and
        the day up to which something holds (an exemption) do not move.
        """
        return self.workdays_between(self.workday_on_or_after(last), today)

    def days_off_after(self, day: date) -> DaysOff | None:
        """Return the block of days off that begins the day after, or None if that day is worked."""
        if day not in self._days_off:
            self._days_off[day] = self._block_after(day)
        return self._days_off[day]

    @cached_property
    def _days_off(self) -> dict[date, DaysOff | None]:
        """The blocks after the days that were asked about: every account asks about the same ones."""
        return {}

    def _block_after(self, day: date) -> DaysOff | None:
        first = day + ONE_DAY
        if self.is_workday(first):
            return None
        last = self.next_workday(day) - ONE_DAY
        name = next((name for when, name in self.names if first <= when <= last), None)
        return DaysOff(first=first, last=last, name=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHours:
    """When messages may leave: on working days, inside one of the windows."""

    windows: tuple[tuple[time, time], ...] = ((time(8, 45), time(11, 30)), (time(14, 30), time(17, 0)))

    def is_open(self, moment: datetime, calendar: WorkCalendar) -> bool:
        """True if a message may be sent at this moment; a window's end is outside it."""
        local = beijing(moment)
        if not calendar.is_workday(local.date()):
            return False
        return any(start <= local.time() < end for start, end in self.windows)

    def opens_at(self, moment: datetime, calendar: WorkCalendar) -> datetime:
        """Return the first moment from now on at which a message may be sent, in UTC."""
        if self.is_open(moment, calendar):
            return moment
        local = beijing(moment)
        day = local.date()
        while True:
            if calendar.is_workday(day):
                for start, _ in sorted(self.windows):
                    opening = at_beijing(day, start)
                    if opening >= moment:
                        return opening
            day += ONE_DAY
