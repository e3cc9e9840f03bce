"""The troubles that units have to settle, as open cases and the decisions about them tell, now or as it was then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from monitor.core.calendar import EVER, beijing_date
from monitor.core.case import Closing, StepKind
from monitor.core.finding import State
from monitor.core.register import Suspension, Trouble
from monitor.core.rules.upd_03 import ID as CLOSING_GAPS
from monitor.store import roster, tables
from monitor.store.columns import IDS, bound, key_of, portions
from monitor.store.database import Tx
from monitor.store.findings import CHUNK

TO_SETTLE = (
    StepKind.TASK,
    StepKind.OVERDUE,
    StepKind.ESCALATE,
    StepKind.PROPOSE,
    StepKind.REPEAT,
    StepKind.SUSPECT,
    StepKind.CONFIRM,
)
"""Steps by which somebody has a trouble to settle; those of the ladder before it is over are warnings."""
SPARED = (Closing.EXEMPTED, Closing.RETAINED, Closing.REJECTED)
"""The ends of cases that a decision brought, and not what anybody mended: where it ends, the same trouble goes on."""


def troubles(tx: Tx, ids: Collection[str], at: datetime) -> tuple[Trouble, ...]:
    """Return the accounts' cases that were open then about something that the unit has to settle, oldest first."""
    is_short = len(ids) <= roster.IDS_AT_ONCE
    rows = tx.execute(_UNSETTLED_OF, {"at": at, "ids": list(ids)}) if is_short else tx.execute(_UNSETTLED, {"at": at})
    found = [row for row in rows if row.account in ids and row.said and row.said["state"] in _UNITS]
    newest = _newest_posts(tx, {row.account for row in found if row.rule == CLOSING_GAPS}, at)
    former = _former(tx, {row.account for row in found}, at)
    return tuple(
        Trouble(
            case=row.id,
            account=row.account,
            rule=row.rule,
            since=since,
            paused=paused,
            proposed=frozenset(row.said.get("proposals", ())),
            is_over=row.rule == CLOSING_GAPS and newest.get(row.account, EVER) > datetime.fromisoformat(row.episode),
        )
        for row in found
        for since, paused in [_term(tx, row, former.get((row.account, row.rule, row.episode), ()))]
    )


def _term(tx: Tx, row: sa.Row[Any], former: Sequence[sa.Row[Any]]) -> tuple[date, tuple[Suspension, ...]]:
    """Return since when somebody has had a trouble to settle, and the times for which decisions spared them.

    `former` are the cases of the same trouble that decisions have ended, oldest first.
    """
    same = [row]
    for one in reversed(former):
        if _has_ended_between(tx, one, same[0]):
            break
        same.insert(0, one)
    told = [one for one in same if one.begun is not None]
    pauses = (
        Suspension(since=beijing_date(one.closed_at), until=beijing_date(after.begun)) for one, after in pairwise(told)
    )
    return beijing_date(told[0].begun), tuple(pauses)


def _has_ended_between(tx: Tx, former: sa.Row[Any], after: sa.Row[Any]) -> bool:
    """True if a trouble was over, and not only spared, from the end of one of its cases to the next."""
    change = tables.finding_changes
    said = tx.scalars(
        sa.select(change.c.content).where(
            *(change.c.subject == former.subject, change.c.rule == former.rule),
            *(change.c.at >= former.closed_at, change.c.at <= after.opened_at),
        )
    )
    return any(content["state"] in _OVER and not content.get("decided") for content in said)


def _former(tx: Tx, ids: Collection[str], at: datetime) -> Mapping[tuple[str, str, str], Sequence[sa.Row[Any]]]:
    """Return the cases that decisions have ended by then, oldest first, by account, rule and episode."""
    found: defaultdict[tuple[str, str, str], list[sa.Row[Any]]] = defaultdict(list)
    for row in _rows_of(tx, _FORMER, ids, at):
        found[row.account, row.rule, row.episode].append(row)
    return found


def _rows_of(tx: Tx, chosen: sa.Select[Any], ids: Collection[str], at: datetime) -> Iterator[sa.Row[Any]]:
    for some in portions(sorted(ids), CHUNK):
        yield from tx.execute(chosen, {"at": at, "ids": list(some)})


def _newest_posts(tx: Tx, ids: Collection[str], at: datetime) -> Mapping[str, datetime]:
    """Return when the newest post of each account appeared that was known then and still to be seen."""
    post = tables.posts
    newest = sa.func.max(post.c.published_at)
    chosen = sa.select(post.c.account, newest).where(post.c.published_at <= at, post.c.first_seen <= at)
    chosen = chosen.where(sa.or_(post.c.withdrawn_at.is_(None), post.c.withdrawn_at > at)).group_by(post.c.account)
    rows = (tx.execute(chosen.where(post.c.account.in_(some))) for some in portions(sorted(ids), CHUNK))
    return {account: moment for of_some in rows for account, moment in of_some}


def _unsettled() -> sa.Select[Any]:
    case, step, change = tables.cases, tables.steps, tables.finding_changes
    at = bound(step.c.at, "at")
    begun = sa.func.min(step.c.at).label("begun")
    said = (
        sa.select(change.c.content)
        .where(change.c.subject == key_of(case.c.account), change.c.rule == case.c.rule, change.c.at <= at)
        .order_by(change.c.at.desc(), change.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        sa.select(
            *(case.c.id, case.c.account, case.c.rule, case.c.episode, case.c.opened_at), begun, said.label("said")
        )
        .join_from(case, step, step.c.case == case.c.id)
        .where(case.c.opened_at <= at, sa.or_(case.c.closed_at.is_(None), case.c.closed_at > at))
        .where(step.c.at <= at, step.c.kind.in_(TO_SETTLE))
        .group_by(case.c.id, case.c.account, case.c.rule, case.c.episode, case.c.opened_at)
        .order_by(begun, case.c.id)
    )


def _decided() -> sa.Select[Any]:
    case, step = tables.cases, tables.steps
    at = bound(step.c.at, "at")
    begun = (
        sa.select(sa.func.min(step.c.at))
        .where(step.c.case == case.c.id, step.c.kind.in_(TO_SETTLE))
        .scalar_subquery()
        .label("begun")
    )
    whole = (case.c.account, case.c.subject, case.c.rule, case.c.episode, case.c.opened_at, case.c.closed_at)
    return (
        sa.select(*whole, begun)
        .where(case.c.account.in_(IDS), case.c.closed_at <= at, case.c.closing.in_(SPARED))
        .order_by(case.c.opened_at, case.c.id)
    )


_UNSETTLED = _unsettled()
_UNSETTLED_OF = _UNSETTLED.where(tables.cases.c.account.in_(IDS))
_FORMER = _decided()

_UNITS = frozenset(state.value for state in (State.VIOLATED, State.WARNING, State.SUSPECTED))
"""States that it is the unit's to end, as findings are written; what waits for the office is not."""
_OVER = frozenset(state.value for state in (State.OK, State.NOT_APPLICABLE))
"""States in which there is no trouble, unless a decision says so."""
