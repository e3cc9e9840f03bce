"""The fingerprint of a page: equal for two pages only where reading them comes to the same.

A page has *loose* pieces, which sites change at every answer: the bodies of scripts, comments, values of attributes (a
nonce, a token of a form, the address of a picture), and texts with a number that is like no date, such as a count of
visits. All else is *fixed*.

Which of the loose pieces do not matter is found out when the page is read, and not supposed:

- A piece is free only where the tree that was read shows it in the very place that its kind says: as a comment, a
  script's body, a whole text, the value of one of `UNREAD_VALUES` or of a `<meta>` that is none of `article.NAMES`. A
  node shows a piece if it holds the same words, and there are as many such nodes as places in the page's bytes where
  these words stand between the same signs, all of them loose pieces of that kind. Then the parser was where the kind
  says before the piece, and is where it was after it, whatever stands there, as long as it is of the same kind.
- A body or a text is free only where nothing that the reader asked a node for (`html.text`, `html.content`) contains
  it. A reading that never asked for it cannot turn out otherwise for it.

A fingerprint says how long the stretches between the free pieces are, of which kind each of those is, and a hash of the
stretches: whether another page has it is found out without looking for pieces. To the hash belong also the page's
address, the day of the look, and what is read of the bytes themselves. A page of whose pieces anything is unusual has
no fingerprint, and neither has one of which a second tree had to be made.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import unescape
from typing import Literal

from collectors import answers, article, html
from collectors.hits import is_inert
from monitor.core.calendar import beijing_date
from monitor.core.collector import Page
from monitor.core.observation import LookFailedError, Timeline

UNREAD_VALUES = frozenset({"nonce", "src", "value"})
"""The attributes of `_TAGS` whose values no reader of pages asks for."""
_TAGS = "script,input,img,iframe,meta"
_VALUES = ("nonce", "src", "value", "content")
_PIECES_MOST = 400
_FREE_MOST = 60
"""How many pieces are tried, and may be free; the others belong to the stretches between."""
_SPAN = re.compile(rb"<(!--|(?:script|style|input|img|iframe|meta)(?=[\s/>]))", re.IGNORECASE)
_VALUE = re.compile(
    rb"""\s(?:nonce|src|value|content)\s?=\s?(["'])([^"'<>]{1,2000})(?<!=)\1(?=[\s/>])""", re.IGNORECASE
)
_ENDS = {name: re.compile(rb"</" + name, re.IGNORECASE) for name in (b"script", b"style")}
_NUMBER = re.compile(rb""">([^<>&"'0-9]{0,60}+[0-9]{3}[^<>&"']{0,60}+)(?=<)""")
_ONE_VALUE = re.compile(rb"""[^"'<>]{1,2000}(?<!=)(?=["'])""")
_ONE_NUMBER = re.compile(_NUMBER.pattern.removeprefix(b">"))
_MAY_BE_OPEN = re.compile(rb"""=(?:"[^"<>]*+[<>]|'[^'<>]*+[<>])""")
"""A quote that is open where a tag begins or ends: without one no link is taken along (`html.has_open_quote`)."""
_AT_ONCE = re.compile(rb"-?>")
"""What ends a comment that it begins."""
_NOT_IN_COMMENT = re.compile(rb"<!|--!")
_TRIED = 2_000
"""In so many characters of a piece its longest word is looked for."""
_BLANK = re.compile(r"[\s\0]+")
_STEP = re.compile(r"([0-9]{1,9})([cstv])")
_STEPS = re.compile(rf"[0-9a-f]{{32}}:((?:{_STEP.pattern}){{0,{_FREE_MOST}}})")

_Kind = Literal["c", "s", "t", "v"]
"""A comment, a script's body, a text, a value."""
_EDGES: Mapping[_Kind, Sequence[tuple[bytes, bytes]]] = {
    "c": ((b"<!--", b"-->"),),
    "s": ((b">", b"</"),),
    "t": ((b">", b"<"),),
    "v": ((b'"', b'"'), (b"'", b"'")),
}
"""What stands before and behind a piece of each kind."""
_Span = tuple[int, int, _Kind]
"""Where a loose piece begins, where it ends, and its kind."""


@dataclass(frozen=True, slots=True)
class PageFingerprint:
    """How pages that `parse` reads are known again."""

    parse: Callable[[Page], Timeline]

    def of(self, page: Page, watched: html.Watched) -> str | None:
        """Return the fingerprint of a page that was just read, and watched; None where it has none."""
        data = html.utf8(page)
        if watched.tree is None or watched.trees != 1 or b"\0" in data:
            return None
        spans = _pieces(data)
        if spans is None:
            return None
        if _MAY_BE_OPEN.search(b"".join(_between(data, spans))) and html.would_have_open_quote(html.decode(page)):
            return None
        free = _free(data, spans, watched) if spans else []
        steps = zip(_between(data, free), free, strict=False)
        return _mark(page, _between(data, free), "".join(f"{len(piece)}{kind}" for piece, (_, _, kind) in steps))

    def fits(self, page: Page, fingerprint: str) -> bool:
        """True if reading this page would come to what it came to when the fingerprint was taken."""
        written = _STEPS.fullmatch(fingerprint)
        if written is None:
            return False
        try:
            answers.judge_status(page)
            answers.refuse_walls(page)
        except LookFailedError:
            return False
        data = html.utf8(page)
        if b"\0" in data:  # the parser leaves them out, and what stood around one may be a date
            return False
        free: list[_Span] = []
        here = 0
        for length, kind in _STEP.findall(written[1]):
            start = here + int(length)
            here = _end_of(data, start, kind)
            if here < 0:
                return False
            free.append((start, here, kind))
        return _mark(page, _between(data, free), written[1]) == fingerprint


def _mark(page: Page, stretches: Sequence[bytes], steps: str) -> str:
    ends = html.decode(page)[-html.ENDING :].lower()
    outside = (page.url, str(beijing_date(page.at)), "</html" in ends or "</body" in ends, steps)
    mark = sha256(repr(outside).encode("utf-8", "backslashreplace"))
    for stretch in stretches:
        mark.update(stretch)
    return f"{mark.hexdigest()[:32]}:{steps}"


def _between(data: bytes, spans: Sequence[_Span]) -> list[bytes]:
    """Return the stretches of a page before each of some pieces, and behind the last."""
    edges = [0, *(edge for start, end, _ in spans for edge in (start, end)), len(data)]
    return [data[edges[place] : edges[place + 1]] for place in range(0, len(edges), 2)]


def _end_of(data: bytes, start: int, kind: _Kind) -> int:
    """Return where a piece of this kind ends that begins here; -1 where there is none."""
    match kind:
        case "c":
            end = data.find(b"-->", start)
            is_odd = _AT_ONCE.match(data, start) or _NOT_IN_COMMENT.search(data, start, end)
            return end if end > start and not is_odd else -1
        case "s":
            closed = _ENDS[b"script"].search(data, start)
            is_plain = closed and closed.start() > start and data.find(b"<!--", start, closed.start()) < 0
            is_closed = closed and data[closed.end() : closed.end() + 1] in _AFTER_NAME
            return closed.start() if closed and is_plain and is_closed else -1
        case "v":
            value = _ONE_VALUE.match(data, start)
            return value.end() if value else -1
        case "t":
            number = _ONE_NUMBER.match(data, start)
            return number.end() if number and is_inert(number[1].decode("utf-8", "replace")) else -1


_AFTER_NAME = frozenset(bytes([char]) for char in b" \t\n\r\f/>")


def _pieces(data: bytes) -> list[_Span] | None:
    """Return a page's loose pieces; None where something does not end, or they are too many."""
    spans: list[_Span] = []
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
    return spans if len(spans) <= _PIECES_MOST else None


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
            here = end + 3
            yield start, end, "c" if _end_of(data, start, "c") == end else None, here
            continue
        close = data.find(b">", start)
        if close < 0 or data.find(b"<", start, close) >= 0:
            yield None
            return
        for value in _VALUE.finditer(data, start, close + 1):
            yield *value.span(2), "v", value.end()
        here = close
        if name in _ENDS:
            closed = _ENDS[name].search(data, close)
            if closed is None:
                yield None
                return
            here = closed.start()
            is_plain = name == b"script" and _end_of(data, close + 1, "s") == here
            yield close + 1, here, "s" if is_plain else None, here


def _numbers(data: bytes, start: int, end: int) -> Iterator[_Span]:
    """Yield the texts of a stretch that hold a number and are like no date."""
    for found in _NUMBER.finditer(data, start, end):
        if is_inert(found[1].decode("utf-8", "replace")):
            yield *found.span(1), "t"


def _free(data: bytes, spans: Sequence[_Span], watched: html.Watched) -> list[_Span]:
    """Return the loose pieces that do not matter."""
    pieces = [(kind, _words(data[start:end], kind)) for start, end, kind in spans]
    written, asked = Counter(pieces), "\n".join(watched.texts)
    shown = _shown(frozenset(pieces), watched)
    known: dict[tuple[_Kind, str], bool] = {}
    for (start, end, _), piece in zip(spans, pieces, strict=True):
        if piece not in known and len(known) < _FREE_MOST:
            places = sum(data.count(left + data[start:end] + right) for left, right in _EDGES[piece[0]])
            is_shown = shown[piece] == written[piece] == places
            known[piece] = is_shown and (piece[0] in {"c", "v"} or _is_unasked(piece[1], asked))
    return [span for span, piece in zip(spans, pieces, strict=True) if known.get(piece)][:_FREE_MOST]


def _words(piece: bytes, kind: _Kind) -> str:
    """Return what a node holds that shows a piece."""
    said = piece.decode("utf-8", "replace")
    if kind == "c":
        return said.strip()  # as selectolax does
    return unescape(said) if kind == "v" else said


def _shown(pieces: Collection[tuple[_Kind, str]], watched: html.Watched) -> Counter[tuple[_Kind, str]]:
    """Return which pieces nodes of a page show, and how many; none that stand where a reader may look."""
    shown: Counter[tuple[_Kind, str]] = Counter()
    tree = watched.tree
    if tree is None:
        return shown
    nodes = [*watched.nodes, *html.around_body(tree)]
    kinds = {kind for kind, _ in pieces}
    said = {words for _, words in pieces}
    # There a script is markup like any other, in which an element may stand.
    foreign = {node.mem_id for node in tree.css("svg script,math script")} if "s" in kinds else set()
    for node, words in nodes:
        if node.is_comment_node:
            shown["c", words.strip()] += 1
        elif words in said and node.parent is not None and node.parent.mem_id not in foreign:
            shown["s" if node.parent.tag == "script" else "t", words] += 1
    for node in tree.css(_TAGS) if "v" in kinds else ():
        attributes = node.attributes
        unread = _unread(node.tag, attributes)
        for name in _VALUES:
            if (value := attributes.get(name)) and name in unread:
                shown["v", value] += 1
    return shown


def _unread(tag: str | None, attributes: Mapping[str, str | None]) -> Collection[str]:
    """Return which attributes of an element no reader of pages asks for, of those that are looked at here."""
    if tag != "meta":
        return UNREAD_VALUES
    name = html.meta_name(attributes)
    return ("content",) if name and name not in article.NAMES else ()


def _is_unasked(said: str, asked: str) -> bool:
    """True if the reader asked for nothing that contains a piece."""
    longest = max(_BLANK.split(said[:_TRIED]), key=len)
    return bool(longest) and longest not in asked
