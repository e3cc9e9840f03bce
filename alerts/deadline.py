"""A blocking conversation that never blocks the event loop and ends when its time is up, in whatever phase it is.

Each is held in a daemon thread of its own, so that no far side keeps another waiting or the process from ending, and a
channel has a limited number of them. Each connection of any library is known here from the moment at which it is
opened, by the interpreter's audit event `socket.connect`, and closed at the limit: a far side that sends a byte now and
then keeps no time-out of a single read from starting anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from alerts.busy import PAUSE
from monitor.core.message import Attempt, Outcome

AT_ONCE = 3
"""Conversations of one channel that may be under way: one that counts, others whose end nobody waits for."""
GRACE = 2.0
"""Seconds that a conversation has to say how far it got, once its connections are closed."""


class LineCutError(ConnectionAbortedError):
    """Nobody waits for this conversation any more."""


class AddressRefusedError(ConnectionError):
    """An address that may not be connected to."""


class Deadline:
    """The state that the talking thread and the waiting event loop share: the connections, and if it matters yet.

    `allows` is asked of the address of every connection, once its name is resolved; None lets all through.
    """

    def __init__(self, limit: timedelta, allows: Callable[[str], bool] | None = None) -> None:
        self._allows = allows
        self._lock = threading.Lock()
        self._connections: list[socket.socket] = []
        self._until = time.monotonic() + limit.total_seconds()
        self._is_cut = False
        self._counts = False

    def connecting(self, connection: socket.socket, address: object) -> None:
        """Have a connection closed with the line; raises AddressRefusedError, or LineCutError if it is too late."""
        host = address[0] if isinstance(address, tuple) and address else ""
        if self._allows is not None and not self._allows(str(host)):
            raise AddressRefusedError
        self.watch(connection)

    def watch(self, connection: socket.socket) -> None:
        """Have a connection closed with the line; raises LineCutError if it is too late to open one."""
        with self._lock:
            self._refuse_if_late()
            # A descriptor of our own: encryption takes the socket away from its first object, and an end closes it.
            self._connections.append(socket.socket(fileno=os.dup(connection.fileno())))

    def hold(self, connection: socket.socket | None = None) -> None:
        """Note that the far side may act on all it hears from here on; raises LineCutError if it is too late.

        Too late it is also where nobody could cut the line in time, because the whole process stood still.
        """
        if connection is not None:
            self.watch(connection)
        with self._lock:
            self._refuse_if_late()
            self._counts = True

    def cut(self) -> bool:
        """Close the connections and return whether the far side may have heard something to act on."""
        with self._lock:
            self._is_cut = True
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            return self._counts

    def end(self) -> None:
        """Let go of the connections: the conversation is over."""
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()

    def _refuse_if_late(self) -> None:
        if self._is_cut or time.monotonic() > self._until:
            raise LineCutError


class Threads:
    """The threads in which one channel's conversations are held: daemons, and limited in number."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._free = threading.BoundedSemaphore(at_once)

    def start(self, work: Callable[[], None]) -> bool:
        """Have the work done in a thread; return whether there was one to be had."""
        if not self._free.acquire(blocking=False):
            return False
        threading.Thread(target=self._run, args=(work,), name="conversation", daemon=True).start()
        return True

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            self._free.release()


async def talk(
    conversation: Callable[[Deadline], Attempt],
    limit: timedelta,
    threads: Threads | None = None,
    allows: Callable[[str], bool] | None = None,
) -> Attempt:
    """Return what the conversation came to, held in a thread of the channel's and cut off after `limit`.

    The conversation calls `hold` right before it says anything that counts. Cut off before that, it has surely
    said nothing and never will; cut off after, its connections are gone and it says itself how far it got.
    """
    line, loop = Deadline(limit, allows), asyncio.get_running_loop()
    answer: asyncio.Future[Attempt] = loop.create_future()
    answer.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    if not (threads or Threads()).start(partial(_converse, conversation, line, answer)):
        detail = "此前的连接尚未结束，消息未发出"
        return Attempt(outcome=Outcome.TEMPORARY, code="timeout", detail=detail, retry_after=PAUSE)
    try:
        await asyncio.wait({answer}, timeout=limit.total_seconds())
    finally:
        may_have_heard = line.cut()
    if may_have_heard:
        await asyncio.wait({answer}, timeout=GRACE)
    if answer.done():
        return answer.result()
    if may_have_heard:
        return Attempt(outcome=Outcome.UNANSWERED, code="timeout", detail="消息已发出，未收到答复")
    return Attempt(outcome=Outcome.TEMPORARY, code="timeout", detail="连接超时，消息未发出")


def _converse(conversation: Callable[[Deadline], Attempt], line: Deadline, answer: asyncio.Future[Attempt]) -> None:
    """Hold the conversation in this thread and pass on what it came to, or the exception that ended it."""
    _SPEAKING.line = line
    try:
        said = partial(answer.set_result, conversation(line))
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is raised where the answer is waited for
        said = partial(answer.set_exception, error)
    finally:
        line.end()
    with contextlib.suppress(RuntimeError):  # the loop has ended; nobody waits
        answer.get_loop().call_soon_threadsafe(lambda: None if answer.done() else said())


_SPEAKING = threading.local()


def _watch(event: str, args: tuple[object, ...]) -> None:
    """Give each connection that is opened in a conversation's thread to its line."""
    if event == "socket.connect":
        line: Deadline | None = getattr(_SPEAKING, "line", None)
        if line is not None and isinstance(args[0], socket.socket):
            line.connecting(args[0], args[1])


sys.addaudithook(_watch)
