"""华为应用市场, Android and HarmonyOS, through the interface of its web pages (as public code of 2025 and 2026 has it).

Key: the app's number (`C100123456`; of HarmonyOS longer), the package (`cn.gov.example`), or a link to its
page. Needs no login; at times a token, which the store gives to everybody and takes for ten minutes. The
interface answers about one app with one flat record, HarmonyOS included, and about one that it does
not have with nothing at all. Since nothing is little to go by, the app's page is asked for then: one made
of cards without version and developer is the store's own word for “not here”. Yields package,
version and release.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from collectors import dates, json_body, stores
from collectors.answers import judge_status, refuse_walls
from collectors.json_body import Fields
from monitor.core.collector import Continuation, Fetch, Page, Request, Session
from monitor.core.download import AppFault, Download, Link
from monitor.core.observation import LookFailedError, Reason

_NUMBER = r"C[0-9]{4,20}"
_HOSTS = r"(?:appgallery(?:\.cloud)?\.huawei\.com|appstore\.huawei\.com|app\.hicloud\.com)"
_PAGE = {
    "method": "internal.getTabDetail",
    "serviceType": "20",
    "reqPageNum": "1",
    "maxResults": "25",
    "zone": "",
    "locale": "zh",
}
_TOKEN = "token"  # noqa: S105 - the name it is kept under
_TOKEN_KEPT = timedelta(minutes=10)
_GIVEN = re.compile(r'\s*"?([\w.=+/-]{8,4000})"?\s*')
_WANTS_TOKEN = "1002"  # noqa: S105 - a code
"""How the store says that a token is missing or past its time."""
_FROM = {"Origin": "https://appgallery.huawei.com", "Referer": "https://appgallery.huawei.com/"}


@dataclass(frozen=True, slots=True, kw_only=True)
class HuaweiStore(stores.AppStore):
    """Huawei's AppGallery in China."""

    base: str = "https://web-drcn.hispace.dbankcloud.com"
    canary: str | None = stores.WECHAT

    name = "huawei-store"
    version = 1
    shop = "华为应用市场"
    called = "C 加数字，或包名"
    keys = re.compile(rf"({_NUMBER}|{stores.PACKAGE})")
    links = (
        re.compile(rf"https?://{_HOSTS}/(?:#/)?(?:app|appdl)/({_NUMBER})(?:[/?#]|$)"),
        re.compile(rf"https?://appgallery\.huawei\.com/app/detail\?(?:[^\s;]*&)?id=({stores.PACKAGE})(?:[&#]|$)"),
    )

    async def ask(self, app: str, fetch: Fetch, session: Session) -> Download:
        """Return what the record says, and where there is none, what the page says."""
        is_number = bool(re.fullmatch(_NUMBER, app))
        about = {"appId" if is_number else "pkgName": app, "locale": "zh_CN"}
        record = Request(url=f"{self.base}/edge/webedge/appinfo", method="POST", json=about)
        seen = await self._seen(record, app, fetch, session)
        if seen.fault is not AppFault.NOT_LISTED:
            return seen
        uri = f"{'app' if is_number else 'package'}|{app}"
        page = Request(url=f"{self.base}/edge/uowap/index?{urlencode(_PAGE | {'uri': uri})}")
        return await self._seen(page, app, fetch, session)

    def parse(self, page: Page) -> Download:
        """Return whether the store has the app."""
        return read(page)

    async def _seen(self, request: Request, app: str, fetch: Fetch, session: Session) -> Download:
        """Return what an answer says; asked for once more with a new token where the store wants one."""
        page = await fetch(_with_token(request, session))
        if (await fetch.read(wants_token, page)).is_so("wants_token"):
            await self._get_token(page.at, fetch, session)
            page = await fetch(_with_token(request, session))
        return await fetch.read(read, stores.naming(page, app))

    async def _get_token(self, now: datetime, fetch: Fetch, session: Session) -> None:
        request = Request(
            url=f"{self.base}/edge/webedge/getInterfaceCode",
            method="POST",
            headers=_FROM | _token("null", now),
            json={"params": {}, "zone": "", "locale": "zh"},
        )
        page = await fetch(request)
        given = (await fetch.read(given_token, page)).texts["token"]
        session.put(_TOKEN, json.dumps(_token(given, now)), _TOKEN_KEPT)


