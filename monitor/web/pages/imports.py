"""`/imports`: the files that came in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from monitor.core.forms import FORMS
from monitor.queries.imports import read_imports
from monitor.web.pages.pages import Pages


async def imports(pages: Pages, request: Request) -> Response:
    """Answer `/imports`: the files that came in, and the rows that nobody answers to."""
    page = await pages.context.store.query(read_imports)
    return pages.html("imports.html", pages.context.moment(), page=page, forms=FORMS)
