"""微博 through m.weibo.cn with a visitor's cookies (as public code and threads of 2025-11 to 2026-10 have it).

Key: the uid (digits). Needs no login; how visitors are let in: `collectors.sina_visitor`, how answers are read:
`collectors.sina`. Yields the profile, then the first page of the tab 微博 (the second too where the first is all
pinned).

The same `ok:0` stands for empty, hidden from visitors, wrong and cancelled, and for a visitor who is kept out softly.
So the visit is begun anew once, and if that changes nothing, weibo.com's profile is asked, as a visitor of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from collectors import agents, sina, sina_visitor
from collectors.listing import joined
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Continuation, Fetch, Page, Request, Session
from monitor.core.observation import Covers, LookFailedError, Profile, Reason, Standing, Timeline


@dataclass(frozen=True, slots=True)
class Weibo:
    """Weibo as a visitor sees it; `base` is where another server stands in for all its hosts."""

    base: str | None = None

    name = "weibo"
    version = 2
    platforms = frozenset({Platform.WEIBO})
    key_form = sina.UID

    def key_of(self, account: Account) -> str | None:
        """Return the uid: the platform id, or what the homepage's address ends with."""
        return sina.uid_of(account)

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Timeline:
        """Return the newest posts; with new visitor cookies if the old ones are refused."""

        async def look(cookies: Mapping[str, str], is_renewed: bool) -> Timeline:  # noqa: FBT001 - a port of two words
            ask = _Ask(self, source.key, cookies, fetch, session, is_renewed=is_renewed)
            return await self._look(ask)

        passport = self.at_host(sina_visitor.MOBILE.passport)
        return await sina_visitor.as_visitor(sina_visitor.MOBILE, passport, session, fetch, look)

    def parse(self, page: Page) -> Timeline:
        """Return what any one of Weibo's answers says."""
        return sina.read(page)

    async def _look(self, ask: _Ask) -> Timeline:
        profile_page = await ask.mobile(ask.profile())
        if profile_page.is_ambiguous:
            return await self._second_opinion(ask)
        about = profile_page.seen
        if not about.standing.is_present:
            return about
        is_empty = about.standing is Standing.EMPTY  # then an unchanged list says nothing: the profile may have changed
        container = profile_page.told.texts.get("container") or f"{sina.LIST}{ask.uid}"
        request = replace(ask.posts(container), conditional=not is_empty)
        posts_page = await ask.mobile(request, may_be_empty=is_empty, about=about.profile)
        if posts_page.is_ambiguous:
            return about if is_empty else await self._nothing_shown(ask, about)
        seen = posts_page.seen
        if seen.posts and all(post.is_pinned for post in seen.posts):
            seen = await self._beyond_pinned(ask, posts_page, seen, about)
        return sina.with_profile(seen, about)

    async def _second_opinion(self, ask: _Ask) -> Timeline:
        """Return what weibo.com says of an account that m.weibo.cn does not show."""
        seen = await ask.info()
        if seen.standing is Standing.ACTIVE:
            raise LookFailedError(Reason.LOGIN_WALL, "m.weibo.cn does not show the account, weibo.com does")
        return seen

    async def _nothing_shown(self, ask: _Ask, about: Timeline) -> Timeline:
        """Return what an empty list means for an account whose profile is shown.

        That the list is empty still does not mean that weibo.com still says the same, so the last
        request's sameness is the one that counts.
        """
        return sina.with_profile(await ask.info(conditional=True), about)

    async def _beyond_pinned(
        self, ask: _Ask, first_page: sina.SinaAnswer, first: Timeline, about: Timeline
    ) -> Timeline:
        """Return the first page's posts and the second's; without the second, the pinned ones prove little."""
        published = about.profile.posts if about.profile else None
        if published is not None and published <= len(first.posts):
            return replace(first, covers=Covers.ALL)
        container = first_page.told.texts.get("list") or f"{sina.LIST}{ask.uid}"
        page = await ask.mobile(ask.posts(container, _next(first_page.told)), may_be_empty=True)
        if page.is_ambiguous:
            return first
        return joined(first, page.seen)

    def at_host(self, host: str) -> str:
        """Return where a host of Weibo is reached."""
        return f"{self.base}/{host}" if self.base else f"https://{host}"


COLLECTOR = Weibo()


def at(base_url: str) -> Weibo:
    """Return the collector for a server that answers as `<base_url>/m.weibo.cn/…`, `<base_url>/weibo.com/…`."""
    return Weibo(base_url.rstrip("/"))


@dataclass(frozen=True, slots=True)
class _Ask:
    """The requests of one look at one uid."""

    weibo: Weibo
    uid: str
    cookies: Mapping[str, str] = field(repr=False)
    fetch: Fetch
    session: Session
    is_renewed: bool = field(kw_only=True)

    async def mobile(
        self, request: Request, *, may_be_empty: bool = False, about: Profile | None = None
    ) -> sina.SinaAnswer:
        """Return what m.weibo.cn answers; raises StaleVisitorError where a new visit may be answered otherwise."""
        page = await self.fetch(request)
        return await sina.answered(page, self.fetch, is_renewed=self.is_renewed or may_be_empty, about=about)

    async def info(self, *, conditional: bool = False) -> Timeline:
        """Return what weibo.com's profile says, to a visitor of its own."""

        async def look(cookies: Mapping[str, str], is_renewed: bool) -> Timeline:  # noqa: FBT001 - a port of two words
            page = await self.fetch(replace(self._info(cookies), conditional=conditional))
            return (await sina.answered(page, self.fetch, is_renewed=is_renewed)).seen

        passport = self.weibo.at_host(sina_visitor.DESKTOP.passport)
        return await sina_visitor.as_visitor(sina_visitor.DESKTOP, passport, self.session, self.fetch, look)

    def profile(self) -> Request:
        return self._mobile({"type": "uid", "value": self.uid})

    def posts(self, container: str, more: Mapping[str, str] | None = None) -> Request:
        query = {"type": "uid", "value": self.uid, "containerid": container}
        return self._mobile({**query, **(more or {})})

    def _info(self, cookies: Mapping[str, str]) -> Request:
        return Request(
            url=f"{self.weibo.at_host('weibo.com')}/ajax/profile/info?uid={self.uid}",
            headers={"User-Agent": agents.PHONE, "Referer": f"https://weibo.com/u/{self.uid}"},
            cookies=cookies,
        )

    def _mobile(self, query: Mapping[str, str]) -> Request:
        return Request(
            url=f"{self.weibo.at_host('m.weibo.cn')}/api/container/getIndex?{urlencode(query)}",
            headers={
                "User-Agent": agents.PHONE,
                "Referer": f"https://m.weibo.cn/u/{self.uid}",
                "X-Requested-With": "XMLHttpRequest",
                "MWeibo-Pwa": "1",
            },
            cookies=self.cookies,
        )


def _next(told: Continuation) -> dict[str, str]:
    """Return how the second page is asked for."""
    since = told.texts.get("since")
    return {"since_id": since} if since else {"page": "2"}
