"""RSS 2.0 and 1.0, Atom, JSON Feed: the feed of an owner's site, or of a bridge such as RSSHub.

Key: `feed=https://…` for a feed that lists the newest posts for certain; `feed=some:https://…` for
one that may lag or break unnoticed: it can prove an update, never a lack of one. So is every feed taken
that names a bridge: one that is logged out goes on showing its last feed, fresh dates of its own included.

`feed=https://…|health=https://…` gives a bridge's health: a feed through the same bridge, on the same host,
of an account that posts every day. While that one is fresh, the bridge sees its platform, and the feed is
taken as it is; without a fresh one it shows some.

A bridge that is shown an article's cover alone (2026) dates it with its own fetch: what a bridge dates with the very
look is no publication, and the feed cannot be read then; a real one keeps its time until the next look.

Needs no login and no script. Yields publication times only: `pubDate`, `dc:date`, `published`, `date_published`,
the first that can be read; an Atom entry that has nothing but `updated` counts with that. Feed-level dates say
nothing. A feed whose items all lack a date is unreadable; one of which an item does, or that had to be mended,
shows some.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from collectors import feed_dates, feed_items, html, keys
from collectors.answers import judge_status
from collectors.dates import Stamp
from collectors.feed_items import FeedItem, FeedText
from collectors.fingerprint import InputFingerprint
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Fetch, KeyForm, Page, Request, Session
from monitor.core.observation import (
    Covers,
    LookFailedError,
    Post,
    Precision,
    Reason,
    Standing,
    Timeline,
    gone,
    timeline,
)

_SOME = "some:"
_HEALTH = "|health="
_WELL = timedelta(days=2)
"""How old the newest post of an account that posts every day may be."""
_FETCHED = timedelta(minutes=5)
"""How near to the look a time lies that a bridge gives to what it fetched for it."""
_ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
_BRIDGES = ("rsshub", "rss-bridge", "wewe-rss", "we-mp-rss", "wechat2rss")
_SIGNED = "powered by rsshub"
"""How RSSHub ends the description of each of its feeds, whatever their format."""
_ERROR = "bridge returned error"
"""The title of the item, dated now, that RSS-Bridge shows in place of a feed it cannot make."""
_DIGIT = re.compile("[0-9]")


class Feed:
    """A feed at the address given as key."""

    name = "feed"
    version = 3
    platforms = frozenset[Platform]()
    key_form = KeyForm(
        lambda key: all(map(keys.is_address, key.removeprefix(_SOME).split(_HEALTH))),
        "订阅源的地址，前面可加 some:，后面可加 |health= 和另一个地址",
    )

    def key_of(self, account: Account) -> str | None:
        """Return None: a feed is declared, never guessed."""
        return None

    def is_partial(self, key: str) -> bool:
        """True if the key says that the feed may leave posts out."""
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
        """True if the bridge shows something fresh of an account that posts every day."""
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


def read(page: Page) -> Timeline:
    """Return the items of a feed; a module-level function, so that it can travel."""
    return _read(page, trusts_bridges=False)


def _input(page: Page) -> object:
    """Return what a feed is read by; None for one that is read by the moment too, or by its status."""
    if page.status >= 400:
        return None
    feed = _feed(page)
    return None if _is_of_bridge(feed) else (page.url, feed.items, feed.is_whole)


FINGERPRINT = InputFingerprint(read, _input)


def read_of_well_bridge(page: Page) -> Timeline:
    """Return the items of a feed whose bridge was just seen to be well."""
    return _read(page, trusts_bridges=True)


def _read(page: Page, *, trusts_bridges: bool) -> Timeline:
    if page.status == 410:
        return gone(Standing.NOT_FOUND)
    judge_status(page)
    feed = _feed(page)
    is_bridge = _is_of_bridge(feed)
    seen = _timeline(page, feed)
    if is_bridge and seen.newest and _is_the_look_s(seen.newest, page.at):
        raise LookFailedError(Reason.UNREADABLE, "the newest item is dated with the look itself")
    is_doubtful = is_bridge and not (trusts_bridges and seen.posts)
    return replace(seen, covers=Covers.SOME) if is_doubtful else seen


def _feed(page: Page) -> FeedText:
    """Return what a feed says; that of the page that was asked for last is at hand."""
    last, found = _said[0]
    if last is not page or found is None:
        found = feed_items.read(page)
        _said[0] = page, found
    return found


_said: list[tuple[Page | None, FeedText | None]] = [(None, None)]
"""The page that was taken apart last, and what it says."""


def _is_of_bridge(feed: FeedText) -> bool:
    return _SIGNED in feed.description.lower() or any(bridge in feed.generator.lower() for bridge in _BRIDGES)


def _is_the_look_s(post: Post, at: datetime) -> bool:
    """True if a time may be that of the fetch which the look brought about."""
    return post.precision is not Precision.DAY and abs(at - post.published_at) <= _FETCHED


def _timeline(page: Page, feed: FeedText) -> Timeline:
    """Return the posts of a feed; one item whose time is not known may be the newest, and the feed shows some."""
    if any(item.title.lower().startswith(_ERROR) for item in feed.items):
        raise LookFailedError(Reason.UNREADABLE, "the bridge shows an error in place of the feed")
    posts: list[Post] = []
    is_whole = feed.is_whole
    for item in feed.items:
        stamp, is_certain = _stamp(item, page.at)
        is_whole &= is_certain
        if stamp:
            posts.append(
                Post(
                    published_at=stamp.moment,
                    precision=stamp.precision,
                    title=html.plain(item.title),
                    url=html.link(page.url, item.link),
                    is_year_guessed=stamp.is_year_guessed,
                )
            )
    if feed.items and not posts:
        raise LookFailedError(Reason.UNREADABLE, f"{len(feed.items)} items, none with a publication time")
    return timeline(posts, covers=Covers.ALL if is_whole else Covers.SOME)


def _stamp(item: FeedItem, at: datetime) -> tuple[Stamp | None, bool]:
    """Return the first time of an item that can be read, and whether nothing before it looks like another."""
    for place, text in enumerate(item.dates):
        if stamp := feed_dates.read(text, at):
            return stamp, not any(_DIGIT.search(before) for before in item.dates[:place])
    return None, False


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""
