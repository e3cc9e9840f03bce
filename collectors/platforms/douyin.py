"""抖音 through the public profile of its share page (as public code and threads of 2020 to 2026-10 have it).

Key: the author's `sec_uid`, which the homepage's address ends with (`/user/MS4wLjABAAAA…`). Needs no login.
Without a forged signature the platform shows a visitor the profile only: who it is, how many works there are,
whether the account is gone. That covers some, so nobody is found overdue by it; the posts come by the owner's
grant (`douyin-official`), a pasted link, or by hand. Where another server stands in for the platform (an office's
own bridge, `base`), it is asked for the list too, and the list is read as the web page's: pinned works first,
their second in `create_time`; older lists have none, and a work's id bounds its time from below only.

Since 2025-08 a list as a visitor sees it may lack about the newest week. Such an answer says so by
`not_login_module.guide_login_tip_exist`, with works or without, and covers some. A bridge is nobody's visitor only
while it is logged in, which its answers do not tell: they cover all only where the settings name a canary, an
author who publishes every day, and the same bridge shows a work of that author not older than two days.

A refused look is an empty body, `blocked`, a header or a `verify_ticket` that asks for verification, or status 2483,
which asks to log in. The profile of m.douyin.com is an empty body for some phones: www.iesdouyin.com is then asked
once as a browser. `aweme_list: null` is the answer for private, banned and refused alike: the profile tells them apart.

The share page of one work names its second and its author to any visitor who brings the cookie `ttwid`, which is
given to anybody: that proves a pasted link.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from collectors import agents, answers, dates, html, ids, json_body, links, standings
from collectors.json_body import Fields
from collectors.listing import joined, listing, unless_hidden
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Continuation, Fetch, KeyForm, Page, Proof, Request, Session
from monitor.core.observation import (
    Covers,
    LookFailedError,
    Post,
    Profile,
    Reason,
    Standing,
    Timeline,
    gone,
)

_AUTHOR = re.compile(r"MS4wLjAB[\w-]{10,150}", re.ASCII)
_HOMEPAGE = re.compile(r"^https?://(?:www\.|m\.)?(?:ies)?douyin\.com/(?:share/)?user/(MS4wLjAB[\w-]{10,150})", re.ASCII)
_NUMBER = re.compile(r"[0-9]{15,20}")
_PICTURES = 68
"""The value of `aweme_type` that has an address of its own."""
_BANNED, _RESTRICTED = 1, 2
"""Values of `ban_type`."""
_RESTRICTED_TITLE = "违规处罚说明"
"""The title of the notice that goes with the second."""
_TICKET, _TICKET_KEPT = "ttwid", timedelta(hours=24)
_ROUTER_DATA = re.compile(r"window\._ROUTER_DATA\s*=\s*(?=\{)")
"""Before what a share page is made from."""
_LOG_IN = 2483
"""The status that asks to log in."""
_HEALTH, _HEALTH_KEPT = "health", timedelta(hours=6)
"""Under what name it is kept whether the bridge is logged in, and how long the canary's last work stands for that."""
_FRESH = timedelta(days=2)
"""How old the newest work of an author may be who publishes every day."""


