"""企鹅号 through i.news.qq.com, as public code and answers of 2026-09 have it: an author's page in 腾讯新闻.

Key: the suid (as in news.qq.com/omn/author/…), or the old number (chlid), whose suid the profile
tells. Needs no login. The list is the tab of all kinds; cards between the articles (types 123 and
560, none, or without an id) are no posts. An article's id begins with a date that is not its own.

Nothing counts an author's posts, so a list without any shows nothing for certain: hidden, taken down or
never written. Codes other than 0 (404 参数错误) tell neither cancelled nor banned from a wrong id; where
words say it, they are heard.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

from collectors import dates, html, json_body
from collectors.json_body import Fields
from collectors.listing import listing, unless_hidden
from collectors.standings import heard
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Fetch, KeyForm, Page, Request, Session
from monitor.core.observation import Covers, LookFailedError, Post, Profile, Reason, Standing, Timeline, gone, timeline

_AUTHOR = re.compile(r"[0-9]{4,20}|[A-Za-z0-9+/=_-]{8,64}")
_HOMEPAGE = re.compile(r"^https?://(?:new|news|view\.inews|xw)\.qq\.com/omn/(?:author|media)/([A-Za-z0-9%+/=_-]{4,90})")
_NO_POSTS = frozenset({"", "123", "560"})
"""Types of rows that are cards: links to topics, recommendations."""


@dataclass(frozen=True, slots=True)
class TencentNews:
    """An author's list; `base` is where it is asked for."""

    base: str = "https://i.news.qq.com"

    name = "tencent-news"
    version = 1
    platforms = frozenset({Platform.TENCENT})
    key_form = KeyForm(_AUTHOR.fullmatch, "主页地址最后的一串字母和数字，或数字编号")

    def key_of(self, account: Account) -> str | None:
        """Return the suid or the number: the platform id, or what the homepage's address ends with."""
        if account.platform_id and _AUTHOR.fullmatch(account.platform_id):
            return account.platform_id
        match = _HOMEPAGE.match(account.homepage or "")
        return unquote(match[1]) if match else None

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Timeline:
        """Return the newest posts; of a number the profile first, which tells the suid."""
        if not source.key.isdecimal():
            return await self._list(source.key, fetch)
        about = await fetch.read(
            read, await fetch(Request(url=f"{self.base}/i/getUserHomepageInfo?chlid={source.key}"))
        )
        if about.profile is None or about.profile.id is None:
            raise LookFailedError(Reason.UNREADABLE, "the profile tells no suid")
        return replace(await self._list(about.profile.id, fetch), profile=about.profile)

    def parse(self, page: Page) -> Timeline:
        """Return what a list or a profile says."""
        return read(page)

    async def _list(self, suid: str, fetch: Fetch) -> Timeline:
        url = f"{self.base}/getSubNewsMixedList?guestSuid={quote(suid, safe='')}&tabId=om_index"
        return await fetch.read(read, await fetch(Request(url=url, conditional=True)))


COLLECTOR = TencentNews()


def at(base_url: str) -> TencentNews:
    """Return the collector for a server that answers in the platform's place."""
    return TencentNews(base_url.rstrip("/"))


def read(page: Page) -> Timeline:
    """Return what one answer says; a module-level function, so that it can travel."""
    answer, standing = heard(page)
    if standing:
        return gone(standing)
    if json_body.count(answer.get("ret")) != 0:
        raise LookFailedError(Reason.UNREADABLE, f"ret {json_body.words(answer.get('ret'))!r:.12}")
    if user := json_body.fields(answer.get("userinfo")):
        return timeline((), covers=Covers.SOME, profile=_profile(user), standing=Standing.ACTIVE)
    rows = answer.get("newslist")
    if not isinstance(rows, list):
        raise LookFailedError(Reason.UNREADABLE, "neither a list nor a profile")
    items = [row for row in rows if not (isinstance(row, dict) and _is_card(row))]
    name = html.plain(json_body.words(json_body.dig(items[0], "chlname"))) if items else ""
    profile = Profile(name=name) if name else None
    return unless_hidden(listing(items, lambda item: _post(page, item), profile))


def _is_card(row: Fields) -> bool:
    return not json_body.words(row.get("id")) or json_body.words(row.get("articletype")) in _NO_POSTS


def _post(page: Page, item: Fields) -> Post | None:
    stamp = dates.epoch(item.get("timestamp"), page.at) or dates.read(json_body.words(item.get("time")), page.at)
    if stamp is None:
        return None
    return Post(
        published_at=stamp.moment,
        precision=stamp.precision,
        is_year_guessed=stamp.is_year_guessed,
        title=html.plain(json_body.words(item.get("title"))),
        url=html.link(page.url, json_body.words(item.get("url"))),
        is_pinned=json_body.count(json_body.dig(item, "hotEvent", "is_top")) == 1,
    )


def _profile(user: Fields) -> Profile:
    return Profile(
        name=html.plain(json_body.words(user.get("nick"))) or None,
        id=json_body.words(user.get("suid")) or None,
        followers=json_body.count(user.get("subCount")),
    )
