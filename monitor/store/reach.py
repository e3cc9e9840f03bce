"""What belongs to one unit: the conditions by which everything that its people read is filtered."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from monitor.core.account import UnitKey
from monitor.store import tables
from monitor.store.database import Tx


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
