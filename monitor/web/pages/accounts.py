"""`/accounts`: the list of accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from enum import Enum
from typing import TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.actions.actor import Right
from monitor.actions.documents import Handout
from monitor.core.account import AccountStatus, Platform
from monitor.core.light import Light
from monitor.core.members import member
from monitor.core.phrases import plain
from monitor.queries.accounts import AccountQuery, Order, read_accounts
from monitor.queries.concerns import TEXTS, Concern, text_of
from monitor.queries.listed import accounts_listed
from monitor.web.auth.visitor import visitor_of
from monitor.web.pages.handing_out import handed_out, require
from monitor.web.pages.pages import Pages, number_of

E = TypeVar("E", bound=Enum)
ORDERS: Mapping[str, tuple[Order, str]] = {
    "light": (Order.URGENCY, "最紧急的在前"),
    "silence": (Order.SILENCE, "最久未更新的在前"),
    "unit": (Order.UNIT, "按主办单位"),
}
"""The values of `sort`, and what people call them."""
_YEARS = (2000, 2200)
"""The years in which a deadline can lie."""
NAMES = ("light", "platform", "unit", "area", "status", "task", "due", "q", "sort", "page")
_LABELS = {"light": "更新情况", "platform": "平台", "status": "状态", "task": "待办", "due": "更新期限", "sort": "排序"}


async def accounts(pages: Pages, request: Request) -> Response:
    """Answer `/accounts`: a page of the list, narrowed down by what the address says."""
    moment, given, own = pages.context.moment(), dict(request.query_params), visitor_of(request).own
    if given.get("task") == Concern.HAND.value and visitor_of(request).may(Right.LOOK):
        return RedirectResponse("/looks?due=1&task=hand", 303)
    asked = _asked_by(request, given)
    found = await pages.context.store.query(lambda tx: read_accounts(tx, moment, asked))
    return pages.html(
        "accounts.html",
        moment,
        list=found,
        asked=asked,
        given={name: value for name, value in given.items() if value and name != "page"},
        concern=TEXTS[asked.concern] if asked.concern else None,
        has_own=own is not None,
        may=visitor_of(request).may,
        Right=Right,
        orders=ORDERS,
        platforms=tuple(Platform),
        statuses=tuple(AccountStatus),
    )


async def accounts_xlsx(pages: Pages, request: Request) -> Response:
    """Answer `/accounts.xlsx`: the list as it is seen, all pages of it; with people where `people` asks for them."""
    moment, given = pages.context.moment(), dict(request.query_params)
    with_people = bool(given.pop("people", ""))
    if with_people:
        require(visitor_of(request), Right.EXPORT_PERSONAL)
    asked = _asked_by(request, given)
    told = "，".join(f"{_LABELS.get(name, name)}{value}" for name, value in given.items() if value)
    return await handed_out(
        pages,
        request,
        lambda tx: accounts_listed(tx, moment, asked, with_people=with_people),
        Handout.ACCOUNTS,
        "账号.xlsx",
        "，".join(filter(None, (told, "含联系人" if with_people else ""))),
    )


def _asked_by(request: Request, given: Mapping[str, str]) -> AccountQuery:
    """Return what a visitor asks for: of a unit's people its own; raises HTTPException for what is not."""
    for name in given:
        if name not in NAMES:
            raise HTTPException(400, f"没有“{plain(name)}”这个条件。")
    asked, own = _asked(given, number_of(request)), visitor_of(request).own
    return asked if own is None else replace(asked, unit=own.name, area=own.area)


def _asked(given: Mapping[str, str], page: int) -> AccountQuery:
    """Return what is asked for; raises HTTPException where a value is none of those there are."""
    concern = text_of(given["task"]) if given.get("task") else None
    if given.get("task") and concern is None:
        raise _unknown("task", given["task"])
    return AccountQuery(
        light=_of(Light, given, "light"),
        platform=_of(Platform, given, "platform"),
        unit=given.get("unit") or None,
        area=given.get("area") or None,
        status=_of(AccountStatus, given, "status"),
        concern=concern.key if concern else None,
        due=_day(given.get("due", "")),
        wanted=given.get("q", "").strip(),
        order=_order(given.get("sort", "")),
        page=page,
    )


def _of(kind: type[E], given: Mapping[str, str], name: str) -> E | None:
    """Return the value of a filter from a closed list; None where it is not set."""
    said = given.get(name, "")
    found = member(kind, said)
    if said and found is None:
        raise _unknown(name, said)
    return found


def _day(said: str) -> date | None:
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
    return HTTPException(400, f"{_LABELS[name]}没有“{plain(said)}”这个条件，请返回账号列表重新选择。")
