"""The sample's far sides, served on loopback: platforms, group robots, a mail server, and a page of what was sent.

It runs on the daemon's own loop and leaves signals to it.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timedelta
from typing import Self
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from monitor.core import collector
from monitor.core.phrases import quoted
from monitor.sample import platforms, weibo
from monitor.sample.answers import BodyEnding, SampleAnswer
from monitor.sample.county import county
from monitor.sample.mailbox import Mailbox
from monitor.sample.page import POLICY, render
from monitor.sample.robots import Robot, RobotDesk
from monitor.sample.script import County
from monitor.sample.tray import Tray
from monitor.sample.units import GROUPS

HOST = "127.0.0.1"
WEB_PORT = 8081
MAIL_PORT = 8025
DUTY = "值班群"
"""The operator's own group."""
ROBOTS = tuple(Robot(group=group) for group in (DUTY, *GROUPS.values()))

_LONGEST = 256 * 1024
_DRIP = timedelta(seconds=1)
_DRIPS = 120


class SampleServer:
    """Everything outside the daemon, between `start` and `stop`.

    A port is the one preferred, or a free one where that is taken or none is preferred (0).
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        told_at: datetime | None = None,
        web_port: int = 0,
        mail_port: int = 0,
    ) -> None:
        """Tell the county as it stands at `told_at`, else as at the moment of starting."""
        self._clock = clock
        self._told_at = told_at
        self._ports = (web_port, mail_port)
        self._county: County | None = None
        self._stopping = asyncio.Event()
        self._web = _Web(_application(self))
        self._serving: asyncio.Task[None] | None = None
        self.tray = Tray()
        self.desk = RobotDesk(ROBOTS, self.tray)
        self._mailbox = Mailbox(self.tray, clock)
        self.web_port = 0
        self.smtp_port = 0

    async def start(self) -> None:
        """Begin to serve; returns when everything answers."""
        web, mail = (_listening(port) for port in self._ports)
        self.web_port, self.smtp_port = web.getsockname()[1], mail.getsockname()[1]
        self._county = county(self._told_at or self._clock(), base_url=self.base_url)
        await self._mailbox.start(mail)
        self._serving = asyncio.create_task(self._web.serve(sockets=[web]), name="sample")
        ready = asyncio.create_task(self._web.ready.wait())
        await asyncio.wait({ready, self._serving}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():  # it ended before it began: let its own error be seen
            ready.cancel()
            await self._serving

    async def stop(self) -> None:
        """Serve no more; stalled answers end."""
        if self._serving is None:
            return
        self._stopping.set()
        self._web.should_exit = True
        await self._serving
        await self._mailbox.stop()
        self._serving = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def county(self) -> County:
        """The county that is served; raises RuntimeError before `start`, for its addresses are not known yet."""
        if self._county is None:
            raise RuntimeError("the sample is not served yet")
        return self._county

    @property
    def base_url(self) -> str:
        """Where the platforms are, and the page of what was sent."""
        return f"http://{HOST}:{self.web_port}"

    @property
    def robot_url(self) -> str:
        """The `base_url` of a robot's channel: robots are at `<robot_url>/robot/send`."""
        return self.base_url

    async def show_sent(self, request: Request) -> Response:
        """Answer with the page of what was sent."""
        now = self._clock()
        page = render(self.tray.newest_first, now, dict(_to_paste(self.county, now)))
        return HTMLResponse(page, headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})

    async def take_message(self, request: Request) -> Response:
        """Answer as DingTalk's robots do."""
        body = await _body(request)
        content_type = request.headers.get("content-type", "")
        return JSONResponse(self.desk.take(request.query_params, content_type, body, self._clock()))

    async def show_platform(self, request: Request) -> Response:
        """Answer as the platform in the address does."""
        asked = await _asked(request, self.base_url)
        answer = platforms.answer(self.county, asked, self._clock())
        match answer.ending:
            case BodyEnding.WHOLE:
                return Response(answer.body, answer.status, dict(answer.headers))
            case BodyEnding.CUT:
                return _cut(answer)
            case BodyEnding.STALLS:
                return StreamingResponse(self._drip(answer), answer.status, dict(answer.headers))

    async def _drip(self, answer: SampleAnswer) -> AsyncIterator[bytes]:
        """Yield a byte a second until nobody listens, the server stops, or two minutes have passed."""
        for place in range(min(_DRIPS, len(answer.body) - 1)):
            yield answer.body[place : place + 1]
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _DRIP.total_seconds())
                return


class _Web(uvicorn.Server):
    """A server on somebody else's loop: it says when it is ready and leaves signals alone."""

    def __init__(self, application: Starlette) -> None:
        """Serve an application quietly."""
        super().__init__(
            uvicorn.Config(
                application, lifespan="off", ws="none", log_config=None, access_log=False, server_header=False
            )
        )
        self.ready = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self.ready.set()


def _application(server: SampleServer) -> Starlette:
    return Starlette(
        routes=[
            Route("/", server.show_sent),
            Route("/robot/send", server.take_message, methods=["POST"]),
            Route("/{place:path}", server.show_platform, methods=["GET", "POST"]),
        ]
    )


def _to_paste(county: County, now: datetime) -> Iterator[tuple[str, str]]:
    """Yield the accounts with a post that no list shows yet, and what its liaison may paste of it."""
    for script in county.scripts:
        post = script.unlisted(now)
        if post and (text := weibo.shared(script, post)):
            yield quoted(script.account), text


def _listening(preferred: int) -> socket.socket:
    """Return a listening socket on loopback: at the preferred port if it is free, else anywhere."""
    try:
        return socket.create_server((HOST, preferred))
    except OSError:
        return socket.create_server((HOST, 0))


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST:
            raise HTTPException(413)
    return bytes(body)


async def _asked(request: Request, base_url: str) -> collector.Request:
    """Return a request in the words that the platforms understand."""
    is_form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    body = (await _body(request)).decode("utf-8", "replace")
    return collector.Request(
        url=f"{base_url}{request.url.path}" + (f"?{request.url.query}" if request.url.query else ""),
        method=request.method,
        headers=dict(request.headers),
        cookies=request.cookies,
        form=dict(parse_qsl(body, keep_blank_values=True)) if is_form else None,
    )


def _cut(answer: SampleAnswer) -> Response:
    """Return half an answer: the first half of its compressed form, as a broken gateway hands it on."""
    whole = gzip.compress(answer.body, mtime=0)
    headers = {**answer.headers, "content-encoding": "gzip"}
    return Response(whole[: len(whole) // 2], answer.status, headers)
