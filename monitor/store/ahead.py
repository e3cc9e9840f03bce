"""What has accounts judged at a midnight although nothing was learnt of them: what was told ahead, dead addresses."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from monitor.core.calendar import ONE_DAY, beijing_date, start_of_day
from monitor.store import cases, outbox, tables
from monitor.store.database import Tx
from monitor.store.notes import get_note, put_note
from monitor.store.values import json_text


def told_ahead(tx: Tx, ids: Collection[str], now: datetime) -> dict[str, datetime]:
    """Return from when on a roster, a record, a decision or an order tells more of these accounts, where any does.

    All of them come at the next midnight as soon as a record, a decision or an order is of a later day: that is rare.
    """
    today, version = beijing_date(now), tables.account_versions
    records, papers, decisions = tables.records, tables.papers, tables.decisions
    of_anybody = sa.select(
        sa.exists().where(records.c.on > today)
        | sa.exists().where(papers.c.on > today)
        | sa.exists().where(decisions.c.at > now)
    )
    later = sa.select(version.c.account, sa.func.min(version.c.effective_from))
    later = later.where(version.c.account.in_(ids), version.c.effective_from > now).group_by(version.c.account)
    found: dict[str, datetime] = dict(tx.execute(later).all())
    if tx.scalar(of_anybody):
        midnight = start_of_day(today + ONE_DAY)
        return {id_: min(midnight, found.get(id_, midnight)) for id_ in ids}
    return found


def is_new_day(tx: Tx, now: datetime) -> bool:
    """True if nobody has begun the day (`begin_day`)."""
    return (get_note(tx, _DAY) or "") < beijing_date(now).isoformat()


def begin_day(tx: Tx, now: datetime) -> None:
    """Have everybody judged on a new day if since the last one an address began or ceased to refuse messages.

    Any account may have it, and far sides refuse when they like: no account's row follows what becomes of messages.
    """
    if not is_new_day(tx, now):
        return
    refusing = json_text({address: at.isoformat() for address, at in sorted(outbox.refusing(tx, now).items())})
    if (get_note(tx, _REFUSING) or "{}") != refusing:
        cases.judge_soon(tx, now)
        put_note(tx, _REFUSING, refusing)
    put_note(tx, _DAY, beijing_date(now).isoformat())


_DAY, _REFUSING = "judged_day", "judged_refusing"
