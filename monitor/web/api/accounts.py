"""Accounts: what is known of each, links of new posts, the steps of a deregistration, whom to phone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from monitor.actions.actor import Right
from monitor.actions.claims import PasteCommand
from monitor.actions.closing_steps import MarkStepsCommand, form_of, mark_steps
from monitor.actions.contacts import ShowContactsCommand, show_contacts
from monitor.actions.refused import RefusedError
from monitor.core.account import AccountStatus, Platform
from monitor.core.calendar import beijing_date
from monitor.core.claim import Excess, Verdict
from monitor.core.closing_steps import ClosingForm
from monitor.core.finding import DEREGISTRATION, State
from monitor.core.light import Light
from monitor.core.shapes import case_shape, claim_shape, finding_shape, observation_shape, post_shape
from monitor.core.token_scope import TokenScope
from monitor.queries import account as account_page
from monitor.queries import lists
from monitor.queries.accounts import filter_of, read_lines
from monitor.queries.concerns import Concern
from monitor.queries.lines import AccountLine
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
from monitor.web.api.problems import ProblemError
from monitor.web.api.reach import ACCOUNT_ID, account_of, nothing, require_account
from monitor.web.api.schema import (
    AccountDetail,
    AccountModel,
    ClaimModel,
    ClosingStepsModel,
    ContactsBody,
    ContactsModel,
    Day,
    DoneModel,
    FindingModel,
    LinkBody,
    ObservationModel,
    PostModel,
    Remark,
    Said,
    StepsBody,
)
from monitor.web.filters import account_query

PAGE = "/accounts/{account_id:path}"
STEPS = "/accounts/{account_id:path}/deregistration"
_STATUS = {
    Verdict.PROVED: 201,
    Verdict.UNPROVED: 202,
    Verdict.REPEATED: 409,
    Verdict.NOT_REACHABLE: 502,
}
"""The answer's status for a verdict; all others are 422: understood, and not taken."""


class AccountParameters(ListParameters):
    """The parameters of the list of accounts."""

    light: Light | None = None
    """更新情况。"""
    platform: Platform | None = None
    status: AccountStatus | None = None
    unit: Said | None = None
    """主办单位的全称。"""
    area: Said | None = None
    task: Concern | None = None
    """只列有这种待办的。"""
    due: Day | None = None
    """只列更新期限是这一天的，如 2026-12-01。"""
    q: Remark = ""
    """账号名称、单位、地区或账号ID中的一段文字。"""


class FindingParameters(ListParameters):
    """The parameters of the list of findings."""

    account: Said | None = None
    """只列这个账号的。"""
    all: bool = False
    """也列正常和不适用的。"""


class ObservationParameters(ListParameters):
    """The parameters of the list of observations."""

    account: Said
    """账号ID。"""


def _accounts(tx: Tx, call: Call) -> Found:
    there = units(tx) if call.given.get("unit") else ()
    asked = account_query(call.given, there, call.context.office.names)
    actor, moment = call.actor, call.context.moment()
    if actor.area is not None and asked.area not in {None, actor.area}:
        return Found((), ())
    if actor.own is not None:
        asked = replace(asked, unit=actor.own.name, area=actor.own.area)
    which = filter_of(tx, moment, replace(asked, area=actor.area or asked.area))
    after = str(call.place[0]) if call.place else ""
    return found(read_lines(tx, moment, which, limit=call.limit, after=after), lambda line: (line.account.id,), _line)


def _line(line: AccountLine) -> dict[str, object]:
    account = line.account
    return {
        "id": account.id,
        "name": account.name,
        "platform": account.platform,
        "unit": account.unit,
        "area": account.area,
        "status": account.status,
        "function": account.function,
        "main": account.is_main,
        "homepage": account.homepage,
        "light": line.light,
        "days": line.days,
        "deadline": line.deadline,
        "newest": line.newest_at,
        "seen": line.seen,
        "others": line.others,
        "muted_until": line.mute_until,
    }


def _one_account(tx: Tx, call: Call) -> dict[str, object] | None:
    id_, actor = call.path["account_id"], call.actor
    require_account(tx, call, id_)
    page = account_page.read_account(tx, id_, call.context.moment())
    if page is None:
        return None
    return _line(page.line) | {
        "said": page.line.said,
        "coming": page.line.coming,
        "findings": [finding_shape(finding) for finding in page.row.findings],
        "cases": [case_shape(one.case) for one in page.cases if actor.area in {None, one.case.area}],
    }


def _posts(tx: Tx, call: Call) -> Found:
    account = call.path["account_id"]
    require_account(tx, call, account)
    posts = lists.read_posts(tx, account, limit=call.limit, place=call.place)
    return found(posts, lambda one: (one[1].post.published_at, one[0]), lambda one: post_shape(one[1].post))


def _observations(tx: Tx, call: Call) -> Found:
    account = call.parameters.account
    require_account(tx, call, account)
    seen = lists.read_observations(tx, account, limit=call.limit, place=call.place)
    return found(seen, lambda entry: (entry.first_seen, entry.id), observation_shape)


def _findings(tx: Tx, call: Call) -> Found:
    asked = call.parameters
    quiet = () if asked.all else tuple(state for state in State if state.is_settled)
    stand = lists.read_findings(
        tx, asked.account, call.now, without=quiet, limit=call.limit, place=call.place, area=call.actor.area
    )
    return found(stand, lambda finding: (finding.subject.key, finding.rule), finding_shape)


