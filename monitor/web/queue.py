"""Pages in their turn: each costs reading and drawing, and a client's hundreds at once must not stop the loop."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.web.guard import refusal

AT_ONCE = 4
"""Pages that are read and drawn at the same time: as many as the store has readers."""
WAITING = 64
"""Pages that wait for their turn; more are told to come again."""
_FREE = ("/healthz", "/readyz", "/metrics", "/static/")
"""The requests that cost little to begin, or are given out again."""
_LATER = "同时打开页面的请求过多，请稍后再试。"


class RequestQueue:
    """ASGI middleware that limits how many requests that read are in work. Their answers may be fetched at leisure."""

    def __init__(self, app: ASGIApp) -> None:
        """Let everybody wait their turn before the application."""
        self._app = app
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"} or scope["path"].startswith(_FREE):
            await self._app(scope, receive, send)
            return
        if self._waiting >= WAITING:
            answer = refusal(scope["path"], 503, _LATER)
            answer.headers["Retry-After"] = "5"
            await answer(scope, receive, send)
            return
        async with AsyncExitStack() as turn:
            self._waiting += 1
            try:
                await turn.enter_async_context(self._turn)
            finally:
                self._waiting -= 1

            async def send_and_pass_on(message: Message) -> None:
                await turn.aclose()  # all of it is made; the next one need not wait until it is fetched
                await send(message)

            await self._app(scope, receive, send_and_pass_on)
