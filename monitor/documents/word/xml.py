"""Values as XML: whatever a text says, a reader sees it as text, and no program obeys it."""

from __future__ import annotations

import re
from datetime import date, datetime
from html import escape

from monitor.core.calendar import beijing
from monitor.documents.document import Value

UNPRINTABLE = "�"
"""Stands for what cannot be printed, or would turn the rest of the line around."""
_LINES = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)


class Xml(str):
    """XML that stands for itself: a table, or the end of a section. Everything else that is printed is text."""

    __slots__ = ()


def plain_text(value: Value) -> str:
    """Return a value as people read it: dates as in tables, moments to the minute in Beijing time, lines as lines."""
    match value:
        case None:
            return ""
        case datetime():
            return f"{beijing(value):%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case _:
            return _UNPRINTABLE.sub(UNPRINTABLE, _LINES.sub("\n", str(value)))


def xml_text(value: object) -> Xml:
    """Return what stands in the XML for a value: itself if it is XML, else its text.

    No brace is left in it, for whoever fills templates gives some a meaning.
    """
    if isinstance(value, Xml):
        return value
    text = plain_text(value if isinstance(value, date | int) or value is None else str(value))
    return Xml(escape(text).replace("{", "&#123;").replace("}", "&#125;"))


def day_in_full(day: date | None) -> str:
    """Return a day as an official document has it: 2026年11月30日; empty for none."""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""
