"""Runs of rows that no element holds one by one: titles and dates alternate in their container.

`<dt>`/`<dd>`, `<a>…</a> <span>…</span><br>`, two posts side by side in a row of a table. Whichever comes first, the
title or the date, begins each row; a title without a date then stays without one, and its list is not complete.
"""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from collectors import datebox, html
from collectors.frame import words
from collectors.row import HITS_OF_ROW, PIECES, SHORT_KIND, Hit, Line, box_around, line_of, walls_of


def events(node: html.Node, hits: list[Hit], titles: list[html.Node]) -> list[html.Node | Hit]:
    """Return the titles and hits of a node in the page's order; hits within titles are their words."""
    named = {one.mem_id: one for one in titles}
    places = {hit.node.mem_id: hit for hit in hits if not any(one.mem_id in named for one in hit.chain)}
    found: list[html.Node | Hit] = []
    for one in islice(node.traverse(include_text=True, skip_empty=True), 20 * PIECES):
        key = one.mem_id
        if key in named:
            found.append(named[key])
        elif key in places:
            found.append(places[key])
    return found


def lines(node: html.Node, hits: list[Hit], titles: list[html.Node], at: datetime) -> list[Line]:
    """Return the rows of a flat run, in which titles and hits alternate."""
    walls = walls_of(titles, node)
    is_title_first: bool | None = None
    segments: list[tuple[html.Node | None, list[Hit]]] = []
    for event in events(node, hits, titles):
        if isinstance(event, Hit):
            if segments and len(segments[-1][1]) >= HITS_OF_ROW:
                continue
            box = box_around(event, walls, node, at)
            if box is None and datebox.only_year(event.node.text_content or "") is None:
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
    found: list[Line] = []
    for anchor, own in segments:
        if anchor is not None and not own and len(words(anchor)) <= SHORT_KIND:
            continue  # a category before the title
        written = line_of(at, node, anchor, walls, own)
        found.append(written)
    dated = sum(1 for one in found if one.box and one.box.stamp)
    if dated < 2 or (dated == 2 and 2 * dated < len(found)):
        return []
    return found
