"""澎湃号 and 澎湃政务 through api.thepaper.cn, as public code of 2023 to 2026 has it: an author's newest articles.

Key: how the author's page is called, `gov_…` (政务号, thepaper.cn/gov_…) or `user_…` (澎湃号) with its
number. Needs no login and no script; one page holds the ten newest, their times as epochs in milliseconds.

Servers' addresses have been answered 403 since 2025-12: a refusal of ours, which says nothing of the author.
Nothing is known of what it answers for a banned or cancelled author, and an empty list may be any of
them: it is unreadable, and so is every code other than 200. Where it says in words what has become of
an author, they are heard.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from collectors import dates, html, json_body
from collectors.json_body import Fields
from collectors.listing import listing
from collectors.standings import heard
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Fetch, KeyForm, Page, Request, Session
from monitor.core.observation import LookFailedError, Post, Profile, Reason, Timeline, gone

_KEY = re.compile(r"(gov|user)_([0-9]{1,12})")
_HOMEPAGE = re.compile(r"^https?://(?:www\.|m\.)?thepaper\.cn/((?:gov|user)_[0-9]{1,12})(?:[/?#]|$)")
_SITE = "https://www.thepaper.cn"


@dataclass(frozen=True, slots=True)
class Thepaper:
    """An author's list; `base` is where it is asked for."""

    base: str = "https://api.thepaper.cn"

    name = "thepaper"
    version = 1
    platforms = frozenset({Platform.THEPAPER})
    key_form = KeyForm(_KEY.fullmatch, "主页地址最后的 gov_ 或 user_ 加数字")

    def key_of(self, account: Account) -> str | None:
        """Return how the page is called: the platform id, or what the homepage's address ends with."""
        if account.platform_id and _KEY.fullmatch(account.platform_id):
            return account.platform_id
        match = _HOMEPAGE.match(account.homepage or "")
        return match[1] if match else None

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Timeline:
        """Return the newest articles."""
        match = _KEY.fullmatch(source.key)
        if match is None:
            raise LookFailedError(Reason.UNREADABLE, "the key is neither gov_… nor user_…")
        kind, author = match.groups()
        ask: dict[str, object] = {"pphId": author, "pageNum": 1, "pageSize": 10}
        if kind == "user":
            ask |= {"contType": 0, "excludeContIds": [], "startTime": 0}
        page = await fetch(
            Request(
                url=f"{self.base}/contentapi/cont/pph/{kind}",
                method="POST",
                headers={"Referer": f"{_SITE}/{source.key}"},
                json=ask,
                conditional=True,
            )
        )
        return await fetch.read(read, page)

    def parse(self, page: Page) -> Timeline:
        """Return the newest articles."""
        return read(page)


COLLECTOR = Thepaper()


def at(base_url: str) -> Thepaper:
    """Return the collector for a server that answers in the platform's place."""
    return Thepaper(base_url.rstrip("/"))


def read(page: Page) -> Timeline:
    """Return what one answer says; a module-level function, so that it can travel."""
    answer, standing = heard(page)
    if standing:
        return gone(standing)
    articles = json_body.dig(answer, "data", "list")
    if answer.get("code") != 200 or not isinstance(articles, list):
        raise LookFailedError(
            Reason.UNREADABLE, f"code {json_body.words(answer.get('code'))!r:.12}, no list of articles"
        )
    if not articles:
        raise LookFailedError(Reason.UNREADABLE, "an empty list does not tell empty from wrong, banned or cancelled")
    author = json_body.fields(json_body.dig(articles[0], "authorInfo"))
    return listing(articles, lambda article: _post(page, article), _profile(author))


def _post(page: Page, article: Fields) -> Post | None:
    stamp = dates.epoch(article.get("pubTimeLong"), page.at) or dates.read(
        json_body.words(article.get("pubTime")), page.at
    )
    number = json_body.words(article.get("contId"))
    if stamp is None:
        return None
    return Post(
        published_at=stamp.moment,
        precision=stamp.precision,
        is_year_guessed=stamp.is_year_guessed,
        title=html.plain(json_body.words(article.get("name"))),
        url=f"{_SITE}/newsDetail_forward_{number}" if number.isdecimal() and len(number) < 20 else None,
    )


def _profile(author: Fields) -> Profile | None:
    name = html.plain(json_body.words(author.get("sname")))
    if not name:
        return None
    return Profile(
        name=name, id=json_body.words(author.get("userId")) or None, followers=json_body.count(author.get("fansNum"))
    )
