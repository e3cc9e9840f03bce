"""Broken XML, read as far as its tags go: for a feed that no XML parser takes, because of one slip of its site.

A bare `&`, a control character, a prefix that nobody declared, a warning of the server before the declaration or a
script behind the end cost what they damage and nothing more. A feed read so may have lost something.

One pass over the text, forward only. Nothing expands: a reference is one of HTML's named characters, a number, or
the text that it is. A DOCTYPE's declarations are not read.
"""

from __future__ import annotations

import re
from html.entities import html5
from typing import TYPE_CHECKING
from xml.etree.ElementTree import TreeBuilder

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_DEEPEST = 100
_PREFIXES_MOST = 50
"""How many prefixes may be declared at one place."""
_KNOWN = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "atom": "http://www.w3.org/2005/Atom",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}
"""The namespaces of prefixes that everybody uses alike, where they are not declared."""
_REPEATED = frozenset({"item", "entry"})
"""Elements that do not hold their like: the next one ends the one before."""
_SHORT = frozenset({"title", "link", "guid", "id", "author", "category"})
"""Elements that hold a word or two: the next of these, or a date, ends the one before."""
_DATES = frozenset({"pubdate", "published", "issued", "updated", "date"})
"""Elements that hold no element: the next one of any name ends it."""
_LONGEST_URI = 300

_NEVER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&(?:#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,31}));")
_TAG = re.compile(r"""<(/?)([^\W\d][\w.:-]{0,100}+)((?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+)>""")
_TORN_TAG = re.compile(r"<(/?)([^\W\d][\w.:-]{0,100}+)([^<>]*+)>")
_ATTRIBUTE = re.compile(r"""\s*+(?:([\w.:-]{1,100}+)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"']++))|[^\s]++)""")
_ROOT = r"<(?:[^\W\d][\w.-]{0,30}:)?(?:%s)(?=[\s>/])"


class CutOffXmlError(ValueError):
    """A text that ends before its root does."""


def read(text: str, roots: frozenset[str]) -> Element | None:
    """Return the first element of one of these names; None if there is none, or no reading it.

    Raises CutOffError where the text ends before the element does.
    """
    start = re.search(_ROOT % "|".join(sorted(roots)), text, re.IGNORECASE)
    if start is None or "<!ENTITY" in text[: start.start()]:
        return None
    return _Reading(_NEVER.sub("", text[start.start() :])).all()


class _Reading:
    def __init__(self, text: str) -> None:
        self._text = text
        self._builder = TreeBuilder()
        self._has_root = False
        self._last_cdata_end = text.rfind("]]>")
        self._open: list[tuple[str, str, dict[str, str]]] = []
        """The elements that are open: the name in small letters, the name as built, the prefixes that hold there."""

    def all(self) -> Element | None:
        text, here = self._text, 0
        while here < len(text):
            tag = text.find("<", here)
            if tag < 0:
                break
            self._data(_unescaped(text[here:tag]))
            here = self._markup(tag)
            if len(self._open) > _DEEPEST:
                return None
            if not self._open:  # the root is closed, or its own tag is torn
                break
        if len(self._open) == 1 and text.rstrip().lower().endswith(f"</{self._open[0][0]}"):  # only the `>` is missing
            self._close()
        if self._open or not self._has_root:
            raise CutOffXmlError
        return self._builder.close()

    def _markup(self, tag: int) -> int:
        """Read the markup that begins here; returns where it ends."""
        text = self._text
        if text.startswith("<!--", tag):
            return _behind(text, "-->", tag + 4)
        if text.startswith("<![CDATA[", tag) and tag < self._last_cdata_end:
            end = text.find("]]>", tag)
            self._data(text[tag + len("<![CDATA[") : end])
            return end + len("]]>")
        if text.startswith("<?", tag):
            return _behind(text, ">", tag)
        match = _TAG.match(text, tag) or _TORN_TAG.match(text, tag)
        if match is None:
            self._data("<")
            return tag + 1
        if match[1]:
            self._end(match[2].lower())
        else:
            self._start(match[2].lower(), match[3])
        return match.end()

    def _start(self, written: str, rest: str) -> None:
        name, above = _local(written), _local(self._open[-1][0]) if self._open else ""
        if above in _DATES or (above in _SHORT and name in _SHORT | _DATES):
            self._close()
        if name in _REPEATED:
            self._end(written)
        attributes = _attributes(rest) if rest else {}
        prefixes = self._open[-1][2] if self._open else _KNOWN
        if "xmlns" in rest:
            prefixes = dict(tuple({**prefixes, **_declared(attributes)}.items())[: len(_KNOWN) + _PREFIXES_MOST])
        prefix, _, local = written.rpartition(":")
        uri = prefixes.get(prefix, f"prefix:{prefix}" if prefix else "")
        built = f"{{{uri}}}{local}" if uri else local
        self._builder.start(built, attributes)
        self._has_root = True
        self._open.append((written, built, prefixes))
        if rest.endswith("/"):
            self._close()

    def _end(self, written: str) -> None:
        """Close the innermost open element of this name, and what is open in it; nothing where none is open."""
        if (self._open and self._open[-1][0] == written) or any(written == opened for opened, _, _ in self._open):
            while self._close() != written:
                pass

    def _close(self) -> str:
        written, built, _ = self._open.pop()
        self._builder.end(built)
        return written

    def _data(self, text: str) -> None:
        if self._open and text:
            self._builder.data(text)


def _local(written: str) -> str:
    return written.rpartition(":")[2]


def _behind(text: str, closing: str, start: int) -> int:
    end = text.find(closing, start)
    return end + len(closing) if end >= 0 else len(text)


def _attributes(rest: str) -> dict[str, str]:
    attributes: dict[str, str] = {}
    here = 0
    while match := _ATTRIBUTE.match(rest, here):
        here = match.end()
        if match[1]:
            attributes[match[1]] = _unescaped(next(filter(None, match.groups()[1:]), ""))
    return attributes


def _declared(attributes: dict[str, str]) -> dict[str, str]:
    """Return the namespaces that attributes declare, by their prefix."""
    return {
        attribute[len("xmlns") :].lstrip(":").lower(): uri[:_LONGEST_URI]
        for attribute, uri in attributes.items()
        if attribute.partition(":")[0] == "xmlns"
    }


def _unescaped(text: str) -> str:
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return html5.get(f"{name};", match[0])
    number = int(decimal) if decimal else int(hexadecimal, 16)
    return _NEVER.sub("", chr(number)) if number < 0x110000 else ""
