"""`/mutes`: who hears nothing for a while; a new mute, and the end of one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from functools import partial
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.actions.mutes import MuteCommand, mute
from monitor.actions.refused import Field, RefusedError
from monitor.core.account import UnitKey
from monitor.core.mute import LONGEST, Mute
from monitor.core.phrases import Names, dated
from monitor.core.subject import SubjectKind
from monitor.queries.messages import Mutable, read_mutable, read_mutes, units
from monitor.web.auth.visitor import visitor_of
from monitor.web.days import written_day
from monitor.web.forms import Form, done, form_of
from monitor.web.pages.messages import may
from monitor.web.pages.pages import Pages
from monitor.web.words import unit_called, unit_typed

ADDRESS = "/mutes"
_BY_NAME = {kind.value: kind for kind in (SubjectKind.ACCOUNT, SubjectKind.AREA)}
_UNTIL, _SUBJECT = Field("until", "截止日期"), Field("subject", "对象")


class Whom(NamedTuple):
    """The subject of a mute, as a form names it."""

    kind: SubjectKind
    name: str
    area: str | None = None
    """Of a unit: its area."""


def routes(pages: Pages) -> Iterator[Route]:
    """Yield what these pages answer."""
    yield Route("/mutes", partial(mutes, pages))
    yield Route("/mutes", partial(post_mute, pages), methods=["POST"])
    yield Route("/mutes/end", partial(post_end, pages), methods=["POST"])


async def mutes(pages: Pages, request: Request) -> Response:
    """Answer GET `/mutes`; the subject and day in its address are what a form would mute."""
    return await _page(pages, request, Form({name: (text,) for name, text in request.query_params.items()}))


async def post_mute(pages: Pages, request: Request) -> Response:
    """Answer POST `/mutes`: mute a unit or an account until a day."""
    form = await form_of(request)
    try:
        whom = await _asked(pages, form)
        until = _day(form.get("until"))
        command = MuteCommand(kind=whom.kind, subject=whom.name, area=whom.area, until=until, why=form.get("why"))
        kept = await pages.perform(request, mute, command)
    except RefusedError as error:
        return await _page(pages, request, form, refused=error)
    called = await _called(pages, whom)
    return done(request, ADDRESS, consequence(kept.last, called, pages.context.moment().today))


async def post_end(pages: Pages, request: Request) -> Response:
    """Answer POST `/mutes/end`: have a mute end today."""
    form = await form_of(request)
    try:
        whom = await _asked(pages, form)
        command = MuteCommand(kind=whom.kind, subject=whom.name, area=whom.area, until=None, why=form.get("why"))
        await pages.perform(request, mute, command)
    except RefusedError as error:
        return await _page(pages, request, Form({}), refused=error)
    called = await _called(pages, whom)
    return done(request, ADDRESS, f"已提前结束，今天起恢复提醒{called}。")


def consequence(last: date, called: str, today: date) -> str:
    """Return what a mute does, in one sentence."""
    return f"至{dated(last, today)}不提醒{called}；采集、判定和办结照常。"


async def _page(pages: Pages, request: Request, form: Form, refused: RefusedError | None = None) -> Response:
    moment = pages.context.moment()
    account = form.get("account") or form.get("subject").removeprefix("account/")
    choices, found = await pages.context.store.query(
        lambda tx: (read_mutable(tx, account or None), read_mutes(tx, moment.today))
    )
    return pages.html(
        "mutes.html",
        moment,
        status=422 if refused else 200,
        refused=refused,
        mutes=found,
        subjects=[written(mute.mute) for mute in found],
        choices=choices,
        typed=form,
        consequence=_promise(pages, form, choices, moment.today),
        latest=moment.today + LONGEST,
        can=may(visitor_of(request)),
    )


def _promise(pages: Pages, form: Form, choices: Mutable, today: date) -> str:
    """Return what the form would do as it is filled in; what it does in general where it is not filled in yet."""
    general = f"到所选日期为止不提醒；采集、判定和办结照常，到期自动恢复，一次最长{LONGEST.days}天。"
    try:
        whom, until = _whom(form.get("subject"), choices.units, pages.context.office.names), _day(form.get("until"))
    except RefusedError:
        return general
    is_account = whom.kind is SubjectKind.ACCOUNT and choices.account is not None
    called = f"“{choices.account.name}”" if is_account and choices.account else _unit(pages, whom)
    return consequence(until, called, today)


async def _called(pages: Pages, whom: Whom) -> str:
    """Return what the subject of a mute is called."""
    if whom.kind is not SubjectKind.ACCOUNT:
        return _unit(pages, whom)
    account = (await pages.context.store.query(lambda tx: read_mutable(tx, whom.name))).account
    return f"“{account.name}”" if account else whom.name


def _unit(pages: Pages, whom: Whom) -> str:
    return pages.context.office.names.unit(whom.area, whom.name) if whom.area else whom.name


def written(one: Mute) -> str:
    """Return the subject of a mute as a field of a form."""
    match one.subject:
        case SubjectKind.UNIT:
            return f"unit/{one.area or ''}/{one.name}"
        case SubjectKind.ACCOUNT | SubjectKind.AREA:
            return f"{one.subject.value}/{one.name}"


async def _asked(pages: Pages, form: Form) -> Whom:
    """Return the subject that a form names; raises RefusedError for none."""
    return _whom(form.get("subject"), await pages.context.store.query(units), pages.context.office.names)


def _whom(text: str, choices: Collection[UnitKey], names: Names) -> Whom:
    """Return the subject that a form's field names, or a unit that was typed; raises RefusedError for none."""
    if typed := unit_typed(text, choices, names):
        return Whom(SubjectKind.UNIT, typed.name, typed.area)
    kind, _, name = text.partition("/")
    if kind == SubjectKind.UNIT.value:
        area, slash, unit = name.partition("/")
        known = unit_called(unit, choices, area or None)
        if slash and unit:
            return Whom(SubjectKind.UNIT, known.name if known else unit, known.area if known else area or None)
    elif kind in _BY_NAME and name:
        return Whom(_BY_NAME[kind], name)
    raise RefusedError("请选择暂停谁。", _SUBJECT)


def _day(text: str) -> date:
    try:
        return written_day(text)
    except ValueError as error:
        raise RefusedError("请选择暂停到哪一天。", _UNTIL) from error
