"""The operator's to-do list: what one line of it is, which acts there are, and in which words and order they stand.

A line is one act that a person does once, however many accounts it is about. The page of today and the morning's
digest show the same lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from monitor.core.calendar import WorkCalendar
from monitor.core.finding import DEREGISTRATION, ORDERS, REOPENING, SIGHT
from monitor.core.phrases import day_with_week
from monitor.core.rules import (
    app_01,
    cap_01,
    chg_01,
    cln_01,
    cln_02,
    dup_01,
    fake_01,
    name_01,
    per_01,
    plt_01,
    reg_01,
    sec_01,
    sup_02,
    sys_01,
    twn_01,
    upd_01,
    upd_02,
    upd_03,
    weak_01,
)

NAMED = 3
"""Names that a line shows; the others are counted."""
LISTED = 12
"""Lines that are shown at once; the others are folded."""


class TodoAct(Enum):
    """What the operator does, in the order in which lines of one date stand."""

    OUTAGE = "outage"
    SAFETY = "safety"
    FAILED = "failed"
    HELD = "held"
    SECOND = "second"
    LOOK = "look"
    UNSEEN = "unseen"
    SUSPECT = "suspect"
    ORDER = "order"
    CLAIM = "claim"
    PROPOSAL = "proposal"
    DEREGISTRATION = "deregistration"
    REVIEW = "review"
    RECOVERED = "recovered"
    OVERDUE = "overdue"
    EXEMPTION = "exemption"
    BASIS = "basis"
    MUTED = "muted"
    STRAYS = "strays"
    MISSING = "missing"
    UNSTATED = "unstated"
    FILED = "filed"
    CONTACTS = "contacts"
    TOTAL = "total"
    SYSTEMS = "systems"
    OFFICE = "office"
    CALENDAR = "calendar"
    HOOK = "hook"
    REPORT = "report"
    CHANNEL = "channel"
    LOGIN_REQUEST = "login_request"


REVIEWED: tuple[str, ...] = (
    upd_02.ID,
    upd_03.ID,
    plt_01.ID,
    twn_01.ID,
    dup_01.ID,
    name_01.ID,
    weak_01.ID,
    reg_01.ID,
    cln_01.ID,
    cln_02.ID,
    app_01.ID,
)
"""The rules whose troubles the departments judge together: a gap that has closed and a mere suspicion are apart."""
ACT_OF: Mapping[str, TodoAct] = {
    **dict.fromkeys(REVIEWED, TodoAct.REVIEW),
    **dict.fromkeys((sec_01.ID, fake_01.ID, REOPENING), TodoAct.SAFETY),
    **dict.fromkeys((SIGHT, chg_01.ID), TodoAct.UNSEEN),
    DEREGISTRATION: TodoAct.DEREGISTRATION,
    ORDERS: TodoAct.ORDER,
    sup_02.ID: TodoAct.OVERDUE,
    per_01.ID: TodoAct.CONTACTS,
    cap_01.ID: TodoAct.TOTAL,
    sys_01.ID: TodoAct.SYSTEMS,
}
"""What the office does about an open case, by its rule; of all others it is the office's own task."""
CLOSED_GAP, SUSPICION = upd_03.ID, app_01.ID
"""The rule whose gap may have closed, and the one that may only suspect: those cases are other acts."""
ENDED_BY_UNITS = (upd_01.ID, app_01.ID)
"""Rules under whose cases the unit is urged: 整改逾期 of them is the office's act, of all others part of that case."""


def act_of(rule: str, *, is_over: bool = False, is_suspected: bool = False) -> TodoAct:
    """Return what the office does about an open case: `is_over` of a gap that has closed, `is_suspected` of a doubt."""
    if rule == CLOSED_GAP and is_over:
        return TodoAct.RECOVERED
    if rule == SUSPICION and is_suspected:
        return TodoAct.SUSPECT
    return ACT_OF.get(rule, TodoAct.OFFICE)


