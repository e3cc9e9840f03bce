"""Lists as documents: every page of what somebody sees on a page, in the same order and with the same filter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Protocol, TypeVar

from monitor.core.account import Account, Role
from monitor.core.calendar import beijing_date
from monitor.core.light import Light
from monitor.core.message import MessageTab
from monitor.documents import Document
from monitor.documents.document import Table, Value
from monitor.queries.accounts import AccountQuery, every_line
from monitor.queries.cases import CaseLine, lines_of
from monitor.queries.lines import AccountLine, OverviewContext
from monitor.queries.messages import Anew, MessageFilter, Sent, read_messages
from monitor.queries.paging import ListSlice
from monitor.store import Tx
from monitor.store.case_lists import CaseFilter, Wait, by_rule, listed
from monitor.store.roster import accounts


class ListPage(Protocol):
    """One page of a list."""

    @property
    def turn(self) -> ListSlice:
        """Which page of how many it is."""


P = TypeVar("P", bound=ListPage)


def every_page(read: Callable[[int], P]) -> Iterator[P]:
    """Yield all pages of a list; `read` returns the one of a number."""
    page = read(1)
    yield page
    for number in range(2, page.turn.pages + 1):
        yield read(number)


_COUNTED = frozenset({Light.RED, Light.AMBER, Light.GREEN})
"""The lights beside which a number of days stands: of the others none is known, or none matters."""


def accounts_listed(tx: Tx, moment: OverviewContext, asked: AccountQuery, *, with_people: bool = False) -> Document:
    """Return the accounts of a list with what its page shows of each; with people, whom to phone as well."""
    columns = ("账号ID", "账号", "平台", "地区", "主办单位", "更新情况", "未更新天数", "最近更新", "期限", "其他问题")
    people = ("联络员", "联络员手机", "责任领导", "责任领导手机") if with_people else ()
    reached = {account.id: account for account in accounts(tx)} if with_people else {}  # lists have nobody's phone
    lines = every_line(tx, moment, asked)
    rows = [(*_account(line), *_people(reached.get(line.account.id))) for line in lines]
    return Document(title="账号", table=Table.of((*columns, *people), rows))


def _account(line: AccountLine) -> tuple[Value, ...]:
    account = line.account
    return (
        account.id,
        account.name,
        account.platform.label,
        account.area,
        account.unit,
        line.light.label,
        line.days if line.light in _COUNTED else None,
        line.last,
        None if line.light is Light.GREY else line.deadline,
        line.others or None,
    )


def _people(account: Account | None) -> Iterator[str]:
    if account is None:
        return
    for role in (Role.LIAISON, Role.LEADER):
        found = account.people(role)
        yield "、".join(contact.name for contact in found)
        yield "、".join(contact.phone for contact in found if contact.phone)


def messages_listed(tx: Tx, tab: MessageTab, which: MessageFilter, now: datetime, anew: Anew) -> Document:
    """Return the messages of a tab without their words, and without how anybody is reached."""
    columns = ("编号", "生成时间", "收件人", "主办单位", "账号", "渠道", "标题", "状态", "尝试次数")
    pages = every_page(lambda number: read_messages(tx, tab, which, now, page=number, anew=anew))
    sent = [message for page in pages for group in page.groups for line in group.lines for message in line.sent]
    return Document(title=tab.label, table=Table.of(columns, [_message(message) for message in sent]))


def _message(one: Sent) -> tuple[Value, ...]:
    kept = one.kept
    return (
        kept.message.id,
        kept.created_at,
        one.to,
        "、".join(dict.fromkeys(unit.name for unit in one.units)),
        "、".join(name for _, name in one.accounts),
        kept.message.channel or "尚未设置渠道",
        kept.message.subject,
        kept.state.label,
        kept.attempts,
    )


_AT_ONCE = 200
"""Cases that are read at a time."""


def cases_listed(tx: Tx, which: CaseFilter, moment: OverviewContext, shown: Callable[[str], str]) -> Document:
    """Return the cases of a list, in the order of its groups; `shown` is what is shown of how things stand."""
    columns = (
        "编号",
        "问题",
        "账号ID",
        "账号",
        "平台",
        "地区",
        "主办单位",
        "列入日期",
        "情况",
        "期限",
        "办结日期",
        "办结方式",
    )
    each = by_rule(tx, which)
    in_turn = sorted(each, key=lambda rule: (-each[rule], rule))
    groups = [which] if which.rule or which.wait is Wait.DONE else [replace(which, rule=rule) for rule in in_turn]
    rows = [_case(line, moment, shown) for group in groups for line in _every_case(tx, group, moment.now)]
    return Document(title=which.wait.label, table=Table.of(columns, rows))


def _every_case(tx: Tx, which: CaseFilter, now: datetime) -> Iterator[CaseLine]:
    skip = 0
    while found := lines_of(tx, listed(tx, which, limit=_AT_ONCE, skip=skip), now, which.terms):
        yield from found
        skip += len(found)


def _case(line: CaseLine, moment: OverviewContext, shown: Callable[[str], str]) -> tuple[Value, ...]:
    case, account = line.case, line.account
    return (
        case.id,
        moment.title(case.rule),
        case.account,
        account.name if account else None,
        account.platform.label if account else None,
        case.area or (account.area if account else None),
        case.unit or (account.unit if account else None),
        beijing_date(case.opened_at),
        shown(line.because),
        line.due,
        beijing_date(case.closed_at) if case.closed_at else None,
        case.closing.label if case.closing else None,
    )
