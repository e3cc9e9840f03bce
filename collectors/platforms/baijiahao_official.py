"""百家号 through its owner's app_token (the developers' service, as public clients of 2019 to 2026-09 have it).

Key: the name of a grant in the settings; its id is the author's app_id, its secret the app_token, both shown in the
owner's console under 开发者. Needs no other token. Yields the twenty newest published articles, galleries and
videos with their publication time; when one was made, changed or handed in is no publication.

Since 2026-09 works are an object keyed by their ids, and have `updated_at` alone, which may be an edit: a work appeared
then or before. When it did, its own page says (`pubDate`), which is asked for those that may be the newest, a few in
one look, and remembered. In what order works are listed is documented nowhere: a list that is neither the whole nor
begins with its newest covers some, and so does one in which a work without a known time may be the newest.

Codes of the service tell a wrong token and an account that does not exist; “not yet approved or muted” is one code
for both and says nothing certain.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from collectors import agents, answers, dates, html, json_body
from collectors.answers import json_object
from collectors.grants import granted
from collectors.json_body import Fields
from collectors.listing import listing
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Continuation, Fetch, Page, Request, Session
from monitor.core.observation import Covers, LookFailedError, Post, Reason, Standing, Timeline, gone, timeline

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
_ARTICLE = re.compile(r"https?://baijiahao\.baidu\.com/s\?id=([0-9]{8,24})")
_PUBLISHED = re.compile(r"""["']pubDate["']\s*:\s*["']([0-9T: -]{10,25})["']""")
"""Where a work's own page has its publication, in its data for search engines; `upDate` beside it is an edit."""
_PAGES = 5
"""How many works' pages one look asks for."""
_TIME_KEPT = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class BaijiahaoOfficial:
    """An owner's interface; `base` is where another server stands in for Baidu's."""

    base: str = "https://baijiahao.baidu.com"

    name = "baijiahao-official"
    version = 2
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
        base = grant.base_url or self.base
        url = f"{base}/builderinner/open/resource/query/articleListall"
        page = await fetch(Request(url=url, method="POST", form=form))
        seen = await fetch.read(read, page)
        if not seen.standing.is_present:
            return seen
        undated = await fetch.read(undated_works, page)
        if not undated.rows:
            return seen
        works = tuple(
            Work(number=number, changed=datetime.fromisoformat(changed), title=title, url=url)
            for number, changed, title, url in undated.rows
        )
        dated = await self._dated(seen, works, base, fetch, session)
        return dated if undated.is_so("has_the_newest") else replace(dated, covers=Covers.SOME)

    async def _dated(
        self, seen: Timeline, undated: tuple[Work, ...], base: str, fetch: Fetch, session: Session
    ) -> Timeline:
        """Return the list with the times that the works' own pages tell, the latest changed ones first.

        A work appeared when it was last changed at the latest, so once a known time reaches that of all that are
        left, the newest is known.
        """
        posts, pages = list(seen.posts), _PAGES
        left = sorted(undated, key=lambda work: work.changed, reverse=True)
        while left and not any(post.published_at >= left[0].changed for post in posts):
            work = left.pop(0)
            kept = session.get(work.number)
            if kept is None and pages:
                pages -= 1
                kept = await self._published(work, base, fetch)
            if kept is None:
                return timeline(posts, covers=Covers.SOME, standing=Standing.ACTIVE)
            session.put(work.number, kept, _TIME_KEPT)
            posts.append(Post(published_at=datetime.fromisoformat(kept), title=work.title, url=work.url))
        return timeline(posts, standing=Standing.ACTIVE)

    async def _published(self, work: Work, base: str, fetch: Fetch) -> str | None:
        """Return when a work appeared, as its own page says, in ISO 8601; None where it does not."""
        request = Request(url=f"{base}/s?id={work.number}", headers={"User-Agent": agents.DESKTOP}, max_bytes=4_000_000)
        try:
            seen = await fetch.read(read, await fetch(request))
        except LookFailedError:
            return None
        return seen.newest.published_at.isoformat() if seen.newest else None

    def parse(self, page: Page) -> Timeline:
        """Return the newest published works."""
        return read(page)


COLLECTOR = BaijiahaoOfficial()


