"""`/audit`: who did what."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from monitor.queries.audit import read_acts
from monitor.web.pages.pages import Pages, number_of


async def audit(pages: Pages, request: Request) -> Response:
    """Answer `/audit`: who did what."""
    page = number_of(request)
    sheet = await pages.context.store.query(lambda tx: read_acts(tx, page))
    return pages.html("audit.html", pages.context.moment(), sheet=sheet)
