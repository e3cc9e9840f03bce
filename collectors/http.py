"""The one door to the network: everything a look asks for goes through here, and nothing else does.

Its promises for each request: a connection only to addresses that the guard lets through (redirects included), an end
within the total time-out no matter what the far side does, a body within its cap, no cookie but those of the request
and of this look, no faster than the host's pace, and on failure a `LookFailedError` with a reason and a detail that
holds neither address parameters nor secrets.

httpx is the API, aiohttp the engine (docs: dependencies); ready requests go to the transport
itself, because redirects, cookies and time-outs are this module's own affair.

`Policy.allow` opens a network to a look only if the host that it asks first lies in it: that one is written in the
roster or the settings, and every other comes from a page. So no public page leads into a network of one's own, neither
by a redirect nor by a connection that somebody else has opened: each set of networks has connections of its own.

Behind a proxy the guard sees no address but the proxy's. Then hosts written as addresses and names that no public
resolver knows are refused here, and keeping other names from leading inside is the proxy's part.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache, partial
from hashlib import blake2b
from ipaddress import ip_address
from typing import TYPE_CHECKING, Self
from urllib.parse import urlencode
from zlib import crc32

import httpx
from httpx_aiohttp import AiohttpTransport

from collectors import engine, heads
from collectors.cookies import Jar
from collectors.decoding import ACCEPTED, decoded, is_whole_document
from collectors.failures import at, named
from collectors.guard import AddressGuard, Network, literal
from collectors.names import HostNames
from collectors.politeness import HostQueue, Pace, Politeness, retry_after
from collectors.reader import ParserRunner
from monitor.core.collector import Page, Request, SeenT, UnchangedError
from monitor.core.observation import LookFailedError, Reason, Validators
from monitor.core.schedule import BELIEVED

if TYPE_CHECKING:
    import aiohttp

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HARMLESS = frozenset(
    {"accept", "accept-encoding", "accept-language", "if-modified-since", "if-none-match", "range", "user-agent"}
)
"""The headers that follow a redirect to another origin; any other may carry a token."""
_LONGEST_VALUE, _LONGEST_VALUES, _LONGEST_VALIDATOR = 8_000, 32_000, 500
"""Characters of a header, of all of one name together, and of one that is kept and sent back."""
_REACH = 1 / 6
"""Minutes for which looks at one host are taken on ahead."""
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The limits and the behaviour of the door."""

    agents: tuple[str, ...] = ("Mozilla/5.0 (compatible; Xuncha/0.1)",)
    """How we introduce ourselves; each source always meets the same one."""
    total: timedelta = timedelta(seconds=20)
    """For one request with its redirects; waiting for a turn does not count."""
    connect: timedelta = timedelta(seconds=10)
    max_bytes: int = 2_000_000
    redirects: int = 5
    allow: tuple[Network, ...] = ()
    """Networks that are not public and may be connected to all the same: an intranet, a loopback in tests."""
    proxy: str | None = field(default=None, repr=False)
    """http://[user:password@]host:port"""
    tls: ssl.SSLContext | None = None
    """The certificates to trust; by default Mozilla's list, as certifi brings it."""
    pace: Pace = field(default_factory=Pace)
    paces: Mapping[str, Pace] = field(default_factory=dict)
    """By platform: its own pace, on each of its hosts."""
    is_successor: bool = False
    """True if a process before this one may have asked the same hosts by the same address until just now."""
    at_once: int = 100
    """How many requests are under way at most."""
    read: timedelta = timedelta(seconds=5)
    """How long a parser may take in the reader's worker."""


class Door:
    """The door; one for the process, closed at its end. `clock` is asked for the moment of each answer."""

    def __init__(self, policy: Policy, clock: Callable[[], datetime]) -> None:
        self.reader = ParserRunner(policy.read)
        self._policy = policy
        self._line = _Line(policy, clock)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections and end the reader's workers."""
        await self._line.aclose()
        await asyncio.to_thread(self.reader.close)

    def bind(self, source: str, *, reader: str, validators: Validators | None = None, platform: str = "") -> BoundFetch:
        """Return the fetch for one look at one source.

        `reader` names the collector and its version; validators that another reader left behind
        are not used. `platform` chooses the pace.
        """
        if validators is None or validators.reader != reader:
            validators = Validators(reader=reader)
        agents = self._policy.agents
        agent = agents[crc32(source.encode()) % len(agents)]
        return BoundFetch(self._line, self.reader, source=source, before=validators, agent=agent, platform=platform)

    def reach(self, platform: str) -> int:
        """Return how many looks at one host of a platform are worth having under way: what ten seconds allow."""
        pace = self._policy.paces.get(platform, self._policy.pace)
        in_time = pace.per_minute * _REACH if pace.per_minute else self._policy.at_once
        return max(2 * pace.at_once, int(in_time))


