"""The work orders of the provincial platform: what they ask, until when, and how they were answered."""

from __future__ import annotations

from datetime import date

from monitor.actions.actor import Right
from monitor.core.calendar import beijing_date
from monitor.core.token_scope import TokenScope
from monitor.documents.work_orders import OrderLine
from monitor.queries.orders import read_orders
from monitor.store import Tx
from monitor.web.api.operation import Call, Found, ListReading, Operation, OperationGroup, in_memory
from monitor.web.api.reach import require_all_areas
from monitor.web.api.schema_office import OrderModel


def _orders(tx: Tx, call: Call) -> Found:
    require_all_areas(call, "工单")
    page, today = read_orders(tx, call.now), beijing_date(call.now)
    return in_memory((*page.open, *page.answered), call, _place, lambda line: _order(line, today))


def _place(line: OrderLine) -> tuple[str, str, str, str]:
    """Return what a row keeps when its file comes in anew: the number of a row is another one then."""
    order = line.order
    return order.number, order.account or "", "" if order.account else str(order.written), order.due.isoformat()


def _order(line: OrderLine, today: date) -> dict[str, object]:
    order = line.order
    return {
        "number": order.number,
        "account": order.account,
        "name": line.name,
        "problem": order.problem,
        "issued_on": order.issued_on,
        "due": order.due,
        "standing": order.standing(today),
        "last_post": line.last_post,
        "seen_on": line.seen_on,
        "answered_on": order.answer.on if order.answer else None,
        "answer": order.answer.text if order.answer else None,
    }


ORDERS: tuple[Operation, ...] = (
    ListReading(
        name="listOrders",
        path="/orders",
        summary="省平台的工单，按工单编号：未答复的，和本季度答复的",
        group=OperationGroup.REPORTS,
        page="/orders",
        right=Right.REPORT,
        scope=TokenScope.READ,
        answer=OrderModel,
        read=_orders,
        kinds=(str, str, str, str),
    ),
)
