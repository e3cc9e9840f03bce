"""苹果安装包: an iOS app that an office gives out itself, by its install link or its package (.ipa).

Key: the install link (`itms-services://?action=download-manifest&url=https%3A%2F%2F…`), the address of its
manifest (`….plist`) or of the package (`….ipa`), and behind a `#` the bundle id if it is to be
checked. Needs no login. The manifest says where the package lies; that is judged by a few ranges of
at most 64 KiB each. Yields bundle id, version and when the profile runs out, after which the app no longer opens.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from collectors import json_body, keys, plists
from collectors.packages import archive, ios, ranges
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Continuation, Fetch, KeyForm, Page, Request, Session
from monitor.core.download import AppFault, Download, Link
from monitor.core.observation import LookFailedError, Reason

_LINK = re.compile(r"itms-services://\?[^\s;]+|https?://[^\s;?#]+\.(?:ipa|plist)(?:[?#][^\s;]*)?", re.IGNORECASE)
_LONGEST_ADDRESS = 2_000
_ITEMS, _ASSETS = 20, 100
"""How many apps of a manifest, and how many parts of one, are looked at: there are one and a handful."""
_MANIFEST = re.compile(r"https?://[^\s?#]+\.plist(?:\?\S*)?", re.IGNORECASE)


class Ipa:
    """An iOS package behind a link."""

    name = "ipa"
    version = 1
    link = Link.PACKAGE
    platforms = frozenset({Platform.MOBILE_APP})
    key_form = KeyForm(
        lambda key: keys.is_address(key) or _LINK.fullmatch(key), "itms-services:// 或 https:// 开头的地址"
    )

    def key_of(self, account: Account) -> str | None:
        """Return the homepage, where it is an install link, a manifest or a package."""
        return account.homepage if _LINK.fullmatch(account.homepage or "") else None

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Download:
        """Return whether the link leads to a package that can be installed, and that still opens."""
        link, _, name = source.key.partition("#")
        manifest = _manifest(link)
        if manifest is None:
            return await ranges.look(source.key, "ipa", fetch)
        try:
            page = await fetch(Request(url=manifest))
        except LookFailedError as failed:
            if failed.fault is None:
                raise
            return Download(link=Link.PACKAGE, fault=failed.fault)
        offered = await fetch.read(read, page)
        if offered.fault is not None:
            return offered
        if name and offered.package and offered.package != name:
            return replace(offered, fault=AppFault.OTHER_APP)
        package = (await fetch.read(package_of, page)).texts["url"]
        return await ranges.look(f"{package.partition('#')[0]}#{name}", "ipa", fetch)

    def parse(self, page: Page) -> Download:
        """Return what a whole package is, or what a manifest offers."""
        return ranges.read(page, ios.judge) if archive.begins_as_package(page.body) else read(page)


COLLECTOR = Ipa()


def _manifest(link: str) -> str | None:
    """Return the address of the manifest that an install link names, or that it is; None for a package's link."""
    if link.lower().startswith("itms-services:"):
        named = parse_qs(urlsplit(link).query).get("url", [""])[0]
        if not named:
            raise LookFailedError(Reason.UNREADABLE, "an install link without a manifest")
        return named
    return link if _MANIFEST.fullmatch(link) else None


def _refused(page: Page) -> Download | None:
    """Return the fault of an answer that is no manifest at all; raises LookFailedError where it only keeps us out."""
    refusal = ranges.refused(page)
    is_list = b"<plist" in page.body or page.body.startswith(b"bplist")
    return None if refusal and refusal.fault is AppFault.NOT_A_PACKAGE and is_list else refusal


def read(page: Page) -> Download:
    """Return what a manifest offers; a module-level function, so that it can travel."""
    return _refused(page) or _offer(page)[0]


def package_of(page: Page) -> Continuation:
    """Return where the package lies that a manifest offers; raises LookFailedError where it offers none."""
    url = _offer(page)[1]
    if url is None or len(url) > _LONGEST_ADDRESS:
        raise LookFailedError(Reason.UNREADABLE, "a manifest without the address of a package")
    return Continuation(texts={"url": url})


def _first(rows: object, most: int) -> object:
    return rows[:most] if isinstance(rows, list) else rows


def _offer(page: Page) -> tuple[Download, str | None]:
    """Return the app that a manifest offers, and where its package lies: None where it offers none."""
    manifest = plists.load(page.body)
    if manifest is None:
        is_cut = b"<plist" in page.body and b"</plist>" not in page.body
        raise LookFailedError(Reason.TRUNCATED if is_cut else Reason.UNREADABLE, "no whole property list")
    for item in json_body.rows(_first(manifest.get("items"), _ITEMS)):
        about = json_body.fields(item.get("metadata"))
        offered = Download(
            link=Link.PACKAGE,
            package=json_body.words(about.get("bundle-identifier")) or None,
            version=json_body.words(about.get("bundle-version")) or None,
        )
        for asset in json_body.rows(_first(item.get("assets"), _ASSETS)):
            url = json_body.words(asset.get("url"))
            if asset.get("kind") == "software-package" and url:
                return offered, url
    return Download(link=Link.PACKAGE, fault=AppFault.NOT_INSTALLABLE), None
