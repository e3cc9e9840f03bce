"""`/review`: what the next joint review decides, a decision for each row; and its sheet on paper."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.actions.actor import Right
from monitor.core.account import Platform
from monitor.core.todo import heading_of
from monitor.queries.case_board import Wait
from monitor.queries.review import ReviewPage, read_review
from monitor.web.auth.visitor import visitor_of
from monitor.web.filters import CASES
from monitor.web.pages.cases import ASKED, DEPARTMENTS, cases_asked
from monitor.web.pages.pages import Pages


def routes(pages: Pages) -> tuple[Route, ...]:
    """Return the addresses."""
    return Route("/review", partial(review, pages)), Route("/review/sheet", partial(sheet, pages))


async def review(pages: Pages, request: Request) -> Response:
    """Answer `/review`: the facts of every case, and a decision to choose for each."""
    return await _page(pages, request, "review.html")


async def sheet(pages: Pages, request: Request) -> Response:
    """Answer `/review/sheet`: the same to print, with room for the conclusions and signatures."""
    return await _page(pages, request, "review_sheet.html")


async def _page(pages: Pages, request: Request, template: str) -> Response:
    params, moment = request.query_params, pages.context.moment()
    which = await cases_asked(pages, request)
    found: ReviewPage = await pages.context.store.query(lambda tx: read_review(tx, which, moment.now))
    visitor = visitor_of(request)
    return pages.html(
        template,
        moment,
        found=found,
        which=which,
        heading=heading_of(which.act) if which.act else "",
        given={name: params[name] for name in CASES if params.get(name)} | {"wait": Wait.REVIEW.value},
        platforms=tuple(Platform),
        Platform=Platform,
        departments=DEPARTMENTS,
        may_decide=visitor.may(Right.DECIDE),
        by=visitor.name,
        problems=ASKED.get(params.get("missing", ""), ()),
    )
