"""The content of one row of a list: its title, its link, and the surest of its boxes that may hold its date.

A box is the largest element (or run of text in one line) around a piece of text that reads as one date, up to
what holds a title's link. A piece that is a part of a sentence is none, nor are words of a title. Where no box
tells a time, a `title` or `datetime` attribute does, then the address of the link.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from collectors import datebox, html
from collectors.datebox import Box, Trust
from collectors.dated_addresses import in_address, other_year
from collectors.dates import Stamp
from collectors.frame import HEADINGS, UNREAD, up
from monitor.core.calendar import beijing, beijing_date

CELLS = frozenset({"td", "th", "x-td", "x-th"})

PIECES = 400
"""How many nodes of a flat run's row are looked at."""

TITLED = re.compile(r"(?<!更新)(?:发布|发表|发稿)?(?:时间|日期)\s{0,3}[:：]\s{0,3}([^\n\r]{4,40})")

_HOLDERS = 9
_PIECES_OF_BOX = 40
HITS_OF_ROW = 40
"""How many pieces of text of one row are looked at."""
_SHORT = 40
_SAYING = 6
"""A title has more characters than this."""
_CELLS_MOST = 50
_FAR = timedelta(days=300)
"""The distance that is no delay between writing and publishing, but an error in one of the two."""

SHORT_KIND = 6
LONGEST_PART = 20
"""The longest text that is part of a date, in characters."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A piece of text that may be a date, or a link whose address or `title` holds one; with its ancestors."""

    node: html.Node
    chain: tuple[html.Node, ...]
    is_linked: bool = False
    """True if it lies in a link: the words of a title often hold a date that is none of the post."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRow:
    """A row as the page has it, before its year is settled."""

    title: str = ""
    href: str | None = None
    box: Box | None = None
    addressed: Stamp | None = None
    year: int | None = None
    """One that stands in the row, or in a heading above it."""
    is_year_of_subject: bool = False
    """True if the year stands among other words of the heading."""
    month: int | None = None
    """One that a heading above is the name of."""
    part: str = ""
    """A day, or day and month, of which the rest stands elsewhere."""
    is_doubtful: bool = False
    """True if it has two dates and nothing says which is the publication."""


_BLOCKS = frozenset(
    {
        "div",
        "p",
        "td",
        "th",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "br",
        "hr",
        "tr",
        "table",
        "a",
        "section",
        "article",
        *HEADINGS,
    }
)


_APART = frozenset({"span", "i", "em", "time", "div", "p", "small"})
"""Elements that hold a date within a link, and not a stressed word of its title."""
_UNSAID = _BLOCKS | UNREAD
"""The elements beside a text that are no part of its sentence."""


def walls_of(titles: list[html.Node], top: html.Node) -> set[int]:
    """Return what no date box contains: the titles' links and all around them."""
    walls: set[int] = set()
    for title in titles:
        for node in up(title, top):
            if node.mem_id in walls:
                break
            walls.add(node.mem_id)
    return walls


def _is_all_of(inner: html.Node, link: html.Node) -> bool:
    """True if a link says hardly more than what a piece of it says: then that piece is its title."""
    said = html.content(inner) if inner.is_text_node else html.text(inner)
    return len(html.text(link).strip()) < len(said.strip()) + _SAYING


def run_around(node: html.Node, walls: set[int]) -> str | None:
    """Return the text of a node and what stands beside it in one line; None where nothing does."""
    parts = [html.content(node) if node.is_text_node else html.text(node, " ")]
    if not node.is_text_node and node.tag in _BLOCKS:
        return None
    size = len(parts)
    for step in ("prev", "next"):
        beside = node
        for _ in range(8):
            following = getattr(beside, step)
            if following is None or following.mem_id in walls or following.tag in _BLOCKS:
                break
            beside = following
            if beside.tag in UNREAD:
                continue
            text = html.content(beside) if beside.is_text_node else html.text(beside, " ")
            if text.strip():
                parts = [text, *parts] if step == "prev" else [*parts, text]
    return " ".join(parts) if len(parts) > size else None


def _beside_text(node: html.Node) -> Iterator[str]:
    for beside in (node.prev, node.next):
        if beside is not None and beside.is_text_node and (text := html.content(beside).strip()):
            yield text


def _is_in_sentence(node: html.Node) -> bool:
    """True if words stand directly beside a node, so that it is a part of what they say."""
    if node.is_text_node:
        return any(
            beside is not None and beside.is_element_node and beside.tag not in _UNSAID and html.text(beside).strip()
            for beside in (node.prev, node.next)
        )
    return any(re.search(r"[一-鿿a-zA-Z]", text) for text in _beside_text(node))


