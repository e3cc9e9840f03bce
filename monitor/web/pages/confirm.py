"""`/me/confirm`: who is there is proved anew, before people's data are handed out or users are changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.actions.refused import RefusedError
from monitor.queries.logins import read_user
from monitor.web.auth import cookies
from monitor.web.auth.next_page import CONFIRM, HOME, own_path
from monitor.web.auth.visitor import csrf_of, visitor_of
from monitor.web.forms import TOKEN, form_of
from monitor.web.pages.login import client_of, entered, logins_of, status_of
from monitor.web.pages.me import login_of
from monitor.web.pages.pages import Pages

_CONFIRMED = "身份已确认，请继续刚才的操作。"
_KEPT = "kept:"
"""Before the names of the fields of a form that waits for the proof."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptForm:
    """A form that was sent, and is sent again once it is known who is there."""

    address: str
    fields: tuple[tuple[str, str], ...] = field(repr=False)


def routes(pages: Pages) -> tuple[Route, ...]:
    """Return the addresses."""
    return (Route(CONFIRM, partial(asked, pages)), Route(CONFIRM, partial(confirm, pages), methods=["POST"]))


async def asked(pages: Pages, request: Request) -> Response:
    """Answer `/me/confirm`."""
    return await _page(pages, request, own_path(request.query_params.get("next", "")))


async def confirm(pages: Pages, request: Request) -> Response:
    """Answer one of its forms: the password, or a code of the second factor; the session goes on under a new id."""
    logins, form, login = logins_of(pages), await form_of(request), login_of(request)
    if sent_to := request.query_params.get("then", ""):  # another form was sent on to here
        wanted = own_path(request.query_params.get("next", ""))
        return await _page(pages, request, wanted, kept=_kept(sent_to, form.fields))
    wanted, actor, client = own_path(form.get("next")), visitor_of(request).actor, client_of(request)
    kept = _kept(
        form.get("then"), {name.removeprefix(_KEPT): form.all(name) for name in form.fields if name.startswith(_KEPT)}
    )
    try:
        if code := form.get("code"):
            session = await logins.confirm_by_code(login.session, login.user, code, client, actor=actor)
        else:
            session = await logins.confirm(login.session, login.user, form.get("old"), client, actor=actor)
    except RefusedError as refused:
        return await _page(pages, request, wanted, problem=str(refused), status=status_of(refused), kept=kept)
    if kept is None:
        return entered(request, session, wanted, _CONFIRMED)
    csrf = csrf_of(session.id)  # the form is that of the new session
    answer = pages.html("confirmed.html", pages.context.moment(), kept=kept, wanted=wanted, csrf=csrf)
    cookies.put(request, answer, cookies.SESSION, session.id)
    return answer


def _kept(address: str, fields: Mapping[str, tuple[str, ...]]) -> KeptForm | None:
    """Return a form that waits for the proof; None where there is none that may ask for one."""
    path = own_path(address)
    if path == HOME:
        return None
    typed = tuple((name, text) for name, texts in fields.items() if name != TOKEN for text in texts)
    return KeptForm(address=path, fields=typed)


async def _page(
    pages: Pages,
    request: Request,
    wanted: str,
    *,
    problem: str = "",
    status: int = 200,
    kept: KeptForm | None = None,
) -> Response:
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
        kept=kept,
        prefix=_KEPT,
    )
