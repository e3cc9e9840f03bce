"""小米应用商店 through the public page of an app, app.mi.com (as public code of 2026 has it).

Key: the package, or a link to its page (`app.mi.com/details?id=cn.gov.example`). Needs no login and no script.
For what it does not have the store shows its front page, with status 200, and in 2026 it does so for some apps
that it has: the front page alone says nothing of an app. Values are found by their labels, for their order
changes; the link to the file is signed anew for each visit, and a page with a version and without that link is
one of an app that cannot be had. Yields version and day of the update.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from collectors import dates, html, stores
from collectors.answers import judge_status, refuse_walls
from monitor.core.collector import Fetch, Page, Request, Session
from monitor.core.download import AppFault, Download, Link
from monitor.core.observation import LookFailedError, Reason

_FRONT_TITLE = "手机游戏应用商店"
_VERSION, _UPDATED = "版本号", "更新时间"


@dataclass(frozen=True, slots=True, kw_only=True)
class XiaomiStore(stores.AppStore):
    """The store of Xiaomi's phones in China."""

    base: str = "https://app.mi.com"
    canary: str | None = stores.WECHAT

    name = "xiaomi-store"
    version = 2
    shop = "小米应用商店"
    called = "包名"
    keys = re.compile(rf"({stores.PACKAGE})")
    links = (
        re.compile(
            rf"(?:https?://(?:m\.)?app\.mi\.com/|mimarket://)details\?(?:[^\s;]*&)?id=({stores.PACKAGE})(?:[&#]|$)"
        ),
    )

    async def ask(self, app: str, fetch: Fetch, session: Session) -> Download:
        """Return whether the store has the package."""
        page = await fetch(Request(url=f"{self.base}/details?{urlencode({'id': app})}"))
        return await fetch.read(read, stores.naming(page, app))

    def parse(self, page: Page) -> Download:
        """Return whether the store has the app."""
        return read(page)


COLLECTOR = XiaomiStore()


def at(base_url: str) -> XiaomiStore:
    """Return the collector for a server that answers in the store's place."""
    return XiaomiStore(base=base_url.rstrip("/"))


def read(page: Page) -> Download:
    """Return what a page says; a module-level function, so that it can travel to another process."""
    judge_status(page)
    refuse_walls(page)
    stores.refuse_cut(page)
    tree = html.tree(html.decode(page))
    if html.title(tree).startswith(_FRONT_TITLE):
        raise LookFailedError(Reason.REFUSED, "the front page, which stands for apps that the store has too")
    shown = _labelled(tree)
    if _VERSION not in shown:
        raise LookFailedError(Reason.UNREADABLE, "neither an app's page nor the front page")
    package = _package(tree)
    wanted = stores.asked(page, "id")
    if package and wanted and package != wanted:
        raise stores.other_app(package, wanted)
    updated = dates.read(shown.get(_UPDATED, ""), page.at)
    return Download(
        link=Link.STORE,
        fault=None if package else AppFault.BLOCKED,
        package=package or wanted or None,
        version=shown[_VERSION] or None,
        released_at=updated.moment if updated else None,
    )


def _labelled(tree: html.Tree) -> dict[str, str]:
    """Return the values that stand behind their labels, each in the element that follows."""
    shown: dict[str, str] = {}
    for node in tree.css("div, li, dt, td, span, p"):
        label = node.text(deep=False, strip=True).strip("：:")
        if label in {_VERSION, _UPDATED}:
            follower = node.next
            while follower is not None and not follower.is_element_node:
                follower = follower.next
            if follower is not None:
                shown.setdefault(label, html.plain(follower.text()))
    return shown


def _package(tree: html.Tree) -> str:
    """Return whose file the page's link leads to; "" without such a link."""
    for node in tree.css('a[href*="/download/"]'):
        package = parse_qs(urlsplit(node.attributes.get("href") or "").query).get("id", [""])[0]
        if re.fullmatch(stores.PACKAGE, package):
            return package
    return ""
