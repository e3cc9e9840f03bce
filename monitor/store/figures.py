"""The figures of the county, counted by the database: matrix, next deadlines, pass rate, what is missing."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from monitor.core.account import Platform, UnitKey
from monitor.core.case import DOWNLOADS, LADDER
from monitor.core.finding import State
from monitor.core.light import Light
from monitor.core.names import normal
from monitor.core.pass_rate import PassRate, rate_of
from monitor.core.record import RecordKind
from monitor.store import tables
from monitor.store.columns import stands
from monitor.store.database import Tx
from monitor.store.in_force import LATEST, versions_in_force, written
from monitor.store.lights import IN_TIME
from monitor.store.tables import lights
from monitor.store.values import decode


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCell:
    """The accounts of a unit on a platform: the most urgent light, how many, and one of them."""

    unit: UnitKey
    platform: Platform
    light: Light
    accounts: int
    account: str


def unit_cells(tx: Tx) -> tuple[UnitCell, ...]:
    """Return what a unit has on each platform, for all units."""
    gravest = sa.func.min(lights.c.place)
    chosen = sa.select(
        lights.c.area,
        lights.c.unit,
        lights.c.platform,
        gravest.label("place"),
        sa.func.count().label("accounts"),
        sa.func.min(lights.c.account).label("account"),
    ).group_by(lights.c.area, lights.c.unit, lights.c.platform)
    found = list(Light)
    return tuple(
        UnitCell(
            unit=UnitKey(area=row.area, name=row.unit),
            platform=decode(Platform, row.platform),
            light=found[row.place // 2],
            accounts=row.accounts,
            account=row.account,
        )
        for row in tx.execute(chosen.order_by(lights.c.area, lights.c.unit, lights.c.platform))
    )


def unit_count(tx: Tx) -> int:
    """Return how many units have accounts."""
    units = sa.select(lights.c.unit, lights.c.area).distinct().subquery()
    return tx.scalar(sa.select(sa.func.count()).select_from(units)) or 0


def units_up_to(tx: Tx, at_most: int) -> tuple[UnitKey, ...]:
    """Return the units that have accounts, by name; none where there are more than `at_most`."""
    chosen = sa.select(lights.c.area, lights.c.unit).distinct().order_by(lights.c.unit, lights.c.area)
    found = tuple(UnitKey(row.area, row.unit) for row in tx.execute(chosen.limit(at_most + 1)))
    return found if len(found) <= at_most else ()


def light_counts_by(tx: Tx, column: str) -> dict[str, Counter[Light]]:
    """Return how many accounts of each light there are, by `area` or `platform`."""
    by = lights.c[column]
    found: dict[str, Counter[Light]] = {}
    chosen = sa.select(by.label("name"), lights.c.light, sa.func.count().label("accounts")).group_by(by, lights.c.light)
    for row in tx.execute(chosen.order_by(by)):
        found.setdefault(row.name, Counter())[row.light] = row.accounts
    return found


def next_deadlines(tx: Tx, silent_from: date, limit: int) -> tuple[str, ...]:
    """Return the accounts whose last day in time comes next: silent since that day or later, the longest first."""

    def of(place: int) -> list[tuple[date, str, str]]:
        chosen = sa.select(lights.c.silent_since, lights.c.unit, lights.c.account).where(
            lights.c.place == place, lights.c.silent_since >= silent_from, lights.c.silent_since < date.max
        )
        rows = tx.execute(chosen.order_by(lights.c.silent_since, lights.c.unit, lights.c.account).limit(limit))
        return [(row.silent_since, row.unit, row.account) for row in rows]

    in_time = (2 * light.place + rank for light in IN_TIME for rank in (0, 1))
    return tuple(account for _, _, account in heapq.nsmallest(limit, (row for place in in_time for row in of(place))))


def silent_since(tx: Tx, first: date, last: date) -> dict[date, int]:
    """Return how many accounts that are in time have been silent since each of these days."""
    counted = sa.select(lights.c.silent_since, sa.func.count()).group_by(lights.c.silent_since)
    between = counted.where(lights.c.silent_since >= first, lights.c.silent_since <= last)
    return dict(tx.execute(between.where(lights.c.light.in_(IN_TIME))).all())


def pass_rate_now(tx: Tx) -> PassRate:
    """Return the pass rate of all accounts by the rules on updates and downloads, as reports count it.

    Nearly every account is judged by one of the two: those that both may say something of are read.
    """
    finding = tables.findings
    states = sa.select(finding.c.state, sa.func.count()).where(finding.c.rule == LADDER).group_by(finding.c.state)
    counted: Counter[State] = Counter(dict(tx.execute(states).all()))
    apps = sa.select(finding.c.subject).where(finding.c.rule == DOWNLOADS, finding.c.state != State.NOT_APPLICABLE)
    both = sa.select(finding.c.subject, finding.c.rule, finding.c.state)
    said: dict[str, set[State]] = {}
    for row in tx.execute(both.where(finding.c.rule.in_((LADDER, DOWNLOADS)), finding.c.subject.in_(apps))):
        counted[row.state] -= row.rule == LADDER
        said.setdefault(row.subject, set()).add(row.state)
    del counted[State.NOT_APPLICABLE]
    several = [({state}, count) for state, count in counted.items()]
    return rate_of([*several, *((found - {State.NOT_APPLICABLE}, 1) for found in said.values())])


def unknown_under(tx: Tx, rule: str) -> int:
    """Return of how many accounts a rule cannot say anything."""
    finding = tables.findings
    counted = sa.select(sa.func.count()).where(finding.c.rule == rule, finding.c.state == State.UNKNOWN)
    return tx.scalar(counted) or 0


def without_homepage(tx: Tx) -> int:
    """Return how many accounts that are to be looked at have no link on the roster."""
    chosen = versions_in_force(LATEST, LATEST).where(sa.func.coalesce(written("homepage"), "") == "")
    there = chosen.with_only_columns(tables.accounts.c.id).order_by(None)
    asked = sa.select(sa.func.count()).select_from(lights)
    return tx.scalar(asked.where(lights.c.light != Light.NONE, lights.c.account.in_(there))) or 0


def open_on_units(tx: Tx) -> int:
    """Return how many open cases wait on units and not on the office."""
    case = tables.cases
    counted = sa.select(sa.func.count()).select_from(case).where(case.c.closed_at.is_(None))
    waiting = counted.where(case.c.waits_since.is_not(None))
    return (tx.scalar(counted) or 0) - (tx.scalar(waiting) or 0)


def unit_places(tx: Tx) -> Mapping[tuple[str | None, str], int]:
    """Return the standing order of units (机构序列), by area and normal name; without area those of old records."""
    record = tables.records
    chosen = sa.select(record.c.area, record.c.name, record.c.item).where(
        record.c.kind == RecordKind.UNIT_ORDER, stands(record)
    )
    return {
        (row.area, normal(row.name)): int(row.item)
        for row in tx.execute(chosen.order_by(record.c.id))
        if row.item.isdecimal()
    }


def marks(tx: Tx) -> tuple[int, int]:
    """Return the latest change of a finding and the latest act, by number: what has come since is told by them."""
    latest = (sa.select(sa.func.max(table.c.id)) for table in (tables.finding_changes, tables.acts))
    return tuple(tx.scalar(chosen) or 0 for chosen in latest)  # type: ignore[return-value]  # two of them
