"""The gate before every page: who asks, by which session, and whether the way they came is private."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv6Address, ip_address

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.actions.logging_in import Logins, new_id
from monitor.queries.logins import LoggedIn, digest_of, read_login
from monitor.store import StoreError
from monitor.web.auth import cookies
from monitor.web.auth.needs import BACK, FREE, OPEN, POLLED
from monitor.web.auth.next_page import login_address
from monitor.web.auth.visitor import VISITOR, Visitor, open_visitor, stranger, user_visitor
from monitor.web.page_context import PageContext
from monitor.web.refusals import address_of

SELDOM = timedelta(minutes=1)
"""That somebody is active is written down no oftener."""
REMEMBERED = 200
"""Logins that are known for when the database cannot be asked."""
_NOT_PRIVATE = (
    "网页须经 https 打开：明文传输会泄露密码。请用设置项 web.base_url 的网址打开；"
    "经反向代理提供 https 的，把代理的地址写进设置项 web.trusted_proxies。"
)
_PASSED_ON = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""What proxies write into a request that they pass on, and browsers do not."""
_OPEN = tuple(path.partition("{")[0] for path in OPEN)


class LoginGate:
    """ASGI middleware that finds out who the visitor is; pages then ask what they may (see `guarded`)."""

    def __init__(self, app: ASGIApp, view: PageContext) -> None:
        """Let through whoever has logged in, or everybody where no log-in is needed."""
        self._app = app
        self._view = view
        self._remembered: dict[str, LoggedIn] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"].startswith(FREE):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        visit = cookies.cookie(request, cookies.VISIT)
        secret = visit or new_id()
        visitor = await self._visitor(request, secret)
        if isinstance(visitor, Visitor) and _is_whole_page(request):
            visitor = replace(visitor, said=cookies.notice(request))
        app = self._app if isinstance(visitor, Visitor) else visitor
        if isinstance(visitor, Visitor):
            scope.setdefault("state", {})["visitor"] = visitor
        entered = VISITOR.set(visitor if isinstance(visitor, Visitor) else None)
        is_said = isinstance(visitor, Visitor) and bool(visitor.notice)

        async def send_with_cookies(message: Message) -> None:
            if message["type"] == "http.response.start":
                made = Response()
                if not visit:
                    cookies.put(request, made, cookies.VISIT, secret)
                if is_said:
                    cookies.drop(request, made, cookies.NOTICE)
                for cookie in made.headers.getlist("set-cookie"):
                    MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        try:
            await app(scope, receive, send_with_cookies)
        finally:
            VISITOR.reset(entered)

    async def _visitor(self, request: Request, secret: str) -> Visitor | Response:
        """Return who asks, or what they are answered who cannot be let in."""
        logins, address = self._view.logins, address_of(request)
        if logins is None:
            return open_visitor(secret, address, is_at_home=is_at_home(request))
        if not cookies.is_secure(request) and not is_named_home(request):
            return PlainTextResponse(_NOT_PRIVATE, 403)
        if request.url.path == BACK:
            return stranger(secret, address)  # browsers keep the session from what another site leads to
        id_ = cookies.cookie(request, cookies.SESSION)
        login = await self._login(logins, id_) if id_ else None
        if login is None:
            if request.url.path.startswith(_OPEN):
                return stranger(secret, address)
            return redirected(request, login_address(request, has_expired=bool(id_)))
        if request.url.path not in POLLED:
            await self._note_activity(logins, login)
        return user_visitor(id_, login, address)

    async def _login(self, logins: Logins, id_: str) -> LoggedIn | None:
        """Return who is logged in; where the database does not answer, who was when it last did."""
        digest, now = digest_of(id_), self._view.clock()
        try:
            found = await self._view.store.query(lambda tx: read_login(tx, digest, now, logins.idle))
        except StoreError:
            return self._remembered.get(digest)
        self._remembered.pop(digest, None)
        if found is not None:
            self._remembered[digest] = found
            if len(self._remembered) > REMEMBERED:
                del self._remembered[next(iter(self._remembered))]
        return found

    async def _note_activity(self, logins: Logins, login: LoggedIn) -> None:
        if self._view.clock() - login.session.active_at >= SELDOM:
            with suppress(StoreError):  # the page is still worth showing, and says itself what is wrong
                await logins.note_activity(login.session.digest)


def _is_whole_page(request: Request) -> bool:
    """True if what is asked for is shown as a page, so that what is said once is seen."""
    is_part = request.headers.get("hx-request") == "true" or request.url.path in POLLED
    return request.method == "GET" and not is_part


def redirected(request: Request, address: str) -> Response:
    """Return what leads a browser to another page: also one that only asked for a part of a page."""
    if request.headers.get("hx-request") == "true":
        return Response(status_code=401, headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)


def is_at_home(request: Request) -> bool:
    """True if whoever asks is at this very machine: their own address says so, and the name they ask for.

    A name alone says nothing: any program writes any. Nor does an address alone, where a proxy on this machine passes
    on what comes from elsewhere, or a foreign site has its own name lead here. What comes into a container by a
    published port has the address of the bridge, which may be anybody's.
    """
    is_passed_on = any(header in request.headers for header in _PASSED_ON)
    return is_named_home(request) and is_loopback(address_of(request)) and not is_passed_on


def is_named_home(request: Request) -> bool:
    """True if a browser believes to be on this very machine: then nothing it sends leaves that.

    Enough for plain http where a log-in is asked for; whoever writes this name untruly betrays only themselves.
    """
    return is_loopback(request.url.hostname or "")


def is_loopback(name: str) -> bool:
    """True if a host's name or address is the machine's own."""
    if name == "localhost":
        return True
    try:
        found = ip_address(name)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return (mapped or found).is_loopback
