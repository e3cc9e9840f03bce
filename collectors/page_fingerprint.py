"""The fingerprint of a page: equal for two pages only where reading them comes to the same.

One pass over the bytes, without a tree, finds the *loose* pieces of a page, which sites change at every answer: the
bodies of scripts, comments, values of attributes (a nonce, a token of a form, the address of a picture), and texts with
a number that is like no date, such as a count of visits. All else is *fixed*, and always part of the fingerprint.

Which of the loose pieces do not matter is found out when the page is read, and not supposed:

- The page is parsed once more with a token in the place of each, and a piece is free only where its token comes out
  in the very place that its kind says: as a comment, a script's body, a whole text, the value of one of `UNREAD_VALUES`
  or of a `<meta>` that is none of `article.NAMES`. What the parser makes of the fixed pieces around is then the same
  for whatever stands there, as long as it is of the same kind.
- A body or a text is free only where nothing that the reader asked a node for (`html.text`, `html.content`) contains
  it. A reading that never asked for it cannot turn out otherwise for it.

Every piece that is not free belongs to the fingerprint, and so do the page's address, the day of the look, and what is
read of the bytes themselves. A page of whose pieces anything is unusual has no fingerprint, and neither has
one of which a second tree had to be made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from typing import Literal

from collectors import answers, article, html
from collectors.hits import is_inert
from monitor.core.calendar import beijing_date
from monitor.core.collector import Page
from monitor.core.observation import LookFailedError, Timeline

UNREAD_VALUES = frozenset({"nonce", "src", "value"})
"""The attributes of `_TAGS` whose values no reader of pages asks for."""
_TAGS = "script,input,img,iframe"
_PIECES_MOST = 400
_FREE_MOST = 60
"""How many free pieces are kept with a fingerprint; the others belong to it."""
_SPAN = re.compile(rb"<(!--|(?:script|style|input|img|iframe|meta)(?=[\s/>]))", re.IGNORECASE)
_VALUE = re.compile(
    rb"""\s(?:nonce|src|value|content)\s?=\s?(["'])([^"'<>]{1,2000})(?<!=)\1(?=[\s/>])""", re.IGNORECASE
)
_ENDS = {name: re.compile(rb"</" + name + rb"(?=[\s/>])", re.IGNORECASE) for name in (b"script", b"style")}
_NUMBER = re.compile(rb""">([^<>&"'0-9]{0,60}+[0-9]{3}[^<>&"']{0,60}+)(?=<)""")
_MAY_BE_OPEN = re.compile(rb"""=(?:"[^"<>]*+[<>]|'[^'<>]*+[<>])""")
"""A quote that is open where a tag begins or ends: without one no link is taken along (`html.has_open_quote`)."""
_AT_ONCE = re.compile(rb"-?>")
"""What ends a comment that it begins."""
_NOT_IN_COMMENT = re.compile(rb"<!|--!")
_BLANK = re.compile(r"[\s\0]+")

_Kind = Literal["comment", "script", "value", "text"]


@dataclass(frozen=True, slots=True)
class _Parts:
    """A page, taken apart: a fixed piece before each loose one, and one behind the last."""

    fixed: tuple[bytes, ...]
    loose: tuple[bytes, ...]
    kinds: tuple[_Kind, ...]


@dataclass(frozen=True, slots=True)
class PageFingerprint:
    """How pages that `parse` reads are known again."""

    parse: Callable[[Page], Timeline]

    def of(self, page: Page, watched: html.Watched) -> str | None:
        """Return the fingerprint of a page that was just read, and watched; None where it has none."""
        parts = _parts(html.utf8(page)) if watched.trees == 1 else None
        if parts is None or (
            _MAY_BE_OPEN.search(b"".join(parts.fixed)) and html.would_have_open_quote(html.decode(page))
        ):
            return None
        asked = "\n".join(watched.texts)
        proven = sorted(_proven(parts)) if parts.loose else []
        free = [place for place in proven if _is_free(parts, place, asked)][:_FREE_MOST]
        return _fingerprint(page, parts, free)

    def fits(self, page: Page, fingerprint: str) -> bool:
        """True if reading this page would come to what it came to when the fingerprint was taken."""
        try:
            answers.judge_status(page)
            answers.refuse_walls(page)
        except LookFailedError:
            return False
        parts = _parts(html.utf8(page))
        if parts is None:
            return False
        free = [int(place) for place in fingerprint.partition(":")[2].split(",") if place]
        return _fingerprint(page, parts, free) == fingerprint


def _fingerprint(page: Page, parts: _Parts, free: Collection[int]) -> str:
    kept = [piece for place, piece in enumerate(parts.loose) if place not in free]
    ends = html.decode(page)[-html.ENDING :].lower()
    outside = (
        page.url,
        str(beijing_date(page.at)),
        "</html" in ends or "</body" in ends,
        parts.kinds,
        [len(piece) for piece in (*parts.fixed, *kept)],
    )
    mark = sha256(repr(outside).encode("utf-8", "backslashreplace"))
    mark.update(b"".join((*parts.fixed, *kept)))
    return f"{mark.hexdigest()[:32]}:{','.join(map(str, free))}"


def _parts(data: bytes) -> _Parts | None:
    """Return a page's pieces; None where one does not end, or they are too many."""
    spans: list[tuple[int, int, _Kind]] = []
    here = 0
    for span in _spans(data):
        if span is None or len(spans) > _PIECES_MOST:
            return None
        start, end, kind, after = span
        if kind is not None:
            spans.extend(_numbers(data, here, start))
            spans.append((start, end, kind))
        here = after
    spans.extend(_numbers(data, here, len(data)))
    if len(spans) > _PIECES_MOST:
        return None
    edges = [0, *(edge for start, end, _ in spans for edge in (start, end)), len(data)]
    return _Parts(
        fixed=tuple(data[edges[place] : edges[place + 1]] for place in range(0, len(edges), 2)),
        loose=tuple(data[start:end] for start, end, _ in spans),
        kinds=tuple(kind for _, _, kind in spans),
    )


def _spans(data: bytes) -> Iterator[tuple[int, int, _Kind | None, int] | None]:
    """Yield where loose pieces begin and end, and where to go on; without a kind what is fixed and holds none.

    None where something does not end.
    """
    here = 0
    while found := _SPAN.search(data, here):
        name, start = found[1].lower(), found.end()
        if name == b"!--":
            end = data.find(b"-->", start)
            if end < 0:
                yield None
                return
            is_odd = _AT_ONCE.match(data, start) or _NOT_IN_COMMENT.search(data, start, end)
            is_plain = end > start and not is_odd
            here = end + 3
            yield start, end, "comment" if is_plain else None, here
            continue
        close = data.find(b">", start)
        if close < 0 or data.find(b"<", start, close) >= 0:
            yield None
            return
        for value in _VALUE.finditer(data, start, close + 1):
            yield *value.span(2), "value", value.end()
        here = close
        if name in _ENDS:
            closed = _ENDS[name].search(data, close)
            if closed is None:
                yield None
                return
            here = closed.start()
            is_plain = name == b"script" and here > close + 1 and data.find(b"<!--", close, here) < 0
            yield close + 1, here, "script" if is_plain else None, here


def _numbers(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, _Kind]]:
    """Yield the texts of a stretch that hold a number and are like no date."""
    for found in _NUMBER.finditer(data, start, end):
        if is_inert(found[1].decode("utf-8", "replace")):
            yield *found.span(1), "text"


