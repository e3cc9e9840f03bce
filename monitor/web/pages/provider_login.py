"""`/login/oidc`: the log-in by the office's identity provider, there and back.

The provider sends people back by a link, and a link changes nothing: the page that it opens has a form, which a script
sends at once. Only then is the code of the link used, and the browser asked for what it keeps of this log-in.
"""

from __future__ import annotations

from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from monitor.actions.provider_logins import ProviderDownError, ProviderRefusedError
from monitor.actions.refused import RefusedError
from monitor.queries.logins import digest_of
from monitor.web.auth import cookies
from monitor.web.auth.needs import BACK
from monitor.web.auth.next_page import own_path
from monitor.web.forms import form_of
from monitor.web.pages.login import client_of, code_address, entered, login_page, logins_of, said_before, status_of
from monitor.web.pages.pages import Pages
from monitor.web.provider.client import LONGEST_CODE, Provider, flow_of

BEGIN = "/login/oidc"
_LONGEST_STATE = 200
_NOT_DONE = "统一身份认证的登录没有完成，请重新登录，或用密码登录。"
_DOWN = 503


def routes(pages: Pages) -> tuple[Route, ...]:
    """Return the addresses."""
    return (
        Route(BEGIN, partial(begin, pages)),
        Route(BACK, partial(back, pages)),
        Route(BACK, partial(enter, pages), methods=["POST"]),
    )


async def begin(pages: Pages, request: Request) -> Response:
    """Answer `/login/oidc`: the browser keeps what this log-in is known by, and goes to the provider."""
    provider, wanted = _provider(pages), own_path(request.query_params.get("next", ""))
    try:
        address, flow = await provider.set_out(wanted, is_again="again" in request.query_params)
    except ProviderRefusedError as refused:
        return await login_page(pages, wanted, problem=str(refused), status=_DOWN)
    answer = RedirectResponse(address, 303)
    cookies.put(request, answer, cookies.FLOW, flow.written())
    return answer


async def back(pages: Pages, request: Request) -> Response:
    """Answer where the provider sends people back to: with a form, for a link changes nothing."""
    _provider(pages)
    state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
    if not code or len(code) > LONGEST_CODE or not 0 < len(state) <= _LONGEST_STATE:
        return await login_page(pages, own_path(""), problem=_NOT_DONE, status=422)
    return pages.html("login_back.html", pages.context.moment(), state=state, code=code)


async def enter(pages: Pages, request: Request) -> Response:
    """Answer the form of that page: whoever the code proves is logged in, under a new session."""
    logins, provider, form = logins_of(pages), _provider(pages), await form_of(request)
    flow, had = flow_of(cookies.flow(request)), cookies.cookie(request, cookies.SESSION)
    state, code, client = form.get("state"), form.get("code"), client_of(request)
    wanted = own_path(flow.wanted) if flow else own_path("")
    try:
        begun = await logins.enter(
            lambda: provider.prove(flow, state, code), client, ended=digest_of(had) if had else None
        )
    except RefusedError as refused:
        status = _DOWN if isinstance(refused, ProviderDownError) else status_of(refused)
        answer = await login_page(pages, wanted, problem=str(refused), status=status)
    else:
        address = code_address(wanted) if begun.session.is_half else wanted
        answer = entered(request, begun, address, said_before(pages, begun))
    cookies.drop(request, answer, cookies.FLOW)
    return answer


def _provider(pages: Pages) -> Provider:
    """Return the identity provider; raises HTTPException where there is none."""
    if pages.context.logins is None or pages.context.provider is None:
        raise HTTPException(404, "没有设置统一身份认证。")
    return pages.context.provider
