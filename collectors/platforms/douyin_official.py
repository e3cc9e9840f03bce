"""抖音 through its owner's consent (the open platform, as public clients of 2024 to 2026 have it).

Key: the name of a grant in the settings; its id is the application's client_key, its secret the client_secret, its
token the refresh_token that the owner's consent was answered with. The application needs the scope that lists
the owner's works. Yields the twenty newest works (of the next page too where the first shows pinned ones only)
with the second of `create_time`; works under review, for friends or private are none that people can see.

An access token lasts 15 days and a refresh_token 30; it is prolonged while it lasts, which the platform allows five
times: after half a year the owner has to consent again. Which author a token stands for (`open_id`) comes with it.
A code about the owner's account (cancelled, banned, private) says why there is nothing to be had by the consent; what
the account is, its public profile says. The list has been answered with “该能力API已下线” (28001056, since 2025-03)
while the console still offers it: that is the interface's end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, NoReturn
from urllib.parse import urlencode

from collectors import dates, html, json_body
from collectors.answers import json_object
from collectors.grants import StaleTokenError, Token, granted, with_token
from collectors.json_body import Fields
from collectors.listing import joined, listing
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Continuation, Fetch, Grant, Page, Request, Session
from monitor.core.observation import Covers, LookFailedError, Post, Reason, Timeline

_OPEN_ID, _REFRESH = "open_id", "refresh"
"""The values kept beside the access token."""
_LONGEST_TOKEN = 2_000
_TOKENS = ("access_token", "open_id", "refresh_token")
_LASTS, _YEAR = ("expires_in", "refresh_expires_in"), 31_536_000
"""How long tokens last, in seconds: a year at most."""
_SPARE = timedelta(days=3)
"""By how much a refresh_token has to outlast the access token, to be there for the next one."""
_STALE = frozenset({10008, 2190002, 2190008, 28001003, 28001008})
"""The access token is wrong or past its time."""
_CODES: Mapping[int, tuple[Reason, str]] = {
    10010: (Reason.GRANT, "the owner's consent has ended"),
    10013: (Reason.GRANT, "the client_key or the client_secret is wrong"),
    10014: (Reason.GRANT, "the consent was given to another application"),
    2100007: (Reason.GRANT, "no right to this interface"),
    2190003: (Reason.GRANT, "the owner has not consented to this"),
    2190004: (Reason.GRANT, "the application has no right to this interface"),
    2190015: (Reason.GRANT, "the token stands for another account"),
    2190016: (Reason.GRANT, "the application was closed"),
    28001014: (Reason.GRANT, "the application has no right to this interface"),
    28001012: (Reason.GRANT, "the owner has not consented to this"),
    28001016: (Reason.GRANT, "the platform has banned the application"),
    28001018: (Reason.GRANT, "the application has no right to this interface"),
    28001019: (Reason.GRANT, "the application has no right to this interface"),
    28001045: (Reason.GRANT, "the owner's account has been cancelled, and the consent with it"),
    28001046: (Reason.GRANT, "the owner's account has been banned, and the consent with it"),
    28001047: (Reason.REFUSED, "the owner's account is private"),
    28001056: (Reason.REFUSED, "the platform has taken this interface offline"),
    2100009: (Reason.REFUSED, "the interface is closed to the account as a punishment"),
    2190001: (Reason.RATE_LIMITED, "the quota is used up"),
    28003017: (Reason.RATE_LIMITED, "the quota is used up"),
    28003018: (Reason.RATE_LIMITED, "we ask too often"),
    2100001: (Reason.HTTP_ERROR, "the platform is busy"),
    2100004: (Reason.HTTP_ERROR, "the platform is busy"),
    28001005: (Reason.HTTP_ERROR, "the platform is busy"),
    28001006: (Reason.HTTP_ERROR, "the platform is busy"),
}
_HIDDEN = frozenset({2, 4, 6, 7})
"""Values of `video_status`: not fit for the public, under review, for friends, private."""
_NUMBER = re.compile(r"[0-9]{15,20}")
_SHARED = re.compile(r"/share/video/([0-9]{15,20})(?![0-9])")


@dataclass(frozen=True, slots=True)
class DouyinOfficial:
    """An owner's interface; `base` is where another server stands in for Douyin's."""

    base: str = "https://open.douyin.com"

    name = "douyin-official"
    version = 2
    platforms = frozenset[Platform]()
    is_granted: Literal[True] = True

    def key_of(self, account: Account) -> str | None:
        """Return None: a grant is named in the roster, never guessed."""
        return None

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Timeline:
        """Return the newest works."""
        base = granted(session).base_url or self.base
        asking = _Asking(base=base, fetch=fetch, session=session)
        return await with_token(session, asking.renew, asking.look)

    def parse(self, page: Page) -> Timeline:
        """Return the newest works."""
        return read(page)


COLLECTOR = DouyinOfficial()


def at(base_url: str) -> DouyinOfficial:
    """Return the collector for a server that answers in the place of Douyin's."""
    return DouyinOfficial(base_url.rstrip("/"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    """The requests of one look."""

    base: str
    fetch: Fetch
    session: Session

    async def look(self, token: str) -> Timeline:
        """Return the newest works; raises StaleTokenError where the token is no longer taken."""
        author = self.session.get(_OPEN_ID)
        if author is None:
            raise StaleTokenError
        page = await self._works(token, author, "0")
        first = await self.fetch.read(read, page)
        there = (await self.fetch.read(cursor, page)).texts.get("cursor") if json_body.is_pinned_only(first) else None
        if there is None:
            return first
        return joined(first, await self.fetch.read(read, await self._works(token, author, there)))

    async def _works(self, token: str, author: str, place: str) -> Page:
        query = urlencode({"open_id": author, "cursor": place, "count": "20"})
        url = f"{self.base}/api/douyin/v1/video/video_list/?{query}"
        page = await self.fetch(Request(url=url, headers={"access-token": token}))
        if (await self.fetch.read(code_of, page)).numbers["code"] in _STALE:
            raise StaleTokenError
        return page

    async def renew(self, grant: Grant) -> Token:
        """Return a new access token, and see to it that there will be a next one."""
        refresh = self.session.get(_REFRESH) or grant.token
        if refresh is None:
            raise LookFailedError(Reason.GRANT, "the settings have no token from the owner's consent")
        data = await self._oauth(
            "refresh_token", {"client_key": grant.id, "grant_type": "refresh_token", "refresh_token": refresh}
        )
        value, author = data.texts["access_token"], data.texts["open_id"]
        lasts = timedelta(seconds=data.numbers["expires_in"])
        if not (value and author and lasts):
            raise LookFailedError(Reason.UNREADABLE, "no access token in the answer")
        self.session.put(_OPEN_ID, author, lasts)
        if timedelta(seconds=data.numbers["refresh_expires_in"]) < lasts + _SPARE:
            await self._prolong(grant, refresh)
        return Token(value=value, lasts=lasts)

    async def _prolong(self, grant: Grant, refresh: str) -> None:
        """Get a refresh_token that lasts longer; where there is none, the present one serves to its end."""
        try:
            data = await self._oauth("renew_refresh_token", {"client_key": grant.id, "refresh_token": refresh})
        except LookFailedError:  # five times at most: then the next look but a few ends as GRANT, and says so
            return
        longer, lasts = data.texts["refresh_token"], timedelta(seconds=data.numbers["expires_in"])
        if longer and lasts:
            self.session.put(_REFRESH, longer, lasts)

    async def _oauth(self, what: str, form: Mapping[str, str]) -> Continuation:
        page = await self.fetch(Request(url=f"{self.base}/oauth/{what}/", method="POST", form=form, is_secret=True))
        return await self.fetch.read(consent, page)


def code_of(page: Page) -> Continuation:
    """Return the error code of an answer; raises LookFailedError for one that is no JSON object."""
    return Continuation(numbers={"code": _code(json_object(page))})


def consent(page: Page) -> Continuation:
    """Return the tokens that an answer gives, and how long they last in seconds; raises LookFailedError for none."""
    answer = json_object(page)
    code = _code(answer)
    if code in _STALE:
        raise LookFailedError(Reason.GRANT, f"error_code {code}: the owner's consent is no longer taken")
    if code:
        _refuse(code)
    data = json_body.fields(answer.get("data"))
    return Continuation(
        texts={name: json_body.words(data.get(name))[:_LONGEST_TOKEN] for name in _TOKENS},
        numbers={name: min(json_body.count(data.get(name)) or 0, _YEAR) for name in _LASTS},
    )


def read(page: Page) -> Timeline:
    """Return what one answer says; a module-level function, so that it can travel to another process."""
    answer = json_object(page)
    code = _code(answer)
    if code in _STALE:
        raise LookFailedError(Reason.GRANT, f"error_code {code}: the access token is no longer taken")
    if code:
        _refuse(code)
    data = json_body.fields(answer.get("data"))
    works, has_more = data.get("list"), bool(data.get("has_more"))
    if not isinstance(works, list):
        raise LookFailedError(Reason.UNREADABLE, "no list of works")
    public = [work for work in works if json_body.count(json_body.dig(work, "video_status")) not in _HIDDEN]
    if not public and has_more:
        return Timeline(covers=Covers.SOME)
    return listing(public, lambda work: _post(page, work), is_last=not has_more)


def _post(page: Page, work: Fields) -> Post | None:
    stamp = dates.epoch(work.get("create_time"), page.at)
    if stamp is None:
        return None
    address = json_body.words(work.get("share_url"))
    number = json_body.words(work.get("video_id")) or next(iter(_SHARED.findall(address)), "")
    shared = html.link("https://www.douyin.com/", address)
    return Post(
        published_at=stamp.moment,
        precision=stamp.precision,
        title=html.plain(json_body.words(work.get("title"))),
        url=f"https://www.douyin.com/video/{number}" if _NUMBER.fullmatch(number) else shared,
        is_pinned=work.get("is_top") is True,
    )


def _code(answer: Fields) -> int:
    """Return the error code of an answer, 0 where it has none: it stands in one of two places, or in both."""
    found = (json_body.dig(answer, where, "error_code") for where in ("extra", "data"))
    return next((code for code in found if isinstance(code, int) and code), 0)


def _refuse(code: int) -> NoReturn:
    reason, meaning = _CODES.get(code, (Reason.UNREADABLE, "a code that is not known"))
    raise LookFailedError(reason, f"error_code {code}: {meaning}")


def cursor(page: Page) -> Continuation:
    """Return how the second page is asked for; nothing where there is none."""
    data = json_body.fields(json_body.dig(json_body.load(page), "data"))
    return json_body.cursor(data.get("cursor") if data.get("has_more") else None)
