"""Look at the sources whose turn it is, host beside host, and keep what was seen as looks end (tx1)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from monitor.dispatch.port import Supply
from monitor.pipeline.faults import Faults
from monitor.store import Store, StoreError, Tx, looks, tokens
from monitor.store.looks import Due

IN_HAND = 100
"""How many looks one pass has under way at most."""
CHUNK_EVERY = 0.5
"""Seconds after which the looks that ended are written down, though others are still under way."""


class LookFetch(Fetch, Protocol):
    """The network, bound to one source for one look; afterwards it tells what the answer can be known by."""

    @property
    def validators(self) -> Validators | None:
        """The validators for the next look."""

    raw: bytes | None
    is_whole: bool

    @property
    def is_waiting(self) -> bool:
        """True if nothing is asked for now, and something waits for its turn."""


class Network(Protocol):
    """The part of the network that this module needs."""

    def bind(self, source: str, *, reader: str, validators: Validators | None = None, platform: str = "") -> LookFetch:
        """Return the fetch for one look at one source."""

    def reach(self, platform: str) -> int:
        """Return how many looks at one host are worth having under way: those whose turn comes within seconds."""


class KeptSessions(Protocol):
    """The part of the kept sessions that this module needs: the same one each time, and to have them sealed at rest."""

    is_restored: bool

    def of(self, collector: str, key: str = "") -> Session:
        """Return the session for the grant that a source's key names, else the collector's own."""

    def restore(self, kept: Iterable[Sealed]) -> None:
        """Take back what lay at rest."""

    def unsaved(self) -> tuple[Sealed, ...]:
        """Return what is to lie at rest and does not yet."""

    def saved(self, kept: Iterable[Sealed]) -> None:
        """Note that these do."""


@dataclass(frozen=True, slots=True, eq=False)
class _Begun:
    """A look under way."""

    due: Due
    fetch: LookFetch
    task: asyncio.Task[Look]


@dataclass(slots=True, eq=False)
class _Hand:
    """The work that one pass has under way."""

    begun: list[_Begun] = field(default_factory=list)

    def at_hosts(self) -> Counter[str]:
        """Return how many looks are under way, by host."""
        return Counter(begun.due.source.host for begun in self.begun)

    async def ended(self) -> list[Look]:
        """Return the looks that have ended since: when all have, or after a short while."""
        await asyncio.wait([begun.task for begun in self.begun], timeout=CHUNK_EVERY)
        return self.over()

    def over(self) -> list[Look]:
        """Return the looks that have ended since, in their order."""
        over = [begun for begun in self.begun if begun.task.done()]
        self.begun = [begun for begun in self.begun if not begun.task.done()]
        return sorted((begun.task.result() for begun in over if not begun.task.cancelled()), key=lambda look: look.at)

    async def let_go(self, *, only_waiting: bool = False) -> list[Due]:
        """Cancel the looks, or those that only wait for their turn; return the sources not looked at therefore."""
        gone = [begun for begun in self.begun if not begun.task.done() and (begun.fetch.is_waiting or not only_waiting)]
        for begun in gone:
            begun.task.cancel()
        if gone:
            await asyncio.wait([begun.task for begun in gone])
        return [begun.due for begun in gone]


@dataclass(slots=True, eq=False)
class _Left:
    """The state that passes leave for the next one."""

    looks: list[Look] = field(default_factory=list)
    """Looks that ended and that the database did not take."""
    claimed: list[Due] = field(default_factory=list)
    """Sources that were claimed and not looked at."""
    hands: list[_Hand] = field(default_factory=list)
    is_stopping: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Looker:
    """Looks at sources through collectors, and knows when to look next."""

    store: Store
    collectors: Mapping[str, Collector]
    door: Network
    sessions: KeptSessions
    every: Callable[[Source], timedelta]
    clock: Callable[[], datetime]
    done: Callable[[Platform, Sight, float], None]
    """Told of every look: platform, how it ended, seconds."""
    faults: Faults
    _left: _Left = field(default_factory=_Left)

    async def look(self, supply: Supply, may_begin: Callable[[], bool] = lambda: True) -> int:
        """Look at the sources that are given out until there are no more; return how many were looked at.

        A host is asked for few at a time and takes on more as looks end, so that a slow one keeps nobody else waiting;
        what ended is written down at once. Raises StoreError: then nothing more is asked for, and what had been seen
        is written down first of all the next time. None begins while `may_begin` says no.
        """
        await self._restore()
        count = await self.write_left()
        hand = _Hand()
        self._left.hands.append(hand)
        try:
            while True:
                if may_begin() and not self._left.is_stopping:
                    await self._take(hand, supply)
                if not hand.begun:
                    await self.write_left()
                    return count
                ended = await hand.ended()
                await self._keep(ended, passes_over=True)
                count += len(ended)
        finally:
            self._left.claimed += await hand.let_go()
            self._left.looks += hand.over()
            self._left.hands.remove(hand)

    async def write_left(self) -> int:
        """Write down what had been seen when the database could not be written; return how many looks. Raises."""
        count = len(self._left.looks)
        await self._keep(())
        return count

    async def stop(self) -> None:
        """Begin no more looks, and let go of those that only wait for their turn: the next start makes them."""
        self._left.is_stopping = True
        for hand in self._left.hands:
            self._left.claimed += await hand.let_go(only_waiting=True)
        released, self._left.claimed = self._left.claimed, []
        if released:
            await self.store.write(lambda tx: looks.release(tx, released))

    async def look_now(self, accounts: Collection[str]) -> tuple[looks.Recorded, ...]:
        """Look at every polled source of these accounts, due or not, and read what it shows: somebody asks."""
        await self._restore()
        due = await self.store.query(lambda tx: looks.sources_of(tx, list(accounts)))
        asked = [replace(entry, validators=None) for entry in due if entry.source.collector in self.collectors]
        return await self._write(await asyncio.gather(*(self._look(due, self._fetch(due)) for due in asked)))

    async def glance(self, source: Source) -> Sight:
        """Return how a look at a source that belongs to no account ends; nothing is kept of it."""
        collector = self.collectors[source.collector]
        fetch = self.door.bind(source.id, reader=collector.name, platform=collector.name)
        return await self._sight(collector, source, fetch)

    async def _restore(self) -> None:
        if not self.sessions.is_restored:
            self.sessions.restore(await self.store.query(tokens.kept))

    def reach(self, names: Collection[str]) -> int:
        """Return how many looks at one host are worth having under way."""
        return max(1, min(map(self.door.reach, names), default=1))

    async def _take(self, hand: _Hand, supply: Supply) -> None:
        """Begin the looks for which there is room, at hosts that have come through half of what they had."""
        begun, per_host = hand.at_hosts(), self.reach(supply.names)
        full = sorted(host for host, count in begun.items() if 2 * count > per_host)
        room = looks.Capacity(limit=IN_HAND - len(hand.begun), per_host=per_host, begun=begun, full=full)
        if not room.limit:
            return
        unlooked, self._left.claimed = self._left.claimed, []
        try:
            due = await supply.take(room, unlooked)
        except StoreError:
            self._left.claimed += unlooked
            raise
        if due and self._left.is_stopping:  # meanwhile
            await self.store.write(lambda tx: looks.release(tx, due))
            return
        for entry in due:
            fetch = self._fetch(entry)
            hand.begun.append(_Begun(entry, fetch, asyncio.ensure_future(self._look(entry, fetch))))

    async def _keep(self, ended: Sequence[Look], *, passes_over: bool = False) -> None:
        """Write down what was seen and is not yet, or keep it in mind while the database does not take it.

        With `passes_over`, the accounts that the leader is just judging wait for the next time, and nobody for them.
        """
        left, self._left.looks = self._left.looks, []
        seen = [*left, *ended]
        try:
            if seen:
                await self._write(seen, passes_over=passes_over)
        except BaseException:
            self._left.looks += seen
            raise

    async def _write(self, seen: Sequence[Look], *, passes_over: bool = False) -> tuple[looks.Recorded, ...]:
        unsaved = self.sessions.unsaved()
        recorded, busy = await self.store.write(lambda tx: self._record(tx, seen, unsaved, passes_over))
        self.sessions.saved(unsaved)
        self._left.looks += [look for look in seen if look.source.account in busy]
        return recorded

    def _record(
        self,
        tx: Tx,
        seen: Sequence[Look],
        unsaved: Sequence[Sealed],
        passes_over: bool,  # noqa: FBT001 - as `_write` has it
    ) -> tuple[tuple[looks.Recorded, ...], frozenset[str]]:
        """Keep the looks; return what was kept, and the accounts that were passed over."""
        busy = looks.busy(tx, {look.source.account for look in seen}) if passes_over else frozenset[str]()
        tokens.keep(tx, unsaved, self.clock())
        return looks.record(tx, [look for look in seen if look.source.account not in busy], self._next), busy

    def _fetch(self, due: Due) -> LookFetch:
        collector = self.collectors[due.source.collector]
        is_believed = not due.is_asked and schedule.is_believed(due.read_at, due.newest, self.clock())
        return self.door.bind(
            due.source.id,
            reader=f"{collector.name}/{collector.version}",
            validators=due.validators if is_believed else None,
            platform=collector.name,
        )

    async def _look(self, due: Due, fetch: LookFetch) -> Look:
        started = perf_counter()
        sight = await self._sight(self.collectors[due.source.collector], due.source, fetch)
        seconds = perf_counter() - started
        self.done(due.platform, sight, seconds)
        return Look(
            source=due.source,
            at=self.clock(),
            sight=sight,
            validators=fetch.validators or (due.validators if isinstance(sight, Unchanged) else None),
            raw=fetch.raw,
            seconds=seconds,
            claim=due.claim,
        )

    async def _sight(self, collector: Collector, source: Source, fetch: LookFetch) -> Sight:
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

    def _next(self, due: Due, look: Look) -> datetime:
        every = self.every(due.source)
        if isinstance(look.sight, Blind):
            return schedule.retry_at(due.source.id, every, due.failures, look.sight.retry_after, look.at)
        if due.is_doubtful:
            return schedule.second_look(due.source.id, look.at)
        if due.is_asked:
            return look.at
        return schedule.next_look(due.source.id, every, due.newest, look.at)
