"""The pass rate of twelve months as a line: on a page, as a file of its own, and as dots for programs without SVG.

A month of which most accounts could not be verified has no rate to show: its column is hatched and says so, and the
line is broken. It is neither 0 nor 100 %.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from monitor.core.figures import MonthFigures
from monitor.core.pass_rate import PassRate
from monitor.pictures import svg
from monitor.pictures.png import Canvas
from monitor.pictures.svg import Picture, Scale

WIDTH, HEIGHT = 640, 232
HALF = 348
"""The width of half a year on a telephone."""
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 30, 172
"""The edges of the field in which the line runs."""
_LEVELS = (0, 50, 100)
_HATCH = 9
TITLE = "近12个月合格率"
LEGEND = "斜线为未能核查的超过一半的月份，不列合格率"


_STEEP, _ABOVE, _BELOW = 20, 9, 18
"""How far a line must rise beside a value for it to stand below its dot, and how far above or below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPoint:
    """One month where it is drawn."""

    month: MonthFigures
    x: float
    y: float | None
    """None where no rate can be told."""
    value: str
    """The rate in words; empty where none can be told."""
    lacking: str
    """Why there is none."""


def is_telling(rate: PassRate) -> bool:
    """True if at least half of the accounts that should have been verified were."""
    return rate.checked > 0 and rate.checked >= rate.unchecked


def lacking(month: MonthFigures) -> str:
    """Return in a word why a month has no rate to show; empty where it has one."""
    if is_telling(month.rate):
        return ""
    return "采集不足" if month.rate.checked or month.rate.unchecked else "无可查"


def points(months: Sequence[MonthFigures], width: int = WIDTH) -> tuple[TrendPoint, ...]:
    """Return the months at their places in a picture that wide, oldest first."""
    across = Scale(first=-0.5, last=max(len(months), 1) - 0.5, start=LEFT, end=width - RIGHT)
    up = Scale(first=0, last=100, start=BOTTOM, end=TOP)
    found = []
    for place, month in enumerate(months):
        why, share = lacking(month), month.rate.share()
        is_shown = not why and share is not None
        found.append(
            TrendPoint(
                month=month,
                x=across.at(place),
                y=up.at(float(share)) if is_shown and share is not None else None,
                value=(month.rate.percent() or "") if is_shown else "",
                lacking=why,
            )
        )
    return tuple(found)


def sentences(months: Sequence[MonthFigures]) -> str:
    """Return the picture in words."""
    told = [f"{one.month.label}{one.value or one.lacking}" for one in points(months)]
    return f"{TITLE}：{'，'.join(told)}。" if told else f"{TITLE}：还没有可以统计的月份。"


def draw(months: Sequence[MonthFigures]) -> Picture:
    """Return the picture."""
    return _drawn(months, WIDTH, "trend")


def halves(months: Sequence[MonthFigures]) -> tuple[Picture, Picture]:
    """Return the earlier and the later months as pictures that a telephone shows one below the other."""
    middle = len(months) // 2
    return _drawn(months[:middle], HALF, "trend-earlier"), _drawn(months[middle:], HALF, "trend-later")


def _drawn(months: Sequence[MonthFigures], width: int, name: str) -> Picture:
    placed = points(months, width)
    inside = [*_grid(width), *_columns(placed, width), *_line(placed)]
    return svg.picture(name, (width, HEIGHT), TITLE, sentences(months), inside)


def _grid(width: int) -> Iterator[str]:
    up = Scale(first=0, last=100, start=BOTTOM, end=TOP)
    for level in _LEVELS:
        y = up.at(level)
        yield svg.element("line", x1=LEFT, x2=width - RIGHT, y1=y, y2=y, stroke=svg.RULE if level else svg.EDGE)
        yield svg.text(LEFT - 6, y + 4, f"{level}%", text_anchor="end", font_size=11, fill=svg.QUIET)
    yield svg.text(0, BOTTOM + 34, "不合格", font_size=11, fill=svg.QUIET)
    yield svg.text(0, BOTTOM + 50, "检查", font_size=11, fill=svg.QUIET)


