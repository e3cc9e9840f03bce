"""The bodies of requests: read as far as anybody has to say something, and forms in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

_UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class LongRequestError(Exception):
    """A request says more than anybody has to say."""


async def body_of(request: Request, most: int) -> bytes:
    """Return a request's body, of so many bytes at most; raises LongRequestError."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise LongRequestError
    return bytes(body)


def fields_of(body: bytes, most: int, *, with_empty: bool) -> Mapping[str, tuple[str, ...]]:
    """Return the fields of a form, fewer than so many, with all that was given for each; raises LongRequestError."""
    if body.count(b"&") >= most:
        raise LongRequestError
    fields: dict[str, list[str]] = {}
    for name, text in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=with_empty):
        fields.setdefault(readable(name), []).append(readable(text))
    return {name: tuple(texts) for name, texts in fields.items()}


def readable(text: str) -> str:
    """Return a sent text without the marks that no database keeps: control characters, halves of a character."""
    return _UNREADABLE.sub("", text)
