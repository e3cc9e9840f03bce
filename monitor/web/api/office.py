"""The office: how the county stands, what is to be done, its units, and what they ask for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Literal

from monitor.actions.actor import Right
from monitor.actions.unit_links import StopLinksCommand, stop_links
from monitor.actions.unit_proposals import DeclineProposalCommand, accept_proposal, decline_proposal
from monitor.core.account import UnitKey
from monitor.core.todo import TodoLine
from monitor.core.token_scope import TokenScope
from monitor.core.unit_proposal import KeptProposal
from monitor.queries.overview import TodayPage, read_today
from monitor.queries.proposals import read_behind
from monitor.queries.tasks import read_todo
from monitor.queries.unit_page import UnitPage, read_unit, unit_cases, unit_meant
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
from monitor.web.api.problems import ProblemError
from monitor.web.api.reach import nothing, require_all_areas
from monitor.web.api.schema import DoneModel, Model, Said
from monitor.web.api.schema_office import DeclineBody, OverviewModel, ProposalModel, TaskModel, UnitBody, UnitModel
from monitor.web.paging import whole

_UNIT = {"name": "主办单位的全称。"}
_PROPOSAL = {"number": "变更的编号。"}


class UnitParameters(Model):
    """Of several areas with a unit of one name, which is meant."""

    area: Said | None = None
    """所属地区；几个地区有同名单位时写明。"""


class ProposalParameters(ListParameters):
    """The parameters of the list of what units ask for."""

    state: Literal["waiting", "answered"] = "waiting"
    """waiting 为等待答复的，先提出的在前；answered 为已答复的，后提出的在前。"""


def _overview(tx: Tx, call: Call) -> dict[str, object]:
    require_all_areas(call, "全县情况")
    page = read_today(tx, call.context.moment(), None)
    if page is None:
        raise ProblemError(404, "还没有台账，请先导入。")
    return _today(page)


def _today(page: TodayPage) -> dict[str, object]:
    share = page.rate.share()
    return {
        "lights": [{"light": light, "label": light.label, "count": count} for light, count in page.counts.of.items()],
        "accounts": page.counts.total,
        "checked": page.rate.checked,
        "unqualified": page.rate.failed,
        "exempted": page.rate.exempted,
        "not_verifiable": page.rate.unchecked,
        "pass_rate": None if share is None else float(share),
        "waiting_on_units": page.on_units,
        "done_today": sum(page.done.values()),
        "deadlines": [
            {"account": line.account.id, "name": line.account.name, "unit": line.account.unit, "due": line.deadline}
            for line in page.deadlines
        ],
        "outages": [{"platform": one.platform, "since": one.began_at} for one in page.outages],
        "last_look": page.last_look,
    }


def _tasks(tx: Tx, call: Call) -> Found:
    require_all_areas(call, "今日待办")
    context = call.context.todo(call.now)
    if not call.actor.is_program:
        context = replace(context, viewer=call.actor.name)
    # by their keys: the day of a line moves while a program reads
    return in_memory(read_todo(tx, context), call, lambda line: (line.key,), lambda line: _task(line, context.today))


def _task(line: TodoLine, today: date) -> dict[str, object]:
    day = line.day(today)
    return {"key": line.key, "count": line.count, "text": line.what, "why": line.why, "due": day, "link": line.link}


def _units(tx: Tx, call: Call) -> UnitKey:
    actor, name = call.actor, call.path["name"]
    there = unit_meant(tx, name, call.parameters.area)
    mine = [unit for unit in there if actor.own in {None, unit} and actor.area in {None, unit.area}]
    if not mine:
        raise nothing()
    if len(mine) > 1:
        areas = "、".join(unit.area for unit in mine)
        raise ProblemError(400, f"几个地区都有“{name[:40]}”，请用参数 area 写明是哪一个：{areas}。")
    return mine[0]


def _one_unit(tx: Tx, call: Call) -> dict[str, object]:
    key = _units(tx, call)
    page = read_unit(tx, [key], call.context.moment())
    return _unit(key, page) | {"cases": [line.case.id for line in unit_cases(tx, key, call.now)]}


def _unit(key: UnitKey, page: UnitPage) -> dict[str, object]:
    return {
        "name": key.name,
        "area": key.area,
        "accounts": [
            {
                "account": one.account.id,
                "name": one.account.name,
                "platform": one.account.platform,
                "light": one.line.light,
                "days": one.line.days,
                "deadline": one.line.deadline,
                "troubles": one.troubles,
                "waiting_links": one.waiting_links,
            }
            for one in page.accounts
        ],
        "acknowledged_by": page.said.by if page.said else None,
        "acknowledged_at": page.said.at if page.said else None,
        "waiting": [kept.id for kept in page.waiting],
    }


async def _stop(call: Call) -> Answer:
    body = call.body
    key = UnitKey(body.area, body.unit)
    if call.actor.area not in {None, key.area}:
        raise nothing()
    await call.perform(stop_links, StopLinksCommand(unit=key))
    return done("已停用该单位此前的全部链接和日历地址；今后消息里的链接照常可用。")


def _proposals(tx: Tx, call: Call) -> Found:
    is_answered, place = call.parameters.state == "answered", int(str(call.place[0])) if call.place else None
    kept = read_behind(tx, is_answered=is_answered, area=call.actor.area, limit=call.limit, place=place)
    return found(kept, lambda one: (one.id,), _proposal)


def _proposal(kept: KeptProposal) -> dict[str, object]:
    asked = kept.proposal
    return {
        "number": kept.id,
        "kind": asked.kind,
        "unit": asked.unit.name,
        "area": asked.unit.area,
        "accounts": asked.accounts,
        "from_on": asked.from_on,
        "role": asked.role,
        "note": asked.note,
        "at": asked.at,
        "answer": kept.answer,
        "answered_at": kept.answered_at,
        "answered_by": kept.answered_by or None,
        "why": kept.why,
    }


async def _accept(call: Call) -> Answer:
    if call.context.accepting is None:
        raise ProblemError(404, "这里不能采纳变更。")
    kept = await call.perform(accept_proposal, call.context.accepting(whole(call.path["number"])))
    return done(f"已采纳，台账已按“{kept.proposal.kind.label}”更改。")


async def _decline(call: Call) -> Answer:
    command = DeclineProposalCommand(number=whole(call.path["number"]), why=call.body.why)
    await call.perform(decline_proposal, command)
    return done("已退回，单位页面会显示原因。")


OFFICE: tuple[Operation, ...] = (
    Reading(
        name="getOverview",
        path="/overview",
        summary="全县情况：更新情况、合格率、最近的期限",
        group=OperationGroup.OFFICE,
        page="/",
        right=Right.SEE,
        scope=TokenScope.READ,
        answer=OverviewModel,
        read=_overview,
    ),
    ListReading(
        name="listTasks",
        path="/tasks",
        summary="今日待办，按种类；期限见 due",
        group=OperationGroup.OFFICE,
        right=Right.DECIDE,
        scope=TokenScope.READ,
        answer=TaskModel,
        read=_tasks,
        kinds=(str,),
    ),
    Reading(
        name="getUnit",
        path="/units/{name:path}",
        summary="一个主办单位：账号、期限、未办结的事项",
        group=OperationGroup.OFFICE,
        page="/units/{name:path}",
        right=Right.SEE,
        scope=TokenScope.READ,
        is_own=True,
        parameters=UnitParameters,
        answer=UnitModel,
        read=_one_unit,
        path_notes=_UNIT,
    ),
    Acting(
        name="stopLinks",
        path="/unit-links/stop",
        summary="停用一个单位此前消息里的全部链接和日历地址",
        group=OperationGroup.OFFICE,
        right=Right.STOP_LINKS,
        scope=TokenScope.DECIDE,
        body=UnitBody,
        answer=DoneModel,
        act=_stop,
    ),
    ListReading(
        name="listProposals",
        path="/proposals",
        summary="单位提出的变更，不含新联系人的姓名和电话",
        group=OperationGroup.OFFICE,
        page="/proposals",
        right=Right.ANSWER_PROPOSAL,
        scope=TokenScope.OFFICE,
        parameters=ProposalParameters,
        answer=ProposalModel,
        read=_proposals,
        kinds=(int,),
    ),
    Acting(
        name="acceptProposal",
        path="/proposals/{number}/accept",
        summary="采纳单位提出的变更，台账随之更改",
        group=OperationGroup.OFFICE,
        page="/proposals/{number}",
        right=Right.ANSWER_PROPOSAL,
        scope=TokenScope.DECIDE,
        answer=DoneModel,
        act=_accept,
        path_notes=_PROPOSAL,
    ),
    Acting(
        name="declineProposal",
        path="/proposals/{number}/decline",
        summary="退回单位提出的变更，写明原因",
        group=OperationGroup.OFFICE,
        page="/proposals/{number}",
        right=Right.ANSWER_PROPOSAL,
        scope=TokenScope.DECIDE,
        body=DeclineBody,
        answer=DoneModel,
        act=_decline,
        path_notes=_PROPOSAL,
    ),
)
