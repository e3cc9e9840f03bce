"""What Prometheus is given at a scrape: the state, read from the store in one transaction, and the counters."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.core.account import Platform
from monitor.core.calendar import WorkCalendar
from monitor.core.case import DOWNLOADS
from monitor.core.finding import State
from monitor.core.observation import MANUAL
from monitor.metrics import Metrics, Reading, Snapshot
from monitor.store import Store, Tx
from monitor.store.cases import Which, cases
from monitor.store.outages import open_outages
from monitor.store.outbox import counts, oldest_age
from monitor.store.sights import Row, overview
from monitor.web.board import days_of

FRESH = timedelta(seconds=5)
"""How long one rendering is given out again: a scrape costs a read of every account."""
_ALL = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What is not in the store: how the monitor itself stands. None: not known."""

    is_store_writable: bool | None = None
    cases_without_next_step: int | None = None


def scraper(
    store: Store,
    metrics: Metrics,
    calendar: WorkCalendar,
    clock: Callable[[], datetime],
    condition: Callable[[], Condition] = Condition,
) -> Callable[[], Awaitable[bytes]]:
    """Return what renders the metrics: off the event loop, once for all who ask within five seconds."""
    one_at_a_time = asyncio.Lock()
    kept: tuple[datetime, bytes] | None = None

    async def scrape() -> bytes:
        nonlocal kept
        async with one_at_a_time:
            now = clock()
            if kept is None or not timedelta() <= now - kept[0] < FRESH:
                stands = condition()
                snapshot = await store.query(lambda tx: read_snapshot(tx, now, calendar, stands))
                kept = now, await asyncio.to_thread(metrics.render, snapshot)
            return kept[1]

    return scrape


def read_snapshot(tx: Tx, now: datetime, calendar: WorkCalendar, stands: Condition) -> Snapshot:
    """Return the state as the store has it now."""
    rows = overview(tx, now)
    out = {outage.platform for outage in open_outages(tx)}
    waited = oldest_age(tx, now)
    last_steps = (case.steps[-1].kind for case in cases(tx, which=Which.OPEN, limit=_ALL) if case.steps)
    return Snapshot(
        at=now,
        readings=tuple(_readings(rows, now)),
        accounts=Counter((row.account.platform, row.account.status) for row in rows),
        findings=Counter((finding.rule, finding.state) for row in rows for finding in row.findings),
        messages=counts(tx),
        oldest_waiting=None if waited is None else now - waited,
        open_cases=Counter(last_steps),
        cases_without_next_step=stands.cases_without_next_step,
        last_seen=_last_seen(rows),
        suspended={platform: platform in out for platform in _polled(rows)},
        calendar_years=calendar.years,
        is_online=None not in out,
        is_store_writable=stands.is_store_writable,
    )


def _polled(rows: Iterable[Row]) -> frozenset[Platform]:
    """Return the platforms that are looked at."""
    return frozenset(row.account.platform for row in rows if any(source.collector != MANUAL for source in row.sources))


def _last_seen(rows: Iterable[Row]) -> dict[Platform, datetime]:
    """Return when each platform that is looked at was last seen."""
    found: dict[Platform, datetime] = {}
    for row in rows:
        moments = [one.last_seen_at for one in row.sources if one.collector != MANUAL and one.last_seen_at]
        platform = row.account.platform
        if moments:
            found[platform] = max(*moments, found.get(platform, moments[0]))
    return found


def _readings(rows: Iterable[Row], now: datetime) -> Iterable[Reading]:
    for row in rows:
        yield Reading(
            account=row.account.id,
            name=row.account.name,
            unit=row.account.unit,
            platform=row.account.platform,
            days=days_of(row, now),
            last_published=row.newest_post_at,
            last_look=row.last_look_at,
            findings=tuple((finding.rule, finding.state) for finding in row.findings),
            is_downloadable=_is_downloadable(row),
        )


_DOWNLOADABLE = {State.OK: True, State.WARNING: True, State.SUSPECTED: False, State.VIOLATED: False}


def _is_downloadable(row: Row) -> bool | None:
    """Return whether an app can be had and used, as it was judged; None for what is no app or could not be seen."""
    states = (finding.state for finding in row.findings if finding.rule == DOWNLOADS)
    return _DOWNLOADABLE.get(next(states, State.UNKNOWN)) if row.account.platform.is_app else None
