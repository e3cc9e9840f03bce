"""Bodies, decompressed within bounds."""

from __future__ import annotations

import zlib

from monitor.core.observation import LookFailedError, Reason

ACCEPTED = "gzip, deflate"
"""What a request says it can take; an answer in anything else is unreadable."""
_MEMBERS = 16
"""How many gzip members one body may have: each costs a copy of what follows it."""


def decoded(wire: bytes, encoding: str, limit: int) -> bytes:
    """Return the body that came over the wire as `encoding` (the Content-Encoding header, may be empty).

    Never holds more than `limit` + 1 bytes of it. Raises LookFailedError: TOO_LARGE, TRUNCATED, and
    UNREADABLE for what is not what it claims to be or was encoded more than once: nobody
    asked for that, and it is how decompression bombs are stacked.
    """
    codings = [coding for part in encoding.lower().split(",") if (coding := part.strip()) not in {"", "identity"}]
    if not codings or not wire:
        return _within(wire, limit)
    if len(codings) > 1 or codings[0] not in {"gzip", "x-gzip", "deflate"}:
        raise LookFailedError(Reason.UNREADABLE, "a content encoding that was not asked for")
    if codings[0] == "deflate":
        return _within(_inflated(wire, limit, _deflate_bits(wire))[0], limit)
    return _gunzipped(wire, limit)


def _gunzipped(wire: bytes, limit: int) -> bytes:
    body, rest = _inflated(wire, limit, zlib.MAX_WBITS | 16)
    for _ in range(_MEMBERS):
        if not rest.startswith(b"\x1f\x8b"):
            return _within(body, limit)
        more, rest = _inflated(rest, limit - len(body), zlib.MAX_WBITS | 16)
        body += more
    raise LookFailedError(Reason.UNREADABLE, "a gzip body of too many members")


def _inflated(wire: bytes, limit: int, bits: int) -> tuple[bytes, bytes]:
    """Return one compressed stream's content and what follows the stream."""
    stream = zlib.decompressobj(bits)
    try:
        body = stream.decompress(wire, max(limit, 0) + 1)
    except zlib.error as error:
        raise LookFailedError(Reason.UNREADABLE, "a body that is not compressed as it says") from error
    _within(body, limit)
    if not stream.eof:
        raise LookFailedError(Reason.TRUNCATED, "a compressed body that ends early")
    return body, stream.unused_data


def _within(body: bytes, limit: int) -> bytes:
    if len(body) > limit:
        raise LookFailedError(Reason.TOO_LARGE, f"a body of more than {limit} bytes")
    return body


def _deflate_bits(wire: bytes) -> int:
    """Return zlib's window bits: servers mean both zlib and bare deflate by "deflate"."""
    has_header = wire[0] & 0x0F == 8 and int.from_bytes(wire[:2], "big") % 31 == 0
    return zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS
