"""The network's errors, as the reason for not having seen.

httpx' aiohttp transport maps most of aiohttp's errors to ConnectTimeout: what happened is read from the causes instead.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import httpx

from collectors.guard import BlockedError
from monitor.core.download import AppFault
from monitor.core.observation import LookFailedError, Reason

_CERTIFICATE_FAULTS = {
    9: AppFault.CERT_NOT_YET_VALID,
    10: AppFault.CERT_EXPIRED,
    18: AppFault.CERT_SELF_SIGNED,
    19: AppFault.CERT_SELF_SIGNED,
    20: AppFault.CERT_INCOMPLETE,
    21: AppFault.CERT_INCOMPLETE,
    62: AppFault.CERT_OTHER_HOST,
    64: AppFault.CERT_OTHER_HOST,
}
"""The meanings of OpenSSL's verify codes about the far side; other TLS failures may as well be ours."""
_UNSPEAKABLE = re.compile(r"[^A-Za-z0-9.:_-]")
_UNPRINTABLE = re.compile(r"[^A-Za-z0-9 .,:'()_-]")

_CAUSES: tuple[tuple[tuple[type[BaseException], ...], Reason], ...] = (
    ((BlockedError,), Reason.GUARD_BLOCKED),
    ((socket.gaierror, UnicodeError), Reason.DNS),
    ((ssl.SSLError, ssl.CertificateError), Reason.TLS),
    ((TimeoutError,), Reason.TIMEOUT),
    ((aiohttp.ClientPayloadError,), Reason.TRUNCATED),
    ((aiohttp.ClientHttpProxyError,), Reason.CONNECT),
    ((aiohttp.ClientResponseError, aiohttp.InvalidURL), Reason.HTTP_ERROR),
    ((aiohttp.ClientConnectionError, OSError), Reason.CONNECT),
)
"""The reasons in an error's causes, most telling first (time-outs, DNS and TLS errors are OSErrors too)."""


@contextmanager
def named(url: httpx.URL, *, otherwise: Reason | None = None) -> Iterator[None]:
    """Turn what the network throws into a LookFailedError; `otherwise` names what is no time-out and no TLS error.

    The original error is not shown as the cause, for its text may hold the whole address.
    """
    try:
        yield
    except (httpx.HTTPError, httpx.StreamError, aiohttp.ClientError, OSError, ValueError) as error:
        reason, telling = _diagnosis(error)
        if otherwise and reason not in {Reason.TIMEOUT, Reason.TLS}:
            reason = otherwise
        raise LookFailedError(reason, at(_words(telling), url), fault=_fault(error)) from None


def _diagnosis(error: BaseException) -> tuple[Reason, BaseException]:
    """Return the reason, and the one of the error's causes that told it."""
    causes = tuple(_causes(error))
    for kinds, reason in _CAUSES:
        for cause in causes:
            if isinstance(cause, kinds):
                return reason, cause
    return Reason.HTTP_ERROR, error


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and all it came from, once each."""
    pending: list[object] = [error]
    seen: set[int] = set()
    while pending:
        cause = pending.pop(0)
        if isinstance(cause, BaseException) and id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            pending += (cause.__cause__, cause.__context__, getattr(cause, "os_error", None))


def _fault(error: BaseException) -> AppFault | None:
    """Return what an error says of the far side for certain: a name that does not exist, a certificate."""
    for cause in _causes(error):
        if isinstance(cause, socket.gaierror) and cause.errno == socket.EAI_NONAME:
            return AppFault.NO_HOST
        if fault := _CERTIFICATE_FAULTS.get(getattr(cause, "verify_code", 0)):
            return fault
    return None


def _words(error: BaseException) -> str:
    """Return what may be said of an error: its name, and the system's own words."""
    said = getattr(error, "verify_message", None) or getattr(error, "strerror", None) or ""
    return f"{type(error).__name__} {_UNPRINTABLE.sub('', str(said))}".strip()


def at(text: str, url: httpx.URL) -> str:
    """Return the text with the host it is about, which a redirect may have named: plain characters only."""
    return f"{_UNSPEAKABLE.sub('?', url.raw_host.decode('ascii', 'replace'))}: {text}"
