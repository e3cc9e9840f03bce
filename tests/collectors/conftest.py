"""A far side on loopback that says exactly what a test wants, and doors that may reach it."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Protocol

import pytest

from collectors.http import Door, Policy
from collectors.politeness import Pace

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LOOPBACK = (ip_network("127.0.0.1/32"),)
FREE = Pace(per_minute=None, at_once=50)

Script = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


def answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """Return a whole answer; underscores in header names stand for hyphens, an empty value leaves a header out."""
    lines = {"content-length": str(len(body))} | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


class Far:
    """A server that answers each request with what its script writes, and remembers what it was asked."""

    def __init__(self, script: Script | bytes) -> None:
        self.asked: list[str] = []
        self.at: list[float] = []
        self.port = 0
        self._script = script
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def paths(self) -> list[str]:
        return [request.split()[1] for request in self.asked]

    def url(self, path: str = "/", *, host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    async def open(self, tls: ssl.SSLContext | None) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self._server.close()
        for connection in tuple(self._connections):
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._connections.add(task)
        try:
            while not writer.is_closing():
                await self._answer(reader, writer)
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            writer.transport.abort()
            self._connections.discard(task)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        for line in request.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                request += await reader.readexactly(int(line.partition(b":")[2]))
        self.asked.append(request.decode())
        self.at.append(asyncio.get_running_loop().time())
        if isinstance(self._script, bytes):
            writer.write(self._script)
        else:
            await self._script(request, writer)
        await writer.drain()


class OpenFar(Protocol):
    async def __call__(self, script: Script | bytes, *, tls: ssl.SSLContext | None = None) -> Far: ...


class OpenDoor(Protocol):
    def __call__(self, policy: Policy | None = None) -> Door: ...


@pytest.fixture
async def far() -> AsyncIterator[OpenFar]:
    """Opens far sides."""
    async with AsyncExitStack() as stack:

        async def opened(script: Script | bytes, *, tls: ssl.SSLContext | None = None) -> Far:
            there = Far(script)
            await there.open(tls)
            stack.push_async_callback(there.close)
            return there

        yield opened


@pytest.fixture
async def door(far: OpenFar) -> AsyncIterator[OpenDoor]:
    """Opens doors; by default one to loopback, in no hurry and without a pace."""
    async with AsyncExitStack() as stack:

        def opened(policy: Policy | None = None) -> Door:
            made = Door(policy or Policy(allow=LOOPBACK, pace=FREE), lambda: NOW)
            stack.push_async_callback(made.aclose)
            return made

        yield opened


@pytest.fixture
async def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The world's names and their addresses, in place of the system's resolver; unknown ones do not resolve."""
    known: dict[str, str] = {}

    def resolve(host: str, port: int, *_: object) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        address = known.get(host)
        if address is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))]

    monkeypatch.setattr("collectors.names.getaddrinfo", resolve)
    return known
