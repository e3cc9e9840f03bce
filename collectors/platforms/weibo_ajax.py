"""微博 through weibo.com/ajax with a visitor's cookies (as public code and threads of 2021 to 2026-09 have it).

Key: the uid (digits). Needs no login; how visitors are let in and how answers are read: `collectors.sina`.
The profile tells the standing, the list (`mymblog`) shows the newest posts, pinned ones (`isTop`) first.
Some accounts that m.weibo.cn hides from visitors are shown here. It is declared for those, alone or behind the
other (`weibo=…; weibo-ajax=…`): asking twice for every account would double what the platform has to bear.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from collectors import sina
from collectors.listing import joined
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Fetch, Page, Request, Session
from monitor.core.observation import Covers, Standing, Timeline, timeline


@dataclass(frozen=True, slots=True)
class WeiboAjax:
    """Weibo's page for computers as a visitor sees it; `base` is where another server stands in for its hosts."""

    base: str | None = None

    name = "weibo-ajax"
    version = 1
    platforms = frozenset[Platform]()
    key_form = sina.UID

    def key_of(self, account: Account) -> str | None:
        """Return the uid: the platform id, or what the homepage's address ends with."""
        return sina.uid_of(account)

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Timeline:
        """Return the newest posts; with new visitor cookies if the old ones are refused."""

        async def look(cookies: Mapping[str, str]) -> Timeline:
            return await self._look(source.key, fetch, cookies)

        return await sina.as_visitor(session, fetch, self._at_host("passport.weibo.com"), look)

    def parse(self, page: Page) -> Timeline:
        """Return what any one of Weibo's answers says."""
        return sina.read(page)

    async def _look(self, uid: str, fetch: Fetch, cookies: Mapping[str, str]) -> Timeline:
        page = await self._page(f"profile/info?uid={uid}", uid, fetch, cookies)
        about = await fetch.read(sina.read, page)
        if about.standing is not Standing.ACTIVE:
            return about
        seen = await self._list(1, uid, fetch, cookies)
        if seen.posts and all(post.is_pinned for post in seen.posts):
            seen = joined(seen, await self._list(2, uid, fetch, cookies))
        return sina.with_profile(seen, about)

    async def _list(self, number: int, uid: str, fetch: Fetch, cookies: Mapping[str, str]) -> Timeline:
        """Return the posts of a page; nothing for certain where its answer may mean empty or hidden."""
        path = f"statuses/mymblog?uid={uid}&page={number}&feature=0"
        page = await self._page(path, uid, fetch, cookies, conditional=number == 1)
        if sina.is_ambiguous(page):
            return timeline((), covers=Covers.SOME, standing=Standing.ACTIVE)
        return await fetch.read(sina.read, page)

    async def _page(
        self, path: str, uid: str, fetch: Fetch, cookies: Mapping[str, str], *, conditional: bool = False
    ) -> Page:
        headers = {"Referer": f"https://weibo.com/u/{uid}", "X-Requested-With": "XMLHttpRequest"}
        url = f"{self._at_host('weibo.com')}/ajax/{path}"
        page = await fetch(Request(url=url, headers=headers, cookies=cookies, conditional=conditional))
        sina.refuse_stale(page)
        return page

    def _at_host(self, host: str) -> str:
        return f"{self.base}/{host}" if self.base else f"https://{host}"


COLLECTOR = WeiboAjax()


def at(base_url: str) -> WeiboAjax:
    """Return the collector for a server that answers as `<base_url>/weibo.com/…`, `<base_url>/passport.weibo.com/…`."""
    return WeiboAjax(base_url.rstrip("/"))
