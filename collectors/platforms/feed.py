"""RSS 2.0 and 1.0, Atom, JSON Feed: the feed of an owner's site, or of a bridge such as RSSHub.

Key: `feed=https://…` for a feed that lists the newest posts for certain; `feed=some:https://…` for
one that may lag or break unnoticed: it can prove an update, never a lack of one. So is every feed taken
that names a bridge: one that is logged out goes on showing its last feed, fresh dates of its own included.

`feed=https://…|health=https://…` gives a bridge's health: a feed through the same bridge, on the same host,
of an account that posts every day. While that one is fresh, the bridge sees its platform, and the feed is
taken as it is; without a fresh one it shows some.

Needs no login and no script. Yields publication times only:
`pubDate`, `dc:date`, `published`, `date_published`; an Atom entry that has nothing but `updated`
counts with that. Feed-level dates say nothing. A feed whose items all lack a date is unreadable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from collectors import bodies, dates, html, keys
from collectors.answers import judge_status, refuse_walls
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Fetch, KeyForm, Page, Request, Session
from monitor.core.observation import Covers, LookFailedError, Post, Reason, Standing, Timeline, gone, timeline

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_SOME = "some:"
_HEALTH = "|health="
_WELL = timedelta(days=2)
"""How old the newest post of an account that posts every day may be."""
_ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
_BRIDGES = ("rsshub", "rss-bridge", "wewe-rss", "we-mp-rss", "wechat2rss")
_SIGNED = "powered by rsshub"
"""How RSSHub ends the description of each of its feeds, whatever their format."""
_ERROR = "bridge returned error"
"""What RSS-Bridge calls the item, dated now, that it shows in place of a feed it cannot make."""
_ITEMS = frozenset({"item", "entry"})
_ROOTS = frozenset({"rss", "rdf", "feed"})
_PUBLISHED = ("pubdate", "published", "date", "issued")


class Feed:
    """A feed at the address given as key."""

    name = "feed"
    version = 2
    platforms = frozenset[Platform]()
    key_form = KeyForm(
        lambda key: all(map(keys.is_address, key.removeprefix(_SOME).split(_HEALTH))),
        "订阅源的地址，前面可加 some:，后面可加 |health= 和另一个地址",
    )

    def key_of(self, account: Account) -> str | None:
        """Return None: a feed is declared, never guessed."""
        return None

    def is_partial(self, key: str) -> bool:
        """Whether the key says that the feed may leave posts out."""
        return key.startswith(_SOME)

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Timeline:
        """Return the feed's items."""
        address, has_health, health = source.key.removeprefix(_SOME).partition(_HEALTH)
        is_well = _host(health) == _host(address) and await self._is_well(health, fetch)
        # With a health to go by, the same feed may mean something else than last time.
        page = await fetch(Request(url=address, headers={"Accept": _ACCEPT}, conditional=not has_health))
        seen = await fetch.read(read_of_well_bridge if is_well else read, page)
        is_doubtful = self.is_partial(source.key) or (has_health and not is_well)
        return replace(seen, covers=Covers.SOME) if is_doubtful else seen

    async def _is_well(self, address: str, fetch: Fetch) -> bool:
        """Whether the bridge shows something fresh of an account that posts every day."""
        try:
            page = await fetch(Request(url=address, headers={"Accept": _ACCEPT}))
            newest = (await fetch.read(read, page)).newest
        except LookFailedError:
            return False
        return newest is not None and page.at - newest.published_at <= _WELL

    def parse(self, page: Page) -> Timeline:
        """Return the feed's items."""
        return read(page)


COLLECTOR = Feed()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    published: str
    title: str
    link: str | None


def read(page: Page) -> Timeline:
    """Return the items of a feed; a module-level function, so that it can travel."""
    return _read(page, trusts_bridges=False)


def read_of_well_bridge(page: Page) -> Timeline:
    """Return the items of a feed whose bridge was just seen to be well."""
    return _read(page, trusts_bridges=True)


def _read(page: Page, *, trusts_bridges: bool) -> Timeline:
    if page.status == 410:
        return gone(Standing.NOT_FOUND)
    judge_status(page)
    if bodies.looks_like_json(page):
        feed = bodies.load(page)
        items, description, generator = tuple(_json_items(feed)), bodies.words(bodies.dig(feed, "description")), ""
    else:
        root = _root(page)
        items = tuple(map(_item, _xml_items(root)))
        generator, description = _said(root, "generator"), _said(root, "description", "subtitle")
    is_bridge = _SIGNED in description.lower() or any(bridge in generator.lower() for bridge in _BRIDGES)
    seen = _timeline(page, items)
    is_doubtful = is_bridge and not (trusts_bridges and seen.posts)
    return replace(seen, covers=Covers.SOME) if is_doubtful else seen


