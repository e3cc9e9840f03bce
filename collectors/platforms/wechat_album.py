"""微信公众号 by one of its albums, 合集 (as public code of 2026-07 asks for it; no answer of it was recorded).

Key: the album's address, `https://mp.weixin.qq.com/mp/appmsgalbum?__biz=…&album_id=…`. Needs no login and no
script. Yields the twenty articles at an end of the album with their epochs; where there are more, the
twenty at the other end too, for the owner decides which end comes first. It shows what the owner put
into the album, so it covers some posts: a unit that puts every article into one is seen updating.
An album of one article gives it as an object and not as a list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlencode, urlsplit

from collectors import dates, html, json_body, standings, wechat
from collectors.json_body import Fields
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Continuation, Fetch, KeyForm, Page, Request, Session
from monitor.core.observation import (
    Covers,
    LookFailedError,
    Post,
    Profile,
    Reason,
    Standing,
    Timeline,
    gone,
    timeline,
)

_ALBUM = re.compile(r"[0-9]{8,30}")
_AT_ONCE = "20"
_RATE = 200013
"""The code by which all of the platform's own interfaces answer clients that come too often."""


@dataclass(frozen=True, slots=True)
class WechatAlbum:
    """An album's articles; `base` is where another server stands in for WeChat's."""

    base: str | None = None

    name = "wechat-album"
    version = 1
    platforms = frozenset({Platform.WEIXIN_SUBSCRIPTION, Platform.WEIXIN_SERVICE})
    key_form = KeyForm(
        lambda key: _named(key),  # noqa: PLW0108 - it stands below
        "合集的地址 https://mp.weixin.qq.com/mp/appmsgalbum?…",
    )

    def key_of(self, account: Account) -> str | None:
        """Return the homepage, where the roster has an album's address in its place."""
        return account.homepage if account.homepage and _named(account.homepage) else None

    def is_partial(self, key: str) -> bool:
        """Return True: an album shows what its owner put into it."""
        return True

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Timeline:
        """Return the articles at an end of the album, or at both where it is longer than one page."""
        one_end = await fetch(self._request(source.key, "0"))
        seen = await fetch.read(read, one_end)
        if not seen.posts or not (await fetch.read(goes_on, one_end)).is_so("goes_on"):
            return seen
        other_end = await fetch.read(read, await fetch(self._request(source.key, "1")))
        known = {post.key for post in seen.posts}
        posts = (*seen.posts, *(post for post in other_end.posts if post.key not in known))
        return timeline(posts, covers=Covers.SOME, profile=seen.profile)

    def parse(self, page: Page) -> Timeline:
        """Return the articles of one answer."""
        return read(page)

    def _request(self, address: str, is_reverse: str) -> Request:
        named = _named(address)
        if named is None:
            raise LookFailedError(Reason.UNREADABLE, "the key is no album's address")
        biz, album = named
        there = f"{self.base}/{wechat.HOST}" if self.base else f"https://{wechat.HOST}"
        asked = {
            "action": "getalbum",
            "__biz": biz,
            "album_id": album,
            "count": _AT_ONCE,
            "begin_msgid": "",
            "begin_itemidx": "",
            "is_reverse": is_reverse,
            "f": "json",
        }
        return Request(url=f"{there}/mp/appmsgalbum?{urlencode(asked, safe='=')}", headers={"User-Agent": wechat.AGENT})


COLLECTOR = WechatAlbum()


def at(base_url: str) -> WechatAlbum:
    """Return the collector for a server that answers as `<base_url>/mp.weixin.qq.com/…`."""
    return WechatAlbum(base_url.rstrip("/"))


def read(page: Page) -> Timeline:
    """Return the articles of one answer; a module-level function, so that it can travel to another process."""
    answer, standing = standings.heard(page)
    if standing:
        return gone(standing)
    code = json_body.dig(answer, "base_resp", "ret")
    if code == _RATE:
        raise LookFailedError(Reason.RATE_LIMITED, f"ret {_RATE}")
    album = json_body.fields(answer.get("getalbum_resp"))
    articles = _articles(album)
    if code != 0 or articles is None:
        raise LookFailedError(Reason.UNREADABLE, f"ret {code!r:.20}, no list of articles")
    posts = tuple(post for post in (_post(page, row) for row in articles) if post)
    if articles and not posts:
        raise LookFailedError(Reason.UNREADABLE, f"{len(articles)} articles, none with a time")
    name = html.plain(json_body.words(json_body.dig(album, "base_info", "nickname")))
    seen = timeline(posts, covers=Covers.SOME, profile=Profile(name=name or None))
    return replace(seen, standing=Standing.ACTIVE)  # an empty album says nothing of what lies outside it


def _named(address: str) -> tuple[str, str] | None:
    """Return whose album an address names, and which; None for any other address."""
    absolute = html.link("", address)
    parts = urlsplit(absolute) if absolute else None
    if parts is None or parts.hostname != wechat.HOST or parts.path != "/mp/appmsgalbum":
        return None
    query = parse_qs(parts.query)
    biz, album = (next(iter(query.get(name, ())), "") for name in ("__biz", "album_id"))
    return (biz, album) if wechat.is_biz(biz) and _ALBUM.fullmatch(album) else None


def _articles(album: Fields) -> tuple[Fields, ...] | None:
    """Return the rows of an album, be they a list or one object; None where there are neither rows nor a count of 0."""
    listed = album.get("article_list")
    if isinstance(listed, dict):
        return (listed,)
    if isinstance(listed, list) and listed:
        return json_body.rows(listed)
    return () if json_body.count(json_body.dig(album, "base_info", "article_count")) == 0 else None


def _post(page: Page, row: Fields) -> Post | None:
    stamp = dates.epoch(row.get("create_time"), page.at)
    if stamp is None:
        return None
    return Post(
        published_at=stamp.moment,
        precision=stamp.precision,
        title=html.plain(json_body.words(row.get("title"))),
        url=wechat.permalink(page.url, json_body.words(row.get("url"))),
    )


def goes_on(page: Page) -> Continuation:
    """Return whether the album is longer than one page."""
    album = json_body.dig(json_body.load(page), "getalbum_resp")
    return Continuation(numbers={"goes_on": int(json_body.words(json_body.dig(album, "continue_flag")) == "1")})
