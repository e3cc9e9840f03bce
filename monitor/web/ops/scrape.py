"""The answer to a scrape of Prometheus: the state, read from the store in one transaction, and the counters."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import thread_time
from typing import Generic, TypeVar

from monitor.core.calendar import WorkCalendar
from monitor.metrics import Metrics, Snapshot, accounts_text
from monitor.queries.snapshot import Condition, RosterCount, read_all, read_snapshot
from monitor.store import Store, StoreError, Tx

FRESH = timedelta(seconds=5)
"""How long one rendering is given out again at least."""
PROMPT = 1.5
"""Seconds that a request waits for the state to be read; after that it is given what was read last."""
STALE = timedelta(minutes=5)
"""The age from which a read is not given out any more."""
Scrape = Callable[[], Awaitable[bytes]]
"""Gives the text for Prometheus."""
ReadT = TypeVar("ReadT")
SHARE = 20
"""The multiple of the cost of reading the state for which it is given out again: however often it is asked, time is
left for work."""


def scraper(
    store: Store,
    metrics: Metrics,
    calendar: WorkCalendar,
    clock: Callable[[], datetime],
    condition: Callable[[], Condition] = Condition,
) -> Scrape:
    """Return the function that renders `/metrics`: events, state, and the series of a bearable number of accounts."""
    roster = RosterCount()

    def read(tx: Tx, now: datetime) -> Snapshot:
        return read_snapshot(tx, now, calendar, condition(), roster.read(tx, now))

    def render(found: Snapshot | None) -> bytes:
        """Return what is known: with the state or, where the database does not give it, without."""
        stands = condition()
        known = found or Snapshot(at=clock(), is_read=False)
        return metrics.render(
            replace(
                known,
                is_store_writable=stands.is_store_writable,
                cases_without_next_step=stands.cases_without_next_step,
                is_leader=stands.is_leader,
                loop_lag=stands.loop_lag,
            )
        )

    return _shared(store, clock, read, render)


def account_scraper(store: Store, clock: Callable[[], datetime]) -> Scrape:
    """Return what renders `/metrics/accounts`: the series of every account, for who asks for that."""
    return _shared(store, clock, read_all, lambda readings: accounts_text(readings or ()).encode())


def _shared(
    store: Store,
    clock: Callable[[], datetime],
    read: Callable[[Tx, datetime], ReadT],
    render: Callable[[ReadT | None], bytes],
) -> Scrape:
    """Return what reads and renders off the event loop, once for all who ask while it is fresh.

    Nobody waits long for the database: where it does not answer, what it said last is rendered anew, with what is
    known without it.
    """
    kept: _Kept[ReadT] | None = None
    under_way: asyncio.Task[None] | None = None

    def timed(tx: Tx, now: datetime) -> tuple[ReadT, timedelta]:
        started = thread_time()
        found = read(tx, now)
        return found, timedelta(seconds=thread_time() - started)

    async def renew(now: datetime) -> None:
        nonlocal kept
        found, cost = await store.glance(lambda tx: timed(tx, now))
        text = await asyncio.to_thread(render, found)
        kept = _Kept(at=now, lasts=max(FRESH, SHARE * cost), found=found, text=text)

    async def scrape() -> bytes:
        nonlocal under_way
        now = clock()
        if kept is not None and timedelta() <= now - kept.at < kept.lasts:
            return kept.text
        if under_way is None or under_way.done():
            under_way = asyncio.create_task(renew(now))
            under_way.add_done_callback(_noted)
        await asyncio.wait({under_way}, timeout=PROMPT)
        if under_way.done() and isinstance(failed := under_way.exception(), Exception):
            if not isinstance(failed, StoreError):
                raise failed
        elif under_way.done() and kept is not None:
            return kept.text
        is_recent = kept is not None and timedelta() <= now - kept.at < STALE
        return await asyncio.to_thread(render, kept.found if kept is not None and is_recent else None)

    return scrape


def _noted(task: asyncio.Task[None]) -> None:
    """Take note of how a reading ended for which nobody waits any more: the next one is made anew."""
    if not task.cancelled():
        task.exception()


@dataclass(frozen=True, slots=True)
class _Kept(Generic[ReadT]):
    """The last read, and its text as it was rendered then."""

    at: datetime
    lasts: timedelta
    found: ReadT
    text: bytes
