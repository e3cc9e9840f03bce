"""Days of which the rest stands elsewhere: `18` below a heading 2026年11月, `<b>18</b><i>11</i>` in a known year.

A number alone may as well be a rank or a count. So it is a day only where all rows of its list say so: below the
heading of a month, in an order; or as day and month, of which one number cannot be a month, in a year that stands
in the row, in its address or above it. Everything else of the kind tells no publication, and is not overlooked.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from collectors import datebox, html
from collectors.datebox import NO_PUBLICATION, Box
from collectors.dated_addresses import year_in
from collectors.row import LONGEST_PART, Hit, PageRow, run_around

_ENOUGH = 3
"""The number of rows that make a list."""
_MONTHS = 12
_PART = re.compile(
    r"[\[(]? ?(?:0?[1-9]|[12][0-9]|3[01]) ?[日号]? ?[\])]?"
    r"|[一二三四五六七八九十廿卅]{1,3}[日号]|[上本这]?(?:周|星期|礼拜)[一二三四五六日天]?|初[一二三四五六七八九十]"
)
_DAY = re.compile(r"[\[(]? ?([0-9]{1,2}) ?([日号])? ?[\])]?")
_TWO = re.compile(r"([0-9]{1,2}) ?[日号]?[ /]{1,3}([0-9]{1,2})")


def is_part(text: str) -> bool:
    """True if a piece of text may be a part of a date, such as its day, or a day of some week."""
    if len(text) > 2 * LONGEST_PART:
        return False
    text = datebox.clean(text)
    return bool(_PART.fullmatch(text) or _PART.fullmatch(_without_weekday(text)))


def part_around(hit: Hit, walls: set[int], row: html.Node) -> str:
    """Return the text of the largest short element around a piece of text that is a part of a date, else nothing."""
    node: html.Node = hit.node
    part = ""
    for outer in (node, *hit.chain):
        if outer.mem_id == row.mem_id or outer.mem_id in walls:
            break
        text = html.content(outer) if outer.is_text_node else html.text(outer, " ")
        if len(text) > 2 * LONGEST_PART:
            break
        part, node = _part(text) or part, outer
    run = run_around(node, walls)
    return (_part(run) if run and len(run) < 2 * LONGEST_PART else "") or part


def _part(text: str) -> str:
    """Return a text as it is read, if it is a day, day and month, or a day of some week; else nothing."""
    text = datebox.clean(text)
    bare = _without_weekday(text)
    return bare if _TWO.fullmatch(bare) or _DAY.fullmatch(bare) else text if _PART.fullmatch(text) else ""


def _without_weekday(text: str) -> str:
    return " ".join(datebox.WEEKDAY.sub(" ", text).split())


def settled(lines: list[PageRow], at: datetime, address: str) -> list[PageRow]:
    """Return the rows of a list with the dates that their parts are; a row whose part is none tells no publication."""
    if any(row.box and row.box.stamp for row in lines):
        return lines
    parted = [row for row in lines if row.part]
    if not parted or (len(parted) < _ENOUGH and not all(row.part.endswith(("日", "号")) for row in parted)):
        return lines
    if is_ranking([row.part for row in parted]):
        return lines
    is_day_first = _is_day_first(parted)
    is_ordered = _is_ordered(parted)
    return [
        replace(row, box=_box(row, at, address, is_day_first=is_day_first, is_ordered=is_ordered)) if row.part else row
        for row in lines
    ]


def _box(row: PageRow, at: datetime, address: str, *, is_day_first: bool | None, is_ordered: bool) -> Box:
    month: int | None
    if two := _TWO.fullmatch(row.part):
        if is_day_first is None:
            return NO_PUBLICATION
        day, month = int(two[1 if is_day_first else 2]), int(two[2 if is_day_first else 1])
        year = row.year or year_in(row.href or "", month) or year_in(address, month)
    else:
        match = _DAY.fullmatch(row.part)
        day, month, year = int(match[1]) if match else 0, row.month, row.year
        if not (match and (match[2] or is_ordered)):
            return NO_PUBLICATION
    if year is None or month is None:
        return NO_PUBLICATION
    return datebox.read(f"{year:04}-{month:02}-{day:02}", at) or NO_PUBLICATION


def _numbers(parted: list[PageRow]) -> list[list[int]]:
    numbers = ([int(number) for number in re.findall(r"[0-9]+", row.part)] for row in parted)
    return [found for found in numbers if found]


def _is_day_first(parted: list[PageRow]) -> bool | None:
    """Return whether the first of two numbers is the day; None where nothing tells."""
    pairs = [numbers for numbers in _numbers(parted) if len(numbers) == 2]
    first, second = (any(pair[place] > _MONTHS for pair in pairs) for place in (0, 1))
    return first if first is not second else None


def _is_ordered(parted: list[PageRow]) -> bool:
    """True if the days below each heading rise or fall."""
    days: dict[tuple[int | None, int | None], list[int]] = {}
    for row in parted:
        for numbers in _numbers([row]):
            days.setdefault((row.year, row.month), []).append(numbers[0])
    return all(
        all(a >= b for a, b in pairwise(below)) or all(a <= b for a, b in pairwise(below)) for below in days.values()
    )


def is_ranking(texts: list[str]) -> bool:
    """True if texts number their rows: 1, 2, 3."""
    firsts = [int(number[0]) if (number := re.findall(r"[0-9]+", datebox.clean(text))) else 0 for text in texts]
    return firsts[0] == 1 and all(b == a + 1 for a, b in pairwise(firsts))
