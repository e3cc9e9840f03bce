"""`/me`: one's own login: password, second factor, sessions."""

from __future__ import annotations

from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.actions.logins import OwnSessionCommand, end_other_sessions
from monitor.actions.refused import RefusedError
from monitor.actions.second_factor import is_secret, new_secret, uri_of
from monitor.queries.logins import LoggedIn, read_user
from monitor.web.auth.visitor import visitor_of
from monitor.web.forms import done, form_of
from monitor.web.pages.login import client_of, entered, logins_of, status_of
from monitor.web.pages.pages import Pages
from monitor.web.scan_code import scan_code

ME = "/me"
ISSUER = "政务新媒体监测"
_SCAN = "二维码：用手机的身份验证器扫描"


def routes(pages: Pages) -> tuple[Route, ...]:
    """Return the addresses."""
    return (
        Route(ME, partial(me, pages)),
        Route(f"{ME}/password", partial(change_password, pages), methods=["POST"]),
        Route(f"{ME}/second-factor", partial(set_second_factor, pages), methods=["POST"]),
        Route(f"{ME}/second-factor/remove", partial(remove_second_factor, pages), methods=["POST"]),
        Route(f"{ME}/sessions/end", partial(end_others, pages), methods=["POST"]),
    )


async def me(pages: Pages, request: Request) -> Response:
    """Answer `/me`."""
    return await _page(pages, request)


async def change_password(pages: Pages, request: Request) -> Response:
    """Answer the form of a new password."""
    logins, form, login = logins_of(pages), await form_of(request), login_of(request)
    new = form.get("password"), form.get("again")
    try:
        session = await logins.change_password(
            login.session, login.user, form.get("old"), new, client_of(request), actor=visitor_of(request).actor
        )
    except RefusedError as refused:
        return await _page(pages, request, refused=refused, about="password")
    return entered(request, session, ME, "密码已修改，其他登录已退出。")


async def set_second_factor(pages: Pages, request: Request) -> Response:
    """Answer the form of a second factor that was added to an app."""
    logins, form, login = logins_of(pages), await form_of(request), login_of(request)
    offered = form.get("secret"), form.get("code")
    try:
        session = await logins.set_second_factor(
            login.session, login.user, form.get("old"), offered, client_of(request), actor=visitor_of(request).actor
        )
    except RefusedError as refused:
        return await _page(pages, request, refused=refused, about="factor", secret=offered[0])
    return entered(request, session, ME, "动态口令已启用，下次登录时使用。")


async def remove_second_factor(pages: Pages, request: Request) -> Response:
    """Answer the form that does without a second factor."""
    logins, form, login = logins_of(pages), await form_of(request), login_of(request)
    try:
        session = await logins.remove_second_factor(
            login.session, login.user, form.get("old"), client_of(request), actor=visitor_of(request).actor
        )
    except RefusedError as refused:
        return await _page(pages, request, refused=refused, about="factor")
    return entered(request, session, ME, "动态口令已取消。")


async def end_others(pages: Pages, request: Request) -> Response:
    """Answer the form that ends all other sessions."""
    logins_of(pages)
    command = OwnSessionCommand(session=login_of(request).session.digest)
    count = await pages.perform(request, end_other_sessions, command)
    return done(request, ME, f"已退出其他{count}个登录。")


def login_of(request: Request) -> LoggedIn:
    """Return the login of the visitor; raises HTTPException where nobody need log in."""
    found = visitor_of(request).login
    if found is None:
        raise HTTPException(404, "示例县不需要登录。")
    return found


async def _page(
    pages: Pages, request: Request, *, refused: RefusedError | None = None, about: str = "", secret: str = ""
) -> Response:
    logins_of(pages)
    login = login_of(request)
    page = await pages.context.store.query(lambda tx: read_user(tx, login.user.id))
    if page is None:
        raise HTTPException(404)
    shown = secret if is_secret(secret) else new_secret()
    uri = uri_of(shown, login.user.name, ISSUER)
    return pages.html(
        "me.html",
        pages.context.moment(),
        status=status_of(refused) if refused else 200,
        page=page,
        own=login.session,
        problem=str(refused) if refused else "",
        about=about,
        secret=shown,
        uri=uri,
        code=scan_code(uri, _SCAN),
        lacks_second_factor=login.lacks_second_factor,
        is_proved=login.is_proved(pages.context.clock()),
    )
