"""`/cases/{id}`: one case."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.queries.case import read_case
from monitor.web.pages.pages import Pages
from monitor.web.paging import whole


async def case(pages: Pages, request: Request) -> Response:
    """Answer `/cases/{id}`: why there is a case, and all that was done about it."""
    moment = pages.context.moment()
    number = whole(request.path_params["number"])
    page = await pages.context.store.query(lambda tx: read_case(tx, number, moment)) if number else None
    if page is None:
        raise HTTPException(404, "没有这个事项，请核对编号。")
    return pages.html("case.html", moment, page=page)
