"""The collector and the values it is given: the port between the looks and the network.

A platform file offers one `COLLECTOR`. It splits *getting* from *reading*: `collect` asks for
pages through `fetch`, and `parse` is a pure function of one page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol, TypeVar, runtime_checkable

from monitor.core.account import Account, Platform, Source
from monitor.core.download import Download, Link
from monitor.core.observation import Blind, LookFailedError, Post, Reason, Seen, Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuation:
    """A value that only the collector needs of an answer to go on: a token, a cursor, the next address.

    Plain values only (texts, numbers, truth, and lists of them) and a reading: it comes out of another process.
    """

    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By name; not shown, for a token may be among them."""
    numbers: Mapping[str, int] = field(default_factory=dict)
    rows: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    timeline: Timeline | None = None
    """The reading of the same answer, where it was read at once."""
    blind: Blind | None = None
    """The reason why that reading failed."""

    @property
    def seen(self) -> Timeline:
        """The reading of the same answer; raises LookFailedError where it failed."""
        if self.timeline is None:
            why = self.blind or Blind(reason=Reason.UNREADABLE, detail="an answer that was not read")
            raise LookFailedError(why.reason, why.detail, retry_after=why.retry_after)
        return self.timeline

    def is_so(self, name: str) -> bool:
        """True if a number of this name says yes; one that is missing says no."""
        return bool(self.numbers.get(name))


SeenT = TypeVar("SeenT", Timeline, Download, Continuation)
"""The result of one parser: always a timeline, always a download, or always a value that the collector goes on with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request. `conditional` marks the one whose sameness means that nothing changed at all."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    """The fields to send as a form: with a POST, never together with `json`."""
    json: Mapping[str, object] | None = field(default=None, repr=False)
    """The fields to send as one JSON object."""
    conditional: bool = False
    is_secret: bool = False
    """True if the answer is a secret, a token: it is never kept as evidence."""
    max_bytes: int | None = None
    """A cap for this body, where a platform's pages are larger than the door's 2 MB."""
    hosts: frozenset[str] | None = None
    """The only hosts that may be asked, redirects included, where a stranger chose the address; None for any."""
    stop_at: int | None = None
    """Take at most this number of bytes of the body, and leave the rest where it is: for parts of large files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer, whole unless `stop_at` asked for its beginning: body decompressed and within the cap."""

    url: str
    """Where the answer came from, after redirects."""
    status: int
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case; a repeated header joined by commas."""
    body: bytes = field(repr=False)
    at: datetime
    """The moment of the look (UTC): what relative and year-less dates are relative to."""
    certificate_until: datetime | None = None
    """When the certificate expires that the host showed; None without one."""


class NotShownError(LookFailedError):
    """The platform itself says that there is no such post, or not for everybody to see."""

    def __init__(self, detail: str = "") -> None:
        """Say so; a caller that does not ask sees a failure of the look like any other."""
        super().__init__(Reason.HTTP_ERROR, detail)


class UnchangedError(Exception):
    """Raised by `fetch` on a conditional request: the answer is the one that made the last timeline.

    A collector lets it pass through.
    """


class Fetch(Protocol):
    """The network, as a platform file sees it: one door, already bound to one source."""

    async def __call__(self, request: Request, /) -> Page:
        """Return the answer, whatever its HTTP status below 500 (429 excepted).

        Raises LookFailedError when there is none to be had, UnchangedError when a conditional
        request finds nothing new.
        """

    async def read(self, parse: Callable[[Page], SeenT], page: Page, /) -> SeenT:
        """Return `parse(page)`, run off the event loop and under a time limit.

        Raises LookFailedError: the parser's own, UNREADABLE when it fails or takes too long.
        `parse` must be a module-level function (it travels to another process).
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """An owner's permission to use a platform's official interface, as the settings name it."""

    id: str
    """The application's or the account's id, as the platform calls it: appid, client_key, app_id."""
    secret: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    """The answer to the owner's consent, where id and secret are not enough: a refresh token."""
    base_url: str | None = None
    """Where the platform's interface is reached, if not at its own address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A value kept for a grant, as it may lie at rest: encrypted, and opened only beside that very grant."""

    collector: str
    grant: str
    """The grant's name in the settings."""
    name: str
    content: bytes = field(repr=False)
    until: datetime


