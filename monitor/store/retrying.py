"""Trying failed messages once more because a person says so: what they were to tell, and nobody has told since."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.core.calendar import beijing_date
from monitor.core.message import MessageState
from monitor.store.database import Tx
from monitor.store.notices import MATTERS, WAITING, cancel_emptied
from monitor.store.tables import NoticeState, notices
from monitor.store.tables import messages as table


def retry(tx: Tx, ids: Collection[str], *, at: datetime) -> frozenset[str]:
    """Have FAILED messages tried once more; return which: the others have nothing left to say.

    On the day on which its words were settled a message goes as it is, and only while all of it is true. Else what is
    true is told anew, over every way from the first on. Nobody hears again what reached them another way; for whom
    somebody stood in does.
    """
    chosen = sa.select(table).where(table.c.state == MessageState.FAILED, table.c.id.in_(ids))
    first = chosen.order_by(table.c.created_at, table.c.id)
    return frozenset(row.id for row in tx.execute(first).all() if _again(tx, row, at))


def _again(tx: Tx, row: sa.Row[Any], at: datetime) -> bool:
    is_same = row.frozen_at is not None
    if row.topic in MATTERS:
        untold = _untold(tx, row)
        if not untold:
            return False
        is_same = is_same and beijing_date(row.frozen_at) == beijing_date(at)
        anew = {"state": NoticeState.MERGED, "message": row.id} if is_same else _OPEN
        drafts = {row.message for row in untold if row.state is NoticeState.MERGED}
        tx.execute(sa.update(notices).where(notices.c.id.in_([row.id for row in untold])).values(anew | {"route": 0}))
        cancel_emptied(tx, drafts, at=at)
    queued = {"state": MessageState.QUEUED, "due_at": at, "next_try_at": at, "finished_at": None} if is_same else {}
    tx.execute(sa.update(table).where(table.c.id == row.id).values(queued | {"untold": []}))
    return is_same or row.topic in MATTERS


_OPEN = {"state": NoticeState.OPEN, "message": None, "judged_at": None}


def _untold(tx: Tx, row: sa.Row[Any]) -> list[sa.Row[Any]]:
    """Return what the message was to tell and waits, or somebody heard instead of its reader and of whose it is."""
    other = sa.select(notices, table.c.person.label("reader"), table.c.frozen_at)
    joined = other.select_from(notices.outerjoin(table, notices.c.message == table.c.id))
    return [
        entry
        for entry in tx.execute(joined.where(notices.c.id.in_(row.untold)).order_by(notices.c.id)).all()
        if (entry.state in WAITING and entry.frozen_at is None)
        or (entry.state is NoticeState.TOLD and entry.reader not in {row.person, entry.person})
    ]
