"""Pages as text and as trees: decoding, titles, `<meta>`, links. Everything is bounded, nothing runs.

selectolax (Lexbor) reads a page in a fraction of the time of anything else, and as a browser does.
So does lxml by now (libxml2 2.14): where an element that is never closed swallows the page, both
find nothing, and `mended` takes that element's tag away.
"""

from __future__ import annotations

import codecs
import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from monitor.core.collector import Page

Tree = LexborHTMLParser
Node = LexborNode

TITLE_LENGTH = 120
"""How much of a post's title is kept, in characters."""
_SWALLOWING = ("title", "textarea", "xmp", "iframe", "noframes", "plaintext", "template")
"""Elements that take everything up to their closing tag as text, or out of the tree."""
_META_BYTES = 4096
"""Where a page that declares its encoding does so (the HTML standard says 1024; sites are later)."""

_CHARSET = re.compile(
    rb"""charset\s*=\s*["']?\s*([\w-]{2,24})|<\?xml[^>]{0,80}encoding=["']([\w-]{2,24})""", re.IGNORECASE
)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_TAG = re.compile(r"<[^<>]{0,2000}>")
_UNCLEAR = frozenset({"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii", "windows-1252"})
"""What servers say by default about Chinese pages: any bytes pass as these, so they say nothing."""


def decode(page: Page) -> str:
    """Return the body as text: by header, BOM, `<meta>`, then UTF-8 and GB18030, the first that fits strictly.

    Where none fits, the first declared one with replacement characters. A character cut off at
    the very end fits. A page that calls itself GBK and is valid UTF-8 is UTF-8.
    """
    body = page.body
    candidates = [*_declared(page), "utf-8", "gb18030"]
    if candidates[0] == "gb18030":
        candidates.insert(0, "utf-8")
    for encoding in candidates:
        try:
            return codecs.getincrementaldecoder(encoding)("strict").decode(body)
        except UnicodeError:
            continue
    return body.decode(next(iter(_declared(page)), "utf-8"), "replace")


def tree(text: str) -> Tree:
    """Return the page's tree."""
    return LexborHTMLParser(text)


def mended(text: str) -> Tree:
    """Return the tree of a page that an unclosed element swallows whole: without the opening tags never closed."""
    for name in _SWALLOWING:
        closed = max((match.start() for match in re.finditer(f"</{name}", text, re.IGNORECASE)), default=0)
        text = text[:closed] + re.sub(f"<{name}\\b[^<>]*>", "", text[closed:], flags=re.IGNORECASE)
    ended = text.rfind("-->") + 1
    return LexborHTMLParser(text[:ended] + text[ended:].replace("<!--", ""))


def select(where: Tree | Node, css: str) -> list[Node]:
    """Return the nodes that a CSS selector finds; raises ValueError for what is no selector."""
    try:
        return where.css(css)
    except SelectolaxError as error:
        raise ValueError(css) from error


def title(page: Tree) -> str:
    """Return the words of `<title>`, or nothing."""
    node = page.css_first("title")
    return plain(node.text()) if node else ""


def metas(page: Tree) -> Iterator[tuple[str, str]]:
    """Yield (name or property in lower case, content) of every `<meta>`, in the page's order."""
    for node in page.css("meta"):
        attributes = node.attributes
        name = attributes.get("name") or attributes.get("property") or attributes.get("itemprop")
        content = attributes.get("content")
        if name and content:
            yield name.strip().lower(), content.strip()


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
    """Whether a character draws nothing but may steer what draws it: C0, C1, direction marks, lone surrogates."""
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


def _declared(page: Page) -> Iterator[str]:
    """Yield the encodings that the answer itself names and Python knows."""
    header = _CHARSET.search(page.headers.get("content-type", "").encode())
    if header and (name := _known(header[1])):
        yield name
    for bom, encoding in _BOMS:
        if page.body.startswith(bom):
            yield encoding
    for declared in _CHARSET.finditer(page.body, 0, _META_BYTES):
        if name := _known(declared[1] or declared[2]):
            yield name
            return


def _known(label: bytes) -> str | None:
    name = label.decode("ascii", "ignore").lower()
    if name in _UNCLEAR:
        return None
    if name.startswith(("gb", "x-gb")):
        return "gb18030"
    try:
        return codecs.lookup(name).name if codecs.lookup(name)._is_text_encoding else None  # noqa: SLF001
    except LookupError:
        return None
