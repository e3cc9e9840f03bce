"""快手 through the profile that its web page shows a visitor (as public code of 2026-06 to 2026-10 has it).

Key: the user's id (`3x…`), which the homepage's address ends with (`/profile/3x…`). Needs the cookies that the page
gives to any visitor. Addresses below `/rest/v/` are signed by the page's script (2026-10), and the list of works is
shown to users who logged in; it is not asked for. The older query of the profile, `visionProfile`, needs no signature
and is asked where the newer one is refused; its counts are rounded (`169.8w`). So a visitor sees who it is and how many
works there are, which covers some: nobody is found overdue by it, and the posts come by a pasted link or by hand. Where
another server stands in for the platform (an office's own bridge, `base`), it is asked for the list too: the
millisecond of `timestamp`, pinned works say so.

Answers carry a `result`: 1 for yes, 2 too often, 21 an id of another form, 50 unsigned, 109 log in, 400002 prove to be
human. Its answer for a banned or cancelled user is not known; a message that says so in words is taken at its word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from collectors import agents, answers, dates, html, json_body, standings
from collectors.json_body import Fields
from collectors.listing import joined, listing, unless_hidden
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Continuation, Fetch, KeyForm, Page, Request, Session
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

_USER = re.compile(r"3x[0-9a-z]{8,24}")
_HOMEPAGE = re.compile(r"^https?://(?:www|live)\.kuaishou\.com/(?:profile|u)/(3x[0-9a-z]{8,24})(?:[/?#]|$)")
_WORK = re.compile(r"3x[0-9a-z]{8,24}|[0-9]{8,20}")
_VISITOR = "visitor"
_VISITOR_KEPT = timedelta(hours=12)
_REFUSALS = {
    2: Reason.RATE_LIMITED,
    50: Reason.REFUSED,
    109: Reason.LOGIN_WALL,
    400002: Reason.CAPTCHA,
}
"""The meanings of values of `result`."""
_SIGNED_ONLY = frozenset({Reason.REFUSED, Reason.LOGIN_WALL, Reason.HTTP_ERROR})
"""The end of the newer interface for clients that do not sign, or where it is no more."""
_VISION_PROFILE = (
    "query visionProfile($userId: String) { visionProfile(userId: $userId) { result userProfile "
    "{ ownerCount { fan photo_public } profile { user_name user_id } } } }"
)
_NO_MORE = "no_more"


@dataclass(frozen=True, slots=True)
class Kuaishou:
    """Kuaishou as a visitor sees it; `base` is where another server stands in for it and has the list as well."""

    base: str | None = None

    name = "kuaishou"
    version = 2
    platforms = frozenset({Platform.KUAISHOU})
    key_form = KeyForm(_USER.fullmatch, "主页地址最后 3x 开头的一串")

    def key_of(self, account: Account) -> str | None:
        """Return the user's id: the platform id, or what the homepage's address ends with."""
        if account.platform_id and _USER.fullmatch(account.platform_id):
            return account.platform_id
        match = _HOMEPAGE.match(account.homepage or "")
        return match[1] if match else None

    def is_partial(self, key: str) -> bool:
        """True if nobody is there to be asked for the list."""
        return self.base is None

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Timeline:
        """Return the profile; with the newest works where there is somebody to ask for them."""
        cookies = await self._visitor(source.key, fetch, session)
        try:
            about = await self._profile(source.key, fetch, cookies)
            if self.base is None or not about.standing.is_present:
                return about
            seen = await self._works(source.key, fetch, cookies)
        except LookFailedError:
            session.drop(_VISITOR)
            raise
        published = about.profile.posts if about.profile else None
        return replace(unless_hidden(seen, published), profile=about.profile)

    def parse(self, page: Page) -> Timeline:
        """Return what any one of Kuaishou's answers says."""
        return read(page)

    async def _profile(self, user: str, fetch: Fetch, cookies: Mapping[str, str]) -> Timeline:
        """Return the profile, by the older query where the newer interface wants a signature."""
        try:
            return await fetch.read(read, await fetch(self._ask(user, "user", {}, cookies)))
        except LookFailedError as refused:
            if refused.reason not in _SIGNED_ONLY:
                raise
            first = refused
        try:
            return await fetch.read(read, await fetch(self._vision_profile(user, cookies)))
        except LookFailedError as refused:
            raise first from refused

    def _vision_profile(self, user: str, cookies: Mapping[str, str]) -> Request:
        return Request(
            url=f"{self._site}/graphql",
            method="POST",
            headers={"User-Agent": agents.DESKTOP, "Referer": f"{self._site}/profile/{user}"},
            cookies=cookies,
            json={"operationName": "visionProfile", "variables": {"userId": user}, "query": _VISION_PROFILE},
        )

    async def _works(self, user: str, fetch: Fetch, cookies: Mapping[str, str]) -> Timeline:
        """Return the newest works; from the second page too where the first shows none but pinned ones."""
        page = await fetch(self._ask(user, "feed", {"pcursor": "", "page": "profile"}, cookies))
        first = await fetch.read(read, page)
        there = (await fetch.read(cursor, page)).texts.get("cursor") if json_body.is_pinned_only(first) else None
        if there is None:
            return first
        second = await fetch(self._ask(user, "feed", {"pcursor": there, "page": "profile"}, cookies))
        return joined(first, await fetch.read(read, second))

    def _ask(self, user: str, what: str, more: Mapping[str, str], cookies: Mapping[str, str]) -> Request:
        return Request(
            url=f"{self._site}/rest/v/profile/{what}",
            method="POST",
            headers={"User-Agent": agents.DESKTOP, "Referer": f"{self._site}/profile/{user}"},
            cookies=cookies,
            json={"user_id": user, **more},
        )

    async def _visitor(self, user: str, fetch: Fetch, session: Session) -> dict[str, str]:
        """Return the cookies that the page gives to a visitor, from the session or from the page."""
        kept = session.get(_VISITOR)
        if kept:
            return {name: json_body.words(value) for name, value in json_body.fields(json.loads(kept)).items()}
        page = await fetch(Request(url=f"{self._site}/profile/{user}", headers={"User-Agent": agents.DESKTOP}))
        answers.judge_status(page)
        cookies = answers.cookies_of(page)
        if cookies:
            session.put(_VISITOR, json.dumps(cookies), _VISITOR_KEPT)
        return cookies

    @property
    def _site(self) -> str:
        return self.base or "https://www.kuaishou.com"


