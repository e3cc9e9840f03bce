"""后台服务: an address that an app itself calls, named by the office that owns the app.

Key: the address, and behind a `#` a text that its answer must contain
(`https://api.example.gov.cn/health#"status":"ok"`), sought in what the answer means and not in its
bytes (`collectors.markers`). Needs no login and no script. An app has no “continue
anyway”: a certificate that has expired, is not valid yet, is self-signed, comes without its chain or
belongs to another host breaks it, and so do a name that does not exist and an answer without the
text. Time-outs, refusals and errors of the server are reasons for not knowing. Yields when the
certificate expires.
"""

from __future__ import annotations

from functools import partial

from collectors import html, json_body, keys, markers
from collectors.answers import judge_status, refuse_walls
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Fetch, Page, Request, Session
from monitor.core.download import AppFault, Download, Link
from monitor.core.observation import LookFailedError, Reason


class WebProbe:
    """A service behind an app."""

    name = "web-probe"
    version = 1
    link = Link.SERVICE
    platforms = frozenset[Platform]()
    key_form = keys.ADDRESS

    def key_of(self, account: Account) -> str | None:
        """Return None: only the app's owner knows what it calls."""
        return None

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Download:
        """Return whether the service answers as it should."""
        url, _, marker = source.key.partition("#")
        try:
            page = await fetch(Request(url=url))
            return await fetch.read(partial(read, marker=marker), page)
        except LookFailedError as failed:
            if failed.fault is None:
                raise
            return Download(link=Link.SERVICE, fault=failed.fault)

    def parse(self, page: Page) -> Download:
        """Return whether an answer is as it should be; the marker stands behind the `#` of its address."""
        marker = page.url.partition("#")[2]
        if not marker:
            raise LookFailedError(Reason.UNREADABLE, "the address names no text that the answer must contain")
        return read(page, marker)


COLLECTOR = WebProbe()


def read(page: Page, marker: str) -> Download:
    """Return whether an answer is as it should be; a module-level function, so that it can travel."""
    bare = Download(link=Link.SERVICE, certificate_until=page.certificate_until)
    if page.status in {404, 410}:
        return Download(link=Link.SERVICE, fault=AppFault.GONE, certificate_until=page.certificate_until)
    judge_status(page)
    if marker and markers.says(html.decode(page), markers.spoken(marker)):
        return bare
    refuse_walls(page)
    if not page.body.strip():
        raise LookFailedError(Reason.TRUNCATED, "an empty answer")
    if not marker:
        return bare
    if json_body.looks_like_json(page):
        _refuse_cut(page)
    return Download(link=Link.SERVICE, fault=AppFault.NO_MARKER, certificate_until=page.certificate_until)


def _refuse_cut(page: Page) -> None:
    """Let JSON pass that is whole or none; raises LookFailedError TRUNCATED for what just ends."""
    try:
        json_body.load(page)
    except LookFailedError as failed:
        if failed.reason is Reason.TRUNCATED:
            raise
