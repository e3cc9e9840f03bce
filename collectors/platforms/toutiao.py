"""今日头条 through the list behind an author's page, asked without a signature (public code of 2021 to 2026-09).

Key: the author's token, which the homepage's address ends with (`/c/user/token/MS4wLjAB…/`). Needs no login.
The page signs its own requests; nothing here does, so that the platform may well refuse, or show a visitor
nothing: an empty list then counts for some. Yields the newest articles, videos and 微头条 with the second of
`publish_time`. `behot_time` is a cursor and no publication; an item without a publication time has only its id,
which was allotted when the draft was begun and bounds it from below. Pinned items say so (`is_stick`).

One post's `m.toutiao.com/i<id>/info/` (2026-09) names its second and its author, by a number that no homepage has and
by name: that proves a pasted link as far as a name does.

`data: null` stands for no such author, hidden and refused alike. The list of a banned author is not known; a message
that says so in words is taken at its word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from collectors import agents, answers, dates, html, ids, json_body, links, standings
from collectors.json_body import Fields
from collectors.listing import listing, unless_hidden
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Fetch, KeyForm, Page, Proof, Request, Session
from monitor.core.observation import LookFailedError, Post, Profile, Reason, Timeline, gone

_TOKEN = re.compile(r"MS4w[\w-]{10,200}|[\w-]{60,250}", re.ASCII)
_HOMEPAGE = re.compile(r"^https?://(?:www\.|m\.)?toutiao\.com/c/user/token/([\w-]{14,250})(?:[/?#]|$)", re.ASCII)
_OF_AUTHOR = re.compile(r"/c/user/token/([\w-]+)", re.ASCII)
_SITE = "https://www.toutiao.com"
_NUMBER = re.compile(r"[0-9]{10,20}")
_VIDEO, _SHORT = {0, 49}, 32
"""Values of `cell_type`; any other is an article."""


@dataclass(frozen=True, slots=True)
class Toutiao(links.KnowsLinks):
    """Toutiao as a visitor sees it; `base` is where another server stands in for it."""

    base: str = _SITE

    name = "toutiao"
    version = 1
    platforms = frozenset({Platform.TOUTIAO})
    proves = platforms
    own_links = links.TOUTIAO
    key_form = KeyForm(_TOKEN.fullmatch, "主页地址 /c/user/token/ 后面的一串")

    def key_of(self, account: Account) -> str | None:
        """Return the author's token: the platform id, or what the homepage's address ends with."""
        if account.platform_id and _TOKEN.fullmatch(account.platform_id):
            return account.platform_id
        match = _HOMEPAGE.match(account.homepage or "")
        return match[1] if match else None

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Timeline:
        """Return the newest posts."""
        query = {"category": "profile_all", "token": source.key, "max_behot_time": "0", "aid": "24"}
        page = await fetch(
            Request(
                url=f"{self.base}/api/pc/list/user/feed?{urlencode(query)}&app_name=toutiao_web",
                headers={"User-Agent": agents.DESKTOP, "Referer": f"{self.base}/c/user/token/{source.key}/"},
                conditional=True,
            )
        )
        return unless_hidden(await fetch.read(read, page))

    def parse(self, page: Page) -> Timeline:
        """Return the newest posts."""
        return read(page)

    async def prove(self, link: str, fetch: Fetch, session: Session) -> Proof:
        """Return when the post appeared, and by whom as far as a name tells; raises LookFailedError."""
        stand_in = None if self.base == _SITE else self.base
        found = await self.own_links.found(link, fetch, stand_in)

        async def look() -> Timeline:
            host = f"{stand_in}/m.toutiao.com" if stand_in else "https://m.toutiao.com"
            request = Request(url=f"{host}/i{found.number}/info/", headers={"User-Agent": agents.PHONE})
            return await fetch.read(read_post, links.at_any_time(await fetch(request)))

        return await found.proof(look)


COLLECTOR = Toutiao()


def at(base_url: str) -> Toutiao:
    """Return the collector for a server that answers in the platform's place."""
    return Toutiao(base_url.rstrip("/"))


def read(page: Page) -> Timeline:
    """Return what one answer says; a module-level function, so that it can travel to another process."""
    answer, standing = standings.heard(page)
    if standing:
        return gone(standing)
    items = answer.get("data")
    if not isinstance(items, list):
        raise LookFailedError(Reason.UNREADABLE, "no list: no such author, hidden, or refused")
    if not items and (answer.get("message") != "success" or answer.get("has_more")):
        raise LookFailedError(Reason.UNREADABLE, "an empty list that does not say that it is one")
    own = list[object](_own(page, items))
    if items and not own:
        raise LookFailedError(Reason.UNREADABLE, "a list of other authors only")
    return listing(own, lambda item: _post(page, item), _profile(own))


def read_post(page: Page) -> Timeline:
    """Return the post that an answer is about; a module-level function, so that it can travel to another process."""
    if page.status in {404, 410}:
        return links.not_shown()
    data = json_body.fields(answers.json_object(page).get("data"))
    author = json_body.fields(data.get("media_user"))
    stamp = dates.epoch(data.get("publish_time"), page.at)
    name = json_body.words(author.get("screen_name")) or json_body.words(author.get("name"))
    if stamp is None or not name:
        raise LookFailedError(Reason.UNREADABLE, "a post without its time or its author")
    return links.signed(stamp, json_body.words(data.get("title")), set(), name)


def _own(page: Page, items: list[object]) -> Iterator[Fields]:
    """Yield the items without advertisements and what the answer gives of other authors."""
    asked = parse_qs(urlsplit(page.url).query).get("token", [""])[0]
    for item in map(json_body.fields, items):
        author = _OF_AUTHOR.match(json_body.words(item.get("media_url")))
        is_others = asked and author and author[1] != asked
        if not (is_others or item.get("is_feed_ad") is True):
            yield item


def _post(page: Page, item: Fields) -> Post | None:
    number = _id(item)
    stamp = dates.epoch(item.get("publish_time"), page.at) or ids.toutiao(number, page.at)
    if stamp is None:
        return None
    return Post(
        published_at=stamp.moment,
        precision=stamp.precision,
        title=html.plain(_title(item)),
        url=f"https://www.toutiao.com/{_kind(item)}/{number}/" if _NUMBER.fullmatch(number) else None,
        is_pinned=item.get("is_stick") is True,
    )


def _id(item: Fields) -> str:
    return next((text for name in ("id", "item_id", "group_id") if (text := json_body.words(item.get(name)))), "")


def _title(item: Fields) -> str:
    names = ("title", "content", "abstract")
    return next((text for name in names if (text := json_body.words(item.get(name)).strip())), "")


def _kind(item: Fields) -> str:
    kind = json_body.count(item.get("cell_type"))
    if kind == _SHORT:
        return "w"
    is_video = kind in _VIDEO or item.get("article_genre") == "video"
    return "video" if is_video else "article"


def _profile(items: list[object]) -> Profile | None:
    """Return what the items say of their author; only videos count the followers."""
    for item in json_body.rows(items):
        user = json_body.fields(item.get("user")) or json_body.fields(item.get("user_info"))
        about = json_body.fields(user.get("info")) or user
        if name := html.plain(json_body.words(about.get("name"))):
            return Profile(
                name=name,
                id=json_body.words(about.get("user_id")) or None,
                followers=json_body.count(json_body.dig(user, "relation_count", "followers_count")),
            )
    return None
