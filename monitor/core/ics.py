"""A calendar file (RFC 5545) of days on which something is due, for any program that subscribes to one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from monitor.core.calendar import ONE_DAY
from monitor.core.phrases import plain

_LONGEST = 75
"""Octets of a line, its end not counted."""
_TEXT = 400
"""Characters of a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDay:
    """One whole day on which something is due."""

    uid: str
    """The same for the same thing for ever, so that a new day replaces the old one."""
    on: date
    title: str
    text: str = ""


def calendar_file(name: str, days: Iterable[DueDay], *, now: datetime) -> bytes:
    """Return the file, in the order of the days; every text from outside stands escaped in one line."""
    head = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//xuncha//deadlines//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{_escaped(name)}",
        f"X-WR-CALNAME:{_escaped(name)}",
        "X-WR-TIMEZONE:Asia/Shanghai",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
    )
    events = (line for day in sorted(days, key=lambda day: (day.on, day.uid)) for line in _event(day, now))
    return b"".join(_folded(line) for line in (*head, *events, "END:VCALENDAR"))


def _event(day: DueDay, now: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_escaped(day.uid)}"
    yield f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{day.on:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{day.on + ONE_DAY:%Y%m%d}"
    yield f"SUMMARY:{_escaped(day.title)}"
    if day.text:
        yield f"DESCRIPTION:{_escaped(day.text)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _escaped(text: str) -> str:
    r"""Return a text value: `\`, `;` and `,` with a backslash before them, in one line."""
    return plain(text, _TEXT).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> bytes:
    """Return a line with its end, folded so that no piece is longer than 75 octets and no character is cut."""
    pieces, room = [b""], _LONGEST
    for sign in line:
        octets = sign.encode()
        if len(pieces[-1]) + len(octets) > room:
            pieces.append(b"")
            room = _LONGEST - 1  # the blank that marks a folded line
        pieces[-1] += octets
    return b"\r\n ".join(pieces) + b"\r\n"
