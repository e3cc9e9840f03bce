"""The common part of all pages: their needs of the program, and how a template is filled."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from monitor.actions.perform import Action, C, D
from monitor.queries.lines import OverviewContext
from monitor.web.auth.visitor import visitor_of
from monitor.web.page_context import PageContext
from monitor.web.paging import whole
from monitor.web.templating import Templates


class Pages:
    """The maker of every page: it reads in one transaction, off the event loop, and fills a template."""

    def __init__(self, context: PageContext) -> None:
        """Take what the pages need."""
        self.context = context
        self._templates = Templates(context)

    def html(self, template: str, moment: OverviewContext, *, status: int = 200, **values: object) -> Response:
        """Return a template as an answer."""
        return HTMLResponse(self._templates.fill(template, moment, status=status, **values), status)

    async def perform(self, request: Request, action: Action[C, D], command: C) -> D:
        """Return what an action returned, done by whoever asks, now, and judged at once; raises RefusedError."""
        return await self.context.perform(action, command, actor=visitor_of(request).actor, now=self.context.clock())


def number_of(request: Request) -> int:
    """Return which page of a list is asked for: from 1 on, and 1 for what is no number."""
    return whole(request.query_params.get("page", "")) or 1
