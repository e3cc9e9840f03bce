"""The engine below the door: aiohttp's connections, with its parser given heads that it can take.

aiohttp's parser (llhttp, 3.14.5) is lenient about the text of headers and strict about lengths, so it refuses answers
that every browser shows. Their heads are mended on the way in (`heads`), before the parser sees them,
and such a connection is not used again: what follows the answer is read by nobody.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler

from collectors import heads
from collectors.guard import Guard

_HOSTS = 100_000
"""Of how many hosts it is noted when their certificates expire."""
_LONGEST_HEAD = 64 * 1024
"""A longer head goes to the parser as it is, which has limits of its own."""
_FIRST = b"HTTP/"


def session(
    *, tls: ssl.SSLContext, proxy: str | None, guard: Guard, certificates: dict[str, datetime]
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
            resolver=aiohttp.ThreadedResolver(),  # the system's own, whatever else is installed
            socket_factory=None if proxy else guard.open_socket,
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        response_class=_noting(certificates),
        proxy=proxy,
        trust_env=False,
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

    def set_response_params(self, **parameters: Any) -> None:  # noqa: ANN401 - aiohttp's own
        """Expect an answer."""
        self._waiting = bytearray()
        super().set_response_params(**parameters)

    def data_received(self, data: bytes) -> None:
        """Take what came, and hand on what the parser may see."""
        if self._waiting is None or not data:
            super().data_received(data)
            return
        searched = len(self._waiting)
        self._waiting += data
        if not _FIRST.startswith(self._waiting[: len(_FIRST)].upper()):
            self._hand_on(self._take())
            return
        end = heads.end_of(self._waiting, searched)
        while end >= 0 and heads.is_interim(self._waiting):
            self._hand_on(self._mended(end))
            end = heads.end_of(self._waiting)
        if end >= 0:
            self._hand_on(self._mended(end) + self._take())
        elif len(self._waiting) > _LONGEST_HEAD:
            self._hand_on(self._take())

    def connection_lost(self, exc: BaseException | None) -> None:
        """Hand on what never became a head, so that the parser can say what is wrong with it."""
        if self._waiting:
            self._hand_on(self._take())
        super().connection_lost(exc)

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

    def _hand_on(self, data: bytes) -> None:
        if data:
            super().data_received(data)


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
            return await super().start(connection)

    return Response
