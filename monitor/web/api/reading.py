"""The part of the interface that only reads. Nothing of the people named for an account is ever in an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

from monitor.core.account import AccountStatus, Platform
from monitor.core.finding import State
from monitor.core.light import Light
from monitor.core.message import MessageState
from monitor.core.shapes import (
    Shape,
    account_shape,
    case_shape,
    finding_shape,
    moment_shape,
    observation_shape,
    post_shape,
)
from monitor.core.todo import TodoLine
from monitor.core.token_scope import TokenScope
from monitor.queries import lists
from monitor.queries.tasks import read_todo
from monitor.store import Tx
from monitor.web.api.operation import Call, Found, ListParameters, ListReading, NoParameters, Operation, Reading
from monitor.web.api.problems import ProblemError
from monitor.web.api.schema import (
    AccountDetail,
    AccountModel,
    CaseModel,
    FindingModel,
    MessageModel,
    ObservationModel,
    PostModel,
    Remark,
    Said,
    TaskModel,
)
from monitor.web.paging import whole
from monitor.web.words import masked

T = TypeVar("T")
ACCOUNT_ID = {"account_id": "账号ID。"}


class AccountParameters(ListParameters):
    """The parameters of the list of accounts."""

    light: Light | None = None
    """更新情况。"""
    platform: Platform | None = None
    status: AccountStatus | None = None
    unit: Said | None = None
    """主办单位的全称。"""
    area: Said | None = None
    q: Remark = ""
    """账号名称、单位、地区或账号ID中的一段文字。"""


class FindingParameters(ListParameters):
    """The parameters of the list of findings."""

    account: Said | None = None
    """只列这个账号的。"""
    all: bool = False
    """也列正常和不适用的。"""


class CaseParameters(ListParameters):
    """The parameters of the list of cases."""

    all: bool = False
    """也列已办结的。"""


class MessageParameters(ListParameters):
    """The parameters of the list of messages."""

    state: MessageState | None = None
    """只列这一状态的。"""


class ObservationParameters(ListParameters):
    """The parameters of the list of observations."""

    account: Said
    """账号ID。"""


def _found(
    objects: Sequence[T], shape: Callable[[T], Mapping[str, object]], place: Callable[[T], lists.Place]
) -> Found:
    return Found([shape(entry) for entry in objects], [place(entry) for entry in objects])


def _accounts(tx: Tx, call: Call) -> Found:
    asked = call.parameters
    area = call.actor.area
    if area is not None and asked.area not in {None, area}:
        return Found((), ())
    which = lists.AccountFilter(
        light=asked.light,
        area=area or asked.area,
        unit=asked.unit,
        platform=asked.platform,
        status=asked.status,
        wanted=asked.q.strip(),
    )
    found = lists.read_accounts(tx, call.now, which, limit=asked.limit + 1, place=call.place)
    return _found(found, _account, lambda facts: (facts.account.id,))


def _one_account(tx: Tx, call: Call) -> Shape | None:
    _require_account(tx, call, call.path["account_id"])
    found = lists.read_account(tx, call.path["account_id"], call.now)
    if found is None:
        return None
    return _account(found.facts) | {
        "findings": [finding_shape(finding) for finding in found.findings],
        "cases": [case_shape(case) for case in found.cases if call.actor.area in {None, case.area}],
    }


def _posts(tx: Tx, call: Call) -> Found:
    _require_account(tx, call, call.path["account_id"])
    found = lists.read_posts(tx, call.path["account_id"])
    return Found([post_shape(known.post) for known in found], ())


def _observations(tx: Tx, call: Call) -> Found:
    asked = call.parameters
    _require_account(tx, call, asked.account)
    found = lists.read_observations(tx, asked.account, limit=asked.limit + 1, place=call.place)
    return _found(found, observation_shape, lambda entry: (entry.first_seen, entry.id))


def _findings(tx: Tx, call: Call) -> Found:
    asked = call.parameters
    quiet = () if asked.all else tuple(state for state in State if state.is_settled)
    found = lists.read_findings(
        tx, asked.account, without=quiet, limit=asked.limit + 1, place=call.place, area=call.actor.area
    )
    return _found(found, finding_shape, lambda finding: (finding.subject.key, finding.rule))


def _cases(tx: Tx, call: Call) -> Found:
    asked = call.parameters
    found = lists.read_cases(tx, is_all=asked.all, limit=asked.limit + 1, place=call.place, area=call.actor.area)
    return _found(found, case_shape, lambda case: (case.opened_at, case.id))


def _one_case(tx: Tx, call: Call) -> Shape | None:
    found = lists.read_case(tx, whole(call.path["number"]), call.actor.area)
    return case_shape(found) if found else None


def _messages(tx: Tx, call: Call) -> Found:
    asked = call.parameters
    found = lists.read_messages(tx, asked.state, limit=asked.limit + 1, place=call.place, area=call.actor.area)
    return _found(found, _message, lambda kept: (kept.created_at, kept.message.id))


def _require_account(tx: Tx, call: Call, account_id: str) -> None:
    """Answer 404 to a caller for one area, of an account of another as of one that is nowhere."""
    if not lists.is_account_of(tx, account_id, call.actor.area):
        raise ProblemError(404, "没有这一项。")


def _tasks(tx: Tx, call: Call) -> Found:
    if call.actor.area is not None:
        raise ProblemError(403, "今日待办是整个办公室的，只限一个地区的令牌不能读取。")
    context = call.context.todo(call.now)
    return Found([_task(line, context.today) for line in read_todo(tx, context)], ())


def _task(line: TodoLine, today: date) -> Shape:
    day = line.day(today)
    due = day.isoformat() if day else None
    return {"key": line.key, "count": line.count, "text": line.what, "why": line.why, "due": due, "link": line.link}


def _account(facts: lists.AccountFacts) -> Shape:
    return account_shape(facts.account, facts.newest_post_at, facts.mute)


def _message(kept: lists.KeptMessage) -> Shape:
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


READINGS: tuple[Operation, ...] = (
    ListReading(
        name="listAccounts",
        path="/accounts",
        summary="台账中的账号，按账号ID",
        scope=TokenScope.READ,
        parameters=AccountParameters,
        answer=AccountModel,
        read=_accounts,
        kinds=(str,),
    ),
    ListReading(
        name="listPosts",
        path="/accounts/{account_id:path}/posts",
        summary="一个账号最近的发布，最新的在前",
        scope=TokenScope.READ,
        answer=PostModel,
        read=_posts,
        path_notes=ACCOUNT_ID,
    ),
    Reading(
        name="getAccount",
        path="/accounts/{account_id:path}",
        summary="一个账号，及对它的判定和它的事项",
        scope=TokenScope.READ,
        answer=AccountDetail,
        read=_one_account,
        path_notes=ACCOUNT_ID,
    ),
    ListReading(
        name="listObservations",
        path="/observations",
        summary="对一个账号的采集记录，最近的在前",
        scope=TokenScope.READ,
        parameters=ObservationParameters,
        answer=ObservationModel,
        read=_observations,
        kinds=(datetime, int),
    ),
    ListReading(
        name="listFindings",
        path="/findings",
        summary="各条规则现在的判定",
        scope=TokenScope.READ,
        parameters=FindingParameters,
        answer=FindingModel,
        read=_findings,
        kinds=(str, str),
    ),
    ListReading(
        name="listCases",
        path="/cases",
        summary="事项，最近列入的在前",
        scope=TokenScope.READ,
        parameters=CaseParameters,
        answer=CaseModel,
        read=_cases,
        kinds=(datetime, int),
    ),
    Reading(
        name="getCase",
        path="/cases/{number}",
        summary="一个事项",
        scope=TokenScope.READ,
        answer=CaseModel,
        read=_one_case,
        path_notes={"number": "事项编号。"},
    ),
    ListReading(
        name="listMessages",
        path="/messages",
        summary="消息，最新的在前",
        scope=TokenScope.READ,
        parameters=MessageParameters,
        answer=MessageModel,
        read=_messages,
        kinds=(datetime, str),
    ),
    ListReading(
        name="listTasks",
        path="/tasks",
        summary="今日待办",
        scope=TokenScope.READ,
        parameters=NoParameters,
        answer=TaskModel,
        read=_tasks,
    ),
)
