"""vivo应用商店 through the interface of its mobile page (as public code of 2026 has it).

Key: the app's number in the store, or a link to its page (`…vivo.com.cn/…appId=1234567`). Needs no login.
An app that the store does not have is answered with status 200 and a record without number and
package, marked `filter`; the numbers of state in a record mean nothing known. No app's number is known to
stay for ever, so the canary is named in the settings. Yields package, version and the upload's time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from collectors import dates, json_body, stores
from monitor.core.collector import Fetch, Page, Request, Session
from monitor.core.download import AppFault, Download, Link
from monitor.core.observation import LookFailedError, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class VivoStore(stores.AppStore):
    """The store of vivo's phones."""

    base: str = "https://h5-api.appstore.vivo.com.cn"
    canary: str | None = None

    name = "vivo-store"
    version = 1
    shop = "vivo应用商店"
    called = "数字编号"
    keys = re.compile(r"([0-9]{1,15})")
    links = (
        re.compile(r"https?://[\w.-]*\.vivo\.com\.cn/[^\s;]*[?&]appId=([0-9]{1,15})(?:[&#]|$)"),
        re.compile(r"https?://info\.appstore\.vivo\.com\.cn/detail/([0-9]{1,15})(?:[/?#]|$)"),
    )

    async def ask(self, app: str, fetch: Fetch, session: Session) -> Download:
        """Return whether the store has the app of this number."""
        page = await fetch(Request(url=f"{self.base}/detailInfo?appId={app}"))
        return await fetch.read(read, page)

    def parse(self, page: Page) -> Download:
        """Return whether the store has the app."""
        return read(page)


COLLECTOR = VivoStore()


def at(base_url: str) -> VivoStore:
    """Return the collector for a server that answers in the store's place."""
    return VivoStore(base=base_url.rstrip("/"))


def read(page: Page) -> Download:
    """Return what the interface says; a module-level function, so that it can travel to another process."""
    record = stores.answer(page)
    number, package = json_body.words(record.get("id") or ""), json_body.words(record.get("package_name"))
    if not number and not package and record.get("filter") is True:
        return Download(link=Link.STORE, fault=AppFault.NOT_LISTED)
    if not number or not package:
        raise LookFailedError(Reason.UNREADABLE, "neither an app nor the lack of one")
    if (wanted := stores.asked(page, "appId")) and wanted != number:
        raise stores.other_app(number, wanted)
    uploaded = dates.read(json_body.words(record.get("upload_time")), page.at)
    return Download(
        link=Link.STORE,
        fault=AppFault.BLOCKED if record.get("download_url") == "" else None,
        package=package,
        version=json_body.words(record.get("version_name")) or None,
        released_at=uploaded.moment if uploaded else None,
    )
