"""The common part of all app stores: the app that is asked for, and when a store is believed.

An interface that has changed says “not here” of every app. So anything that a store says against an app counts only if,
in the same look, it still has the app that every phone has (the canary), and then says it of the first one again. A
store fails its canary: the look saw nothing.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar
from urllib.parse import parse_qs, urldefrag, urlsplit

from collectors import json_body
from collectors.answers import judge_status, refuse_walls
from collectors.json_body import Fields
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Fetch, KeyForm, Page, Session
from monitor.core.download import Download, Link
from monitor.core.observation import LookFailedError, Reason

WECHAT = "com.tencent.mm"
"""The app that every store for Android has."""
PACKAGE = r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)+"
"""The form of a package's name, as a regular expression."""
_END_BYTES = 2_000
"""How far from its last byte a page may end: some servers write comments behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppStore(ABC):
    """One store, which says whether it has an app.

    A subclass names itself (`name`, `version`, `shop`), its keys and links, and how it is asked. In
    `keys` and `links` the first group is the app.
    """

    base: str
    """Where the store is asked; another server may stand in for it."""
    canary: str | None
    """The key of an app that the store has for certain; without one, nothing it says against an app is believed."""

    name: ClassVar[str]
    version: ClassVar[int]
    shop: ClassVar[str]
    """The name of the store."""
    keys: ClassVar[re.Pattern[str]]
    links: ClassVar[tuple[re.Pattern[str], ...]]
    """The addresses of an app's page in the store."""
    called: ClassVar[str]
    """A description of the keys, in Chinese."""

    link: ClassVar[Link] = Link.STORE
    platforms: ClassVar[frozenset[Platform]] = frozenset({Platform.MOBILE_APP})

    @property
    def key_form(self) -> KeyForm:
        """An app of the store, or a link to its page there."""
        return KeyForm(self._named, f"{self.called}，或应用在{self.shop}里的网址")

    def key_of(self, account: Account) -> str | None:
        """Return the app that the homepage is the page of, where it lies in this store."""
        return self._linked(account.homepage or "")

    def with_canary(self, key: str) -> AppStore:
        """Return the store that must have this app to be believed."""
        return replace(self, canary=key)

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Download:
        """Return whether the store has the app; what it says against one it says twice, its canary in between."""
        app = self._app(source.key)
        seen = await self.ask(app, fetch, session)
        if not seen.is_available and source.key != self.canary:
            await self._prove(fetch, session)
            seen = await self.ask(app, fetch, session)
        return replace(seen, shop=self.shop)

    @abstractmethod
    async def ask(self, app: str, fetch: Fetch, session: Session) -> Download:
        """Return what the store says of the app right now; raises LookFailedError."""

    @abstractmethod
    def parse(self, page: Page) -> Download:
        """Return what one answer says of the app that its address names; raises LookFailedError."""

    async def _prove(self, fetch: Fetch, session: Session) -> None:
        """Let a store pass that has its canary; raises LookFailedError for one that has not."""
        if self.canary is None:
            raise LookFailedError(Reason.UNREADABLE, "the settings name no canary to believe the store by")
        known = await self.ask(self._app(self.canary), fetch, session)
        if not known.is_available:
            raise LookFailedError(Reason.UNREADABLE, f"the store has not even {self.canary}")

    def _app(self, key: str) -> str:
        app = self._named(key)
        if app is None:
            raise LookFailedError(Reason.UNREADABLE, "the key is no app of this store")
        return app

    def _named(self, key: str) -> str | None:
        match = self.keys.fullmatch(self._linked(key) or key)
        return match[1] if match else None

    def _linked(self, address: str) -> str | None:
        return next((match[1] for link in self.links if (match := link.match(address))), None)


def naming(page: Page, app: str) -> Page:
    """Return the page with the app that was asked for behind the `#` of its address: a body cannot be seen there."""
    return replace(page, url=f"{urldefrag(page.url).url}#{app}")


def asked(page: Page, parameter: str) -> str:
    """Return the app that an answer is to be about: behind the `#`, or in the query; "" where nobody says."""
    parts = urlsplit(page.url)
    return parts.fragment or parse_qs(parts.query).get(parameter, [""])[0]


def answer(page: Page) -> Fields:
    """Return the JSON object that a store answered with; raises LookFailedError for anything else."""
    judge_status(page)
    if not json_body.looks_like_json(page):
        refuse_walls(page)
        raise LookFailedError(Reason.UNREADABLE, "no JSON")
    return json_body.fields(json_body.load(page))


def refuse_cut(page: Page) -> None:
    """Let a page pass that has its end: what is missing from one that broke off may have been on the rest."""
    if b"</html" not in page.body[-_END_BYTES:].lower():
        raise LookFailedError(Reason.TRUNCATED if b"<html" in page.body else Reason.UNREADABLE, "no end of a page")


def other_app(found: str, wanted: str) -> LookFailedError:
    """Return the failure of an answer about another app: stores are known to give one for what they do not have."""
    return LookFailedError(Reason.UNREADABLE, f"asked for {wanted[:80]!r}, answered about {found[:80]!r}")
