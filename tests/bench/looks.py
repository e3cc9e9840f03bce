"""What a look costs, from whose turn it is to the judgement, beside a bare request for the same pages."""

from __future__ import annotations

import asyncio
import gc
import os
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path
from time import process_time, thread_time

import aiohttp
import uvloop

from collectors.http import Door, Policy
from collectors.politeness import Pace
from monitor.app.parts import Parts
from monitor.app.settings import load_settings
from monitor.core.calendar import days_between
from monitor.core.finding import State
from monitor.settings import Settings
from monitor.settings.sections import PlatformSettings
from monitor.store import Store, Tx, open_store, overview
from monitor.store.roster import save_roster
from tests.bench.pages import HOUR, KINDS, START, WARMING, Kind, Mode, account_id, published
from tests.bench.target import COOKIE, Target

CONNECTIONS = 50
_MICRO = 1_000_000
_POLICY = Policy(allow=(ip_network("127.0.0.0/8"),), pace=Pace(per_minute=None, at_once=CONNECTIONS))


class UntrueError(Exception):
    """What was measured came to a wrong result, so its cost means nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Microseconds of CPU, user and system, of this process and those that read for it, for one account."""

    bare: float
    """One bare request for each page of the look."""
    look: float
    """All of it: claim, fetch, read, store, judge."""
    store: float
    """Of it, the writer thread while looking."""
    judge: float
    """Of it, judging what the looks brought."""

    @property
    def read(self) -> float:
        """The rest: fetching and reading."""
        return self.look - self.store - self.judge

    @property
    def ratio(self) -> float:
        return self.look / self.bare


@dataclass(slots=True)
class Clock:
    """A clock that is set by hand."""

    moment: datetime = START - HOUR

    def __call__(self) -> datetime:
        return self.moment


def settings_for(base_url: str = "") -> Settings:
    """Return the project's own settings; Weibo is served from this address, and every turn comes within the hour."""
    every = {"every": "10m"}
    platforms: dict[str, dict[str, str]] = {"website": every, "feed": every, "weibo": every}
    if base_url:
        platforms["weibo"] = {**every, "base_url": base_url}
    settings = load_settings(Path(__file__).parents[2] / "config", None)
    return settings.model_copy(
        update={"platforms": {name: PlatformSettings.model_validate(entry) for name, entry in platforms.items()}}
    )


@contextmanager
def fresh_store() -> Iterator[Store]:
    """Open a new database, and remove it afterwards."""
    with tempfile.TemporaryDirectory(prefix="xuncha-bench-") as folder, open_store(f"sqlite:///{folder}/x.db") as store:
        yield store


def measure(target: Target, accounts: int, rounds: int, tell: Callable[[str], None]) -> dict[tuple[Kind, Mode], Cost]:
    """Return the median cost of every case; each round lives through all of them on a new database."""
    settings = settings_for(target.base_url)
    found: defaultdict[tuple[Kind, Mode], list[Cost]] = defaultdict(list)
    for number in range(1, rounds + 1):
        for kind in KINDS:
            tell(f"round {number} of {rounds}: {kind.name}")
            with fresh_store() as store:
                for mode, cost in _round(Watch(kind, target, store, settings, accounts)):
                    found[kind, mode].append(cost)
    return {case: _median(costs) for case, costs in found.items()}


