"""应用宝 through the interface behind its download pages, and the app's page (as public code of 2026 has it).

Key: the package, or a link to its page (`sj.qq.com/appdetail/cn.gov.example`). Needs no login and no script.
The interface gives the record of one package, with a state and the file's address. For some apps that the store has
it gives an empty set of records (2026-09), so what it does not know is looked up on the app's page, which also
stands in where the interface is gone, and which alone says that an app is not listed. Yields package, version and
the file's time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from collectors import dates, html, json_body, stores
from collectors.answers import judge_status, refuse_walls
from collectors.json_body import Fields
from monitor.core.collector import Fetch, Page, Request, Session
from monitor.core.download import AppFault, Download, Link
from monitor.core.observation import LookFailedError, Reason

_REPLACED = frozenset({Reason.HTTP_ERROR, Reason.UNREADABLE})
"""How an interface ends that is no more."""
_NO_APP_TITLE = re.compile(r"应用宝|.*(?:找不到|不存在|404).*")
_WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True, kw_only=True)
class TencentStore(stores.AppStore):
    """Tencent's store; `base` is its interface, `pages` has the apps' pages."""

    base: str = "https://upage.html5.qq.com"
    pages: str = "https://sj.qq.com"
    canary: str | None = stores.WECHAT

    name = "tencent-store"
    version = 2
    shop = "应用宝"
    called = "包名"
    keys = re.compile(rf"({stores.PACKAGE})")
    links = (
        re.compile(rf"https?://sj\.qq\.com/appdetail/({stores.PACKAGE})(?:[/?#]|$)"),
        re.compile(rf"https?://(?:sj\.qq|android\.myapp)\.com/myapp/detail\.htm\?apkName=({stores.PACKAGE})(?:[&#]|$)"),
        re.compile(rf"https?://a\.app\.qq\.com/o/simple\.jsp\?(?:[^\s;]*&)?pkgname=({stores.PACKAGE})(?:[&#]|$)"),
    )

    async def ask(self, app: str, fetch: Fetch, session: Session) -> Download:
        """Return whether the store has the package, by its interface and, if that has not, by its page."""
        try:
            seen = await self._record(app, fetch)
        except LookFailedError as failed:
            if failed.reason not in _REPLACED:
                raise
            seen = await self._page(app, fetch)
        return seen

    def parse(self, page: Page) -> Download:
        """Return whether the store has the app."""
        return read(page)

    async def _record(self, app: str, fetch: Fetch) -> Download:
        request = Request(url=f"{self.base}/wechat-apkinfo", method="POST", json={"packagename": app})
        return await fetch.read(read, stores.naming(await fetch(request), app))

    async def _page(self, app: str, fetch: Fetch) -> Download:
        page = await fetch(Request(url=f"{self.pages}/appdetail/{app}"))
        return await fetch.read(read, stores.naming(page, app))


COLLECTOR = TencentStore()


def at(base_url: str) -> TencentStore:
    """Return the collector for a server that answers in the place of both hosts."""
    return TencentStore(base=base_url.rstrip("/"), pages=base_url.rstrip("/"))


def read(page: Page) -> Download:
    """Return what an answer says, the interface's or the page; a module-level function, so that it can travel."""
    judge_status(page)
    wanted = stores.asked(page, "pkgname")
    return _interface(page, wanted) if json_body.looks_like_json(page) else _page(page, wanted)


def _interface(page: Page, wanted: str) -> Download:
    answer = stores.answer(page)
    records = answer.get("app_detail_records")
    if json_body.words(answer.get("ret")) != "0" or not isinstance(records, dict):
        raise LookFailedError(Reason.UNREADABLE, "the interface reports an error, or no records")
    if not records:
        raise LookFailedError(Reason.UNREADABLE, "no record, which is the answer for some listed apps too")
    package, record = next(iter(records.items()))
    about, file = (
        json_body.fields(json_body.dig(record, "app_info")),
        json_body.fields(json_body.dig(record, "apk_all_data")),
    )
    if not about or not file:
        raise LookFailedError(Reason.UNREADABLE, "a record without app or file")
    if wanted and package != wanted:
        raise stores.other_app(package, wanted)
    is_blocked = json_body.words(about.get("online_status")) == "0" or not json_body.words(file.get("url")).startswith(
        _WEB
    )
    changed = dates.epoch(file.get("update_time"), page.at)
    return Download(
        link=Link.STORE,
        fault=AppFault.BLOCKED if is_blocked else None,
        package=package,
        version=json_body.words(file.get("version_name")) or None,
        released_at=changed.moment if changed else None,
    )


def _page(page: Page, wanted: str) -> Download:
    """Return what the app's page shows; its class names change with every build and say nothing."""
    refuse_walls(page)
    tree = html.tree(html.decode(page))
    is_absent = bool(_NO_APP_TITLE.fullmatch(html.title(tree)))
    for app in _apps(tree, page):
        package = json_body.words(app.get("pkg_name"))
        if package == wanted or not (wanted or is_absent):
            changed = dates.epoch(app.get("update_time"), page.at)
            return Download(
                link=Link.STORE,
                package=package,
                version=json_body.words(app.get("version_name")) or None,
                released_at=changed.moment if changed else None,
            )
    stores.refuse_cut(page)
    if is_absent:
        return Download(link=Link.STORE, fault=AppFault.NOT_LISTED)
    raise LookFailedError(Reason.UNREADABLE, "neither the app's page nor the page for what is not there")


def _apps(tree: html.Tree, page: Page) -> Iterator[Fields]:
    """Yield the apps that the page is made from, its own first; others may be recommended beside it."""
    script = tree.css_first("script#__NEXT_DATA__")
    if script is None:
        return
    made_from = json_body.load(replace(page, headers={}, body=script.text().encode()))
    card = json_body.dig(made_from, "props", "pageProps", "dynamicCardResponse")
    if json_body.dig(card, "ret") != 0:
        raise LookFailedError(Reason.UNREADABLE, "the page reports an error")
    for component in json_body.rows(json_body.dig(card, "data", "components")):
        for app in json_body.rows(json_body.dig(component, "data", "itemData")):
            if json_body.words(app.get("pkg_name")):
                yield app