COLLECTOR = HuaweiStore()


def at(base_url: str) -> HuaweiStore:
    """Return the collector for a server that answers in the store's place."""
    return HuaweiStore(base=base_url.rstrip("/"))


def _token(code: str, now: datetime) -> dict[str, str]:
    return {"Interface-Code": f"{code}_{round(now.timestamp() * 1000)}", "Identity-Id": secrets.token_hex(16)}


def _with_token(request: Request, session: Session) -> Request:
    kept = session.get(_TOKEN)
    return replace(request, headers=_FROM | (json.loads(kept) if kept else {}))


def wants_token(page: Page) -> Continuation:
    """Return whether an answer asks for a new token; raises LookFailedError for JSON that is none."""
    is_short = len(page.body) < 1000 and json_body.looks_like_json(page)
    is_asked = is_short and json_body.words(json_body.dig(json_body.load(page), "rtnCode")) == _WANTS_TOKEN
    return Continuation(numbers={"wants_token": int(page.status in {401, 403} or is_asked)})


def given_token(page: Page) -> Continuation:
    """Return the token that the store gives; raises LookFailedError where it gives none."""
    judge_status(page)
    given = _GIVEN.fullmatch(page.body.decode("utf-8", "replace"))
    if given is None:
        refuse_walls(page)
        raise LookFailedError(Reason.UNREADABLE, "asked for a token, the store gave none")
    return Continuation(texts={"token": given[1]})


def read(page: Page) -> Download:
    """Return what a record or a page says; a module-level function, so that it can travel to another process."""
    if page.status == 200 and page.headers.get("content-length") == "0" and not page.body:
        return Download(link=Link.STORE, fault=AppFault.NOT_LISTED)
    answer = stores.answer(page)
    code = json_body.words(answer.get("rtnCode", 0))
    if code != "0":
        reason = Reason.REFUSED if code == _WANTS_TOKEN else Reason.UNREADABLE
        raise LookFailedError(reason, f"the store reports {code[:20]!r}")
    wanted = stores.asked(page, "appId")
    cards = answer.get("layoutData")
    return _record(answer, wanted, page.at) if cards is None else _page(json_body.rows(cards), wanted, page.at)


def _record(record: Fields, wanted: str, now: datetime) -> Download:
    if "appId" not in record or "pkgName" not in record:
        raise LookFailedError(Reason.UNREADABLE, "no record of an app")
    number, package = json_body.words(record["appId"]), json_body.words(record["pkgName"])
    if not number or not package:
        return Download(link=Link.STORE, fault=AppFault.NOT_LISTED)
    if wanted not in {"", number, package}:
        raise stores.other_app(package, wanted)
    on_shelf = record.get("isShelves")  # a number or a truth: both were seen
    if on_shelf not in (0, 1):
        raise LookFailedError(Reason.UNREADABLE, "a record that does not say whether the app is on the shelf")
    released = dates.epoch(record.get("releaseDate"), now)
    return Download(
        link=Link.STORE,
        fault=None if on_shelf else AppFault.BLOCKED,
        package=package,
        version=json_body.words(record.get("version")) or None,
        released_at=released.moment if released else None,
    )


def _page(cards: Sequence[Fields], wanted: str, now: datetime) -> Download:
    """Return what the cards say between them: which one holds what has changed more than once."""
    items = [item for card in cards for item in json_body.rows(card.get("dataList"))]
    named = [item for item in items if item.get("versionName")]
    if not named and not any(item.get("developer") for item in items):
        return Download(link=Link.STORE, fault=AppFault.NOT_LISTED)
    for item in named:
        package = json_body.words(item.get("package"))
        if wanted in {"", package, json_body.words(item.get("appid"))}:
            dated = next((json_body.words(entry.get("releaseDate")) for entry in items if entry.get("developer")), "")
            released = dates.read(dated, now)
            return Download(
                link=Link.STORE,
                package=package or None,
                version=json_body.words(item.get("versionName")) or None,
                released_at=released.moment if released else None,
            )
    raise stores.other_app(json_body.words(named[0].get("package")) if named else "", wanted)