@dataclass(frozen=True, slots=True)
class Douyin(links.KnowsLinks):
    """Douyin as a visitor sees it; `base` is where another server stands in for it and has the list as well."""

    base: str | None = None
    canary: str | None = None
    """An author who publishes every day: what shows that the other server is logged in."""

    name = "douyin"
    version = 2
    platforms = frozenset({Platform.DOUYIN})
    proves = platforms
    own_links = links.DOUYIN
    key_form = KeyForm(_AUTHOR.fullmatch, "主页地址 /user/ 后面 MS4wLjAB 开头的一串")

    def key_of(self, account: Account) -> str | None:
        """Return the author's sec_uid: the platform id, or what the homepage's address ends with."""
        if account.platform_id and _AUTHOR.fullmatch(account.platform_id):
            return account.platform_id
        match = _HOMEPAGE.match(account.homepage or "")
        return match[1] if match else None

    def with_canary(self, key: str) -> Douyin:
        """Return the collector that believes a bridge as long as it shows the newest works of this author."""
        return replace(self, canary=key)

    def is_partial(self, key: str) -> bool:
        """True if nobody is there to be asked for the list, or nothing shows that the answering user is logged in."""
        return self.base is None or self.canary is None

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Timeline:
        """Return the profile; with the newest works where there is somebody to ask for them."""
        about = await self._profile(source.key, fetch)
        if self.base is None or not about.standing.is_present:
            return about
        published = about.profile.posts if about.profile else None
        works, at = await self._works(source.key, fetch)
        seen = unless_hidden(works, published)
        if seen.covers is Covers.ALL and not await self._is_logged_in(fetch, session, at):
            seen = replace(seen, covers=Covers.SOME)
        return replace(seen, profile=about.profile)

    async def _profile(self, author: str, fetch: Fetch) -> Timeline:
        """Return the profile, as a phone or else as a browser is shown it."""
        about = f"/web/api/v2/user/info/?{urlencode({'reflow_source': 'reflow_page', 'sec_uid': author})}"
        phone = {"User-Agent": agents.PHONE, "Referer": f"https://m.douyin.com/share/user/{author}"}
        page = await fetch(Request(url=f"{self.base or 'https://m.douyin.com'}{about}", headers=phone))
        if not page.body.strip() and page.status < 400:
            browser = {"User-Agent": agents.DESKTOP, "Referer": f"https://www.iesdouyin.com/share/user/{author}"}
            page = await fetch(Request(url=f"{self.base or 'https://www.iesdouyin.com'}{about}", headers=browser))
        return await fetch.read(read, page)

    async def _is_logged_in(self, fetch: Fetch, session: Session, at: datetime) -> bool:
        """True if the bridge shows what is newest: a fresh work of the canary, now or some hours ago."""
        if self.canary is None:
            return False
        if session.get(_HEALTH):
            return True
        try:
            known, _ = await self._works(self.canary, fetch)
        except LookFailedError:
            return False
        is_fresh = known.covers is Covers.ALL and known.newest is not None and at - known.newest.published_at <= _FRESH
        if is_fresh:
            session.put(_HEALTH, "well", _HEALTH_KEPT)
        return is_fresh

    async def _works(self, author: str, fetch: Fetch) -> tuple[Timeline, datetime]:
        """Return the newest works and when they were seen; from two pages where the first shows pinned ones only."""
        page = await fetch(self._list(author, "0"))
        first = await fetch.read(read, page)
        there = (await fetch.read(cursor, page)).texts.get("cursor") if json_body.is_pinned_only(first) else None
        if there is None:
            return first, page.at
        return joined(first, await fetch.read(read, await fetch(self._list(author, there)))), page.at

    async def prove(self, link: str, fetch: Fetch, session: Session) -> Proof:
        """Return who published the work, and when, as its share page says; raises LookFailedError."""
        found = await self.own_links.found(link, fetch, self.base)

        async def look() -> Timeline:
            kind = "note" if "/note/" in found.url else "video"
            url = f"{self._host('www.iesdouyin.com')}/share/{kind}/{found.number}/"
            cookies = await self._ticket(fetch, session)
            page = await fetch(Request(url=url, headers={"User-Agent": agents.PHONE}, cookies=cookies))
            return await fetch.read(read_work, links.at_any_time(page))

        return await found.proof(look)

    async def _ticket(self, fetch: Fetch, session: Session) -> dict[str, str]:
        """Return the cookie that any visitor is given, from the session or as anybody gets it."""
        kept = session.get(_TICKET)
        if kept is None:
            asked = {"region": "cn", "aid": 1768, "needFid": False, "service": "www.ixigua.com", "union": True}
            url = f"{self._host('ttwid.bytedance.com')}/ttwid/union/register/"
            kept = answers.cookies_of(await fetch(Request(url=url, method="POST", json=asked))).get(_TICKET, "")
            session.put(_TICKET, kept, _TICKET_KEPT)
        return {_TICKET: kept} if kept else {}

    def _host(self, host: str) -> str:
        return f"{self.base}/{host}" if self.base else f"https://{host}"

    def _list(self, author: str, place: str) -> Request:
        query = urlencode({"sec_user_id": author, "count": "18", "max_cursor": place})
        return Request(url=f"{self.base}/aweme/v1/web/aweme/post/?{query}")

    def parse(self, page: Page) -> Timeline:
        """Return what any one of Douyin's answers says."""
        return read(page)


COLLECTOR = Douyin()


def at(base_url: str) -> Douyin:
    """Return the collector for a server that answers in the platform's place, lists included."""
    return Douyin(base_url.rstrip("/"))


def read(page: Page) -> Timeline:
    """Return what one answer says: a profile or a list; a module-level function, so that it can travel."""
    _refuse(page)
    answer, standing = standings.heard(page)
    if standing:
        return gone(standing)
    _refuse_visitor(answer)
    if user := json_body.fields(answer.get("user")) or json_body.fields(answer.get("user_info")):
        return _about(user)
    if "aweme_list" not in answer:
        raise LookFailedError(Reason.UNREADABLE, f"status {answer.get('status_code')!r:.20}, no list, no profile")
    return _works(page, answer)


