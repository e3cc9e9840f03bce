"""微信视频号 by a share link: the one video that it names (as public code of 2026-08 reads it; nothing was recorded).

Key: the link that 分享、复制链接 gives, `https://weixin.qq.com/sph/…`, or the address that a browser shows behind it,
`https://channels.weixin.qq.com/finder-preview/pages/sph?id=…`. Needs no login. Yields the video's
time and words and its author's name, so it covers some posts: nobody can list an account's videos without
being logged in on a phone, and lists come by hand only. The answer names the author by nickname alone.
A link that has expired, or whose video is gone, leads to a page about updating WeChat, or shows nothing but when it
expired (`sceneInfo.expiredTime`); a video that is not shown now
is told by `data.errMsg.type`. Some visitors are answered 401, “permission verification failed” (2026-10): refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from hashlib import blake2b
from http import HTTPStatus
from typing import Literal
from urllib.parse import urlencode, urlsplit

from collectors import dates, html, json_body, standings
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Fetch, KeyForm, Page, Proof, Request, Session
from monitor.core.observation import Covers, LookFailedError, Post, Profile, Reason, Timeline, gone, timeline

_LINK = re.compile(
    r"https?://(?:weixin\.qq\.com/sph/|channels\.weixin\.qq\.com/finder-preview/pages/sph/?\?(?:[^#\s]*&)?id=)"
    r"(?P<id>[A-Za-z0-9_-]{4,40})(?:[/?#&]|$)"
)
_HOST = "channels.weixin.qq.com"
_PAGE = f"https://{_HOST}/finder-preview/pages/sph"
_EXPIRED = "support.weixin.qq.com"
"""The platform's target for a link that is no longer good."""


@dataclass(frozen=True, slots=True)
class ChannelsLink:
    """A share link's video; `base` is where another server stands in for the platform's."""

    base: str | None = None

    name = "channels-link"
    version = 2
    platforms = frozenset[Platform]()
    proves = frozenset({Platform.WEIXIN_CHANNELS})
    is_single: Literal[True] = True
    key_form = KeyForm(_LINK.match, "视频的分享链接 https://weixin.qq.com/sph/…")

    def key_of(self, account: Account) -> str | None:
        """Return None: a link is declared or pasted; that of one video is no way to look at an account by default."""
        return None

    def is_partial(self, key: str) -> bool:
        """Return True: one video never shows that there is none after it."""
        return True

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Timeline:
        """Return the video, under its link."""
        seen = await fetch.read(read, await fetch(self.request(source.key)))
        return replace(seen, posts=tuple(replace(post, url=_address(source.key)) for post in seen.posts))

    def parse(self, page: Page) -> Timeline:
        """Return what one answer says of a video."""
        return read(page)

    def is_post(self, link: str) -> bool:
        """True if it is a video's share link."""
        return _LINK.match(link) is not None

    def may_be_post(self, link: str) -> bool:
        """True if it leads to where videos are."""
        return html.host(link) in {_HOST, "weixin.qq.com"}

    async def prove(self, link: str, fetch: Fetch, session: Session) -> Proof:
        """Return when the video appeared, and by whom as far as a name tells; raises LookFailedError."""
        page = await fetch(self.request(link))
        seen = await fetch.read(read, replace(page, at=page.at + dates.A_YEAR))  # a time to come is told apart
        if not seen.posts:
            raise LookFailedError(Reason.HTTP_ERROR, "the link shows no video")
        return Proof(post=replace(seen.posts[0], url=_address(link)), name=seen.profile.name if seen.profile else None)

    def request(self, link: str) -> Request:
        """Return what to ask for about a share link; raises LookFailedError (UNREADABLE) for any other address."""
        match = _LINK.match(link)
        if match is None:
            raise LookFailedError(Reason.UNREADABLE, "the key is no share link of a video")
        there = f"{self.base}/{_HOST}" if self.base else f"https://{_HOST}"
        asked = {"_rid": blake2b(link.encode(), digest_size=8).hexdigest(), "_pageUrl": _PAGE}
        return Request(
            url=f"{there}/finder-preview/api/feed/get_feed_info?{urlencode(asked)}",
            method="POST",
            headers={"Origin": f"https://{_HOST}", "Referer": f"{_PAGE}?id={match['id']}"},
            json={"baseReq": {"generalToken": ""}, "shortUri": match["id"]},
        )


COLLECTOR = ChannelsLink()


def at(base_url: str) -> ChannelsLink:
    """Return the collector for a server that answers as `<base_url>/channels.weixin.qq.com/…`."""
    return ChannelsLink(base_url.rstrip("/"))


def _address(link: str) -> str:
    """Return a share link as 分享 gives it: the same video is one post, however its link was written."""
    match = _LINK.match(link)
    return f"https://weixin.qq.com/sph/{match['id']}" if match else link


def read(page: Page) -> Timeline:
    """Return what one answer says; a module-level function, so that it can travel to another process."""
    if urlsplit(page.url).hostname == _EXPIRED:
        raise LookFailedError(Reason.HTTP_ERROR, "the link has expired, or the video is gone")
    if page.status == HTTPStatus.UNAUTHORIZED:
        raise LookFailedError(Reason.REFUSED, "HTTP 401: visitors are not shown this")
    answer, standing = standings.heard(page)
    if standing:
        return gone(standing)
    kept = json_body.fields(json_body.dig(answer, "data", "errMsg"))
    if json_body.count(kept.get("type")):
        if standing := standings.said(json_body.words(kept.get("title"))):
            return gone(standing)
        raise LookFailedError(Reason.HTTP_ERROR, f"the platform does not show the video now: {kept.get('type')!r:.20}")
    code = answer.get("errCode")
    if code != 0:
        raise LookFailedError(
            Reason.HTTP_ERROR if isinstance(code, int) else Reason.UNREADABLE, f"errCode {code!r:.20}"
        )
    feed, author = json_body.dig(answer, "data", "feedInfo"), json_body.dig(answer, "data", "authorInfo")
    expired = dates.epoch(json_body.dig(answer, "data", "sceneInfo", "expiredTime"), page.at)
    if not feed and expired:  # a time to come is none
        raise LookFailedError(Reason.HTTP_ERROR, "the link has expired")
    stamp = dates.epoch(json_body.dig(feed, "createtime"), page.at)
    name = html.plain(json_body.words(json_body.dig(author, "nickname")))
    if stamp is None or not name:
        raise LookFailedError(Reason.UNREADABLE, "a video without its time or its author")
    title = html.plain(json_body.words(json_body.dig(feed, "description")))
    post = Post(published_at=stamp.moment, precision=stamp.precision, title=title)
    return timeline([post], covers=Covers.SOME, profile=Profile(name=name))
