"""Look at the sources whose turn it is, all of one batch at once, and keep what was seen (tx1)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import perf_counter
from typing import Protocol

from monitor.core import schedule
from monitor.core.account import Platform, Source
from monitor.core.collector import Collector, Fetch, Sealed, Session, UnchangedError
from monitor.core.observation import (
    Blind,
    Look,
    LookFailedError,
    Reason,
    Sight,
    Unchanged,
    Validators,
    of_part,
    within_bounds,
)
from monitor.pipeline.faults import Faults
from monitor.store import Store, Tx, looks, tokens

BATCH = 200
LEASE = timedelta(minutes=10)
"""How long a claimed source is left to us; longer than any batch can take."""
AT_ONCE = 50


class BoundFetch(Fetch, Protocol):
    """The network, bound to one source for one look; afterwards it tells what the answer can be known by."""

    @property
    def validators(self) -> Validators | None:
        """What the next look may go by."""

    raw: bytes | None
    is_whole: bool


class Door(Protocol):
    """What this module needs of the network."""

    def bind(self, source: str, *, reader: str, validators: Validators | None = None, platform: str = "") -> BoundFetch:
        """Return the fetch for one look at one source."""


class Sessions(Protocol):
    """What this module needs of the kept sessions: the same one each time, and to have them lie at rest, sealed."""

    is_restored: bool

    def of(self, collector: str, key: str = "") -> Session:
        """Return the session for the grant that a source's key names, else the collector's own."""

    def restore(self, kept: Iterable[Sealed]) -> None:
        """Take back what lay at rest."""

    def unsaved(self) -> tuple[Sealed, ...]:
        """Return what is to lie at rest and does not yet."""

    def saved(self, kept: Iterable[Sealed]) -> None:
        """Note that these do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looker:
    """Looks at sources through collectors, and knows when to look next."""

    store: Store
    collectors: Mapping[str, Collector]
    door: Door
    sessions: Sessions
    every: Callable[[Source], timedelta]
    clock: Callable[[], datetime]
    done: Callable[[Platform, Sight, float], None]
    """Told of every look: platform, how it ended, seconds."""
    faults: Faults

    async def look_due(self, names: Collection[str], limit: int = BATCH) -> int:
        """Look at one batch of due sources of these collectors; return how many there were."""
        now = self.clock()
        due = await self.store.write_if(
            lambda tx: looks.is_any_due(tx, now, collectors=list(names)),
            lambda tx: looks.claim_due(tx, now, collectors=list(names), limit=limit, lease=LEASE),
        )
        if due:
            await self._look_and_record(due)
        return len(due or ())

    async def look_now(self, accounts: Collection[str]) -> tuple[looks.Recorded, ...]:
        """Look at every polled source of these accounts, due or not, and read what it shows: somebody asks."""
        due = await self.store.query(lambda tx: looks.sources_of(tx, list(accounts)))
        return await self._look_and_record(
            [replace(one, validators=None) for one in due if one.source.collector in self.collectors]
        )

    async def glance(self, source: Source) -> Sight:
        """Return how a look at a source that belongs to no account ends; nothing is kept of it."""
        collector = self.collectors[source.collector]
        fetch = self.door.bind(source.id, reader=collector.name, platform=collector.name)
        return await self._sight(collector, source, fetch)

    async def _look_and_record(self, due: Sequence[looks.Due]) -> tuple[looks.Recorded, ...]:
        if not self.sessions.is_restored:
            self.sessions.restore(await self.store.query(tokens.kept))
        gate = asyncio.Semaphore(AT_ONCE)
        seen = await asyncio.gather(*(self._look(one, gate) for one in due))
        unsaved = self.sessions.unsaved()
        recorded = await self.store.write(lambda tx: self._record(tx, seen, unsaved))
        self.sessions.saved(unsaved)
        return recorded

    def _record(self, tx: Tx, seen: Sequence[Look], unsaved: Sequence[Sealed]) -> tuple[looks.Recorded, ...]:
        tokens.keep(tx, unsaved, self.clock())
        return looks.record(tx, seen, self._next)

    async def _look(self, due: looks.Due, gate: asyncio.Semaphore) -> Look:
        collector = self.collectors[due.source.collector]
        is_believed = not due.is_asked and schedule.is_believed(due.read_at, due.newest, self.clock())
        fetch = self.door.bind(
            due.source.id,
            reader=f"{collector.name}/{collector.version}",
            validators=due.validators if is_believed else None,
            platform=collector.name,
        )
        async with gate:
            started = perf_counter()
            sight = await self._sight(collector, due.source, fetch)
            seconds = perf_counter() - started
        self.done(due.platform, sight, seconds)
        return Look(
            source=due.source,
            at=self.clock(),
            sight=sight,
            validators=due.validators if isinstance(sight, Unchanged) else fetch.validators,
            raw=fetch.raw,
            seconds=seconds,
        )

    async def _sight(self, collector: Collector, source: Source, fetch: BoundFetch) -> Sight:
        """Return how the look ended, as a value; a bug in a collector counts as an unreadable page."""
        sight: Sight = Blind(reason=Reason.UNREADABLE, detail="a bug in the collector, see the log")
        with self.faults.contained("look", source=source.id):
            try:
                seen = await collector.collect(source, fetch, self.sessions.of(collector.name, source.key))
                sight = within_bounds(seen if fetch.is_whole else of_part(seen))
            except UnchangedError:
                sight = Unchanged()
            except LookFailedError as failed:
                sight = Blind(reason=failed.reason, detail=failed.detail, retry_after=failed.retry_after)
        return sight

    def _next(self, due: looks.Due, look: Look) -> datetime:
        every = self.every(due.source)
        if isinstance(look.sight, Blind):
            return schedule.retry_at(due.source.id, every, due.failures, look.sight.retry_after, look.at)
        if due.is_doubtful:
            return schedule.second_look(due.source.id, look.at)
        if due.is_asked:
            return look.at
        return schedule.next_look(due.source.id, every, due.newest, look.at)
