"""Work on the event loop that is broken off where it takes too long, whatever it is about just then.

That a parser's work grows with its page says nothing of how dear a page can be, and no list of shapes is ever complete
(8,000 `<frameset>` in each other: 16 s). The kernel counts the CPU time of the process and says when it is over; Python
then raises in the midst of the work. It does so in the main thread alone, between two steps of the interpreter: a call
into C is waited for.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextvars import copy_context
from types import FrameType
from typing import NoReturn, TypeVar

T = TypeVar("T")

_AGAIN = 0.05
"""Seconds after which it is raised again, where it was not heard: an error raised in a callback of C may get lost."""


class TooLongError(Exception):
    """Work took longer than it may."""


class _Over(BaseException):
    """The signal that breaks the work off; no parser catches it."""


def within(seconds: float, act: Callable[[], T]) -> T:
    """Return what `act` returns; raises TooLongError where that takes more CPU time, user's, of this process.

    Outside of the main thread nothing is broken off.
    """
    if threading.current_thread() is not threading.main_thread():
        return act()
    is_on = True

    def over(_signal: int, _frame: FrameType | None) -> None:
        if is_on:  # else the work ended in the same moment
            _raise()

    before = signal.signal(signal.SIGVTALRM, over)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds, _AGAIN)
        return copy_context().run(act)  # the state it set and had no time to set back is gone with it
    except _Over:
        raise TooLongError from None
    finally:
        is_on = False
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _raise() -> NoReturn:
    raise _Over