def _steps(tx: Tx, call: Call) -> dict[str, object]:
    id_ = call.path["account_id"]
    require_account(tx, call, id_)
    book = call.context.rule_book(beijing_date(call.now))
    if DEREGISTRATION not in book.clauses:
        raise ProblemError(404, "没有设置注销办理的规则。")
    try:
        _, form = form_of(tx, id_, book, call.now)
    except RefusedError as error:
        raise ProblemError(404, str(error)) from error
    return _form(form)


def _form(form: ClosingForm) -> dict[str, object]:
    reached = form.progress
    return {
        "ruling": reached.ruling,
        "asked": form.asked,
        "days": form.days,
        "next": reached.next.label if reached.next else None,
        "opens": reached.opens,
        "due": reached.due,
        "seen": form.seen,
    }


async def _mark(call: Call) -> Answer:
    body, id_ = call.body, await account_of(call)
    days = {day: marked for day, marked in body.days.items() if marked is not None}
    book = call.context.rule_book(beijing_date(call.now))
    made = await call.perform(
        mark_steps, MarkStepsCommand(account=id_, days=days, why=body.why, seen=body.seen, book=book)
    )
    return done(f"已登记“{made.account.name}”的注销进度：{made.told}。")


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


async def _contacts(call: Call) -> Answer:
    account = call.body.account
    await call.query(lambda tx: require_account(tx, call, account))
    unit = await call.query(lambda tx: account_page.read_unit(tx, account))
    if unit is None:
        raise nothing()
    people = await call.perform(show_contacts, ShowContactsCommand(unit=unit))
    return Answer(200, {"unit": unit.name, "area": unit.area, "contacts": people})


ACCOUNTS: tuple[Operation, ...] = (
    ListReading(
        name="listAccounts",
        path="/accounts",
        summary="台账中的账号，按账号ID",
        group=OperationGroup.ACCOUNTS,
        page="/accounts",
        right=Right.SEE,
        scope=TokenScope.READ,
        is_own=True,
        parameters=AccountParameters,
        answer=AccountModel,
        read=_accounts,
        kinds=(str,),
    ),
    ListReading(
        name="listPosts",
        path="/accounts/{account_id:path}/posts",
        summary="一个账号的发布，最新的在前",
        group=OperationGroup.ACCOUNTS,
        page=PAGE,
        right=Right.SEE,
        scope=TokenScope.READ,
        is_own=True,
        answer=PostModel,
        read=_posts,
        kinds=(datetime, int),
        path_notes=ACCOUNT_ID,
    ),
    Reading(
        name="getClosingSteps",
        path=STEPS,
        summary="一个账号的注销进度",
        group=OperationGroup.ACCOUNTS,
        page=STEPS,
        right=Right.DECIDE,
        scope=TokenScope.READ,
        answer=ClosingStepsModel,
        read=_steps,
        path_notes=ACCOUNT_ID,
    ),
    Reading(
        name="getAccount",
        path=PAGE,
        summary="一个账号，及对它的判定和它的事项",
        group=OperationGroup.ACCOUNTS,
        page=PAGE,
        right=Right.SEE,
        scope=TokenScope.READ,
        is_own=True,
        answer=AccountDetail,
        read=_one_account,
        path_notes=ACCOUNT_ID,
    ),
    ListReading(
        name="listObservations",
        path="/observations",
        summary="对一个账号的采集记录，最近的在前",
        group=OperationGroup.ACCOUNTS,
        page=PAGE,
        right=Right.SEE,
        scope=TokenScope.READ,
        is_own=True,
        parameters=ObservationParameters,
        answer=ObservationModel,
        read=_observations,
        kinds=(datetime, int),
    ),
    ListReading(
        name="listFindings",
        path="/findings",
        summary="各条规则现在的判定",
        group=OperationGroup.ACCOUNTS,
        page=PAGE,
        right=Right.SEE,
        scope=TokenScope.READ,
        parameters=FindingParameters,
        answer=FindingModel,
        read=_findings,
        kinds=(str, str),
    ),
    Acting(
        name="postLink",
        path="/accounts/{account_id:path}/posts",
        summary="登记新发布内容的链接，打开核对后才采信",
        group=OperationGroup.ACCOUNTS,
        right=Right.PASTE,
        scope=TokenScope.POST_LINKS,
        is_own=True,
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
        name="markClosingSteps",
        path=STEPS,
        summary="登记或更正注销进度",
        group=OperationGroup.ACCOUNTS,
        page=STEPS,
        right=Right.DECIDE,
        scope=TokenScope.DECIDE,
        body=StepsBody,
        answer=DoneModel,
        act=_mark,
        path_notes=ACCOUNT_ID,
    ),
    Acting(
        name="showContacts",
        path="/contacts",
        summary="查看一个账号的主办单位的联系人，留操作记录",
        group=OperationGroup.ACCOUNTS,
        page="/contacts",
        right=Right.SEE_CONTACTS,
        scope=TokenScope.CONTACTS,
        is_own=True,
        body=ContactsBody,
        answer=ContactsModel,
        act=_contacts,
    ),
)
