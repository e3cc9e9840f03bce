"""The pieces of a page that may be dates: texts, the attributes of links, and boxes that are called so.

The page's frame is left out: its header, its menus, its scripts and forms. Every page's work is
bounded: HITS pieces of each sort, frame.DEPTH steps up from each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from collectors import datebox, days, frame, html, row
from collectors.datebox import Trust
from collectors.dated_addresses import FILE, in_address
from collectors.frame import FRAME, UNREAD
from collectors.row import Hit

HITS = 2_000
"""How many pieces of text of a page are looked at; a column page has 15 to 100."""
_ATTRIBUTED = "a[href*='20'],a[title*='20'],time[datetime*='20'],span[title*='20']"
_MAY_BE_CALLED = "[class*='date'],[class*='time'],[class*='riqi'],[class*='shijian'],time"
_CALLED = re.compile(
    r"(?:^|[\s_-])(?:(?:pub|post|create|news|list|article|fb)?-?(?:date|time)|riqi|shijian)\d?(?=$|[\s_-])",
    re.IGNORECASE,
)
_LONGEST_ATTRIBUTE = 400
_TAIL = 40
_HINT = re.compile(r"[0-9０-９年月天前刚周日初]")  # noqa: RUF001 - full-width digits are the point
"""One of these is in every piece of text that is like a date; most of a page's pieces have none."""
_HIT = re.compile(
    r"[0-9０-９]{1,4}\s*[-/.年月日:‐‑–—－．／]|[0-9]{8}|(?:19|20)[0-9]{2}|[二〇零][〇○零一二三四五六七八九]{3}|月|[前今昨]天|[天时钟秒]前|刚刚"  # noqa: RUF001
    r"|[A-Z][a-z]{2,8}\.?,? [0-9]|[0-9] [A-Z][a-z]{2}"
)


class Hits:
    """The texts that may be dates on one page."""

    def __init__(self, top: html.Node, at: datetime) -> None:
        self._top = top
        self._at = at
        self.below: dict[int, int] = {}
        """How many hits lie in an element, by its id in memory."""
        self.parts: list[Hit] = []
        """Short texts that may be parts of a date, and mean nothing alone: `18`."""
        self.texts = list(islice(self._texts(), HITS))
        """The pieces of text that could hold a date."""

    def _texts(self) -> Iterator[Hit]:
        for node, said in html.texts(self._top):
            text = _ends(said)
            if text is None:
                continue
            if not _HIT.search(text):
                if len(self.parts) < HITS and days.is_part(text) and (hit := self._hit(node)):
                    self.parts.append(hit)
                continue
            hit = self._hit(node)
            if hit and hit.is_linked and not self._may_be_date(html.content(node)):
                if len(self.parts) < HITS and datebox.is_unread(html.content(node), self._at):
                    self.parts.append(hit)
            elif hit:
                self.count(hit)
                yield hit

    def count(self, hit: Hit) -> None:
        """Count a hit for all elements around it."""
        for ancestor in hit.chain:
            self.below[ancestor.mem_id] = self.below.get(ancestor.mem_id, 0) + 1

    def dated_anchors(self, known: set[int]) -> Iterator[Hit]:
        """Yield the links outside all known rows whose address or title holds a date."""
        for node in islice(self._top.css(_ATTRIBUTED), HITS):
            hit = None if _lies_in(node, known) else self._hit(node)
            if hit is None:
                continue
            attributes = node.attributes
            href = attributes.get("href") or ""
            is_dated = in_address(href, self._at) or any(
                self._says_date(attributes.get(name)) for name in ("title", "datetime")
            )
            if is_dated and not FILE.search(href):
                hit = Hit(node, (node, *hit.chain), is_linked=node.tag == "a")
                self.count(hit)
                yield hit

    def called(self, known: set[int]) -> Iterator[Hit]:
        """Yield what a page calls a date by its class, outside all known rows."""
        for node in islice(self._top.css(_MAY_BE_CALLED), HITS):
            if node.tag != "time" and not _CALLED.search((node.attributes.get("class") or "")[:200]):
                continue
            hit = None if _lies_in(node, known) else self._hit(node)
            if hit is not None and len(html.text(node)) < row.LONGEST_PART:
                yield hit

    def _says_date(self, attribute: str | None) -> bool:
        if not attribute or len(attribute) > _LONGEST_ATTRIBUTE:
            return False
        labelled = row.TITLED.search(attribute)
        box = datebox.read(labelled[1] if labelled else attribute, self._at)
        return box is not None and box.stamp is not None and box.trust is not Trust.WORDS

    def _hit(self, node: html.Node) -> Hit | None:
        """Return a node with its ancestors below the page's frame; None for what the frame itself says."""
        chain: list[html.Node] = []
        is_linked = False
        ancestor = node.parent
        top = self._top.mem_id
        while ancestor is not None and len(chain) < frame.DEPTH:
            tag = ancestor.tag
            if ancestor.mem_id == top or tag == "body":
                break
            if (tag in FRAME and not frame.is_head_of_post(ancestor)) or tag in UNREAD:
                return None
            is_linked = is_linked or (tag == "a" and bool(ancestor.attributes.get("href")))
            chain.append(ancestor)
            ancestor = ancestor.parent
        return Hit(node, tuple(chain), is_linked)

    def _may_be_date(self, text: str) -> bool:
        """True if a link's words are a date, or end in one."""
        return datebox.read(text, self._at) is not None or datebox.tail(text, self._at) is not None


def is_inert(text: str) -> bool:
    """True if a whole piece of text is neither a date nor a part of one, wherever it stands."""
    ends = _ends(text)
    return ends is None or not (_HIT.search(ends) or days.is_part(ends))


def _ends(text: str) -> str | None:
    """Return what is looked at of a piece of text: both its ends; None where nothing in it hints at a date."""
    if not _HINT.search(text):
        return None
    return text if len(text) <= 2 * _TAIL else text[:_TAIL] + "\n" + text[-_TAIL:]


def _lies_in(node: html.Node, known: set[int]) -> bool:
    one: html.Node | None = node
    for _ in range(frame.DEPTH):
        if one is None or one.tag == "body":
            return False
        if one.mem_id in known:
            return True
        one = one.parent
    return False
