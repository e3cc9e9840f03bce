"""One POST to a far side that an administrator named: guarded, bounded, never redirected.

Its answer's head is all that counts: what it says besides is not read.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from alerts.deadline import Deadline, Threads, talk
from alerts.dialect import unserved
from alerts.grammar import BadChannelError
from alerts.http_post import Endpoint
from monitor.core.message import Attempt, Outcome

LIMIT = timedelta(seconds=10)
"""For one try, from the name's look-up to the head of the answer."""
FORM = "地址应为 https://主机[:端口]/路径，不含用户名、密码和空格"
LONGEST = 2_000
"""Characters of an address."""
_WHO = "对方"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """What may be connected to."""

    allows: Callable[[str], bool]
    """Whether an address may be, once a name is resolved."""
    allows_host: Callable[[str], bool]
    """Whether a host may be named at all: asked where a proxy resolves it."""
    proxy: str | None = field(default=None, repr=False)


class WebHookPoster:
    """Posts to far sides; each has few threads of its own, so that none keeps another waiting."""

    def __init__(self, guards: Guards, clock: Callable[[], datetime]) -> None:
        """Take what connections are judged by."""
        self._guards = guards
        self._clock = clock
        self._threads: dict[str, Threads] = {}

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Attempt:
        """Return what came of one try; expected failures are values."""
        try:
            endpoint = endpoint_of(url).through(self._guards.proxy)
        except BadChannelError as error:
            return Attempt(outcome=Outcome.TEMPORARY, code="address", detail=str(error))
        if not self._guards.allows_host(endpoint.host):
            return Attempt(outcome=Outcome.TEMPORARY, code="AddressRefusedError", detail="未能连接，内容未发出")
        is_proxied = endpoint.proxy is not None and endpoint.is_secure

        def conversation(line: Deadline) -> Attempt:
            return self._said(endpoint, body, headers, line)

        threads = self._threads.setdefault(endpoint.host, Threads())
        return await talk(conversation, LIMIT, threads, None if is_proxied else self._guards.allows)

    def _said(self, endpoint: Endpoint, body: bytes, headers: Mapping[str, str], line: Deadline) -> Attempt:
        reply = endpoint.post({}, body, line, LIMIT, headers, longest=0)
        if isinstance(reply, Attempt):
            return reply
        said = unserved(reply, self._clock(), _WHO)
        if said is None:
            return Attempt(outcome=Outcome.SENT, code=f"HTTP {reply.status}")
        is_gone = reply.status == http.client.GONE
        return said if is_gone else replace(said, outcome=Outcome.TEMPORARY)


def endpoint_of(url: str) -> Endpoint:
    """Return where an address leads; raises BadChannelError for one that cannot be posted to."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError:
        raise BadChannelError(FORM) from None
    is_plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= LONGEST
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None or not is_plain:
        raise BadChannelError(FORM)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Endpoint(host=host, port=port, path=target, is_secure=parts.scheme == "https")