def _timeline(page: Page, items: tuple[_Item, ...]) -> Timeline:
    if any(item.title.lower().startswith(_ERROR) for item in items):
        raise LookFailedError(Reason.UNREADABLE, "the bridge shows an error in place of the feed")
    stamps = [dates.read(item.published, page.at) for item in items]
    posts = [
        Post(
            published_at=stamp.moment,
            precision=stamp.precision,
            title=html.plain(item.title),
            url=html.link(page.url, item.link),
        )
        for item, stamp in zip(items, stamps, strict=True)
        if stamp
    ]
    if items and not posts:
        raise LookFailedError(Reason.UNREADABLE, f"{len(items)} items, none with a publication time")
    return timeline(posts, covers=Covers.SOME if _hides_the_newest(stamps) else Covers.ALL)


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""


def _hides_the_newest(stamps: list[dates.Stamp | None]) -> bool:
    """Whether an item without a date stands before the newest dated one: it may be newer."""
    moments = [stamp.moment for stamp in stamps if stamp]
    if not moments:
        return False
    first = next(place for place, stamp in enumerate(stamps) if stamp and stamp.moment == max(moments))
    return None in stamps[:first]


def _json_items(feed: object) -> Iterator[_Item]:
    version, items = bodies.dig(feed, "version"), bodies.dig(feed, "items")
    if "jsonfeed.org/version/" not in bodies.words(version) or not isinstance(items, list):
        raise LookFailedError(Reason.UNREADABLE, "JSON, but no JSON Feed")
    for item in bodies.rows(items):
        yield _Item(
            published=bodies.words(item.get("date_published")),
            title=bodies.words(item.get("title")) or bodies.words(item.get("content_text")),
            link=bodies.words(item.get("url")) or None,
        )


def _root(page: Page) -> Element:
    """Return the feed's root element; entities, bombs and anything that is no feed are refused loudly."""
    text = html.decode(page).strip().lstrip("\ufeff")
    try:
        root: Element = fromstring(text)
    except DefusedXmlException as error:
        raise LookFailedError(Reason.UNREADABLE, f"XML that is an attack: {type(error).__name__}") from error
    except (ParseError, ValueError) as error:
        refuse_walls(page)
        raise LookFailedError(_why_broken(text), "no whole XML") from error
    if _name(root) not in _ROOTS or (_name(root) == "rss" and not any(_name(node) == "channel" for node in root)):
        refuse_walls(page)
        raise LookFailedError(Reason.UNREADABLE, "XML, but no feed")
    return root


def _why_broken(text: str) -> Reason:
    """Tell a feed that just ends from something else."""
    head = text[:2000].lower()
    begins = any(f"<{root}" in head for root in ("rss", "feed", "rdf:rdf"))
    ends = text[-200:].rstrip().lower().endswith(("</rss>", "</feed>", "</rdf:rdf>"))
    return Reason.TRUNCATED if begins and not ends else Reason.UNREADABLE


def _said(root: Element, *names: str) -> str:
    """Return what the feed itself says under the names, be it in the channel or in the root."""
    above = [root, *(node for node in root if _name(node) == "channel")]
    return " ".join(_text(node) for parent in above for node in parent if _name(node) in names)


def _xml_items(root: Element) -> Iterator[Element]:
    """Yield the items: beside the channel (RSS 1.0), in it (RSS 2.0) or in the feed (Atom)."""
    for node in root:
        if _name(node) in _ITEMS:
            yield node
        elif _name(node) == "channel":
            yield from (child for child in node if _name(child) in _ITEMS)


def _item(node: Element) -> _Item:
    texts: dict[str, str] = {}
    for child in node:
        texts.setdefault(_name(child), _text(child))
    published = next((texts[name] for name in _PUBLISHED if texts.get(name)), "")
    if not published and _name(node) == "entry":
        published = texts.get("updated", "")
    return _Item(published=published, title=texts.get("title", ""), link=_link(node))


def _link(node: Element) -> str | None:
    links = [child for child in node if _name(child) == "link"]
    for child in links:
        if child.get("rel", "alternate") == "alternate" and (href := child.get("href") or _text(child)):
            return href
    guid = next((child for child in node if _name(child) == "guid"), None)
    if guid is not None and guid.get("isPermaLink", "true") == "true" and _text(guid).startswith(("http:", "https:")):
        return _text(guid)
    return None


def _name(node: Element) -> str:
    return node.tag.rpartition("}")[2].lower()


def _text(node: Element) -> str:
    return "".join(_texts(node.itertext())).strip()


def _texts(parts: Iterable[str]) -> Iterator[str]:
    """Yield the parts up to a bound: a title is short, a hostile one is not."""
    size = 0
    for part in parts:
        yield part
        size += len(part)
        if size > 4000:
            return
