"""Pages as text and as trees: decoding, titles, `<meta>`, links. Everything is bounded, nothing runs.

selectolax (Lexbor) reads every page: in a fraction of the time of anything else, and as a browser does.
Where it shows nothing, two menders stand behind it, and selectolax reads what they make: `mended`
takes away the tags that swallow a page, `rebuilt` writes it anew with Beautiful Soup over lxml, whose
tree leaves content where it was written. The measurements: docs/decisions/0009.
"""

from __future__ import annotations

import codecs
import html
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from bs4.formatter import HTMLFormatter
from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from collectors import charsets
from monitor.core.collector import Page
from monitor.core.observation import LookFailedError, Reason

Tree = LexborHTMLParser
Node = LexborNode

ENDING = 4_000
"""So many characters before its end a page's last tags are looked for."""
TITLE_LENGTH = 120
"""How much of a post's title is kept, in characters."""
_SWALLOWING = ("title", "textarea", "xmp", "iframe", "noframes", "plaintext", "template")
"""Elements that take everything up to their closing tag as text, or out of the tree."""
_TEXT_ONLY = ("title", "textarea", "xmp", "iframe", "noframes", "noembed", "style", "script")
"""Elements that hold no elements: links in one are a swallowed piece of the page."""
_TABLE = ("table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption")
"""Elements that a browser moves content out of when it stands between their cells."""
_REBUILT_LENGTH = 500_000
"""The longest page that is rebuilt, in characters: it takes about 1 ms per 1,000 of them."""
_RAW = HTMLFormatter()
"""Writes text as it stands: what was swallowed is markup."""
_SWALLOWED_MOST = 50
_SWALLOWED_DEPTH = 3
_META_BYTES = 4096
"""Where a page that declares its encoding does so (the HTML standard says 1024; sites are later)."""

