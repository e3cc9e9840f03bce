"""`/looks`: the accounts that a person has to look at, and one field for each; a row at a time, or all at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.actions.actor import Actor
from monitor.actions.claims import PasteCommand
from monitor.actions.looks import (
    CorrectedMeanwhileError,
    CorrectLookCommand,
    LookByHandCommand,
    LookRegistered,
    WouldAccuseError,
    correct_look,
    look_by_hand,
)
from monitor.actions.refused import RefusedError
from monitor.core.account import UnitKey
from monitor.core.claim import Excess, Verdict
from monitor.queries.looks import (
    DoneLook,
    LookLine,
    read_correction,
    read_counts,
    read_line,
    read_look,
    read_looks,
)
from monitor.queries.messages import units
from monitor.web.auth.visitor import visitor_of
from monitor.web.filters import LOOKS as LOOKS_FILTERS
from monitor.web.filters import hand_filter
from monitor.web.forms import Form, done, form_of
from monitor.web.pages.pages import Pages, number_of
from monitor.web.paging import whole

LOOKS = "/looks"
MOST = 50
"""Rows that are taken at once."""
_NOBODY = "没有这个账号。"
_ONE_OF_BOTH = "日期和链接请只填一样。"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFields:
    """What a row says, as it was typed."""

    day: str = ""
    link: str = ""
    is_one: bool = False
    """True if only this one post is known of."""
    confirmed: str = ""
    """The day that somebody has confirmed to be so although it accuses."""
    why: str = ""
    """Of a correction: what was wrong."""

    @property
    def is_filled(self) -> bool:
        """True if anything was typed."""
        return bool(self.day or self.link)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowAnswer:
    """What became of a row."""

    fields: RowFields
    look: LookRegistered | None = None
    """What was registered."""
    link: str = ""
    """What was said of a link that was proved."""
    fault: str = ""
    asks: bool = False
    """True if the fault is a question: whether the account is overdue indeed."""
    field: str = "day"
    """The field that the fault is about."""

    @property
    def is_done(self) -> bool:
        """True if it was registered."""
        return self.look is not None or bool(self.link)


def routes(pages: Pages) -> tuple[Route, ...]:
    """Return the addresses."""
    return (
        Route(LOOKS, partial(looks, pages)),
        Route(LOOKS, partial(register, pages), methods=["POST"]),
        Route(f"{LOOKS}/row", partial(row, pages), methods=["POST"]),
        Route(f"{LOOKS}/{{number}}", partial(look, pages)),
        Route(f"{LOOKS}/{{number}}", partial(correct, pages), methods=["POST"]),
    )


async def looks(pages: Pages, request: Request) -> Response:
    """Answer `/looks`: those that are due, or all that people read."""
    return await _list(pages, request, {}, status=200)


async def register(pages: Pages, request: Request) -> Response:
    """Register every row that is filled; those that cannot be stay as they were typed."""
    form = await form_of(request)
    answers = {id_: await _taken(pages, request, id_, fields) for id_, fields in _rows(form)}
    if not answers:
        answers = {"": RowAnswer(fields=RowFields(), fault="请先填写最新发布日期或粘贴链接。")}
    if all(answer.is_done for answer in answers.values()):
        return done(request, _here(request), f"已登记{len(answers)}个账号。")
    return await _list(pages, request, answers, status=422)


async def row(pages: Pages, request: Request) -> Response:
    """Register one row, and return it as it is now."""
    form, id_ = await form_of(request), request.query_params.get("account", "")
    answer = await _taken(pages, request, id_, _fields(form, id_, request))
    moment = pages.context.moment()
    line, counts = await pages.context.store.query(
        lambda tx: (read_line(tx, id_, moment.now), read_counts(tx, moment.now))
    )
    if line is None:
        raise HTTPException(404, _NOBODY)
    return pages.html(
        "look_row.html", moment, status=200 if answer.is_done else 422, line=line, answer=answer, counts=counts
    )


async def look(pages: Pages, request: Request) -> Response:
    """Answer `/looks/{number}`: a look that was registered, to be corrected; for htmx as a row."""
    found = await _look_of(pages, request)
    if isinstance(found, Response):
        return found
    return _correction(pages, request, found, None)


async def correct(pages: Pages, request: Request) -> Response:
    """Register another value instead of a look's, or only take it back."""
    form, found = await form_of(request), await _look_of(pages, request)
    if isinstance(found, Response):
        return found
    id_ = found.account.id
    fields = _fields(form, id_, request)
    command = CorrectLookCommand(
        number=found.number,
        newest=fields.day,
        is_complete=not fields.is_one,
        why=fields.why,
        rules=pages.context.rules,
        is_confirmed=_is_confirmed(fields),
    )
    try:
        registered = await pages.perform(request, correct_look, command)
    except RefusedError as error:
        return _correction(pages, request, found, _refused(fields, error), is_late=_is_late(error))
    if not _is_row(request):
        return done(request, LOOKS, f"“{found.account.name}”的登记已改正，原来的登记保留在操作记录中。")
    moment = pages.context.moment()
    line, counts = await pages.context.store.query(
        lambda tx: (read_line(tx, id_, moment.now), read_counts(tx, moment.now))
    )
    answer = RowAnswer(fields=fields, look=registered)
    return pages.html("look_row.html", moment, line=line, answer=answer, counts=counts)


