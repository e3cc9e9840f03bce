"""What many accounts cost: judging them all, judging what a minute brings, a scrape, memory; and starting up.

Each size is measured in a process of its own, which nothing has filled before.
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import re
import resource
import sqlite3
import statistics
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import TypeVar

from collectors.http import Door, Policy
from monitor.app.parts import Parts
from monitor.app.serving import settle
from monitor.core.account import Account
from monitor.core.bulletin import Problem
from monitor.core.calendar import beijing_date, days_between
from monitor.core.finding import State
from monitor.core.observation import Look, Post, timeline
from monitor.core.paper import NewEntry, Paper, PaperKind
from monitor.core.record import NewRecord, RecordKind, Result
from monitor.core.reference import Reference
from monitor.core.subject import SubjectKind
from monitor.metrics import SERIES_CAP
from monitor.pipeline.evaluate import BATCH as JUDGED
from monitor.store import Store, Tx, cases, facts, looks, open_store, overview, papers, records, registers
from monitor.store.columns import portions
from monitor.store.roster import save_roster
from monitor.web.ops.scrape import Scrape, scraper
from tests.bench.looks import Clock, UntrueError, settings_for
from tests.bench.pages import HOUR, START, WEIBO, account_id, history

T = TypeVar("T")

MIDNIGHT = START.replace(hour=16, minute=1)
"""Just after midnight in Beijing; every account is marked to be judged anew."""
MINUTES = 5
SCRAPES = 3
_PATIENCE = 100
"""Scrapes of 1.5 seconds each after which one is wrong that tells nothing."""
CHUNK = 200
"""Looks written in one transaction while a size is filled."""
_LISTED = 50
"""Of so many accounts, one is listed."""
_READ = ("accounts", "account_versions", "sources", "observations", "posts", "findings", "papers", "entries", "records")
_DAILY_MINUTES = 24 * 60
_PUBLISHED = re.compile(r'^xuncha_last_published_timestamp_seconds\{account="A(\d+)"\} (\S+)$', re.MULTILINE)
_COUNTED = re.compile(r"^xuncha_accounts\{.*\} (\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What so many accounts with so many posts each cost, in seconds of CPU and bytes."""

    accounts: int
    posts: int
    sweep: float
    """Judging every account by every rule, as a start of the service does, and writing it down."""
    areas: float
    """The same for the whole area: its register with two rounds, two weeks, a filed list and records."""
    rules: float
    """Every rule on every account and on the area, and what people decided: nothing read for it, nothing written."""
    scan: float
    """Reading every row of the tables that both read, and nothing else."""
    minute: float
    """Judging what a minute brings, where each account posts once a day; the median of some."""
    scrape: float
    """One scrape of the metrics, none kept from before."""
    peak: int
    """The most memory that was resident in the process that did all this."""
    disk: int
    """The size of the database."""

    @property
    def full(self) -> float:
        """A full evaluation of all rules."""
        return self.sweep + self.areas


def measure_size(accounts: int, posts: int) -> Size:
    """Return what this size costs; one process fills the database, and another is measured."""
    with TemporaryDirectory(prefix="xuncha-bench-") as folder:
        url = f"sqlite:///{folder}/x.db"
        _apart(_fill, url, accounts, posts)
        return _apart(_measure, url, accounts, posts)


def _apart(work: Callable[[str, int, int], T], url: str, accounts: int, posts: int) -> T:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(work, url, accounts, posts).result()


HELP_PAGES = ("--help", "case --help", "case show --help", "import roster --help")
"""Help pages of the program, of a group, and of commands whose work needs much that help does not."""
_STARTS = 10


def measure_starting() -> dict[str, float]:
    """Return the least seconds of CPU, of ten tries, in which a new interpreter is done, by what it did."""
    run = "from monitor.cli import main; main()"
    return {
        "python": _child("-c", "pass"),
        **{f"xuncha {words}": _child("-c", run, *words.split()) for words in HELP_PAGES},
        "import monitor.app": _child("-c", "import monitor.app"),
    }