class BoundFetch:
    """The door, bound to one source for one look; an implementation of core's `Fetch`.

    After the look, `validators` are those of the conditional request's answer (None if there was none, if it was no
    success, or if it would soon be read otherwise), and `raw` is the body that was read last (or fetched last,
    where none was read), never an answer that is a secret. `is_whole` is whether the end of every answer came:
    one that is a whole document without it is given out all the same.
    """

    def __init__(
        self, line: _Line, reader: ParserRunner, *, source: str, before: Validators, agent: str, platform: str
    ) -> None:
        self.raw: bytes | None = None
        self.is_whole = True
        self._is_lasting = True
        self._validators: Validators | None = None
        self._compared: Page | None = None
        self._jar = Jar()
        self._secrets: list[bytes] = []
        self._home: str | None = None
        self._queue = HostQueue()
        self._line = line
        self._reader = reader
        self._source = source
        self._before = before
        self._agent = agent
        self._platform = platform

    @property
    def is_waiting(self) -> bool:
        """True if nothing is asked for now, and something waits for its turn at a host."""
        return self._queue.is_waiting

    @property
    def validators(self) -> Validators | None:
        """The validators for the next look; None where the same answer would soon be read otherwise."""
        return self._validators if self._is_lasting else None

    async def __call__(self, request: Request, /) -> Page:
        """Return the answer, whatever its HTTP status below 500 (429 excepted); raises as `Fetch` says."""
        limit = request.max_bytes or self._line.policy.max_bytes
        ask = self._ask(request)
        self._home = self._home or ask.url.host
        answer = await self._line.ask(replace(ask, home=self._home), self._platform, limit, self._jar, self._queue)
        # An answer that was gone on from tells nothing alone.
        self._validators = self._compare(answer) if request.conditional and answer.cut is None else None
        self._compared = None
        if answer.status == 304:
            raise LookFailedError(Reason.HTTP_ERROR, "not modified, says the host, which was not asked")
        body = self._body(answer, request, limit)
        self.raw = None if request.is_secret else body
        if request.is_secret:
            self._secrets.append(body)
        page = Page(
            url=str(answer.url),
            status=answer.status,
            headers=answer.headers,
            body=body,
            at=answer.at,
            certificate_until=answer.certificate_until,
        )
        if self._validators is not None:
            self._compared = page
        return page

    async def read(self, parse: Callable[[Page], SeenT], page: Page, /) -> SeenT:
        """Return `parse(page)` within a time limit; raises as `Fetch` says."""
        if not any(page.body is secret for secret in self._secrets):
            self.raw = page.body
        before, now = self._before, self._validators if page is self._compared else None
        if now and before.fingerprint and await self._reader.is_known(parse, page, before.fingerprint):
            self._validators, self.raw = replace(now, fingerprint=before.fingerprint), None
            raise UnchangedError
        # Of an answer that may never come in other bytes no fingerprint is taken.
        is_marked = now is not None and before.body_hash is not None
        reading = await self._reader.reading(parse, page, self._source, is_marked=is_marked)
        if now and reading.fingerprint:
            self._validators = replace(now, fingerprint=reading.fingerprint)
        if reading.other_from is not None and reading.other_from < page.at + BELIEVED:
            self._is_lasting = False
        return reading.seen

    def _body(self, answer: _Answer, request: Request, limit: int) -> bytes:
        """Return the body; of an answer whose end did not come only where it is a whole document, else raise why."""
        is_part = request.stop_at is not None or answer.status == 206
        try:
            body = decoded(answer.wire, answer.headers.get("content-encoding", ""), limit, is_part=is_part)
        except LookFailedError:
            if answer.cut:
                raise answer.cut from None
            raise
        if answer.cut:
            if not is_whole_document(body):
                raise answer.cut
            self.is_whole = False
        return body

    def _ask(self, request: Request) -> _Ask:
        headers = {
            "accept": "*/*",
            "accept-encoding": ACCEPTED,
            "accept-language": "zh-CN,zh;q=0.9",
            "user-agent": self._agent,
        }
        headers.update((name.lower(), value) for name, value in request.headers.items())
        if request.cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in request.cookies.items())
        content = b""
        if request.form is not None:
            content = urlencode(request.form).encode()
            headers["content-type"] = "application/x-www-form-urlencoded"
        elif request.json is not None:
            content = json.dumps(request.json, ensure_ascii=False).encode()
            headers["content-type"] = "application/json"
        if request.conditional:
            if self._before.etag:
                headers["if-none-match"] = self._before.etag
            if self._before.last_modified:
                headers["if-modified-since"] = self._before.last_modified
        return _Ask(
            method=request.method,
            url=_first_url(request.url),
            headers=headers,
            content=content,
            stop_at=request.stop_at,
            hosts=request.hosts,
        )

    def _compare(self, answer: _Answer) -> Validators | None:
        """Return what the answer can be recognised by; raises UnchangedError when it is the one from last time."""
        before = self._before
        if answer.status == 304 and (before.etag or before.last_modified):
            raise UnchangedError
        if answer.status != 200:
            return None
        body_hash = blake2b(answer.wire, digest_size=16).hexdigest()
        now = replace(
            before,
            etag=_validator(answer, "etag"),
            last_modified=_validator(answer, "last-modified"),
            body_hash=body_hash,
        )
        if body_hash == before.body_hash:
            self._validators = now
            raise UnchangedError
        return replace(now, fingerprint=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    """One request on the wire; header names in lower case."""

    method: str
    url: httpx.URL
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    stop_at: int | None = None
    hosts: frozenset[str] | None = None
    home: str = ""
    """The host that the look asked first: where it lies, the look may go."""

    def following(self, answer: _Answer) -> _Ask:
        """Return what a redirect asks for, without what another origin must not learn.

        From https to http it may lead (some offices' sites do), but that is another origin.
        """
        url = _url(answer.headers["location"], base=self.url)
        method, content, headers = self.method, self.content, dict(self.headers)
        if answer.status == 303 or (answer.status in {301, 302} and method == "POST"):
            method, content = ("HEAD" if method == "HEAD" else "GET"), b""
            headers.pop("content-type", None)
        if not _shares_secrets(self.url, url):
            if content:
                raise LookFailedError(Reason.HTTP_ERROR, "a body was to be sent on to another host")
            headers = {name: value for name, value in headers.items() if name in _HARMLESS}
        return replace(self, method=method, url=url, headers=headers, content=content)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """One answer as it came over the wire."""

    url: httpx.URL
    status: int
    headers: Mapping[str, str] = field(repr=False)
    wire: bytes = field(repr=False)
    at: datetime
    certificate_until: datetime | None = None
    cut: LookFailedError | None = None
    """Why no more of the body came; None where it came to its end."""

    @property
    def is_redirect(self) -> bool:
        return self.status in _REDIRECTS and bool(self.headers.get("location"))


class _Line:
    """The connections, and what guards them."""

    def __init__(self, policy: Policy, clock: Callable[[], datetime]) -> None:
        self.policy = policy
        self._clock = clock
        self._guard = AddressGuard(policy.allow)
        self._guards: dict[tuple[Network, ...], AddressGuard] = {}
        self._lanes = Politeness(policy.pace, policy.paces, at_once=policy.at_once, is_successor=policy.is_successor)
        self._tls = policy.tls or httpx.create_ssl_context(trust_env=False)
        self._transports: dict[tuple[Network, ...], AiohttpTransport] = {}
        self._timeouts = {"timeout": {"connect": policy.connect.total_seconds()}}
        self._certificates: dict[str, datetime] = {}
        self._names = HostNames()
        """When the certificate expires that a host showed last."""

    async def aclose(self) -> None:
        for transport in self._transports.values():
            await transport.aclose()

    async def ask(self, ask: _Ask, platform: str, limit: int, jar: Jar, queue: HostQueue) -> _Answer:
        """Return the answer at the end of the redirects; 429 and 5xx are failures."""
        left = self.policy.total.total_seconds()
        loop = asyncio.get_running_loop()
        networks = await self._networks_of(ask.home)
        guard = self._guards.setdefault(networks, AddressGuard(networks))
        for _ in range(self.policy.redirects + 1):
            host = ask.url.host
            if ask.hosts is not None and host not in ask.hosts:
                raise LookFailedError(Reason.GUARD_BLOCKED, at("a host that is not to be asked", ask.url))
            if not guard.allows_host(host, is_resolved_elsewhere=bool(self.policy.proxy) and host != ask.home):
                raise LookFailedError(Reason.GUARD_BLOCKED, at("address not allowed", ask.url))
            async with self._lanes.turn(platform, host, queue):
                started = loop.time()
                answer = await self._exchange(ask, self._through(networks), limit, jar, started + left)
                left -= loop.time() - started
            self._refuse(answer, platform)
            if not answer.is_redirect:
                return answer
            ask = ask.following(answer)
        raise LookFailedError(Reason.HTTP_ERROR, at(f"more than {self.policy.redirects} redirects", ask.url))

    async def _networks_of(self, home: str) -> tuple[Network, ...]:
        """Return the networks that are open to a look which begins at a host: those of the settings in which it lies.

        A name that has addresses outside them too lies in none. Behind a proxy names cannot be resolved here.
        """
        if not self.policy.allow:
            return ()
        address = literal(home)
        if address is not None:
            return self._guard.within((address,))
        if self.policy.proxy:
            return ()
        try:
            async with asyncio.timeout(self.policy.connect.total_seconds()):
                found = await self._names.look_up(home)
        except (OSError, UnicodeError, TimeoutError):
            return ()  # the request itself will say what is wrong with the name
        return self._guard.within({ip_address(str(row[4][0]).partition("%")[0]) for row in found})

    def _through(self, networks: tuple[Network, ...]) -> AiohttpTransport:
        """Return the connections of those to whom these networks are open."""
        if networks not in self._transports:
            session = partial(self._session, self._guards[networks])
            self._transports[networks] = AiohttpTransport(verify=self._tls, trust_env=False, client=session)
        return self._transports[networks]

    async def _exchange(self, ask: _Ask, transport: AiohttpTransport, limit: int, jar: Jar, deadline: float) -> _Answer:
        headers = [(name.encode(), value.encode()) for name, value in _with_cookies(ask, jar).items()]
        request = httpx.Request(ask.method, ask.url, headers=headers, content=ask.content, extensions=self._timeouts)
        with named(ask.url):
            async with asyncio.timeout_at(deadline):
                response = await transport.handle_async_request(request)
        try:
            answer = _Answer(
                url=ask.url,
                status=response.status_code,
                headers=_headers(response, ask.url),
                wire=b"",
                at=self._clock(),
                certificate_until=self._certificates.get(ask.url.host) if ask.url.scheme == "https" else None,
            )
            jar.take(_raw(response, b"set-cookie"), host=ask.url.host, path=ask.url.path, now=answer.at)
            if answer.is_redirect or answer.status == 429 or answer.status >= 500:
                return answer
            wire, cut = await _wire(response, ask, answer.headers, limit, deadline)
            return replace(answer, wire=wire, cut=cut)
        finally:
            with named(ask.url):
                await response.aclose()

    def _refuse(self, answer: _Answer, platform: str) -> None:
        """Raise for what is no answer but a refusal to give one; a host that names a time is left alone until then."""
        if answer.status != 429 and answer.status < 500:
            return
        wait = retry_after(answer.headers.get("retry-after"), answer.at)
        if wait:
            self._lanes.rest(platform, answer.url.host, wait)
        reason = Reason.RATE_LIMITED if answer.status == 429 else Reason.HTTP_ERROR
        raise LookFailedError(reason, at(f"HTTP {answer.status}", answer.url), retry_after=wait)

    def _session(self, guard: AddressGuard) -> aiohttp.ClientSession:
        """Return aiohttp's session, made when the first request needs it, for it belongs to the running loop."""
        return engine.session(
            tls=self._tls,
            proxy=self.policy.proxy,
            guard=guard,
            certificates=self._certificates,
            names=self._names,
        )


async def _wire(
    response: httpx.Response, ask: _Ask, headers: Mapping[str, str], limit: int, deadline: float
) -> tuple[bytes, LookFailedError | None]:
    """Return the body as it came, still compressed, and why no more of it came; None where that is all.

    Raises LookFailedError where nothing came, too much, or too little of a part.
    """
    if ask.method == "HEAD" or response.status_code == 304:
        return b"", None
    announced = headers.get("content-length", "")
    if ask.stop_at is None and announced.isdecimal():
        _bound(int(announced[:20]), limit, ask.url)
    pieces: list[bytes] = []
    size = 0
    try:
        with named(ask.url, otherwise=Reason.TRUNCATED):
            async with asyncio.timeout_at(deadline):
                async for piece in _pieces(response):
                    size += len(piece)
                    if ask.stop_at is not None and size >= ask.stop_at:
                        pieces.append(piece)
                        return b"".join(pieces)[: ask.stop_at], None
                    _bound(size, limit, ask.url)
                    pieces.append(piece)
    except LookFailedError as cut:
        if ask.stop_at is not None or not pieces or cut.reason not in {Reason.TRUNCATED, Reason.TIMEOUT}:
            raise
        return b"".join(pieces), cut
    return b"".join(pieces), None


def _bound(size: int, limit: int, url: httpx.URL) -> None:
    if size > limit:
        raise LookFailedError(Reason.TOO_LARGE, at(f"a body of more than {limit} bytes", url))


def _pieces(response: httpx.Response) -> AsyncIterable[bytes]:
    """Return the body as it comes; `aiter_raw` would do as well, and costs more."""
    if not isinstance(response.stream, AsyncIterable):
        raise TypeError(response.stream)
    return response.stream


def _headers(response: httpx.Response, url: httpx.URL) -> dict[str, str]:
    """Return the headers, names in lower case, repeated ones joined by commas; the Location as an address.

    Raises LookFailedError for a redirect to two places.
    """
    headers: dict[str, str] = {}
    for raw_name, raw_value in response.headers.raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("utf-8", "replace")[:_LONGEST_VALUE]
        headers[name] = f"{headers[name]}, {value}"[:_LONGEST_VALUES] if name in headers else value
    if "location" in headers and response.status_code in _REDIRECTS:
        where = heads.location(_raw(response, b"location"))
        if where is None:
            raise LookFailedError(Reason.HTTP_ERROR, at("a redirect to two places", url))
        headers["location"] = where
    return headers


def _validator(answer: _Answer, name: str) -> str | None:
    """Return what is sent back with the next request; nothing where it is longer than anybody's."""
    value = answer.headers.get(name)
    return value if value and len(value) <= _LONGEST_VALIDATOR else None


def _raw(response: httpx.Response, wanted: bytes) -> list[bytes]:
    return [value for name, value in response.headers.raw if name.lower() == wanted]


def _with_cookies(ask: _Ask, jar: Jar) -> dict[str, str]:
    """Return the headers of a request with the cookies of this look beside its own, which win."""
    own = ask.headers.get("cookie", "")
    names = {pair.partition("=")[0].strip() for pair in own.split(";")}
    url = ask.url
    kept = jar.returned(host=url.host, path=url.path, is_secure=url.scheme == "https", besides=names)
    cookies = "; ".join(text for text in (own, kept) if text)
    return {**ask.headers, "cookie": cookies} if cookies else dict(ask.headers)


def _url(text: str, *, base: httpx.URL | None = None) -> httpx.URL:
    """Return the address, absolute. Raises LookFailedError for what is none, or none for us."""
    try:
        url = base.join(text) if base else httpx.URL(text)
    except (httpx.InvalidURL, ValueError) as error:
        raise LookFailedError(Reason.HTTP_ERROR if base else Reason.GUARD_BLOCKED, "not an address") from error
    if url.scheme not in _DEFAULT_PORTS or not url.host or url.userinfo:
        raise LookFailedError(Reason.GUARD_BLOCKED, "not an http address, or one with a password in it")
    return url


@lru_cache(maxsize=4_000)
def _first_url(text: str) -> httpx.URL:
    """Return an address that is asked for again and again; raises as `_url` does."""
    return _url(text)


def _shares_secrets(old: httpx.URL, new: httpx.URL) -> bool:
    """True if `new` is the origin that `old` is, or its encrypted form."""
    ports = [url.port or _DEFAULT_PORTS[url.scheme] for url in (old, new)]
    same = (old.scheme, ports[0]) == (new.scheme, ports[1])
    encrypted = (old.scheme, *ports) == ("http", 80, 443) and new.scheme == "https"
    return old.host == new.host and (same or encrypted)
