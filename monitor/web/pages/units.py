"""`/units/{name}`: the page of a unit for people who have logged in: its own people, and the office."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.actions.actor import Right
from monitor.actions.contacts import ShowContactsCommand, show_contacts
from monitor.actions.refused import OutOfReachError, RefusedError
from monitor.actions.unit_links import StopLinksCommand, stop_links
from monitor.core.account import Contact, UnitKey
from monitor.queries.unit_page import UnitPage, read_unit, unit_cases, unit_meant
from monitor.web.auth.visitor import visitor_of
from monitor.web.forms import done, form_of
from monitor.web.navigation import own_page
from monitor.web.pages.pages import Pages
from monitor.web.unit_forms import UnitAnswer, UnitForms

_NO_UNIT = "没有这个单位。"
_STOPPED = "已停用该单位此前的全部链接和日历地址；今后消息里的链接照常可用。"


def routes(pages: Pages) -> Iterator[Route]:
    """Yield what these pages answer."""
    yield Route("/units/{name:path}", partial(unit, pages))
    yield Route("/units/{name:path}", partial(post_unit, pages), methods=["POST"])


async def unit(pages: Pages, request: Request) -> Response:
    """Answer GET `/units/{name}`; of several areas with a unit of that name `area` says which."""
    key = await _unit(pages, request)
    if isinstance(key, Response):
        return key
    if request.query_params.get("stop") and visitor_of(request).may(Right.STOP_LINKS):
        return pages.html("unit_stop.html", pages.context.moment(), unit=key, address=own_page(key))
    return await _page(pages, request, key)


async def post_unit(pages: Pages, request: Request) -> Response:
    """Answer POST `/units/{name}`: the forms of its page."""
    key = await _unit(pages, request)
    if isinstance(key, Response):
        return key
    form, visitor, context = await form_of(request), visitor_of(request), pages.context
    act, actor = form.get("act"), visitor.actor
    try:
        if act == "phones":
            shown = ShowContactsCommand(unit=key)
            people = await pages.perform(request, show_contacts, shown)
            return await _page(pages, request, key, people=people)
        if act == "stop":
            await pages.perform(request, stop_links, StopLinksCommand(unit=key))
            return done(request, own_page(key), "已停用该单位此前的全部链接和日历地址；今后消息里的链接照常可用。")
        page = await _read(pages, key)
        answer = await UnitForms(context).answer(act, form.fields, page, actor=actor)
    except OutOfReachError:
        raise HTTPException(404, _NO_UNIT) from None
    except RefusedError as error:
        answer = UnitAnswer.refused(error, form.fields)
    if answer.is_good:
        return done(request, own_page(key), answer.sentence)
    return await _page(pages, request, key, answer=answer)


async def _unit(pages: Pages, request: Request) -> UnitKey | Response:
    """Return the unit that is meant, or a page to choose from; 404 for one that is not there, or another's."""
    name, area, own = request.path_params["name"], request.query_params.get("area"), visitor_of(request).own
    found = await pages.context.store.query(lambda tx: unit_meant(tx, name, area))
    mine = tuple(unit for unit in found if own in {None, unit})
    if not mine:
        raise HTTPException(404, _NO_UNIT)
    if len(mine) == 1:
        return mine[0]
    links = [(unit, own_page(unit)) for unit in mine]
    return pages.html("unit_choice.html", pages.context.moment(), name=name, links=links)


async def _read(pages: Pages, key: UnitKey) -> UnitPage:
    moment = pages.context.moment()
    return await pages.context.store.query(lambda tx: read_unit(tx, [key], moment))


async def _page(
    pages: Pages,
    request: Request,
    key: UnitKey,
    *,
    answer: UnitAnswer | None = None,
    people: tuple[Contact, ...] | None = None,
) -> Response:
    context, visitor = pages.context, visitor_of(request)
    page, answer = await _read(pages, key), answer or UnitAnswer()
    key_of_links = context.permits.key if context.permits else None
    numbers = {unit: number for unit, number in page.calendars if number}
    calendars = {unit: key_of_links.calendar(number) for unit, number in numbers.items()} if key_of_links else {}
    now = context.moment().now
    cases = await context.store.query(lambda tx: unit_cases(tx, key, now)) if visitor.own is None else ()
    return pages.html(
        "unit.html",
        context.moment(),
        status=answer.status,
        unit=key,
        page=page,
        answer=answer,
        people=people,
        calendars=calendars,
        cases=cases,
        address=own_page(key),
        can={right.value: visitor.may(right) for right in Right},
    )
