"""SUP-03: 及时发现问题，落实整改: a work order of the provincial platform is answered by its last day.

Instrument: 缙政办发〔2022〕13号 四(四). The order is the platform's word and no finding of ours: it is held against
nobody, and put to the office, which answers it; its unit is told as long as the account goes on. The plan names no
days for reminding: three working days ahead, one ahead and on the last, as for what units report (REG-02).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from monitor.core.calendar import WorkCalendar, beijing_date, start_of_day
from monitor.core.finding import ORDERS as ID
from monitor.core.finding import Basis, Finding, Known, Pacing, Rule, RuleBook, State
from monitor.core.needs import Needs
from monitor.core.phrases import dated, plain, until
from monitor.core.rules.registry import on_account
from monitor.core.work_order import WorkOrder, calls, waiting

_NAMED = 3
"""The number of orders that a sentence names."""
_PROBLEM, _NUMBER = 60, 40
"""Characters of an order's problem and number in a sentence."""


def judge(known: Known, book: RuleBook, now: datetime) -> Finding:
    """Return whether orders about the account wait for an answer, and until when."""
    account, today = known.account, beijing_date(now)
    if not known.orders:
        return on_account(ID, account, book, State.NOT_APPLICABLE, "没有涉及该账号的省平台工单。")
    open_ones = waiting(known.orders)
    if not open_ones:
        evidence = [f"order:{order.entry}" for order in known.orders]
        return on_account(ID, account, book, State.OK, f"{RULE.says[State.OK]}。", evidence=evidence)
    since, ahead = min(order.issued_on for order in open_ones), book.number(ID, "remind_workdays")
    finding = on_account(
        ID,
        account,
        book,
        State.NEEDS_REVIEW,
        _said(open_ones, today, book.calendar),
        since=since,
        basis=Basis.IMPORT,
        evidence=[f"order:{order.entry}" for order in open_ones],
        begun_at=start_of_day(since),
    )
    last = book.calendar.workday_on_or_before(open_ones[0].due)
    return replace(
        finding,
        due=open_ones[0].due,
        calls=tuple(sorted({day for order in open_ones for day in calls(order, ahead, book.calendar)})),
        is_the_unit_s=account.is_judged,
        is_the_leader_s=account.is_judged and today >= last,
    )


def _said(orders: Sequence[WorkOrder], today: date, calendar: WorkCalendar) -> str:
    """Return the sentence about these, the first to be due first."""
    more = f"；另有{len(orders) - _NAMED}件" if len(orders) > _NAMED else ""
    return f"有省平台工单待答复：{'；'.join(_one(order, today, calendar) for order in orders[:_NAMED])}{more}。"


def _one(order: WorkOrder, today: date, calendar: WorkCalendar) -> str:
    problem = plain(order.problem, _PROBLEM)
    return f"“{plain(order.number, _NUMBER)}”（{problem}），{term(order, today, calendar)}"


def term(order: WorkOrder, today: date, calendar: WorkCalendar) -> str:
    """Return until when an order is to be answered, and how late that is."""
    if today <= order.due:
        return f"请于{until(order.due, today, calendar)}办理"
    came = f"（{dated(order.entered_on, today)}录入时已过期限）" if order.was_late_to_come else ""
    return f"应于{dated(order.due, today)}前答复，已逾期{(today - order.due).days}天{came}"


RULE = Rule(
    id=ID,
    title="省平台工单",
    needs=Needs(numbers=("remind_workdays",)),
    pacing=Pacing.TASK,
    judge=judge,
    waits_for_scope=False,  # the platform asks whatever the account is
    says={
        State.OK: "涉及该账号的省平台工单都已答复",
        State.NEEDS_REVIEW: "有省平台工单尚未登记答复（待办理）；逾期的写明逾期天数",
        State.NOT_APPLICABLE: "没有涉及该账号的省平台工单",
    },
)
