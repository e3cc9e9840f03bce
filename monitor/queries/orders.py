"""The work orders of the provincial platform as values: what they ask, until when, and what is known to answer them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from monitor.core.account import Account
from monitor.core.calendar import beijing_date
from monitor.core.finding import Known
from monitor.core.observation import Timeline
from monitor.core.paper import PaperKind
from monitor.core.period import Period
from monitor.core.record import RecordKind
from monitor.core.work_order import WorkOrder, waiting
from monitor.documents import Document
from monitor.documents.work_orders import OrderLine, order_sheet
from monitor.ledger.templates import orders_document
from monitor.store import Tx, facts, papers
from monitor.store.roster import account_once
from monitor.store.work_orders import of_accounts, work_orders

ANSWER = RecordKind.WORK_ORDER
"""The kind of record that answers an order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersPage:
    """Everything on the page: what waits, and what was answered in the quarter."""

    period: Period
    open: tuple[OrderLine, ...]
    """The first to be due first."""
    answered: tuple[OrderLine, ...]
    """The latest answer first."""
    late: int
    """How many of the open ones are overdue."""


def read_orders(tx: Tx, now: datetime) -> OrdersPage:
    """Return the page as of now."""
    about, today = Period.around(now), beijing_date(now)
    lines = _lines(tx, about, at=now, known_at=now)
    answered = sorted((line for line in lines if line.order.answer), key=_answered_on, reverse=True)
    open_ones = tuple(line for line in lines if line.order.answer is None)
    late = sum(today > line.order.due for line in open_ones)
    return OrdersPage(period=about, open=open_ones, answered=tuple(answered), late=late)


def read_order_sheet(tx: Tx, about: Period, *, at: datetime, known_at: datetime) -> Document:
    """Return 工单回复表: the orders that were open at the end of a period or answered in it."""
    return order_sheet(_lines(tx, about, at=at, known_at=known_at), about, beijing_date(at))


def orders_table(tx: Tx) -> Document:
    """Return every order as it is imported, the oldest first."""
    return orders_document(papers.papers(tx, PaperKind.ORDER))


def open_orders(tx: Tx, now: datetime) -> tuple[WorkOrder, ...]:
    """Return the orders that nobody has answered, the first to be due first."""
    return waiting(work_orders(tx, by=beijing_date(now), known_at=now))


def orders_of(tx: Tx, ids: Collection[str], now: datetime) -> Mapping[str, tuple[WorkOrder, ...]]:
    """Return the open orders about these accounts, by account."""
    found = of_accounts(tx, ids, by=beijing_date(now), known_at=now)
    return {account: open_ones for account, orders in found.items() if (open_ones := waiting(orders))}


def _answered_on(line: OrderLine) -> date:
    return line.order.answer.on if line.order.answer else date.min


def _lines(tx: Tx, about: Period, *, at: datetime, known_at: datetime) -> tuple[OrderLine, ...]:
    orders = [order for order in work_orders(tx, by=beijing_date(at), known_at=known_at) if _concerns(order, about)]
    ids = {order.account for order in orders if order.account}
    known = {one.account.id: one for one in facts.known_in_turn(tx, sorted(ids), now=at, known_at=known_at)}
    return tuple(_line(tx, order, known.get(order.account or "")) for order in orders)


def _concerns(order: WorkOrder, about: Period) -> bool:
    return order.answer is None or order.answer.on >= about.first


def _line(tx: Tx, order: WorkOrder, known: Known | None) -> OrderLine:
    if known is None:
        return OrderLine(order=order, account=_former(tx, order), is_on_roster=False)
    newest = known.newest
    return OrderLine(
        order=order,
        account=known.account,
        last_post=beijing_date(newest.post.published_at) if newest else None,
        seen_on=max(_seen(known), default=None),
    )


def _former(tx: Tx, order: WorkOrder) -> Account | None:
    return account_once(tx, order.account) if order.account else None


def _seen(known: Known) -> Iterable[date]:
    return (beijing_date(one.last_confirmed) for one in known.observations if isinstance(one.seen, Timeline))
