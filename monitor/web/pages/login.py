"""`/login`, the second factor, one-time links and `/logout`."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from monitor.actions.logging_in import Client, Logins, NewSession, TooSoonError
from monitor.actions.logins import LINK_OVER, OwnSessionCommand
from monitor.actions.logins import log_out as end_session
from monitor.actions.refused import RefusedError
from monitor.queries.logins import LoggedIn, LoginLinkPage, read_has_users, read_link
from monitor.web.auth import cookies
from monitor.web.auth.next_page import LOGIN, LOST, READ, own_path
from monitor.web.auth.visitor import visitor_of
from monitor.web.connections import home_of
from monitor.web.forms import done, form_of
from monitor.web.pages.pages import Pages
from monitor.web.refusals import address_of
from monitor.web.words import moment

CODE = f"{LOGIN}/code"
_EXPIRED = {READ: "登录已过期，请重新登录。", LOST: "登录已过期，刚才填的内容没有登记。"}
_PASSWORD_SET = "密码已设置，请登录。"  # noqa: S105 - a sentence
_LOGGED_OUT = "已退出登录。"
_LEFT = "left"
"""In the address: that somebody has logged out whom the identity provider still knows."""
_TOO_SOON, _REFUSED = 429, 422


def routes(pages: Pages) -> tuple[Route, ...]:
    """Return the addresses."""
    return (
        Route(LOGIN, partial(login, pages)),
        Route(LOGIN, partial(log_in, pages), methods=["POST"]),
        Route(CODE, partial(code, pages)),
        Route(CODE, partial(give_code, pages), methods=["POST"]),
        Route(f"{LOGIN}/link/{{secret}}", partial(link, pages)),
        Route(f"{LOGIN}/link/{{secret}}", partial(use_link, pages), methods=["POST"]),
        Route("/logout", partial(log_out, pages), methods=["POST"]),
    )


async def login(pages: Pages, request: Request) -> Response:
    """Answer `/login`; who has logged in, or need not, is led on."""
    wanted, visitor = own_path(request.query_params.get("next", "")), visitor_of(request)
    if pages.context.logins is None or visitor.login is not None:
        return RedirectResponse(wanted, 303)
    problem = _EXPIRED.get(request.query_params.get("expired", ""), "")
    return await login_page(pages, wanted, problem=problem, has_left=_LEFT in request.query_params)


async def log_in(pages: Pages, request: Request) -> Response:
    """Answer the form of `/login`."""
    logins, form = logins_of(pages), await form_of(request)
    wanted, name = own_path(form.get("next")), form.get("name")
    try:
        begun = await logins.log_in(name, form.get("password"), client_of(request))
    except RefusedError as refused:
        return await login_page(pages, wanted, problem=str(refused), name=name, status=status_of(refused))
    address = code_address(wanted) if begun.session.is_half else wanted
    return entered(request, begun, address, said_before(pages, begun))


async def code(pages: Pages, request: Request) -> Response:
    """Answer `/login/code`: where the second factor is given."""
    half, wanted = _half(request), own_path(request.query_params.get("next", ""))
    if half is None:
        return RedirectResponse(wanted, 303)
    return _code_page(pages, wanted)


async def give_code(pages: Pages, request: Request) -> Response:
    """Answer the form of `/login/code`."""
    logins, form, half = logins_of(pages), await form_of(request), _half(request)
    wanted = own_path(form.get("next"))
    if half is None:
        return RedirectResponse(wanted, 303)
    try:
        whole = await logins.give_code(half.session, half.user, form.get("code"), client_of(request))
    except RefusedError as refused:
        return _code_page(pages, wanted, problem=str(refused), status=status_of(refused))
    return entered(request, whole, wanted, "已登录。")


async def link(pages: Pages, request: Request) -> Response:
    """Answer a one-time link; to open it changes nothing, for mail servers open links to look at them."""
    logins_of(pages)
    found = await _link(pages, request)
    return _link_page(pages, found)


async def use_link(pages: Pages, request: Request) -> Response:
    """Answer the form of a one-time link: the password is set, and the link is used up."""
    logins, form, found = logins_of(pages), await form_of(request), await _link(pages, request)
    if found is None:
        return _link_page(pages, None)
    secret, name = request.path_params["secret"], form.get("name")
    try:
        await logins.use_link(secret, name, form.get("password"), form.get("again"), client_of(request))
    except RefusedError as refused:
        return _link_page(pages, found, problem=str(refused), name=name, status=_REFUSED)
    return done(request, LOGIN, _PASSWORD_SET)


async def log_out(pages: Pages, request: Request) -> Response:
    """Answer the form that ends a session; the browser forgets what it has of our pages."""
    visitor = visitor_of(request)
    if visitor.login is None:
        return RedirectResponse("/", 303)
    command = OwnSessionCommand(session=visitor.login.session.digest)
    await pages.perform(request, end_session, command)
    has_left = visitor.login.session.by_provider and pages.context.provider is not None
    answer = done(request, f"{LOGIN}?{_LEFT}=1" if has_left else LOGIN, _LOGGED_OUT)
    cookies.drop(request, answer, cookies.SESSION)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def code_address(wanted: str) -> str:
    """Return where the second factor is given, before a page."""
    return f"{CODE}?{urlencode({'next': wanted})}"


def said_before(pages: Pages, begun: NewSession) -> str:
    """Return when the same user logged in before, to be said once; empty for never."""
    return f"上次登录{moment(begun.last_login_at, pages.context.clock())}。" if begun.last_login_at else ""


def logins_of(pages: Pages) -> Logins:
    """Return what lets people log in; raises HTTPException where nobody need."""
    if pages.context.logins is None:
        raise HTTPException(404, "示例县不需要登录。")
    return pages.context.logins


def client_of(request: Request) -> Client:
    """Return where somebody comes from who is logging in."""
    address = address_of(request)
    return Client(address=address, home=home_of(address))


def status_of(refused: RefusedError) -> int:
    """Return with which status a login is refused."""
    return _TOO_SOON if isinstance(refused, TooSoonError) else _REFUSED


def entered(request: Request, session: NewSession, address: str, said: str) -> Response:
    """Return what gives the browser a session's new id and leads on."""
    answer = done(request, address, said)
    cookies.put(request, answer, cookies.SESSION, session.id)
    return answer


