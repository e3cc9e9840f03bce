"""哔哩哔哩 as far as it answers without a signature (as public documents and code of 2025-05 to 2026-10 have it).

Key: the mid (digits). Needs no login. The card of an account tells a visitor its standing, its followers and how many
videos there are. Both lists are refused to clients that do not sign, as this one: the dynamics by -352, the app's list
of videos by -400 (2026-10). So a visitor's look covers some, and nobody is found overdue by it; the posts come by a
feed, a pasted link or by hand. Where another server stands in for the platform (an office's own bridge, `base`), it is
asked for the dynamics too: every kind of post, pinned ones first; and where it refuses them, for the videos, which
prove an update and never the lack of one.

Read are also the card and the video list of the web page. `pub_time` (27分钟前) is left out: `pub_ts` is
the time, and where it is missing the dynamic's id, which holds its second. An empty list shows nothing
for certain: nothing counts the dynamics, and refusals have looked like that. -404 is said of cancelled
and banned accounts alike. The answer of `x/web-interface/view` about one video, its owner and its second, proves a
pasted link.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from collectors import dates, html, ids, json_body, links
from collectors.answers import json_object
from collectors.json_body import Fields
from collectors.listing import listing, unless_hidden
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Fetch, KeyForm, Page, Proof, Request, Session
from monitor.core.observation import Covers, LookFailedError, Post, Profile, Reason, Standing, Timeline, gone, timeline

_MID = re.compile(r"[1-9][0-9]{0,18}")
_HOMEPAGE = re.compile(r"^https?://(?:space|m)\.bilibili\.com/(?:space/)?([1-9][0-9]{0,18})(?:[/?#]|$)")
_BVID = re.compile(r"BV[0-9A-Za-z]{8,14}")

_REFUSALS = {
    "-101": Reason.LOGIN_WALL,
    "-352": Reason.REFUSED,  # the gate's word for a visit that is not signed, or looks odd to it
    "-400": Reason.REFUSED,  # the app's list without its key and signature
    "-401": Reason.LOGIN_WALL,
    "-403": Reason.REFUSED,
    "-412": Reason.REFUSED,
    "-509": Reason.RATE_LIMITED,
    "-799": Reason.RATE_LIMITED,
}
"""The meanings of the platform's codes about us."""
_NO_SUCH_USER = "-404"
_NOT_SHOWN = frozenset({"-404", "62002", "62004", "62012"})
"""A video that is not there, not visible, under review, or for its owner only."""
_BANNED = "-2"
"""The value of a card's `spacesta` for a banned account."""
_WANTS_MORE = frozenset({Reason.LOGIN_WALL, Reason.CAPTCHA, Reason.REFUSED})
"""How the list of dynamics is refused to somebody who does not sign."""


@dataclass(frozen=True, slots=True)
class Bilibili(links.KnowsLinks):
    """An account as a visitor sees it; `base` is where another server stands in for both hosts."""

    base: str | None = None

    name = "bilibili"
    version = 2
    platforms = frozenset({Platform.BILIBILI})
    proves = platforms
    own_links = links.BILIBILI
    key_form = KeyForm(_MID.fullmatch, "主页地址里的 mid，只有数字")

    def key_of(self, account: Account) -> str | None:
        """Return the mid: the platform id, or what the homepage's address ends with."""
        if account.platform_id and _MID.fullmatch(account.platform_id):
            return account.platform_id
        match = _HOMEPAGE.match(account.homepage or "")
        return match[1] if match else None

    def is_partial(self, key: str) -> bool:
        """True if nobody is there to be asked for a list."""
        return self.base is None

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Timeline:
        """Return the card; with the newest posts where there is somebody to ask for them."""
        about = await self._ask(f"api.bilibili.com/x/web-interface/card?mid={source.key}", source, fetch)
        if self.base is None or not about.standing.is_present:
            return about
        dynamics = f"api.bilibili.com/x/polymer/web-dynamic/v1/feed/space?host_mid={source.key}"
        try:
            seen = await self._ask(dynamics, source, fetch)
        except LookFailedError as refused:
            if refused.reason not in _WANTS_MORE:
                raise
            videos = f"app.biliapi.com/x/v2/space/archive/cursor?vmid={source.key}&order=pubdate&ps=20"
            seen = await self._ask(videos, source, fetch)
        return replace(seen, profile=about.profile)

    def parse(self, page: Page) -> Timeline:
        """Return what a card, a list of dynamics or a list of videos says."""
        return read(page)

    async def prove(self, link: str, fetch: Fetch, session: Session) -> Proof:
        """Return whose video it is, and when it appeared; of a dynamic the time in its id. Raises LookFailedError."""
        found = await self.own_links.found(link, fetch, self.base)
        if not _BVID.fullmatch(found.number):
            return found.by_id()

        async def look() -> Timeline:
            url = self._at_host(f"api.bilibili.com/x/web-interface/view?bvid={found.number}")
            page = await fetch(Request(url=url, headers={"Referer": found.url}))
            return await fetch.read(read_video, links.at_any_time(page))

        return await found.proof(look)

    async def _ask(self, address: str, source: Source, fetch: Fetch) -> Timeline:
        """Return what one of the hosts answers.

        No request is conditional: a refusal of the dynamics that is the same as last time would
        pass for "nothing changed", while new videos stand in the list behind it.
        """
        referer = f"https://space.bilibili.com/{source.key}/dynamic"
        return await fetch.read(read, await fetch(Request(url=self._at_host(address), headers={"Referer": referer})))

    def _at_host(self, address: str) -> str:
        return f"{self.base}/{address}" if self.base else f"https://{address}"


