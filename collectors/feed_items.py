"""The items of a feed, whatever its form: RSS 0.9 to 2.0, RDF, Atom, JSON Feed.

A date is a publication if the feed's own words say so (`pubDate`, `published`, `issued`, `date`), or Dublin Core's or
PRISM's. A date of another vocabulary (a meeting's, a film's) says nothing of it, and neither does an edit: only an Atom
entry that has nothing but `updated` counts with that.

A feed that no parser takes is read once more, without trusting its markup. Such a feed may have lost something,
and so has one whose items stand where they should not, or are too many. Items of which none can be read never make
an empty feed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from collectors import html, json_body, loose_xml
from collectors.answers import refuse_walls
from monitor.core.collector import Page
from monitor.core.observation import LookFailedError, Reason

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ITEMS_MOST = 5000
_DATES_MOST = 8
"""How many dates of one item are tried."""
_TEXT_MOST = 4000
"""How long a title may get, in characters; a hostile one is longer."""
_ITEMS = frozenset({"item", "entry"})
_ROOTS = frozenset({"rss", "rdf", "feed"})
_OWN = frozenset(
    {
        "",
        "http://purl.org/rss/1.0/",
        "http://my.netscape.com/rdf/simple/0.9/",
        "http://www.w3.org/2005/Atom",
        "http://purl.org/atom/ns#",
    }
)
"""The namespaces of feeds."""
_ITEM_SPELT = re.compile(r"(?:<|&lt;)(?:item|entry)[\s>/&]", re.IGNORECASE)
_DUBLIN_CORE = ("http://purl.org/dc/elements/", "http://purl.org/dc/terms/")
_PRISM = "http://prismstandard.org/namespaces/"
_PUBLISHED = ("pubdate", "published", "issued", "date")
"""The feed's own words for a publication, the surest first."""
_PUBLISHED_DC = ("issued", "date")
_DATES = frozenset({*_PUBLISHED, *_PUBLISHED_DC, "publicationdate"})
_JSON_FEED = "jsonfeed.org"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """One item, as it is written."""

    dates: tuple[str, ...] = ()
    """The dates of its publication, the surest first."""
    title: str = ""
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedText:
    """A feed, as it is written."""

    items: tuple[FeedItem, ...]
    generator: str = ""
    description: str = ""
    is_whole: bool = True
    """True if it was read as it stands, item by item."""


def read(page: Page) -> FeedText:
    """Return what a feed says.

    Raises LookFailedError: TRUNCATED where it just ends, UNREADABLE where it is none, attacks, or shows items of
    which none can be read, and what `refuse_walls` says of a page in its place.
    """
    text = html.decode(page).strip().lstrip("\ufeff")
    return _json(page, text) if text.startswith("{") else _xml(page, text)


def _xml(page: Page, text: str) -> FeedText:
    try:
        root: Element = fromstring(text)
    except DefusedXmlException as error:
        raise LookFailedError(Reason.UNREADABLE, f"XML that is an attack: {type(error).__name__}") from error
    except (ParseError, ValueError):
        return _mended(page, text, "no whole XML")
    return _feed(root, text) if _name(root) in _ROOTS else _mended(page, text, "XML, but no feed")


def _mended(page: Page, text: str, why: str) -> FeedText:
    """Return what a feed says that no parser takes; raises as `read` does."""
    try:
        root = loose_xml.read(text, _ROOTS)
    except loose_xml.CutOffXmlError as error:
        raise LookFailedError(Reason.TRUNCATED, "a feed that just ends") from error
    if root is None:
        if _JSON_FEED in text:
            return _mended_json(text, LookFailedError(Reason.UNREADABLE, why))
        refuse_walls(page)
        raise LookFailedError(Reason.UNREADABLE, why)
    return _feed(root, text, is_whole=False)


def _feed(root: Element, text: str, *, is_whole: bool = True) -> FeedText:
    namespaces = _OWN | {_namespace(node) for node in (root, *root) if _name(node) in {*_ROOTS, "channel"}}
    nodes, number = list(_items_in_place(root, namespaces)), _number_of_items(root)
    if len(nodes) != number:
        in_place, nodes = len(nodes), list(_items_anywhere(root, namespaces))
        is_whole &= len(nodes) == in_place and number == in_place + _number_of_strangers(nodes, namespaces)
    if not nodes and not (is_whole and _is_empty(root, text)):
        raise LookFailedError(Reason.UNREADABLE, "a feed of which no item can be read")
    return FeedText(
        items=tuple(_item(node, namespaces) for node in islice(nodes, _ITEMS_MOST)),
        generator=_said(root, "generator"),
        description=_said(root, "description", "subtitle"),
        is_whole=is_whole and len(nodes) <= _ITEMS_MOST,
    )


def _items_in_place(root: Element, namespaces: frozenset[str]) -> Iterator[Element]:
    """Yield the items beside the channel (RSS 1.0), in it (RSS 2.0) or in the feed (Atom)."""
    for node in root:
        if _is_item(node, namespaces):
            yield node
        elif _name(node) == "channel":
            yield from (child for child in node if _is_item(child, namespaces))


