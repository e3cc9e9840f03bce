"""Reading pages: on the spot where that is quick, in a worker process that can be killed where it may not be.

Handing a page of 150 KB to another process costs about as much as reading it, so the usual page
is read where it is. What makes a parser slow is not size but shape: its work grows with the
square of the nesting and of a tag's attributes (selectolax 1.0: 60,000 nested tags 6 s, 8,000
tags 0.1 s). Hence three conditions for reading on the spot, which together cost 60 µs: not too
large, not too many tags, no tag of unusual length. Whoever gets past them and is slow all the
same, twice in a row, held up the loop twice: pages of that host go to the worker from then on.
Once may be the machine's own hiccup, which no host should pay for as long as the daemon lives.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import multiprocessing
import pickle
import resource
import signal
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from multiprocessing.connection import Connection
from time import thread_time
from typing import Generic, TypeVar, cast
from urllib.parse import urlsplit

from collectors import dates
from monitor.core.collector import Page, SeenT
from monitor.core.download import Download
from monitor.core.observation import Blind, LookFailedError, Reason, Seen, Timeline

Parse = Callable[[Page], Seen]

_SPOT_BYTES = 256 * 1024
_SPOT_TAGS = 8_000
_SPOT_TAG_BYTES = 8 * 1024
_SLOW = 0.05
"""Seconds of work on the event loop that are too many."""
_SLOW_TIMES = 2
"""After how many slow readings in a row a host's pages go to the worker."""
_SLOW_HOSTS = 10_000
_START_SECONDS = 60.0
"""How long a worker may take to start and to import the parser: not the page's fault."""
_WORKER_MEMORY = 2 * 1024**3
_ALARM_AFTER = 1.0
"""Seconds past its limit after which a worker that nobody ended ends itself."""

