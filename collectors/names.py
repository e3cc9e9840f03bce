"""Looking up names of hosts, which nothing can cut off: in threads of their own, so that nothing else waits for it.

The event loop's own look-ups share a handful of threads with all else that must not block; with as many dead names no
page, no self-check and no end of the process had a thread left. These are daemons, there is one for each name, and
their number is limited; a caller goes away when its time is up, and the look-up is taken up by the next.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from socket import getaddrinfo
from typing import Any, TypeAlias

AT_ONCE = 64
"""Names that are looked up at once: a resolver that answers nothing takes up to half a minute for each."""
Found: TypeAlias = Sequence[tuple[Any, Any, int, str, tuple[Any, ...]]]
"""Addresses as `getaddrinfo` gives them."""
_Asked: TypeAlias = tuple[str, int, int, int]


class HostNames:
    """Looks names up; one for the process."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        """Limit the number of look-ups at once."""
        self._free = asyncio.Semaphore(at_once)
        self._asked: dict[_Asked, asyncio.Task[Found]] = {}

    async def look_up(self, host: str, port: int = 0, *, family: int = 0, flags: int = 0) -> Found:
        """Return the addresses of a host; raises OSError, or UnicodeError for what can be no name."""
        asked = (host, port, family, flags)
        task = self._asked.get(asked)
        if task is None:
            task = self._asked[asked] = asyncio.ensure_future(self._ask(asked))
            task.add_done_callback(partial(self._forget, asked))
        return await asyncio.shield(task)

    def _forget(self, asked: _Asked, task: asyncio.Task[Found]) -> None:
        self._asked.pop(asked, None)
        if not task.cancelled():
            task.exception()  # the waiting caller has it; where nobody waits any more it is no news

    async def _ask(self, asked: _Asked) -> Found:
        host, port, family, flags = asked
        loop = asyncio.get_running_loop()
        async with self._free:
            answer: asyncio.Future[Found] = loop.create_future()

            def ask() -> None:
                try:
                    said = partial(answer.set_result, getaddrinfo(host, port, family, socket.SOCK_STREAM, 0, flags))
                except (OSError, UnicodeError) as error:
                    said = partial(answer.set_exception, error)
                with suppress(RuntimeError):  # the loop has ended; nobody waits
                    loop.call_soon_threadsafe(lambda: None if answer.done() else said())

            threading.Thread(target=ask, name="name", daemon=True).start()
            return await answer
