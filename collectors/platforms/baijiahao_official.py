"""百家号 through its owner's app_token (the developers' service, as public clients of 2019 to 2026 have it).

Key: the name of a grant in the settings; its id is the author's app_id, its secret the app_token, both shown in the
owner's console under 开发者. Needs no other token. Yields the twenty newest published articles, galleries and
videos with their publication time; when one was made, changed or handed in is no publication. In what order they are
listed is documented nowhere: a list that is neither the whole nor begins with its newest covers some.

Codes of the service tell a wrong token and an account that does not exist; “not yet approved or muted” is one code
for both and says nothing certain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from collectors import bodies, dates, html
from collectors.answers import json_object
from collectors.bodies import Fields
from collectors.grants import granted
from collectors.listing import listing
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Fetch, Page, Request, Session
from monitor.core.observation import Covers, LookFailedError, Post, Reason, Standing, Timeline, gone

_AT_ONCE = 20
_NO_SUCH_ACCOUNT = 60000009
_CODES: Mapping[int, tuple[Reason, str]] = {
    60001001: (Reason.GRANT, "the app_token is not taken"),
    10002: (Reason.GRANT, "no right to this interface"),
    60000005: (Reason.REFUSED, "the account is not yet approved, or muted"),
    4: (Reason.HTTP_ERROR, "the platform has a fault of its own"),
    5: (Reason.HTTP_ERROR, "the platform has a fault of its own"),
    10003: (Reason.HTTP_ERROR, "the platform has a fault of its own"),
    10005: (Reason.HTTP_ERROR, "the platform has a fault of its own"),
    60000006: (Reason.HTTP_ERROR, "the platform has a fault of its own"),
    60000020: (Reason.HTTP_ERROR, "the platform has a fault of its own"),
}
_HIDDEN = frozenset({"draft", "pre_publish", "withdraw", "rejected", "forbidden", "deleted"})
"""Values of `status` for what people cannot see; only published ones are asked for."""
_TIMES = ("publish_time", "publish_at", "published_at")


@dataclass(frozen=True, slots=True)
class BaijiahaoOfficial:
    """An owner's interface; `base` is where another server stands in for Baidu's."""

    base: str = "https://baijiahao.baidu.com"

    name = "baijiahao-official"
    version = 1
    platforms = frozenset[Platform]()
    is_granted: Literal[True] = True

    def key_of(self, account: Account) -> str | None:
        """Return None: a grant is named in the roster, never guessed."""
        return None

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Timeline:
        """Return the newest published works."""
        grant = granted(session)
        form = {
            "app_id": grant.id,
            "app_token": grant.secret,
            "page_no": "1",
            "page_size": str(_AT_ONCE),
            "collection": "publish",
        }
        url = f"{grant.base_url or self.base}/builderinner/open/resource/query/articleListall"
        return await fetch.read(read, await fetch(Request(url=url, method="POST", form=form)))

    def parse(self, page: Page) -> Timeline:
        """Return the newest published works."""
        return read(page)


COLLECTOR = BaijiahaoOfficial()


def at(base_url: str) -> BaijiahaoOfficial:
    """Return the collector for a server that answers in the place of Baidu's."""
    return BaijiahaoOfficial(base_url.rstrip("/"))


def read(page: Page) -> Timeline:
    """Return what one answer says; a module-level function, so that it can travel to another process."""
    answer = json_object(page)
    code = answer.get("errno")
    if code == _NO_SUCH_ACCOUNT:
        return gone(Standing.NOT_FOUND)
    if code != 0:
        reason, meaning = _CODES.get(bodies.count(code) or 0, (Reason.UNREADABLE, "a code that is not known"))
        raise LookFailedError(reason, f"errno {code!r:.20}: {meaning}")
    items, total = bodies.dig(answer, "data", "items"), bodies.count(bodies.dig(answer, "data", "page", "total_count"))
    if not isinstance(items, list):
        raise LookFailedError(Reason.UNREADABLE, "no list of works")
    if not items and total != 0:
        raise LookFailedError(Reason.UNREADABLE, "an empty list that is not said to be the whole")
    published = [item for item in items if bodies.words(bodies.dig(item, "status")) not in _HIDDEN]
    seen = listing(published, lambda item: _post(page, item))
    is_whole = total == len(items) or _begins_with_the_newest(page, published)
    return seen if is_whole else replace(seen, covers=Covers.SOME)


def _begins_with_the_newest(page: Page, items: list[object]) -> bool:
    stamps = [stamp.moment for item in bodies.rows(items) if (stamp := _time(page, item))]
    return bool(stamps) and stamps[0] == max(stamps)


def _time(page: Page, item: Fields) -> dates.Stamp | None:
    """Return when a work was published, written in words or as an epoch."""
    given = next((item[name] for name in _TIMES if item.get(name)), None)
    return dates.epoch(given, page.at) or dates.read(bodies.words(given), page.at)


def _post(page: Page, item: Fields) -> Post | None:
    stamp = _time(page, item)
    if stamp is None:
        return None
    link = bodies.words(item.get("url")) or bodies.words(item.get("article_url"))
    return Post(
        published_at=stamp.moment,
        precision=stamp.precision,
        title=html.plain(bodies.words(item.get("title"))),
        url=html.link("https://baijiahao.baidu.com/", link),
    )
