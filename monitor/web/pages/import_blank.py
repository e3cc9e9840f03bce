"""`/imports/blank/{kind}.xlsx` and `/imports/roster.xlsx`: forms to fill in, and the roster as it is imported."""

from __future__ import annotations

from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.actions.actor import Right
from monitor.actions.documents import Handout, HandOutCommand
from monitor.ledger.roster import roster_document
from monitor.ledger.templates import form_document
from monitor.queries.tables import roster_table
from monitor.web.auth.visitor import visitor_of
from monitor.web.imports import KINDS, file_kind
from monitor.web.pages.handing_out import handed_out, handed_out_as
from monitor.web.pages.pages import Pages


async def blank(pages: Pages, request: Request) -> Response:
    """Answer with the blank form of a kind of file."""
    kind = request.path_params["kind"]
    if kind not in KINDS:
        raise HTTPException(404, "没有这种表格。")
    form = file_kind(kind)
    document = roster_document(()) if form == "roster" else form_document(form)
    command = HandOutCommand(what=Handout.TEMPLATE, file=f"{KINDS[kind]}模板.xlsx")
    return await handed_out_as(pages, request, document, command)


async def roster(pages: Pages, request: Request) -> Response:
    """Answer with the roster as it is imported; its people only to whom may see how they are reached."""
    is_personal = visitor_of(request).may(Right.EXPORT_PERSONAL)
    document = partial(roster_table, with_people=is_personal)
    return await handed_out(pages, request, document, Handout.ROSTER, f"台账{pages.context.moment().today}.xlsx")