def _half(request: Request) -> LoggedIn | None:
    """Return the login whose second factor is still missing, if it is."""
    found = visitor_of(request).login
    return found if found and found.session.is_half else None


async def _link(pages: Pages, request: Request) -> LoginLinkPage | None:
    secret, now = request.path_params["secret"], pages.context.clock()
    return await pages.context.store.query(lambda tx: read_link(tx, secret, now))


async def login_page(
    pages: Pages, wanted: str, *, problem: str = "", name: str = "", status: int = 200, has_left: bool = False
) -> Response:
    """Return the page of the log-in; `has_left` of somebody who is still logged in at the provider."""
    has_users, provider = await pages.context.store.query(read_has_users), pages.context.provider
    return pages.html(
        "login.html",
        pages.context.moment(),
        status=status,
        wanted=wanted,
        problem=problem,
        name=name,
        has_users=has_users,
        provider=provider.settings if provider else None,
        end=provider.end_address if provider and has_left else "",
    )


def _code_page(pages: Pages, wanted: str, *, problem: str = "", status: int = 200) -> Response:
    return pages.html("login_code.html", pages.context.moment(), status=status, wanted=wanted, problem=problem)


def _link_page(
    pages: Pages, found: LoginLinkPage | None, *, problem: str = "", name: str = "", status: int = 200
) -> Response:
    gone = 410
    return pages.html(
        "login_link.html",
        pages.context.moment(),
        status=status if found else gone,
        link=found,
        problem=problem if found else LINK_OVER,
        name=name,
    )
