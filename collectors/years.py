"""The year of a date that is written without one: looked for wherever it may stand, before it is guessed.

In this order: the address of the link, the same post elsewhere on the page, the row itself or a heading above
it that is a year and nothing else, the rows below (in a list from new to old, where a single year puts the date
above theirs and not after the look). A year among a heading's words or in the page's own address is that of its
subject or of its making: posts of later years may stand below, so it is taken, but as a guess. Where none of these
is, the most recent such day is, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from collectors import datebox, html
from collectors.datebox import Box
from collectors.dated_addresses import year_in
from collectors.dates import Stamp
from collectors.frame import FRAME, UNREAD
from collectors.row import PageRow
from monitor.core.calendar import beijing, beijing_date

_NEAR = timedelta(days=100)


@dataclass(frozen=True, slots=True)
class Heading:
    """The date of a row in the headings above it."""

    year: int | None = None
    month: int | None = None
    is_certain: bool = True
    """True if it is nothing but a year or month: posts below `2025年度部门决算公开` may all be of 2026."""


NO_HEADING = Heading()
Headings = dict[int, tuple[bool, Heading]]
"""True if elements above lists say anything, and what they say as headings, by their ids in memory."""


def heading_above(container: html.Node, known: Headings | None = None) -> Heading:
    """Return what the nearest headings above a list name; `known` is what was found of headings before."""
    if known is None:
        known = {}
    month: int | None = None
    one: html.Node | None = container
    for _ in range(3):
        if one is None or one.tag in FRAME:
            break
        before = one.prev
        for _ in range(4):
            if before is None:
                break
            if before.mem_id not in known:
                known[before.mem_id] = _heading(before)
            is_said, heading = known[before.mem_id]
            month = month or heading.month
            if heading.year is not None:
                return Heading(heading.year, month, heading.is_certain)
            if is_said and not heading.month:
                break
            before = before.prev
        one = one.parent
    return Heading(None, month)


def _heading(node: html.Node) -> tuple[bool, Heading]:
    """Return whether an element above a list says anything, and what it says as a heading."""
    if not node.is_element_node or node.tag in UNREAD:
        return False, NO_HEADING
    text = html.text(node, " ").strip()
    is_list = bool(text) and node.css_first("li a[href],tr a[href]") is not None
    return bool(text), NO_HEADING if is_list else heading_in(text)


def heading_in(text: str) -> Heading:
    """Return the year and the month that a heading names."""
    if month := datebox.month_in(text):
        return Heading(*month)
    year = datebox.year_in(text)
    return Heading(year, None, is_certain=datebox.only_year(text) is not None) if year else NO_HEADING


def stamp_of(
    row: PageRow, at: datetime, address: str, written: dict[str, Stamp] | None = None, lowest: Stamp | None = None
) -> Stamp | None:
    """Return a row's time, in a year that stands anywhere before one that is guessed."""
    box = row.box
    if box is None or box.stamp is None or not box.yearless:
        return box.stamp if box else None
    if row.addressed and (stamp := _near(box, row.addressed, at)):
        return stamp
    same = (written or {}).get(row.href or "")
    if same and (beijing_date(same.moment).month, beijing_date(same.moment).day) == box.yearless:
        return same
    month = box.yearless[0]
    years = [
        None if row.is_year_of_subject else row.year,
        year_in(row.href or "", month),
        _year_of_lower(box, lowest, at),
    ]
    for year in years:
        if year is not None and (stamp := datebox.in_year(box, year, at)):
            return stamp
    for likely in (row.year, year_in(address, month)):
        if likely is not None and (stamp := datebox.in_year(box, likely, at)):
            return replace(stamp, is_year_guessed=True)
    return box.stamp


def _near(box: Box, addressed: Stamp, at: datetime) -> Stamp | None:
    """Return the date in the year in which it lies near the day of the address."""
    year = beijing_date(addressed.moment).year
    for candidate in (year, year + 1, year - 1):
        stamp = datebox.in_year(box, candidate, at)
        if stamp and abs(stamp.moment - addressed.moment) <= _NEAR:
            return stamp
    return None


def floors(lines: list[PageRow]) -> list[Stamp | None]:
    """Return for each row the newest full date below it, in a list that runs from new to old; else None."""
    full = [row.box.stamp for row in lines if row.box and row.box.stamp and not row.box.yearless]
    is_falling = all(stamp.moment >= other.moment for stamp, other in pairwise(full))
    floors: list[Stamp | None] = []
    lowest: Stamp | None = None
    for row in reversed(lines):
        floors.append(lowest if is_falling else None)
        if row.box and row.box.stamp and not row.box.yearless:
            lowest = row.box.stamp
    return floors[::-1]


def _year_of_lower(box: Box, lowest: Stamp | None, at: datetime) -> int | None:
    """Return the year of a date above a full one, where only one year puts it between that and the look."""
    if lowest is None or box.stamp is None:
        return None
    year = beijing(box.stamp.moment).year
    earlier = datebox.in_year(box, year - 1, at)
    is_only = box.stamp.moment >= lowest.moment and (earlier is None or earlier.moment < lowest.moment)
    return year if is_only else None
