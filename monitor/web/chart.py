"""The last 90 days of one account as a picture: posts as ticks, long gaps shaded, today, the deadline.

Places are percentages of the width, so that the words keep their size on a phone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from monitor.core.wording import day

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
    """A gap of more than two weeks."""

    x: float
    width: float
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A day with a name."""

    x: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What is drawn; places from 0 to 100."""

    ticks: tuple[Tick, ...]
    shades: tuple[Shade, ...]
    months: tuple[Mark, ...]
    today: float
    deadline: Mark | None
    summary: str
    """The picture in words, for those who cannot see it."""


def draw(days: Iterable[date], today: date, limit: int, opened: date | None, deadline: date | None) -> Chart:
    """Return the picture of the days with posts; a gap is shaded when it is longer than `limit` days.

    Before the first known post only an account's opening can begin a gap: what was not seen is not shown.
    """
    counts: dict[date, int] = {}
    for when in days:
        counts[when] = counts.get(when, 0) + 1
    begin = today - PAST
    shades = tuple(_shades(_edges(counts, today, opened), begin, limit))
    ticks = tuple(
        Tick(x=_place(when, begin), title=f"{day(when)}：{count}条")
        for when, count in sorted(counts.items())
        if begin <= when <= today
    )
    in_view = deadline is not None and begin <= deadline <= today + AHEAD
    return Chart(
        ticks=ticks,
        shades=shades,
        months=tuple(_months(begin, today)),
        today=_place(today, begin),
        deadline=Mark(x=_place(deadline, begin), label=day(deadline)) if deadline and in_view else None,
        summary=f"近90天有{len(ticks)}天发布过内容，超过{limit}天未更新{len(shades)}次",
    )


def _edges(counts: Iterable[date], today: date, opened: date | None) -> list[date]:
    posted = sorted(when for when in counts if when <= today)
    first = [opened] if opened and (not posted or opened < posted[0]) else []
    return [*first, *posted, today] if first or posted else []


def _shades(edges: list[date], begin: date, limit: int) -> Iterator[Shade]:
    for earlier, later in pairwise(edges):
        days = (later - earlier).days
        if days <= limit or later <= begin:
            continue
        x = _place(max(earlier, begin), begin)
        title = f"{day(earlier)}至{day(later)}，{days}天未更新"
        yield Shade(x=x, width=round(_place(later, begin) - x, 2), title=title)


def _months(begin: date, today: date) -> Iterator[Mark]:
    when = begin
    while when <= today:
        if when.day == 1:
            yield Mark(x=_place(when, begin), label=f"{when.month}月")
        when += timedelta(days=1)


def _place(when: date, begin: date) -> float:
    return round(100 * (when - begin) / (PAST + AHEAD), 2)
