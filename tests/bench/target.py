"""The far side: a process of its own that serves every page ready-made, with and without validators."""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import cast
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import uvloop

from tests.bench.pages import KINDS, WEIBO, Mode, body, number_of, weibo_profile

_GRANTED = {"sub": "_2AkMbench", "subp": "0033bench"}
COOKIE = "; ".join(f"{name.upper()}={value}" for name, value in _GRANTED.items())
"""What Weibo's hosts want to see."""
_CHANGED = "Tue, 19 May 2026 22:00:00 GMT"
_PATHS = {kind.path: kind for kind in KINDS}
_GZIP = "content-encoding: gzip\r\n"

_noise = itertools.count(1)
_cached_body = cache(body)
_cached_profile = cache(weibo_profile)


class Connection(asyncio.Protocol):
    """One client; requests are answered in their order."""

    mode = Mode.FIRST

    def __init__(self) -> None:
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            lines = self._received[:end].decode("latin-1").split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
            length = end + 4 + int(headers.get("content-length", 0))
            if len(self._received) < length:
                return
            self._received = self._received[length:]
            if self._transport:
                self._transport.write(answer(lines[0].split(" ")[1], headers))


def answer(address: str, headers: dict[str, str]) -> bytes:
    """Return what is answered to a GET or POST of this address, head and body."""
    parts = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    match parts.path.split("/")[1:]:
        case ["mode"]:
            Connection.mode = Mode(query["name"])
            return _http("200 OK", "", b"")
        case ["visitor.passport.weibo.cn", *_]:
            return _http("200 OK", "", _passport())
        case ["m.weibo.cn", *_]:
            return _weibo(query, headers)
        case [path, number] if path in _PATHS:
            return _page(path, int(number), headers)
    return _http("404 Not Found", "", b"")


def _page(path: str, number: int, headers: dict[str, str]) -> bytes:
    mode = Connection.mode
    if mode is Mode.NOISE:
        return _http("200 OK", _GZIP, body(_PATHS[path], number, mode, noise=next(_noise)))
    shown = Mode.FIRST if mode is Mode.FIRST else Mode.NEWS
    etag = f'"{number:x}-{shown.name.lower()}"'
    if mode is Mode.NOT_MODIFIED and headers.get("if-none-match") == etag:
        return _http("304 Not Modified", f"etag: {etag}\r\n", None)
    validators = "" if mode is Mode.SAME else f"etag: {etag}\r\nlast-modified: {_CHANGED}\r\n"
    return _http("200 OK", f"{_GZIP}{validators}", _cached_body(_PATHS[path], number, shown))


def _weibo(query: dict[str, str], headers: dict[str, str]) -> bytes:
    if headers.get("cookie") != COOKIE:
        return _http("432 Unknown", "", b"")
    number = number_of(query["value"])
    if "containerid" in query:
        return _page(WEIBO.path, number, headers)
    if Connection.mode is Mode.NOISE:
        return _http("200 OK", _GZIP, weibo_profile(number, noise=next(_noise)))
    return _http("200 OK", _GZIP, _cached_profile(number))


def _passport() -> bytes:
    return f"window.callback && callback({json.dumps({'retcode': 20000000, 'data': _GRANTED})});".encode()


def _http(status: str, headers: str, content: bytes | None) -> bytes:
    length = "" if content is None else f"content-length: {len(content)}\r\n"
    return f"HTTP/1.1 {status}\r\n{headers}{length}\r\n".encode() + (content or b"")


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


class Target:
    """The running far side, seen from here."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def turn(self, mode: Mode) -> None:
        """Answer like this from now on."""
        urlopen(f"{self.base_url}/mode?name={mode.value.replace(' ', '+')}").close()  # noqa: S310 - our own


@contextmanager
def running() -> Iterator[Target]:
    """Run the far side; it ends when its standard input does, whatever happens to us."""
    command = [sys.executable, "-m", "tests.bench.target"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        if process.stdout is None or process.stdin is None:
            raise RuntimeError(command)
        yield Target(f"http://127.0.0.1:{int(process.stdout.readline())}")
        process.stdin.close()


if __name__ == "__main__":
    uvloop.run(_serve())
