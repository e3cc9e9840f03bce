"""鸿蒙安装包: a link to a HarmonyOS package (.hap), judged by a few ranges of at most 64 KiB each.

Key: the link, and behind a `#` the bundle's name if it is to be checked
(`https://www.example.gov.cn/app.hap#cn.gov.example`). Needs no login. Most phones install only what their store
gives them, which is for `huawei-store`; this is for packages that an office gives out itself. Yields
the bundle's name and version.
"""

from __future__ import annotations

import re

from collectors import keys
from collectors.packages import harmony, ranges
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Fetch, Page, Session
from monitor.core.download import Download, Link

_LINK = re.compile(r"https?://[^\s;]+\.hap(?:[?#][^\s;]*)?", re.IGNORECASE)


class Hap:
    """A HarmonyOS package behind a link."""

    name = "hap"
    version = 1
    link = Link.PACKAGE
    platforms = frozenset({Platform.MOBILE_APP})
    key_form = keys.ADDRESS

    def key_of(self, account: Account) -> str | None:
        """Return the homepage, where it is a package."""
        return account.homepage if _LINK.fullmatch(account.homepage or "") else None

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Download:
        """Return whether the link leads to a package that can be installed."""
        return await ranges.look(source.key, "hap", fetch)

    def parse(self, page: Page) -> Download:
        """Return what a whole file is."""
        return ranges.read(page, harmony.judge)


COLLECTOR = Hap()