def _proven(parts: _Parts) -> Iterator[int]:
    """Yield which loose pieces are for the parser what their kinds say, and no more."""
    mark = sha256(b"".join(parts.fixed)).hexdigest()[:12]  # nobody writes a token of a page into it
    places = {f"xq{mark}q{place}q": place for place in range(len(parts.loose))}
    fixed = [piece.decode("utf-8", "ignore") for piece in parts.fixed]
    tree = html.unwatched("".join(chain(*zip(fixed, places, strict=False), fixed[-1:])))
    if tree.root is None:
        return
    # There a script is markup like any other, in which an element may stand.
    foreign = {node.mem_id for node in tree.css("svg script,math script")}
    for node in tree.root.traverse(include_text=True):
        if node.is_text_node:
            place = places.get(node.text_content or "")
            if place is not None and node.parent is not None and node.parent.mem_id not in foreign:
                is_script = node.parent.tag == "script"
                if parts.kinds[place] == ("script" if is_script else "text"):
                    yield place
        elif node.is_comment_node:
            place = places.get(node.comment_content or "")
            if place is not None and parts.kinds[place] == "comment":
                yield place
    for node in tree.css(f"{_TAGS},meta"):
        attributes = node.attributes
        for attribute in _unread(node.tag, attributes):
            place = places.get(attributes.get(attribute) or "")
            if place is not None and parts.kinds[place] == "value":
                yield place


def _unread(tag: str | None, attributes: Mapping[str, str | None]) -> Collection[str]:
    """Return which attributes of an element no reader of pages asks for, of those that are looked at here."""
    if tag != "meta":
        return UNREAD_VALUES
    name = html.meta_name(attributes)
    return ("content",) if name and name not in article.NAMES else ()


def _is_free(parts: _Parts, place: int, asked: str) -> bool:
    """True if the reader asked for nothing that contains a piece."""
    if parts.kinds[place] in {"comment", "value"}:
        return True
    longest = max(_BLANK.split(parts.loose[place].decode("utf-8", "replace")), key=len)
    return bool(longest) and longest not in asked
