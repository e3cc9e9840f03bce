"""The reading process: reads one page after the other, in a room of its own, until nobody asks any more.

It is started by `collectors.reader` without the service's environment, shuts itself in (`collectors.jail`) and then
takes jobs from its standard input. A page's parser is imported when it first comes.
"""

from __future__ import annotations

import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import BinaryIO

from collectors import dates, jail, wire
from monitor.core.collector import Continuation, Page
from monitor.core.observation import Blind, LookFailedError, Seen, Timeline, within_bounds

OPEN = {"open": True}
"""The first message: that all is ready, and under `unshut` what the kernel cannot keep away."""
BEGUN = {"begun": True}
"""The message when the parser is there and the page's own time begins."""
_LONGEST_TRACE = 20_000
_ALARM_AFTER = 1.0
"""Seconds past its limit after which a process that nobody ended ends itself."""


def read(parse: Callable[[Page], Seen | Continuation], page: Page) -> wire.ParserAnswer:
    """Return how a parser ends, as a value: what it saw, why it saw nothing, or that it has a bug."""
    with dates.other_readings() as moments:
        outcome = _outcome(parse, page)
        return wire.reading(outcome, min(moments, default=None))


def _outcome(parse: Callable[[Page], Seen | Continuation], page: Page) -> Seen | Continuation | Blind | wire.Crash:
    try:
        return bounded(parse(page))
    except LookFailedError as failed:
        return Blind(reason=failed.reason, detail=failed.detail, retry_after=failed.retry_after)
    except Exception as error:  # noqa: BLE001 - a parser's bug is loud, but costs one look and not the pass
        return wire.Crash(error=type(error).__name__, trace=traceback.format_exc()[-_LONGEST_TRACE:])


def bounded(seen: Seen | Continuation) -> Seen | Continuation:
    """Return what was seen within the bounds of what is kept."""
    if not isinstance(seen, Continuation):
        return within_bounds(seen)
    inner = within_bounds(seen.timeline) if seen.timeline is not None else None
    return replace(seen, timeline=inner) if isinstance(inner, Timeline) else seen


def serve(limit: float) -> None:
    """Read pages until the other side hangs up.

    The waiting service ends this process after `limit` seconds. Should they be gone by then, the alarm ends
    it a little later, or it would go on for ever; and the kernel does when it has worked for longer.
    """
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a library's print must not speak for us
    unshut = (*(() if jail.limit() else ("memory",)), *jail.shut())
    _say(answers, wire.message(OPEN | {"unshut": unshut}))
    while head := asked.read(wire.HEAD):
        text, body = (asked.read(length) for length in wire.lengths(head))
        parse, page = wire.job_of(text, body)
        _say(answers, wire.message(BEGUN))
        jail.allow_time(limit)
        signal.setitimer(signal.ITIMER_REAL, limit + _ALARM_AFTER)
        answer = _written(read(parse, page))
        signal.setitimer(signal.ITIMER_REAL, 0)
        _say(answers, answer)


def _written(reading: wire.ParserAnswer) -> bytes:
    """Return a reading as a message; what is too long, or no value that can be written, is the parser's bug."""
    try:
        answer = wire.written(reading)
    except (TypeError, ValueError, RecursionError) as error:
        answer = wire.written(wire.reading(wire.Crash(error=type(error).__name__, trace=traceback.format_exc())))
    if len(answer) > wire.LONGEST_ANSWER:
        return wire.written(wire.reading(wire.Crash(error="TooLong", trace=f"{len(answer)} bytes")))
    return answer


def _say(answers: BinaryIO, message: bytes) -> None:
    answers.write(message)
    answers.flush()
