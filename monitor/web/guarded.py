"""Routes behind the gate: each answers only whom its right allows, and takes only forms of our own pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import datetime
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from monitor.web.auth.gate import redirected
from monitor.web.auth.needs import FREE, NEEDS, OPEN, OWN, PROVED, PROVED_FORMS, PROVED_READS, UPLOADS
from monitor.web.auth.next_page import confirm_address
from monitor.web.auth.visitor import Visitor, visitor_of
from monitor.web.forms import form_of, require_own_page
from monitor.web.navigation import own_page

Endpoint = Callable[[Request], Awaitable[Response]]
_SAFE = frozenset({"GET", "HEAD"})
_CODE, _ME = "/login/code", "/me"
_UPLOAD = "multipart/form-data"


def guarded(routes: Iterable[BaseRoute], clock: Callable[[], datetime]) -> Iterator[BaseRoute]:
    """Yield routes that ask who the visitor is; those of machines and of signed links as they are."""
    for route in routes:
        if not isinstance(route, Route) or route.path.startswith(FREE):
            yield route
            continue
        methods = sorted(route.methods or ())
        yield Route(route.path, partial(_answer, route.path, route.endpoint, clock), methods=methods, name=route.name)


async def _answer(path: str, endpoint: Endpoint, clock: Callable[[], datetime], request: Request) -> Response:
    """Answer a request of somebody who may ask for it."""
    visitor = visitor_of(request)
    if path not in OPEN:
        if elsewhere := _instead(visitor, path):
            return redirected(request, elsewhere)
        _require(visitor, path)
    if request.method not in _SAFE:
        await _require_own_form(path, request)
    if visitor.login is not None and asks_for_proof(path, request) and not visitor.login.is_proved(clock()):
        return _to_confirm(request)
    return await endpoint(request)


def _to_confirm(request: Request) -> Response:
    """Return what leads to the proof of who is there; a browser sends a form on to it, with what was typed."""
    address = confirm_address(request)
    if request.method in _SAFE or request.headers.get("hx-request"):
        return redirected(request, address)
    return RedirectResponse(address, 307)


def asks_for_proof(path: str, request: Request) -> bool:
    """True if who is there has to be proved anew: people's data go out, or users, tokens or far sides are changed."""
    if request.method in _SAFE:
        return path in PROVED_READS and (not PROVED_READS[path] or PROVED_READS[path] in request.query_params)
    return NEEDS.get(path) in PROVED or path in PROVED_FORMS


def _instead(visitor: Visitor, path: str) -> str:
    """Return where somebody has to go instead, if they have to: to their second factor, or to what is their unit's."""
    login = visitor.login
    if login is None or path == "/logout":
        return ""
    if login.session.is_half:
        return _CODE
    if login.lacks_second_factor and not path.startswith(_ME):
        return _ME
    return own_page(visitor.own) if visitor.own and path == "/" else ""


def _require(visitor: Visitor, path: str) -> None:
    """Refuse whoever has not the right that a page asks for; a page that asks for none is refused to everybody."""
    right = NEEDS.get(path)
    if right is None or (visitor.own and path not in OWN):
        raise HTTPException(403, "这个页面没有开放。")
    if not visitor.may(right):
        raise HTTPException(403, f"您没有{right.label}的权限。")


async def _require_own_form(path: str, request: Request) -> None:
    """Refuse a form that is not our own page's, before its handler sees it; see UPLOADS for those in parts."""
    if path in UPLOADS and request.headers.get("content-type", "").lower().startswith(_UPLOAD):
        require_own_page(request)
    else:
        await form_of(request)
