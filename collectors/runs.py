"""Runs of rows that no element holds one by one: titles and dates alternate in their container.

`<dt>`/`<dd>`, `<a>…</a> <span>…</span><br>`, two posts side by side in a row of a table. Whichever comes first, the
title or the date, begins each row; a title without a date then stays without one, and its list is not complete.
"""

from __future__ import annotations

from datetime import datetime
from itertools import islice, pairwise

from collectors import datebox, html
from collectors.frame import is_name, up, words
from collectors.row import CELLS, HITS_OF_ROW, PIECES, SHORT_KIND, Hit, PageRow, box_around, line_of, walls_of

_LONG = 8
"""A link with fewer characters may be a unit or a category beside the title."""


def events(node: html.Node, hits: list[Hit], titles: list[html.Node]) -> list[html.Node | Hit]:
    """Return the titles and hits of a node in the page's order; hits within titles are their words."""
    named = {node.mem_id: node for node in titles}
    places = {hit.node.mem_id: hit for hit in hits if not any(node.mem_id in named for node in hit.chain)}
    found: list[html.Node | Hit] = []
    for other_node in islice(node.traverse(include_text=True, skip_empty=True), 20 * PIECES):
        key = other_node.mem_id
        if key in named:
            found.append(named[key])
        elif key in places:
            found.append(places[key])
    return found


def dated(node: html.Node, hits: list[Hit], titles: list[html.Node], at: datetime) -> list[Hit]:
    """Return those of a node's hits that are dates or years, and no words of a summary."""
    walls = walls_of(titles, node)
    return [hit for hit in hits[: HITS_OF_ROW + 1] if _is_told(hit, walls, node, at)]


def _is_told(hit: Hit, walls: set[int], node: html.Node, at: datetime) -> bool:
    is_year = hit.node.is_text_node and datebox.only_year(html.content(hit.node)) is not None
    return is_year or box_around(hit, walls, node, at) is not None


def is_run(found: list[html.Node | Hit]) -> bool:
    """True if titles and dates alternate: each title has a date, which may be in several pieces."""
    turns = [isinstance(entry, Hit) for entry in found]
    pieces = [entry for entry, before in zip(turns, [None, *turns], strict=False) if not (entry and before)]
    is_alternating = all(entry is not other for entry, other in pairwise(pieces))
    return len(pieces) > 2 and len(pieces) % 2 == 0 and is_alternating


def is_of_several(node: html.Node, titles: list[html.Node]) -> bool:
    """True if a row of a table has titles of posts in more than one cell."""
    if node.tag not in {"tr", "x-tr"}:
        return False
    long = [title for title in titles if len(words(title)) >= _LONG and not is_name(title)]
    cells = {cell.mem_id for title in long for cell in up(title, node) if cell.tag in CELLS}
    return len(cells) > 1


def lines(node: html.Node, hits: list[Hit], titles: list[html.Node], at: datetime) -> list[PageRow]:
    """Return the rows of a flat run, in which titles and hits alternate."""
    walls = walls_of(titles, node)
    is_title_first: bool | None = None
    segments: list[tuple[html.Node | None, list[Hit]]] = []
    for event in events(node, hits, titles):
        if isinstance(event, Hit):
            if segments and len(segments[-1][1]) >= HITS_OF_ROW:
                continue
            if not _is_told(event, walls, node, at):
                continue
            is_title_first = False if is_title_first is None else is_title_first
            if segments and (is_title_first or segments[-1][0] is None):
                segments[-1][1].append(event)
            else:
                segments.append((None, [event]))
        else:
            is_title_first = True if is_title_first is None else is_title_first
            if not is_title_first and segments and segments[-1][0] is None:
                segments[-1] = (event, segments[-1][1])
            else:
                segments.append((event, []))
    found: list[PageRow] = []
    for anchor, own in segments:
        if anchor is not None and not own and len(words(anchor)) <= SHORT_KIND:
            continue  # a category before the title
        written = line_of(at, node, anchor, walls, own)
        found.append(written)
    return found


def is_list(found: list[PageRow]) -> bool:
    """True if enough of a run's titles have a date for it to be a list, and no clock among a menu's links."""
    dated = sum(1 for row in found if row.box and row.box.stamp)
    return dated > 2 or (dated == 2 and len(found) <= 2 * dated)
