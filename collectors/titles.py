"""The links on a page that may name posts: one per address, icons, categories and the page's own links aside."""

from __future__ import annotations

from itertools import islice

from collectors import html
from collectors.frame import anchors, is_title, words

LINKS = 9
"""A row has fewer links than this."""
RUN = 500
"""A run of rows has no more."""
_MANY = 60
"""An element with more hits is no row; how many links it has does not matter."""
_FIRST = 200
_LINKS_OF_PAGE = 20_000
"""So often a page's links are listed, each once for every element around it that is looked at."""
_LONGEST_NAME = 8


class Titles:
    """The titles in each of a page's elements, found when they are first asked for."""

    def __init__(self, below: dict[int, int]) -> None:
        self._below = below
        """How many hits lie in an element, by its id in memory."""
        self._known: dict[int, list[html.Node]] = {}
        self._links_seen = 0

    def of(self, node: html.Node) -> list[html.Node]:
        """Return the links in a node that may name posts, one per address, up to one more than a row may have."""
        key = node.mem_id
        known = self._known.get(key)
        if known is None:
            is_large = self._below.get(key, 0) > _MANY or self._links_seen > _LINKS_OF_PAGE
            links = _first_anchors(node) if is_large else anchors(node)
            self._links_seen += len(links)
            known = self._known[key] = titles(links, LINKS)
        return known


def _first_anchors(node: html.Node) -> list[html.Node]:
    """Return the first links of a node that is too large to be one row."""
    return [
        other_node
        for other_node in islice(node.traverse(), _FIRST)
        if other_node.tag == "a" and other_node.attributes.get("href")
    ]


def titles(links: list[html.Node], most: int) -> list[html.Node]:
    """Return those of some links that may name posts, one per address; where none has words, those of pictures."""
    unique: dict[str, html.Node] = {}
    for anchor in links[: 4 * most]:
        if is_title(anchor):
            unique.setdefault(anchor.attributes.get("href") or "", anchor)
            if len(unique) == most:
                break
    if not unique and len(links) < LINKS:
        for anchor in links:
            if not html.text(anchor).strip() and anchor.css_first("img[alt]") is not None:
                unique.setdefault(anchor.attributes.get("href") or "", anchor)
    return list(unique.values())


def is_column_name(node: html.Node, named: list[html.Node]) -> bool:
    """True if what stands at the head of a list is the name of its column: a heading, or beside 更多."""
    is_short = all(len(words(node)) <= _LONGEST_NAME for node in named)
    return is_short and (node.css_first("h1,h2,h3,h4,h5,h6") is not None or "更多" in html.text(node))
