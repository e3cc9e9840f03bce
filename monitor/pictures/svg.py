"""The parts of a picture: elements whose words are escaped and whose numbers are finite, and scales to place things.

A picture carries its colours itself, so that it looks the same on a page, in a document and alone. The sizes of signs
and hatchings, not the colours, tell things apart: every colour here has another grey.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape, quoteattr

from monitor.core.phrases import plain

INK, QUIET, EDGE, RULE = "#1c2733", "#5a6570", "#7b8794", "#dfe3e8"
BLUE, RED, RED_GROUND, PAPER = "#1f5fa8", "#b3261e", "#f6c9c5", "#ffffff"
FONT = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'WenQuanYi Zen Hei', sans-serif"
_NAMESPACE = "http://www.w3.org/2000/svg"
_WORDS = 120
"""Characters of one text in a picture."""
_NONCHARACTER = "Cn"


class Svg(str):
    """A finished element, which templates take as it is: made by `element` alone, it holds nothing unescaped."""

    __slots__ = ()

    def __html__(self) -> str:
        """Return the element as a template writes it."""
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A finished picture."""

    svg: Svg
    """The whole element, which stands on a page or, with a line before it, in a file."""
    width: int
    height: int
    title: str
    words: str
    """What it shows, for those who do not see it."""

    def file(self) -> bytes:
        """Return the picture as a file of its own."""
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{self.svg}\n'.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A straight scale: from values to places; what lies outside is placed at its edge."""

    first: float
    last: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the place of a value, to two digits."""
        share = (value - self.first) / (self.last - self.first) if self.last != self.first else 0.0
        return round(self.start + min(1.0, max(0.0, share)) * (self.end - self.start), 2)

    def on(self, day: date) -> float:
        """Return the place of a day, on a scale of days (`date.toordinal`)."""
        return self.at(day.toordinal())


def days(first: date, last: date, start: float, end: float) -> Scale:
    """Return the scale on which days are placed."""
    return Scale(first=first.toordinal(), last=last.toordinal(), start=start, end=end)


def number(value: float) -> str:
    """Return a number as it stands in a picture; refuses what is none."""
    if not math.isfinite(value):
        message = "a place in a picture must be a finite number"
        raise ValueError(message)
    return f"{value:.2f}".rstrip("0").rstrip(".") if value else "0"


def element(name: str, *inside: str, **attributes: str | float | None) -> str:
    """Return an element around finished ones; `class_` and `stroke_width` are written `class` and `stroke-width`.

    An attribute that is None is left out.
    """
    written = "".join(
        f" {key.strip('_').replace('_', '-')}={quoteattr(value if isinstance(value, str) else number(value))}"
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{''.join(inside)}</{name}>" if inside else f"<{name}{written}/>"


def words(text: str, length: int = _WORDS) -> str:
    """Return text from anywhere as one escaped line that XML can hold."""
    kept = "".join(sign for sign in plain(text, length) if unicodedata.category(sign) != _NONCHARACTER)
    return escape(kept)


def text(x: float, y: float, said: str, **attributes: str | float | None) -> str:
    """Return a line of words."""
    return element("text", words(said), x=x, y=y, **attributes)


def titled(said: str) -> str:
    """Return the words that a pointer brings up over the element around them."""
    return element("title", words(said))


def picture(name: str, size: tuple[int, int], title: str, said: str, inside: Iterable[str]) -> Picture:
    """Return a picture of `size` units; `name` tells it apart from others on its page."""
    width, height = size
    svg = element(
        "svg",
        element("title", words(title), id=f"{name}-title"),
        element("desc", words(said, 1000), id=f"{name}-words"),
        *inside,
        xmlns=_NAMESPACE,
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        role="img",
        aria_labelledby=f"{name}-title",
        aria_describedby=f"{name}-words",
        font_family=FONT,
        font_size=12,
        fill=INK,
    )
    return Picture(svg=Svg(svg), width=width, height=height, title=title, words=said)


def sign(size: int, inside: str) -> Svg:
    """Return a small drawing beside words that say the same."""
    return Svg(
        element("svg", inside, viewBox=f"0 0 {size} {size}", width=size, height=size, aria_hidden="true", fill="none")
    )
