"""A blocking conversation that never blocks the event loop and ends when its time is up."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from datetime import timedelta

from monitor.core.message import Attempt, Outcome


class LineCutError(ConnectionAbortedError):
    """Nobody waits for this conversation any more."""


class Line:
    """What the thread that talks and the event loop that waits share: the connection, once it matters."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: socket.socket | None = None
        self._is_cut = False

    def hold(self, connection: socket.socket) -> None:
        """Note that the far side may act on whatever it hears from here on; raises LineCutError if it is too late."""
        with self._lock:
            if self._is_cut:
                raise LineCutError
            self._connection = connection

    def cut(self) -> bool:
        """End the conversation and return whether the far side may have heard something to act on."""
        with self._lock:
            self._is_cut = True
            if self._connection is None:
                return False
        with contextlib.suppress(OSError):
            # Not `connection.shutdown`: a TLS socket would drop its encryption under the talking thread.
            socket.socket.shutdown(self._connection, socket.SHUT_RDWR)
        return True


async def talk(conversation: Callable[[Line], Attempt], limit: timedelta) -> Attempt:
    """Return what the conversation came to, held in a thread of its own and cut off after `limit`.

    The conversation calls `hold` right before it says anything that counts. Cut off before that, it has surely
    said nothing and never will; cut off after, its connection is gone and it says itself how far it got.
    """
    line = Line()
    thread = asyncio.ensure_future(asyncio.to_thread(conversation, line))
    try:
        await asyncio.wait({thread}, timeout=limit.total_seconds())
    finally:
        may_have_heard = line.cut()
    if thread.done() or may_have_heard:
        return await thread
    thread.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    return Attempt(outcome=Outcome.TEMPORARY, code="timeout", detail="连接超时，消息未发出")
