"""What signed links open: whose accounts a message told of, which links were ended, and subscriptions to deadlines."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.core.account import Account, Role, UnitKey
from monitor.core.message import MessageState
from monitor.store import roster, tables
from monitor.store.database import Tx
from monitor.store.outcomes import KeptMessage, messages

_stops, _calendars = tables.unit_link_stops, tables.unit_calendars


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message, with what it told of as the roster was when it was written."""

    person: str
    """To whom it was sent; empty for the operator."""
    accounts: tuple[Account, ...]

    @property
    def units(self) -> tuple[UnitKey, ...]:
        """Whose accounts they were, each once."""
        return tuple(dict.fromkeys(account.unit_key for account in self.accounts))


def told_by(tx: Tx, message_id: str) -> Told | None:
    """Return what a message told of; None for no such message.

    An account that was given to another unit since does not let that unit's page be opened.
    """
    message, notice = tables.messages, tables.notices
    row = tx.execute(sa.select(message.c.person, message.c.created_at).where(message.c.id == message_id)).one_or_none()
    if row is None:
        return None
    about = sa.select(notice.c.account).where(notice.c.message == message_id, notice.c.account.is_not(None)).distinct()
    ids = tuple(tx.scalars(about.order_by(notice.c.account)))
    then = roster.accounts(tx, at=row.created_at, known_at=row.created_at, ids=ids) if ids else ()
    return Told(person=row.person, accounts=then)


def told_to(tx: Tx, accounts: Collection[str], *, limit: int) -> tuple[KeptMessage, ...]:
    """Return what people of these accounts were sent, latest first; a message that tells of others is left out."""
    message, notice = tables.messages, tables.notices
    about = sa.select(notice.c.id).where(notice.c.message == message.c.id)
    chosen = (
        sa.select(message.c.id)
        .where(
            message.c.state == MessageState.SENT,
            message.c.role.in_([Role.LIAISON, Role.LEADER]),
            about.where(notice.c.account.in_(accounts)).exists(),
            ~about.where(sa.or_(notice.c.account.is_(None), notice.c.account.not_in(accounts))).exists(),
        )
        .order_by(message.c.created_at.desc(), message.c.id)
        .limit(limit)
    )
    ids = tuple(tx.scalars(chosen)) if accounts else ()
    return messages(tx, ids=ids, limit=limit) if ids else ()


def accounts_of(tx: Tx, units: Collection[UnitKey]) -> tuple[Account, ...]:
    """Return the accounts of these units on the roster of now, by id."""
    light = tables.lights
    theirs = sa.tuple_(light.c.area, light.c.unit).in_([tuple(unit) for unit in units])
    chosen = sa.select(light.c.account).where(theirs)
    ids = tuple(tx.scalars(chosen)) if units else ()
    return roster.accounts(tx, ids=ids) if ids else ()


def areas_with(tx: Tx, name: str) -> tuple[str, ...]:
    """Return the areas in which a unit of that name has accounts, sorted."""
    light = tables.lights
    return tuple(tx.scalars(sa.select(light.c.area).where(light.c.unit == name).distinct().order_by(light.c.area)))


def stop_links(tx: Tx, unit: UnitKey, *, at: datetime) -> None:
    """End all links and subscriptions of a unit that were given out up to now."""
    tx.execute(sa.insert(_stops), {"area": unit.area, "unit": unit.name, "at": at})
    theirs = sa.and_(_is_of(_calendars, unit), _calendars.c.stopped_at.is_(None))
    tx.execute(sa.update(_calendars).where(theirs).values(stopped_at=at))


def stopped_at(tx: Tx, unit: UnitKey) -> datetime | None:
    """Return when the links of a unit were last ended."""
    found: datetime | None = tx.scalar(sa.select(sa.func.max(_stops.c.at)).where(_is_of(_stops, unit)))
    return found


def make_calendar(tx: Tx, unit: UnitKey, *, at: datetime) -> int:
    """Begin a subscription to a unit's deadlines and return its number."""
    row = {"area": unit.area, "unit": unit.name, "made_at": at}
    number: int = tx.execute(sa.insert(_calendars).returning(_calendars.c.id), row).scalar_one()
    return number


def calendar_of(tx: Tx, unit: UnitKey) -> int | None:
    """Return the number of a unit's subscription that still opens something."""
    open_ones = sa.and_(_is_of(_calendars, unit), _calendars.c.stopped_at.is_(None))
    number: int | None = tx.scalar(sa.select(sa.func.max(_calendars.c.id)).where(open_ones))
    return number


def unit_of_calendar(tx: Tx, number: int) -> UnitKey | None:
    """Return whose deadlines a subscription shows; None for one that was ended, or never was."""
    chosen = sa.select(_calendars.c.area, _calendars.c.unit).where(
        _calendars.c.id == number, _calendars.c.stopped_at.is_(None)
    )
    row = tx.execute(chosen).one_or_none()
    return None if row is None else UnitKey(*row)


def _is_of(table: sa.Table, unit: UnitKey) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.area == unit.area, table.c.unit == unit.name)
