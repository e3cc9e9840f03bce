"""What many accounts cost: judging them all, judging what a minute brings, a scrape, memory; and starting up.

Each size is measured in a process of its own, which nothing has filled before.
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import re
import resource
import statistics
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from time import process_time

from collectors.http import Door, Policy
from monitor.app.parts import Parts
from monitor.core.calendar import days_between
from monitor.core.finding import State
from monitor.core.observation import Look, Post, timeline
from monitor.metrics import SERIES_CAP
from monitor.pipeline.looking import BATCH
from monitor.store import Store, looks, sights
from monitor.web import scraper
from tests.bench.looks import Clock, UntrueError, fresh_store, settings_for
from tests.bench.pages import HOUR, START, WEIBO, account_id, history

MIDNIGHT = START.replace(hour=16, minute=1)
"""Just after midnight in Beijing, when every account is judged anew."""
SCRAPES = 3
_DAILY_MINUTES = 24 * 60
_PUBLISHED = re.compile(r'^xuncha_last_published_timestamp_seconds\{account="A(\d+)"\} (\S+)$', re.MULTILINE)
_COUNTED = re.compile(r"^xuncha_accounts\{.*\} (\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What so many accounts with so many posts each cost, in seconds of CPU and bytes."""

    accounts: int
    posts: int
    sweep: float
    """Judging every account, as each midnight does."""
    minute: float
    """Judging what a minute brings, where each account posts once a day."""
    scrape: float
    """One scrape of the metrics, none kept from before."""
    peak: int
    """The most memory that was resident."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Starting:
    """Seconds of CPU until a new interpreter is done."""

    python: float
    help: float
    app: float


def measure_size(accounts: int, posts: int) -> Size:
    """Return what this size costs."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as apart:
        return apart.submit(_measure, accounts, posts).result()


def measure_starting(times: int) -> Starting:
    """Return what starting costs, the median of so many times."""
    run = "from monitor.cli import main; main()"
    return Starting(
        python=_child("-c", "pass", times=times),
        help=_child("-c", run, "--help", times=times),
        app=_child("-c", "import monitor.app", times=times),
    )


def _child(*arguments: str, times: int) -> float:
    costs = []
    for _ in range(times):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        costs.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(costs)


def _measure(accounts: int, posts: int) -> Size:
    with fresh_store() as store:
        return asyncio.run(_County(store, accounts, posts).measured())


class _County:
    """A Xuncha with many accounts whose looks are made up."""

    def __init__(self, store: Store, accounts: int, posts: int) -> None:
        self.numbers = range(1, accounts + 1)
        self.posts = posts
        self.posting = frozenset(self.numbers[::_DAILY_MINUTES])
        """Who posts in the minute after midnight."""
        self.clock = Clock()
        self.door = Door(Policy(), self.clock)
        self.parts = Parts(settings=settings_for(), store=store, clock=self.clock, door=self.door, channels={})

    async def measured(self) -> Size:
        await self._fill()
        await self._judged(START)
        sweep = await self._judged(MIDNIGHT)
        await self._look(sorted(self.posting), MIDNIGHT)
        minute = await self._judged(MIDNIGHT + timedelta(minutes=1))
        scrape = await self._scraped()
        peak = _peak()
        await self._verify()
        await self.door.aclose()
        return Size(accounts=len(self.numbers), posts=self.posts, sweep=sweep, minute=minute, scrape=scrape, peak=peak)

    async def _fill(self) -> None:
        at = self.clock.moment
        roster = [WEIBO.account(number, "") for number in self.numbers]
        await self.parts.store.write(lambda tx: self.parts.save_roster(tx, roster, effective_at=at, known_at=at))
        await self._look(self.numbers, START)

    async def _look(self, numbers: Sequence[int], at: datetime) -> None:
        """Keep a look at each of these accounts; after START it shows one post more."""
        for first in range(0, len(numbers), BATCH):
            seen = [self._seen(number, at) for number in numbers[first : first + BATCH]]
            await self.parts.store.write(partial(looks.record, looks=seen, schedule=lambda _, look: look.at + HOUR))

    def _seen(self, number: int, at: datetime) -> Look:
        (source,) = self.parts.chains.of(WEIBO.account(number, ""))
        moments = [*([at] if at > START else []), *history(number, self.posts)]
        shown = timeline(
            Post(published_at=moment, title="示例县某局的一条消息", url=f"https://example.invalid/{number}/{place}")
            for place, moment in enumerate(reversed(moments))
        )
        return Look(source=source, at=at, sight=shown)

    async def _judged(self, at: datetime) -> float:
        self.clock.moment = at
        gc.collect()
        started = process_time()
        await self.parts.works.judge_all()
        return process_time() - started

    async def _scraped(self) -> float:
        scrape = scraper(self.parts.store, self.parts.metrics, self.parts.calendar, self.clock)
        costs = []
        for _ in range(SCRAPES):
            self.clock.moment += timedelta(minutes=1)  # a scrape is given out again for some seconds
            gc.collect()
            started = process_time()
            text = await scrape()
            costs.append(process_time() - started)
            self._verify_text(text.decode())
        return statistics.median(costs)

    def _verify_text(self, text: str) -> None:
        """Raise UntrueError unless all accounts are counted, and each that is told is told with its newest post."""
        told = {int(number): float(moment) for number, moment in _PUBLISHED.findall(text)}
        counted = sum(int(count) for count in _COUNTED.findall(text))
        is_whole = len(told) == counted if counted <= SERIES_CAP else 0 < len(told) <= SERIES_CAP
        if counted != len(self.numbers) or not is_whole:
            raise UntrueError(f"a scrape of {len(self.numbers)} accounts counts {counted} and tells {len(told)}")
        wrong = [number for number, moment in told.items() if moment != self._newest(number).timestamp()]
        if wrong:
            raise UntrueError(f"a scrape tells another newest post of {len(wrong)} accounts, one is {wrong[0]}")

    async def _verify(self) -> None:
        """Raise UntrueError unless every account is judged by its newest post."""
        now = self.clock.moment
        rows = await self.parts.store.query(lambda tx: sights.overview(tx, now))
        for number, row in zip(self.numbers, rows, strict=True):
            newest = self._newest(number)
            said = {finding.rule: finding for finding in row.findings}["UPD-01"]
            shown = (row.account.id, row.newest_post_at, said.days)
            expected = (account_id(number), newest, days_between(newest, now))
            if shown != expected or said.state is State.UNKNOWN:
                raise UntrueError(f"{len(self.numbers)} accounts: {shown} instead of {expected}, {said.state}")

    def _newest(self, number: int) -> datetime:
        return MIDNIGHT if number in self.posting else history(number, 1)[0]


def _peak() -> int:
    """Return the most bytes that were ever resident; `ru_maxrss` would count what ran here before us."""
    status = Path("/proc/self/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) * 1024
