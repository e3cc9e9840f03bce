"""The operator's to-do list: what there is to do, how much of it, in which order, and where it is done.

The overview, the digest and the interface all say what is read here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.core.calendar import beijing_date
from monitor.core.light import AccountTask
from monitor.core.message import MessageState
from monitor.store import Tx, lights
from monitor.store.cases import Which, tally
from monitor.store.claims import WAITING_FOR, waiting
from monitor.store.lights import AccountFilter, Condition, Order
from monitor.store.message_acts import open_failures
from monitor.store.outages import open_outages
from monitor.store.outbox import counts as message_counts
from monitor.store.papers import missing_rounds, strays
from monitor.store.records import mutes_on
from monitor.store.rereading import unstated


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing to do, and the page that shows more."""

    key: str
    """Its name for programs."""
    count: int
    text: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTaskText:
    """How a task about accounts is put."""

    key: AccountTask
    heading: str
    """Which accounts they are, on the list of them."""
    wish: str
    text: str
    """The request to the operator, behind the number of accounts."""


TEXTS: Mapping[AccountTask, AccountTaskText] = {
    text.key: text
    for text in (
        AccountTaskText(
            key=AccountTask.UNSEEN,
            heading="采集异常的账号",
            wish="请人工核查",
            text="个账号采集异常，请人工核查",
        ),
        AccountTaskText(
            key=AccountTask.HAND,
            heading="需人工核查的账号",
            wish="请核查后登记发布记录",
            text="个账号需人工核查，请核查后登记",
        ),
        AccountTaskText(
            key=AccountTask.GONE,
            heading="平台显示状态异常的账号",
            wish="请人工核实",
            text="个账号平台显示状态异常，请人工核实",
        ),
        AccountTaskText(
            key=AccountTask.CLAIMS,
            heading="链接待核实的账号",
            wish="请核实后登记发布记录",
            text="个账号的链接待核实",
        ),
        AccountTaskText(
            key=AccountTask.MUTED,
            heading="已超期而暂停提醒的账号",
            wish="单位收不到提醒，请确认",
            text="个账号已超期而暂停提醒，请确认",
        ),
        AccountTaskText(
            key=AccountTask.PEOPLE,
            heading="联络员或责任领导不全的账号",
            wish="请补填台账",
            text="个账号联络员或责任领导不全，请补填台账",
        ),
    )
}


def text_of(key: str) -> AccountTaskText | None:
    """Return how the task of that key is put, or None."""
    return next((text for task, text in TEXTS.items() if task.value == key), None)


_HELD = "条消息待放行，请核对"
_UNSENT = "条消息已生成，尚未设置通知渠道，不会发出"


def read_tasks(tx: Tx, now: datetime, *, has_channels: bool) -> tuple[Task, ...]:
    """Return what is to be done, messages first; nothing that is done already."""
    messages = message_counts(tx)
    tasks = (
        Task(key="outages", count=len(open_outages(tx)), text="项采集暂停或断网，请查看原因", link="/system"),
        Task(
            key="failed",
            count=len(open_failures(tx, now)),
            text="条消息发送失败，请改用电话通知并查看原因",
            link="/messages?state=failed",
        ),
        Task(
            key="held",
            count=messages.get(MessageState.HELD, 0),
            text=_HELD if has_channels else _UNSENT,
            link="/messages?state=held",
        ),
        Task(
            key="office", count=sum(tally(tx, Which.OFFICE).values()), text="项待办公室办理", link="/cases?state=office"
        ),
        Task(key="strays", count=len(strays(tx)), text="行导入数据未匹配到账号，请补全台账", link="/imports"),
        Task(
            key="missing",
            count=sum(hole.size for hole in missing_rounds(tx)),
            text="期通报缺失，请补录",
            link="/imports",
        ),
        Task(key="unstated", count=len(unstated(tx)), text="条旧记录未写明结果，请补登", link="/imports"),
        *_about_accounts(tx, now),
    )
    return tuple(task for task in tasks if task.count)


def _about_accounts(tx: Tx, now: datetime) -> tuple[Task, ...]:
    """Return the tasks about accounts, those without any included."""
    conditions = _conditions(tx, now)
    return tuple(
        Task(
            key=task.value,
            count=lights.count(tx, AccountFilter(tasks=conditions[task])),
            text=text.text,
            link=f"/accounts?task={task.value}",
        )
        for task, text in TEXTS.items()
    )


def concerned(tx: Tx, task: AccountTask, now: datetime) -> tuple[str, ...]:
    """Return the accounts that a task is about, by unit."""
    return lights.ids(tx, AccountFilter(tasks=condition(tx, task, now)), Order.UNIT)


def condition(tx: Tx, task: AccountTask, now: datetime) -> Condition:
    """Return the condition of the accounts that a task is about, for a filter."""
    return _conditions(tx, now)[task]


def _conditions(tx: Tx, now: datetime) -> dict[AccountTask, Condition]:
    claimed = {claim.account for claim in waiting(tx, since=now - WAITING_FOR)}
    mutes = mutes_on(tx, beijing_date(now))
    return {task: lights.about(tx, task, now, claimed=claimed, mutes=mutes) for task in AccountTask}