def at(base_url: str) -> BaijiahaoOfficial:
    """Return the collector for a server that answers in the place of Baidu's."""
    return BaijiahaoOfficial(base_url.rstrip("/"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A published work whose publication time the service does not give."""

    number: str
    changed: datetime
    """When it was last changed: it appeared then or before."""
    title: str
    url: str


def read(page: Page) -> Timeline:
    """Return what one answer says, the list or a work's page; a module-level function, so that it can travel."""
    if not json_body.looks_like_json(page):
        return _work_page(page)
    answer = _answer(page)
    if answer is None:
        return gone(Standing.NOT_FOUND)
    items = _items(answer)
    if not items and not _is_whole(answer):
        raise LookFailedError(Reason.UNREADABLE, "an empty list that is not said to be the whole")
    published = _published_ones(items)
    dated = [item for item in published if not isinstance(item, dict) or _work(page, item) is None]
    if len(dated) < len(published) and not dated:
        return Timeline(covers=Covers.SOME)
    seen = listing(dated, lambda item: _post(page, item))
    is_whole = _is_whole(answer) or _begins_with_the_newest(page, published)
    return seen if is_whole and len(dated) == len(published) else replace(seen, covers=Covers.SOME)


def undated_works(page: Page) -> Continuation:
    """Return the published works that have no publication time, as listed; none where another has no time at all.

    With them whether no next page can have a newer work.
    """
    undated = _undated(page)
    return Continuation(
        rows=tuple((work.number, work.changed.isoformat(), work.title, work.url) for work in undated),
        numbers={"has_the_newest": int(bool(undated) and has_the_newest(page, undated))},
    )


def _undated(page: Page) -> tuple[Work, ...]:
    answer = _answer(page)
    works = [(item, _work(page, item)) for item in json_body.rows(_published_ones(_items(answer or {})))]
    if any(work is None and _time(page, item) is None for item, work in works):
        return ()
    return tuple(work for _, work in works if work)


def has_the_newest(page: Page, undated: tuple[Work, ...]) -> bool:
    """True if no next page can have a newer work: there is none, or the works are listed by their last change."""
    answer = _answer(page) or {}
    published = _published_ones(_items(answer))
    in_order = all(first.changed >= second.changed for first, second in pairwise(undated))
    return _is_whole(answer) or (in_order and len(undated) == len(published))


def _is_whole(answer: Fields) -> bool:
    about = json_body.fields(json_body.dig(answer, "data", "page"))
    return about.get("has_next") is False or json_body.count(about.get("total_count")) == len(_items(answer))


def _answer(page: Page) -> Fields | None:
    """Return the answer of the service; None where there is no such account. Raises LookFailedError for a refusal."""
    answer = json_object(page)
    code = answer.get("errno")
    if code == _NO_SUCH_ACCOUNT:
        return None
    if code != 0:
        reason, meaning = _CODES.get(json_body.count(code) or 0, (Reason.UNREADABLE, "a code that is not known"))
        raise LookFailedError(reason, f"errno {code!r:.20}: {meaning}")
    return answer


def _items(answer: Fields) -> list[object]:
    """Return the works of a list, be it an array or an object keyed by their ids."""
    items = json_body.dig(answer, "data", "items")
    if isinstance(items, dict):
        return list(items.values())
    if not isinstance(items, list):
        raise LookFailedError(Reason.UNREADABLE, "no list of works")
    return items


def _published_ones(items: list[object]) -> list[object]:
    return [item for item in items if json_body.words(json_body.dig(item, "status")) not in _HIDDEN]


def _work(page: Page, item: Fields) -> Work | None:
    """Return a work that has the time of its last change and no other; None for any other item."""
    changed = dates.epoch(item.get("updated_at"), page.at) or dates.read(
        json_body.words(item.get("updated_at")), page.at
    )
    match = _ARTICLE.match(_address(item) or "")
    if changed is None or match is None or any(item.get(name) for name in _TIMES):
        return None
    title = html.plain(json_body.words(item.get("title")))
    return Work(number=match[1], changed=changed.moment, title=title, url=match[0])


def _work_page(page: Page) -> Timeline:
    """Return the work whose own page this is."""
    answers.judge_status(page)
    answers.refuse_walls(page)
    text = html.decode(page)
    told = {found[1] for found in _PUBLISHED.finditer(text)}
    stamp = dates.read(told.pop().replace("T", " "), page.at) if len(told) == 1 else None
    if stamp is None:
        raise LookFailedError(Reason.UNREADABLE, "a page without one publication time")
    match = _ARTICLE.search(page.url)
    url = match[0] if match else None
    post = Post(published_at=stamp.moment, precision=stamp.precision, title=html.title(html.tree(text)), url=url)
    return timeline([post], covers=Covers.SOME)


def _begins_with_the_newest(page: Page, items: list[object]) -> bool:
    stamps = [stamp.moment for item in json_body.rows(items) if (stamp := _time(page, item))]
    return bool(stamps) and stamps[0] == max(stamps)


def _time(page: Page, item: Fields) -> dates.Stamp | None:
    """Return when a work was published, written in words or as an epoch."""
    given = next((item[name] for name in _TIMES if item.get(name)), None)
    return dates.epoch(given, page.at) or dates.read(json_body.words(given), page.at)


def _post(page: Page, item: Fields) -> Post | None:
    stamp = _time(page, item)
    if stamp is None:
        return None
    return Post(
        published_at=stamp.moment,
        precision=stamp.precision,
        is_year_guessed=stamp.is_year_guessed,
        title=html.plain(json_body.words(item.get("title"))),
        url=_address(item),
    )


def _address(item: Fields) -> str | None:
    link = json_body.words(item.get("url")) or json_body.words(item.get("article_url"))
    return html.link("https://baijiahao.baidu.com/", link)
