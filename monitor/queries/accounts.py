"""Lists of accounts, a page at a time: filtered, sorted and counted by the database, and told as they stand now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitor.core.account import UnitKey
from monitor.core.case import LADDER
from monitor.core.light import AccountTask, Light
from monitor.queries.lines import AccountLine, OverviewContext, lines_of
from monitor.queries.paging import ListSlice, slice_of
from monitor.queries.tasks import condition
from monitor.store import Tx, lights
from monitor.store.cases import open_cases
from monitor.store.lights import AccountFilter, LightCounts, Order
from monitor.store.notices import told_on
from monitor.store.overview import account_rows

__all__ = ["LISTED", "AccountFilter", "AccountSheet", "LightCounts", "Order", "light_sheet", "read_accounts", "sheet"]

LISTED = 50
"""Accounts on one page of a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSheet:
    """One page of a list of accounts."""

    lines: tuple[AccountLine, ...]
    turn: ListSlice


def read_accounts(
    tx: Tx,
    moment: OverviewContext,
    *,
    wanted: str = "",
    task: AccountTask | None = None,
    page: int = 1,
    own: UnitKey | None = None,
) -> AccountSheet:
    """Return a page of the list by unit: those found by a word, or that one task is about; of one unit with `own`."""
    tasks = None if task is None else condition(tx, task, moment.now)
    which = AccountFilter(wanted=wanted, tasks=tasks)
    if own is not None:
        which = replace(which, area=own.area, unit=own.name)
    return sheet(tx, moment, which, Order.UNIT, page)


def light_sheet(
    tx: Tx, moment: OverviewContext, *, light: Light | None, counts: LightCounts, page: int
) -> AccountSheet:
    """Return a page of the list by urgency, of one light or of all; `counts` are those of all."""
    total = counts.total if light is None else counts.of[light]
    return _page(tx, moment, AccountFilter(light=light), Order.URGENCY, slice_of(page, total, LISTED))


def sheet(tx: Tx, moment: OverviewContext, which: AccountFilter, order: Order, page: int) -> AccountSheet:
    """Return a page of a list; one too far is the last."""
    return _page(tx, moment, which, order, slice_of(page, lights.count(tx, which), LISTED))


def _page(tx: Tx, moment: OverviewContext, which: AccountFilter, order: Order, turn: ListSlice) -> AccountSheet:
    ids = lights.ids(tx, which, order, limit=turn.size, skip=turn.skip)
    return AccountSheet(lines=_lines(tx, ids, moment), turn=turn)


def _lines(tx: Tx, ids: Sequence[str], moment: OverviewContext) -> tuple[AccountLine, ...]:
    """Return the lines of these accounts, in this order."""
    rows = {row.account.id: row for row in account_rows(tx, moment.now, ids, is_brief=True)}
    cases = open_cases(tx, [id_ for id_, row in rows.items() if row.open_cases], {LADDER})
    told = told_on(tx, [case.id for case in cases.values()])
    return lines_of((rows[id_] for id_ in ids if id_ in rows), cases, replace(moment, told=told))
