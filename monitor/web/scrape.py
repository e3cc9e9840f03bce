"""What Prometheus is given at a scrape: the state, read from the store in one transaction, and the counters."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import thread_time
from typing import TypeVar

from monitor.core.calendar import WorkCalendar
from monitor.core.case import DOWNLOADS, LADDER
from monitor.core.finding import State
from monitor.metrics import SERIES_CAP, TROUBLE, Metrics, Reading, Snapshot, accounts_text
from monitor.store import Store, Tx, sizing, tallies, turns
from monitor.store.outages import open_outages
from monitor.store.outbox import counts, oldest_age
from monitor.store.tallies import Glance
from monitor.web.board import days_of

FRESH = timedelta(seconds=5)
"""How long one rendering is given out again at least."""
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
    roster: tallies.Accounts | None = None

    def read(tx: Tx, now: datetime) -> Snapshot:
        nonlocal roster
        if roster is None or not roster.hold(tx, now):
            roster = tallies.accounts(tx, now)
        return read_snapshot(tx, now, calendar, condition(), roster)

    return _shared(store, clock, read, metrics.render)


def account_scraper(store: Store, clock: Callable[[], datetime]) -> Scrape:
    """Return what renders `/metrics/accounts`: the series of every account, for who asks for that."""
    return _shared(store, clock, read_all, lambda readings: accounts_text(readings).encode())


def _shared(
    store: Store, clock: Callable[[], datetime], read: Callable[[Tx, datetime], ReadT], render: Callable[[ReadT], bytes]
) -> Scrape:
    """Return what reads and renders off the event loop, once for all who ask while it is fresh."""
    one_at_a_time = asyncio.Lock()
    kept: tuple[datetime, timedelta, bytes] | None = None

    def timed(tx: Tx, now: datetime) -> tuple[ReadT, timedelta]:
        started = thread_time()
        found = read(tx, now)
        return found, timedelta(seconds=thread_time() - started)

    async def scrape() -> bytes:
        nonlocal kept
        async with one_at_a_time:
            now = clock()
            if kept is None or not timedelta() <= now - kept[0] < kept[1]:
                found, cost = await store.query(lambda tx: timed(tx, now))
                kept = now, max(FRESH, SHARE * cost), await asyncio.to_thread(render, found)
            return kept[2]

    return scrape


def read_all(tx: Tx, now: datetime) -> tuple[Reading, ...]:
    """Return every account as it stands now."""
    return tuple(_reading(one, now) for one in tallies.glances(tx, now, None))


def read_snapshot(
    tx: Tx, now: datetime, calendar: WorkCalendar, stands: Condition, roster: tallies.Accounts | None = None
) -> Snapshot:
    """Return the state as the store has it now; the roster is counted where no count of it that holds is given."""
    accounts = (roster or tallies.accounts(tx, now)).counts
    ids, left_out = None, 0
    if accounts.total() > SERIES_CAP:
        ids, troubled = tallies.in_trouble(tx, TROUBLE, SERIES_CAP)
        left_out = troubled - len(ids)
    out = {outage.platform for outage in open_outages(tx)}
    waited = oldest_age(tx, now)
    seen = tallies.last_seen(tx)
    waiting, sizes = turns.waiting(tx, now), sizing.sizes(tx)
    return Snapshot(
        at=now,
        readings=tuple(_reading(one, now) for one in tallies.glances(tx, now, ids)),
        left_out=left_out,
        accounts=accounts,
        findings=tallies.findings(tx),
        messages=counts(tx),
        oldest_waiting=None if waited is None else now - waited,
        open_cases=tallies.open_cases(tx),
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


def _reading(glance: Glance, now: datetime) -> Reading:
    is_seen = glance.last_look_at is not None and (LADDER, State.UNKNOWN) not in glance.states
    return Reading(
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
