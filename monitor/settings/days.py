"""Working days: the statutory calendar of the package `holidays`, corrected by config/calendar.yaml.

The schedule of a year, make-up working days (调休) included, is published in November of the year
before. Until the package knows it, or calendar.yaml says it is complete, the year has its statutory
days and otherwise Monday to Friday.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Annotated

from pydantic import Field, StringConstraints

from monitor.core.calendar import ONE_DAY, WorkCalendar
from monitor.settings.check import SettingsSection
from monitor.settings.document import SettingsDocument
from monitor.settings.kinds import Day, Days, DaySpan
from monitor.settings.problem import SettingsProblem, did_you_mean

YEARS = range(2018, 2036)
"""The years of which the package is asked; it knows the make-up days of all that are past since 2018."""

_NAMES = {"农历除夕": "春节"}

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Year = Annotated[int, Field(ge=2000, le=2100)]


class Corrections(SettingsSection):
    """Days that are otherwise than the calendar before them says."""

    holidays: Mapping[DaySpan, Text] = Field(default_factory=dict)
    """Days off, with the holiday's name."""
    workdays: tuple[Day, ...] = ()
    """Saturdays and Sundays that are worked."""


class CalendarFile(Corrections):
    """All of config/calendar.yaml."""

    years: tuple[Year, ...] = ()
    """Years of which this file has the whole published schedule."""
    areas: Mapping[Text, Corrections] = Field(default_factory=dict)
    """By area, what is otherwise there than everywhere else."""

    def work_calendar(self, *, every_day: bool = False) -> WorkCalendar:
        """Return the calendar of the package with this file's corrections; with `every_day`, no day is off anywhere."""
        statutory = _statutory()
        years = frozenset({day.year for day in statutory.makeup} | set(self.years))
        if every_day:
            return WorkCalendar(rest_weekdays=frozenset(), years=years)
        days = statutory.corrected(self)
        own = {area: days.corrected(of).calendar(years) for area, of in self.areas.items()}
        return replace(days.calendar(years), areas=own)


@dataclass(frozen=True, slots=True)
class _Days:
    """The days off by name, and the Saturdays and Sundays that are worked."""

    off: Mapping[date, str]
    makeup: frozenset[date]

    def corrected(self, by: Corrections) -> _Days:
        """Return the days as they are after corrections."""
        off = {day: name for span, name in by.holidays.items() for day in _each(span)}
        worked = frozenset(by.workdays)
        left = {day: name for day, name in {**self.off, **off}.items() if day not in worked}
        return _Days(off=left, makeup=(self.makeup - off.keys()) | worked)

    def calendar(self, years: frozenset[int]) -> WorkCalendar:
        """Return the days as the core reads them."""
        return WorkCalendar(
            holidays=frozenset(self.off), makeup_workdays=self.makeup, names=_named(self.off), years=years
        )


def problems(
    file: CalendarFile, document: SettingsDocument, areas: Collection[str] | None
) -> Iterator[SettingsProblem]:
    """Return the days that are called both worked and off, and areas that the office has not; None: it is not known."""
    yield from _contradictions(file, document, ())
    for area, own in file.areas.items():
        if areas is not None and area not in areas:
            text = f"“{area}”不在 xuncha.yaml 的 office.areas 中{did_you_mean(area, areas)}。"
            yield document.problem(("areas", area), text)
        yield from _contradictions(own, document, ("areas", area))


def _contradictions(days: Corrections, document: SettingsDocument, place: tuple[str, ...]) -> Iterator[SettingsProblem]:
    off = {day for span in days.holidays for day in _each(span)}
    for position, day in enumerate(days.workdays):
        if day in off:
            yield document.problem((*place, "workdays", position), f"{day} 既写作放假日又写作上班日。")


def _each(span: Days) -> Iterator[date]:
    day = span.first
    while day <= span.last:
        yield day
        day += ONE_DAY


@cache
def _statutory() -> _Days:
    """Return the days that are published for the whole country."""
    from holidays import country_holidays  # noqa: PLC0415 - most commands need no calendar

    china = country_holidays("CN", years=YEARS, language="zh_CN")
    makeup = frozenset(day for day in china.weekend_workdays if day.year in YEARS)
    return _Days(off=dict(china.items()), makeup=makeup)


def _named(days: Mapping[date, str]) -> tuple[tuple[date, str], ...]:
    """Return the days that carry a holiday's name, by date: `休息日（由 … 调休）` is none, `春节（补假）` is 春节."""
    named = ((day, _name(text)) for day, text in sorted(days.items()))
    return tuple((day, name) for day, name in named if name)


def _name(text: str) -> str:
    parts = (part.split("（", 1)[0].strip() for part in text.split(";"))
    return "、".join(_NAMES.get(part, part) for part in parts if part != "休息日")