BY_RULE = frozenset({TodoAct.SAFETY, TodoAct.TOTAL, TodoAct.OFFICE})
"""The acts that are another one for each rule."""
ABOUT_UNITS = frozenset({TodoAct.OVERDUE, TodoAct.CONTACTS, TodoAct.SYSTEMS})
"""The acts that are a call or a letter to a unit, and are counted by units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TodoLine:
    """One act that a person does once."""

    act: TodoAct
    rule: str = ""
    """The rule, where the act is another one for each."""
    count: int
    """How many things it is about: so many rows its link opens."""
    what: str
    """The act with its number and noun, or with the name of the only one."""
    why: str = ""
    """The reason, or up to three names; may be empty."""
    due: date | None = None
    """The last day, or the day it was for; None where there is none."""
    is_for_today: bool = False
    """True if it is for today although no day is set for it."""
    is_waited_for: bool = False
    """True if a verdict waits for it: the digest tells it every day."""
    verb: str
    """The label of the button."""
    link: str
    """The address of the form that settles it."""

    @property
    def key(self) -> str:
        """Its name for programs: the act, and the rule where the act is another one for each."""
        return f"{self.act.value}:{self.rule}" if self.rule else self.act.value

    def day(self, today: date) -> date | None:
        """Return the day for which it stands on the list; None where it has no limit of time."""
        return self.due if self.due is not None else today if self.is_for_today else None

    def is_pressing(self, today: date) -> bool:
        """True if it is for today, or should have been done before."""
        day = self.day(today)
        return day is not None and day <= today


def in_order(lines: Iterable[TodoLine], today: date) -> tuple[TodoLine, ...]:
    """Return lines as they are to be done: past, today, by date, without a limit; of one date in the order of acts."""
    acts = list(TodoAct)

    def place(line: TodoLine) -> tuple[date, int, str]:
        return line.day(today) or date.max, acts.index(line.act), line.rule

    return tuple(sorted(lines, key=place))


def due_text(line: TodoLine, today: date, calendar: WorkCalendar | None = None) -> str:
    """Return until when: 已过6天, 今天, 12月4日（周五）前 or 不限期."""
    day = line.day(today)
    if day is None:
        return "不限期"
    if day < today:
        return f"已过{(today - day).days}天"
    return "今天" if day == today else f"{day_with_week(day, today, calendar)}前"


def named(names: Sequence[str], count: int, noun: str) -> str:
    """Return up to three names, and how many there are where there are more: 甲、乙、丙等5个账号."""
    more = f"等{count}{noun}" if count > min(NAMED, len(names)) else ""
    return "、".join(names[:NAMED]) + more


def counted(counts: Mapping[str, int]) -> str:
    """Return how many there are of each: 单次超过20天未更新5、小众平台账号1."""
    return "、".join(f"{name}{count}" for name, count in counts.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class ActText:
    """How an act about open cases is put: for one, and for several, and where it is done."""

    one: str
    """Before the name of the only one, with `{title}` for the name of the rule."""
    several: str
    """With `{n}` for how many there are, and `{title}` for the name of the rule."""
    heading: str = ""
    """Which cases those are, as their list says it; empty where the name of the rule does."""
    verb: str
    link: str = "/cases?wait=office&act={act}"
    """Where several are settled, with `{act}` for the act: exactly those."""
    link_of_one: str = "/cases/{case}"
    """Where the only one is, with `{case}` for its number, `{account}` and `{area}` as addresses write them."""


CASE_TEXTS: Mapping[TodoAct, ActText] = {
    TodoAct.SAFETY: ActText(one="处置“{title}”", several="处置{n}项“{title}”", verb="去处置"),
    TodoAct.SUSPECT: ActText(
        one="核实疑似下架（无法使用）",
        several="核实{n}个疑似下架（无法使用）的客户端",
        heading="疑似下架（无法使用）",
        verb="去核实",
    ),
    TodoAct.DEREGISTRATION: ActText(
        one="登记注销进度",
        several="登记{n}个账号的注销进度",
        heading="注销进度",
        verb="登记进度",
        link_of_one="/accounts/{account}/deregistration",
    ),
    TodoAct.REVIEW: ActText(
        one="研判", several="研判{n}个账号", heading="待研判", verb="去研判", link="/review?act={act}"
    ),
    TodoAct.RECOVERED: ActText(
        one="处置已恢复的未更新时段",
        several="处置{n}个账号已恢复的未更新时段",
        heading="已恢复的未更新时段",
        verb="批量办理",
    ),
    TodoAct.OVERDUE: ActText(
        one="超期未整改，确认是否列入通报",
        several="{n}个单位超期未整改，确认是否列入通报",
        heading="超期未整改",
        verb="逐个确认",
    ),
    TodoAct.CONTACTS: ActText(
        one="补齐联络员、责任领导",
        several="补齐{n}个单位的联络员、责任领导",
        heading="联络员、责任领导不全",
        verb="补联系人",
        link_of_one="/accounts/{account}/edit#people",
    ),
    TodoAct.TOTAL: ActText(
        one="{title}", several="{title}：{n}个地区", verb="看名单", link_of_one="/accounts?task=total&area={area}"
    ),
    TodoAct.SYSTEMS: ActText(one="登记管理制度", several="登记{n}个单位的管理制度", heading="管理制度", verb="去登记"),
    TodoAct.OFFICE: ActText(one="{title}", several="办理{n}项“{title}”", verb="去办理"),
}
"""Of the acts about open cases, but for those of which accounts are counted that have no case, too."""
FILTERED = (*CASE_TEXTS, TodoAct.SECOND)
"""The acts by which a list of cases can be narrowed down."""


def heading_of(act: TodoAct) -> str:
    """Return which cases an act is about, as their list says it; empty where the name of the rule does."""
    return CASE_TEXTS[act].heading if act in CASE_TEXTS else "待您确认的他人提出的决定"


NOUN: Mapping[TodoAct, str] = {
    TodoAct.OVERDUE: "个单位",
    TodoAct.CONTACTS: "个单位",
    TodoAct.SYSTEMS: "个单位",
    TodoAct.TOTAL: "个地区",
}
"""What is counted, where it is no account."""
