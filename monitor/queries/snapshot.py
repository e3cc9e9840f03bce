"""The state for a scrape: everything, read from the store in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.core.calendar import WorkCalendar
from monitor.core.case import DOWNLOADS, LADDER
from monitor.core.finding import State
from monitor.metrics import SERIES_CAP, TROUBLE, AccountReading, QueueReading, Snapshot
from monitor.queries.lines import days_of
from monitor.queries.reports import latest_figures
from monitor.store import Tx, due_sources, sizing, tally, web_hooks
from monitor.store.outages import open_outages
from monitor.store.outbox import counts, oldest_age
from monitor.store.tally import Accounts, Glance


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """The state that is not in the store: how the monitor itself stands. None: not known."""

    is_store_writable: bool | None = None
    cases_without_next_step: int | None = None
    is_leader: bool | None = None
    loop_lag: float | None = None
    """By how many seconds the event loop was late at most in the last minute."""
    queues: tuple[QueueReading, ...] = ()


class RosterCount:
    """How many accounts there are on the roster: counted again only where a count of it does not hold any more."""

    def __init__(self) -> None:
        """Begin without a count."""
        self._counted: Accounts | None = None

    def read(self, tx: Tx, now: datetime) -> Accounts:
        """Return the count that holds at `now`."""
        if self._counted is None or not self._counted.hold(tx, now):
            self._counted = tally.accounts(tx, now)
        return self._counted


def read_all(tx: Tx, now: datetime) -> tuple[AccountReading, ...]:
    """Return every account as it stands now."""
    return tuple(_reading(glance, now) for glance in tally.glances(tx, now, None))


def read_snapshot(
    tx: Tx, now: datetime, calendar: WorkCalendar, stands: Condition, roster: Accounts | None = None
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
        readings=tuple(_reading(glance, now) for glance in tally.glances(tx, now, ids)),
        left_out=left_out,
        accounts=accounts,
        findings=tally.findings(tx),
        messages=counts(tx),
        oldest_waiting=None if waited is None else now - waited,
        hook_events=web_hooks.counts(tx),
        open_cases=tally.open_cases(tx),
        cases_without_next_step=stands.cases_without_next_step,
        last_seen={platform: at for platform, at in seen.items() if at is not None},
        suspended={platform: platform in out for platform in seen},
        calendar_years=calendar.years,
        is_online=None not in out,
        is_store_writable=stands.is_store_writable,
        is_leader=stands.is_leader,
        loop_lag=stands.loop_lag,
        queues=stands.queues,
        looks_due=waiting.sources,
        oldest_look_due=waiting.since,
        database_size=sizes.database,
        wal_size=sizes.wal,
        disk_free=sizes.free,
        reports=latest_figures(tx),
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
