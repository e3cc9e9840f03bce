"""Lists of messages: those of one tab, of one unit, of one day, counted and paged in the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from itertools import chain

import sqlalchemy as sa

from monitor.core.account import Role, UnitKey
from monitor.core.calendar import ONE_DAY, start_of_day
from monitor.core.message import MessageAct, MessageState, MessageTab
from monitor.core.notice import Notice
from monitor.store.columns import key_of, portions
from monitor.store.database import Tx
from monitor.store.notices import CHUNK, notice_of
from monitor.store.outcomes import KeptMessage, kept
from monitor.store.tables import account_versions, finding_changes, lights, message_acts, notices, posts
from monitor.store.tables import messages as table


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFilter:
    """Which messages a list is about; what is None leaves nothing out."""

    unit: str | None = None
    """The name of a unit some account of which it is about."""
    area: str | None = None
    """The area of that unit: others have units of the same name."""
    day: date | None = None
    """The day in Beijing on which it was written."""
    own: UnitKey | None = None
    """The only unit whose messages may be seen; what also tells of another's accounts is left out."""


Condition = sa.ColumnElement[bool]
_PHONED = sa.exists().where(message_acts.c.message == table.c.id, message_acts.c.kind == MessageAct.PHONED)
_FAILED = table.c.state == MessageState.FAILED


def counts_of_tabs(tx: Tx, which: MessageFilter, failures: Collection[str]) -> dict[MessageTab, int]:
    """Return how many messages each tab has, zeros included; `failures` are those that a person has to see to."""
    chosen = {tab: sa.select(sa.func.count()).where(*_of(tx, tab, which, failures)) for tab in MessageTab}
    return {tab: tx.scalar(count) or 0 for tab, count in chosen.items()}


def messages_of_tab(
    tx: Tx, tab: MessageTab, which: MessageFilter, failures: Collection[str], *, limit: int, skip: int = 0
) -> tuple[KeptMessage, ...]:
    """Return messages of a tab: what waits for a person by unit, all others latest first."""
    chosen = sa.select(table).where(*_of(tx, tab, which, failures))
    latest = (table.c.created_at.desc(), table.c.id)
    order = (_FIRST_UNIT, *latest) if tab is MessageTab.HELD else latest
    return kept(tx, chosen.order_by(*order).limit(limit).offset(skip))


def condition(
    tx: Tx, tab: MessageTab | None, which: MessageFilter, failures: Collection[str]
) -> sa.ColumnElement[bool] | None:
    """Return the condition of the messages of a tab, or of all tabs together; None where it leaves none out."""
    if tab is None and which == MessageFilter():
        return None
    tabs = MessageTab if tab is None else (tab,)
    return sa.or_(*(sa.and_(*_of(tx, one, which, failures)) for one in tabs))


def _of(tx: Tx, tab: MessageTab, which: MessageFilter, failures: Collection[str]) -> list[Condition]:
    """Return what is true of the messages of a tab.

    A failure that troubles nobody any more stands where its content does: with what was said, or with what was not.
    """
    state, is_open = table.c.state, table.c.id.in_(failures)
    match tab:
        case MessageTab.HELD:
            ours = state == MessageState.HELD
        case MessageTab.FAILED:  # what a failed message was to tell is no longer tied to it
            theirs = failures if which.unit is None and which.own is None else _meant(tx, failures, which)
            is_theirs = [table.c.role != Role.OPERATOR] if which.own is not None else []
            return [table.c.id.in_(theirs), *is_theirs, *_on_day(which)]
        case MessageTab.QUEUED:
            ours = state.in_([MessageState.QUEUED, MessageState.SENDING])
        case MessageTab.SENT:
            ours = sa.or_(state == MessageState.SENT, sa.and_(_FAILED, _PHONED))
        case MessageTab.CANCELLED:
            ours = sa.or_(state == MessageState.CANCELLED, sa.and_(_FAILED, ~_PHONED, ~is_open))
    return [ours, *_on_day(which), *_of_units(which)]


