"""`/audit`: who did what, all of it or what a filter in the address leaves."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from monitor.queries.audit import read_acts
from monitor.web.audit import ACTIONS
from monitor.web.auth.visitor import visitor_of
from monitor.web.filters import AUDIT, ITSELF, LONGEST, audit_filter
from monitor.web.pages.pages import Pages, number_of
from monitor.web.pages.system import tabs_of


async def audit(pages: Pages, request: Request) -> Response:
    """Answer `/audit`: who did what."""
    page = number_of(request)
    asked = {name: text for name in AUDIT if (text := request.query_params.get(name, "").strip()[:LONGEST])}
    which = audit_filter(asked)
    sheet = await pages.context.store.query(lambda tx: read_acts(tx, page, which))
    return pages.html(
        "audit.html",
        pages.context.moment(),
        sheet=sheet,
        asked=asked,
        query=urlencode(asked),
        actions=ACTIONS,
        ITSELF=ITSELF,
        tabs=tabs_of(visitor_of(request)),
    )