def _is_late(error: RefusedError) -> bool:
    return isinstance(error, CorrectedMeanwhileError)


async def _look_of(pages: Pages, request: Request) -> DoneLook | Response:
    """Return a look that stands; of one that was corrected meanwhile, the answer that says by whom and when."""
    number, moment, store = whole(request.path_params["number"]), pages.context.moment(), pages.context.store
    found = await store.query(lambda tx: read_look(tx, number)) if number else None
    if found is not None:
        return found
    corrected = await store.query(lambda tx: read_correction(tx, number, moment.today)) if number else None
    if corrected is None:
        raise HTTPException(404, "没有这次登记，请核对编号。")
    account, said = corrected
    line, counts = await store.query(lambda tx: (read_line(tx, account, moment.now), read_counts(tx, moment.now)))
    if line is None or not _is_row(request):
        raise HTTPException(409, f"{said}请打开人工核查，按现在的登记核对。")
    answer = RowAnswer(fields=RowFields(), fault=said)
    return pages.html("look_row.html", moment, status=409, line=line, answer=answer, counts=counts)


def _correction(
    pages: Pages, request: Request, found: DoneLook, answer: RowAnswer | None, *, is_late: bool = False
) -> Response:
    status = 200 if answer is None else 409 if is_late else 422
    template = "look_correct_row.html" if _is_row(request) else "look_correct.html"
    fields = answer.fields if answer else RowFields(is_one=not found.seen.is_complete)
    return pages.html(template, pages.context.moment(), status=status, found=found, answer=answer, fields=fields)


async def _list(pages: Pages, request: Request, answers: Mapping[str, RowAnswer], *, status: int) -> Response:
    moment, number, given = pages.context.moment(), number_of(request), request.query_params
    there = await pages.context.store.query(units) if given.get("unit") else ()
    which = hand_filter(given, there, pages.context.office.names)
    page = await pages.context.store.query(lambda tx: read_looks(tx, which, moment.now, page=number))
    return pages.html(
        "looks.html",
        moment,
        status=status,
        page=page,
        which=which,
        unit=UnitKey(which.area or "", which.unit or ""),
        answers=answers,
        blank=RowFields(),
        problems=_problems(page.lines, answers),
        query=_query(request),
        taken=sum(answer.is_done for answer in answers.values()),
    )


