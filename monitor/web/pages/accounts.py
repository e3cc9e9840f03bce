"""`/accounts`: the list of accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.actions.actor import Right
from monitor.actions.documents import Handout
from monitor.core.account import AccountStatus, Platform, UnitKey
from monitor.core.phrases import plain
from monitor.queries.accounts import AccountQuery, read_accounts
from monitor.queries.concerns import TEXTS, Concern
from monitor.queries.listed import accounts_listed
from monitor.queries.messages import units
from monitor.web.auth.visitor import visitor_of
from monitor.web.filters import ACCOUNTS, LABELS, ORDERS, account_query
from monitor.web.pages.handing_out import handed_out, require
from monitor.web.pages.pages import Pages, number_of

NAMES = (*ACCOUNTS, "sort", "page")


async def accounts(pages: Pages, request: Request) -> Response:
    """Answer `/accounts`: a page of the list, narrowed down by what the address says."""
    moment, given, own = pages.context.moment(), dict(request.query_params), visitor_of(request).own
    if given.get("task") == Concern.HAND.value and visitor_of(request).may(Right.LOOK):
        return RedirectResponse("/looks?due=1&task=hand", 303)
    asked = await _asked_by(pages, request, given)
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
        unit=UnitKey(asked.area or "", asked.unit or ""),
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
    asked = await _asked_by(pages, request, given)
    told = "，".join(f"{LABELS.get(name, name)}{value}" for name, value in given.items() if value)
    return await handed_out(
        pages,
        request,
        lambda tx: accounts_listed(tx, moment, asked, with_people=with_people),
        Handout.ACCOUNTS,
        "账号.xlsx",
        "，".join(filter(None, (told, "含联系人" if with_people else ""))),
    )


async def _asked_by(pages: Pages, request: Request, given: Mapping[str, str]) -> AccountQuery:
    """Return what a visitor asks for: of a unit's people its own; raises HTTPException for what is not."""
    for name in given:
        if name not in NAMES:
            raise HTTPException(400, f"没有“{plain(name)}”这个条件。")
    own, names = visitor_of(request).own, pages.context.office.names
    there = await pages.context.store.query(units) if given.get("unit") else ()
    asked = account_query(given, there, names, number_of(request))
    return asked if own is None else replace(asked, unit=own.name, area=own.area)
