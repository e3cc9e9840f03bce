"""`/imports`: the kinds of files with what is missing, what came in, and the rows that nobody answers to."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from monitor.actions.actor import Right
from monitor.actions.imports.kept import KINDS as KEPT
from monitor.core.forms import FORMS
from monitor.queries.imports import read_imports
from monitor.web.auth.visitor import visitor_of
from monitor.web.imports import KINDS
from monitor.web.pages.pages import Pages
from monitor.web.paging import whole


async def imports(pages: Pages, request: Request) -> Response:
    """Answer `/imports`."""
    moment = pages.context.moment()
    page = await pages.context.store.query(lambda tx: read_imports(tx, moment.now))
    may_import = pages.context.imports is not None and visitor_of(request).may(Right.IMPORT)
    imported = whole(request.query_params.get("imported", ""))
    return pages.html(
        "imports.html",
        moment,
        page=page,
        forms=FORMS,
        names=KINDS,
        kept=KEPT,
        may_import=may_import,
        imported=imported if any(file.id == imported and not file.withdrawn_at for file in page.files) else 0,
    )