def _problems(lines: tuple[LookLine, ...], answers: Mapping[str, RowAnswer]) -> list[tuple[str, str]]:
    """Return what is wrong, each with the field that it is about, where that is on the page."""
    names = {line.account.id: line.account.name for line in lines}
    return [
        (
            f"{answer.field}:{id_}" if id_ in names else "",
            f"{names.get(id_, id_)}：{answer.fault}" if id_ else answer.fault,
        )
        for id_, answer in answers.items()
        if not answer.is_done
    ]


async def _taken(pages: Pages, request: Request, id_: str, fields: RowFields) -> RowAnswer:
    """Register what a row says, and return what became of it."""
    if fields.day and fields.link:
        return RowAnswer(fields=fields, fault=_ONE_OF_BOTH)
    try:
        if fields.link:
            return await _pasted(pages, id_, fields, visitor_of(request).actor)
        command = LookByHandCommand(
            account=id_,
            newest=fields.day,
            is_complete=not fields.is_one,
            at=pages.context.clock(),
            rules=pages.context.rules,
            is_confirmed=_is_confirmed(fields),
        )
        registered = await pages.perform(request, look_by_hand, command)
    except RefusedError as error:
        return _refused(fields, error)
    return RowAnswer(fields=fields, look=registered)


async def _pasted(pages: Pages, id_: str, fields: RowFields, actor: Actor) -> RowAnswer:
    """Have a link proved by the platform, and return what became of it."""
    permits, contact = pages.context.permits, pages.context.office.contact
    claim = await permits.paste(PasteCommand(account=id_, link=fields.link), actor=actor) if permits else None
    if claim is None:
        return RowAnswer(fields=fields, fault=_NOBODY, field="link")
    if isinstance(claim, Excess):
        return RowAnswer(fields=fields, fault=claim.told(contact), field="link")
    said = claim.verdict.told(contact)
    if claim.verdict in {Verdict.PROVED, Verdict.UNPROVED}:
        return RowAnswer(fields=fields, link=said)
    return RowAnswer(fields=fields, fault=said, field="link")


def _refused(fields: RowFields, error: RefusedError) -> RowAnswer:
    about = next((field.name for field in error.fields if field.name == "why"), "day")
    return RowAnswer(fields=fields, fault=str(error), asks=isinstance(error, WouldAccuseError), field=about)


def _is_confirmed(fields: RowFields) -> bool:
    """True if the very day that is typed was confirmed: another one is asked about anew."""
    return bool(fields.day) and fields.confirmed == fields.day


def _rows(form: Form) -> Iterator[tuple[str, RowFields]]:
    """Yield the rows that are filled, as many as a page has."""
    ids = [id_ for name in form.fields for part, _, id_ in (name.partition(":"),) if part in {"day", "link", "sign"}]
    filled = ((id_, _fields(form, id_)) for id_ in dict.fromkeys(ids))
    yield from [(id_, fields) for id_, fields in filled if fields.is_filled][:MOST]


def _fields(form: Form, id_: str, request: Request | None = None) -> RowFields:
    """Return what a row says; a button of its own says more in the address that it is sent to."""
    said = request.query_params if request else {}
    return RowFields(
        day=said.get("sign") or form.get(f"sign:{id_}") or form.get(f"day:{id_}").strip(),
        link=form.get(f"link:{id_}").strip(),
        is_one=bool(form.get(f"one:{id_}")),
        confirmed=said.get("sure") or form.get(f"sure:{id_}"),
        why=form.get(f"why:{id_}").strip(),
    )


def _query(request: Request) -> str:
    """Return the filters of an address, to be kept; without the page."""
    kept = [(name, request.query_params[name]) for name in LOOKS_FILTERS if request.query_params.get(name)]
    return urlencode(kept)


def _here(request: Request) -> str:
    query = _query(request)
    return f"{LOOKS}?{query}" if query else LOOKS


def _is_row(request: Request) -> bool:
    return request.headers.get("hx-request") == "true"
