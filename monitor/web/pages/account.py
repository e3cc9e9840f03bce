"""`/accounts/{id}`: one account."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.actions.actor import Right
from monitor.queries.account import read_account
from monitor.web.auth.visitor import visitor_of
from monitor.web.pages.chart import draw
from monitor.web.pages.contacts import ShownNumbers
from monitor.web.pages.pages import Pages


async def account(pages: Pages, shown: ShownNumbers, request: Request) -> Response:
    """Answer `/accounts/{id}`; its people's numbers are shown in full to who has asked for them in this session."""
    moment = pages.context.moment()
    page = await pages.context.store.query(lambda tx: read_account(tx, request.path_params["account_id"], moment))
    visitor = visitor_of(request)
    own = visitor.own
    if page is None or (own is not None and page.line.account.unit_key != own):
        raise HTTPException(404, "台账中没有这个账号，请核对编号。")
    chart = draw(
        page.posted,
        moment.today,
        moment.ladder.limit,
        opened=page.opened_on,
        deadline=page.line.deadline,
        is_sure=page.is_sure,
    )
    return pages.html(
        "account.html",
        moment,
        page=page,
        chart=chart,
        may=visitor.may,
        Right=Right,
        has_numbers=shown.has(visitor, page.line.account.unit_key),
    )
