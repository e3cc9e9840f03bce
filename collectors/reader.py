"""Reading pages: on the spot where that is proved to be quick, else in a process that can be ended and knows nothing.

Handing a page of 150 KB to another process costs about as much as reading it, so the usual page of the usual
collectors is read where it is. That is for parsers on a list (`LINEAR`), whose work is proved to grow with the page and
not with its square, and for pages whose *text* was judged: not too large, not too many tags, no tag of unusual
length (selectolax 1.0: 60,000 nested tags 6 s, 8,000 tags 0.1 s). All other answers, packages, manifests, the answers
of interfaces, are read apart. A page that takes long all the same is broken off and read apart, and so are that
source's pages from then on; what is merely slow has to be so twice, for once may be the machine's own hiccup. Between
two pages that are read on the spot everybody else has a turn, after a slow one for as long as that took.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import select
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from time import monotonic, thread_time
from typing import Generic, TypeVar, cast

from collectors import fingerprint, html, wire, worker
from collectors.deadline import TooLongError, within
from monitor.core.collector import Continuation, Page, SeenT
from monitor.core.download import Download
from monitor.core.observation import Blind, LookFailedError, Reason, Seen, Timeline

Parse = Callable[[Page], Seen | Continuation]

LINEAR = frozenset(
    {
        "collectors.platforms.feed.read",
        "collectors.platforms.feed.read_of_well_bridge",
        "collectors.platforms.website.read",
        "collectors.sina.told_and_seen",
    }
)
"""The parsers that may be used on the event loop; what proves each is in tests/collectors/test_linear.py."""
_SPOT_BYTES = 256 * 1024
_SPOT_TAGS = 8_000
_SPOT_TAG_LENGTH = 8 * 1024
_SLOW = 0.05
"""Seconds of work on the event loop that are too many."""
_LONGEST = 0.15
"""Seconds of work on the event loop after which a reading is broken off."""
_SLOW_TIMES = 2
"""After how many slow readings in a row a source's pages are read apart."""
_SLOW_SOURCES = 10_000
_START_SECONDS = 60.0
"""How long the process may take to start and to import the parser: not the page's fault."""
_ENVIRONMENT = {"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}
"""All that the process is told of the service's surroundings."""
_SERVE = "import sys; sys.path[:] = sys.argv[2:]; from collectors.worker import serve; serve(float(sys.argv[1]))"
_PIECE = 256 * 1024
_LONGEST_WAIT = timedelta(days=1)
"""How long an answer may have us stay away at most."""
_LONGEST_DETAIL = 500

_log = logging.getLogger(__name__)


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ParserResult(Generic[T]):
    """The result of a parser on a page."""

    seen: T
    other_from: datetime | None = None
    """From when on it would make something else of the same bytes; None: never."""
    fingerprint: str | None = None
    """What other answers that it would make the same of are known by."""


class ParserRunner:
    """Runs parsers, each within a time limit. `crashes` counts those that failed unforeseen."""

    def __init__(
        self, limit: timedelta = timedelta(seconds=5), *, workers: int = 1, linear: frozenset[str] = LINEAR
    ) -> None:
        self.crashes = 0
        self._linear = linear
        self._closed = False
        self._limit = limit.total_seconds()
        self._slow: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._spot = asyncio.Lock()
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._is_said = False
        # One thread for each worker, to wait for its answers: also what bounds the number of workers.
        self._threads = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="reader")

    async def read(self, parse: Callable[[Page], SeenT], page: Page, source: str = "") -> SeenT:
        """Return `parse(page)`; raises as `reading` does."""
        return (await self.reading(parse, page, source)).seen

    async def is_known(self, parse: Callable[[Page], SeenT], page: Page, mark: str) -> bool:
        """True if the parser would make of the page what it made of the one whose fingerprint this is."""
        known = fingerprint.of_parser(parse)
        if known is None or not is_harmless(page):
            return False
        async with self._spot:
            with _without_collecting():
                fits = known.fits(page, mark)
            await asyncio.sleep(0)
        return fits

    async def reading(
        self, parse: Callable[[Page], SeenT], page: Page, source: str = "", *, is_marked: bool = False
    ) -> ParserResult[SeenT]:
        """Return `parse(page)`, and how long the same bytes would be read the same; `source` is whose page it is.

        Where `is_marked`, with the fingerprint, if it was read on the spot.
        Raises LookFailedError: the parser's own, or UNREADABLE when it crashes or takes too long.
        """
        case = (_name(parse), source)
        made: wire.ParserAnswer | None = None
        mark: str | None = None
        if case[0] in self._linear and self._slow.get(case, 0) < _SLOW_TIMES and is_harmless(page):
            async with self._spot:
                made, mark, took = self._read_here(parse, page, case, is_marked=is_marked)
                await asyncio.sleep(took if took > _SLOW else 0)
        if made is None:
            made = await asyncio.get_running_loop().run_in_executor(self._threads, self._read_apart, parse, page)
        outcome = made.outcome
        if not isinstance(outcome, Blind | wire.Crash):
            outcome = worker.bounded(outcome)  # no matter what the process says that read it
        if isinstance(outcome, Timeline | Download | Continuation):
            return ParserResult(cast("SeenT", outcome), made.other_from, mark)  # the parser's own kind
        if isinstance(outcome, wire.Crash):
            self.crashes += 1
            _log.error("parser crashed parser=%s error=%s\n%s", case[0], outcome.error, outcome.trace)
            raise LookFailedError(Reason.UNREADABLE, f"{case[0]} failed with {outcome.error}")
        wait = outcome.retry_after
        if wait is not None:
            wait = min(max(wait, timedelta()), _LONGEST_WAIT)
        raise LookFailedError(outcome.reason, outcome.detail[:_LONGEST_DETAIL], retry_after=wait)

    def close(self) -> None:
        """End all workers; a read that is under way, or waits for its turn, ends unreadable."""
        self._closed = True
        for entry in tuple(self._all):
            entry.stop()
        self._threads.shutdown()
        for entry in tuple(self._all):
            entry.kill()

    def _read_here(
        self, parse: Parse, page: Page, case: tuple[str, str], *, is_marked: bool
    ) -> tuple[wire.ParserAnswer | None, str | None, float]:
        """Return what the parser made of it, None where it takes too long, its fingerprint, and the seconds of work."""
        made: wire.ParserAnswer | None = None
        mark: str | None = None
        started = thread_time()
        with _without_collecting(), suppress(TooLongError):
            made, mark = within(_LONGEST, partial(_made, parse, page, is_marked=is_marked))
        took = thread_time() - started
        if made is not None and took <= _SLOW:
            self._slow.pop(case, None)
            return made, mark, took
        self._slow[case] = self._slow.pop(case, 0) + (1 if made is not None else _SLOW_TIMES)
        if len(self._slow) > _SLOW_SOURCES:
            self._slow.popitem(last=False)
        return made, mark, took

    def _read_apart(self, parse: Parse, page: Page) -> wire.ParserAnswer:
        """Return what a worker made of it; runs in a thread. A worker that did not answer is not used again."""
        if self._closed:
            return _blind("the reader was closed")
        job = wire.job(parse, page)
        one = self._idle.pop() if self._idle else _Worker(self._limit)
        self._all.add(one)
        made = one.read(job, self._limit)
        if one.unshut and not self._is_said:
            self._is_said = True
            _log.warning("reading process not shut in by this kernel", extra={"open": ", ".join(one.unshut)})
        if one.is_fit:
            self._idle.append(one)
        else:
            self._all.discard(one)
        return made