COLLECTOR = Kuaishou()


def at(base_url: str) -> Kuaishou:
    """Return the collector for a server that answers in the platform's place, lists included."""
    return Kuaishou(base_url.rstrip("/"))


def read(page: Page) -> Timeline:
    """Return what one answer says: a profile or a list; a module-level function, so that it can travel."""
    answer, standing = standings.heard(page)
    if standing:
        return gone(standing)
    answer = _unwrapped(answer)
    result = json_body.count(answer.get("result"))
    if result != 1:
        reason = _REFUSALS.get(result or 0, Reason.UNREADABLE)
        raise LookFailedError(reason, f"result {json_body.words(answer.get('result'))!r:.12}")
    if user := json_body.fields(answer.get("userProfile")):
        return _about(user)
    items, is_last = answer.get("feeds"), answer.get("pcursor") == _NO_MORE
    if not isinstance(items, list):
        raise LookFailedError(Reason.UNREADABLE, "neither a profile nor a list")
    if not items and not is_last:
        return Timeline(covers=Covers.SOME)
    return listing(items, lambda item: _post(page, item), is_last=is_last)


def _unwrapped(answer: Fields) -> Fields:
    """Return the answer itself; until 2026 it lay under the name of the query."""
    data = json_body.fields(answer.get("data"))
    names = ("visionProfile", "visionProfilePhotoList")
    return next((inner for name in names if (inner := json_body.fields(data.get(name)))), answer)


def _about(user: Fields) -> Timeline:
    """Return what a profile says of the account; it shows no work."""
    about, counts = json_body.fields(user.get("profile")), json_body.fields(user.get("ownerCount"))
    name, works = html.plain(json_body.words(about.get("user_name"))), json_body.count(counts.get("photo_public"))
    if not name or works is None:
        raise LookFailedError(Reason.UNREADABLE, "a profile without a name or a count of works")
    profile = Profile(
        name=name,
        id=json_body.words(about.get("user_id")) or None,
        followers=json_body.count(counts.get("fan")),
        posts=works,
    )
    standing = Standing.ACTIVE if works else Standing.EMPTY
    return Timeline(covers=Covers.SOME, standing=standing, profile=profile)


def _post(page: Page, item: Fields) -> Post | None:
    photo = json_body.fields(item.get("photo")) or item
    stamp = dates.epoch(photo.get("timestamp"), page.at)
    number = json_body.words(photo.get("id"))
    if stamp is None:
        return None
    return Post(
        published_at=stamp.moment,
        precision=stamp.precision,
        title=html.plain(json_body.words(photo.get("caption"))),
        url=f"https://www.kuaishou.com/short-video/{number}" if _WORK.fullmatch(number) else None,
        is_pinned=photo.get("profileUserTopPhoto") is True,
    )


def cursor(page: Page) -> Continuation:
    """Return how the second page is asked for; nothing where there is none."""
    cursor = _unwrapped(json_body.fields(json_body.load(page))).get("pcursor")
    return json_body.cursor(cursor if cursor != _NO_MORE else None)
