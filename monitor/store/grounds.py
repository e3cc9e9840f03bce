"""Which decisions may rest on what has turned out otherwise, and what was found out about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.core.calendar import ONE_DAY, beijing_date, start_of_day
from monitor.core.decision import Decision
from monitor.core.observation import MANUAL
from monitor.core.subject import SubjectKind
from monitor.store import notes, tables
from monitor.store.columns import stands
from monitor.store.database import Tx
from monitor.store.decisions import decision_of
from monitor.store.histories import SINCE_EVER
from monitor.store.tables import decisions as table

LATE = ONE_DAY
"""How long after a moment something may still be written that was learnt at it: a large import takes its time."""
_NOTE = "grounds"
"""The memory of when the decisions were last examined, and of what was known then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDecision:
    """A decision as it was entered."""

    id: int
    decision: Decision
    known_at: datetime


@dataclass(frozen=True, slots=True)
class _Learnt:
    """Something that was learnt at one moment and is true from another on, about one account or about many."""

    account: str | None
    true_from: datetime
    known_at: datetime

    def touches(self, row: sa.Row[Any]) -> bool:
        """True if it tells of the time up to a decision, and was learnt since that was entered.

        A finding about an area or a unit may follow from any account.
        """
        concerns = self.account in {None, row.account} or row.account is None
        return concerns and self.known_at > row.known_at and self.true_from <= row.at


def to_examine(tx: Tx, now: datetime) -> tuple[KeptDecision, ...]:
    """Return the decisions about whose past anything was learnt since all were last examined; call it and examine them.

    Only what is learnt late about the time up to a decision can change what it rests on. A decision that a later one
    on the same subject and rule has followed is left alone. Nothing is read while nothing was imported on that day:
    posts that turn up late are looked for once a day.
    """
    said, mark = notes.get_note(tx, _NOTE), _mark(tx, now)
    before, _, known = (said or "").partition(" ")
    if known == mark:
        return ()
    notes.put_note(tx, _NOTE, f"{now.isoformat()} {mark}")
    order = sa.func.row_number().over(
        partition_by=(table.c.subject, table.c.rule), order_by=(table.c.at.desc(), table.c.id.desc())
    )
    latest = sa.select(table, order.label("place")).where(table.c.at <= now, stands(table)).subquery()
    rows = tx.execute(sa.select(latest).where(latest.c.place == 1).order_by(latest.c.id)).all()
    if not rows:
        return ()
    entered = min(row.known_at for row in rows)
    learnt = tuple(_learnt_since(tx, max(entered, datetime.fromisoformat(before) - LATE) if before else entered, rows))
    return tuple(
        KeptDecision(id=row.id, decision=decision_of(row, now), known_at=row.known_at)
        for row in rows
        if any(entry.touches(row) for entry in learnt)
    )


def _mark(tx: Tx, now: datetime) -> str:
    """Return what changes with every import, and with the day."""
    imported = (tables.papers, tables.records, tables.account_versions)
    ids = [tx.scalar(sa.select(sa.func.max(table.c.id))) for table in imported]
    ids.append(tx.scalar(sa.select(sa.func.count(tables.imports.c.withdrawn_at))))
    return " ".join(map(str, (beijing_date(now), *ids)))


def note(tx: Tx, decision_id: int, basis_changed: str | None, *, at: datetime) -> None:
    """Keep how the grounds of a decision have changed, and since when that is known; None: they have not."""
    this = sa.update(table).where(table.c.id == decision_id)
    since = sa.case(
        (table.c.basis_changed.is_(None), sa.literal(at, table.c.basis_changed_at.type)), else_=table.c.basis_changed_at
    )
    tx.execute(this.values(basis_changed_at=since if basis_changed else None, basis_changed=basis_changed))


def _learnt_since(tx: Tx, floor: datetime, rows: Sequence[sa.Row[Any]]) -> Iterator[_Learnt]:
    """Yield what was learnt since then about the time up to the last of these decisions."""
    ceiling = max(row.at for row in rows)
    ids = {row.account for row in rows} - {None}
    papers, records, versions = tables.papers, tables.records, tables.account_versions
    posts, seen = tables.posts, tables.observations
    for paper in tx.execute(sa.select(papers.c.effective_on, papers.c.known_at).where(papers.c.known_at > floor)):
        yield _Learnt(None, start_of_day(paper.effective_on), paper.known_at)
    for entry in tx.execute(sa.select(records).where(records.c.known_at > floor)):
        yield _Learnt(
            entry.name if entry.subject is SubjectKind.ACCOUNT else None, start_of_day(entry.on), entry.known_at
        )
    withdrawn = tables.imports.c.withdrawn_at
    for moment in tx.scalars(sa.select(withdrawn).where(withdrawn > floor)):
        yield _Learnt(None, SINCE_EVER, moment)
    about = sa.select(versions.c.account, versions.c.effective_from, versions.c.known_at)
    about = about.where(versions.c.known_at > floor)
    if all(row.account for row in rows):
        about = about.where(versions.c.account.in_(ids))
    by_hand = sa.select(seen.c.account, seen.c.first_seen, seen.c.known_at)
    by_hand = by_hand.where(seen.c.account.in_(ids), seen.c.collector == MANUAL, seen.c.known_at > floor)
    late = [about, by_hand.where(seen.c.first_seen <= ceiling)]
    for learnt_at in (posts.c.first_seen, posts.c.withdrawn_at):
        published = sa.select(posts.c.account, posts.c.published_at, learnt_at)
        late.append(published.where(posts.c.account.in_(ids), posts.c.published_at <= ceiling, learnt_at > floor))
    yield from (_Learnt(*row) for chosen in late for row in tx.execute(chosen))
