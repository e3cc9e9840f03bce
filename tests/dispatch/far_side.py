"""The far side of a province on loopback: many hosts that take their time, and an exit for each worker.

One server answers for every host under 127.0.1.0/24 after a while, and takes down who asked whom, when. A forward proxy
for each exit address asks it from there, as an office's proxy does.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Self
from urllib.parse import urlsplit

LATENCY = 0.3


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request as the server saw it."""

    at: float
    """By the monotonic clock."""
    exit: str
    """The address it came from."""
    host: str
    path: str


@dataclass(slots=True)
class FarSide:
    """The server and the proxies, in a thread of their own for as long as it is entered."""

    page: Callable[[str], bytes]
    """The page of a path."""
    exits: Sequence[str]
    latency: float = LATENCY
    arrivals: list[Arrival] = field(default_factory=list)
    port: int = 0
    proxies: dict[str, str] = field(default_factory=dict)
    """The proxy of each exit, as a setting names it."""
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _ready: threading.Event = field(default_factory=threading.Event)
    _undo: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        thread = threading.Thread(target=self._run, name="far-side", daemon=True)
        thread.start()
        assert self._ready.wait(10)
        self._undo.callback(thread.join, 10)
        self._undo.callback(self._loop.call_soon_threadsafe, self._loop.stop)
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        servers = self._loop.run_until_complete(self._open())
        self._ready.set()
        self._loop.run_forever()
        for server in servers:
            server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.1))
        self._loop.close()

    async def _open(self) -> list[asyncio.Server]:
        server = await asyncio.start_server(self._answer, "0.0.0.0", 0)  # noqa: S104 - every address of loopback
        self.port = server.sockets[0].getsockname()[1]
        opened = [server]
        for exit_ in self.exits:
            proxy = await asyncio.start_server(_Proxy(exit_).carry, "127.0.0.1", 0)
            self.proxies[exit_] = f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
            opened.append(proxy)
        return opened

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                path = head.split(" ", 2)[1]
                host = head.lower().partition("\r\nhost:")[2].partition("\r\n")[0].strip().partition(":")[0]
                self.arrivals.append(Arrival(monotonic(), writer.get_extra_info("peername")[0], host, path))
                await asyncio.sleep(self.latency)
                body = self.page(path)
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
                    + f"Content-Length: {len(body)}\r\n\r\n".encode()
                    + body
                )
                await writer.drain()
        writer.close()


@dataclass(frozen=True, slots=True)
class _Proxy:
    """A forward proxy that asks from one address."""

    exit: str

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry the requests of one connection to the host of the first, and its answers back."""
        behind: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                first, _, rest = (await reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")
                method, target, version = first.decode("latin-1").split(" ")
                url = urlsplit(target)
                if behind is None:
                    behind = await asyncio.open_connection(url.hostname, url.port, local_addr=(self.exit, 0))
                behind[1].write(f"{method} {url.path} {version}\r\n".encode() + rest)
                head = await behind[0].readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
                writer.write(head + await behind[0].readexactly(length))
                await writer.drain()
        for opened in (writer, behind[1] if behind else None):
            if opened is not None:
                opened.close()
