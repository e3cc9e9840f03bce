"""Messages: the list, one as its reader sees it, what is done about them, and who hears nothing for a while."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from monitor.actions.actor import Right
from monitor.actions.messages import (
    PhoneCommand,
    ReleaseCommand,
    RetryCommand,
    WithholdCommand,
    mark_of,
    phone,
    release,
    retry,
    withhold,
)
from monitor.actions.mutes import MuteCommand, mute
from monitor.core.calendar import beijing_date
from monitor.core.message import MessageTab
from monitor.core.shapes import moment_shape
from monitor.core.token_scope import TokenScope
from monitor.queries.lists import KeptMessage, find_messages
from monitor.queries.messages import Muted, Sent, read_message, read_mutes, units
from monitor.store import Tx
from monitor.web.api.operation import (
    Acting,
    Answer,
    Call,
    Found,
    ListParameters,
    ListReading,
    Operation,
    OperationGroup,
    Reading,
    done,
    found,
    in_memory,
)
from monitor.web.api.reach import MESSAGE, message_of, require_message
from monitor.web.api.schema import (
    Day,
    DoneModel,
    MessageDetail,
    MessageModel,
    MuteBody,
    MuteModel,
    PhoneBody,
    ReleaseBody,
    Said,
    WithholdBody,
)
from monitor.web.filters import message_filter, message_tab
from monitor.web.words import masked, tried_text

PAGE = "/messages/{message_id}"


class MessageParameters(ListParameters):
    """The parameters of the list of messages."""

    state: MessageTab | None = None
    """只列这一状态的；不填为全部。"""
    unit: Said | None = None
    """只列说到这个主办单位的账号的。"""
    area: Said | None = None
    """几个地区有同名的主办单位时，指明是哪个地区的。"""
    day: Day | None = None
    """只列这一天生成的。"""


def _messages(tx: Tx, call: Call) -> Found:
    given, actor = call.given, call.actor
    tab = message_tab(given["state"]) if given.get("state") else None
    choices = units(tx) if given.get("unit") else ()
    which = message_filter(given, choices, call.context.office.names, actor.own)
    kept = find_messages(tx, tab, which, call.now, limit=call.limit, place=call.place, area=actor.area)
    kept = tuple(call.context.anew(tx, kept, call.now))
    return found(kept, lambda one: (one.created_at, one.message.id), _message)


def _message(kept: KeptMessage) -> dict[str, object]:
    return {
        "id": kept.message.id,
        "channel": kept.message.channel or None,
        "role": kept.role.value,
        "state": kept.state.value,
        "subject": masked(kept.message.subject),
        "created_at": moment_shape(kept.created_at),
        "finished_at": moment_shape(kept.finished_at) if kept.finished_at else None,
        "attempts": kept.attempts,
    }


def _one_message(tx: Tx, call: Call) -> dict[str, object] | None:
    number = call.path["message_id"]
    require_message(tx, call, number)
    sent = read_message(tx, number, call.now, call.actor.own, anew=call.context.anew)
    written = read_message(tx, number, call.now, call.actor.own)
    return _sent(sent, mark_of(written.kept)) if sent and written else None


def _sent(sent: Sent, seen: str) -> dict[str, object]:
    return _message(sent.kept) | {
        "body": sent.kept.message.body,
        "units": [unit.name for unit in sent.units],
        "accounts": [id_ for id_, _ in sent.accounts],
        "changed": sent.is_changed,
        "is_failure": sent.is_failure,
        "tries": [{"at": one.at, "said": tried_text(one.attempt)} for one in sent.tries],
        "acts": sent.acts,
        "seen": seen,
    }


def _mutes(tx: Tx, call: Call) -> Found:
    area = call.actor.area
    shown = [one for one in read_mutes(tx, beijing_date(call.now)) if area is None or _area(one) == area]
    return in_memory(shown, call, _place, _mute_shape)


def _area(one: Muted) -> str | None:
    return one.account.area if one.account else one.mute.area or one.mute.name


def _place(one: Muted) -> tuple[str, str, str]:
    said = one.mute  # of a subject no more than one holds
    return said.subject.value, said.area or "", said.name


def _mute_shape(one: Muted) -> dict[str, object]:
    said = one.mute
    return {
        "kind": said.subject,
        "subject": said.name,
        "area": one.account.area if one.account else said.area,
        "first": said.first,
        "until": said.last,
        "by": said.by,
        "why": said.why,
    }


async def _release(call: Call) -> Answer:
    number, seen = await message_of(call), call.body.seen
    read = None if seen is None else (seen,)
    count = await call.perform(release, ReleaseCommand(numbers=(number,), read=read))
    return done(f"已放行{count}条消息。")


async def _withhold(call: Call) -> Answer:
    count = await call.perform(withhold, WithholdCommand(numbers=(await message_of(call),), why=call.body.why))
    return done(f"已压下{count}条消息。")


async def _phone(call: Call) -> Answer:
    await call.perform(phone, PhoneCommand(number=await message_of(call), to=call.body.to, at=call.body.at))
    return done("已登记电话告知。")


async def _retry(call: Call) -> Answer:
    again = await call.perform(retry, RetryCommand(numbers=(await message_of(call),)))
    return done(f"已重发{len(again)}条消息。")


async def _mute(call: Call) -> Answer:
    body = call.body
    command = MuteCommand(
        kind=body.kind, subject=body.subject, area=body.area, until=body.until, why=body.why, by=body.by
    )
    kept = await call.perform(mute, command)
    return done(f"“{kept.name}”：已登记暂停提醒。" if body.until else f"“{kept.name}”：已恢复提醒。")


def _acting(
    name: str, act: str, summary: str, right: Right, body: type | None, does: Callable[..., object]
) -> Operation:
    """Return an operation that does one thing about a message."""
    return Acting(
        name=name,
        path=f"/messages/{{message_id}}/{act}",
        summary=summary,
        group=OperationGroup.MESSAGES,
        page=f"/messages/{act}" if act in {"release", "withhold"} else f"/messages/{{message_id}}/{act}",
        right=right,
        scope=TokenScope.DECIDE,
        body=body,
        answer=DoneModel,
        act=does,  # type: ignore[arg-type] # each of them is one
        path_notes=MESSAGE,
    )


MESSAGES: tuple[Operation, ...] = (
    ListReading(
        name="listMessages",
        path="/messages",
        summary="消息，最新的在前，不含正文和收件人",
        group=OperationGroup.MESSAGES,
        page="/messages",
        right=Right.SEE_MESSAGES,
        scope=TokenScope.READ,
        is_own=True,
        parameters=MessageParameters,
        answer=MessageModel,
        read=_messages,
        kinds=(datetime, str),
    ),
    Reading(
        name="getMessage",
        path=PAGE,
        summary="一条消息：正文、发送记录、谁办了什么",
        group=OperationGroup.MESSAGES,
        page=PAGE,
        right=Right.SEE_MESSAGES,
        scope=TokenScope.OFFICE,
        is_own=True,
        answer=MessageDetail,
        read=_one_message,
        path_notes={"message_id": "消息编号。"},
    ),
    ListReading(
        name="listMutes",
        path="/mutes",
        summary="现在暂停提醒的账号、单位和地区",
        group=OperationGroup.MESSAGES,
        page="/mutes",
        right=Right.MUTE,
        scope=TokenScope.READ,
        answer=MuteModel,
        read=_mutes,
        kinds=(str, str, str),
    ),
    _acting("releaseMessage", "release", "放行一条待放行的消息", Right.RELEASE, ReleaseBody, _release),
    _acting("withholdMessage", "withhold", "压下一条待放行的消息，写明原因", Right.WITHHOLD, WithholdBody, _withhold),
    _acting("phoneMessage", "phone", "登记发送失败的消息已电话告知", Right.PHONE, PhoneBody, _phone),
    _acting("retryMessage", "retry", "重发一条失败的消息", Right.RETRY, None, _retry),
    Acting(
        name="mute",
        path="/mutes",
        summary="暂停提醒一个账号、单位或地区，或提前恢复",
        group=OperationGroup.MESSAGES,
        page="/mutes",
        right=Right.MUTE,
        scope=TokenScope.DECIDE,
        body=MuteBody,
        answer=DoneModel,
        act=_mute,
    ),
)
