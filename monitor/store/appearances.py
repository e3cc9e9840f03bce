"""The appearances of accounts on their platforms: portraits as they grow with looks, and changes as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.core.appearance import AppearanceChange, Portrait, changes
from monitor.core.observation import Timeline
from monitor.store.columns import run
from monitor.store.database import Tx
from monitor.store.intervals import LookEntry
from monitor.store.outages import open_outages
from monitor.store.tables import events as table


def portraits(tx: Tx, entries: Sequence[LookEntry]) -> dict[str, Portrait]:
    """Return what each source is known to show after these looks; one whose platform is out teaches nothing."""
    out = {outage.platform for outage in open_outages(tx)}
    return {
        entry.look.source.id: entry.before.portrait if out & {None, entry.before.due.platform} else _after(entry)
        for entry in entries
    }


def keep_changes(tx: Tx, entries: Sequence[LookEntry], after: Mapping[str, Portrait]) -> frozenset[str]:
    """Keep what has become certain; return the accounts it is about."""
    found = [
        (entry.look.source.id, change)
        for entry in entries
        for change in changes(
            entry.look.source.account, entry.before.portrait, after[entry.look.source.id], entry.look.at
        )
    ]
    run(tx, sa.insert(table), [_row(source, change) for source, change in found])
    return frozenset(change.account for _, change in found)


def events_since(tx: Tx, since: datetime) -> tuple[AppearanceChange, ...]:
    """Return what changed after a moment, oldest first."""
    return _changes(tx, sa.select(table).where(table.c.at > since).order_by(table.c.at, table.c.id))


def events_of(tx: Tx, account_id: str, *, limit: int = 20) -> tuple[AppearanceChange, ...]:
    """Return what changed about an account, latest first."""
    chosen = sa.select(table).where(table.c.account == account_id)
    return _changes(tx, chosen.order_by(table.c.at.desc(), table.c.id.desc()).limit(limit))


def _after(entry: LookEntry) -> Portrait:
    before, at = entry.before.portrait, entry.look.at
    match entry.look.sight:
        case Timeline() as seen:
            return before.after(entry.seen if isinstance(entry.seen, Timeline) else seen, at)
        case _:  # that nothing changed is said by the far side, and not seen
            return before


def _row(source: str, change: AppearanceChange) -> dict[str, object]:
    return {
        "account": change.account,
        "source": source,
        "aspect": change.aspect,
        "before": change.before,
        "after": change.after,
        "at": change.at,
    }


def _changes(tx: Tx, chosen: sa.Select[Any]) -> tuple[AppearanceChange, ...]:
    return tuple(
        AppearanceChange(account=row.account, aspect=row.aspect, before=row.before, after=row.after, at=row.at)
        for row in tx.execute(chosen)
    )
