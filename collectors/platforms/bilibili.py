"""哔哩哔哩 as far as it answers without a signature (as public documents and code of 2025-05 to 2026-07 have it).

Key: the mid (digits). Needs no login; two visitor cookies, buvid3 and buvid4, are given to anybody. The
card of an account tells its standing. The list of its dynamics holds every kind of post, pinned ones
first, and shows the newest ones for certain; where it asks for a signature, which is not made here,
the app's list of videos stands in: it proves an update and never the lack of one.

Read are also the card and the video list of the web page. `pub_time` (27分钟前) is left out: `pub_ts` is
the time, and where it is missing the dynamic's id, which holds its second. An empty list shows nothing
for certain: nothing counts the dynamics, and refusals have looked like that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from collectors import bodies, dates, html, ids
from collectors.answers import json_object
from collectors.bodies import Fields
from collectors.listing import listing, unless_hidden
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Fetch, KeyForm, Page, Request, Session
from monitor.core.observation import Covers, LookFailedError, Post, Profile, Reason, Standing, Timeline, gone, timeline

_MID = re.compile(r"[1-9][0-9]{0,18}")
_HOMEPAGE = re.compile(r"^https?://(?:space|m)\.bilibili\.com/(?:space/)?([1-9][0-9]{0,18})(?:[/?#]|$)")
_BVID = re.compile(r"BV[0-9A-Za-z]{8,14}")
_VISITOR = "visitor"
_VISITOR_KEPT = timedelta(hours=24)

_REFUSALS = {
    "-101": Reason.LOGIN_WALL,
    "-352": Reason.CAPTCHA,  # comes with a voucher, which buys a puzzle
    "-401": Reason.LOGIN_WALL,
    "-403": Reason.REFUSED,
    "-412": Reason.REFUSED,
    "-509": Reason.RATE_LIMITED,
    "-799": Reason.RATE_LIMITED,
}
"""What the platform's codes say of us."""
_NO_SUCH_USER = "-404"
_BANNED = "-2"
"""What `spacesta` of a card says of a banned account."""
_WANTS_MORE = frozenset({Reason.LOGIN_WALL, Reason.CAPTCHA, Reason.REFUSED})
"""How the list of dynamics is refused to somebody who does not sign."""


@dataclass(frozen=True, slots=True)
class Bilibili:
    """An account as a visitor sees it; `base` is where another server stands in for both hosts."""

    base: str | None = None

    name = "bilibili"
    version = 1
    platforms = frozenset({Platform.BILIBILI})
    key_form = KeyForm(_MID.fullmatch, "主页地址里的 mid，只有数字")

    def key_of(self, account: Account) -> str | None:
        """Return the mid: the platform id, or what the homepage's address ends with."""
        if account.platform_id and _MID.fullmatch(account.platform_id):
            return account.platform_id
        match = _HOMEPAGE.match(account.homepage or "")
        return match[1] if match else None

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Timeline:
        """Return the newest posts: the dynamics, or at least the videos."""
        cookies = await self._visitor(fetch, session)
        about = await self._ask(f"api.bilibili.com/x/web-interface/card?mid={source.key}", source, fetch, cookies)
        if not about.standing.is_present:
            return about
        dynamics = f"api.bilibili.com/x/polymer/web-dynamic/v1/feed/space?host_mid={source.key}"
        try:
            seen = await self._ask(dynamics, source, fetch, cookies)
        except LookFailedError as refused:
            if refused.reason not in _WANTS_MORE:
                raise
            session.drop(_VISITOR)
            videos = f"app.biliapi.com/x/v2/space/archive/cursor?vmid={source.key}&order=pubdate&ps=20"
            seen = await self._ask(videos, source, fetch, cookies)
        return replace(seen, profile=about.profile)

    def parse(self, page: Page) -> Timeline:
        """Return what a card, a list of dynamics or a list of videos says."""
        return read(page)

    async def _ask(self, address: str, source: Source, fetch: Fetch, cookies: Mapping[str, str]) -> Timeline:
        """Return what one of the hosts answers.

        No request is conditional: a refusal of the dynamics that is the same as last time would
        pass for "nothing changed", while new videos stand in the list behind it.
        """
        referer = f"https://space.bilibili.com/{source.key}/dynamic"
        page = await fetch(Request(url=self._at_host(address), headers={"Referer": referer}, cookies=cookies))
        return await fetch.read(read, page)

    async def _visitor(self, fetch: Fetch, session: Session) -> dict[str, str]:
        """Return the visitor cookies, from the session or as anybody gets them."""
        kept = session.get(_VISITOR)
        if kept:
            return {name: bodies.words(value) for name, value in bodies.fields(json.loads(kept)).items()}
        given = json_object(await fetch(Request(url=self._at_host("api.bilibili.com/x/frontend/finger/spi"))))
        names = {"buvid3": "b_3", "buvid4": "b_4"}
        found = {name: bodies.words(bodies.dig(given, "data", short)) for name, short in names.items()}
        cookies = {name: value for name, value in found.items() if value}
        session.put(_VISITOR, json.dumps(cookies), _VISITOR_KEPT)
        return cookies

    def _at_host(self, address: str) -> str:
        return f"{self.base}/{address}" if self.base else f"https://{address}"


