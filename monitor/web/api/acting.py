"""The part of the interface that does something: each is an action, called as a page or a command calls it."""

from __future__ import annotations

from monitor.actions.case_batch import DecideManyCommand, PickedCase, decide_many
from monitor.actions.cases import CloseCommand, DecideCommand, close, decide
from monitor.actions.claims import PasteCommand
from monitor.actions.looks import LookByHandCommand, look_by_hand
from monitor.actions.messages import (
    PhoneCommand,
    ReleaseCommand,
    RetryCommand,
    WithholdCommand,
    phone,
    release,
    retry,
    withhold,
)
from monitor.actions.mutes import MuteCommand, mute
from monitor.core.calendar import beijing_date
from monitor.core.claim import Excess, Verdict
from monitor.core.shapes import claim_shape
from monitor.core.token_scope import TokenScope
from monitor.queries.lists import is_account_of, is_message_in, read_case
from monitor.web.api.operation import Acting, Answer, Call, Operation
from monitor.web.api.problems import ProblemError
from monitor.web.api.reading import ACCOUNT_ID
from monitor.web.api.schema import (
    ClaimModel,
    ClosingBody,
    DecidedModel,
    DecisionBody,
    DecisionsBody,
    DoneModel,
    LinkBody,
    LookBody,
    MuteBody,
    PhoneBody,
    WithholdBody,
)
from monitor.web.paging import whole

_STATUS = {
    Verdict.PROVED: 201,
    Verdict.UNPROVED: 202,
    Verdict.REPEATED: 409,
    Verdict.NOT_REACHABLE: 502,
}
"""The answer's status for a verdict; all others are 422: understood, and not taken."""


async def _paste(call: Call) -> Answer:
    context = call.context
    if context.permits is None:
        raise ProblemError(403, "这里不接受登记。")
    command = PasteCommand(account=call.path["account_id"], link=call.body.link)
    claim = await context.permits.paste(command, actor=call.actor)
    if claim is None:
        raise ProblemError(404, "台账中没有这个账号。")
    if isinstance(claim, Excess):
        raise ProblemError(429, claim.told(context.office.contact))
    return Answer(_STATUS.get(claim.verdict, 422), claim_shape(claim, context.office.contact))


async def _decide(call: Call) -> Answer:
    body, book = call.body, call.context.rule_book(beijing_date(call.now))
    command = DecideCommand(
        case=await _case(call),
        ruling=body.ruling,
        titles=book.titles,
        terms=book.terms,
        by=body.by,
        note=body.note,
        document=body.document,
        until=body.until,
        into=body.into or "",
    )
    done = await call.perform(decide, command)
    return _done(f"{done.named}：已登记{body.ruling.label}。")


async def _decide_many(call: Call) -> Answer:
    body, book = call.body, call.context.rule_book(beijing_date(call.now))
    for one in body.cases:
        await _require_case(call, one.case)
    command = DecideManyCommand(
        picked=tuple(PickedCase(case=one.case, ruling=one.ruling, into=one.into or "") for one in body.cases),
        titles=book.titles,
        terms=book.terms,
        by=body.by,
        note=body.note,
        document=body.document,
        until=body.until,
        into=body.into or "",
    )
    came = await call.perform(decide_many, command)
    passed = [{"case": one.case, "why": one.why} for one in came.passed]
    return Answer(200, {"said": f"已登记{len(came.done)}项决定。", "passed": passed})


async def _close(call: Call) -> Answer:
    command = CloseCommand(case=await _case(call), by=call.body.by, note=call.body.note)
    done = await call.perform(close, command)
    return _done(f"事项{done.id}已办结。")


async def _release(call: Call) -> Answer:
    command = ReleaseCommand(numbers=(await _message_number(call),))
    count = await call.perform(release, command)
    return _done(f"已放行{count}条消息。")


async def _withhold(call: Call) -> Answer:
    command = WithholdCommand(numbers=(await _message_number(call),), why=call.body.why)
    count = await call.perform(withhold, command)
    return _done(f"已压下{count}条消息。")


async def _phone(call: Call) -> Answer:
    command = PhoneCommand(number=await _message_number(call), to=call.body.to, at=call.body.at)
    await call.perform(phone, command)
    return _done("已登记电话告知。")


async def _look(call: Call) -> Answer:
    body, id_, area = call.body, call.path["account_id"], call.actor.area
    if not await call.context.store.query(lambda tx: is_account_of(tx, id_, area)):
        raise ProblemError(404, "没有这一项。")
    command = LookByHandCommand(
        account=id_,
        newest=body.newest,
        is_complete=body.is_complete,
        at=call.now,
        rules=call.context.rules,
        is_confirmed=body.is_confirmed,
    )
    registered = await call.perform(look_by_hand, command)
    return _done(f"“{registered.account.name}”：已登记人工核查。")


