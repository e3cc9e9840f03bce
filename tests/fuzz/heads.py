"""Inputs of which the first lines say what stands around a body: an answer's status, address and headers.

Such an input is text up to its first empty line, so that it can be read, written and altered by hand:

    200 https://www.example.gov.cn/list
    content-type: text/html; charset=gbk

    <html>…
"""

from __future__ import annotations

from datetime import UTC, datetime

import httpx

from collectors.http import _headers, _url
from monitor.core.collector import Page

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HOME = "https://www.example.gov.cn/"
_STATUSES = range(200, 500)


def parted(data: bytes) -> tuple[bytes, bytes]:
    """Return what stands up to the first empty line of an input, and behind it: all of it where there is none."""
    head, line, body = data.partition(b"\n\n")
    return (head, body) if line else (b"", data)


def page_of(data: bytes) -> Page:
    """Return the answer that an input is, as the door to the network would hand it on; raises LookFailedError."""
    head, body = parted(data)
    first, *lines = head.split(b"\n")
    status, _, address = first.decode("utf-8", "replace").partition(" ")
    code = int(status) if status.isascii() and status.isdecimal() and int(status[:4]) in _STATUSES else 200
    url = _url(address.strip() or HOME)
    pairs = [(name.strip(), value.strip()) for name, colon, value in (line.partition(b":") for line in lines) if colon]
    headers = _headers(httpx.Response(code, headers=pairs), url)
    return Page(url=str(url), status=code, headers=headers, body=body, at=NOW)


def written(body: bytes, url: str = HOME, status: int = 200, headers: dict[str, str] | None = None) -> bytes:
    """Return an answer as an input."""
    lines = [f"{status} {url}", *(f"{name}: {value}" for name, value in (headers or {}).items())]
    return "\n".join(lines).encode() + b"\n\n" + body
