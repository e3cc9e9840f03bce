"""Lists of accounts, a page at a time: filtered, sorted and counted by the database, and told as they stand now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from monitor.core.account import AccountStatus, Platform, UnitKey
from monitor.core.case import LADDER
from monitor.core.light import Light
from monitor.queries.concerns import Concern, condition
from monitor.queries.lines import AccountLine, OverviewContext, lines_of
from monitor.queries.paging import ListSlice, slice_of
from monitor.store import Tx, figures, lights
from monitor.store.cases import open_cases
from monitor.store.columns import portions
from monitor.store.lights import AccountFilter, LightCounts, Order
from monitor.store.notices import told_on
from monitor.store.overview import account_rows

__all__ = [
    "LISTED",
    "AccountFilter",
    "AccountList",
    "AccountQuery",
    "AccountSheet",
    "LightCounts",
    "Order",
    "lines_for",
    "read_accounts",
    "sheet",
]

LISTED = 50
"""Accounts on one page of a list."""
AT_ONCE = 500
"""Accounts that are read at a time where all are listed."""
CHOICES = 100
"""So many units can be chosen from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountQuery:
    """Which accounts a list is about, and how it is sorted; what is None or empty leaves nobody out."""

    light: Light | None = None
    platform: Platform | None = None
    unit: str | None = None
    area: str | None = None
    status: AccountStatus | None = None
    concern: Concern | None = None
    due: date | None = None
    """The last day for their next update."""
    wanted: str = ""
    order: Order = Order.URGENCY
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSheet:
    """One page of a list of accounts."""

    lines: tuple[AccountLine, ...]
    turn: ListSlice


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountList:
    """One page of a list of accounts, with what it can be narrowed down to."""

    sheet: AccountSheet
    counts: LightCounts
    """How many of each light there are under the other filters."""
    units: tuple[UnitKey, ...]
    """The units that have accounts; none where there are more than anybody would choose from."""


def read_accounts(tx: Tx, moment: OverviewContext, asked: AccountQuery) -> AccountList:
    """Return a page of the list."""
    which = filter_of(tx, moment, asked)
    return AccountList(
        sheet=sheet(tx, moment, which, asked.order, asked.page),
        counts=lights.counts(tx, replace(which, light=None)),
        units=figures.units_up_to(tx, CHOICES),
    )


def every_line(tx: Tx, moment: OverviewContext, asked: AccountQuery) -> Iterator[AccountLine]:
    """Yield the accounts of all pages of the list, in its order."""
    for ids in portions(lights.ids(tx, filter_of(tx, moment, asked), asked.order), AT_ONCE):
        yield from lines_for(tx, ids, moment)


def filter_of(tx: Tx, moment: OverviewContext, asked: AccountQuery) -> AccountFilter:
    """Return which accounts a list is about, as the database is asked."""
    return AccountFilter(
        light=asked.light,
        platform=asked.platform,
        unit=asked.unit,
        area=asked.area,
        status=asked.status,
        silent_since=asked.due and asked.due - timedelta(days=moment.ladder.limit),
        wanted=asked.wanted,
        tasks=condition(tx, asked.concern, moment.now) if asked.concern else None,
    )


def read_lines(
    tx: Tx, moment: OverviewContext, which: AccountFilter, *, limit: int, after: str
) -> tuple[AccountLine, ...]:
    """Return accounts of a list by their ids, those behind one."""
    return lines_for(tx, lights.ids(tx, which, Order.ID, limit=limit, after=after), moment)


def sheet(tx: Tx, moment: OverviewContext, which: AccountFilter, order: Order, page: int) -> AccountSheet:
    """Return a page of a list; one too far is the last."""
    turn = slice_of(page, lights.count(tx, which), LISTED)
    ids = lights.ids(tx, which, order, limit=turn.size, skip=turn.skip)
    return AccountSheet(lines=lines_for(tx, ids, moment), turn=turn)


def lines_for(tx: Tx, ids: Sequence[str], moment: OverviewContext) -> tuple[AccountLine, ...]:
    """Return the lines of these accounts, in this order."""
    rows = {row.account.id: row for row in account_rows(tx, moment.now, ids, is_brief=True)}
    cases = open_cases(tx, [id_ for id_, row in rows.items() if row.open_cases], {LADDER})
    told = told_on(tx, [case.id for case in cases.values()])
    return lines_of((rows[id_] for id_ in ids if id_ in rows), cases, replace(moment, told=told))
