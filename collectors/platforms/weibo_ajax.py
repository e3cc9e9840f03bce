"""微博 through weibo.com/ajax with a visitor's cookies (as public code and threads of 2021 to 2026-10 have it).

Key: the uid (digits). Needs no login; how visitors are let in: `collectors.sina_visitor`, how answers are read:
`collectors.sina`. The profile tells the standing, the list (`mymblog`) shows the newest posts, pinned ones (`isTop`)
first. Some accounts that m.weibo.cn hides from visitors are shown here. It is declared for those, alone or behind the
other (`weibo=…; weibo-ajax=…`): asking twice for every account would double what the platform has to bear.
One 微博 is shown by `statuses/show` with its second and its author, which proves a pasted link (2026-08).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from collectors import json_body, links, sina, sina_visitor
from collectors.dates import Stamp
from collectors.listing import joined
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Fetch, Page, Proof, Request, Session
from monitor.core.observation import Covers, Profile, Standing, Timeline, timeline

_NOT_SHOWN = re.compile(r"(?:微博|内容|文章)?(?:不存在|已被删除|已删除|暂无查看权限|仅[^。]{0,8}可见)|does not exist")
"""The words about a 微博 that is gone, or not for everybody."""


@dataclass(frozen=True, slots=True)
class WeiboAjax(links.KnowsLinks):
    """Weibo's page for computers as a visitor sees it; `base` is where another server stands in for its hosts."""

    base: str | None = None

    name = "weibo-ajax"
    version = 2
    platforms = frozenset[Platform]()
    proves = frozenset({Platform.WEIBO})
    own_links = links.WEIBO
    key_form = sina.UID

    def key_of(self, account: Account) -> str | None:
        """Return the uid: the platform id, or what the homepage's address ends with."""
        return sina.uid_of(account)

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Timeline:
        """Return the newest posts; with new visitor cookies if the old ones are refused."""

        async def look(cookies: Mapping[str, str], is_renewed: bool) -> Timeline:  # noqa: FBT001 - a port of two words
            return await self._look(_Ask(self, source.key, fetch, cookies, is_renewed=is_renewed))

        passport = self.at_host(sina_visitor.DESKTOP.passport)
        return await sina_visitor.as_visitor(sina_visitor.DESKTOP, passport, session, fetch, look)

    def parse(self, page: Page) -> Timeline:
        """Return what any one of Weibo's answers says."""
        return sina.read(page)

    async def prove(self, link: str, fetch: Fetch, session: Session) -> Proof:
        """Return whose 微博 it is, and when it appeared; raises LookFailedError."""
        found = await self.own_links.found(link, fetch, self.base)

        async def look(cookies: Mapping[str, str], is_renewed: bool) -> Timeline:  # noqa: FBT001 - a port of two words
            ask = _Ask(self, found.number, fetch, cookies, is_renewed=is_renewed)
            answer = await ask.page(f"statuses/show?id={found.number}", may_be_empty=True)
            return await fetch.read(read_one, links.at_any_time(answer.page))

        passport = self.at_host(sina_visitor.DESKTOP.passport)
        return await found.proof(lambda: sina_visitor.as_visitor(sina_visitor.DESKTOP, passport, session, fetch, look))

    async def _look(self, ask: _Ask) -> Timeline:
        profile = await ask.page(f"profile/info?uid={ask.uid}")
        about = profile.seen
        if about.standing is not Standing.ACTIVE:
            return about
        seen = await self._list(ask, 1, about)
        if seen.posts and all(post.is_pinned for post in seen.posts):
            seen = joined(seen, await self._list(ask, 2, about))
        return sina.with_profile(seen, about)

    async def _list(self, ask: _Ask, number: int, about: Timeline) -> Timeline:
        """Return the posts of a page; nothing for certain where its answer may mean empty or hidden."""
        path = f"statuses/mymblog?uid={ask.uid}&page={number}&feature=0"
        answer = await ask.page(path, conditional=number == 1, may_be_empty=number > 1, about=about.profile)
        if answer.is_ambiguous:
            return timeline((), covers=Covers.SOME, standing=Standing.ACTIVE)
        return answer.seen

    def at_host(self, host: str) -> str:
        """Return where a host of Weibo is reached."""
        return f"{self.base}/{host}" if self.base else f"https://{host}"


@dataclass(frozen=True, slots=True)
class _Ask:
    """The requests of one look at one uid."""

    weibo: WeiboAjax
    uid: str
    fetch: Fetch
    cookies: Mapping[str, str] = field(repr=False)
    is_renewed: bool = field(kw_only=True)

    async def page(
        self, path: str, *, conditional: bool = False, may_be_empty: bool = False, about: Profile | None = None
    ) -> sina.SinaAnswer:
        """Return what weibo.com answers; raises StaleVisitorError where a new visit may be answered otherwise."""
        headers = {"Referer": f"https://weibo.com/u/{self.uid}", "X-Requested-With": "XMLHttpRequest"}
        url = f"{self.weibo.at_host('weibo.com')}/ajax/{path}"
        page = await self.fetch(Request(url=url, headers=headers, cookies=self.cookies, conditional=conditional))
        return await sina.answered(page, self.fetch, is_renewed=self.is_renewed or may_be_empty, about=about)


COLLECTOR = WeiboAjax()


def read_one(page: Page) -> Timeline:
    """Return the one 微博 that an answer shows, signed by its author; a module-level function, which can travel."""
    answer = sina.answer(page)
    if _NOT_SHOWN.search(json_body.said(answer)):
        return links.not_shown()
    mblog = answer if "created_at" in answer else json_body.fields(answer.get("data"))
    if post := sina.post(page, mblog):
        user = json_body.fields(mblog.get("user"))
        authors = {json_body.words(user.get("idstr")) or json_body.words(user.get("id"))}
        if authors != {""}:
            stamp = Stamp(post.published_at, post.precision)
            return links.signed(stamp, post.title, authors, json_body.words(user.get("screen_name")))
    return sina.read(page)


def at(base_url: str) -> WeiboAjax:
    """Return the collector for a server that answers as `<base_url>/weibo.com/…`, `<base_url>/passport.weibo.com/…`."""
    return WeiboAjax(base_url.rstrip("/"))
