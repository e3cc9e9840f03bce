"""The filters of lists: by what an address narrows one down, read in one way for pages and for programs.

Each function takes what was given and returns a filter of a query; it raises HTTPException, with a sentence, for what
is none of those there are. The names are those of the addresses.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from enum import Enum
from typing import TypeVar

from starlette.exceptions import HTTPException

from monitor.actions.actor import Actor
from monitor.core.account import AccountStatus, Labelled, Platform, UnitKey
from monitor.core.decision import Ruling
from monitor.core.light import Light
from monitor.core.members import member
from monitor.core.message import MessageTab
from monitor.core.phrases import Names, plain
from monitor.core.todo import FILTERED, TodoAct
from monitor.queries.accounts import AccountQuery, Order
from monitor.queries.audit import SETTLING, AuditFilter
from monitor.queries.case_board import CaseFilter, DueFilter, Wait
from monitor.queries.concerns import Concern, text_of
from monitor.queries.decisions import DecisionFilter, DecisionShow
from monitor.queries.looks import HandFilter
from monitor.queries.messages import MessageFilter
from monitor.web.days import written_day
from monitor.web.page_context import PageContext
from monitor.web.paging import whole
from monitor.web.words import unit_asked

E = TypeVar("E", bound=Enum)
L = TypeVar("L", bound=Labelled)
Given = Mapping[str, str]
ACCOUNTS = ("light", "platform", "unit", "area", "status", "task", "due", "q")
CASES = ("wait", "act", "rule", "unit", "area", "platform", "due", "q")
MESSAGES = ("state", "unit", "area", "day")
DECISIONS = ("show", "ruling", "rule", "account", "unit", "area", "q")
LOOKS = ("due", "task", "platform", "unit", "area", "account", "q")
AUDIT = ("who", "what", "day", "object")
ORDERS: Mapping[str, tuple[Order, str]] = {
    "light": (Order.URGENCY, "最紧急的在前"),
    "silence": (Order.SILENCE, "最久未更新的在前"),
    "unit": (Order.UNIT, "按主办单位"),
}
"""The values of `sort`, and what people call them."""
LABELS = {"light": "更新情况", "platform": "平台", "status": "状态", "task": "待办", "due": "更新期限", "sort": "排序"}
_YEARS = (2000, 2200)
"""The years in which a deadline can lie."""
SETTLED = "settled"
"""In the address of the audit log, instead of one act: all that settle or decide something."""
LONGEST = 100
"""Characters of a filter of the audit log."""
ITSELF, _CALLED = "xuncha", "系统"
"""Who the audit log says has acted where nobody did, and what people call that."""
_CASE = "事项"
"""What the audit log puts before the number of a case."""
_OLD_TABS = {"sending": MessageTab.QUEUED}
"""What stood in the addresses of earlier versions, for each of its tabs."""


def account_query(given: Given, there: Collection[UnitKey], names: Names, page: int = 1) -> AccountQuery:
    """Return which accounts are asked for, and in which order. `there` are the units, where one is named."""
    unit = unit_asked(given.get("unit", ""), given.get("area", ""), there, names)
    concern = text_of(given["task"]) if given.get("task") else None
    if given.get("task") and concern is None:
        raise _unknown("task", given["task"])
    return AccountQuery(
        light=_of(Light, given, "light"),
        platform=_of(Platform, given, "platform"),
        unit=unit.name or None,
        area=unit.area or None,
        status=_of(AccountStatus, given, "status"),
        concern=concern.key if concern else None,
        due=_deadline(given.get("due", "")),
        wanted=given.get("q", "").strip(),
        order=_order(given.get("sort", "")),
        page=page,
    )


def case_filter(given: Given, context: PageContext, there: Collection[UnitKey], actor: Actor) -> CaseFilter:
    """Return which cases are asked for: of a unit's people its own. `there` are the units, where one is named."""
    unit = unit_asked(given.get("unit", ""), given.get("area", ""), there, context.office.names)
    platform = _member(Platform, given, "platform")
    return CaseFilter(
        wait=_member(Wait, given, "wait") or Wait.OFFICE,
        rule=given.get("rule", ""),
        unit=unit.name,
        area=unit.area,
        wanted=given.get("q", "").strip(),
        due=_member(DueFilter, given, "due"),
        today=context.moment().today,
        own=actor.own,
        act=_act(given.get("act", "")),
        viewer=actor.name,
        platform=platform.value if platform else "",
        terms=context.moment().office,
    )