async def _retry(call: Call) -> Answer:
    command = RetryCommand(numbers=(await _message_number(call),))
    again = await call.perform(retry, command)
    return _done(f"已重发{len(again)}条消息。")


async def _mute(call: Call) -> Answer:
    body = call.body
    command = MuteCommand(
        kind=body.kind, subject=body.subject, area=body.area, until=body.until, why=body.why, by=body.by
    )
    kept = await call.perform(mute, command)
    return _done(f"“{kept.name}”：已登记暂停提醒。" if body.until else f"“{kept.name}”：已恢复提醒。")


async def _case(call: Call) -> int:
    """Return the number of the case; 404 to a caller for one area, unless it is that area's."""
    number = whole(call.path["number"])
    await _require_case(call, number)
    return number


async def _require_case(call: Call, number: int) -> None:
    area = call.actor.area
    if area and await call.context.store.query(lambda tx: read_case(tx, number, area)) is None:
        raise ProblemError(404, "没有这一项。")


async def _message_number(call: Call) -> str:
    """Return the number of the message; 404 to a caller for one area, unless it tells of that area alone."""
    number, area = call.path["message_id"], call.actor.area
    if not await call.context.store.query(lambda tx: is_message_in(tx, number, area)):
        raise ProblemError(404, "没有这一项。")
    return number


def _done(sentence: str) -> Answer:
    return Answer(200, {"said": sentence})


_DONE = {200: "办成了。"}
_NUMBER = {"number": "事项编号。"}
_MESSAGE = {"message_id": "消息编号，或其末尾几位。"}
ACTINGS: tuple[Operation, ...] = (
    Acting(
        name="postLink",
        path="/accounts/{account_id:path}/posts",
        summary="登记新发布内容的链接，打开核对后才采信",
        scope=TokenScope.POST_LINKS,
        body=LinkBody,
        answer=ClaimModel,
        act=_paste,
        path_notes=ACCOUNT_ID,
        statuses={
            201: "已核实登记。",
            202: "已收到，转人工核实。",
            409: "此前已经登记。",
            422: "没有登记，said 说明原因。",
            502: "暂时打不开这条链接，已转人工核实。",
        },
    ),
    Acting(
        name="decideCase",
        path="/cases/{number}/decisions",
        summary="登记对一个事项的处置决定",
        scope=TokenScope.DECIDE,
        body=DecisionBody,
        answer=DoneModel,
        act=_decide,
        path_notes=_NUMBER,
        statuses=_DONE,
    ),
    Acting(
        name="decideCases",
        path="/decisions",
        summary="一次登记对多个事项的处置决定",
        scope=TokenScope.DECIDE,
        body=DecisionsBody,
        answer=DecidedModel,
        act=_decide_many,
        statuses=_DONE,
    ),
    Acting(
        name="closeCase",
        path="/cases/{number}/close",
        summary="人工办结一个事项",
        scope=TokenScope.DECIDE,
        body=ClosingBody,
        answer=DoneModel,
        act=_close,
        path_notes=_NUMBER,
        statuses=_DONE,
    ),
    Acting(
        name="releaseMessage",
        path="/messages/{message_id}/release",
        summary="放行一条待放行的消息",
        scope=TokenScope.DECIDE,
        body=None,
        answer=DoneModel,
        act=_release,
        path_notes=_MESSAGE,
        statuses=_DONE,
    ),
    Acting(
        name="withholdMessage",
        path="/messages/{message_id}/withhold",
        summary="压下一条待放行的消息，写明原因",
        scope=TokenScope.DECIDE,
        body=WithholdBody,
        answer=DoneModel,
        act=_withhold,
        path_notes=_MESSAGE,
        statuses=_DONE,
    ),
    Acting(
        name="phoneMessage",
        path="/messages/{message_id}/phone",
        summary="登记发送失败的消息已电话告知",
        scope=TokenScope.DECIDE,
        body=PhoneBody,
        answer=DoneModel,
        act=_phone,
        path_notes=_MESSAGE,
        statuses=_DONE,
    ),
    Acting(
        name="registerLook",
        path="/accounts/{account_id:path}/looks",
        summary="登记人工核查：一个账号的最新发布日期",
        scope=TokenScope.DECIDE,
        body=LookBody,
        answer=DoneModel,
        act=_look,
        path_notes=ACCOUNT_ID,
        statuses=_DONE,
    ),
    Acting(
        name="retryMessage",
        path="/messages/{message_id}/retry",
        summary="重发一条失败的消息",
        scope=TokenScope.DECIDE,
        body=None,
        answer=DoneModel,
        act=_retry,
        path_notes=_MESSAGE,
        statuses=_DONE,
    ),
    Acting(
        name="mute",
        path="/mutes",
        summary="暂停提醒一个账号、单位或地区，或提前恢复",
        scope=TokenScope.DECIDE,
        body=MuteBody,
        answer=DoneModel,
        act=_mute,
        statuses=_DONE,
    ),
)
