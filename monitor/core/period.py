"""The time that a report is about: a week, a month, a quarter, or any days, in Beijing dates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitor.core.account import Labelled
from monitor.core.calendar import ONE_DAY, beijing_date, start_of_day

_WRITTEN = re.compile(r"(?P<year>\d{4})-?(?:Q(?P<quarter>[1-4])|W(?P<week>\d{2})|(?P<month>\d{2}))", re.ASCII)
_DAYS = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.\.|/)(\d{4}-\d{2}-\d{2})", re.ASCII)
_EARLIEST, _LATEST = 2000, 2100
"""Years beside which a period is a slip of the pen, and reckons with days that no calendar has."""


class BadPeriodError(ValueError):
    """A text that names no period."""


class PeriodKind(Labelled):
    """The length of a period."""

    WEEK = "week", "周"
    MONTH = "month", "月"
    QUARTER = "quarter", "季度"
    DAYS = "days", "起止日期"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days, the first and the last included."""

    label: str
    """As it is read, e.g. `2026年第二季度`."""
    first: date
    last: date
    kind: PeriodKind = PeriodKind.DAYS

    @classmethod
    def of(cls, text: str) -> Period:
        """Return what `2026-Q2`, `2026-05`, the week `2026-W21` or `2026-05-01..2026-05-20` means.

        Raises BadPeriodError, also for years in which no account can have been.
        """
        try:
            found = cls._read(text)
        except (ValueError, OverflowError) as error:
            raise BadPeriodError(text) from error
        if found.first.year < _EARLIEST or found.last.year > _LATEST:
            raise BadPeriodError(text)
        return found

    @classmethod
    def _read(cls, text: str) -> Period:
        if days := _DAYS.fullmatch(text):
            return cls.from_to(date.fromisoformat(days[1]), date.fromisoformat(days[2]))
        written = _WRITTEN.fullmatch(text)
        if written is None:
            raise BadPeriodError(text)
        year = int(written["year"])
        if written["week"]:
            return cls.week(date.fromisocalendar(year, int(written["week"]), 1))
        if written["quarter"]:
            return cls.quarter(date(year, 3 * int(written["quarter"]), 1))
        return cls.month(date(year, int(written["month"]), 1))

    @classmethod
    def around(cls, moment: datetime) -> Period:
        """Return the quarter in which a moment lies."""
        return cls.quarter(beijing_date(moment))

    @classmethod
    def containing(cls, kind: PeriodKind, day: date) -> Period:
        """Return the week, month or quarter in which a day lies."""
        of = {PeriodKind.WEEK: cls.week, PeriodKind.MONTH: cls.month, PeriodKind.QUARTER: cls.quarter}
        return of[kind](day)

    @classmethod
    def week(cls, day: date) -> Period:
        """Return the week in which a day lies, Monday to Sunday."""
        year, number, weekday = day.isocalendar()
        monday = day - timedelta(days=weekday - 1)
        label = f"{year}年第{number}周"
        return cls(label=label, first=monday, last=monday + timedelta(days=6), kind=PeriodKind.WEEK)

    @classmethod
    def month(cls, day: date) -> Period:
        """Return the month in which a day lies."""
        label = f"{day.year}年{day.month}月"
        return cls(label=label, first=day.replace(day=1), last=_last_of(day.year, day.month), kind=PeriodKind.MONTH)

    @classmethod
    def quarter(cls, day: date) -> Period:
        """Return the quarter in which a day lies."""
        number = (day.month + 2) // 3
        label = f"{day.year}年第{'一二三四'[number - 1]}季度"
        first, last = date(day.year, 3 * number - 2, 1), _last_of(day.year, 3 * number)
        return cls(label=label, first=first, last=last, kind=PeriodKind.QUARTER)

    @classmethod
    def from_to(cls, first: date, last: date) -> Period:
        """Return the days from one to another; raises BadPeriodError if they are the wrong way round."""
        if last < first:
            raise BadPeriodError(f"{first}..{last}")
        return cls(label=f"{_written(first)}至{_written(last)}", first=first, last=last)

    @property
    def key(self) -> str:
        """How programs write it: `of` reads it."""
        match self.kind:
            case PeriodKind.WEEK:
                year, number, _ = self.first.isocalendar()
                return f"{year}-W{number:02}"
            case PeriodKind.MONTH:
                return f"{self.first:%Y-%m}"
            case PeriodKind.QUARTER:
                return f"{self.first.year}-Q{(self.first.month + 2) // 3}"
            case PeriodKind.DAYS:
                return f"{self.first}..{self.last}"

    @property
    def before(self) -> Period:
        """The period of its kind before it; of any days, as many days."""
        if self.kind is PeriodKind.DAYS:
            return self.from_to(self.first - (self.last - self.first + ONE_DAY), self.first - ONE_DAY)
        return self.containing(self.kind, self.first - ONE_DAY)

    def begins(self) -> datetime:
        """Return its first moment."""
        return start_of_day(self.first)

    def judged_at(self, now: datetime) -> datetime:
        """Return the moment whose findings the report shows: the period's last, or `now` while it goes on."""
        return min(now, start_of_day(self.last + ONE_DAY) - timedelta(microseconds=1))


def _written(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _last_of(year: int, month: int) -> date:
    return (date(year, month, 28) + timedelta(days=4)).replace(day=1) - ONE_DAY
