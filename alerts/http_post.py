"""One POST to a robot's endpoint: no redirects, no cookies, a bounded answer, and how far it got when it failed.

Written on http.client because it never follows, never logs and shows the moment between "connected" and "asked",
which is the difference between surely not delivered and perhaps delivered.
"""

from __future__ import annotations

import base64
import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http import HTTPStatus
from types import MappingProxyType
from typing import Self
from urllib.parse import SplitResult, unquote, urlencode, urlsplit

from alerts.deadline import Deadline
from alerts.grammar import BadChannelError
from monitor.core.message import Attempt, Outcome

LONGEST_ANSWER = 64 * 1024
"""Bytes of an answer that are read; a robot's is a few hundred."""

JSON = MappingProxyType({"Content-Type": "application/json; charset=utf-8"})
FORM = MappingProxyType({"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"})

PROXY_FORM = "网络代理应为 http://[用户:密码@]主机:端口"
BASE_URL_FORM = "base_url 应为 http(s)://主机[:端口][/路径]，不含用户名、密码和参数"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer, before its meaning is known."""

    status: int
    content: bytes = field(repr=False)
    retry_after: str | None = None
    """The header Retry-After, as written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """The office's way out to HTTPS servers."""

    host: str
    port: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def at(cls, url: str) -> Self:
        """Return the proxy at an http:// URL; raises BadChannelError."""
        parts = _split(url, PROXY_FORM)
        if parts.scheme != "http" or not parts.hostname or not parts.port:
            raise BadChannelError(PROXY_FORM)
        if not parts.username:
            return cls(host=parts.hostname, port=parts.port)
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        basic = base64.b64encode(login.encode()).decode()
        return cls(host=parts.hostname, port=parts.port, headers={"Proxy-Authorization": f"Basic {basic}"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where robots of one kind are reached."""

    host: str
    port: int | None
    path: str = field(repr=False)
    """Some robots' secret stands in it."""
    base: str = ""
    """The base URL's own path, the beginning of `path`."""
    is_secure: bool
    proxy: Proxy | None = field(default=None, repr=False)
    """Used for https only; a plain http endpoint is the office's own."""

    @classmethod
    def under(cls, base_url: str, path: str) -> Self:
        """Return the endpoint at `path` under a base URL; raises BadChannelError."""
        parts = _split(base_url, BASE_URL_FORM)
        if (
            not parts.hostname
            or parts.scheme not in {"http", "https"}
            or parts.username
            or not parts.path.isascii()
            or parts.query
            or parts.fragment
        ):
            raise BadChannelError(BASE_URL_FORM)
        return cls(
            host=parts.hostname,
            port=parts.port,
            path=parts.path.rstrip("/") + path,
            base=parts.path.rstrip("/"),
            is_secure=parts.scheme == "https",
        )

    def through(self, proxy: str | None) -> Self:
        """Return the same endpoint behind a proxy, if there is one; raises BadChannelError."""
        return replace(self, proxy=Proxy.at(proxy)) if proxy else self

    def at(self, path: str) -> Self:
        """Return another endpoint of the same server; `path` stands behind the base URL's own."""
        return replace(self, path=self.base + path)

    def get(self, query: Mapping[str, str], limit: timedelta) -> Reply | Attempt:
        """Return the reply to a question that changes nothing, or the attempt that ended before anything was said."""
        connection = self._connection(limit)
        try:
            return _ask(connection, "GET", f"{self.path}?{urlencode(query)}", None, {})
        except (OSError, http.client.HTTPException) as error:
            return Attempt(outcome=Outcome.TEMPORARY, code=type(error).__name__, detail="未能连接，消息未发出")
        finally:
            connection.close()

    def post(
        self,
        query: Mapping[str, str],
        body: bytes,
        line: Deadline,
        limit: timedelta,
        headers: Mapping[str, str] = JSON,
        longest: int = LONGEST_ANSWER,
    ) -> Reply | Attempt:
        """Return the reply, or the attempt that ended without one. Each query value is encoded once.

        `longest` is how many bytes of the answer are read; with 0 only its head is waited for.
        """
        connection = self._connection(limit)
        try:
            connection.connect()
            line.hold()
        except OSError as error:
            connection.close()
            return Attempt(outcome=Outcome.TEMPORARY, code=type(error).__name__, detail="未能连接，消息未发出")
        try:
            target = f"{self.path}?{urlencode(query)}" if query else self.path
            return _ask(connection, "POST", target, body, headers, longest)
        except (OSError, http.client.HTTPException) as error:
            return Attempt(outcome=Outcome.UNANSWERED, code=type(error).__name__, detail="消息已发出，未收到答复")
        finally:
            connection.close()

    def _connection(self, limit: timedelta) -> http.client.HTTPConnection:
        seconds = limit.total_seconds()
        if not self.is_secure:
            return http.client.HTTPConnection(self.host, self.port, timeout=seconds)
        context = ssl.create_default_context()
        if not self.proxy:
            return http.client.HTTPSConnection(self.host, self.port, timeout=seconds, context=context)
        connection = http.client.HTTPSConnection(self.proxy.host, self.proxy.port, timeout=seconds, context=context)
        connection.set_tunnel(self.host, self.port or http.client.HTTPS_PORT, dict(self.proxy.headers))
        return connection


def _split(url: str, form: str) -> SplitResult:
    """Return the parts of a URL whose host and port can be used; raises BadChannelError, saying the form."""
    try:
        parts = urlsplit(url)
        (parts.hostname or "").encode("idna")
        _ = parts.port
    except ValueError:
        raise BadChannelError(form) from None
    return parts


def by_status(status: int) -> Outcome:
    """Return what an HTTP status says by itself; SENT still waits for the far side's own words.

    A redirect is temporary: nobody serves robots behind one, but an office network's log-in page does it.
    """
    if status in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}:
        return Outcome.TEMPORARY
    match status // 100:
        case 2:
            return Outcome.SENT
        case 4:
            return Outcome.PERMANENT
        case _:
            return Outcome.TEMPORARY


def _ask(
    connection: http.client.HTTPConnection,
    method: str,
    target: str,
    body: bytes | None,
    headers: Mapping[str, str],
    longest: int = LONGEST_ANSWER,
) -> Reply:
    connection.request(method, target, body, headers)
    response = connection.getresponse()
    return Reply(
        status=response.status,
        content=response.read(longest) if longest else b"",
        retry_after=response.headers.get("Retry-After"),
    )