_CHARSET = re.compile(
    rb"""charset\s{0,20}=\s{0,20}["']?\s{0,20}([\w-]{2,24})|<\?xml[^>]{0,80}encoding=["']([\w-]{2,24})""", re.IGNORECASE
)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_TAG = re.compile(r"<[^<>]{0,2000}>")
_DATA_SCRIPT = re.compile(
    r"""<script\b[^<>]{0,200}\stype\s?=\s?["']?(?:text|application)/xml\b[^<>]{0,200}>|<!\[CDATA\[|\]\]>""",
    re.IGNORECASE,
)
"""Where a CMS keeps a list as data that a script shows later (大汉 jpage: `<datastore>` with one record per post)."""
_REPAIRS = tuple(
    (re.compile(wrong, re.IGNORECASE), right)
    for wrong, right in (
        (r"[\x00\ud800-\udfff]|<\?[^<>]*>?", ""),  # marks that no page may hold; `<?xml … ?>`, `<?php … ?>`
        (r"<!\[endif\]>", "<!--<![endif]-->"),  # `<!--[if IE]> … <![endif]>`
        (r"(?:--\s+|(?<!-)[-—])>", "-->"),  # comments closed by `-- >`, `->`, `—>`
        (r"<\s+(?=/?[a-z])", "<"),  # `< a href=…>`, `< /title>`
        (r'="([^"<>]*)>', r'="\1">'),  # `<td class="date>`
        (r"='([^'<>]*)>", r"='\1'>"),
        (r"(</?[a-z][^<>]*)(?=<)", r"\1>"),  # `</a<span>`
    )
)
_OPEN_QUOTE = re.compile(r"""=(?:"[^"<>]*+>[^"]*|'[^'<>]*+>[^']*)<a\s""", re.IGNORECASE)
_UNREAD = re.compile(r"<script\b.*?(?:</script|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL)
_LINK = re.compile(r"<a\s[^<>]*href", re.IGNORECASE)
_NOT_SCRIPT = re.compile(r"</?(?:head|body)\b|(?<![\"'])<script\b", re.IGNORECASE)
"""Texts that a script that ends where it should does not hold."""


def decode(page: Page) -> str:
    """Return the body as text: by header, BOM, `<meta>`, then UTF-8 and GB18030, the first that fits strictly.

    Where none fits, the first declared one with replacement characters. A character cut off at
    the very end fits. A page that calls itself GBK or the like and is valid UTF-8 is UTF-8. Only what browsers know is
    declared.
    The text of the page that was asked for last is at hand: it is judged before it is read.
    """
    return _text_of(page)[0]


def utf8(page: Page) -> bytes:
    """Return the page's text in UTF-8, which most pages are written in."""
    text, encoding = _text_of(page)
    return page.body if encoding == "utf-8" else text.encode("utf-8", "replace")


def _text_of(page: Page) -> tuple[str, str]:
    last, found = _decoded[0]
    if last is not page:
        found = _decode(page)
        _decoded[0] = page, found
    return found


_decoded: list[tuple[Page | None, tuple[str, str]]] = [(None, ("", ""))]
"""The page that was decoded last, its text and in which encoding it fitted; no encoding where none did."""


def _decode(page: Page) -> tuple[str, str]:
    body = page.body
    candidates = [text for text in (*_declared(page), "utf-8", "gb18030") if not _is_refuted(text, body)]
    if not candidates[0].startswith(_OF_THEIR_OWN):
        candidates.insert(0, "utf-8")
    for encoding in candidates:
        try:
            # The encoder of a stream lets a character that is cut off at the end go.
            text = codecs.getincrementaldecoder(encoding)("strict").decode(body)
        except UnicodeError:
            continue
        return text, encoding
    likely = next((text for text in _declared(page) if not _is_refuted(text, body)), "utf-8")
    return body.decode(likely, "replace"), ""


_OF_THEIR_OWN = ("utf", "iso-2022", "iso2022")
"""Encodings for whose text valid UTF-8 proves nothing: it is the same, wider, or all ASCII."""


def _is_refuted(encoding: str, body: bytes) -> bool:
    """True if an encoding of two bytes a character is named for a body with markup of one byte a character."""
    return encoding.startswith("utf-16") and b"<" in body and b"\0" not in body


def tree(text: str) -> Tree:
    """Return the page's tree; raises LookFailedError for one that takes more memory than a page may."""
    try:
        made = LexborHTMLParser(text)
    except SelectolaxError as error:
        raise LookFailedError(Reason.UNREADABLE, "markup that no parser takes") from error
    watched = _watched.get()
    if watched is not None:
        watched.trees += 1
        watched.tree = made
    return made


@dataclass(slots=True)
class Watched:
    """What a reader of pages asked of them."""

    texts: list[str] = field(default_factory=list)
    """The texts of nodes."""
    trees: int = 0
    tree: Tree | None = None
    """The last of them."""
    nodes: list[tuple[Node, str]] = field(default_factory=list)
    """The texts and comments that were gone over, and what they hold."""


@contextmanager
def watching() -> Iterator[Watched]:
    """Collect what is asked of pages meanwhile."""
    watched = Watched()
    before = _watched.set(watched)
    try:
        yield watched
    finally:
        _watched.reset(before)


_watched: ContextVar[Watched | None] = ContextVar("_watched", default=None)


def text(node: Node, separator: str = "") -> str:
    """Return the text in a node, scripts and all. Readers ask for it in no other way than this and `content`."""
    return _noted(node.text(separator=separator) or "")


def content(node: Node) -> str:
    """Return what a node of text holds."""
    return _noted(node.text_content or "")


def texts(top: Node) -> Iterator[tuple[Node, str]]:
    """Yield the nodes of text in a node that are not blank, and what they hold.

    Who asks for no more than whether it is inert (`hits.is_inert`) has not asked for it.
    """
    watched = _watched.get()
    if watched is None:
        yield from (entry for entry in loose_nodes(top) if entry[0].is_text_node)
        return
    for entry in loose_nodes(top):
        watched.nodes.append(entry)
        if entry[0].is_text_node:
            yield entry


def loose_nodes(top: Node) -> Iterator[tuple[Node, str]]:
    """Yield the texts in a node that are not blank, and the comments, and what they hold."""
    for node in top.traverse(include_text=True, skip_empty=True):
        if node.is_text_node:
            yield node, node.text_content or ""
        elif node.is_comment_node:
            yield node, node.comment_content or ""


def around_body(page: Tree) -> Iterator[tuple[Node, str]]:
    """Yield what `loose_nodes` does of a page's head, and the comments beside it and behind the body."""
    if page.head is not None:
        yield from loose_nodes(page.head)
    for first in (page.root.child if page.root is not None else None, page.root):
        node = first
        while node is not None:
            if node.is_comment_node:
                yield node, node.comment_content or ""
            node = node.next


def _noted(said: str) -> str:
    watched = _watched.get()
    if watched is not None:
        watched.texts.append(said)
    return said


def has_open_quote(text: str) -> bool:
    """True if an attribute's quote that is never closed takes a link along: `<td class="date>…<a href="…">`."""
    return bool(_OPEN_QUOTE.search(text)) and would_have_open_quote(text)


def would_have_open_quote(text: str) -> bool:
    """True if it does in what is neither script nor comment, whatever else those hold."""
    return bool(_OPEN_QUOTE.search(_UNREAD.sub("", text)))


def mended(text: str) -> Tree:
    """Return the tree of a page that an element swallows: without opening tags never closed and tags around data."""
    return tree(_released(text))


def rebuilt(text: str) -> Iterator[Tree]:
    """Yield the trees of a page of broken markup as Beautiful Soup writes it anew.

    First as it is, then with tables that are none to a browser (`x-table`, `x-tr`, …), so that
    what stands between their cells stays there. None for a page too long to be worth it.
    """
    if len(text) > _REBUILT_LENGTH:
        return
    for wrong, right in _REPAIRS:
        text = wrong.sub(right, text)
    text = _released(text)
    if "<" not in text:
        return
    soup = _soup(text, _SWALLOWED_DEPTH)
    yield tree(str(soup))
    cells = soup.find_all(_TABLE)
    for cell in cells:
        cell.name = f"x-{cell.name}"
    if cells:
        yield tree(str(soup))


def _released(text: str) -> str:
    """Return the text without opening tags that are never closed, and without the tags around data."""
    text = _DATA_SCRIPT.sub("", text)
    for name in _SWALLOWING:
        closed = max((match.start() for match in re.finditer(f"</{name}", text, re.IGNORECASE)), default=0)
        text = text[:closed] + re.sub(f"<{name}\\b[^<>]*>", "", text[closed:], flags=re.IGNORECASE)
    ended = text.rfind("-->") + 1
    return text[:ended] + text[ended:].replace("<!--", "")


def _soup(text: str, depth: int) -> BeautifulSoup:
    """Return a page's soup, in which what an element of text has swallowed is markup again."""
    soup = BeautifulSoup(text, "lxml")
    for frame in soup.find_all("frameset"):
        frame.unwrap()
    swallowing = (node for node in soup.find_all(_TEXT_ONLY) if depth and _has_swallowed(node))
    for node in list(islice(swallowing, _SWALLOWED_MOST)):
        node.replace_with(_soup(node.decode_contents(formatter=_RAW), depth - 1))
    return soup


def _has_swallowed(node: Tag) -> bool:
    inside = node.decode_contents(formatter=_RAW)
    return bool(_LINK.search(inside)) and (node.name != "script" or bool(_NOT_SCRIPT.search(inside)))


def select(where: Tree | Node, css: str) -> list[Node]:
    """Return the nodes that a CSS selector finds; raises ValueError for what is no selector."""
    try:
        return where.css(css)
    except SelectolaxError as error:
        raise ValueError(css) from error


def title(page: Tree) -> str:
    """Return the words of `<title>`, or nothing."""
    node = page.css_first("title")
    return plain(text(node)) if node else ""


def metas(page: Tree) -> Iterator[tuple[str, str]]:
    """Yield (name or property in lower case, content) of every `<meta>`, in the page's order."""
    for node in page.css("meta"):
        attributes = node.attributes
        name = meta_name(attributes)
        content = attributes.get("content")
        if name and content:
            yield name, content.strip()


def meta_name(attributes: Mapping[str, str | None]) -> str | None:
    """Return what a `<meta>` of these attributes is called, in lower case."""
    name = attributes.get("name") or attributes.get("property") or attributes.get("itemprop")
    return name.strip().lower() if name else None


def plain(markup: str, length: int = TITLE_LENGTH) -> str:
    """Return a title's words: no tags, no entities, no control characters, one line, not longer than `length`."""
    text = (
        html.unescape(_TAG.sub(" ", markup[: 20 * length])) if "<" in markup or "&" in markup else markup[: 20 * length]
    )
    if not text.isprintable():
        text = "".join(" " if _is_control(char) else char for char in text)
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"


def _is_control(char: str) -> bool:
    """True if a character draws nothing but may steer what draws it: C0, C1, direction marks, lone surrogates."""
    return not char.isprintable() and unicodedata.category(char) != "Zs"


def link(base: str, href: str | None) -> str | None:
    """Return a link as an absolute http(s) address without its fragment, or None."""
    if not href or len(href) > 2000:
        return None
    try:
        absolute = urljoin(base, href.strip())
        parts = urlsplit(absolute)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.netloc or not absolute.isprintable():
        return None
    return absolute.partition("#")[0]


def host(address: str) -> str:
    """Return the host of an absolute http(s) address, in small letters; empty for anything else."""
    absolute = link("", address)
    return (urlsplit(absolute).hostname or "") if absolute else ""


def _declared(page: Page) -> Iterator[str]:
    """Yield the encodings that the answer itself names and browsers know."""
    header = _CHARSET.search(page.headers.get("content-type", "").encode())
    if header and (name := _known(header[1])):
        yield name
    for bom, encoding in _BOMS:
        if page.body.startswith(bom):
            yield encoding
    head = page.body[:_META_BYTES].lower()
    if b"charset" not in head and b"encoding" not in head:
        return
    for declared in _CHARSET.finditer(page.body, 0, _META_BYTES):
        if name := _known(declared[1] or declared[2]):
            yield name
            return


def _known(label: bytes) -> str | None:
    return charsets.codec_of(label.decode("ascii", "ignore"))
