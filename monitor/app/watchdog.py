"""The end of a service whose event loop stands still, so that its supervisor starts it anew.

A parser that never ends, inside a call that holds the interpreter, stops every thread with it. So nothing here is left
to Python: the kernel counts the work of the process and ends it with a signal, whose handler (faulthandler's, which
needs no interpreter) writes down first where every thread stands. The loop puts that off once a second. A process that
was merely suspended has not worked, and lives. One that waits for something for ever is ended by systemd
(`WatchdogSec`), which is told of every second too.
"""

from __future__ import annotations

import asyncio
import faulthandler
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

LIMIT = 20.0
"""Seconds of work without a turn of the loop after which the process is ended."""
_EVERY = 1.0


@contextmanager
def watchdog(limit: float = LIMIT) -> Iterator[None]:
    """Have the process ended when the running loop makes no turn; for as long as the block lasts."""
    faulthandler.register(signal.SIGPROF, file=sys.__stderr__ or 2, all_threads=True, chain=True)
    feeding = asyncio.get_running_loop().create_task(_feed(limit), name="watchdog")
    try:
        yield
    finally:
        feeding.cancel()
        signal.setitimer(signal.ITIMER_PROF, 0)
        faulthandler.unregister(signal.SIGPROF)


async def _feed(limit: float) -> None:
    while True:
        signal.setitimer(signal.ITIMER_PROF, limit)
        _tell_systemd("WATCHDOG=1")
        await asyncio.sleep(_EVERY)


def _tell_systemd(word: str) -> None:
    """Tell the program that started the service, where that wants to know."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address[:1] not in {"/", "@"}:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as there:
        there.setblocking(False)  # noqa: FBT003 - the standard library's
        there.connect("\0" + address[1:] if address.startswith("@") else address)
        there.send(word.encode())
