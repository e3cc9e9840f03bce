"""安装包: a link to an Android package (.apk), judged by a few ranges of at most 64 KiB each.

Key: the link, and behind a `#` the package's name if it is to be checked
(`https://www.example.gov.cn/app.apk#cn.gov.example`). Needs no login. A link counts if people can install what they
get: a package with a manifest, a signature and its end. Yields package and version.
"""

from __future__ import annotations

import re

from collectors import keys
from collectors.packages import android, ranges
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Fetch, Page, Session
from monitor.core.download import Download, Link

_LINK = re.compile(r"https?://[^\s;]+\.apk(?:[?#][^\s;]*)?", re.IGNORECASE)


class Apk:
    """A package behind a link."""

    name = "apk"
    version = 1
    link = Link.PACKAGE
    platforms = frozenset({Platform.MOBILE_APP})
    key_form = keys.ADDRESS

    def key_of(self, account: Account) -> str | None:
        """Return the homepage, where it is a package."""
        return account.homepage if _LINK.fullmatch(account.homepage or "") else None

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Download:
        """Return whether the link leads to a package that can be installed."""
        return await ranges.look(source.key, "apk", fetch)

    def parse(self, page: Page) -> Download:
        """Return what a whole file is."""
        return ranges.read(page, android.judge)


COLLECTOR = Apk()
