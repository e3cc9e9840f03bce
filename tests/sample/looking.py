"""Looking at the sample county with the real collectors, without a network."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from collectors.platforms import feed, website, weibo
from monitor.core.account import Platform, Source, chain, declared_sources
from monitor.core.collector import Collector, Page, Request, SeenT
from monitor.core.observation import LookFailedError, Reason, Seen
from monitor.sample import platforms
from monitor.sample.county import county
from monitor.sample.script import County, Script
from tests.fakes import MemorySession

NOW = datetime(2026, 11, 22, 13, 40, tzinfo=UTC)
"""21:40 in Beijing, on a Sunday."""
COUNTY = county(NOW)


class Within:
    """A fetch that asks the county at one moment."""

    def __init__(self, told: County, at: datetime) -> None:
        self.told = told
        self.at = at

    async def __call__(self, request: Request, /) -> Page:
        return platforms.fetched(self.told, request, self.at)

    async def read(self, parse: Callable[[Page], SeenT], page: Page, /) -> SeenT:
        return parse(page)


def collectors(told: County) -> dict[str, Collector]:
    """Return the collectors that the county needs, by name."""
    return {"feed": feed.COLLECTOR, "website": website.COLLECTOR, "weibo": weibo.at(told.base_url)}


def source_of(told: County, script: Script) -> Source:
    """Return the only way to look at an account that is polled."""
    account = script.account
    default = "weibo" if account.platform is Platform.WEIBO else "website"
    pairs = declared_sources(account) or ((default, collectors(told)[default].key_of(account) or ""),)
    (source,) = chain(account, pairs)
    return source


async def look(told: County, script: Script, at: datetime, session: MemorySession | None = None) -> Seen | Reason:
    """Return what the real collector sees of an account at a moment."""
    source = source_of(told, script)
    try:
        return await collectors(told)[source.collector].collect(source, Within(told, at), session or MemorySession())
    except LookFailedError as error:
        return error.reason
