"""`/cases`: the cases by what they wait for; and the same decision on many of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from monitor.actions.actor import Right
from monitor.actions.case_batch import MOST, DecidedMany, DecideManyCommand, PickedCase, decide_many
from monitor.actions.documents import Handout
from monitor.actions.refused import RefusedError
from monitor.core.account import Platform
from monitor.core.choices import ChoicePart
from monitor.core.decision import Ruling
from monitor.core.todo import heading_of
from monitor.documents.review import OFFICES
from monitor.queries.case_board import Board, CaseFilter, DueFilter, Wait, read_board, read_picking
from monitor.queries.listed import cases_listed
from monitor.queries.messages import units
from monitor.web.auth.visitor import visitor_of
from monitor.web.deciding import day_of, numbers_of, parts_of, ruling_of
from monitor.web.filters import CASES, case_filter
from monitor.web.forms import Form, Problems, done, form_of, problems_of
from monitor.web.pages.handing_out import handed_out
from monitor.web.pages.pages import Pages, number_of
from monitor.web.paging import whole
from monitor.web.words import masked

_OLD = {"office": Wait.OFFICE, "open": Wait.UNIT, "all": Wait.DONE}
"""What stands in addresses of earlier messages, for what each shows now."""
_BACK = {"review": "/review"}
"""Where a batch comes from and leads back to, beside the list itself."""
_NAMED, _NUMBERED = 3, 20
"""Of how many that were not decided the sentence says why, and of how many the numbers: it has to fit a cookie."""
DEPARTMENTS = OFFICES
"""Who judges together, as they are ticked: those who sign the sheet."""


def routes(pages: Pages) -> tuple[Route, ...]:
    """Return the addresses."""
    return (
        Route("/cases", partial(cases, pages)),
        Route("/cases.xlsx", partial(cases_xlsx, pages)),
        Route("/cases/decide", partial(ask_decide, pages)),
        Route("/cases/decide", partial(post_decide, pages), methods=["POST"]),
    )


async def cases(pages: Pages, request: Request) -> Response:
    """Answer `/cases`: one tab, of all rules or of one; addresses of earlier versions lead to theirs."""
    params, visitor = request.query_params, visitor_of(request)
    if "state" in params and "wait" not in params:
        return _moved(params)
    which = await cases_asked(pages, request)
    now = pages.context.moment().now
    board: Board = await pages.context.store.query(lambda tx: read_board(tx, which, number_of(request), now))
    may_decide = visitor.may(Right.DECIDE)
    return pages.html(
        "cases.html",
        pages.context.moment(),
        board=board,
        which=which,
        Wait=Wait,
        DueFilter=DueFilter,
        Platform=Platform,
        heading=heading_of(which.act) if which.act else "",
        given={name: params[name] for name in CASES if params.get(name)},
        may_decide=may_decide,
        problems=ASKED.get(params.get("missing", ""), ()),
    )


async def cases_xlsx(pages: Pages, request: Request) -> Response:
    """Answer `/cases.xlsx`: the list as it is seen, all pages of it."""
    which, moment = await cases_asked(pages, request), pages.context.moment()
    due, act = which.due.label if which.due else "", heading_of(which.act) if which.act else ""
    parts = (which.wait.label, act, which.rule, which.area, which.unit, which.platform, due, which.wanted)
    return await handed_out(
        pages,
        request,
        lambda tx: cases_listed(tx, which, moment, masked),
        Handout.CASES,
        f"事项{moment.today}.xlsx",
        "，".join(filter(None, parts)),
    )


async def cases_asked(pages: Pages, request: Request) -> CaseFilter:
    """Return which cases an address asks for; raises HTTPException for what is none of those there are."""
    given = request.query_params
    there = await pages.context.store.query(units) if given.get("unit") else ()
    return case_filter(given, pages.context, there, visitor_of(request).actor)


ASKED: Mapping[str, Problems] = {
    "case": (("", "请先勾选要办的事项。"),),
    "ruling": (("ruling", "请选择决定。"),),
    "conclusion": (("", "请先选择研判结论，至少一项。"),),
    "many": (("", f"一次最多办理{MOST}项，请分次办理。"),),
}
"""What is missing before anything can be confirmed, by the word for it in the address."""


def _moved(params: Mapping[str, str]) -> Response:
    wait = _OLD.get(params["state"], Wait.OFFICE)
    query = {"wait": wait.value} | {name: params[name] for name in ("rule",) if params.get(name)}
    return RedirectResponse(f"/cases?{urlencode(query)}", 302)


async def ask_decide(pages: Pages, request: Request) -> Response:
    """Answer GET `/cases/decide`: what would be decided about the cases that were ticked, for a person to confirm."""
    params = request.query_params
    wanted = _ticked(params.getlist("case"), params.get("ruling", "")) or _chosen(params.multi_items())
    back = params.get("back", "")
    if missing := _missing(wanted, has_ticks="case" in params, back=back):
        query = {name: params[name] for name in CASES if params.get(name)}
        return RedirectResponse(f"{_BACK.get(back, '/cases')}?{urlencode(query | {'missing': missing})}", 303)
    return await _confirm(pages, request, wanted, back)


def _missing(wanted: tuple[tuple[int, Ruling], ...], *, has_ticks: bool, back: str) -> str:
    """Return the word for what is missing before anything can be confirmed; empty for nothing."""
    if wanted:
        return "many" if len(wanted) > MOST else ""
    return "conclusion" if back else "ruling" if has_ticks else "case"


def _ticked(ticked: list[str], ruling: str) -> tuple[tuple[int, Ruling], ...]:
    """Return cases with the one decision that was chosen for all of them."""
    chosen = ruling_of(ruling)
    return tuple((number, chosen) for number in numbers_of(ticked)) if chosen else ()


def _chosen(fields: list[tuple[str, str]]) -> tuple[tuple[int, Ruling], ...]:
    """Return cases with a decision of their own each: fields called `ruling-12`."""
    found = ((whole(name.removeprefix("ruling-")), ruling_of(text)) for name, text in fields if "ruling-" in name)
    return tuple((number, ruling) for number, ruling in found if number and ruling)


async def post_decide(pages: Pages, request: Request) -> Response:
    """Answer POST `/cases/decide`: decide what was confirmed; what cannot be is said, and the rest is done."""
    form, visitor = await form_of(request), visitor_of(request)
    picked = tuple(_picked(text, form) for text in form.all("pick"))
    wanted = tuple((choice.case, choice.ruling) for choice in picked)
    moment, back = pages.context.moment(), form.get("back")
    parts, book = parts_of(form), pages.context.rule_book(moment.today)
    try:
        command = DecideManyCommand(
            picked=picked,
            titles=book.titles,
            terms=book.terms,
            by=visitor.name,
            note=parts[ChoicePart.NOTE],
            document=parts[ChoicePart.DOCUMENT] or None,
            until=day_of(parts, ChoicePart.UNTIL),
            on=day_of(parts, ChoicePart.ON),
            into=parts[ChoicePart.INTO],
            present=_present(form),
        )
        made = await pages.perform(request, decide_many, command)
    except RefusedError as error:
        return await _confirm(pages, request, wanted, back, typed=form, problems=problems_of(error))
    return done(request, _list_of(form, back), _said(made))


def _list_of(form: Form, back: str) -> str:
    """Return the list that a batch came from, narrowed down as it was."""
    query = {name: form.get(name) for name in CASES if form.get(name)}
    address = _BACK.get(back, "/cases")
    return f"{address}?{urlencode(query)}" if query else address


def _present(form: Form) -> str:
    present = "、".join(name for name in DEPARTMENTS if name in form.all("department"))
    return f"参加部门：{present}" if present else ""


def _picked(text: str, form: Form) -> PickedCase:
    number, _, rest = text.partition("/")
    ruling, _, seen = rest.partition("/")
    found = ruling_of(ruling)
    if not whole(number) or found is None:
        raise HTTPException(400, "表单不完整，没有登记。请返回事项重新勾选。")
    return PickedCase(case=whole(number), ruling=found, seen=seen, into=form.get(f"into-{number}").strip())


def _said(made: DecidedMany) -> str:
    waiting, passed = sum(one.waits for one in made.done), made.passed
    taken = len(made.done) - waiting
    said = f"已登记{taken}项决定。" if taken else ""
    said += "".join(dict.fromkeys(one.hint for one in made.done))
    said += f"已提出{waiting}项决定，由另一名操作员确认后生效。" if waiting else ""
    if not passed:
        return said
    if len(passed) <= _NAMED:
        why = "；".join(f"事项{left.case}没有登记：{left.why.removesuffix('。')}" for left in passed)
        return f"{said}{why}。"
    numbers = "、".join(str(left.case) for left in passed[:_NUMBERED])
    more = "等" if len(passed) > _NUMBERED else ""
    return f"{said}{len(passed)}项没有登记：事项{numbers}{more}，请逐项打开查看。"


async def _confirm(
    pages: Pages,
    request: Request,
    wanted: tuple[tuple[int, Ruling], ...],
    back: str,
    typed: Form | None = None,
    problems: Problems = (),
) -> Response:
    moment = pages.context.moment()
    book = pages.context.rule_book(moment.today)
    picking = await pages.context.store.query(lambda tx: read_picking(tx, wanted, book, moment.now))
    query = request.query_params
    return pages.html(
        "cases_decide.html",
        moment,
        status=422 if problems else 200,
        picking=picking,
        typed=typed or Form({name: (text,) for name, text in query.items()}),
        problems=problems,
        back=back if back in _BACK else "",
        back_address=_list_of(typed or Form({name: (text,) for name, text in query.items()}), back),
        departments=DEPARTMENTS,
        filters=CASES,
        ChoicePart=ChoicePart,
    )