def read_work(page: Page) -> Timeline:
    """Return the work that a share page shows, signed by its author; a module-level function, so that it can travel."""
    _refuse(page)
    answers.judge_status(page)
    text = html.decode(page)
    start = _ROUTER_DATA.search(text)
    if start is None:
        answers.refuse_walls(page)
        raise LookFailedError(Reason.UNREADABLE, "a share page without its data")
    try:
        made_from = json.JSONDecoder().raw_decode(text, start.end())[0]
    except (ValueError, RecursionError) as error:
        raise LookFailedError(Reason.UNREADABLE, "a share page with data that end early") from error
    shown = json_body.fields(json_body.dig(made_from, "loaderData"))
    about = next(
        (found for page_ in shown.values() if (found := json_body.fields(json_body.dig(page_, "videoInfoRes")))), {}
    )
    works = about.get("item_list")
    if works == [] and about.get("filter_list"):
        return links.not_shown()
    work = next(iter(json_body.rows(works)), None)
    stamp = dates.epoch(work.get("create_time"), page.at) if work else None
    author = json_body.fields(work.get("author")) if work else {}
    if work is None or stamp is None or not json_body.words(author.get("sec_uid")):
        raise LookFailedError(Reason.UNREADABLE, "a work without its time or its author")
    authors = {json_body.words(author.get("sec_uid"))}
    names = {json_body.words(author.get("unique_id")), json_body.words(author.get("short_id"))} - {"", "0"}
    authors |= {*names, json_body.words(author.get("uid"))} if names else set()
    return links.signed(stamp, json_body.words(work.get("desc")), authors, json_body.words(author.get("nickname")))


def _refuse(page: Page) -> None:
    """Raise LookFailedError for the ways in which Douyin keeps a visitor out without a page."""
    if "bdturing-verify" in page.headers:
        raise LookFailedError(Reason.CAPTCHA, "the answer asks for a proof of being human")
    if page.body[:20].strip() in {b"", b"blocked"}:
        raise LookFailedError(Reason.REFUSED, "an empty answer, which is how a visitor is refused")


def _refuse_visitor(answer: Fields) -> None:
    """Raise LookFailedError for the marks by which an answer keeps a visitor out."""
    if "verify_ticket" in answer:
        raise LookFailedError(Reason.CAPTCHA, "the answer has a ticket for a proof of being human")
    if json_body.count(answer.get("status_code")) == _LOG_IN:
        raise LookFailedError(Reason.LOGIN_WALL, f"status {_LOG_IN} asks to log in")


def _is_for_visitors(answer: Fields) -> bool:
    """True if a list says of itself that it was made for somebody who is not logged in."""
    return bool(json_body.dig(answer, "not_login_module", "guide_login_tip_exist"))


def _about(user: Fields) -> Timeline:
    """Return what a profile says of the account; it shows no work."""
    profile = Profile(
        name=html.plain(json_body.words(user.get("nickname"))) or None,
        id=json_body.words(user.get("sec_uid")) or None,
        followers=json_body.count(user.get("mplatform_followers_count")) or json_body.count(user.get("follower_count")),
        posts=json_body.count(user.get("aweme_count")),
    )
    if standing := _standing(user):
        return gone(standing, profile)
    if profile.name is None or profile.posts is None:
        raise LookFailedError(Reason.UNREADABLE, "a profile without a name or a count of works")
    standing = Standing.ACTIVE if profile.posts else Standing.EMPTY
    return Timeline(covers=Covers.SOME, standing=standing, profile=profile)


def _standing(user: Fields) -> Standing | None:
    """Return in what way an account is gone; `is_ban` alone says nothing certain."""
    special, punished = (
        json_body.fields(user.get("special_state_info")),
        json_body.fields(user.get("punish_remind_info")),
    )
    titles = f"{json_body.words(special.get('title'))} {json_body.words(punished.get('punish_title'))}"
    if user.get("user_deleted") is True:
        return Standing.CANCELLED
    if standing := standings.said(titles):
        return standing
    if _RESTRICTED_TITLE in titles:
        return Standing.FROZEN
    return {_BANNED: Standing.BANNED, _RESTRICTED: Standing.FROZEN}.get(json_body.count(punished.get("ban_type")) or 0)


def _works(page: Page, answer: Fields) -> Timeline:
    items, has_more = answer.get("aweme_list"), bool(answer.get("has_more"))
    if not isinstance(items, list) or json_body.count(answer.get("status_code", 0)) != 0:
        raise LookFailedError(Reason.UNREADABLE, "no list: private, banned, or refused")
    is_for_visitors = _is_for_visitors(answer)
    if not items and is_for_visitors:
        raise LookFailedError(Reason.LOGIN_WALL, "a visitor is shown no works, and asked to log in")
    if not items and has_more:
        return Timeline(covers=Covers.SOME)
    seen = listing(items, lambda item: _post(page, item), is_last=not has_more)
    return replace(seen, covers=Covers.SOME) if is_for_visitors else seen


def _post(page: Page, item: Fields) -> Post | None:
    number = json_body.words(item.get("aweme_id"))
    stamp = dates.epoch(item.get("create_time"), page.at) or ids.douyin(number, page.at)
    if stamp is None:
        return None
    kind = "note" if item.get("aweme_type") == _PICTURES else "video"
    return Post(
        published_at=stamp.moment,
        precision=stamp.precision,
        title=html.plain(json_body.words(item.get("desc"))),
        url=f"https://www.douyin.com/{kind}/{number}" if _NUMBER.fullmatch(number) else None,
        is_pinned=item.get("is_top") == 1,
    )


def cursor(page: Page) -> Continuation:
    """Return how the second page is asked for; nothing where there is none."""
    answer = json_body.fields(json_body.load(page))
    return json_body.cursor(answer.get("max_cursor") if answer.get("has_more") else None)
