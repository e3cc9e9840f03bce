"""What Prometheus is given at a scrape: the state, read from the store in one transaction, and the counters."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import thread_time
from typing import Generic, TypeVar

from monitor.core.calendar import WorkCalendar
from monitor.core.case import DOWNLOADS, LADDER
from monitor.core.finding import State
from monitor.metrics import SERIES_CAP, TROUBLE, AccountReading, Metrics, Snapshot, accounts_text
from monitor.store import Store, StoreError, Tx, due_sources, sizing, tally
from monitor.store.outages import open_outages
from monitor.store.outbox import counts, oldest_age
from monitor.store.tally import Glance
from monitor.web.overview import days_of

FRESH = timedelta(seconds=5)
"""How long one rendering is given out again at least."""
PROMPT = 1.5
"""Seconds that whoever asks waits for the state to be read; else they are given what was read last."""
STALE = timedelta(minutes=5)
"""What was read longer ago is not given out any more."""
Scrape = Callable[[], Awaitable[bytes]]
"""Gives the text for Prometheus."""
ReadT = TypeVar("ReadT")
SHARE = 20
"""So many times what reading the state costs, it is given out again: whoever asks how often, the rest is for work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What is not in the store: how the monitor itself stands. None: not known."""

    is_store_writable: bool | None = None
    cases_without_next_step: int | None = None
    is_leader: bool | None = None
    loop_lag: float | None = None
    """By how many seconds the event loop was late at most in the last minute."""


def scraper(
    store: Store,
    metrics: Metrics,
    calendar: WorkCalendar,
    clock: Callable[[], datetime],
    condition: Callable[[], Condition] = Condition,
) -> Scrape:
    """Return what renders `/metrics`: events and state, and the series of so many accounts as are bearable."""
    roster: tally.Accounts | None = None

    def read(tx: Tx, now: datetime) -> Snapshot:
        nonlocal roster
        if roster is None or not roster.hold(tx, now):
            roster = tally.accounts(tx, now)
        return read_snapshot(tx, now, calendar, condition(), roster)

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
    """What was read last, and as it was rendered then."""

    at: datetime
    lasts: timedelta
    found: ReadT
    text: bytes


def read_all(tx: Tx, now: datetime) -> tuple[AccountReading, ...]:
    """Return every account as it stands now."""
    return tuple(_reading(one, now) for one in tally.glances(tx, now, None))


def read_snapshot(
    tx: Tx, now: datetime, calendar: WorkCalendar, stands: Condition, roster: tally.Accounts | None = None
) -> Snapshot:
    """Return the state as the store has it now; the roster is counted where no count of it that holds is given."""
    accounts = (roster or tally.accounts(tx, now)).counts
    ids, left_out = None, 0
    if accounts.total() > SERIES_CAP:
        ids, troubled = tally.in_trouble(tx, TROUBLE, SERIES_CAP)
        left_out = troubled - len(ids)
    out = {outage.platform for outage in open_outages(tx)}
    waited = oldest_age(tx, now)
    seen = tally.last_seen(tx)
    waiting, sizes = due_sources.waiting(tx, now), sizing.sizes(tx)
    return Snapshot(
        at=now,
        readings=tuple(_reading(one, now) for one in tally.glances(tx, now, ids)),
        left_out=left_out,
        accounts=accounts,
        findings=tally.findings(tx),
        messages=counts(tx),
        oldest_waiting=None if waited is None else now - waited,
        open_cases=tally.open_cases(tx),
        cases_without_next_step=stands.cases_without_next_step,
        last_seen={platform: at for platform, at in seen.items() if at is not None},
        suspended={platform: platform in out for platform in seen},
        calendar_years=calendar.years,
        is_online=None not in out,
        is_store_writable=stands.is_store_writable,
        is_leader=stands.is_leader,
        loop_lag=stands.loop_lag,
        looks_due=waiting.sources,
        oldest_look_due=waiting.since,
        database_size=sizes.database,
        wal_size=sizes.wal,
        disk_free=sizes.free,
    )


def _reading(glance: Glance, now: datetime) -> AccountReading:
    is_seen = glance.last_look_at is not None and (LADDER, State.UNKNOWN) not in glance.states
    return AccountReading(
        account=glance.account,
        name=glance.name,
        unit=glance.unit,
        platform=glance.platform,
        days=days_of(glance.newest_post_at, glance.opened_on, now, is_seen=is_seen),
        last_published=glance.newest_post_at,
        last_look=glance.last_look_at,
        findings=glance.states,
        is_downloadable=_is_downloadable(glance),
    )


_DOWNLOADABLE = {State.OK: True, State.WARNING: True, State.SUSPECTED: False, State.VIOLATED: False}


def _is_downloadable(glance: Glance) -> bool | None:
    """Return whether an app can be had and used, as it was judged; None for what is no app or could not be seen."""
    states = (state for rule, state in glance.states if rule == DOWNLOADS)
    return _DOWNLOADABLE.get(next(states, State.UNKNOWN)) if glance.platform.is_app else None
