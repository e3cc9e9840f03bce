"""`/rights`: who sees what and does what, from the table by which rights are checked."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.core.user import UserRole
from monitor.web.auth.visitor import visitor_of
from monitor.web.pages.pages import Pages
from monitor.web.pages.system import tabs_of
from monitor.web.rights_text import ROLES, acting, named, seeing


def routes(pages: Pages) -> Iterator[Route]:
    """Yield the address."""
    yield Route("/rights", partial(rights, pages))


async def rights(pages: Pages, request: Request) -> Response:
    """Answer `/rights`."""
    visitor = visitor_of(request)
    return pages.html(
        "rights.html",
        pages.context.moment(),
        roles=tuple(UserRole),
        own_roles=visitor.roles,
        own_names=named(visitor.roles),
        whom=ROLES,
        tables=(("能看什么", seeing()), ("能办什么", acting())),
        tabs=tabs_of(visitor),
    )