def _labels(node: html.Node) -> bool:
    """True if a word stands before a node as its label may."""
    before = node.prev
    for _ in range(2):
        if before is None:
            return False
        text = html.content(before) if before.is_text_node else html.text(before, " ")
        if text.strip():
            return len(text.strip()) < 2 * SHORT_KIND
        before = before.prev
    return False


def _outside(node: html.Node) -> str:
    """Return a row's text outside its titles, up to the longest that is read."""
    parts: list[str] = []
    size = 0
    for other_node in islice(node.traverse(include_text=True, skip_empty=True), PIECES):
        if other_node.is_text_node:
            parent = other_node.parent
            if parent is not None and (parent.tag == "a" or (parent.parent is not None and parent.parent.tag == "a")):
                continue
            parts.append(html.content(other_node))
            size += len(parts[-1])
            if size > 2 * datebox.LONGEST:
                break
    return " ".join(parts)


def surest(boxes: list[Box]) -> Box | None:
    """Return the box that is surest the publication; of several the earlier."""
    if not boxes:
        return None
    best = max(box.trust for box in boxes)
    timed = [(box.stamp.moment, place) for place, box in enumerate(boxes) if box.trust is best and box.stamp]
    return boxes[min(timed)[1]] if timed else None


def _differ(boxes: list[Box], best: Box) -> bool:
    """True if another box, as sure as the best, tells another day."""
    if best.stamp is None:
        return False
    day = beijing_date(best.stamp.moment)
    return any(box.trust is best.trust and box.stamp and beijing_date(box.stamp.moment) != day for box in boxes)


def _cell(hit: Hit, row: html.Node) -> tuple[int, html.Node] | None:
    """Return in which of a row's columns a hit stands, and its cell."""
    cell = next(
        (node for node, outer in zip(hit.chain, hit.chain[1:], strict=False) if outer.mem_id == row.mem_id), None
    )
    if cell is None:
        return None
    place = 0
    before = cell.prev
    while before is not None and place < _CELLS_MOST:
        place += before.is_element_node
        before = before.prev
    return place, cell


def is_far(stamp: Stamp | None, href: str, at: datetime) -> bool:
    """True if an address names a day so far from a row's date that one of the two is an error."""
    if stamp is None or not other_year(href, beijing(stamp.moment).year):
        return False
    addressed = in_address(href, at)
    return addressed is None or abs(stamp.moment - addressed.moment) > _FAR


def _boxes(
    at: datetime, node: html.Node, walls: set[int], hits: list[Hit], columns: dict[int, Trust | None] | None
) -> tuple[list[Box], int | None]:
    """Return what the boxes around a row's hits say, and a year that one of them is."""
    boxes: list[Box] = []
    year: int | None = None
    for hit in hits[:HITS_OF_ROW]:
        if not hit.node.is_text_node:
            continue
        alone = datebox.only_year(html.content(hit.node))
        year = alone or year
        box = box_around(hit, walls, node, at)
        if box is None or (alone and box.stamp is None):
            continue
        if columns and (cell := _cell(hit, node)) and cell[0] in columns:
            label = columns[cell[0]]
            if box.is_doubtful:  # the dates of two cells in one line
                box = datebox.read(html.text(cell[1], " "), at) or box
            box = datebox.NO_PUBLICATION if label is None else replace(box, trust=max(box.trust, label))
        boxes.append(box)
    return boxes, year


def line_of(
    at: datetime,
    node: html.Node,
    anchor: html.Node | None,
    walls: set[int],
    hits: list[Hit],
    columns: dict[int, Trust | None] | None = None,
) -> PageRow:
    """Return what a row tells whose title is `anchor`; `walls` is what its boxes cannot reach into.

    `columns` is what the headings of a table say of its columns; None where `node` holds more rows than this one.
    """
    attributes = anchor.attributes if anchor is not None else {}
    href = attributes.get("href")
    title = attributes.get("title") or ""
    if anchor is not None and (not title or "\n" in title):
        title = html.text(anchor, " ")
    boxes, year = _boxes(at, node, walls, hits, columns)
    stamped = [box for box in boxes if box.stamp]
    if columns is not None and not columns and not stamped and len(hits) > 1:
        whole = datebox.read(_outside(node), at)
        stamped = [whole] if whole and whole.stamp else []
    box = surest(stamped)
    is_doubtful = box is not None and (box.is_doubtful or _differ(stamped, box))
    addressed = None
    if box is None or box.yearless:
        addressed = in_address(href or "", at)
        box = _attributed(None if columns is None else node, anchor, hits, box, at) or box
    elif href and is_far(box.stamp, href, at):
        is_doubtful = True
    if box is None and boxes:
        box = datebox.NO_PUBLICATION
    if (box is None or box.stamp is None) and addressed:
        box = Box(addressed, Trust.WORDS)
    return PageRow(title=title, href=href, box=box, addressed=addressed, year=year, is_doubtful=is_doubtful)


