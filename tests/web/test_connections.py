"""What one far side may take of the web server: never so much that the others are not answered."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import resource
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network as net

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from monitor.web import WebServer
from monitor.web.connections import FEWEST, MOST, Connections, Limits, Net, RequestStage, Seldom, home_of, is_among
from monitor.web.queue import AT_ONCE, WAITING, RequestQueue
from monitor.web.serving import listening
from tests.collectors.test_linear import work

GET = b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
HALF = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
POST = b"POST /body HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nx"
LARGE = b"x" * 4 * 1024 * 1024
QUICK = Limits(most=40, head=0.3, body=0.3, answer=0.3, pace=0.05)


@dataclass
class Served:
    """A running server."""

    port: int
    server: WebServer
    going_on: asyncio.Event = field(default_factory=asyncio.Event)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    @property
    def held(self) -> int:
        return len(self.server.server_state.connections)

    async def connect(self, said: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(said)
        self.writers.append(writer)
        return reader, writer

    async def leave(self) -> None:
        """Close what was opened."""
        for writer in self.writers:
            writer.transport.abort()
        for writer in self.writers:
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def status(self, path: bytes = b"/healthz") -> int:
        """Return how a question is answered; raises TimeoutError after a second."""
        async with asyncio.timeout(1):
            reader, _ = await self.connect(GET % path)
            line = await reader.readline()
        return int(line.split()[1])

    async def is_dropped(self, said: bytes) -> bool:
        """True if a connection that says this and no more is ended by the server."""
        reader, _ = await self.connect(said)
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(5):
                await reader.read()
        return True


@asynccontextmanager
async def served(limits: Limits = QUICK, trusted: tuple[Net, ...] = ()) -> AsyncIterator[Served]:
    """Serve a small application."""

    async def healthz(request: Request) -> Response:
        return PlainTextResponse("ok")

    async def large(request: Request) -> Response:
        return Response(LARGE)

    async def body(request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    async def work(request: Request) -> Response:
        await made.going_on.wait()
        return PlainTextResponse("done")

    async def client(request: Request) -> Response:
        return PlainTextResponse(request.client.host if request.client else "")

    routes = [
        Route("/healthz", healthz),
        Route("/large", large),
        Route("/body", body, methods=["POST"]),
        Route("/work", work),
        Route("/client", client),
    ]
    with listening("127.0.0.1", 0) as sock:
        server = WebServer(Starlette(routes=routes), limits=limits, trusted=trusted)
        made = Served(port=sock.getsockname()[1], server=server)
        running = asyncio.create_task(server.serve(sockets=[sock]))
        try:
            yield made
        finally:
            made.going_on.set()
            await made.leave()
            server.should_exit = True
            await running


PATIENT = Limits(most=40, pace=0.05)


@pytest.mark.parametrize(
    "said", [b"", b"G", HALF, POST, GET % b"/large"], ids=["nothing", "a letter", "half", "body", "unread"]
)
async def test_hundreds_who_only_hold_a_place_keep_nobody_from_an_answer(said: bytes) -> None:
    async with served(PATIENT) as here:
        for _ in range(500):
            await here.connect(said)
        for _ in range(5):
            assert await here.status() == 200
        assert here.held <= PATIENT.most


@pytest.mark.parametrize("said", [b"", b"G", HALF, POST], ids=["nothing", "a letter", "half a request", "half a body"])
async def test_each_part_of_a_request_has_its_time(said: bytes) -> None:
    async with served() as here:
        assert await here.is_dropped(said)
        assert here.held == 0


async def test_who_sends_a_letter_at_a_time_gains_nothing() -> None:
    async with served() as here:
        reader, writer = await here.connect(b"GET / HTTP/1.1\r\n")

        async def drip() -> None:
            while not reader.at_eof():
                writer.write(b"x")
                await asyncio.sleep(0.02)

        dripping = asyncio.create_task(drip())
        async with asyncio.timeout(5):
            with contextlib.suppress(ConnectionError):
                await reader.read()
        dripping.cancel()
        assert here.held == 0


async def test_who_does_not_fetch_an_answer_is_dropped() -> None:
    async with served() as here:
        with socket.create_connection(("127.0.0.1", here.port)) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.sendall(GET % b"/large")
            await until(lambda: here.held == 1)
            await until(lambda: here.held == 0)


async def test_the_headers_of_a_request_are_bounded() -> None:
    async with served(PATIENT) as here:
        reader, _ = await here.connect(b"GET / HTTP/1.1\r\nX: " + b"x" * 200_000)
        async with asyncio.timeout(5):
            assert (await reader.readline()).split()[1] == b"400"


async def test_whoever_is_being_answered_keeps_the_place_against_those_who_only_hold_one() -> None:
    async with served(PATIENT) as here:
        reader, _ = await here.connect(GET % b"/work")
        await until(lambda: here.held == 1)
        for _ in range(100):
            await here.connect(HALF)
        assert await here.status() == 200
        here.going_on.set()
        async with asyncio.timeout(1):
            assert (await reader.readline()).split()[1] == b"200"


async def test_where_all_are_being_answered_the_service_still_says_that_it_lives() -> None:
    async with served(PATIENT) as here:
        for _ in range(100):
            await here.connect(GET % b"/work")
        assert await here.status() == 200
        assert here.held <= PATIENT.most


async def test_without_a_file_left_to_open_it_goes_on_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    async with served(Limits(most=10_000, head=60)) as here:
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        mine = [socket.create_connection(("127.0.0.1", here.port)) for _ in range(40)]
        await until(lambda: here.held == 40)
        mine += [socket.socket() for _ in range(3)]
        with socket.socket() as probe:
            resource.setrlimit(resource.RLIMIT_NOFILE, (probe.fileno(), before[1]))
        try:
            for sock in mine[40:]:
                sock.connect(("127.0.0.1", here.port))
            asker = mine[-1]
            asker.sendall(GET % b"/healthz")
            asker.settimeout(0)
            async with asyncio.timeout(5):
                assert (await asyncio.get_running_loop().sock_recv(asker, 100)).startswith(b"HTTP/1.1 200")
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
            for sock in mine:
                sock.close()
    said = [record for record in caplog.records if record.msg == "no connection can be taken"]
    assert [record.__dict__["reason"] for record in said] == ["EMFILE"]


async def test_a_server_ends_although_nobody_fetches_its_answers() -> None:
    async with served(PATIENT) as here:
        for piece in (HALF, POST, GET % b"/large", b""):
            await here.connect(piece)
        here.server.should_exit = True
        await until(lambda: here.held == 0, patience=10)


@pytest.mark.parametrize(("trusted", "told"), [((), b"127.0.0.1"), ((net("127.0.0.0/8"),), b"203.0.113.7")])
async def test_only_a_proxy_that_the_settings_name_may_say_whose_a_request_is(
    trusted: tuple[Net, ...], told: bytes
) -> None:
    asked = b"GET /client HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.7\r\nConnection: close\r\n\r\n"
    async with served(PATIENT, trusted) as here:
        reader, _ = await here.connect(asked)
        assert (await reader.read()).rpartition(b"\r\n")[2] == told


async def test_what_a_far_side_has_us_log_is_said_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    async with served(PATIENT) as here:
        for _ in range(5):
            reader, _ = await here.connect(b"\x16\x03\x01 what a browser says over https\r\n\r\n")
            await reader.read()
    assert [record.msg for record in caplog.records if record.levelno == logging.WARNING] == [
        "Invalid HTTP request received."
    ]


def test_a_filter_lets_bugs_through_each_time_and_a_warning_again_after_a_minute() -> None:
    now = 0.0
    seldom = Seldom(lambda: now)

    def passes(level: int, message: str) -> bool:
        return seldom.filter(logging.makeLogRecord({"msg": message, "levelno": level}))

    assert [passes(logging.ERROR, "bug") for _ in range(3)] == [True] * 3
    assert [passes(logging.WARNING, text) for text in "aab"] == [True, False, True]
    now = 60.0
    assert passes(logging.WARNING, "a")


def test_the_pages_take_a_quarter_of_the_files_that_may_be_open_at_most() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (512, before[1]))
        assert Limits.here().most == 128
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert FEWEST <= Limits.here().most <= MOST


@pytest.mark.parametrize(
    ("address", "home"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:0:1:2::3", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_who_has_one_address_of_a_network_has_all_of_them(address: str, home: str) -> None:
    assert home_of(address) == home


def test_a_proxy_is_known_by_its_address() -> None:
    nets = (net("10.0.0.0/8"), net("2001:db8::1/128"))
    assert [
        is_among(literal, nets) for literal in ("10.1.1.1", "::ffff:10.1.1.1", "2001:db8::1", "2001:db8::2", "x", "")
    ] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]


async def until(true: Callable[[], bool], patience: float = 5) -> None:
    """Return when something has become true."""
    async with asyncio.timeout(patience):
        while not true():  # noqa: ASYNC110 - it is the server's, which sets no event
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(("path", "most"), [("/messages", AT_ONCE), ("/accounts", AT_ONCE)])
async def test_pages_are_made_a_few_at_a_time_and_their_answers_hold_nobody_up(path: str, most: int) -> None:
    made, at_once, going_on = 0, 0, asyncio.Event()
    fetched = asyncio.Event()

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal made, at_once
        made += 1
        at_once = max(at_once, made)
        await going_on.wait()
        made -= 1
        await Response("page")(scope, receive, send)

    async def ask(method: str = "GET", path: str = path) -> int:
        statuses: list[int] = []

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
                await fetched.wait()

        scope = {"type": "http", "method": method, "path": path, "headers": []}
        await queue(scope, Request(scope).receive, send)
        return statuses[0]

    queue = RequestQueue(page)
    fetched.set()
    asked = [asyncio.create_task(ask()) for _ in range(most + WAITING)]
    await until(lambda: made == most)
    assert await ask() == 503, "too many wait already"
    fetched.clear()
    going_on.set()
    await until(lambda: made == 0)
    assert not any(task.done() for task in asked)
    fetched.set()
    assert {await task for task in asked} == {200}
    assert at_once == most
    going_on.clear()
    others = [asyncio.create_task(ask(*pair)) for pair in (("POST", "/k/x"), ("GET", "/healthz"), ("GET", "/static/a"))]
    asked = [asyncio.create_task(ask()) for _ in range(most)]
    await until(lambda: made == most + len(others))
    going_on.set()
    assert {await task for task in (*asked, *others)} == {200}


class Still:
    """A connection of somebody who said nothing."""

    stage, since, is_dropped = RequestStage.HEAD, 0.0, False

    def __init__(self, peer: str) -> None:
        self.peer = self.address = peer

    def look(self, now: float) -> None:
        """Stay as it is."""

    def drop(self) -> None:
        self.is_dropped = True


def test_making_room_takes_no_longer_for_each_of_many_addresses() -> None:
    def steps(count: int) -> int:
        held = [Still(f"127.0.0.{number}") for number in range(count)]
        limits = Limits(most=2 * count)
        connections = Connections(limits=limits, open=held, clock=lambda: 0.0)  # type: ignore[arg-type] # alike
        return work(connections.fit)

    assert steps(400) <= 2.3 * steps(200)
