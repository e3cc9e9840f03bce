"""`/me/confirm`: who is there is proved anew, before people's data are handed out or users are changed."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.actions.refused import RefusedError
from monitor.queries.logins import read_user
from monitor.web.auth.next_page import CONFIRM, own_path
from monitor.web.auth.visitor import visitor_of
from monitor.web.forms import form_of
from monitor.web.pages.login import client_of, entered, logins_of, status_of
from monitor.web.pages.me import login_of
from monitor.web.pages.pages import Pages

_CONFIRMED = "身份已确认，请继续刚才的操作。"


def routes(pages: Pages) -> tuple[Route, ...]:
    """Return the addresses."""
    return (Route(CONFIRM, partial(asked, pages)), Route(CONFIRM, partial(confirm, pages), methods=["POST"]))


async def asked(pages: Pages, request: Request) -> Response:
    """Answer `/me/confirm`."""
    return await _page(pages, request, own_path(request.query_params.get("next", "")))


async def confirm(pages: Pages, request: Request) -> Response:
    """Answer one of its forms: the password, or a code of the second factor; the session goes on under a new id."""
    logins, form, login = logins_of(pages), await form_of(request), login_of(request)
    wanted, actor, client = own_path(form.get("next")), visitor_of(request).actor, client_of(request)
    try:
        if code := form.get("code"):
            session = await logins.confirm_by_code(login.session, login.user, code, client, actor=actor)
        else:
            session = await logins.confirm(login.session, login.user, form.get("old"), client, actor=actor)
    except RefusedError as refused:
        return await _page(pages, request, wanted, problem=str(refused), status=status_of(refused))
    return entered(request, session, wanted, _CONFIRMED)


async def _page(pages: Pages, request: Request, wanted: str, *, problem: str = "", status: int = 200) -> Response:
    logins_of(pages)
    login, provider = login_of(request), pages.context.provider
    found = await pages.context.store.query(lambda tx: read_user(tx, login.user.id))
    return pages.html(
        "confirm.html",
        pages.context.moment(),
        status=status,
        user=login.user,
        wanted=wanted,
        is_lost="lost" in request.query_params,
        provider=provider.settings if provider and found and found.identity else None,
        problem=problem,
    )
