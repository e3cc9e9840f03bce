"""`/system`: how the monitor itself stands."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from monitor.core.way import ways_of
from monitor.pipeline.blindness import said
from monitor.queries.system import SystemPage, read_system
from monitor.store import StoreError
from monitor.web.page_context import summed
from monitor.web.pages.pages import Pages


async def system(pages: Pages, request: Request) -> Response:
    """Answer `/system`: how the monitor itself stands; shown also when the database is in trouble."""
    moment = pages.context.moment()
    view = pages.context
    trouble = None
    try:
        page = await view.store.query(lambda tx: read_system(tx, moment.now, view.canaries()))
    except StoreError as error:
        page, trouble = SystemPage(), str(error)
    eyes = page.eyes
    return pages.html(
        "system.html",
        moment,
        trouble=trouble,
        starting=pages.context.is_starting(),
        problems=await view.problems(),
        passes=summed(view.passes()),
        looking=page.looking,
        eyes=eyes,
        blind=tuple(said(way, moment.today) for way in page.blind),
        advices=page.advices,
        ways=tuple(way for line in eyes.platforms for way in ways_of(line.platform)),
        unwatched=tuple(view.unwatched(page.listings)),
        hints=(*view.notices(), *view.hints),
        counts=page.messages,
        years=sorted(view.calendar.years & {moment.today.year, moment.today.year + 1}),
    )