def decision_filter(given: Given, there: Collection[UnitKey], names: Names, own: UnitKey | None) -> DecisionFilter:
    """Return which decisions are asked for: of a unit's people its own. `there` are the units, where one is named."""
    unit = unit_asked(given.get("unit", ""), given.get("area", ""), there, names)
    return DecisionFilter(
        show=_member(DecisionShow, given, "show"),
        ruling=_member(Ruling, given, "ruling"),
        rule=given.get("rule", ""),
        account=given.get("account", ""),
        unit=unit.name,
        area=unit.area,
        wanted=given.get("q", "").strip(),
        own=own,
    )


def message_tab(written: str | None) -> MessageTab:
    """Return the tab that is asked for; without one, what waits for a person."""
    if not written:
        return MessageTab.HELD
    found = member(MessageTab, written) or _OLD_TABS.get(written)
    if found is None:
        raise HTTPException(400, f"没有“{written[:20]}”这个状态，可选：{'、'.join(tab.label for tab in MessageTab)}。")
    return found


def message_filter(given: Given, choices: Collection[UnitKey], names: Names, own: UnitKey | None) -> MessageFilter:
    """Return which messages of a tab are asked for; `choices` are the units of the roster."""
    unit = _unit(given, choices, names)
    return MessageFilter(unit=unit.name or None, area=unit.area or None, day=day_asked(given.get("day", "")), own=own)


def hand_filter(given: Given, there: Collection[UnitKey], names: Names) -> HandFilter:
    """Return which of the accounts that people look at are asked for. `there` are the units, where one is named."""
    unit = unit_asked(given.get("unit", ""), given.get("area", ""), there, names)
    platform = given.get("platform", "")
    chosen = member(Platform, platform)
    if platform and chosen is None:
        raise HTTPException(400, f"没有“{platform[:40]}”这个条件。")
    wanted, account = given.get("q", "").strip(), given.get("account")
    is_named = bool(wanted or account)
    return HandFilter(
        due=given.get("due") == "1" or not (given.get("due") or is_named),  # whom one names is meant, due or not
        platform=chosen,
        unit=unit.name or None,
        area=unit.area or None,
        account=account or None,
        wanted=wanted,
        by_hand=given.get("task") == Concern.HAND.value,
    )


def audit_filter(given: Given) -> AuditFilter:
    """Return which acts of the log are asked for."""
    asked = {name: given.get(name, "").strip()[:LONGEST] for name in AUDIT}
    about, what = asked["object"], asked["what"]
    case = whole(about.removeprefix(_CASE).strip()) if about.startswith(_CASE) else 0
    return AuditFilter(
        actor=ITSELF if asked["who"] == _CALLED else asked["who"],
        action="" if what == SETTLED else what,
        actions=SETTLING if what == SETTLED else frozenset(),
        day=day_asked(asked["day"]),
        object="" if case else about,
        case=case or None,
    )


def _member(kind: type[L], given: Given, name: str) -> L | None:
    """Return the value of a filter from a closed list, whose refusal names all of it; None where it is not set."""
    written = given.get(name, "")
    found = member(kind, written)
    if written and found is None:
        raise HTTPException(400, f"没有“{written[:20]}”这个条件，可选：{'、'.join(one.label for one in kind)}。")
    return found


def _act(written: str) -> TodoAct | None:
    found = member(FILTERED, written)
    if written and found is None:
        raise HTTPException(400, f"没有“{written[:20]}”这个条件，请从今天的待办进入。")
    return found


def _of(kind: type[E], given: Given, name: str) -> E | None:
    """Return the value of a filter from a closed list; None where it is not set."""
    said = given.get(name, "")
    found = member(kind, said)
    if said and found is None:
        raise _unknown(name, said)
    return found


def _deadline(said: str) -> date | None:
    """Return the day of a filter; None where it is not set."""
    if not said:
        return None
    try:
        found = date.fromisoformat(said)
    except ValueError:
        raise _unknown("due", said) from None
    if not _YEARS[0] <= found.year <= _YEARS[1]:
        raise _unknown("due", said)
    return found


def _order(said: str) -> Order:
    if said and said not in ORDERS:
        raise _unknown("sort", said)
    return ORDERS[said or "light"][0]


def _unknown(name: str, said: str) -> HTTPException:
    return HTTPException(400, f"{LABELS[name]}没有“{plain(said)}”这个条件，请返回账号列表重新选择。")


def _unit(given: Given, choices: Collection[UnitKey], names: Names) -> UnitKey:
    """Return the unit that is asked for, which has to be one of the roster; no name for all."""
    found = unit_asked(given.get("unit", ""), given.get("area", ""), choices, names)
    if found.name and found not in choices:
        raise HTTPException(404, f"台账中没有主办单位“{found.name[:50]}”，请核对名称。")
    return found


def day_asked(written: str) -> date | None:
    """Return the day that an address names; None where it names none."""
    try:
        return written_day(written) if written else None
    except ValueError as error:
        raise HTTPException(400, "日期应写作2026-05-19。") from error
