"""Feeds of units' own sites: RSS 2.0, Atom and JSON Feed, with validators."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

from monitor.core.calendar import beijing
from monitor.sample import sites
from monitor.sample.answers import SampleAnswer, disturbed, json_answer, revalidated
from monitor.sample.script import Behaviour, County, FeedKind, FeedPlace, Script, ScriptedPost

_ITEMS = 20
_EDITED_AFTER = timedelta(hours=2)
"""Atom entries were touched again after they were published; that is no update."""


def answer(county: County, script: Script, place: FeedPlace, headers: Mapping[str, str], at: datetime) -> SampleAnswer:
    """Return the feed as it is at this moment, or 304, or what stands in its way."""
    site = f"{county.base_url}/{place.host}"
    posts = script.visible(at)[:_ITEMS]
    match place.kind:
        case FeedKind.RSS:
            whole = _xml(_rss(script, site, posts), "application/rss+xml")
        case FeedKind.ATOM:
            whole = _xml(_atom(script, site, posts), "application/atom+xml")
        case FeedKind.JSON:
            whole = _json_feed(script, site, posts)
    behaviour = script.behaviour(at)
    if behaviour is Behaviour.OK:
        return revalidated(whole, headers, script.changed_at(at))
    return disturbed(whole, behaviour)


def article(script: Script, path: str, at: datetime) -> SampleAnswer | None:
    """Return the page that an item of the feed links to; None if no visible post has this address."""
    post = next((post for post in script.visible(at) if _path(script, post) == path), None)
    return sites.article(script, post, "%Y-%m-%d %H:%M:%S") if post else None


def _path(script: Script, post: ScriptedPost) -> str:
    return f"/{script.account.platform.value}/{int(post.published_at.timestamp())}.html"


def _xml(text: str, kind: str) -> SampleAnswer:
    return SampleAnswer(headers={"content-type": f"{kind}; charset=utf-8"}, body=text.encode())


def _link(site: str, script: Script, post: ScriptedPost) -> str:
    return f"{site}{_path(script, post)}"


def _rss(script: Script, site: str, posts: tuple[ScriptedPost, ...]) -> str:
    items = "".join(
        f"<item><title>{escape(post.title)}</title><link>{_link(site, script, post)}</link>"
        f'<guid isPermaLink="true">{_link(site, script, post)}</guid>'
        f"<pubDate>{format_datetime(beijing(post.published_at))}</pubDate></item>\n"
        for post in posts
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>'
        f"<title>{escape(script.account.name)}</title><link>{site}/</link>"
        f"<description>{escape(script.account.unit)}</description><language>zh-cn</language>\n{items}</channel></rss>\n"
    )


def _atom(script: Script, site: str, posts: tuple[ScriptedPost, ...]) -> str:
    entries = "".join(
        f"<entry><id>{_link(site, script, post)}</id><title>{escape(post.title)}</title>"
        f'<link rel="alternate" href="{_link(site, script, post)}"/>'
        f"<published>{beijing(post.published_at).isoformat(timespec='seconds')}</published>"
        f"<updated>{beijing(post.published_at + _EDITED_AFTER).isoformat(timespec='seconds')}</updated></entry>\n"
        for post in posts
    )
    changed = max((post.published_at + _EDITED_AFTER for post in posts), default=None)
    updated = f"<updated>{changed.isoformat(timespec='seconds')}</updated>" if changed else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>{site}/</id><title>{escape(script.account.name)}</title>{updated}\n{entries}</feed>\n"
    )


def _json_feed(script: Script, site: str, posts: tuple[ScriptedPost, ...]) -> SampleAnswer:
    items = [
        {
            "id": _link(site, script, post),
            "url": _link(site, script, post),
            "title": post.title,
            "content_text": post.title,
            "date_published": beijing(post.published_at).isoformat(timespec="seconds"),
        }
        for post in posts
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": script.account.name,
        "home_page_url": f"{site}/",
        "items": items,
    }
    return json_answer(feed)
