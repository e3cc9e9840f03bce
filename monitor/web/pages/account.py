"""`/accounts/{id}`: one account."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.actions.actor import Right
from monitor.pictures import year_map
from monitor.pictures.year_map import YearMap
from monitor.queries.account import AccountPage, read_account
from monitor.queries.account_year import YearPage, read_year
from monitor.queries.lines import OverviewContext
from monitor.store import Tx
from monitor.web.auth.visitor import visitor_of
from monitor.web.pages.chart import draw
from monitor.web.pages.contacts import ShownNumbers
from monitor.web.pages.pages import Pages


async def account(pages: Pages, shown: ShownNumbers, request: Request) -> Response:
    """Answer `/accounts/{id}`; its people's numbers are shown in full to who has asked for them in this session."""
    moment = pages.context.moment()
    read = await pages.context.store.query(lambda tx: _read(tx, request.path_params["account_id"], moment))
    visitor = visitor_of(request)
    own = visitor.own
    if read is None or (own is not None and read[0].line.account.unit_key != own):
        raise HTTPException(404, "台账中没有这个账号，请核对编号。")
    page, year = read
    chart = draw(
        page.posted,
        moment.today,
        moment.ladder.limit,
        opened=page.opened_on,
        deadline=page.line.deadline,
        is_sure=page.is_sure,
    )
    return pages.html(
        "account.html",
        moment,
        page=page,
        chart=chart,
        year=_drawn(year, moment.ladder.limit),
        year_map=year_map,
        may=visitor.may,
        Right=Right,
        has_numbers=shown.has(visitor, page.line.account.unit_key),
    )


def _read(tx: Tx, account_id: str, moment: OverviewContext) -> tuple[AccountPage, YearPage] | None:
    page = read_account(tx, account_id, moment)
    return None if page is None else (page, read_year(tx, page, moment))


def _drawn(year: YearPage, limit: int) -> YearMap:
    return YearMap(days=year.days, limit=limit, told=year.told, opened=year.opened, closed=year.closed)
