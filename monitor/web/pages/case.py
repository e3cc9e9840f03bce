"""`/cases/{id}`: one case, and what is decided about it."""

from __future__ import annotations

from datetime import date
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.actions.acknowledge import AcknowledgeInPersonCommand, acknowledge_in_person
from monitor.actions.actor import Right
from monitor.actions.cases import CloseCommand, DecideCommand, Decided, close, decide
from monitor.actions.documents import Handout
from monitor.actions.refused import Field, OutOfReachError, RefusedError, StaleError
from monitor.actions.two_persons import (
    ConfirmDecisionCommand,
    DropDecisionCommand,
    confirm_decision,
    drop_decision,
)
from monitor.core.account import Role
from monitor.core.choices import CLOSING, ChoicePart, revocation
from monitor.core.decision import ENDING, Ruling
from monitor.core.members import member
from monitor.core.phrases import dated
from monitor.documents import Document
from monitor.queries.case import CasePage, is_case_of, read_case
from monitor.queries.letters import LetterContext, NoLetterError, can_be_noticed, read_notice
from monitor.queries.lines import OverviewContext
from monitor.store import Tx
from monitor.web.auth.visitor import visitor_of
from monitor.web.deciding import day_of, parts_of, ruling_of
from monitor.web.forms import Form, done, form_of, problems_of
from monitor.web.pages.handing_out import handed_out
from monitor.web.pages.pages import Pages
from monitor.web.paging import whole

_NONE = Form({})
_NONE_SUCH = "没有这个事项，请核对编号。"
_CLOSE = "close-"
"""Before the fields of the form that ends a case."""


def routes(pages: Pages) -> tuple[Route, ...]:
    """Return the addresses."""
    return (
        Route("/cases/{number}", partial(case, pages)),
        Route("/cases/{number}/notice.docx", partial(notice_docx, pages)),
        Route("/cases/{number}/decisions", partial(post_decision, pages), methods=["POST"]),
        Route("/cases/{number}/second", partial(post_second, pages), methods=["POST"]),
        Route("/cases/{number}/acknowledge", partial(post_acknowledge, pages), methods=["POST"]),
        Route("/cases/{number}/close", partial(post_close, pages), methods=["POST"]),
    )


async def case(pages: Pages, request: Request) -> Response:
    """Answer `/cases/{id}`: why there is a case, what can be decided, and all that was done about it."""
    return await _page(pages, request, _NONE)


async def notice_docx(pages: Pages, request: Request) -> Response:
    """Answer `/cases/{id}/notice.docx`: the notice to its unit, where the unit can be asked to put it right."""
    number, moment = whole(request.path_params["number"]), pages.context.moment()
    book = pages.context.rule_book(moment.today)
    context = LetterContext(moment=moment, book=book, office=pages.context.office)

    def read(tx: Tx) -> Document:
        found = read_notice(tx, number, context) if number else None
        if found is None:
            raise HTTPException(404, _NONE_SUCH)
        return found

    name = f"整改通知单（事项{number}）.docx"
    try:
        return await handed_out(pages, request, read, Handout.NOTICE, name, f"事项{number}")
    except NoLetterError as error:
        raise HTTPException(409, str(error)) from error


async def post_decision(pages: Pages, request: Request) -> Response:
    """Answer POST `/cases/{id}/decisions`: decide about it; somebody quicker is told of, and nothing is done twice."""
    form, visitor = await form_of(request), visitor_of(request)
    number, ruling = whole(request.path_params["number"]), ruling_of(form.get("ruling"))
    prefix = f"{ruling.value}-" if ruling else ""
    try:
        command = _command(pages, number, ruling, form, visitor.name)
        made = await pages.perform(request, decide, command)
    except RefusedError as error:
        return await _page(pages, request, form, refused=error, prefix=prefix)
    leads_on = ruling in ENDING or form.get("next") == ""
    address = f"/cases/{number}" if leads_on else f"/cases/{form.get('next')}"
    said = _said(command.ruling, made, pages.context.moment().today)
    return done(request, address, said, decided=None if made.waits or command.ruling is Ruling.REVOKED else number)


async def post_close(pages: Pages, request: Request) -> Response:
    """Answer POST `/cases/{id}/close`: end a case whose trouble is over."""
    form, visitor = await form_of(request), visitor_of(request)
    number = whole(request.path_params["number"])
    note = form.get(f"{_CLOSE}note").strip()
    command = CloseCommand(case=number, by=visitor.name, note=note, seen=form.get("seen") or None)
    try:
        await pages.perform(request, close, command)
    except RefusedError as error:
        return await _page(pages, request, form, refused=error, prefix=_CLOSE)
    return done(request, f"/cases/{number}", f"已办结。{CLOSING}")