class Session(Protocol):
    """The state that one collector may keep between its looks: visitor cookies, access tokens."""

    @property
    def grant(self) -> Grant | None:
        """The grant that the source's key names; None for a visitor, and where the settings have no such grant."""

    def get(self, name: str) -> str | None:
        """Return what was put under the name, unless it is past its time."""

    def put(self, name: str, value: str, keep: timedelta) -> None:
        """Keep a value for a while."""

    def drop(self, name: str) -> None:
        """Forget a value; forgetting what is not there is fine."""


@runtime_checkable
class Collector(Protocol):
    """One way to look at accounts, by name."""

    @property
    def name(self) -> str:
        """As the roster's column 采集方式 and `xuncha read` write it."""

    @property
    def version(self) -> int:
        """Raised when `parse` reads more or otherwise, so that unchanged pages are read again."""

    @property
    def platforms(self) -> frozenset[Platform]:
        """The platforms whose default chain it belongs to; may be empty."""

    def key_of(self, account: Account) -> str | None:
        """Return what to ask for by default, from the roster row; None if the row does not tell."""

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Seen:
        """Return what is to be seen now; raises LookFailedError (or lets UnchangedError pass)."""

    def parse(self, page: Page) -> Seen:
        """Return what one page says, recognised by its shape; raises LookFailedError."""


@dataclass(frozen=True, slots=True)
class KeyForm:
    """The form of a collector's keys."""

    fits: Callable[[str], object]
    """Truthy for a key that can be right."""
    said: str
    """A description of them in Chinese, as “应为…” goes on."""


@runtime_checkable
class KeyedCollector(Collector, Protocol):
    """A collector whose keys have a form: a roster with another key is refused, for nothing would ever be seen."""

    @property
    def key_form(self) -> KeyForm:
        """The form of its keys."""


@runtime_checkable
class GrantedCollector(Collector, Protocol):
    """A collector that needs an owner's grant: its sources' keys are names of grants in the settings."""

    @property
    def is_granted(self) -> Literal[True]:
        """That it is so; a collector that looks as a visitor does not have this at all."""


@runtime_checkable
class PartialCollector(Collector, Protocol):
    """A collector with keys that never show for certain what is newest: a profile, an album, a bridge without health.

    An account that has no other sources is asked for its posts, as one that nobody polls.
    """

    def is_partial(self, key: str) -> bool:
        """True if all that is ever seen under the key covers some."""


@runtime_checkable
class SingleCollector(Collector, Protocol):
    """A collector whose keys are links of single posts: it lists no account."""

    @property
    def is_single(self) -> Literal[True]:
        """That it is so; a collector that looks at accounts does not have this at all."""


@runtime_checkable
class CanaryCollector(Collector, Protocol):
    """A collector that itself asks for something known, in the same look, before it believes what it is told."""

    def with_canary(self, key: str) -> Collector:
        """Return the collector that asks for what this key names."""


@runtime_checkable
class LinkCollector(Collector, Protocol):
    """A collector that looks at links of apps: what it sees is a `Download`."""

    @property
    def link(self) -> Link:
        """The kind of link it looks at."""

    def parse(self, page: Page) -> Download:
        """Return what one answer says of the link; raises LookFailedError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The platform's own description of the post behind a link."""

    post: Post
    """With the address under which a list of the account would show it."""
    authors: frozenset[str] = frozenset()
    """The stable ids of the accounts that published it; empty where the platform does not tell."""
    name: str | None = None
    """The author's name on the day of the look, where that is all there is."""


class Prover(Protocol):
    """Proves posts of a platform by their links: the account of a post, and its time."""

    def is_post(self, link: str) -> bool:
        """True if the link has the form of a post's; no other link is ever asked for."""

    def may_be_post(self, link: str) -> bool:
        """True if the link is the platform's own, so that a post may lie behind it: a short one, or one of its app."""

    async def prove(self, link: str, fetch: Fetch, session: Session) -> Proof:
        """Return what is to be proved; raises LookFailedError."""


@runtime_checkable
class ProvingCollector(Collector, Prover, Protocol):
    """A collector that also proves posts."""

    @property
    def proves(self) -> frozenset[Platform]:
        """The platforms whose posts it proves."""
