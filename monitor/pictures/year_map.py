"""An account's year, two half-years of weeks and days: posts, silence, days that nobody saw, who was told when."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from monitor.core.account import Role
from monitor.core.account_year import WEEKS, AccountYear, SilentSpan
from monitor.core.calendar import ONE_DAY
from monitor.core.phrases import dated
from monitor.pictures import svg
from monitor.pictures.svg import Picture, number

PITCH, CELL, LEFT, TOP = 12, 10, 18, 16
FIRST_HALF = 27
"""Weeks of the first picture; the second has the others. Side by side on a desk, one under the other on a phone."""
_SIZE = (LEFT + FIRST_HALF * PITCH, TOP + 7 * PITCH + 2)
_LABEL = 28
"""How wide the name of a month is."""
_ROWS = ((0, "一"), (2, "三"), (4, "五"), (6, "日"))
_SHADES = ((1, "#9cc0e6"), (2, "#3f7cc0"), (4, "#123c6e"))
"""From how many posts a day has which blue: a darker one is also a darker grey."""


@dataclass(frozen=True, slots=True, kw_only=True)
class YearMap:
    """What is drawn: the days, and what happened on them."""

    days: AccountYear
    limit: int
    """Silences of more days than this are marked."""
    told: Mapping[date, frozenset[Role]]
    opened: Collection[date] = ()
    closed: Collection[date] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One line of the legend."""

    sign: svg.Svg
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One month of the table: how many days of each kind, and how many posts."""

    name: str
    posts: int
    posted: int
    silent: int
    unseen: int
    told: str
    """When somebody of the unit was told, in words; empty if nobody was."""


def draw(year: YearMap) -> tuple[Picture, Picture]:
    """Return the two halves of the year."""
    middle = year.days.first + timedelta(weeks=FIRST_HALF)
    last = year.days.first + timedelta(weeks=WEEKS) - ONE_DAY
    said = "".join(sentences(year))
    return (
        _half(year, "year-1", year.days.first, middle - ONE_DAY, said),
        _half(year, "year-2", middle, last, said),
    )


def sentences(year: YearMap) -> tuple[str, ...]:
    """Return the picture in words: what was posted, the longest silence, and what nobody saw."""
    days, posts = len(year.days.posted), sum(year.days.posted.values())
    said = [f"近一年有{days}天发布过内容，共{posts}条。" if posts else "近一年没有采集到发布内容。"]
    longest, long = year.days.longest, year.days.longer_than(year.limit)
    if longest is not None:
        said.append(f"最长的未更新时段{longest.days}天：{period(longest, year.days.today)}；")
        said.append(f"超过{year.limit}天的有{len(long)}个。" if long else f"没有超过{year.limit}天的。")
    if year.days.unseen:
        said.append(f"另有{len(year.days.unseen)}天没有采集到完整内容，不算未更新。")
    return tuple(said)


def period(silence: SilentSpan, today: date) -> str:
    """Return from when to when a silence lasted: to the next post, or up to what is known."""
    begun = dated(silence.since, today)
    if silence.is_over:
        return f"{begun}至{dated(silence.until, today)}"
    return f"{begun}至今" if silence.until == today else f"{begun}起，截至{dated(silence.until, today)}"


def months(year: YearMap) -> Iterator[Month]:
    """Yield the picture as the rows of a table, the latest month first."""
    day = year.days.today
    while day >= year.days.first:
        first = max(day.replace(day=1), year.days.first)
        yield _month(year, first, day)
        day = first - ONE_DAY


def keys(limit: int) -> tuple[Key, ...]:
    """Return the legend."""
    at = (1.0, 1.0)
    blues = zip(_SHADES, ("当日发布1条", "2至3条", "4条及以上"), strict=True)
    drawn = (
        *((_posted([at], shade), said) for (_, shade), said in blues),
        (_silent([at]), "未更新"),
        (_long([at]), f"超过{limit}天的未更新时段"),
        (_unseen([at]), "没有采集到完整内容"),
        (_triangle([at]), "告知联络员"),
        (_square([at]), "告知责任领导"),
        (_diamond([at]), "列入"),
        (_dot([at]), "办结"),
    )
    return tuple(Key(sign=svg.sign(PITCH, shape), said=said) for shape, said in drawn)


Place = tuple[float, float]


def _half(year: YearMap, name: str, first: date, last: date, said: str) -> Picture:
    def places(chosen: Callable[[date], bool]) -> Sequence[Place]:
        ordinals = range(first.toordinal(), min(last, year.days.today).toordinal() + 1)
        return [_place(first, day) for day in map(date.fromordinal, ordinals) if chosen(day)]

    long = {day for silence in year.days.longer_than(year.limit) for day in inside(silence, first, last)}
    posted, silent = year.days.posted, year.days.silent
    floors = (*(floor for floor, _ in _SHADES[1:]), 1_000_000)
    shapes = [
        *_frame(first, last, year.days.today),
        *(
            _posted(places(lambda day, low=low, high=high: low <= posted.get(day, 0) < high), shade)  # type: ignore[misc]  # bound in the loop
            for (low, shade), high in zip(_SHADES, floors, strict=True)
        ),
        _silent(places(lambda day: day in silent and day not in long)),
        _long(places(lambda day: day in silent and day in long)),
        _unseen(places(year.days.unseen.__contains__)),
        _diamond(places(lambda day: day in year.opened)),
        _dot(places(lambda day: day in year.closed)),
        _triangle(places(lambda day: year.told.get(day) == frozenset({Role.LIAISON}))),
        _square(places(lambda day: Role.LEADER in year.told.get(day, ()))),
        _today(places(lambda day: day == year.days.today)),
    ]
    title = f"{_month_name(first)}至{_month_name(min(last, year.days.today))}每天的发布情况"
    return svg.picture(name, _SIZE, title, said, filter(None, shapes))


def inside(silence: SilentSpan, first: date, last: date) -> Iterator[date]:
    """Yield the days of a silence: after the last post, and before the next or up to what is known."""
    end = silence.until - ONE_DAY if silence.is_over else silence.until
    for ordinal in range(max(silence.since + ONE_DAY, first).toordinal(), min(end, last).toordinal() + 1):
        yield date.fromordinal(ordinal)


def _place(first: date, day: date) -> Place:
    weeks, weekday = divmod((day - first).days, 7)
    return LEFT + weeks * PITCH + 1.0, TOP + weekday * PITCH + 1.0


def _frame(first: date, last: date, today: date) -> Iterator[str]:
    """Yield the names of weekdays and months."""
    for row, name in _ROWS:
        yield svg.text(0, TOP + row * PITCH + 10, name, font_size=11, fill=svg.QUIET)
    for day in map(date.fromordinal, range(first.toordinal(), min(last, today).toordinal() + 1)):
        x, _ = _place(first, day)
        if day.day == 1 and x + _LABEL <= _SIZE[0]:
            yield svg.text(x, 11, f"{day.month}月", font_size=11, fill=svg.QUIET)


def _month_name(day: date) -> str:
    return f"{day.year}年{day.month}月"


def _month(year: YearMap, first: date, last: date) -> Month:
    days = [date.fromordinal(ordinal) for ordinal in range(first.toordinal(), last.toordinal() + 1)]
    told = [
        f"{dated(day, year.days.today)}{'、'.join(role.label for role in Role if role in year.told[day])}"
        for day in days
        if day in year.told
    ]
    return Month(
        name=_month_name(first),
        posts=sum(year.days.posted.get(day, 0) for day in days),
        posted=sum(day in year.days.posted for day in days),
        silent=sum(day in year.days.silent for day in days),
        unseen=sum(day in year.days.unseen for day in days),
        told="，".join(told),
    )


def _cells(places: Sequence[Place]) -> str:
    """Return the outline of cells: a path for all of them is a tenth of as many elements."""
    return "".join(f"M{number(x)} {number(y)}h{CELL}v{CELL}h-{CELL}z" for x, y in places)


def _posted(places: Sequence[Place], shade: str) -> str:
    return svg.element("path", d=_cells(places), fill=shade) if places else ""


def _silent(places: Sequence[Place]) -> str:
    return svg.element("path", d=_cells(places), fill=svg.PAPER, stroke=svg.EDGE, stroke_width=0.7) if places else ""


def _long(places: Sequence[Place]) -> str:
    """Return days of a long silence: a bar runs through them, so that they are told from others in grey."""
    if not places:
        return ""
    bars = "".join(f"M{number(x + CELL / 2)} {number(y - 1)}v{PITCH}" for x, y in places)
    cells = svg.element("path", d=_cells(places), fill=svg.RED_GROUND, stroke=svg.RED, stroke_width=0.7)
    return cells + svg.element("path", d=bars, stroke=svg.RED, stroke_width=2.5)


def _unseen(places: Sequence[Place]) -> str:
    """Return hatched days."""
    if not places:
        return ""
    half = CELL // 2
    hatching = f"l{half}-{half}m-{half} {CELL}l{CELL}-{CELL}m0 {half}l-{half} {half}"
    lines = "".join(f"M{number(x)} {number(y + half)}{hatching}" for x, y in places)
    return svg.element("path", d=lines, fill="none", stroke=svg.EDGE, stroke_width=0.8)


def _sign(places: Sequence[Place], path: str, **attributes: str | float) -> str:
    """Return a sign in the middle of cells; its white edge keeps it apart from what is below."""
    if not places:
        return ""
    drawn = "".join(f"M{number(x + CELL / 2)} {number(y + CELL / 2)}{path}" for x, y in places)
    usual: dict[str, str | float] = {"fill": svg.INK, "stroke": svg.PAPER, "stroke_width": 1}
    return svg.element("path", d=drawn, **(usual | attributes))


def _triangle(places: Sequence[Place]) -> str:
    return _sign(places, "m0-4l4 7h-8z")


def _square(places: Sequence[Place]) -> str:
    return _sign(places, "m-3.5-3.5h7v7h-7z")


def _diamond(places: Sequence[Place]) -> str:
    return _sign(places, "m0-5l5 5l-5 5l-5-5z", fill="none", stroke=svg.INK, stroke_width=1.5)


def _dot(places: Sequence[Place]) -> str:
    return _sign(places, "h0", stroke=svg.INK, stroke_width=6, stroke_linecap="round")


def _today(places: Sequence[Place]) -> str:
    return _sign(places, "m-5.5-5.5h11v11h-11z", fill="none", stroke=svg.INK, stroke_width=1.5)
