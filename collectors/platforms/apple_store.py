"""苹果应用商店 through the public lookup (as public code and threads of 2023 to 2026 have it).

Key: the app's number, as `id1234567890`, `1234567890` or in its link (`apps.apple.com/cn/app/…/id1234567890`).
Needs no login. The Chinese store is asked, for without a country the American one answers, which
does not know most Chinese apps. Answers are cached up to a day for each address, so every look
asks under an address of its own. `resultCount: 0` is the store's own word for “not here”; an error
message or a refusal says nothing. Yields version, bundle id and the version's release.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from collectors import json_body, stores
from collectors.json_body import Fields
from monitor.core.collector import Fetch, Page, Request, Session
from monitor.core.download import AppFault, Download, Link
from monitor.core.observation import LookFailedError, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleStore(stores.AppStore):
    """The Chinese App Store."""

    base: str = "https://itunes.apple.com"
    canary: str | None = "id414478124"  # 微信

    name = "apple-store"
    version = 1
    shop = "苹果应用商店"
    called = "id 加数字"
    keys = re.compile(r"(?:id)?([0-9]{5,15})")
    links = (re.compile(r"(?:https?|itms-apps)://(?:apps|itunes)\.apple\.com/.*\b(id[0-9]{5,15})(?:[/?#]|$)"),)

    async def ask(self, app: str, fetch: Fetch, session: Session) -> Download:
        """Return whether the store has the app of this number."""
        query = {"id": app, "country": "cn", "entity": "software", "_": secrets.token_hex(4)}
        page = await fetch(Request(url=f"{self.base}/lookup?{urlencode(query)}"))
        return await fetch.read(read, page)

    def parse(self, page: Page) -> Download:
        """Return whether the store has the app."""
        return read(page)


COLLECTOR = AppleStore()


def at(base_url: str) -> AppleStore:
    """Return the collector for a server that answers in the store's place."""
    return AppleStore(base=base_url.rstrip("/"))


def read(page: Page) -> Download:
    """Return what a lookup says; a module-level function, so that it can travel to another process."""
    if page.status == 403 and not page.body.strip():
        raise LookFailedError(Reason.RATE_LIMITED, "HTTP 403 without a word: the store's way of saying too often")
    answer = stores.answer(page)
    results = answer.get("results")
    count = json_body.count(answer.get("resultCount"))
    if count is None or not isinstance(results, list) or count != len(results):
        raise LookFailedError(Reason.UNREADABLE, "no count of results, or not so many results")
    if not results:
        return Download(link=Link.STORE, fault=AppFault.NOT_LISTED)
    return _app(page, json_body.rows(results))


def _app(page: Page, results: tuple[Fields, ...]) -> Download:
    """Return the app that was asked for; stores are known to answer with another one."""
    asked = stores.asked(page, "id")
    for result in results:
        is_asked = not asked or json_body.words(result.get("trackId")) == asked
        if result.get("wrapperType") == "software" and is_asked:
            return Download(
                link=Link.STORE,
                package=json_body.words(result.get("bundleId")) or None,
                version=json_body.words(result.get("version")) or None,
                released_at=_moment(json_body.words(result.get("currentVersionReleaseDate"))),
            )
    raise LookFailedError(Reason.UNREADABLE, "an answer about something else")


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