def _made(parse: Parse, page: Page, *, is_marked: bool) -> tuple[wire.ParserAnswer, str | None]:
    """Return what a parser made of a page, and its fingerprint where that is asked for and there is one."""
    known = fingerprint.of_parser(parse) if is_marked else None
    if known is None:
        return worker.read(parse, page), None
    with html.watching() as watched:
        made = worker.read(parse, page)
    has_timeline = made.timeline is not None or (made.told is not None and made.told.timeline is not None)
    return made, known.of(page, watched) if has_timeline else None


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Collect no garbage meanwhile: that of the whole program takes longer than `_SLOW`, and is not one page's work."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def is_harmless(page: Page) -> bool:
    """True if no parser on the list is known to take long for a page with a text of this shape."""
    if len(page.body) > _SPOT_BYTES:
        return False
    text = html.decode(page)
    return (len(text) < 3 * _SPOT_TAGS or text.count("<") <= _SPOT_TAGS) and not _has_long_tag(text)


def _name(parse: Parse) -> str:
    """Return what a parser is called; one with settings of its own (a partial) is called like the function it is of."""
    function = parse.func if isinstance(parse, partial) else parse
    return f"{function.__module__}.{function.__qualname__}"


def _has_long_tag(text: str) -> bool:
    """True if somewhere no tag ends for long; a long script looks the same, and merely costs a detour."""
    if "<" not in text:
        return False
    here = 0
    while len(text) - here > _SPOT_TAG_LENGTH:
        end = text.rfind(">", here, here + _SPOT_TAG_LENGTH)
        if end < 0:
            return True
        here = end + 1
    return False


