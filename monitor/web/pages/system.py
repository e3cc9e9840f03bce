"""`/system`: how the monitor itself stands."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.actions.actor import Right
from monitor.core.way import ways_of
from monitor.pipeline.blindness import said
from monitor.queries.system import SystemPage, read_system
from monitor.store import StoreError
from monitor.web.auth.visitor import Visitor, visitor_of
from monitor.web.page_context import summed
from monitor.web.pages.pages import Pages


def tabs_of(visitor: Visitor) -> tuple[tuple[str, str], ...]:
    """Return the tabs of the system's page that a visitor may open: address and name."""
    tabs = (
        ("/system", "运行状态", Right.SEE_SYSTEM),
        ("/system/settings", "设置", Right.SEE_SYSTEM),
        ("/users", "用户", Right.MANAGE_USERS),
        ("/audit", "操作记录", Right.SEE_AUDIT),
        ("/rights", "谁能看什么", Right.SEE),
        ("/system/tokens", "接口令牌", Right.MANAGE_TOKENS),
        ("/system/hooks", "推送地址", Right.SEE_SYSTEM),
    )
    return tuple((address, name) for address, name, right in tabs if visitor.may(right))


def routes(pages: Pages) -> Iterator[Route]:
    """Yield what these pages answer."""
    yield Route("/system", partial(system, pages))
    yield Route("/system/settings", partial(settings, pages))


async def settings(pages: Pages, request: Request) -> Response:
    """Answer `/system/settings`: the settings in force, where each stands, and what is wrong with the files now."""
    report = await asyncio.to_thread(pages.context.settings)
    return pages.html("system_settings.html", pages.context.moment(), report=report, tabs=tabs_of(visitor_of(request)))


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
        looks=page.looks,
        tabs=tabs_of(visitor_of(request)),
        years=sorted(view.calendar.years & {moment.today.year, moment.today.year + 1}),
    )
