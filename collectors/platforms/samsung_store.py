"""三星应用商店 (Galaxy Store) through the interface by which phones ask for one app (as public code of 2026 has it).

Key: the package, or a link to its page (`galaxystore.samsung.com/detail/cn.gov.example`). Needs no login. The
store answers for one kind of phone in one country; it is asked as a current phone in China, which is what
public code has for other countries, so that only its canary shows whether it still takes that. Code 1
is an app that can be had. Code 0, “not approved as stub”, is said of every app that is not Samsung's own
(2026-02): it does not tell whether the store has it, so this way never finds an app delisted. Yields version.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from collectors import html, stores
from collectors.answers import judge_status, refuse_walls
from monitor.core.collector import Fetch, Page, Request, Session
from monitor.core.download import AppFault, Download, Link
from monitor.core.observation import LookFailedError, Reason

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_PHONE = {
    "deviceId": "SM-S9280",
    "mcc": "460",
    "mnc": "00",
    "csc": "CHC",
    "sdkVer": "34",
    "systemId": "0",
    "abiType": "64",
    "extuk": "0",
}
_FOUND, _NONE = "1", "0"
_NOT_SAMSUNGS = "not approved as stub"
_FIELDS = frozenset({"appId", "resultCode", "resultMsg", "versionName", "versionCode", "downloadURI"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SamsungStore(stores.AppStore):
    """The store of Samsung's phones, as it is in China."""

    base: str = "https://vas.samsungapps.com"
    canary: str | None = stores.WECHAT

    name = "samsung-store"
    version = 2
    shop = "三星应用商店"
    called = "包名"
    keys = re.compile(rf"({stores.PACKAGE})")
    links = (
        re.compile(
            rf"https?://(?:galaxystore\.samsung\.com|apps\.samsung\.cn)/(?:\w+/)?detail/({stores.PACKAGE})(?:[/?#]|$)"
        ),
    )

    async def ask(self, app: str, fetch: Fetch, session: Session) -> Download:
        """Return whether the store has the package for a phone in China."""
        page = await fetch(Request(url=f"{self.base}/stub/stubDownload.as?{urlencode({'appId': app} | _PHONE)}"))
        return await fetch.read(read, page)

    def parse(self, page: Page) -> Download:
        """Return whether the store has the app."""
        return read(page)


COLLECTOR = SamsungStore()


def at(base_url: str) -> SamsungStore:
    """Return the collector for a server that answers in the store's place."""
    return SamsungStore(base=base_url.rstrip("/"))


def read(page: Page) -> Download:
    """Return what the interface says; a module-level function, so that it can travel to another process."""
    judge_status(page)
    said = {node.tag: (node.text or "").strip() for node in _root(page).iter() if node.tag in _FIELDS}
    if "resultCode" not in said:
        refuse_walls(page)
        raise LookFailedError(Reason.UNREADABLE, "XML without a result")
    wanted = stores.asked(page, "appId")
    if wanted and said.get("appId", wanted) != wanted:
        raise stores.other_app(said["appId"], wanted)
    code = said["resultCode"]
    if code == _NONE and _NOT_SAMSUNGS in said.get("resultMsg", "").lower():
        raise LookFailedError(
            Reason.REFUSED, "said of every app that is not Samsung's own; it says nothing of the listing"
        )
    if code != _FOUND or not said.get("versionName"):
        raise LookFailedError(Reason.UNREADABLE, f"the store reports {html.plain(code, 20)!r}")
    return Download(
        link=Link.STORE,
        fault=None if said.get("downloadURI") else AppFault.BLOCKED,
        package=said.get("appId") or wanted or None,
        version=said["versionName"],
    )


def _root(page: Page) -> Element:
    text = html.decode(page).strip().lstrip("\ufeff")
    try:
        root: Element = fromstring(text)
    except DefusedXmlException as error:
        raise LookFailedError(Reason.UNREADABLE, f"XML that is an attack: {type(error).__name__}") from error
    except (ParseError, ValueError) as error:
        refuse_walls(page)
        is_cut = text.startswith(("<?xml", "<result")) and not text.endswith("</result>")
        raise LookFailedError(Reason.TRUNCATED if is_cut else Reason.UNREADABLE, "no whole XML") from error
    return root
