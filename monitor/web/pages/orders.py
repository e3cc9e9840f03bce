"""`/orders`: the work orders of the provincial platform, what answers them, and their sheet to be sent back."""

from __future__ import annotations

from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.actions.actor import Right
from monitor.actions.documents import Handout
from monitor.core.period import Period
from monitor.core.work_order import OrderStanding
from monitor.documents.work_orders import done, evidence
from monitor.queries.orders import ANSWER, OrdersPage, read_order_sheet, read_orders
from monitor.web.auth.visitor import visitor_of
from monitor.web.pages.handing_out import handed_out
from monitor.web.pages.pages import Pages

SHEETS = ("xlsx", "docx")


def routes(pages: Pages) -> tuple[Route, ...]:
    """Return the addresses."""
    return Route("/orders", partial(orders, pages)), Route("/orders/sheet.{ending}", partial(sheet, pages))


async def orders(pages: Pages, request: Request) -> Response:
    """Answer `/orders`: what waits, the first to be due first, and what was answered in the quarter."""
    moment = pages.context.moment()
    found: OrdersPage = await pages.context.store.query(lambda tx: read_orders(tx, moment.now))
    return pages.html(
        "orders.html",
        moment,
        found=found,
        done=done,
        evidence=evidence,
        late=OrderStanding.LATE,
        answer=ANSWER,
        may_answer=pages.context.imports is not None and visitor_of(request).may(Right.IMPORT),
    )


async def sheet(pages: Pages, request: Request) -> Response:
    """Answer with 工单回复表 of the quarter, as a workbook or for Word."""
    ending, now = request.path_params["ending"], pages.context.clock()
    if ending not in SHEETS:
        raise HTTPException(404, "回复表有 xlsx、docx 两种。")
    about = Period.around(now)
    name = f"省平台工单回复表_{about.key}.{ending}"
    return await handed_out(
        pages,
        request,
        lambda tx: read_order_sheet(tx, about, at=now, known_at=now),
        Handout.ORDER_SHEET,
        name,
        about.label,
    )
