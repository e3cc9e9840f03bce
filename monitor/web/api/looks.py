"""Looks by hand: whom a person has to look at, what was registered today, and how one is registered and corrected."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from monitor.actions.actor import Right
from monitor.actions.looks import CorrectLookCommand, LookByHandCommand, correct_look, look_by_hand
from monitor.core.account import Platform
from monitor.core.token_scope import TokenScope
from monitor.queries.looks import DoneLook, LookLine, read_done_behind, read_hand_lines, read_look
from monitor.queries.messages import units
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
)
from monitor.web.api.reach import ACCOUNT_ID, account_of, nothing, require_account
from monitor.web.api.schema import (
    CorrectionBody,
    DoneLookModel,
    DoneModel,
    LookBody,
    LookLineModel,
    Remark,
    Said,
)
from monitor.web.filters import hand_filter
from monitor.web.paging import whole

_NUMBER = {"number": "登记的编号。"}


class LookParameters(ListParameters):
    """The parameters of the list of accounts that people look at."""

    due: Said | None = None
    """1 为只列到期的（默认），0 为全部。"""
    task: Literal["hand"] | None = None
    """hand 为只列没有自动采集途径的。"""
    platform: Platform | None = None
    unit: Said | None = None
    area: Said | None = None
    """几个地区有同名的主办单位时，指明是哪个地区的。"""
    account: Said | None = None
    """只列这个账号。"""
    q: Remark = ""
    """账号名称、单位、地区或账号ID中的一段文字。"""


def _looks(tx: Tx, call: Call) -> Found:
    there, area = units(tx) if call.given.get("unit") else (), call.actor.area
    which = hand_filter(call.given, there, call.context.office.names)
    if area is not None and which.area not in {None, area}:
        return Found((), ())
    which = replace(which, area=area or which.area)
    after = str(call.place[0]) if call.place else ""
    lines = read_hand_lines(tx, which, call.now, limit=call.limit, after=after)
    return found(lines, lambda line: (line.account.id,), _line)


def _line(line: LookLine) -> dict[str, object]:
    account = line.account
    return {
        "account": account.id,
        "name": account.name,
        "platform": account.platform,
        "unit": account.unit,
        "area": account.area,
        "homepage": account.homepage,
        "seen_at": line.seen_at,
        "days_unseen": line.days_unseen,
        "last": line.last,
        "due": line.is_due,
    }


def _done_today(tx: Tx, call: Call) -> Found:
    before = int(str(call.place[0])) if call.place else None
    looks = read_done_behind(tx, call.now, limit=call.limit, before=before, area=call.actor.area)
    return found(looks, lambda one: (one.number,), _registered)


def _registered(look: DoneLook) -> dict[str, object]:
    post = look.seen.post
    return {
        "number": look.number,
        "account": look.account.id,
        "by": look.by,
        "at": look.at,
        "newest": post.published_at if post else None,
        "complete": look.seen.is_complete,
    }


def _one_look(tx: Tx, call: Call) -> dict[str, object] | None:
    look = read_look(tx, whole(call.path["number"]))
    if look is None or call.actor.area not in {None, look.account.area}:
        return None
    return _registered(look)


async def _register(call: Call) -> Answer:
    body = call.body
    command = LookByHandCommand(
        account=await account_of(call),
        newest=body.newest,
        is_complete=body.is_complete,
        at=call.now,
        rules=call.context.rules,
        is_confirmed=body.is_confirmed,
    )
    registered = await call.perform(look_by_hand, command)
    return done(f"“{registered.account.name}”：已登记人工核查。")


async def _correct(call: Call) -> Answer:
    body, number = call.body, whole(call.path["number"])
    look = await call.query(lambda tx: read_look(tx, number))
    if look is not None:
        account = look.account.id
        await call.query(lambda tx: require_account(tx, call, account))
    elif call.actor.area is not None:
        raise nothing()
    command = CorrectLookCommand(
        number=number,
        newest=body.newest,
        is_complete=body.is_complete,
        why=body.why,
        rules=call.context.rules,
        is_confirmed=body.is_confirmed,
    )
    corrected = await call.perform(correct_look, command)
    return done(f"“{corrected.account.name}”：{'已改正' if corrected.seen else '已撤回这次登记'}。")


LOOKS: tuple[Operation, ...] = (
    ListReading(
        name="listLooks",
        path="/looks",
        summary="要人工核查的账号，按账号ID",
        group=OperationGroup.LOOKS,
        page="/looks",
        right=Right.LOOK,
        scope=TokenScope.READ,
        parameters=LookParameters,
        answer=LookLineModel,
        read=_looks,
        kinds=(str,),
    ),
    ListReading(
        name="listDoneLooks",
        path="/looks/today",
        summary="今天登记的人工核查，最近的在前",
        group=OperationGroup.LOOKS,
        page="/looks",
        right=Right.LOOK,
        scope=TokenScope.READ,
        answer=DoneLookModel,
        read=_done_today,
        kinds=(int,),
    ),
    Reading(
        name="getLook",
        path="/looks/{number}",
        summary="一次人工核查的登记",
        group=OperationGroup.LOOKS,
        page="/looks/{number}",
        right=Right.LOOK,
        scope=TokenScope.READ,
        answer=DoneLookModel,
        read=_one_look,
        path_notes=_NUMBER,
    ),
    Acting(
        name="registerLook",
        path="/accounts/{account_id:path}/looks",
        summary="登记人工核查：一个账号的最新发布日期",
        group=OperationGroup.LOOKS,
        page="/looks",
        right=Right.LOOK,
        scope=TokenScope.DECIDE,
        body=LookBody,
        answer=DoneModel,
        act=_register,
        path_notes=ACCOUNT_ID,
    ),
    Acting(
        name="correctLook",
        path="/looks/{number}",
        summary="改正或撤回一次人工核查的登记；原来的值留在操作记录里",
        group=OperationGroup.LOOKS,
        page="/looks/{number}",
        right=Right.LOOK,
        scope=TokenScope.DECIDE,
        body=CorrectionBody,
        answer=DoneModel,
        act=_correct,
        path_notes=_NUMBER,
    ),
)
