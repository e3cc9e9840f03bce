"""`/`: what the operator has to do today, and how the county stands; and whether that has changed since."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.actions.actor import Right
from monitor.core.todo import due_text
from monitor.queries.overview import read_changes, read_today
from monitor.web.auth.visitor import visitor_of
from monitor.web.pages.pages import Pages
from monitor.web.paging import whole

_MOVED = ("light", "task")
"""Parameters by which this address once filtered accounts: they stand in messages that were sent."""
_MARKS = 2


async def overview(pages: Pages, request: Request) -> Response:
    """Answer `/`."""
    moved = {name: request.query_params[name] for name in _MOVED if name in request.query_params}
    if moved:
        return RedirectResponse(f"/accounts?{urlencode(moved)}", 301)
    context = pages.context
    moment = context.moment()
    visitor = visitor_of(request)
    todo = replace(context.todo(moment.now), viewer=visitor.name) if visitor.may(Right.DECIDE) else None
    is_administrator = visitor.may(Right.MANAGE_USERS)
    page = await context.store.query(lambda tx: read_today(tx, moment, todo, is_administrator=is_administrator))
    if page is None:
        return RedirectResponse("/start", 303)
    return pages.html(
        "today.html",
        moment,
        page=page,
        is_office=todo is not None,
        due=lambda line: due_text(line, moment.today, context.calendar),
        rate=page.rate,
        starting=context.is_starting(),
        problems=await context.problems(),
        since="-".join(map(str, page.since)),
    )


async def fresh(pages: Pages, request: Request) -> Response:
    """Answer `/fresh`: how much has changed since a page of today was read, for that page alone."""
    marks = [whole(part) for part in request.query_params.get("since", "").split("-")]
    since = marks if len(marks) == _MARKS else [0] * _MARKS
    is_asked = any(since) and visitor_of(request).may(Right.SEE)
    changes = await pages.context.store.query(lambda tx: read_changes(tx, since)) if is_asked else 0
    return pages.html("fresh.html", pages.context.moment(), changes=changes)