COLLECTOR = Bilibili()


def at(base_url: str) -> Bilibili:
    """Return the collector for a server that answers as `<base_url>/api.bilibili.com/…` and so on."""
    return Bilibili(base_url.rstrip("/"))


def read(page: Page) -> Timeline:
    """Return what one answer says; a module-level function, so that it can travel."""
    answer = json_object(page)
    code = bodies.words(answer.get("code"))
    if code == _NO_SUCH_USER:
        return gone(Standing.NOT_FOUND)
    if code in _REFUSALS:
        raise LookFailedError(_REFUSALS[code], f"code {code}")
    data = bodies.fields(answer.get("data"))
    if code == "0":
        if card := bodies.fields(data.get("card")):
            return _card(card, data)
        if isinstance(dynamics := data.get("items"), list):
            is_last = data.get("has_more") is False
            return unless_hidden(listing(dynamics, lambda dynamic: _dynamic(page, dynamic), is_last=is_last))
        if isinstance(videos := data.get("item", bodies.dig(data, "list", "vlist")), list):
            return replace(listing(videos, lambda video: _video(page, video)), covers=Covers.SOME)
    raise LookFailedError(Reason.UNREADABLE, f"code {code:.12}, neither a card nor a list")


def _card(card: Fields, data: Fields) -> Timeline:
    profile = Profile(
        name=html.plain(bodies.words(card.get("name"))) or None,
        id=bodies.words(card.get("mid")) or None,
        followers=bodies.count(data.get("follower", card.get("fans"))),
    )
    if bodies.words(card.get("spacesta")) == _BANNED:
        return gone(Standing.BANNED, profile)
    return timeline((), covers=Covers.SOME, standing=Standing.ACTIVE, profile=profile)


def _dynamic(page: Page, dynamic: Fields) -> Post | None:
    modules, number = dynamic.get("modules"), bodies.words(dynamic.get("id_str"))
    stamp = dates.epoch(bodies.dig(modules, "module_author", "pub_ts"), page.at) or ids.bilibili(number, page.at)
    if stamp is None:
        return None
    content = bodies.dig(modules, "module_dynamic")
    return Post(
        published_at=stamp.moment,
        precision=stamp.precision,
        title=html.plain(next(_titles(content), "")),
        url=_video_url(bodies.dig(content, "major", "archive", "bvid"))
        or (f"https://t.bilibili.com/{number}" if _MID.fullmatch(number) else None),
        is_pinned=bodies.dig(modules, "module_tag", "text") == "置顶",
    )


def _titles(content: object) -> Iterator[str]:
    """Yield what may stand for a dynamic's title, the best first."""
    for names in (
        ("major", "archive", "title"),
        ("major", "article", "title"),
        ("major", "opus", "title"),
        ("major", "opus", "summary", "text"),
        ("desc", "text"),
        ("major", "common", "title"),
    ):
        if words := bodies.words(bodies.dig(content, *names)):
            yield words


def _video(page: Page, video: Fields) -> Post | None:
    stamp = dates.epoch(video.get("ctime", video.get("created")), page.at)
    if stamp is None:
        return None
    return Post(
        published_at=stamp.moment,
        precision=stamp.precision,
        title=html.plain(bodies.words(video.get("title"))),
        url=_video_url(video.get("bvid")),
    )


def _video_url(bvid: object) -> str | None:
    """Return a video's address: the same, whichever list shows the video."""
    name = bodies.words(bvid)
    return f"https://www.bilibili.com/video/{name}" if _BVID.fullmatch(name) else None
