"""`/messages`: what waits to be released, what failed, what goes and went; and what leaves when some are released."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from types import SimpleNamespace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.actions.actor import Right
from monitor.actions.documents import Handout
from monitor.actions.messages import ReleaseCommand, WithholdCommand, mark_of, release, withhold
from monitor.actions.refused import RefusedError
from monitor.core.account import UnitKey
from monitor.core.calendar import beijing, beijing_date
from monitor.core.message import MessageTab
from monitor.core.phrases import deadline_text
from monitor.queries.lines import OverviewContext
from monitor.queries.listed import messages_listed
from monitor.queries.messages import Departure, MessageFilter, read_departure, read_messages, units
from monitor.web.auth.visitor import Visitor, visitor_of
from monitor.web.filters import message_filter, message_tab
from monitor.web.forms import done, form_of
from monitor.web.pages.handing_out import handed_out
from monitor.web.pages.pages import Pages, number_of
from monitor.web.release_text import office_text, unit_text

HELD = "/messages?state=held"
MOST = 200
"""How many messages are released in one go."""


def may(visitor: Visitor) -> SimpleNamespace:
    """Return what a visitor may do about messages, for templates."""
    rights = {
        "release": Right.RELEASE,
        "withhold": Right.WITHHOLD,
        "retry": Right.RETRY,
        "phone": Right.PHONE,
        "mute": Right.MUTE,
        "test": Right.TEST_CHANNEL,
    }
    return SimpleNamespace(**{name: visitor.may(right) for name, right in rights.items()})


def routes(pages: Pages) -> Iterator[Route]:
    """Yield what these pages answer."""
    yield Route("/messages", partial(messages, pages))
    yield Route("/messages.xlsx", partial(messages_xlsx, pages))
    yield Route("/messages/release", partial(ask_release, pages))
    yield Route("/messages/release", partial(post_release, pages), methods=["POST"])
    yield Route("/messages/withhold", partial(ask_withhold, pages))
    yield Route("/messages/withhold", partial(post_withhold, pages), methods=["POST"])


async def _asked(pages: Pages, request: Request) -> tuple[MessageTab, MessageFilter, Collection[UnitKey]]:
    """Return the tab and the filter that an address asks for, and the units there are to choose from."""
    visitor, asked = visitor_of(request), request.query_params
    choices = await pages.context.store.query(units) if visitor.own is None else ()
    which = message_filter(asked, choices, pages.context.office.names, visitor.own)
    return message_tab(asked.get("state")), which, choices


async def messages_xlsx(pages: Pages, request: Request) -> Response:
    """Answer `/messages.xlsx`: the list as it is seen, as a workbook."""
    tab, which, _ = await _asked(pages, request)
    now = pages.context.clock()
    detail = "，".join(filter(None, (tab.label, which.area, which.unit, str(which.day or ""))))
    return await handed_out(
        pages,
        request,
        lambda tx: messages_listed(tx, tab, which, now, pages.context.anew),
        Handout.MESSAGES,
        "消息.xlsx",
        detail,
    )


async def messages(pages: Pages, request: Request) -> Response:
    """Answer `/messages`: those of one tab, of a unit, of a day."""
    moment, visitor = pages.context.moment(), visitor_of(request)
    tab, which, choices = await _asked(pages, request)
    number, store = number_of(request), pages.context.store
    page = await store.query(lambda tx: read_messages(tx, tab, which, moment.now, page=number, anew=pages.context.anew))
    return pages.html(
        "messages.html",
        moment,
        groups=page.groups,
        counts=page.counts,
        mutes=page.mutes,
        turn=page.turn,
        tab=tab,
        unit=UnitKey(which.area or "", which.unit) if which.unit else None,
        day=which.day,
        choices=choices,
        channels=pages.context.channels,
        has_channels=pages.context.has_channels,
        becomes=office_text(pages.context) if visitor.own is None else unit_text(pages.context),
        can=may(visitor),
    )


async def ask_release(pages: Pages, request: Request) -> Response:
    """Answer GET `/messages/release`: what would leave, to whom and when, for a person to confirm."""
    return await _release_page(pages, request.query_params.getlist("id"))


async def post_release(pages: Pages, request: Request) -> Response:
    """Answer POST `/messages/release`: release the messages that were confirmed."""
    form = await form_of(request)
    command = ReleaseCommand(numbers=form.all("id"), read=form.all("read"))
    try:
        count = await pages.perform(request, release, command)
    except RefusedError as error:
        return await _release_page(pages, form.all("id"), refused=error)
    return done(request, HELD, f"已放行{count}条，{begins(pages)}。")


async def _release_page(pages: Pages, ids: Sequence[str], refused: RefusedError | None = None) -> Response:
    moment, leaving = pages.context.moment(), await _leaving(pages, ids)
    kinds = leaving.by({name: card.kind for name, card in pages.context.channels.items()})
    return pages.html(
        "messages_release.html",
        moment,
        status=409 if refused else 200,
        refused=refused,
        leaving=leaving,
        marks=[mark_of(kept) for kept in leaving.written],
        kinds=kinds,
        begins=begins(pages),
        channels=pages.context.channels,
    )


async def ask_withhold(pages: Pages, request: Request) -> Response:
    """Answer GET `/messages/withhold`: what would not be sent, and a field for the reason."""
    return await _withhold_page(pages, pages.context.moment(), request.query_params.getlist("id"))


async def post_withhold(pages: Pages, request: Request) -> Response:
    """Answer POST `/messages/withhold`: withhold the messages that were confirmed."""
    form, moment = await form_of(request), pages.context.moment()
    command = WithholdCommand(numbers=form.all("id"), why=form.get("why"))
    try:
        count = await pages.perform(request, withhold, command)
    except RefusedError as error:
        return await _withhold_page(pages, moment, form.all("id"), why=form.get("why"), refused=error)
    return done(request, HELD, f"已压下{count}条，不再发出。")


async def _withhold_page(
    pages: Pages,
    moment: OverviewContext,
    ids: Sequence[str],
    *,
    why: str = "",
    refused: RefusedError | None = None,
) -> Response:
    return pages.html(
        "messages_withhold.html",
        moment,
        status=422 if refused else 200,
        refused=refused,
        leaving=await _leaving(pages, ids),
        why=why,
        channels=pages.context.channels,
    )


async def _leaving(pages: Pages, ids: Sequence[str]) -> Departure:
    if len(ids) > MOST:
        raise HTTPException(400, f"一次最多选{MOST}条消息。")
    now, anew = pages.context.clock(), pages.context.anew
    return await pages.context.store.query(lambda tx: read_departure(tx, ids, now, anew=anew))


def begins(pages: Pages) -> str:
    """Return when what is released now begins to leave: 现在开始发出, 14:30开始发出, 明天（12月2日）08:45开始发出."""
    now = pages.context.clock()
    opens = pages.context.opens_at(now)
    if opens <= now:
        return "现在开始发出"
    today, hour = beijing_date(now), f"{beijing(opens):%H:%M}"
    day = "" if beijing_date(opens) == today else deadline_text(beijing_date(opens), today)
    return f"{day}{hour}开始发出"