def _attributed(
    node: html.Node | None, anchor: html.Node | None, hits: list[Hit], box: Box | None, at: datetime
) -> Box | None:
    """Return the date in a `title` or `datetime` attribute of a row, where it is one, with its year."""
    holders = [node for hit in hits for node in hit.chain[:2]]
    if anchor is not None:
        holders.append(anchor)
    if box is None and node is not None:
        holders.extend(node.css("time[datetime],[title*='20']")[:_HOLDERS])
    for holder in holders:
        attributes = holder.attributes
        for name in ("datetime", "title"):
            written = attributes.get(name)
            if not written or len(written) > 400:
                continue
            labelled = TITLED.search(written)
            shown = datebox.read(labelled[1] if labelled else written, at)
            if shown is None or shown.stamp is None or shown.yearless:
                continue
            day = beijing_date(shown.stamp.moment)
            if box is None or box.yearless == (day.month, day.day):
                return replace(shown, yearless=None)
    return None


def _read_unscripted(node: html.Node, at: datetime) -> Box | None:
    """Return what a box with a script in it says without the script's text."""
    if node.css_first("script,style") is None:
        return None
    texts = (
        other_node for other_node in islice(node.traverse(include_text=True), _PIECES_OF_BOX) if other_node.is_text_node
    )
    said = [html.content(node) for node in texts if node.parent is None or node.parent.tag not in UNREAD]
    return datebox.read(" ".join(said), at)


def _is_apart(node: html.Node) -> bool:
    """True if an element holds a date of its own before or after the words of a link's title."""
    is_at_edge = node.prev is None or node.next is None or not html.text(node.prev).strip()
    return node.tag in _APART and is_at_edge


def _in_line(inner: html.Node, walls: set[int], box: Box | None, at: datetime) -> Box | None:
    """Return what a box says together with what stands beside it in one line."""
    run = run_around(inner, walls)
    if run is None:
        return box
    wider = datebox.read(run, at)
    if wider is not None and (wider.stamp is not None or box is None or _labels(inner)):
        return wider
    return None if wider is None and _is_in_sentence(inner) else box


def box_around(hit: Hit, walls: set[int], row: html.Node, at: datetime) -> Box | None:
    """Return what the box around a piece of text says: the largest that is a date, walls and sentences aside."""
    inner: html.Node = hit.node
    text = html.content(inner)
    box = datebox.read(text, at)
    in_heading = in_link = False
    for outer in hit.chain:
        if outer.mem_id == row.mem_id or outer.mem_id in walls:
            in_link = outer.tag == "a" and inner.is_element_node
            in_heading = in_heading or (outer.tag == "a" and _is_all_of(inner, outer))
            break
        in_heading = in_heading or outer.tag in HEADINGS
        if inner.next is None and inner.prev is None:
            inner = outer
            continue
        around = html.text(outer, " ")
        if len(around) > 4 * datebox.LONGEST:
            break
        wider = datebox.read(around, at) or _read_unscripted(outer, at)
        if wider is None and (box is None or _is_in_sentence(inner)):
            box = None
            if _is_in_sentence(inner):
                return None
            inner = outer
            continue
        if wider is None or (wider.stamp is None and box is not None and box.stamp is not None and not _labels(inner)):
            break
        box, inner = wider, outer
    if not (in_link and _is_apart(inner)):
        box = _in_line(inner, walls, box, at)
    if box is not None and in_heading and box.trust is Trust.WORDS:
        return None
    return box


def columns_of(container: html.Node) -> dict[int, Trust | None]:
    """Return what the headings of rows say of the dates below them, by column; they may stand above the container."""
    table = container.parent if container.tag in {"tbody", "x-tbody"} else container
    if table is None:
        return {}
    first = table.css_first("tr,x-tr") if table.tag in {"table", "x-table"} else None
    if first is None:
        first = next((node for node in table.iter()), None)
    columns = _headings_of(first) if first is not None else {}
    before = table.prev
    while not columns and before is not None and not before.is_element_node:
        before = before.prev
    if columns or before is None:
        return columns
    return _headings_of(before.css_first("tr,x-tr") or before)


def _headings_of(row: html.Node) -> dict[int, Trust | None]:
    """Return what the cells of a row say that is nothing but headings; nothing for another row."""
    cells: list[str] = []
    for node in islice(row.iter(), _CELLS_MOST):
        span = node.attributes.get("colspan") or ""
        cells.extend([html.text(node, " ").strip()] * (int(span) if span in {"2", "3", "4"} else 1))
    is_heading = 1 < len(cells) < _CELLS_MOST and all(len(cell) < _SHORT for cell in cells)
    if not is_heading or any(any(char.isdigit() for char in cell) for cell in cells):
        return {}
    return {place: datebox.label_of(cell) for place, cell in enumerate(cells) if "日期" in cell or "时间" in cell}