_log = logging.getLogger(__name__)


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """What a parser made of a page."""

    seen: T
    other_from: datetime | None = None
    """From when on it would make something else of the same bytes; None: never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Crash:
    """A parser that raised something other than LookFailedError: a bug in it."""

    error: str
    trace: str


_Outcome = Reading[Seen | Blind | _Crash]


class Reader:
    """Runs parsers, each within a time limit. `crashes` counts those that failed unforeseen."""

    def __init__(self, limit: timedelta = timedelta(seconds=5), *, workers: int = 1) -> None:
        self.crashes = 0
        self._closed = False
        self._limit = limit.total_seconds()
        self._slow: dict[tuple[str, str], int] = {}
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        # One thread for each worker, to wait for its answers: also what bounds the number of workers.
        self._threads = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="reader")

    async def read(self, parse: Callable[[Page], SeenT], page: Page) -> SeenT:
        """Return `parse(page)`; raises as `reading` does."""
        return (await self.reading(parse, page)).seen

    async def reading(self, parse: Callable[[Page], SeenT], page: Page) -> Reading[SeenT]:
        """Return `parse(page)`, and how long the same bytes would be read the same.

        Raises LookFailedError: the parser's own, or UNREADABLE when it crashes or takes too long.
        """
        case = (_name(parse), urlsplit(page.url).netloc)
        if self._slow.get(case, 0) >= _SLOW_TIMES or not is_harmless(page.body):
            outcome = await asyncio.get_running_loop().run_in_executor(self._threads, self._read_apart, parse, page)
        else:
            outcome = self._read_here(parse, page, case)
        seen = outcome.seen
        if isinstance(seen, Timeline | Download):
            return Reading(cast("SeenT", seen), outcome.other_from)  # the parser's own kind
        if isinstance(seen, _Crash):
            self.crashes += 1
            _log.error("parser crashed parser=%s error=%s\n%s", case[0], seen.error, seen.trace)
            raise LookFailedError(Reason.UNREADABLE, f"{case[0]} failed with {seen.error}")
        raise LookFailedError(seen.reason, seen.detail, retry_after=seen.retry_after)

    def close(self) -> None:
        """End all workers; a read that is under way, or waits for its turn, ends unreadable."""
        self._closed = True
        for worker in tuple(self._all):
            worker.stop()
        self._threads.shutdown()
        for worker in tuple(self._all):
            worker.kill()

    def _read_here(self, parse: Parse, page: Page, case: tuple[str, str]) -> _Outcome:
        gc.disable()  # collecting the whole program's garbage takes longer than _SLOW, and is not this page's work
        started = thread_time()
        seen = _outcome(parse, page)
        took = thread_time() - started
        gc.enable()
        if took <= _SLOW:
            self._slow.pop(case, None)
        elif case in self._slow or len(self._slow) < _SLOW_HOSTS:
            self._slow[case] = self._slow.get(case, 0) + 1
        return seen

    def _read_apart(self, parse: Parse, page: Page) -> _Outcome:
        """Return what a worker made of it; runs in a thread. A worker that did not answer is not used again."""
        if self._closed:
            return Reading(Blind(reason=Reason.UNREADABLE, detail="the reader was closed"))
        job = pickle.dumps((parse, page))
        worker = self._idle.pop() if self._idle else _Worker(self._limit)
        self._all.add(worker)
        seen = worker.read(job, self._limit)
        if worker.is_fit:
            self._idle.append(worker)
        else:
            self._all.discard(worker)
        return seen


def is_harmless(body: bytes) -> bool:
    """Whether no parser is known to take long for a body of this shape."""
    if len(body) > _SPOT_BYTES:
        return False
    return (len(body) < 3 * _SPOT_TAGS or body.count(b"<") <= _SPOT_TAGS) and not _has_long_tag(body)


def _name(parse: Parse) -> str:
    """Return what a parser is called; one with settings of its own (a partial) is called like the function it is of."""
    function = parse.func if isinstance(parse, partial) else parse
    return f"{function.__module__}.{function.__qualname__}"


def _has_long_tag(body: bytes) -> bool:
    """Whether somewhere no tag ends for long; a long script looks the same, and merely costs a detour."""
    if b"<" not in body:
        return False
    here = 0
    while len(body) - here > _SPOT_TAG_BYTES:
        end = body.rfind(b">", here, here + _SPOT_TAG_BYTES)
        if end < 0:
            return True
        here = end + 1
    return False


def _outcome(parse: Parse, page: Page) -> _Outcome:
    """Return how the parser ends, as a value: LookFailedError does not survive pickling."""
    with dates.other_readings() as moments:
        return Reading(_ended(parse, page), min(moments, default=None))


def _ended(parse: Parse, page: Page) -> Seen | Blind | _Crash:
    try:
        return parse(page)
    except LookFailedError as failed:
        return Blind(reason=failed.reason, detail=failed.detail, retry_after=failed.retry_after)
    except Exception as error:  # noqa: BLE001 - a parser's bug is loud, but costs one look and not the pass
        return _Crash(error=type(error).__name__, trace=traceback.format_exc())


class _Worker:
    """One process that reads pages, one at a time; used by one thread at a time."""

    def __init__(self, limit: float) -> None:
        context = multiprocessing.get_context("spawn")
        self._line, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, limit), name="xuncha-reader", daemon=True)
        self._process.start()
        theirs.close()
        self.is_fit = True

    def read(self, job: bytes, limit: float) -> _Outcome:
        """Return what the worker made of the job; kills the worker when it does not answer in time."""
        try:
            self._line.send_bytes(job)
            begun = self._line.poll(_START_SECONDS) and self._line.recv_bytes() == b"begun"
            if begun and self._line.poll(limit):
                seen = pickle.loads(self._line.recv_bytes())  # noqa: S301 - from our own process
                if isinstance(seen, Reading):
                    return seen
        except (EOFError, OSError):
            self.kill()
            return Reading(Blind(reason=Reason.UNREADABLE, detail="the reading process died over the page"))
        self.kill()
        return Reading(Blind(reason=Reason.UNREADABLE, detail=f"reading took more than {limit:g} s"))

    def stop(self) -> None:
        """End the process: whoever waits for its answer, in another thread, hears that it is gone."""
        self._process.kill()

    def kill(self) -> None:
        self.is_fit = False
        self._process.kill()
        self._process.join()
        self._line.close()


def _serve(line: Connection, limit: float) -> None:
    """Read pages until the other side hangs up; runs in the worker.

    Whoever waits for a page ends the worker after `limit` seconds. Should they be gone by then, killed
    in the middle of it, the alarm ends it a little later, or it would go on for ever.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the daemon, which then ends its workers
    resource.setrlimit(resource.RLIMIT_AS, (_WORKER_MEMORY, _WORKER_MEMORY))
    while True:
        try:
            job = line.recv_bytes()
        except (EOFError, OSError):
            return
        parse, page = pickle.loads(job)  # noqa: S301 - from our own process
        line.send_bytes(b"begun")
        signal.setitimer(signal.ITIMER_REAL, limit + _ALARM_AFTER)
        outcome = _outcome(parse, page)
        signal.setitimer(signal.ITIMER_REAL, 0)
        line.send_bytes(pickle.dumps(outcome))