COLLECTOR = Bilibili()


def at(base_url: str) -> Bilibili:
    """Return the collector for a server that answers as `<base_url>/api.bilibili.com/…` and so on."""
    return Bilibili(base_url.rstrip("/"))


def read(page: Page) -> Timeline:
    """Return what one answer says; a module-level function, so that it can travel."""
    answer = json_object(page)
    code = json_body.words(answer.get("code"))
    if code == _NO_SUCH_USER:
        return gone(Standing.NOT_FOUND)
    if code in _REFUSALS:
        raise LookFailedError(_REFUSALS[code], f"code {code}")
    data = json_body.fields(answer.get("data"))
    if code == "0":
        if card := json_body.fields(data.get("card")):
            return _card(card, data)
        if isinstance(dynamics := data.get("items"), list):
            is_last = data.get("has_more") is False
            return unless_hidden(listing(dynamics, lambda dynamic: _dynamic(page, dynamic), is_last=is_last))
        if isinstance(videos := data.get("item", json_body.dig(data, "list", "vlist")), list):
            return replace(listing(videos, lambda video: _video(page, video)), covers=Covers.SOME)
    raise LookFailedError(Reason.UNREADABLE, f"code {code:.12}, neither a card nor a list")


def read_video(page: Page) -> Timeline:
    """Return the video that an answer is about, signed by its owner; a module-level function, so that it can travel."""
    answer = json_object(page)
    code = json_body.words(answer.get("code"))
    if code in _NOT_SHOWN:
        return links.not_shown()
    if code in _REFUSALS:
        raise LookFailedError(_REFUSALS[code], f"code {code}")
    data = json_body.fields(answer.get("data"))
    owner, stamp = json_body.fields(data.get("owner")), dates.epoch(data.get("pubdate"), page.at)
    if code != "0" or stamp is None or not json_body.words(owner.get("mid")):
        raise LookFailedError(Reason.UNREADABLE, f"code {code:.12}, a video without its time or its owner")
    authors = {json_body.words(owner.get("mid"))}
    return links.signed(stamp, json_body.words(data.get("title")), authors, json_body.words(owner.get("name")))


def _card(card: Fields, data: Fields) -> Timeline:
    profile = Profile(
        name=html.plain(json_body.words(card.get("name"))) or None,
        id=json_body.words(card.get("mid")) or None,
        followers=json_body.count(data.get("follower", card.get("fans"))),
        posts=json_body.count(data.get("archive_count")),
    )
    if json_body.words(card.get("spacesta")) == _BANNED:
        return gone(Standing.BANNED, profile)
    return timeline((), covers=Covers.SOME, standing=Standing.ACTIVE, profile=profile)


def _dynamic(page: Page, dynamic: Fields) -> Post | None:
    modules, number = dynamic.get("modules"), json_body.words(dynamic.get("id_str"))
    stamp = dates.epoch(json_body.dig(modules, "module_author", "pub_ts"), page.at) or ids.bilibili(number, page.at)
    if stamp is None:
        return None
    content = json_body.dig(modules, "module_dynamic")
    return Post(
        published_at=stamp.moment,
        precision=stamp.precision,
        title=html.plain(next(_titles(content), "")),
        url=_video_url(json_body.dig(content, "major", "archive", "bvid"))
        or (f"https://t.bilibili.com/{number}" if _MID.fullmatch(number) else None),
        is_pinned=json_body.words(json_body.dig(modules, "module_tag", "text")).strip() == "置顶",
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
        if words := json_body.words(json_body.dig(content, *names)):
            yield words


def _video(page: Page, video: Fields) -> Post | None:
    stamp = dates.epoch(video.get("ctime", video.get("created")), page.at)
    if stamp is None:
        return None
    return Post(
        published_at=stamp.moment,
        precision=stamp.precision,
        title=html.plain(json_body.words(video.get("title"))),
        url=_video_url(video.get("bvid")),
    )


def _video_url(bvid: object) -> str | None:
    """Return a video's address: the same, whichever list shows the video."""
    name = json_body.words(bvid)
    return f"https://www.bilibili.com/video/{name}" if _BVID.fullmatch(name) else None