def _columns(placed: Sequence[TrendPoint], width: int) -> Iterator[str]:
    """Yield the names of months with their counts, and the hatching of those without a rate."""
    half = _half(placed, width)
    for one in placed:
        yield svg.text(one.x, BOTTOM + 17, _short(one), text_anchor="middle", font_size=11, fill=svg.QUIET)
        if one.y is None:
            strokes = "".join(
                f"M{svg.number(x)} {svg.number(y)}L{svg.number(to_x)} {svg.number(to_y)}"
                for x, y, to_x, to_y in _hatching(one.x - half, one.x + half)
            )
            yield svg.element("path", d=strokes, stroke=svg.EDGE, stroke_width=0.7, fill="none")
            middle = (TOP + BOTTOM) / 2
            yield svg.element("rect", x=max(0.0, one.x - 24), y=middle - 12, width=48, height=17, fill=svg.PAPER)
            yield svg.text(one.x, middle, one.lacking, text_anchor="middle", font_size=11, fill=svg.QUIET)
        else:
            for row, count in ((34, one.month.rate.failed), (50, one.month.rate.checked)):
                yield svg.text(one.x, BOTTOM + row, f"{count}", text_anchor="middle", font_size=11)


def _line(placed: Sequence[TrendPoint]) -> Iterator[str]:
    for before, after in pairwise(placed):
        if before.y is not None and after.y is not None:
            yield svg.element(
                "line", x1=before.x, y1=before.y, x2=after.x, y2=after.y, stroke=svg.BLUE, stroke_width=2.5
            )
    for one, above in _values(placed):
        yield svg.element("circle", cx=one.x, cy=one.y, r=4, fill=svg.BLUE, stroke=svg.PAPER, stroke_width=1)
        yield svg.text(one.x, above + 4, one.value, text_anchor="middle", font_size=11, font_weight="bold")


def _values(placed: Sequence[TrendPoint]) -> Iterator[tuple[TrendPoint, float]]:
    """Yield the months with a rate, and the height at which it is written: where the line does not run through it."""
    for place, one in enumerate(placed):
        if one.y is not None:
            beside = [near.y for near in placed[max(0, place - 1) : place + 2] if near.y is not None]
            is_below = min(beside) < one.y - _STEEP and one.y + _BELOW < BOTTOM
            yield one, one.y + (_BELOW - 4 if is_below else -_ABOVE - 4)


def _half(placed: Sequence[TrendPoint], width: int) -> float:
    """Return half the width of a hatched column."""
    return 0.4 * (width - RIGHT - LEFT) / max(len(placed), 1)


def _hatching(left: float, right: float) -> Iterator[tuple[float, float, float, float]]:
    """Yield strokes from lower left to upper right that fill a column and do not leave it."""
    width = right - left
    y = TOP + width
    while y <= BOTTOM:
        yield left, y, right, y - width
        y += _HATCH


def _short(one: TrendPoint) -> str:
    """Return a month's name below its column: with its year where a year begins."""
    first = one.month.first
    return f"{first.month}月" if first.month > 1 else f"{first.year % 100}年1月"


def dots(months: Sequence[MonthFigures], scale: int = 3) -> bytes:
    """Return the picture as PNG: the same lines and digits in grey; a month without a rate is hatched and has a `?`."""
    canvas, placed = Canvas(WIDTH, HEIGHT, scale), points(months)
    up = Scale(first=0, last=100, start=BOTTOM, end=TOP)
    for level in _LEVELS:
        canvas.line(LEFT, up.at(level), WIDTH - RIGHT, up.at(level), 0.6, 0xC0 if level else 0x70)
        canvas.text(LEFT - 24, up.at(level), f"{level}%", 0x50)
    for one in placed:
        canvas.text(one.x, BOTTOM + 13, f"{one.month.first.year % 100:02}-{one.month.first.month:02}", 0x50)
        if one.y is None:
            for stroke in _hatching(one.x - _half(placed, WIDTH), one.x + _half(placed, WIDTH)):
                canvas.line(*stroke, 0.5, 0x80)
            middle = (TOP + BOTTOM) / 2
            canvas.line(one.x, middle, one.x, middle, 8, 0xFF)
            canvas.text(one.x, middle, "?", 0x00)
        else:
            canvas.text(one.x, BOTTOM + 33, f"{one.month.rate.failed}/{one.month.rate.checked}", 0x00)
    for before, after in pairwise(placed):
        if before.y is not None and after.y is not None:
            canvas.line(before.x, before.y, after.x, after.y, 1.2, 0x30)
    for one, at in _values(placed):
        if one.y is not None:
            canvas.line(one.x, one.y, one.x, one.y, 4, 0x30)
            canvas.text(one.x, at, one.value, 0x00)
    return canvas.png()
