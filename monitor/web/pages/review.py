"""`/review`: what the next joint review decides, a decision for each row; and its sheet on paper."""

from __future__ import annotations

from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.actions.actor import Right
from monitor.actions.documents import Handout, HandOutCommand
from monitor.core.account import Platform
from monitor.core.phrases import dated, hour, plain
from monitor.core.todo import heading_of
from monitor.documents import Document
from monitor.documents.review import review_sheet
from monitor.queries.case_board import Wait
from monitor.queries.review import MOST_ON_SHEET, ReviewPage, concluded_on, entries_of, read_review
from monitor.web.auth.visitor import visitor_of
from monitor.web.filters import CASES, day_asked
from monitor.web.pages.cases import ASKED, DEPARTMENTS, cases_asked
from monitor.web.pages.handing_out import handed_out_as
from monitor.web.pages.pages import Pages

SHEETS = ("xlsx", "docx")


def routes(pages: Pages) -> tuple[Route, ...]:
    """Return the addresses."""
    return (
        Route("/review", partial(review, pages)),
        Route("/review/sheet", partial(sheet, pages)),
        Route("/review/sheet.{ending}", partial(sheet_file, pages)),
    )


async def review(pages: Pages, request: Request) -> Response:
    """Answer `/review`: the facts of every case, and a decision to choose for each."""
    return await _page(pages, request, "review.html")


async def sheet(pages: Pages, request: Request) -> Response:
    """Answer `/review/sheet`: the same to print, with room for the conclusions and signatures."""
    moment, view = pages.context.moment(), await _sheet(pages, request)
    on = {"on": day.isoformat()} if (day := day_asked(request.query_params.get("on", ""))) else {}
    return pages.html("review_sheet.html", moment, sheet=view, given=_given(request) | on)


async def sheet_file(pages: Pages, request: Request) -> Response:
    """Answer with the same as a workbook or for Word."""
    ending = request.path_params["ending"]
    if ending not in SHEETS:
        raise HTTPException(404, "研判表有 xlsx、docx 两种。")
    command = HandOutCommand(what=Handout.REVIEW, file=f"联合研判表.{ending}")
    return await handed_out_as(pages, request, await _sheet(pages, request), command)


async def _sheet(pages: Pages, request: Request) -> Document:
    """Return the sheet of what an address asks for."""
    moment, which = pages.context.moment(), await cases_asked(pages, request)
    day = day_asked(request.query_params.get("on", "")) or moment.today
    page, concluded = await pages.context.store.query(
        lambda tx: (
            read_review(tx, which, moment.now, most=MOST_ON_SHEET),
            () if which.act else concluded_on(tx, which, day, moment.now),
        )
    )
    entries = entries_of(page, pages.context.office.names, moment.title, concluded)
    asked = (
        heading_of(which.act) if which.act else "全部",
        moment.title(which.rule) if which.rule else "",
        plain(which.unit or ""),
        next((one.label for one in Platform if one.value == which.platform), ""),
    )
    more = f"（另有{page.more}项未列）" if page.more > 0 else ""
    by = f"{hour(moment.now)}，{plain(visitor_of(request).name)}打印"
    decided = len({row.line.case.subject for row in concluded})
    made = f"，其中{dated(day, moment.today)}已研判{decided}个" if decided else ""
    head = (f"只列：{'；'.join(filter(None, asked))}。{by}，共{len(entries)}个{made}{more}。",)
    return review_sheet(entries, head)


def _given(request: Request) -> dict[str, str]:
    params = request.query_params
    return {name: params[name] for name in CASES if params.get(name)}


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
        given=_given(request) | {"wait": Wait.REVIEW.value},
        platforms=tuple(Platform),
        Platform=Platform,
        departments=DEPARTMENTS,
        may_decide=visitor.may(Right.DECIDE),
        by=visitor.name,
        problems=ASKED.get(params.get("missing", ""), ()),
    )
