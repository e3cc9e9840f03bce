"""`/decisions`: the decisions that stand, narrowed down, and the same list as a workbook."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.actions.documents import Handout
from monitor.core.decision import Ruling
from monitor.queries.decisions import DecisionFilter, DecisionPage, DecisionShow, decisions_listed, read_decisions
from monitor.queries.messages import units
from monitor.web.auth.visitor import visitor_of
from monitor.web.filters import DECISIONS, decision_filter
from monitor.web.pages.handing_out import handed_out
from monitor.web.pages.pages import Pages, number_of
from monitor.web.words import masked


def routes(pages: Pages) -> tuple[Route, ...]:
    """Return the addresses."""
    return Route("/decisions", partial(decisions, pages)), Route("/decisions.xlsx", partial(decisions_xlsx, pages))


async def decisions(pages: Pages, request: Request) -> Response:
    """Answer `/decisions`: those that end first at the top, each with the case in which it is changed."""
    which, moment = await _asked(pages, request), pages.context.moment()
    page: DecisionPage = await pages.context.store.query(
        lambda tx: read_decisions(tx, which, moment.today, moment.calendar, number_of(request))
    )
    return pages.html(
        "decisions.html",
        moment,
        page=page,
        which=which,
        given={name: request.query_params[name] for name in DECISIONS if request.query_params.get(name)},
        DecisionShow=DecisionShow,
        rulings=tuple(ruling for ruling in Ruling if ruling is not Ruling.REVOKED),
        has_own=visitor_of(request).own is not None,
    )


async def decisions_xlsx(pages: Pages, request: Request) -> Response:
    """Answer `/decisions.xlsx`: the list as it is seen, all pages of it."""
    which, moment = await _asked(pages, request), pages.context.moment()
    show, ruling = which.show.label if which.show else "", which.ruling.label if which.ruling else ""
    parts = (show, ruling, which.rule, which.account, which.area, which.unit, which.wanted)
    return await handed_out(
        pages,
        request,
        lambda tx: decisions_listed(tx, which, moment.today, moment.calendar, moment.title, masked),
        Handout.DECISIONS,
        f"决定{moment.today}.xlsx",
        "，".join(filter(None, parts)),
    )


async def _asked(pages: Pages, request: Request) -> DecisionFilter:
    given = request.query_params
    there = await pages.context.store.query(units) if given.get("unit") else ()
    return decision_filter(given, there, pages.context.office.names, visitor_of(request).own)
