"""`/cases`: the cases."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from monitor.queries.cases import Which, read_cases
from monitor.web.pages.pages import Pages, number_of


async def cases(pages: Pages, request: Request) -> Response:
    """Answer `/cases`: those under way, the office's own, or all; of one rule or of every one."""
    which = next((which for which in Which if which.value == request.query_params.get("state")), Which.OPEN)
    rule = request.query_params.get("rule", "")
    page = number_of(request)
    sheet = await pages.context.store.query(lambda tx: read_cases(tx, which, rule=rule, page=page))
    return pages.html("cases.html", pages.context.moment(), sheet=sheet, which=which.value, rule=rule)