def _meant(tx: Tx, failures: Collection[str], which: MessageFilter) -> list[str]:
    """Return those of failed messages that were to tell of the units that a list is about."""
    carried = notices_in(tx, failures)
    accounts = {notice.account for notices_ in carried.values() for notice in notices_}
    chosen = sa.select(lights.c.account, lights.c.area, lights.c.unit).where(lights.c.account.in_(accounts))
    units = {row.account: UnitKey(row.area, row.unit) for row in tx.execute(chosen)}

    def is_meant(id_: str) -> bool:
        about = {units[notice.account] for notice in carried.get(id_, ()) if notice.account in units}
        is_of_unit = which.unit is None or any(_is_named(unit, which) for unit in about)
        return is_of_unit and (which.own is None or about == {which.own})

    return [id_ for id_ in failures if is_meant(id_)]


def _is_named(unit: UnitKey, which: MessageFilter) -> bool:
    return unit.name == which.unit and which.area in {None, unit.area}


_UNITS = notices.join(lights, lights.c.account == notices.c.account)
_FIRST_UNIT = (
    sa.select(sa.func.min(lights.c.unit)).select_from(_UNITS).where(notices.c.message == table.c.id).scalar_subquery()
)


def _about(*units: Condition) -> Condition:
    """Return the condition that a message tells of an account of such a unit."""
    theirs = sa.select(sa.literal(1)).select_from(_UNITS).where(notices.c.message == table.c.id, *units)
    return theirs.correlate(table).exists()


def _on_day(which: MessageFilter) -> list[Condition]:
    if which.day is None:
        return []
    return [table.c.created_at >= start_of_day(which.day), table.c.created_at < start_of_day(which.day + ONE_DAY)]


def _of_units(which: MessageFilter) -> list[Condition]:
    found = []
    if which.unit is not None:
        is_there = [lights.c.area == which.area] if which.area is not None else []
        found.append(_about(lights.c.unit == which.unit, *is_there))
    if which.own is not None:
        ours = sa.and_(lights.c.unit == which.own.name, lights.c.area == which.own.area)
        found += [_about(ours), ~_about(~ours), table.c.role != Role.OPERATOR]
    return found


def notices_in(tx: Tx, ids: Collection[str]) -> dict[str, tuple[Notice, ...]]:
    """Return the notices of each of these messages, oldest first; of a failed one those that it was to tell."""
    found: defaultdict[str, list[Notice]] = defaultdict(list)
    for some in portions(ids, CHUNK):
        chosen = sa.select(notices).where(notices.c.message.in_(some)).order_by(notices.c.at, notices.c.id)
        for row in tx.execute(chosen):
            found[row.message].append(notice_of(row))
        failed = sa.select(table.c.id, table.c.untold).where(table.c.id.in_(some), _FAILED)
        untold = {row.id: row.untold for row in tx.execute(failed)}
        wanted = set(chain.from_iterable(untold.values()))
        rows = {row.id: notice_of(row) for row in tx.execute(sa.select(notices).where(notices.c.id.in_(wanted)))}
        for id_, told in untold.items():
            had = {notice.id for notice in found[id_]}
            found[id_] += [rows[notice] for notice in told if notice in rows and notice not in had]
    return {id_: tuple(carried) for id_, carried in found.items()}


def changed_since(tx: Tx, ids: Collection[str]) -> frozenset[str]:
    """Return those of these messages about whose accounts anything came in after they were written.

    A post, another finding, or another version on the roster: what a message says may be another thing by now.
    """
    account = notices.c.account
    news = sa.or_(
        sa.exists().where(posts.c.account == account, posts.c.first_seen > table.c.created_at),
        sa.exists().where(finding_changes.c.subject == key_of(account), finding_changes.c.at > table.c.created_at),
        sa.exists().where(account_versions.c.account == account, account_versions.c.known_at > table.c.created_at),
    )
    chosen = sa.select(table.c.id).join(notices, notices.c.message == table.c.id).where(table.c.id.in_(ids), news)
    return frozenset(tx.scalars(chosen.distinct()))
