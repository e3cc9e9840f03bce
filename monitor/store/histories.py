"""The roster's versions of an account, day by day, and when one of them was confirmed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from monitor.core.calendar import EVER
from monitor.store import tables
from monitor.store.columns import AT_ONCE, run
from monitor.store.database import Tx

SINCE_EVER = EVER
"""From when an account's first version holds."""
Content = Mapping[str, Any] | None
"""An account as a row has it; None: it is not on the roster."""


class HoldsFrom(NamedTuple):
    """That an account is so from a moment on."""

    account: str
    effective_from: datetime
    content: Content


@dataclass(frozen=True, slots=True)
class Learnt:
    """From when something holds, when it was learnt, and with which import."""

    effective_at: datetime
    known_at: datetime
    import_id: int | None


@dataclass(frozen=True, slots=True)
class _History:
    """An account's versions in the order in which they hold, without what a withdrawn import confirmed."""

    versions: Sequence[sa.Row[Any]]
    confirmed: Sequence[datetime]

    def at(self, moment: datetime, *, without: int | None = None) -> sa.Row[Any] | None:
        """Return the version in force at a moment, or the one that was before an import came."""
        chosen = [
            row
            for row in self.versions
            if row.effective_from <= moment and (without is None or row.import_id != without)
        ]
        return chosen[-1] if chosen else None

    def before(self, moment: datetime, *, without: int) -> sa.Row[Any] | None:
        """Return the version in force just before a moment, leaving out those of an import."""
        chosen = [row for row in self.versions if row.effective_from < moment and row.import_id != without]
        return chosen[-1] if chosen else None

    def next_after(self, moment: datetime) -> datetime | None:
        """Return from when the next version holds."""
        return next((row.effective_from for row in self.versions if row.effective_from > moment), None)

    def next_confirmed(self, moment: datetime) -> datetime | None:
        """Return when the version in force at a moment was next confirmed, before another one follows it."""
        following = self.next_after(moment)
        found = next((later for later in self.confirmed if later > moment), None)
        return found if found is not None and (following is None or found < following) else None


def add(tx: Tx, told: Iterable[HoldsFrom], learnt: Learnt) -> None:
    """Add versions as they are told."""
    rows = (
        {
            "account": start.account,
            "effective_from": start.effective_from,
            "known_at": learnt.known_at,
            "is_removed": start.content is None,
            "content": start.content,
            "import_id": learnt.import_id,
        }
        for start in told
    )
    run(tx, sa.insert(tables.account_versions), rows)


def confirm(tx: Tx, ids: Sequence[str], learnt: Learnt) -> None:
    """Keep that accounts were on that day as is known already."""
    row = {"at": learnt.effective_at, "import_id": learnt.import_id}
    run(tx, sa.insert(tables.confirmations), [{"account": id_, **row} for id_ in ids])


def restated(tx: Tx, ids: Collection[str], learnt: Learnt) -> tuple[HoldsFrom, ...]:
    """Return what later rosters confirmed of accounts that change from a moment on: from then on it is as it was."""
    found = []
    for id_, history in _histories(tx, ids):
        before, again = history.at(learnt.effective_at), history.next_confirmed(learnt.effective_at)
        if before is not None and again is not None:
            found.append(HoldsFrom(id_, again, before.content))
    return tuple(found)


def with_later(tx: Tx, ids: Collection[str], moment: datetime) -> frozenset[str]:
    """Return the accounts of which another version holds after a moment."""
    return frozenset(id_ for id_, history in _histories(tx, ids) if history.next_after(moment) is not None)


def corrections(tx: Tx, import_id: int) -> tuple[HoldsFrom, ...]:
    """Return what takes back what an import said: how the accounts were, and what others confirmed of its word."""
    table, confirmed = tables.account_versions, tables.confirmations
    ids = set(tx.scalars(sa.select(table.c.account).where(table.c.import_id == import_id)))
    mine = tx.execute(sa.select(confirmed.c.account, confirmed.c.at).where(confirmed.c.import_id == import_id)).all()
    stated = {row.id: row.as_of for row in tx.execute(sa.select(tables.imports.c.id, tables.imports.c.as_of))}
    found: list[HoldsFrom] = []
    for id_, history in _histories(tx, {row.account for row in mine}, without=import_id):
        for moment in sorted({row.at for row in mine if row.account == id_} - {*history.confirmed}):
            found.extend(_not_restated(id_, history, moment, stated, import_id))
    for id_, history in _histories(tx, ids, without=import_id):
        ours = [row for row in history.versions if row.import_id == import_id]
        first = min(ours, key=lambda entry: entry.effective_from)
        if history.at(first.effective_from) != first:
            continue  # a later word on the same day has taken its place already
        before = history.at(first.effective_from, without=import_id)
        again = history.next_confirmed(first.effective_from)
        if before is None and again is not None:
            continue  # another roster names it as well, and holds since ever without this one
        found.append(HoldsFrom(id_, first.effective_from, before.content if before is not None else None))
        if again is not None:
            found.append(HoldsFrom(id_, again, first.content))
    return tuple(found)


def _not_restated(
    id_: str, history: _History, moment: datetime, stated: Mapping[int, datetime], import_id: int
) -> Iterator[HoldsFrom]:
    """Yield what takes back that an account is from a moment on as it was, where nothing but this import said so."""
    at, before = history.at(moment), history.before(moment, without=import_id)
    if at is None or at.effective_from != moment or at.import_id == import_id or before is None:
        return
    if at.import_id is not None and stated.get(at.import_id) == moment:
        return  # that roster says so itself
    yield HoldsFrom(id_, moment, before.content)
    again = history.next_confirmed(moment)
    if again is not None:
        yield HoldsFrom(id_, again, at.content)


def _histories(tx: Tx, ids: Collection[str], *, without: int | None = None) -> Iterator[tuple[str, _History]]:
    """Yield the histories of accounts; what imports that were withdrawn, or this one, confirmed does not count."""
    version, confirmed, imports = tables.account_versions, tables.confirmations, tables.imports
    ordered = sorted(ids)
    for start in range(0, len(ordered), AT_ONCE):
        part = ordered[start : start + AT_ONCE]
        versions: defaultdict[str, list[sa.Row[Any]]] = defaultdict(list)
        said = sa.select(version).where(version.c.account.in_(part))
        for row in tx.execute(said.order_by(version.c.effective_from, version.c.known_at, version.c.id)):
            versions[row.account].append(row)
        moments: defaultdict[str, list[datetime]] = defaultdict(list)
        standing = (
            sa.select(confirmed.c.account, confirmed.c.at)
            .join_from(confirmed, imports, imports.c.id == confirmed.c.import_id, isouter=True)
            .where(confirmed.c.account.in_(part), imports.c.withdrawn_at.is_(None))
            .where(sa.or_(confirmed.c.import_id.is_(None), confirmed.c.import_id != (without or 0)))
        )
        for row in tx.execute(standing.order_by(confirmed.c.at)):
            moments[row.account].append(row.at)
        for id_, rows in versions.items():
            yield id_, _History(rows, moments[id_])
