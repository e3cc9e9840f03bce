"""`/reports`: what is due, what was made from which data, one of them to read, and its files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.actions.actor import Right
from monitor.actions.documents import Handout, HandOutCommand
from monitor.actions.refused import RefusedError
from monitor.actions.reports import asked_period, make_report
from monitor.core.calendar import beijing_date
from monitor.core.figures import DICTIONARY, FigureName
from monitor.core.members import member
from monitor.core.period import Period
from monitor.core.reckoning import Reckoning
from monitor.core.report import KeptReport, ReportKind
from monitor.documents import Document
from monitor.documents.document import Illustration, Paragraph, SectionHeading, Table
from monitor.documents.numbered import FIRST, numbered
from monitor.documents.reports import ReportPart, document_of, file_name, parts_of
from monitor.pipeline.reckoning import JUDGED
from monitor.queries.reports import SOON, ReportPage, accounts_behind, read_reckoning, read_report, read_reports
from monitor.web import report_making
from monitor.web.auth.visitor import visitor_of
from monitor.web.download import MEDIA_TYPES
from monitor.web.forms import Form, Problems, done, form_of, problems_of
from monitor.web.pages.county_sheet import county_sheet
from monitor.web.pages.handing_out import handed_out_as
from monitor.web.pages.pages import Pages, number_of
from monitor.web.paging import whole

_HANDOUTS = {
    ReportPart.PROBLEMS: Handout.PROBLEMS,
    ReportPart.RECHECK: Handout.RECHECK,
    ReportPart.PUBLIC: Handout.PUBLIC,
}
_NO_REPORT = "没有这份报表，可能已超过保存期限。"


def routes(pages: Pages) -> tuple[Route, ...]:
    """Return the addresses."""
    return (
        Route("/reports", partial(reports, pages)),
        Route("/reports", partial(post_report, pages), methods=["POST"]),
        Route("/reports/making", partial(making, pages)),
        Route("/reports/dictionary", partial(dictionary, pages)),
        Route("/reports/county-sheet", partial(county_sheet, pages)),
        Route("/reports/{number}", partial(report, pages)),
        Route("/reports/{number}/accounts", partial(accounts, pages)),
        Route("/reports/{number}/files/{name}", partial(file, pages)),
    )


async def reports(pages: Pages, request: Request) -> Response:
    """Answer GET `/reports`."""
    return await _list(pages, request)


async def _list(pages: Pages, request: Request, *, typed: Form | None = None, problems: Problems = ()) -> Response:
    context = pages.context
    moment = context.moment()
    found = await context.store.query(lambda tx: read_reports(tx, moment.now, context.calendar, number_of(request)))
    return pages.html(
        "reports.html",
        moment,
        status=422 if problems else 200,
        found=found,
        soon=SOON,
        choices=_choices(moment.now),
        making=context.report_works.last,
        judged=JUDGED,
        typed=typed or Form({}),
        problems=problems,
        may_make=visitor_of(request).may(Right.MAKE_REPORT),
    )


def _choices(now: datetime) -> dict[ReportKind, tuple[Period, ...]]:
    """Return for each kind that comes round the period that goes on and those before it."""
    today = beijing_date(now)
    found = {}
    for kind, count in ((ReportKind.WEEKLY, 6), (ReportKind.MONTHLY, 13), (ReportKind.QUARTERLY, 5)):
        periods = [Period.containing(kind.period, today)]
        while len(periods) < count:
            periods.append(periods[-1].before)
        found[kind] = tuple(periods)
    return found


async def post_report(pages: Pages, request: Request) -> Response:
    """Answer POST `/reports`: reckon a period as it is known now, and keep the report."""
    form, visitor, context = await form_of(request), visitor_of(request), pages.context
    now = context.clock()
    try:
        visitor.actor.require(Right.MAKE_REPORT)
        kind = _kind(form.get("kind"))
        period = asked_period(kind, _written(form), now)
        keep = partial(pages.perform, request, make_report)
        asked = await report_making.make(context, kind, period, now=now, keep=keep)
    except RefusedError as error:
        return await _list(pages, request, typed=form, problems=problems_of(error))
    if asked.number is None:
        return done(request, "/reports", f"正在生成{asked.title}，可以先做别的。")
    return done(request, f"/reports/{asked.number}", f"已生成{asked.title}。")


async def making(pages: Pages, request: Request) -> Response:
    """Answer `/reports/making`: how far the report is that is being made."""
    del request
    context = pages.context
    return pages.html("reports_making.html", context.moment(), making=context.report_works.last, judged=JUDGED)


def _kind(written: str) -> ReportKind:
    found = member(ReportKind, written)
    if found is None:
        raise HTTPException(400, "没有这种报表，请从报表页重新选择。")
    return found


def _written(form: Form) -> str:
    """Return how a form names a period: chosen from a list, or by its days."""
    if form.get("first") or form.get("last"):
        return f"{form.get('first')}..{form.get('last')}"
    return form.get("period")


async def report(pages: Pages, request: Request) -> Response:
    """Answer `/reports/{number}`: the report to read, and what has changed since the one before of its period."""
    number = whole(request.path_params["number"])
    found: ReportPage | None = await pages.context.store.query(lambda tx: read_report(tx, number))
    if found is None:
        raise HTTPException(404, _NO_REPORT)
    part = _part(request.query_params.get("part", ReportPart.TEXT.value), found.kept.kind)
    document = document_of(part, found.kept.kind, found.reckoning, pages.context.office)
    return pages.html(
        "report.html",
        pages.context.moment(),
        found=found,
        part=part,
        documents=parts_of(found.kept.kind),
        document=document,
        blocks=tuple(_blocks(document)),
        endings=tuple(MEDIA_TYPES),
        may_make=visitor_of(request).may(Right.MAKE_REPORT),
        may_take=visitor_of(request).may(Right.REPORT),
    )


def _part(written: str, kind: ReportKind) -> ReportPart:
    found = member(parts_of(kind), written)
    if found is None:
        raise HTTPException(404, _NO_REPORT)
    return found


def _blocks(document: Document) -> Iterator[tuple[str, object]]:
    """Yield the parts of a text by the names under which the page shows them, headings with their numbers."""
    for block in numbered(document.body or (document.table,)):
        match block:
            case SectionHeading(level=level):
                yield "heading1" if level <= FIRST else "heading2", block.text
            case Paragraph():
                yield "paragraph", block.text
            case Illustration():
                yield "picture", block
            case Table():
                yield "table", (tuple(column.name for column in block.columns), tuple(block.rows))


async def accounts(pages: Pages, request: Request) -> Response:
    """Answer `/reports/{number}/accounts`: the accounts that one figure counts, as they were when it was made."""
    kept, reckoning = await _made(pages, request)
    name = member(FigureName, request.query_params.get("figure"))
    if name is None:
        raise HTTPException(404, "没有这项指标。")
    return pages.html(
        "report_accounts.html",
        pages.context.moment(),
        kept=kept,
        figure=kept.figures.of(name),
        accounts=accounts_behind(reckoning, name),
    )


async def _made(pages: Pages, request: Request) -> tuple[KeptReport, Reckoning]:
    number = whole(request.path_params["number"])
    found = await pages.context.store.query(lambda tx: read_reckoning(tx, number))
    if found is None:
        raise HTTPException(404, _NO_REPORT)
    return found


async def file(pages: Pages, request: Request) -> Response:
    """Answer `/reports/{number}/files/{name}`: a document of a report as a file; who took it is kept before."""
    kept, reckoning = await _made(pages, request)
    stem, _, ending = request.path_params["name"].rpartition(".")
    if ending not in MEDIA_TYPES:
        raise HTTPException(404, _NO_REPORT)
    part = _part(stem, kept.kind)
    document = document_of(part, kept.kind, reckoning, pages.context.office)
    command = HandOutCommand(
        what=handout_of(part, kept.kind),
        file=file_name(kept, part, ending),
        detail=f"{kept.mark}{kept.title}",
    )
    return await handed_out_as(pages, request, document, command, refused_with=409)


def handout_of(part: ReportPart, kind: ReportKind) -> Handout:
    """Return under which name a document of a report is handed out."""
    text = Handout.WEEKLY if kind is ReportKind.WEEKLY else Handout.BULLETIN
    return _HANDOUTS.get(part, text)


async def dictionary(pages: Pages, request: Request) -> Response:
    """Answer `/reports/dictionary`: how every figure is counted."""
    del request
    return pages.html("reports_dictionary.html", pages.context.moment(), definitions=tuple(DICTIONARY.values()))
