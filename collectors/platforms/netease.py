"""网易号 through dy.163.com, as public code of 2018 to 2026 has it: an author's newest articles as JSON.

Key: the wemediaId (`W` and digits), which stands in the source of any of the author's articles as
`data-wemediaid`. Needs no login and no script; one page holds the ten newest, with Beijing times.

An author that was cancelled or banned, a wrong id and an author without articles all show the same
empty list: it is unreadable, and what lies behind it is for a person to find out. No other answer about a gone
author is known; where one says so in words, they are heard.
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
from monitor.core.observation import LookFailedError, Post, Reason, Timeline, gone

_AUTHOR = re.compile(r"W[0-9]{6,24}")
_ARTICLE = re.compile(r"[A-Z0-9]{8,24}")


@dataclass(frozen=True, slots=True)
class Netease:
    """An author's list; `base` is where it is asked for."""

    base: str = "https://dy.163.com"

    name = "netease"
    version = 1
    platforms = frozenset({Platform.NETEASE})
    key_form = KeyForm(_AUTHOR.fullmatch, "W 加数字的 wemediaId")

    def key_of(self, account: Account) -> str | None:
        """Return the wemediaId: the platform id."""
        is_author = account.platform_id is not None and _AUTHOR.fullmatch(account.platform_id)
        return account.platform_id if is_author else None

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Timeline:
        """Return the newest articles."""
        url = f"{self.base}/v2/article/list.do?pageNo=1&wemediaId={source.key}&size=10"
        return await fetch.read(read, await fetch(Request(url=url, conditional=True)))

    def parse(self, page: Page) -> Timeline:
        """Return the newest articles."""
        return read(page)


COLLECTOR = Netease()


def at(base_url: str) -> Netease:
    """Return the collector for a server that answers in the platform's place."""
    return Netease(base_url.rstrip("/"))


def read(page: Page) -> Timeline:
    """Return what one answer says; a module-level function, so that it can travel."""
    answer, standing = heard(page)
    if standing:
        return gone(standing)
    articles = json_body.dig(answer, "data", "list")
    if not isinstance(articles, list):
        raise LookFailedError(Reason.UNREADABLE, "no list of articles")
    if not articles:
        raise LookFailedError(Reason.UNREADABLE, "an empty list does not tell empty from wrong, banned or cancelled")
    return listing(articles, lambda article: _post(page, article))


def _post(page: Page, article: Fields) -> Post | None:
    stamp = dates.read(json_body.words(article.get("ptime")), page.at)
    docid = json_body.words(article.get("docid"))
    if stamp is None:
        return None
    return Post(
        published_at=stamp.moment,
        precision=stamp.precision,
        is_year_guessed=stamp.is_year_guessed,
        title=html.plain(json_body.words(article.get("title"))),
        url=f"https://www.163.com/dy/article/{docid}.html" if _ARTICLE.fullmatch(docid) else None,
    )