def _blind(detail: str) -> wire.ParserAnswer:
    return wire.reading(Blind(reason=Reason.UNREADABLE, detail=detail))


class _Worker:
    """One process that reads pages, one at a time; used by one thread at a time."""

    def __init__(self, limit: float) -> None:
        self.is_fit = True
        self.unshut: tuple[str, ...] = ()
        """The powers that the kernel cannot take from it, in its own words."""
        self._is_new = True
        places = [os.path.abspath(place) for place in sys.path]  # noqa: PTH100 - as the interpreter writes them
        self._process = subprocess.Popen(  # noqa: S603 - this very interpreter, with our own words
            [sys.executable, "-IB", "-c", _SERVE, str(limit), *places],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            cwd="/",
            bufsize=0,
            start_new_session=True,  # Ctrl-C is for the daemon, which then ends its workers
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise OSError  # both were asked for
        self._jobs, self._answers = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._jobs, False)

    def read(self, job: bytes, limit: float) -> wire.ParserAnswer:
        """Return what the worker made of the job; kills the worker when it does not answer in time."""
        try:
            until = monotonic() + _START_SECONDS
            if self._is_new:
                opened = self._said(until)["unshut"]
                self.unshut = tuple(str(entry) for entry in opened) if isinstance(opened, list) else ()
                self._is_new = False
            self._tell(job, until)
            if self._said(until) == worker.BEGUN:
                return wire.understood(self._answer(monotonic() + limit))
        except TimeoutError:
            self.kill()
            return _blind(f"reading took more than {limit:g} s")
        except (OSError, EOFError):
            self.kill()
            return _blind("the reading process died over the page")
        except (wire.GarbledError, ValueError, TypeError, KeyError, RecursionError):
            pass
        self.kill()
        return _blind("the reading process answered with what is no answer")

    def stop(self) -> None:
        """End the process: the thread that waits for its answer hears that it is gone."""
        self._process.kill()

    def kill(self) -> None:
        self.is_fit = False
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()

    def _said(self, until: float) -> dict[str, object]:
        said: dict[str, object] = json.loads(self._answer(until))
        return said

    def _answer(self, until: float) -> bytes:
        text, body = wire.lengths(self._bytes(wire.HEAD, until))
        if text > wire.LONGEST_ANSWER or body:
            raise wire.GarbledError
        return self._bytes(text, until)

    def _bytes(self, count: int, until: float) -> bytes:
        """Return this number of bytes of the process's output; raises TimeoutError and EOFError."""
        found = bytearray()
        while len(found) < count:
            _wait(self._answers, select.POLLIN, until)
            piece = os.read(self._answers, min(_PIECE, count - len(found)))
            if not piece:
                raise EOFError
            found += piece
        return bytes(found)

    def _tell(self, job: bytes, until: float) -> None:
        """Have the process hear a job; raises TimeoutError where it does not listen."""
        left = memoryview(job)
        while left:
            _wait(self._jobs, select.POLLOUT, until)
            left = left[os.write(self._jobs, left[:_PIECE]) :]


def _wait(pipe: int, what: int, until: float) -> None:
    """Wait for a pipe; raises TimeoutError."""
    poll = select.poll()
    poll.register(pipe, what)
    if not poll.poll(max(0.0, until - monotonic()) * 1000):
        raise TimeoutError
