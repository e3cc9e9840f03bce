"""The time that a report is about: a quarter, a month or a week, in Beijing dates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitor.core.calendar import ONE_DAY, beijing_date, start_of_day

_WRITTEN = re.compile(r"(?P<year>\d{4})-?(?:Q(?P<quarter>[1-4])|W(?P<week>\d{2})|(?P<month>\d{2}))", re.ASCII)


class BadPeriodError(ValueError):
    """A text that names no period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days, the first and the last included."""

    label: str
    """As it is read, e.g. `2026年第二季度`."""
    first: date
    last: date

    @classmethod
    def of(cls, text: str) -> Period:
        """Return what `2026-Q2`, `2026-05` or the ISO week `2026-W21` means; raises BadPeriodError."""
        written = _WRITTEN.fullmatch(text)
        if written is None:
            raise BadPeriodError(text)
        year = int(written["year"])
        try:
            if written["week"]:
                monday = date.fromisocalendar(year, int(written["week"]), 1)
                return cls(label=f"{year}年第{int(written['week'])}周", first=monday, last=monday + timedelta(days=6))
            if written["quarter"]:
                return cls._quarter(year, int(written["quarter"]))
            month = int(written["month"])
            return cls(label=f"{year}年{month}月", first=date(year, month, 1), last=_last_of(year, month))
        except (ValueError, OverflowError) as error:
            raise BadPeriodError(text) from error

    @classmethod
    def around(cls, moment: datetime) -> Period:
        """Return the quarter in which a moment lies."""
        today = beijing_date(moment)
        return cls._quarter(today.year, (today.month + 2) // 3)

    @classmethod
    def _quarter(cls, year: int, number: int) -> Period:
        label = f"{year}年第{'一二三四'[number - 1]}季度"
        return cls(label=label, first=date(year, 3 * number - 2, 1), last=_last_of(year, 3 * number))

    def judged_at(self, now: datetime) -> datetime:
        """Return the moment whose findings the report shows: the period's last, or `now` while it goes on."""
        return min(now, start_of_day(self.last + ONE_DAY) - timedelta(microseconds=1))


def _last_of(year: int, month: int) -> date:
    return (date(year, month, 28) + timedelta(days=4)).replace(day=1) - ONE_DAY
