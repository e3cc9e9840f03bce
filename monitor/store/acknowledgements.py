"""People who say that they have a case, by a link in their message or in person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from monitor.core.case import Acknowledgement
from monitor.core.token import Permit
from monitor.store import tables
from monitor.store.columns import insert_or, run
from monitor.store.database import Tx


def keep_acknowledgement(tx: Tx, case_ids: Collection[int], said: Acknowledgement) -> None:
    """Record who has these cases; their accounts are judged at once, since that may change what comes next."""
    row = {"person": said.person, "by": said.by, "at": said.at}
    run(tx, sa.insert(tables.acknowledgements), [{"case": id_} | row for id_ in sorted(case_ids)])
    accounts, cases = tables.accounts, tables.cases
    concerned = sa.select(cases.c.account).where(cases.c.id.in_(case_ids))
    tx.execute(sa.update(accounts).where(accounts.c.id.in_(concerned)).values(evaluate_at=said.at))


def reader_of(tx: Tx, message_id: str) -> str | None:
    """Return the person to whom a message was sent; None for no such message."""
    person: str | None = tx.scalar(sa.select(tables.messages.c.person).where(tables.messages.c.id == message_id))
    return person


def said_of(tx: Tx, case_ids: Collection[int], person: str, since: datetime | None = None) -> Acknowledgement | None:
    """Return the latest word of a person that they have one of these cases, since a moment if one is given."""
    table = tables.acknowledgements
    theirs = sa.select(table).where(table.c.case.in_(case_ids), table.c.person == person)
    if since is not None:
        theirs = theirs.where(table.c.at >= since)
    row = tx.execute(theirs.order_by(table.c.at.desc(), table.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else Acknowledgement(person=row.person, by=row.by, at=row.at)


def open_cases_of(tx: Tx, message_id: str) -> tuple[int, ...]:
    """Return the cases that a message told of and that are open still, by number."""
    notices, cases = tables.notices, tables.cases
    chosen = (
        sa.select(cases.c.id)
        .join_from(notices, cases, notices.c.case == cases.c.id)
        .where(notices.c.message == message_id, cases.c.closed_at.is_(None))
        .distinct()
        .order_by(cases.c.id)
    )
    return tuple(tx.scalars(chosen))


def spend(tx: Tx, permit: Permit, *, at: datetime) -> bool:
    """Use up a token and return whether this was its first use; of two at once, one is. Forgets what has expired."""
    table = tables.spent_tokens
    tx.execute(sa.delete(table).where(table.c.until <= at))
    spent = insert_or(tx, table, ["id"]).returning(table.c.id)
    return tx.scalar(spent, {"id": permit.id, "until": permit.until}) is not None


def acknowledgements_of(
    tx: Tx, case_ids: Collection[int] | sa.Select[tuple[int]]
) -> defaultdict[int, list[Acknowledgement]]:
    """Return who has said to have these cases, oldest first, by case."""
    table = tables.acknowledgements
    chosen = sa.select(table).where(table.c.case.in_(case_ids)).order_by(table.c.at, table.c.id)
    found: defaultdict[int, list[Acknowledgement]] = defaultdict(list)
    for row in tx.execute(chosen):
        found[row.case].append(Acknowledgement(person=row.person, by=row.by, at=row.at))
    return found
