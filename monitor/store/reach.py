"""What belongs to one unit: the conditions by which everything that its people read is filtered."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from monitor.core.account import UnitKey
from monitor.core.message import MessageTab
from monitor.store import tables
from monitor.store.database import Tx
from monitor.store.message_lists import MessageFilter, condition, notices_in


def areas_of(tx: Tx) -> tuple[str, ...]:
    """Return the areas of the accounts on the roster, in order."""
    area = tables.lights.c.area
    return tuple(tx.scalars(sa.select(area).distinct().order_by(area)))


def accounts_of(own: UnitKey) -> sa.Select[tuple[str]]:
    """Return the statement of the ids of a unit's accounts on the roster of now."""
    light = tables.lights
    return sa.select(light.c.account).where(light.c.unit == own.name, light.c.area == own.area)


def is_case_of(own: UnitKey) -> sa.ColumnElement[bool]:
    """Return the condition of cases about a unit or an account of it."""
    case = tables.cases
    about_it = sa.and_(case.c.unit == own.name, case.c.area == own.area)
    return sa.or_(case.c.account.in_(accounts_of(own)), about_it)


def area_of_account(tx: Tx, account_id: str) -> str | None:
    """Return the area of an account; None for one that is not on the roster."""
    light = tables.lights
    area: str | None = tx.scalar(sa.select(light.c.area).where(light.c.account == account_id))
    return area


def areas_of_messages(tx: Tx, ids: Collection[str]) -> frozenset[str | None]:
    """Return the areas that messages tell of; None among them for those that tell of none."""
    carried = notices_in(tx, ids)
    cases = {notice.case for notices in carried.values() for notice in notices}
    chosen = sa.select(tables.cases.c.id, tables.cases.c.area).where(tables.cases.c.id.in_(cases))
    areas = dict(tx.execute(chosen).all())
    return frozenset(
        area for id_ in ids for area in ({areas.get(notice.case) for notice in carried.get(id_, ())} or {None})
    )


def messages_where(
    tx: Tx, tab: MessageTab | None, which: MessageFilter, failures: Collection[str], area: str | None
) -> sa.ColumnElement[bool] | None:
    """Return the condition of the messages of a filter that tell of an area alone; None where it leaves none out."""
    meant = [condition(tx, tab, which, failures), None if area is None else is_message_of(tx, area)]
    found = [one for one in meant if one is not None]
    return sa.and_(*found) if found else None


def is_message_of(tx: Tx, area: str) -> sa.ColumnElement[bool]:
    """Return the condition of messages that tell of an area and of no other."""
    case = tables.cases
    theirs = _tells_of(tx, case.c.area == area)
    return sa.and_(theirs, ~_tells_of(tx, case.c.area.is_distinct_from(area)))


def _tells_of(tx: Tx, of: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Return the condition that a message tells of such a case, or was to when it failed."""
    message, notice, case = tables.messages, tables.notices, tables.cases
    about = sa.select(sa.literal(1)).select_from(notice.join(case, case.c.id == notice.c.case)).where(of)
    unpacked = sa.func.json_each if tx.dialect.name == "sqlite" else sa.func.json_array_elements_text
    each = unpacked(message.c.untold).table_valued("value")
    untold = sa.select(sa.cast(each.c.value, sa.Integer)).correlate(message).scalar_subquery()
    carried = about.where(notice.c.message == message.c.id).correlate(message).exists()
    return sa.or_(carried, about.where(notice.c.id.in_(untold)).correlate(message).exists())


def units_of_cases(tx: Tx, case_ids: Collection[int]) -> frozenset[UnitKey | None]:
    """Return whose cases these are; None among them stands for what is no unit's: the whole area, or nobody's now."""
    case, light = tables.cases, tables.lights
    unit, area = sa.func.coalesce(light.c.unit, case.c.unit), sa.func.coalesce(light.c.area, case.c.area)
    chosen = (
        sa.select(unit, area)
        .select_from(case.outerjoin(light, light.c.account == case.c.account))
        .where(case.c.id.in_(case_ids))
    )
    return frozenset(UnitKey(area, unit) if unit else None for unit, area in tx.execute(chosen))
