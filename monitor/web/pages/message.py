"""`/messages/{id}`: one message as its reader sees it, what became of it, and what is done about one that failed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.actions.messages import PhoneCommand, RetryCommand, phone, retry
from monitor.actions.refused import Field, RefusedError
from monitor.core.calendar import at_beijing
from monitor.core.message import MessageAct
from monitor.queries.messages import ActOnMessage, Sent, read_message
from monitor.web.auth.visitor import visitor_of
from monitor.web.days import written_day
from monitor.web.forms import Form, done, form_of
from monitor.web.pages import channel_test
from monitor.web.pages.messages import may
from monitor.web.pages.pages import Pages
from monitor.web.words import tried_text

FAILED = "/messages?state=failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One thing that became of a message, as a sentence."""

    at: datetime
    said: str
    """What follows the moment: 钉钉已接收."""
    raw: str = ""
    """The far side's own words."""


def routes(pages: Pages) -> Iterator[Route]:
    """Yield what these pages answer; the longer addresses of messages come before."""
    yield from channel_test.routes(pages)
    yield Route("/messages/{message_id}", partial(message, pages))
    yield Route("/messages/{message_id}/phone", partial(post_phone, pages), methods=["POST"])
    yield Route("/messages/{message_id}/retry", partial(post_retry, pages), methods=["POST"])


async def message(pages: Pages, request: Request) -> Response:
    """Answer GET `/messages/{id}`."""
    return await _page(pages, request)


async def post_phone(pages: Pages, request: Request) -> Response:
    """Answer POST `/messages/{id}/phone`: keep who was told on the phone what a failed message was to tell."""
    form = await form_of(request)
    try:
        command = PhoneCommand(number=request.path_params["message_id"], to=form.get("to"), at=_moment(form.get("at")))
        await pages.perform(request, phone, command)
    except RefusedError as error:
        return await _page(pages, request, form=form, refused=error)
    return done(request, FAILED, f"已登记：已电话告知{command.to.strip()}。不再经其他渠道告知。")


async def post_retry(pages: Pages, request: Request) -> Response:
    """Answer POST `/messages/{id}/retry`: have a failed message sent once more."""
    form = await form_of(request)
    command = RetryCommand(numbers=(request.path_params["message_id"],))
    try:
        await pages.perform(request, retry, command)
    except RefusedError as error:
        return await _page(pages, request, form=form, refused=error)
    return done(request, FAILED, "将重发1条；发出前再核对一次，已经更新的不再发。")


async def _page(
    pages: Pages, request: Request, *, form: Form | None = None, refused: RefusedError | None = None
) -> Response:
    moment, visitor, number = pages.context.moment(), visitor_of(request), request.path_params["message_id"]
    sent = await pages.context.store.query(
        lambda tx: read_message(tx, number, moment.now, visitor.own, anew=pages.context.anew)
    )
    if sent is None:
        raise HTTPException(404, "没有这条消息，请核对编号。")
    return pages.html(
        "message.html",
        moment,
        status=422 if refused else 200,
        refused=refused,
        sent=sent,
        typed=form,
        records=sorted(_happened(pages, sent), key=lambda one: one.at),
        channels=pages.context.channels,
        has_channels=pages.context.has_channels,
        can=may(visitor),
    )


def _happened(pages: Pages, sent: Sent) -> Iterator[Happened]:
    """Yield what became of a message: what people did, and every try."""
    name = sent.kept.message.channel
    kind = pages.context.channels[name].kind if name in pages.context.channels else name
    yield from (Happened(at=act.at, said=_said(act)) for act in sent.acts)
    for tried in sent.tries:
        raw = " ".join(part for part in (tried.attempt.code, tried.attempt.detail) if part)
        yield Happened(at=tried.at, said=f"{kind}{tried_text(tried.attempt)}", raw=raw)


def _said(act: ActOnMessage) -> str:
    match act.kind:
        case MessageAct.RELEASED:
            return f"，{act.by}放行" if act.by else "，到期自动放行"
        case MessageAct.WITHHELD:
            return f"，{act.by}压下：{act.text}"
        case MessageAct.RETRIED:
            return f"，{act.by}要求重发"
        case MessageAct.PHONED:
            return f"，已电话告知{act.text}（{act.by}登记）"


def _moment(written: str) -> datetime | None:
    """Return the moment of a field of a form, on Beijing's clock; None where it is empty."""
    if not written:
        return None
    try:
        typed = datetime.fromisoformat(written)
        day = written_day(typed.date().isoformat())
    except ValueError as error:
        raise RefusedError("告知时间应写作2026-05-19 09:05，没有登记。", Field("at", "告知时间")) from error
    return at_beijing(day, typed.time())
