"""`/audit`: who did what, all of it or what a filter in the address leaves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.queries.audit import SETTLING, AuditFilter, read_acts
from monitor.web.audit import ACTIONS
from monitor.web.days import written_day
from monitor.web.pages.pages import Pages, number_of
from monitor.web.paging import whole

_FIELDS = ("who", "what", "day", "object")
SETTLED = "settled"
"""In the address, instead of one act: all that settle or decide something."""
_LONGEST = 100
_CASE = "事项"
"""What the page puts before the number of a case."""


async def audit(pages: Pages, request: Request) -> Response:
    """Answer `/audit`: who did what."""
    page = number_of(request)
    asked = {name: text for name in _FIELDS if (text := request.query_params.get(name, "").strip()[:_LONGEST])}
    which = _filter(asked)
    sheet = await pages.context.store.query(lambda tx: read_acts(tx, page, which))
    return pages.html(
        "audit.html", pages.context.moment(), sheet=sheet, asked=asked, query=urlencode(asked), actions=ACTIONS
    )


def _filter(asked: Mapping[str, str]) -> AuditFilter:
    about, what = asked.get("object", ""), asked.get("what", "")
    case = whole(about.removeprefix(_CASE).strip()) if about.startswith(_CASE) else 0
    return AuditFilter(
        actor=asked.get("who", ""),
        action="" if what == SETTLED else what,
        actions=SETTLING if what == SETTLED else frozenset(),
        day=_day(asked.get("day", "")),
        object="" if case else about,
        case=case or None,
    )


def _day(written: str) -> date | None:
    try:
        return written_day(written) if written else None
    except ValueError as error:
        raise HTTPException(400, "日期应写作2026-05-19。") from error