async def post_second(pages: Pages, request: Request) -> Response:
    """Answer POST `/cases/{id}/second`: confirm another operator's decision or send it back; withdraw one's own."""
    form, number = await form_of(request), whole(request.path_params["number"])
    book, address = pages.context.rule_book(pages.context.moment().today), f"/cases/{number}"
    try:
        if form.get("act") != "confirm":
            drop = DropDecisionCommand(case=number, why=form.get("why"))
            said = await pages.perform(request, drop_decision, drop)
            return done(request, address, f"{said.label}这项决定，没有生效。")
        command = ConfirmDecisionCommand(case=number, titles=book.titles, terms=book.terms)
        made = await pages.perform(request, confirm_decision, command)
    except RefusedError as error:
        return await _page(pages, request, form, refused=error)
    return done(request, address, f"已确认：{made.named}的决定自此生效。", decided=number)


async def post_acknowledge(pages: Pages, request: Request) -> Response:
    """Answer POST `/cases/{id}/acknowledge`: somebody of the unit has it, as they say or have said on the phone."""
    form, number = await form_of(request), whole(request.path_params["number"])
    command = AcknowledgeInPersonCommand(cases=(number,), role=member(Role, form.get("role")))
    try:
        (kept, *_) = await pages.perform(request, acknowledge_in_person, command)
    except OutOfReachError:
        raise HTTPException(404, _NONE_SUCH) from None
    except RefusedError as error:
        return await _page(pages, request, form, refused=error)
    return done(request, f"/cases/{number}", f"已登记{kept.by}知悉；例行提醒暂停，期限不变。")


def _command(pages: Pages, number: int, ruling: Ruling | None, form: Form, by: str) -> DecideCommand:
    """Return the command that a form stands for; raises RefusedError for what cannot be read."""
    if ruling is None:
        raise RefusedError("请选择怎么办。", Field("ruling", "怎么办"))
    parts, book = parts_of(form, f"{ruling.value}-"), pages.context.rule_book(pages.context.moment().today)
    return DecideCommand(
        case=number,
        ruling=ruling,
        titles=book.titles,
        terms=book.terms,
        by=by,
        note=parts[ChoicePart.NOTE],
        document=parts[ChoicePart.DOCUMENT] or None,
        until=day_of(parts, ChoicePart.UNTIL),
        on=day_of(parts, ChoicePart.ON),
        into=parts[ChoicePart.INTO],
        seen=form.get("seen") or None,
    )


def _said(ruling: Ruling, made: Decided, today: date) -> str:
    if made.waits:
        return f"已提出{ruling.label}：{made.named}，由另一名操作员确认后生效。"
    until = f"，至{dated(made.until, today)}（含当日）" if made.until else ""
    if ruling is Ruling.REVOKED:
        before = made.before.ruling.label if made.before else "决定"
        return f"已撤销{made.named}的“{before}”；自今天起恢复判定和提醒，问题仍在而事项已办结的，另列新事项。"
    return f"已登记{ruling.label}：{made.named}{until}。{made.hint}"


async def _page(
    pages: Pages, request: Request, form: Form, *, refused: RefusedError | None = None, prefix: str = ""
) -> Response:
    moment = pages.context.moment()
    page = await _read(pages, request, moment)
    visitor = visitor_of(request)
    is_stale = isinstance(refused, StaleError)
    return pages.html(
        "case.html",
        moment,
        status=409 if is_stale else 422 if refused else 200,
        page=page,
        typed=form,
        is_undoing="undo" in request.query_params,
        problems=problems_of(refused, prefix) if refused else (),
        is_stale=is_stale,
        mine=ruling_of(form.get("ruling")),
        may_decide=visitor.may(Right.DECIDE),
        may_verify=visitor.may(Right.VERIFY),
        may_close=visitor.may(Right.CLOSE),
        may_acknowledge=visitor.may(Right.ACKNOWLEDGE),
        may_notice=visitor.may(Handout.NOTICE.right) and can_be_noticed(page.line, moment),
        revocation=revocation(),
        closing=CLOSING,
        ChoicePart=ChoicePart,
        Ruling=Ruling,
    )


async def _read(pages: Pages, request: Request, moment: OverviewContext) -> CasePage:
    """Return the page of a case; raises HTTPException where there is none, also for one of another unit."""
    number, own = whole(request.path_params["number"]), visitor_of(request).own
    book = pages.context.rule_book

    def read(tx: Tx) -> CasePage | None:
        return read_case(tx, number, moment, lambda: book(moment.today)) if is_case_of(tx, number, own) else None

    page = await pages.context.store.query(read) if number else None
    if page is None:
        raise HTTPException(404, _NONE_SUCH)
    return page