def _child(*arguments: str) -> float:
    return min(_child_once(*arguments) for _ in range(_STARTS))


def _child_once(*arguments: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _fill(url: str, accounts: int, posts: int) -> None:
    with open_store(url) as store:
        asyncio.run(_County(store, accounts, posts).fill())


def _measure(url: str, accounts: int, posts: int) -> Size:
    with open_store(url) as store:
        return asyncio.run(_County(store, accounts, posts).measured())


class _County:
    """A Xuncha with many accounts whose looks are made up."""

    def __init__(self, store: Store, accounts: int, posts: int) -> None:
        self.numbers = range(1, accounts + 1)
        self.posts = posts
        self.posted: dict[int, datetime] = {}
        """Who has posted since midnight, and when."""
        self.clock = Clock()
        self.door = Door(Policy(), self.clock)
        self.parts = Parts(settings=settings_for(), store=store, clock=self.clock, door=self.door, channels={})

    async def fill(self) -> None:
        """Write a roster, its papers and records, and a look at everybody; judge it once."""
        at = self.clock.moment
        roster = [WEIBO.account(number, "") for number in self.numbers]
        store = self.parts.store
        await store.write(lambda tx: save_roster(tx, roster, sources=self.parts.sources, effective_at=at, known_at=at))
        await store.write(lambda tx: papers.save_papers(tx, tuple(self._papers()), file="表.xlsx", known_at=at))
        await store.write(lambda tx: records.save_records(tx, tuple(_trainings(roster)), known_at=at))
        await self._look(self.numbers, START)
        await self._judged(START)
        await self.door.aclose()

    async def measured(self) -> Size:
        """Return what a day turning, a minute, and a scrape cost."""
        self.clock.moment = MIDNIGHT
        settle()
        rules = await self.parts.store.query(self._ruled)
        await self.parts.store.write(lambda tx: cases.judge_soon(tx, MIDNIGHT))
        sweep = await self._spent(self._judge_accounts)
        areas = await self._spent(self.parts.passes.judge_all)
        minute = statistics.median([await self._minute(place) for place in range(MINUTES)])
        scrape = await self._scraped()
        peak = _peak()
        await self._verify()
        await self.door.aclose()
        return Size(
            accounts=len(self.numbers),
            posts=self.posts,
            sweep=sweep,
            areas=areas,
            rules=rules,
            scan=self._scanned(),
            minute=minute,
            scrape=scrape,
            peak=peak,
            disk=self._stored(),
        )

    def _ruled(self, tx: Tx) -> float:
        """Return what the rules themselves cost, on accounts as the judge reads them and on the area."""
        rules_in_force, now, cost = self.parts.passes.judge.rules_in_force, self.clock(), 0.0
        for ids in portions(map(account_id, self.numbers), JUDGED):
            known = facts.known(tx, ids, now=now, is_whole=False)
            gc.collect()
            started = process_time()
            for entry in known:
                rules_in_force.findings(entry, now)
            cost += process_time() - started
        for area in registers.areas(tx, now=now):
            register = registers.register(tx, area, now=now)
            gc.collect()
            started = process_time()
            for _ in rules_in_force.area_findings(register, now):
                pass
            cost += process_time() - started
        return cost

    async def _minute(self, place: int) -> float:
        """Have those post whose minute it is, and return what judging them costs."""
        at, numbers = self.clock.moment + timedelta(minutes=1), self.numbers[place::_DAILY_MINUTES]
        self.posted |= dict.fromkeys(numbers, at)
        await self._look(numbers, at)
        return await self._judged(at)

    async def _judge_accounts(self) -> None:
        while await self.parts.passes.judge_accounts():
            pass

    def _papers(self) -> Iterator[Paper]:
        """Yield two rounds that list each fiftieth account, two weeks and a list with everybody."""
        ids = [account_id(number) for number in self.numbers]
        day = beijing_date(START)
        for number in (1, 2):
            on = day - timedelta(days=21 - 7 * number)
            yield Paper(
                kind=PaperKind.ROUND,
                title="省平台月报",
                number=number,
                on=on,
                covers_all=True,
                entries=tuple(_entry(id_, problem=Problem.STALE) for id_ in ids[::_LISTED]),
            )
            monday = day - timedelta(days=day.weekday() + 21 - 7 * number)
            values = tuple(_entry(id_, value=str(40 + place % 40)) for place, id_ in enumerate(ids))
            yield Paper(kind=PaperKind.WEEK, title=f"{monday}周", on=monday, entries=values)
        yield Paper(kind=PaperKind.FILED_LIST, on=day, area="示例县", entries=tuple(_entry(id_) for id_ in ids))

    def _scanned(self) -> float:
        """Return what it costs to read every row that an evaluation may read."""
        with closing(sqlite3.connect(self.parts.store.url.database or "")) as base:
            gc.collect()
            started = process_time()
            for table in _READ:
                for _ in base.execute(f"SELECT * FROM {table}"):  # noqa: S608 - names of ours
                    pass
            return process_time() - started

    def _stored(self) -> int:
        with closing(sqlite3.connect(self.parts.store.url.database or "")) as base:
            size, pages = (base.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_size", "page_count"))
            return int(size * pages)

    async def _look(self, numbers: Sequence[int], at: datetime) -> None:
        """Keep a look at each of these accounts; after START it shows one post more."""
        for first in range(0, len(numbers), CHUNK):
            seen = [self._seen(number, at) for number in numbers[first : first + CHUNK]]
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
        return await self._spent(self.parts.passes.judge_all)

    async def _spent(self, work: Callable[[], Awaitable[None]]) -> float:
        gc.collect()
        started = process_time()
        await work()
        return process_time() - started

    async def _scraped(self) -> float:
        scrape = scraper(self.parts.store, self.parts.metrics, self.parts.calendar, self.clock)
        costs = []
        for _ in range(SCRAPES):
            self.clock.moment += timedelta(minutes=1)  # a scrape is given out again for some seconds
            gc.collect()
            started = process_time()
            text = await _read_through(scrape)
            costs.append(process_time() - started)
            self._verify_text(text)
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
        rows = await self.parts.store.query(lambda tx: overview.account_rows(tx, now))
        for number, row in zip(self.numbers, rows, strict=True):
            newest = self._newest(number)
            said = {finding.rule: finding for finding in row.findings}["UPD-01"]
            shown = (row.account.id, row.newest_post_at, said.days)
            expected = (account_id(number), newest, days_between(newest, now))
            if shown != expected or said.state is State.UNKNOWN:
                raise UntrueError(f"{len(self.numbers)} accounts: {shown} instead of {expected}, {said.state}")

    def _newest(self, number: int) -> datetime:
        return self.posted.get(number) or history(number, 1)[0]


async def _read_through(scrape: Scrape) -> str:
    """Return what a scrape tells once the state is read: on a busy machine it answers before, without the accounts."""
    for _ in range(_PATIENCE):
        text = (await scrape()).decode()
        if _COUNTED.search(text):
            break
        await asyncio.sleep(0)
    return text


def _entry(id_: str, **said: object) -> NewEntry:
    return NewEntry(written=Reference(account=id_), account=id_, **said)  # type: ignore[arg-type]  # a problem or a value


def _trainings(roster: Sequence[Account]) -> Iterator[NewRecord]:
    for unit in dict.fromkeys(account.unit for account in roster):
        yield NewRecord(
            kind=RecordKind.TRAINING, subject=SubjectKind.UNIT, name=unit, on=beijing_date(START), result=Result.HELD
        )


def _peak() -> int:
    """Return the most bytes that were ever resident; `ru_maxrss` would count what ran here before us."""
    status = Path("/proc/self/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) * 1024
