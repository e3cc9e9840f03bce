"""Working days: the statutory calendar of the package `holidays`, corrected by config/calendar.yaml.

The schedule of a year, make-up working days (调休) included, is published in November of the year
before. Until the package knows it, or calendar.yaml says it is complete, the year has its statutory
days and otherwise Monday to Friday.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from monitor.core.calendar import ONE_DAY, WorkCalendar
from monitor.settings.check import Section
from monitor.settings.document import Document
from monitor.settings.kinds import Day, Days, DaySpan
from monitor.settings.problem import Problem

YEARS = range(2018, 2036)
"""The years of which the package is asked; it knows the make-up days of all that are past since 2018."""

_NAMES = {"农历除夕": "春节"}

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Year = Annotated[int, Field(ge=2000, le=2100)]


class CalendarFile(Section):
    """All of config/calendar.yaml."""

    holidays: Mapping[DaySpan, Text] = Field(default_factory=dict)
    """Days off, with the holiday's name."""
    workdays: tuple[Day, ...] = ()
    """Saturdays and Sundays that are worked."""
    years: tuple[Year, ...] = ()
    """Years of which this file has the whole published schedule."""

    def work_calendar(self, *, every_day: bool = False) -> WorkCalendar:
        """Return the calendar of the package with this file's corrections; with `every_day`, no day is off."""
        names, makeup = _statutory()
        years = frozenset({day.year for day in makeup} | set(self.years))
        if every_day:
            return WorkCalendar(rest_weekdays=frozenset(), years=years)
        off = {day: name for span, name in self.holidays.items() for day in _each(span)}
        return WorkCalendar(
            holidays=frozenset((names.keys() | off.keys()) - set(self.workdays)),
            makeup_workdays=frozenset((makeup - off.keys()) | set(self.workdays)),
            names=_named({**names, **off}, without=frozenset(self.workdays)),
            years=years,
        )


def problems(file: CalendarFile, document: Document) -> Iterator[Problem]:
    """Return the days that the file calls both worked and off."""
    off = {day for span in file.holidays for day in _each(span)}
    for position, day in enumerate(file.workdays):
        if day in off:
            yield document.problem(("workdays", position), f"{day} 既写作放假日又写作上班日。")


def _each(span: Days) -> Iterator[date]:
    day = span.first
    while day <= span.last:
        yield day
        day += ONE_DAY


def _statutory() -> tuple[dict[date, str], frozenset[date]]:
    """Return the days off with their names, and the make-up working days."""
    from holidays import country_holidays  # noqa: PLC0415 - most commands need no calendar

    china = country_holidays("CN", years=YEARS, language="zh_CN")
    return dict(china.items()), frozenset(day for day in china.weekend_workdays if day.year in YEARS)


def _named(days: Mapping[date, str], *, without: frozenset[date]) -> tuple[tuple[date, str], ...]:
    """Return the days that carry a holiday's name, by date: `休息日（由 … 调休）` is none, `春节（补假）` is 春节."""
    named = ((day, _name(text)) for day, text in sorted(days.items()) if day not in without)
    return tuple((day, name) for day, name in named if name)


def _name(text: str) -> str:
    parts = (part.split("（", 1)[0].strip() for part in text.split(";"))
    return "、".join(_NAMES.get(part, part) for part in parts if part != "休息日")
