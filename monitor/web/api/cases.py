"""Cases: the lists, one of them, the joint review, and what is decided about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Literal

from monitor.actions.acknowledge import AcknowledgeInPersonCommand, acknowledge_in_person
from monitor.actions.actor import Right
from monitor.actions.case_batch import DecideManyCommand, PickedCase, decide_many
from monitor.actions.cases import CloseCommand, DecideCommand, close, decide
from monitor.actions.two_persons import ConfirmDecisionCommand, DropDecisionCommand, confirm_decision, drop_decision
from monitor.core.account import Platform, Role
from monitor.core.calendar import beijing_date
from monitor.core.decision import Decision, KeptRequest
from monitor.core.members import member
from monitor.core.shapes import case_shape, finding_shape
from monitor.core.todo import FILTERED
from monitor.core.token_scope import TokenScope
from monitor.queries.case import CasePage, read_case
from monitor.queries.case_board import CaseFilter, DueFilter, Wait
from monitor.queries.lists import find_cases
from monitor.queries.messages import units
from monitor.queries.review import ReviewRow, read_rows
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
from monitor.web.api.reach import NUMBER, case_of, require_case, require_cases
from monitor.web.api.schema import (
    AcknowledgeBody,
    CaseDetail,
    CaseModel,
    ClosingBody,
    DecidedModel,
    DecisionBody,
    DecisionsBody,
    DoneModel,
    Remark,
    ReviewModel,
    Said,
    SecondBody,
)
from monitor.web.filters import case_filter
from monitor.web.paging import whole

PAGE = "/cases/{number}"


class ReviewParameters(ListParameters):
    """The parameters of what waits for the joint review."""

    act: Literal[tuple(act.value for act in FILTERED)] | None = None  # type: ignore[valid-type] # a closed list
    """只列要办公室这样办的。"""
    rule: Said | None = None
    """只列这条规则的。"""
    unit: Said | None = None
    """主办单位的全称。"""
    area: Said | None = None
    """主办单位所属的地区；几个地区有同名单位时写明。"""
    platform: Platform | None = None
    due: DueFilter | None = None
    """期限。"""
    q: Remark = ""
    """账号名称、单位、账号ID中的一段文字，或事项编号。"""


class CaseParameters(ReviewParameters):
    """The parameters of the list of cases."""

    wait: Wait | None = None
    """只列在等这个的；不填为全部未办结的。"""
    all: bool = False
    """也列已办结的。"""


def _cases(tx: Tx, call: Call) -> Found:
    asked, which = call.parameters, _asked(tx, call)
    cases = find_cases(tx, which, asked.wait, is_all=asked.all, limit=call.limit, place=call.place) if which else ()
    return found(cases, lambda case: (case.opened_at, case.id), case_shape)


def _asked(tx: Tx, call: Call) -> CaseFilter | None:
    """Return which cases are asked for; None for another area's than the caller's."""
    there, area = units(tx) if call.given.get("unit") else (), call.actor.area
    which = case_filter(call.given, call.context, there, call.actor)
    if area is not None and which.area not in {"", area}:
        return None
    return replace(which, area=area or which.area)


def _one_case(tx: Tx, call: Call) -> dict[str, object] | None:
    number, moment = whole(call.path["number"]), call.context.moment()
    require_case(tx, call, number)
    page = read_case(tx, number, moment, lambda: call.context.rule_book(moment.today))
    return _page(page) if page else None


def _page(page: CasePage) -> dict[str, object]:
    finding = page.line.finding
    made = [entry.what for entry in page.entries if isinstance(entry.what, Decision)]
    return case_shape(page.line.case) | {
        "because": page.line.because,
        "finding": finding_shape(finding) if finding else None,
        "due": page.line.due,
        "coming": page.coming,
        "acknowledged": page.line.case.acknowledgements,
        "decisions": [_decision(one, is_standing=one == page.standing) for one in made],
        "rulings": [choice.ruling for choice in page.choices],
        "waiting": _waiting(page.waiting) if page.waiting else None,
        "can_be_closed": page.can_be_closed,
        "seen": page.seen,
    }


def _decision(made: Decision, *, is_standing: bool) -> dict[str, object]:
    return {
        "ruling": made.ruling,
        "by": made.by,
        "at": made.at,
        "note": made.note,
        "document": made.document,
        "until": made.valid_until,
        "into": made.into,
        "standing": is_standing,
    }


def _waiting(asked: KeptRequest) -> dict[str, object]:
    return {"ruling": asked.ruling, "asked_by": asked.asked_by, "at": asked.at, "note": asked.note}


def _review(tx: Tx, call: Call) -> Found:
    which = _asked(tx, call)
    rows = read_rows(tx, which, call.now, limit=call.limit, place=call.place) if which else ()
    return found(rows, lambda row: (row.line.case.opened_at, row.line.case.id), _row)


def _row(row: ReviewRow) -> dict[str, object]:
    case, account = row.line.case, row.line.account
    return {
        "case": case.id,
        "rule": case.rule,
        "account": case.account,
        "name": account.name if account else None,
        "platform": account.platform if account else None,
        "unit": case.unit,
        "area": case.area,
        "because": row.line.because,
        "due": row.line.due,
        "index": row.index,
        "rulings": row.rulings,
    }


async def _decide(call: Call) -> Answer:
    body, book = call.body, call.context.rule_book(beijing_date(call.now))
    command = DecideCommand(
        case=await case_of(call),
        ruling=body.ruling,
        titles=book.titles,
        terms=book.terms,
        by=body.by,
        note=body.note,
        document=body.document,
        until=body.until,
        on=body.on,
        into=body.into or "",
        seen=body.seen,
    )
    made = await call.perform(decide, command)
    if made.waits:
        return done(f"{made.named}：已提出{body.ruling.label}，由另一名操作员确认后生效。")
    return done(f"{made.named}：已登记{body.ruling.label}。")


async def _decide_many(call: Call) -> Answer:
    body, book = call.body, call.context.rule_book(beijing_date(call.now))
    await call.query(lambda tx: require_cases(tx, call, [one.case for one in body.cases]))
    command = DecideManyCommand(
        picked=tuple(
            PickedCase(case=one.case, ruling=one.ruling, into=one.into or "", seen=one.seen) for one in body.cases
        ),
        titles=book.titles,
        terms=book.terms,
        by=body.by,
        note=body.note,
        document=body.document,
        until=body.until,
        on=body.on,
        into=body.into or "",
        present="、".join(body.present),
    )
    came = await call.perform(decide_many, command)
    passed = [{"case": one.case, "why": one.why} for one in came.passed]
    waiting = sum(one.waits for one in came.done)
    later = f"，其中{waiting}项由另一名操作员确认后生效" if waiting else ""
    return Answer(200, {"said": f"已登记{len(came.done)}项决定{later}。", "passed": passed})


async def _second(call: Call) -> Answer:
    number, body, book = await case_of(call), call.body, call.context.rule_book(beijing_date(call.now))
    if body.act == "drop":
        said = await call.perform(drop_decision, DropDecisionCommand(case=number, why=body.why))
        return done(f"{said.label}这项决定，没有生效。")
    command = ConfirmDecisionCommand(case=number, titles=book.titles, terms=book.terms)
    made = await call.perform(confirm_decision, command)
    return done(f"已确认：{made.named}的决定自此生效。")


async def _acknowledge(call: Call) -> Answer:
    command = AcknowledgeInPersonCommand(cases=(await case_of(call),), role=member(Role, call.body.role))
    (kept, *_) = await call.perform(acknowledge_in_person, command)
    return done(f"已登记{kept.by}知悉；例行提醒暂停，期限不变。")


async def _close(call: Call) -> Answer:
    body = call.body
    command = CloseCommand(case=await case_of(call), by=body.by, note=body.note, seen=body.seen)
    ended = await call.perform(close, command)
    return done(f"事项{ended.id}已办结。")


CASES: tuple[Operation, ...] = (
    ListReading(
        name="listCases",
        path="/cases",
        summary="事项，最近列入的在前",
        group=OperationGroup.CASES,
        page="/cases",
        right=Right.SEE,
        scope=TokenScope.READ,
        is_own=True,
        parameters=CaseParameters,
        answer=CaseModel,
        read=_cases,
        kinds=(datetime, int),
    ),
    Reading(
        name="getCase",
        path="/cases/{number}",
        summary="一个事项：现在的情况、决定、谁知悉",
        group=OperationGroup.CASES,
        page=PAGE,
        right=Right.SEE,
        scope=TokenScope.READ,
        is_own=True,
        answer=CaseDetail,
        read=_one_case,
        path_notes=NUMBER,
    ),
    ListReading(
        name="listReview",
        path="/review",
        summary="待联合研判的事项和研判所需的情况",
        group=OperationGroup.CASES,
        page="/review",
        right=Right.REPORT,
        scope=TokenScope.READ,
        parameters=ReviewParameters,
        answer=ReviewModel,
        read=_review,
        kinds=(datetime, int),
    ),
    Acting(
        name="decideCase",
        path="/cases/{number}/decisions",
        summary="登记对一个事项的处置决定",
        group=OperationGroup.CASES,
        page="/cases/{number}/decisions",
        right=Right.DECIDE,
        scope=TokenScope.DECIDE,
        body=DecisionBody,
        answer=DoneModel,
        act=_decide,
        path_notes=NUMBER,
    ),
    Acting(
        name="decideCases",
        path="/decisions",
        summary="一次登记对多个事项的处置决定",
        group=OperationGroup.CASES,
        page="/cases/decide",
        right=Right.DECIDE,
        scope=TokenScope.DECIDE,
        body=DecisionsBody,
        answer=DecidedModel,
        act=_decide_many,
    ),
    Acting(
        name="answerDecision",
        path="/cases/{number}/second",
        summary="确认、退回另一名操作员提出的决定，或撤回自己提出的；须用操作员本人的令牌",
        group=OperationGroup.CASES,
        page="/cases/{number}/second",
        right=Right.DECIDE,
        scope=TokenScope.DECIDE,
        body=SecondBody,
        answer=DoneModel,
        act=_second,
        path_notes=NUMBER,
    ),
    Acting(
        name="acknowledgeCase",
        path="/cases/{number}/acknowledge",
        summary="登记单位已知悉一个事项",
        group=OperationGroup.CASES,
        page="/cases/{number}/acknowledge",
        right=Right.ACKNOWLEDGE,
        scope=TokenScope.DECIDE,
        is_own=True,
        body=AcknowledgeBody,
        answer=DoneModel,
        act=_acknowledge,
        path_notes=NUMBER,
    ),
    Acting(
        name="closeCase",
        path="/cases/{number}/close",
        summary="人工办结一个事项",
        group=OperationGroup.CASES,
        page="/cases/{number}/close",
        right=Right.CLOSE,
        scope=TokenScope.DECIDE,
        body=ClosingBody,
        answer=DoneModel,
        act=_close,
        path_notes=NUMBER,
    ),
)
