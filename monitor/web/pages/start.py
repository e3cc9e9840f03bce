"""`/start`: the first run, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.actions.actor import Right
from monitor.core.members import member
from monitor.queries.start import StartFacts, StartStep, read_start
from monitor.web.auth.visitor import visitor_of
from monitor.web.pages.pages import Pages
from monitor.web.release_text import gate_text, office_text

TEMPLATE = "/imports/blank/roster.xlsx"


def routes(pages: Pages) -> Iterator[Route]:
    """Yield what these pages answer."""
    yield Route("/start", partial(start, pages))
    yield Route("/start/progress", partial(progress, pages))
    yield Route("/start/own", partial(own, pages))


async def start(pages: Pages, request: Request) -> Response:
    """Answer `/start`: where the first run stands, and the step to take now or the one that is asked for."""
    context, visitor = pages.context, visitor_of(request)
    facts = StartFacts(
        has_password=True,  # whoever sees this page has logged in, or needs no log-in
        has_office=bool(context.office.phone),
        has_channels=context.has_channels and bool(context.channels),
        is_holding=context.is_holding,
    )
    page = await context.store.query(lambda tx: read_start(tx, facts))
    asked = member(StartStep, request.query_params.get("step"))
    return pages.html(
        "start.html",
        context.moment(),
        page=page,
        step=asked or page.current or StartStep.HOLD,
        who=visitor.name if visitor.login else "",
        is_open=visitor.login is None,
        can_import=visitor.may(Right.IMPORT),
        can_test=visitor.may(Right.TEST_CHANNEL),
        template_address=TEMPLATE,
        channels=context.channels,
        is_holding=context.is_holding,
        becomes=office_text(context),
        gate_text=gate_text(context.gate),
        settings_file=context.settings_file,
    )


async def progress(pages: Pages, request: Request) -> Response:
    """Answer `/start/progress`: how far the first looks have come, as a part of the page."""
    del request
    facts = StartFacts(has_password=True, has_office=True, has_channels=True, is_holding=True)
    page = await pages.context.store.query(lambda tx: read_start(tx, facts))
    return pages.html("start_progress.html", pages.context.moment(), page=page)


async def own(pages: Pages, request: Request) -> Response:
    """Answer `/start/own`: how the sample gives way to a county of one's own."""
    del request
    return pages.html("start_own.html", pages.context.moment(), settings_file=pages.context.settings_file)
