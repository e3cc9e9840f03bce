"""Work orders (省平台工单) as rows of papers, each with the answer that was recorded to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime

import sqlalchemy as sa

from monitor.core.calendar import beijing_date
from monitor.core.paper import PaperKind
from monitor.core.record import Record, RecordKind
from monitor.core.reference import Reference
from monitor.core.work_order import OrderAnswer, WorkOrder, answers
from monitor.store import tables
from monitor.store.columns import stands
from monitor.store.database import Tx
from monitor.store.papers import standing_heads
from monitor.store.records import record_of
from monitor.store.values import decode

_Row = tuple[str | None, date | None]
"""The account of a row and its last day: what is told of it anew when it changes."""


def work_orders(tx: Tx, *, by: date, known_at: datetime, ids: Collection[str] | None = None) -> tuple[WorkOrder, ...]:
    """Return the orders issued up to a day, as known at a moment, the first to be due first; of these accounts only.

    Without `ids` all of them, those that no account answers to included.
    """
    paper, entry = tables.papers, tables.entries
    heads = tx.execute(standing_heads(paper.c.kind == PaperKind.ORDER, paper.c.on <= by, known_at=known_at)).all()
    if not heads:
        return ()
    of = {head.id: head for head in heads}
    light = tables.lights
    chosen = sa.select(entry, light.c.area).outerjoin(light, light.c.account == entry.c.account)
    chosen = chosen.where(entry.c.paper.in_(list(of)))
    rows = tx.execute(chosen if ids is None else chosen.where(entry.c.account.in_(ids))).all()
    if not rows:
        return ()
    since, given = _entered(tx, known_at), _answers(tx, by, known_at)
    found = []
    for row in rows:
        head = of[row.paper]
        order = WorkOrder(
            entry=row.id,
            number=head.title,
            account=row.account,
            area=row.area,
            written=decode(Reference, row.written),
            problem=row.value or "",
            issued_on=head.on,
            due=row.day,
            entered_on=beijing_date(since[head.key][row.account, row.day]),
        )
        found.append(replace(order, answer=_answer(order, given)))
    return tuple(sorted(found, key=lambda order: (order.due, order.issued_on, order.number, order.entry)))


def of_accounts(tx: Tx, ids: Collection[str], *, by: date, known_at: datetime) -> dict[str, tuple[WorkOrder, ...]]:
    """Return the orders about these accounts, by account; none for most."""
    found: defaultdict[str, tuple[WorkOrder, ...]] = defaultdict(tuple)
    for order in work_orders(tx, by=by, known_at=known_at, ids=ids):
        if order.account is not None:
            found[order.account] += (order,)
    return dict(found)


def _entered(tx: Tx, known_at: datetime) -> dict[str, dict[_Row, datetime]]:
    """Return since when each row has been known with its account and last day, by the key of its order."""
    paper, entry = tables.papers, tables.entries
    first = sa.func.min(paper.c.known_at)
    chosen = sa.select(paper.c.key, entry.c.account, entry.c.day, first).join_from(paper, entry)
    chosen = chosen.where(paper.c.kind == PaperKind.ORDER, paper.c.known_at <= known_at, stands(paper, known_at))
    found: defaultdict[str, dict[_Row, datetime]] = defaultdict(dict)
    for key, account, day, at in tx.execute(chosen.group_by(paper.c.key, entry.c.account, entry.c.day)):
        found[key][account, day] = at
    return found


def _answers(tx: Tx, by: date, known_at: datetime) -> Sequence[tuple[Record, str]]:
    """Return what was recorded as answers, oldest first, each with who recorded it."""
    table, imported = tables.records, tables.imports
    chosen = (
        sa.select(table, imported.c.by.label("by"))
        .outerjoin(imported, imported.c.id == table.c.import_id)
        .where(table.c.kind == RecordKind.WORK_ORDER, table.c.on <= by, table.c.known_at <= known_at)
        .where(stands(table, known_at))
        .order_by(table.c.on, table.c.id)
    )
    return [(record_of(row), row.by or "") for row in tx.execute(chosen)]


def _answer(order: WorkOrder, given: Sequence[tuple[Record, str]]) -> OrderAnswer | None:
    """Return the first that answers an order, in the words of the last of that day."""
    mine = [(record, by) for record, by in given if record.result is not None and answers(record, order)]
    of_first_day = [(record, by) for record, by in mine if record.on == mine[0][0].on]
    if not of_first_day:
        return None
    record, by = of_first_day[-1]
    if record.result is None:
        return None
    return OrderAnswer(record=record.id, result=record.result, on=record.on, text=record.text, by=by)
