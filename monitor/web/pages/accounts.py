"""`/accounts`: the list of accounts."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from monitor.queries.accounts import read_accounts
from monitor.queries.tasks import text_of
from monitor.web.auth.visitor import visitor_of
from monitor.web.pages.pages import Pages, number_of


async def accounts(pages: Pages, request: Request) -> Response:
    """Answer `/accounts`: the list, searched by name, unit or id; or those that one task is about."""
    moment, number = pages.context.moment(), number_of(request)
    wanted = request.query_params.get("q", "").strip()
    task = text_of(request.query_params.get("task", ""))
    own = visitor_of(request).own
    sheet = await pages.context.store.query(
        lambda tx: read_accounts(tx, moment, wanted=wanted, task=task.key if task else None, page=number, own=own)
    )
    return pages.html("accounts.html", moment, sheet=sheet, wanted=wanted, task=task)
