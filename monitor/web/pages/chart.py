"""The last 90 days of one account as a picture: posts as ticks, long gaps shaded, today, the deadline.

Places are percentages of the width, so that the words keep their size on a phone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from monitor.core.phrases import dated
from monitor.pictures.svg import days
from monitor.queries.account import Posted

PAST = timedelta(days=90)
AHEAD = timedelta(days=16)
"""Room for a deadline two weeks from today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A day with posts."""

    x: float
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shade:
    """A gap of more than two weeks, or a time in which we did not see everything."""

    x: float
    width: float
    title: str
    is_sure: bool
    """True if nothing can lie in it: not having seen is never evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A day with a name."""

    x: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The shapes to draw; places from 0 to 100."""

    ticks: tuple[Tick, ...]
    shades: tuple[Shade, ...]
    months: tuple[Mark, ...]
    today: float
    deadline: Mark | None
    summary: str
    """The picture in words, for those who cannot see it."""


def draw(
    posted: Mapping[date, Posted], today: date, limit: int, *, opened: date | None, deadline: date | None, is_sure: bool
) -> Chart:
    """Return the picture of the days with posts; a gap is shaded when it is longer than `limit` days.

    `is_sure` is whether we know that nothing newer exists. Before the first known post nothing is
    shaded: lists reach only so far back. An opening begins a gap only while nothing is posted.
    """
    begin = today - PAST
    shades = tuple(_shades(_gaps(posted, today, opened, is_sure=is_sure), today, limit))
    ticks = tuple(
        Tick(x=_place(when, begin), title=f"{dated(when, today)}：{posted[when].count}条")
        for when in sorted(posted)
        if begin <= when <= today
    )
    lately = sum(begin < when <= today for when in posted)
    in_view = deadline is not None and begin <= deadline <= today + AHEAD
    return Chart(
        ticks=ticks,
        shades=shades,
        months=tuple(_months(begin, today)),
        today=_place(today, begin),
        deadline=Mark(x=_place(deadline, begin), label=dated(deadline, today)) if deadline and in_view else None,
        summary=f"近90天有{lately}天发布过内容，超过{limit}天的未更新时段{sum(shade.is_sure for shade in shades)}个",
    )


def _gaps(
    posted: Mapping[date, Posted], today: date, opened: date | None, *, is_sure: bool
) -> Iterator[tuple[date, date, bool]]:
    """Yield the times between days with posts, oldest first: from, to, and whether nothing can lie between."""
    dates = sorted(when for when in posted if when <= today)
    for earlier, later in pairwise(dates):
        yield earlier, later, posted[later].is_linked
    start = dates[-1] if dates else opened
    if start is not None:
        yield start, today, is_sure


def _shades(gaps: Iterator[tuple[date, date, bool]], today: date, limit: int) -> Iterator[Shade]:
    begin = today - PAST
    for earlier, later, is_sure in gaps:
        silent = (later - earlier).days
        if silent <= limit or later <= begin:
            continue
        x = _place(max(earlier, begin), begin)
        what = f"{silent}天未更新" if is_sure else "采集内容不完整"
        yield Shade(
            x=x,
            width=round(_place(later, begin) - x, 2),
            title=f"{dated(earlier, today)}至{dated(later, today)}，{what}",
            is_sure=is_sure,
        )


def _months(begin: date, today: date) -> Iterator[Mark]:
    when = begin
    while when <= today:
        if when.day == 1:
            yield Mark(x=_place(when, begin), label=f"{when.month}月")
        when += timedelta(days=1)


def _place(when: date, begin: date) -> float:
    return days(begin, begin + PAST + AHEAD, 0, 100).on(when)