def _median(costs: Sequence[Cost]) -> Cost:
    """Return the round in the middle, by its ratio: its figures belong together."""
    return sorted(costs, key=lambda cost: cost.ratio)[len(costs) // 2]


def _round(watch: Watch) -> Iterator[tuple[Mode, Cost]]:
    with asyncio.Runner() as ours, asyncio.Runner(loop_factory=uvloop.new_event_loop) as theirs:
        bare = theirs.run(_bare(watch.urls))
        try:
            ours.run(watch.begin())
            for mode in Mode:
                watch.target.turn(mode)
                before = theirs.run(bare.cost())
                look, store, judge = ours.run(watch.live(mode))
                after = theirs.run(bare.cost())
                ours.run(watch.verify(mode))
                yield mode, Cost(bare=statistics.mean((before, after)), look=look, store=store, judge=judge)
        finally:
            ours.run(watch.door.aclose())
            theirs.run(bare.session.close())


@dataclass(frozen=True, slots=True)
class Bare:
    """aiohttp, on its fastest loop: the body is read and decompressed, and nothing is done with it."""

    session: aiohttp.ClientSession
    urls: Sequence[Sequence[str]]

    async def cost(self) -> float:
        """Return the microseconds of CPU for the pages of one look."""
        gc.collect()
        started = process_time()
        waiting = iter(self.urls)
        await asyncio.gather(*(self._work(waiting) for _ in range(CONNECTIONS)))
        return (process_time() - started) / len(self.urls) * _MICRO

    async def _work(self, waiting: Iterator[Sequence[str]]) -> None:
        for urls in waiting:
            for url in urls:
                async with self.session.get(url) as response:
                    await response.read()


async def _bare(urls: Sequence[Sequence[str]]) -> Bare:
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    bare = Bare(aiohttp.ClientSession(connector=connector, headers={"cookie": COOKIE}), urls)
    await bare.cost()  # opens the connections, and lets the target make its pages
    return bare


class Watch:
    """A whole Xuncha that watches accounts of one kind, without office hours and politeness."""

    def __init__(self, kind: Kind, target: Target, store: Store, settings: Settings, accounts: int) -> None:
        self.kind = kind
        self.target = target
        self.numbers = range(WARMING + 1, accounts + 1)
        self.urls = [kind.urls(number, target.base_url) for number in self.numbers]
        self.clock = Clock()
        self.door = Door(_POLICY, self.clock)
        self.parts = Parts(settings=settings, store=store, clock=self.clock, door=self.door, channels={})

    async def begin(self) -> None:
        """Save the roster, and look at one account: it brings the visitor's cookies for all."""
        self.target.turn(Mode.FIRST)
        roster = [self.kind.account(number, self.target.base_url) for number in (WARMING, *self.numbers)]
        at = self.clock.moment
        await self.parts.store.write(
            lambda tx: save_roster(tx, roster, sources=self.parts.sources, effective_at=at, known_at=at)
        )
        await self.parts.passes.judge_all()
        await self.parts.looker.look_now([account_id(WARMING)])

    async def live(self, mode: Mode) -> tuple[float, float, float]:
        """Look at everything and judge it; return what that cost: all of it, the writer, the judging."""
        works = self.parts.passes
        self.clock.moment = mode.at
        gc.collect()
        written, started = await self._written(), self._used()
        looked = await works.look([self.kind.collector])
        stored, seen = await self._written() - written, self._used()
        await works.judge_all()
        ended = self._used()
        look, store, judge = (seconds / looked * _MICRO for seconds in (ended - started, stored, ended - seen))
        return look, store, judge

    async def verify(self, mode: Mode) -> None:
        """Raise UntrueError unless every account shows what its page said."""
        rows = await self.parts.store.query(lambda tx: overview.account_rows(tx, mode.at))
        for number, row in zip(self.numbers, rows[WARMING + 1 :], strict=True):
            newest = max(published(number, self.kind, mode))
            (source,) = row.sources
            said = {finding.rule: finding for finding in row.findings}["UPD-01"]
            outcomes = {"unchanged"} if mode.is_unchanged else {"timeline"}
            if mode is Mode.NOISE:
                outcomes.add("unchanged")
            expected = (account_id(number), newest, mode.at, days_between(newest, mode.at))
            shown = (row.account.id, row.newest_post_at, source.last_seen_at, said.days)
            if shown != expected or source.last_outcome not in outcomes or said.state is State.UNKNOWN:
                raise UntrueError(f"{self.kind.name}, {mode.value}: {shown} instead of {expected}, {said.state}")

    def _used(self) -> float:
        """Return the seconds of CPU that this process and those that read for it have used."""
        apart = 0.0
        for worker in self.door.reader._all:
            numbers = Path(f"/proc/{worker._process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
            apart += (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")
        return process_time() + apart

    async def _written(self) -> float:
        """Return the seconds of CPU that the store's one writer thread has used."""

        def used(_: Tx) -> float:
            return thread_time()

        return await self.parts.store.write(used)