def _items_anywhere(root: Element, namespaces: frozenset[str]) -> Iterator[Element]:
    """Yield the items wherever they stand, in the order of the text, but none that is in another."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if _is_item(node, namespaces):
            yield node
        else:
            waiting.extend(reversed(node))


def _is_item(node: Element, namespaces: frozenset[str]) -> bool:
    return _name(node) in _ITEMS and _namespace(node) in namespaces


def _number_of_items(root: Element) -> int:
    """Return how many elements are called item, of whatever vocabulary."""
    tags = [node.tag for node in root.iter()]
    items = {tag for tag in set(tags) if tag.rpartition("}")[2].lower() in _ITEMS}
    return sum(tag in items for tag in tags)


def _number_of_strangers(nodes: list[Element], namespaces: frozenset[str]) -> int:
    """Return how many elements within items are called item by another vocabulary: a part of a post, and no post."""
    inside = (part for node in nodes for part in node.iter() if _name(part) in _ITEMS)
    return sum(not _is_item(part, namespaces) for part in inside)


def _is_empty(root: Element, text: str) -> bool:
    """True if nothing in a feed without items looks like one: no date, no title but the feed's own, no `<item`."""
    channels = {"channel", "image", "textinput", *_ROOTS}
    if _name(root) == "rss" and not any(_name(node) == "channel" for node in root):
        return False
    if _ITEM_SPELT.search(text):
        return False
    telling = {"title", "link", *_PUBLISHED}
    return not any(
        _name(node) == "li" or (_name(node) not in channels and any(_name(child) in telling for child in node))
        for node in root.iter()
    )


def _item(node: Element, namespaces: frozenset[str]) -> FeedItem:
    title, updated = "", ""
    dates: list[tuple[int, str]] = []
    links: list[Element] = []
    for child in node:
        name = _name(child)
        if name == "title":
            title = title or _text(child)
        elif name == "updated" and _namespace(child) in namespaces:
            updated = updated or _text(child)
        elif name in _DATES and (rank := _rank(name, _namespace(child), namespaces)) is not None:
            if text := _text(child):
                dates.append((rank, text))
        elif name in {"link", "guid"}:
            links.append(child)
    if not dates and updated and _name(node) == "entry":
        dates.append((0, updated))
    dates.sort(key=lambda entry: entry[0])
    return FeedItem(dates=tuple(text for _, text in dates[:_DATES_MOST]), title=title, link=_link(links))


def _rank(name: str, namespace: str, namespaces: frozenset[str]) -> int | None:
    """Return how sure an element is an item's publication, 0 being the surest; None if it is none."""
    if name in _PUBLISHED and namespace in namespaces:
        return _PUBLISHED.index(name)
    if name in _PUBLISHED_DC and namespace.startswith(_DUBLIN_CORE):
        return len(_PUBLISHED) + _PUBLISHED_DC.index(name)
    return len(_PUBLISHED) + len(_PUBLISHED_DC) if name == "publicationdate" and namespace.startswith(_PRISM) else None


def _link(nodes: list[Element]) -> str | None:
    """Return the address of an item, given its links and its guid."""
    for node in nodes:
        is_link = _name(node) == "link" and node.get("rel", "alternate") == "alternate"
        if is_link and (address := node.get("href") or _text(node)):
            return address
    guid = next((node for node in nodes if _name(node) == "guid"), None)
    if guid is not None and guid.get("isPermaLink", "true") == "true" and _text(guid).startswith(("http:", "https:")):
        return _text(guid)
    return None


def _said(root: Element, *names: str) -> str:
    """Return what the feed itself says under the names, be it in the channel or in the root."""
    above = [root, *(node for node in root if _name(node) == "channel")]
    return " ".join(_text(node) for parent in above for node in parent if _name(node) in names)


def _name(node: Element) -> str:
    return node.tag.rpartition("}")[2].lower()


def _namespace(node: Element) -> str:
    return node.tag[1:].partition("}")[0] if node.tag[0] == "{" else ""


def _text(node: Element) -> str:
    return ("".join(_texts(node.itertext())) if len(node) else (node.text or "")[:_TEXT_MOST]).strip()


def _texts(parts: Iterable[str]) -> Iterator[str]:
    size = 0
    for part in parts:
        yield part
        size += len(part)
        if size > _TEXT_MOST:
            return


def _json(page: Page, text: str) -> FeedText:
    try:
        feed = json_body.load(page)
    except LookFailedError as failed:
        return _mended_json(text, failed)
    return _json_feed(feed)


def _mended_json(text: str, failed: LookFailedError) -> FeedText:
    """Return what a JSON Feed says amid something else, or with bare control characters; raises what failed before."""
    try:
        feed, _ = json.JSONDecoder(strict=False).raw_decode(text, text.find("{"))
    except (ValueError, RecursionError):
        raise failed from None
    return _json_feed(feed, is_whole=False)


def _json_feed(feed: object, *, is_whole: bool = True) -> FeedText:
    version, items = json_body.words(json_body.dig(feed, "version")), json_body.dig(feed, "items")
    if f"{_JSON_FEED}/version/" not in version or not isinstance(items, list):
        raise LookFailedError(Reason.UNREADABLE, "JSON, but no JSON Feed")
    return FeedText(
        items=tuple(map(_json_item, items[:_ITEMS_MOST])),
        description=json_body.words(json_body.dig(feed, "description")),
        is_whole=is_whole and len(items) <= _ITEMS_MOST,
    )


def _json_item(value: object) -> FeedItem:
    """Return an item; one that is no object is an item all the same, of which nothing is known."""
    item = json_body.fields(value)
    published = json_body.words(item.get("date_published")).strip()
    return FeedItem(
        dates=(published,) if published else (),
        title=json_body.words(item.get("title")) or json_body.words(item.get("content_text")),
        link=json_body.words(item.get("url")) or None,
    )
