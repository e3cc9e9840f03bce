"""Answers only those who know our name, and tells browsers to run and load nothing that is not ours."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.web.problem import problem

API = "/api/"
"""The prefix of the addresses for programs."""
METRICS = frozenset({"/metrics", "/metrics/accounts"})
_SIGNED = ("/k/", "/login/link/")
_HEADERS = {
    # Pico draws its icons as data: images.
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f]")
_STRANGE_NAME = "请用本机的 IP 地址打开，或在设置 web.hosts 中写明这个主机名。"
_ODD_ADDRESS = "网址中有不能使用的字符，请核对网址。"
_NO_TOKEN = "请在 Authorization 中写明 Bearer 和设置中的 web.metrics_token。"  # noqa: S105 - a sentence


class HostGuard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str], metrics_token: str | None = None) -> None:
        """Let through requests for these host names, ports aside, and for addresses; metrics for who shows the token.

        No foreign site can put its own name before an address of ours (DNS rebinding) and be let through by it.
        """
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._metrics_token = metrics_token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(headers_for(path))
                if not path.startswith("/static/"):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        app = self._refused(scope) or self._app
        await app(scope, receive, send_guarded)

    def _refused(self, scope: Scope) -> Response | None:
        """Return why a request is not answered, if it is not."""
        headers = Headers(scope=scope)
        if not self._is_known(headers.get("host", "")):
            return refusal(scope["path"], 421, _STRANGE_NAME)
        if not _is_plain(scope):
            return refusal(scope["path"], 400, _ODD_ADDRESS)
        token = self._metrics_token if scope["path"] in METRICS else None
        if token is not None and not is_shown(token, headers.get("authorization", "")):
            return PlainTextResponse(_NO_TOKEN, 401, {"WWW-Authenticate": "Bearer"})
        return None

    def _is_known(self, host: str) -> bool:
        name = _without_port(host)
        return name in self._hosts or _is_address(name)


def headers_for(path: str) -> dict[str, str]:
    """Return the headers of every answer at a path. The address of a signed link is a secret: nobody is told it."""
    return _HEADERS | ({"Referrer-Policy": "no-referrer"} if path.startswith(_SIGNED) else {})


def refusal(path: str, status: int, sentence: str) -> Response:
    """Return a refusal in the form that a client at such a path can read."""
    if path.startswith(API):
        return problem(status, sentence)
    return PlainTextResponse(sentence, status)


def is_shown(token: str, header: str) -> bool:
    """True if an Authorization header shows the token; takes the same time however much of it is right."""
    scheme, _, shown = header.partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(shown.strip().encode(), token.encode())


def _is_plain(scope: Scope) -> bool:
    """True if an address is text, without marks that no database and no log takes as they are."""
    raw = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogatepass")
    try:
        text = unquote_to_bytes(raw.partition(b"?")[0] + b"?" + scope.get("query_string", b"")).decode()
    except UnicodeDecodeError:
        return False
    return not _STEERING.search(text)


def _without_port(host: str) -> str:
    name, colon, port = host.lower().rpartition(":")
    return name if colon and port.isdigit() else host.lower()


def _is_address(name: str) -> bool:
    try:
        ip_address(name[1:-1] if name.startswith("[") and name.endswith("]") else name)
    except ValueError:
        return False
    return True
