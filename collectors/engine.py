"""The engine below the door: aiohttp's connections, with its parser given heads that it can take.

aiohttp's parser (llhttp, 3.14.5) is lenient about the text of headers and strict about lengths, so it refuses answers
that every browser shows. Their heads are mended on the way in (`heads`), before the parser sees them, and of a body
it sees as many bytes as were announced. A connection that had either trouble is not used again: what
follows the answer is read by nobody.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler

from collectors import heads
from collectors.guard import AddressGuard
from collectors.names import HostNames

_HOSTS = 100_000
"""Of how many hosts it is noted when their certificates expire."""
_LONGEST_HEAD = 64 * 1024
"""A longer head goes to the parser as it is, which has limits of its own."""
_LONGEST_LINE = 32 * 1024
"""Bytes of one header: cookies and security policies grow beyond aiohttp's 8 KB."""
_INTERIM_MOST = 20
"""How many answers may say that the answer is still to come; servers send one or two."""
_IDLE_BYTES = 64 * 1024
"""Bytes of lengths, trailers and extensions of chunks that may come beside a body, and one more for each of its own."""
_FIRST = b"HTTP/"


def session(
    *, tls: ssl.SSLContext, proxy: str | None, guard: AddressGuard, certificates: dict[str, datetime], names: HostNames
) -> aiohttp.ClientSession:
    """Return a session of the running loop; the guard is asked for each connection unless a proxy makes them.

    `certificates` is told when those expire that hosts show.
    """
    return aiohttp.ClientSession(
        connector=_Connector(
            ssl=tls,
            limit=0,  # the lanes count
            keepalive_timeout=30,
            ttl_dns_cache=60,
            resolver=_Resolver(names),
            socket_factory=None if proxy else guard.open_socket,
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        response_class=_noting(certificates),
        proxy=proxy,
        trust_env=False,
        max_line_size=_LONGEST_LINE,
        max_field_size=_LONGEST_LINE,
    )


class _Resolver(AbstractResolver):
    """The system's own resolver, whatever else is installed."""

    def __init__(self, names: HostNames) -> None:
        self._names = names

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return where a host can be connected to."""
        found = await self._names.look_up(host, port, family=family, flags=socket.AI_ADDRCONFIG)
        return [_result(host, *row) for row in found]

    async def close(self) -> None:
        """Keep everything: others look up in the same threads."""


def _result(host: str, family: int, _: int, proto: int, __: str, address: tuple[Any, ...]) -> ResolveResult:
    scope = f"%{address[3]}" if family == socket.AF_INET6 and address[3] else ""
    return ResolveResult(
        hostname=host,
        host=f"{address[0]}{scope}",
        port=address[1],
        family=family,
        proto=proto,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )


class _Connector(aiohttp.TCPConnector):
    """aiohttp's connections, each with a protocol that mends heads."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - aiohttp's own
        super().__init__(**options)
        self._factory: Callable[[], ResponseHandler] = partial(_Mending, loop=asyncio.get_running_loop())  # type: ignore[assignment] # a partial of aiohttp's own class, by its type


class _Mending(ResponseHandler):
    """aiohttp's side of one connection; it keeps the beginning of an answer back until its head is whole."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self._waiting: bytearray | None = None
        self.cut: BaseException | None = None
        """The error that ended the body of the last answer before its end."""
        self._has_body = True
        self._left: int | None = None
        """How many bytes of the body are still to come; None where that is not known."""
        self._came = self._interims = 0
        """How many bytes came since the head, and how many answers before it that said it was to come."""

    def set_response_params(self, **parameters: Any) -> None:  # noqa: ANN401 - aiohttp's own
        """Expect an answer."""
        self._waiting, self._left, self.cut = bytearray(), None, None
        self._came = self._interims = 0
        self._has_body = not parameters.get("skip_payload", False)
        super().set_response_params(**parameters)

    def data_received(self, data: bytes) -> None:
        """Take what came, and hand on what the parser may see."""
        if self._waiting is None or not data:
            self._hand_on_body(data)
            return
        searched = len(self._waiting)
        self._waiting += data
        if not _FIRST.startswith(self._waiting[: len(_FIRST)].upper()):
            self._hand_on(self._take())
            return
        end = heads.end_of(self._waiting, searched)
        while end >= 0 and heads.is_interim(self._waiting):
            self._interims += 1
            if self._interims > _INTERIM_MOST:
                self._refuse(aiohttp.ClientError("an answer that is always still to come"))
                return
            self._hand_on(self._mended(end))
            end = heads.end_of(self._waiting)
        if end >= 0:
            head = self._mended(end)
            self._left = heads.body_of(head) if self._has_body else 0
            self._hand_on(head)
            self._hand_on_body(self._take())
        elif len(self._waiting) > _LONGEST_HEAD:
            self._hand_on(self._take())

    def set_exception(self, exc: BaseException, *cause: BaseException) -> None:
        """End what is under way, the body too: aiohttp lets a reader wait for the rest of a broken chunk."""
        super().set_exception(exc, *cause)
        self._cut_off(self._payload, exc)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Hand on what never became a head, so that the parser can say what is wrong with it, and end the body."""
        if self._waiting:
            self._hand_on(self._take())
        body, told = self._payload, _Told()
        self._payload = told if body else None  # type: ignore[assignment] # as much of a body as is asked of it here
        super().connection_lost(exc)
        if told.error is not None:
            self._cut_off(body, told.error)

    def _cut_off(self, body: aiohttp.StreamReader | None, error: BaseException) -> None:
        """End a body before its end; what came of it can still be read, which aiohttp's own way would throw away."""
        if isinstance(body, aiohttp.StreamReader) and not body.is_eof() and body.exception() is None:
            self.cut = error
            body.feed_eof()

    def _mended(self, end: int) -> bytes:
        """Return the head that is kept back, mended; after one that was not right the connection is not used again."""
        waiting = self._waiting or bytearray()
        head = bytes(waiting[:end])
        del waiting[:end]
        mended = heads.mended(head)
        if mended != head:
            self.force_close()
        return mended

    def _take(self) -> bytes:
        """Return what is kept back, and keep nothing back any more."""
        kept, self._waiting = bytes(self._waiting or b""), None
        return kept

    def _hand_on_body(self, data: bytes) -> None:
        """Hand on as much of the body as was announced; more was counted wrongly, or is no part of this answer."""
        if self._left is None or not data:
            super().data_received(data)
            self._weigh(len(data))
            return
        if len(data) > self._left:
            self.force_close()
        body, self._left = data[: self._left], max(0, self._left - len(data))
        self._hand_on(body)

    def _weigh(self, came: int) -> None:
        """Refuse a body that costs far more than it holds: each of its chunks is work, however short."""
        self._came += came
        body = self._payload
        if not isinstance(body, aiohttp.StreamReader) or body.is_eof():
            return
        if self._came > _IDLE_BYTES + 2 * body.total_bytes:
            self._refuse(aiohttp.ClientPayloadError("a body in crumbs"))

    def _refuse(self, error: aiohttp.ClientError) -> None:
        """Read no more of this connection."""
        self._waiting = None
        self.set_exception(error)
        if self.transport is not None:
            self.transport.abort()  # closing it aiohttp's way would forget the error

    def _hand_on(self, data: bytes) -> None:
        if data:
            super().data_received(data)


class _Told:
    """Stands in for a body that aiohttp would tell of an error."""

    error: BaseException | None = None

    def set_exception(self, error: BaseException, *_: BaseException) -> None:
        self.error = error


class _Body:
    """A response's body, read whole before it is said that it was cut off; else as aiohttp's own."""

    def __init__(self, body: aiohttp.StreamReader, line: _Mending) -> None:
        self._body = body
        self._line = line

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - aiohttp's own
        return getattr(self._body, name)

    async def iter_chunked(self, size: int) -> AsyncIterator[bytes]:
        """Yield what comes, then raise ClientPayloadError if there should be more."""
        async for piece in self._body.iter_chunked(size):
            yield piece
        if self._line.cut is not None:
            raise aiohttp.ClientPayloadError from self._line.cut


def _noting(certificates: dict[str, datetime]) -> type[aiohttp.ClientResponse]:
    """Return aiohttp's response, made to note when the certificate expires that its host showed.

    Once a short answer is read the connection is no longer the response's, so it is asked when it begins.
    """

    class Response(aiohttp.ClientResponse):
        async def start(self, connection: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
            transport = connection.transport
            shown = transport.get_extra_info("peercert") if transport else None
            if shown and len(certificates) < _HOSTS:
                until = ssl.cert_time_to_seconds(shown["notAfter"])
                certificates[self.url.host or ""] = datetime.fromtimestamp(until, UTC)
            line = connection.protocol
            await super().start(connection)
            if isinstance(line, _Mending):
                self.content = _Body(self.content, line)  # type: ignore[assignment] # a body in all that is asked of it
            return self

    return Response
