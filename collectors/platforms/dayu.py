"""大鱼号 through the JSON list behind UC's author pages (public code of 2018 to 2021; nothing newer confirms it).

Key: the author's id (`mediaUid`, 32 hexadecimal digits), which UC's links to the author's works end with
(`wm_id=…`). Needs no login. Yields the newest articles and videos by their publication, without pinned ones; a
time without a zone is Beijing's. The platform may have closed the list since: an answer that is no list is unreadable
or refused, and the account is then to be read by hand or link.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from collectors import dates, html, json_body, standings
from collectors.json_body import Fields
from collectors.listing import listing, unless_hidden
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Fetch, KeyForm, Page, Request, Session
from monitor.core.observation import LookFailedError, Post, Reason, Timeline, gone

_AUTHOR = re.compile(r"[0-9a-f]{32}")
_IN_LINK = re.compile(
    r"^https?://(?:[\w-]+\.)*(?:uc|dayu|ucweb)\.(?:cn|com)/.*(?:wm_id=|mid=|/author/)([0-9a-f]{32})\b"
)


@dataclass(frozen=True, slots=True)
class Dayu:
    """UC's list of an author's works; `base` is where another server stands in for it."""

    base: str = "https://ff.dayu.com"

    name = "dayu"
    version = 1
    platforms = frozenset({Platform.DAYU})
    key_form = KeyForm(_AUTHOR.fullmatch, "链接里的 wm_id 或 mid，32位小写的十六进制数字")

    def key_of(self, account: Account) -> str | None:
        """Return the author's id: the platform id, or what the homepage's address holds."""
        if account.platform_id and _AUTHOR.fullmatch(account.platform_id):
            return account.platform_id
        match = _IN_LINK.match(account.homepage or "")
        return match[1] if match else None

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Timeline:
        """Return the newest works."""
        query = {
            "biz_id": "1002",
            "_size": "20",
            "_page": "1",
            "_order_type": "published_at",
            "status": "1",
            "_fetch": "1",
        }
        url = f"{self.base}/contents/author/{source.key}?{urlencode(query)}"
        return await fetch.read(read, await fetch(Request(url=url, conditional=True)))

    def parse(self, page: Page) -> Timeline:
        """Return the newest works."""
        return read(page)


COLLECTOR = Dayu()


def at(base_url: str) -> Dayu:
    """Return the collector for a server that answers in the platform's place."""
    return Dayu(base_url.rstrip("/"))


def read(page: Page) -> Timeline:
    """Return what one answer says; a module-level function, so that it can travel to another process."""
    answer, standing = standings.heard(page)
    if standing:
        return gone(standing)
    works = answer.get("data")
    if not isinstance(works, list):
        raise LookFailedError(Reason.UNREADABLE, "no list of works: no such author, gone, or another form")
    return unless_hidden(listing(works, lambda work: _post(page, work)))


def _post(page: Page, work: Fields) -> Post | None:
    stamp = dates.read(json_body.words(work.get("published_at")), page.at)
    if stamp is None:
        return None
    return Post(
        published_at=stamp.moment,
        precision=stamp.precision,
        is_year_guessed=stamp.is_year_guessed,
        title=html.plain(json_body.words(work.get("title"))),
    )
