"""What a month of looks leaves in the database, for each account."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from functools import cache, partial

from collectors.http import Door, Policy
from monitor.app.parts import Parts
from monitor.core.observation import Look, Post, timeline
from monitor.store import Store, looks
from monitor.store.roster import save_roster
from tests.bench.looks import Clock, UntrueError, fresh_store, settings_for
from tests.bench.pages import HTML_SMALL, START, Mode, body
from tests.bench.sizes import CHUNK

DAY = timedelta(days=1)
BETWEEN = timedelta(hours=6)
"""Between two looks at an account: the default of the settings."""
LOOKS = DAY // BETWEEN
MONTH = 30
SHOWN = 10
"""The posts that a page shows."""
_BEGUN = 40
"""Days before the first look on which accounts began to post."""
_SILENT = 10
"""Of so many accounts, one does not post: it becomes a case."""


async def measure_month(accounts: int) -> float:
    """Return the bytes that a month adds to the database for each account."""
    with fresh_store() as store:
        watched = _Watched(store, accounts)
        try:
            await watched.begin()
            await watched.live(0)
            before = watched.bytes_used()
            for day in range(1, MONTH + 1):
                await watched.live(day)
            await watched.verify()
            return (watched.bytes_used() - before) / accounts
        finally:
            await watched.door.aclose()


class _Watched:
    """Accounts whose posts are made up: most post every day, every second or every fourth, some not at all."""

    def __init__(self, store: Store, accounts: int) -> None:
        self.numbers = range(1, accounts + 1)
        self.clock = Clock(START)
        self.door = Door(Policy(), self.clock)
        self.parts = Parts(settings=settings_for(), store=store, clock=self.clock, door=self.door, channels={})
        self.accounts = {number: HTML_SMALL.account(number, "https://www.example.invalid") for number in self.numbers}

    async def begin(self) -> None:
        roster, sources, at = list(self.accounts.values()), self.parts.sources, START
        await self.parts.store.write(lambda tx: save_roster(tx, roster, sources=sources, effective_at=at, known_at=at))

    async def live(self, day: int) -> None:
        """Have everybody looked at and judged as often as a day asks for, and the messages of the morning written."""
        for place in range(LOOKS):
            self.clock.moment = at = START + day * DAY + place * BETWEEN
            for first in range(0, len(self.numbers), CHUNK):
                seen = [self._seen(number, at) for number in self.numbers[first : first + CHUNK]]
                keep = partial(looks.record, looks=seen, schedule=lambda _, look: look.at + BETWEEN)
                await self.parts.store.write(keep)
            await self.parts.passes.judge_all()
        await self.parts.drafter.prepare(self.clock.moment)

    def _seen(self, number: int, at: datetime) -> Look:
        (source,) = self.parts.chains.of(self.accounts[number])
        shown = timeline(
            Post(
                published_at=moment,
                title="示例县某局关于某事项的一条消息",
                url=f"https://www.example.invalid/{moment:%Y%m}/t{moment:%Y%m%d}_{number}.html",
            )
            for moment in _posted(number, at)
        )
        return Look(source=source, at=at, sight=shown, raw=_page(number))

    def bytes_used(self) -> int:
        """Return the size of the database, with what is free in it left out."""
        with closing(sqlite3.connect(self.parts.store.url.database or "")) as base:
            size, pages, free = (
                base.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_size", "page_count", "freelist_count")
            )
            return int(size * (pages - free))

    async def verify(self) -> None:
        """Raise UntrueError unless every account has every post that was ever shown."""
        expected = sum(len(set(_posted(number, self.clock.moment, 10_000))) for number in self.numbers)
        with closing(sqlite3.connect(self.parts.store.url.database or "")) as base:
            (kept,) = base.execute("SELECT count(*) FROM posts").fetchone()
        shown_first = sum(max(0, len(_posted(number, START, 10_000)) - SHOWN) for number in self.numbers)
        if kept != expected - shown_first:
            raise UntrueError(f"a month of {len(self.numbers)} accounts keeps {kept} posts of {expected - shown_first}")


def _posted(number: int, at: datetime, most: int = SHOWN) -> list[datetime]:
    """Return when an account's newest posts appeared, newest first."""
    return list(_moments(number, at))[:most]


def _moments(number: int, at: datetime) -> Iterator[datetime]:
    every = 2 ** (number % 3) * DAY
    moment = START - _BEGUN * DAY + timedelta(minutes=number % 300)
    last = START - 20 * DAY if number % _SILENT == 0 else at
    found = []
    while moment <= last:
        found.append(moment)
        moment += every
    return reversed(found)


@cache
def _page(number: int) -> bytes:
    return gzip.decompress(body(HTML_SMALL, number, Mode.NEWS))
