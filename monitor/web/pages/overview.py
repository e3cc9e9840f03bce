"""`/`: the situation, today's tasks and the matrix."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.core.light import Light
from monitor.queries.overview import read_overview
from monitor.web.pages.pages import Pages, number_of
from monitor.web.pages.situation import situation


async def overview(pages: Pages, request: Request) -> Response:
    """Answer `/`: the situation, today's tasks and the matrix."""
    moment, has_channels = pages.context.moment(), pages.context.has_channels
    light = next((light for light in Light if light.value == request.query_params.get("light")), None)
    number = number_of(request)
    page = await pages.context.store.query(
        lambda tx: read_overview(tx, moment, light=light, page=number, has_channels=has_channels)
    )
    if page is None:
        return RedirectResponse("/start", 303)
    return pages.html(
        "overview.html",
        moment,
        sheet=page.sheet,
        light=light,
        counts=page.counts.of,
        mains=page.counts.mains,
        situation=situation(page.counts.of, page.last_look, moment.now),
        starting=pages.context.is_starting(),
        tasks=page.tasks,
    )
