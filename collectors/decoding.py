"""Bodies, decompressed within bounds, and whether one that broke off is all there."""

from __future__ import annotations

import re
import zlib

from monitor.core.observation import LookFailedError, Reason

ACCEPTED = "gzip, deflate"
"""The codings a request says it can take; an answer in another coding is unreadable."""
_GZIP = frozenset({"gzip", "x-gzip"})
_DEFLATE = frozenset({"deflate", "x-deflate"})
_FOREIGN = frozenset({"br", "zstd", "compress", "x-compress", "exi", "dcb", "dcz", "pack200-gzip", "aes128gcm"})
"""The other codings of the IANA list. Any other word (`UTF-8`, `none`, `binary`) names no coding."""
_MAGIC = b"\x1f\x8b\x08"
_LAYERS = 2
"""How often one body may be encoded: a server and the one before it. More is how bombs are stacked."""
_MEMBERS = 16
"""How many gzip members one body may have: each costs a copy of what follows it."""
_HEAD_BYTES = 512
_BEGINS = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n\f]{0,300}[<{\[]")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_TAIL_BYTES = 4096
_BEFORE_FIRST = 10
"""How many declarations and comments may stand before the first element."""
_BLANK = re.compile(rb"[ \t\r\n]{0,300}")
_OPENING = re.compile(rb"<([A-Za-z_][\w:.-]{0,60})[\s/>]")
_CLOSING = re.compile(rb"</([A-Za-z_][\w:.-]{0,60})[ \t\r\n]{0,20}>")


def decoded(wire: bytes, encoding: str, limit: int, *, is_part: bool = False) -> bytes:
    """Return the body that came over the wire as `encoding` (the Content-Encoding header, may be empty).

    A word that names no coding means none, and neither does one where the body begins as a document does. gzip
    is recognised without being named, but not in a part of a file (`is_part`), whose bytes may be anything.
    Never holds more than `limit` + 1 bytes of it. Raises LookFailedError: TOO_LARGE, TRUNCATED, and
    UNREADABLE for what is not what it claims to be, or was encoded more than twice.
    """
    codings = _codings(encoding)
    if len(codings) > _LAYERS:
        raise LookFailedError(Reason.UNREADABLE, "a body that was encoded again and again")
    body = wire
    for coding in reversed(codings):
        if body:
            body = _opened(body, coding, limit)
    if not codings and not is_part and body.startswith(_MAGIC):
        body = _gunzipped(body, limit)
    return _within(body, limit)


def is_whole_document(body: bytes) -> bool:
    """True if a body whose end the connection did not announce is a document to its closing sign.

    HTML to `</html>`, XML to the end tag of its first element, JSON to its last bracket; what a server adds
    behind `</html>` (a comment, a counter) may be missing.
    """
    end = body.rstrip(b" \t\r\n\x00")
    begun = _BEGINS.match(end)
    if begun is None:
        return False
    first = end[begun.end() - 1 : begun.end()]
    if first in {b"{", b"["}:
        return end.endswith(b"}" if first == b"{" else b"]")
    closings = list(_CLOSING.finditer(end, max(0, len(end) - _TAIL_BYTES)))
    if any(closing[1].lower() == b"html" for closing in closings):
        return True
    if not closings or closings[-1].end() != len(end):
        return False
    return closings[-1][1] == _first_element(end, begun.end() - 1)


def _first_element(document: bytes, at: int) -> bytes:
    """Return the name of the first element; nothing where too much stands before it."""
    for _ in range(_BEFORE_FIRST):
        element = _OPENING.match(document, at)
        if element:
            return element[1]
        if document[at : at + 2] not in {b"<?", b"<!"}:
            return b""
        closing = b"-->" if document.startswith(b"<!--", at) else b">"
        at = document.find(closing, at) + len(closing)
        beyond = _BLANK.match(document, at)
        at = beyond.end() if beyond else at
    return b""


def _codings(encoding: str) -> list[str]:
    said = (part.partition(";")[0].strip(" \t\"'") for part in encoding.lower().split(","))
    return [coding for coding in said if coding in _GZIP or coding in _DEFLATE or coding in _FOREIGN]


def _opened(body: bytes, coding: str, limit: int) -> bytes:
    """Return what one coding holds; the body itself where it was not applied and a document lies there."""
    if coding in _GZIP and body.startswith(_MAGIC[:2]):
        return _gunzipped(body, limit)
    if coding in _DEFLATE:
        try:
            return _undeflated(body, limit)
        except LookFailedError as failed:
            if failed.reason is Reason.TOO_LARGE or not _begins_as_document(body):
                raise
            return body
    if _begins_as_document(body):
        return body
    raise LookFailedError(Reason.UNREADABLE, "a body that is not compressed as it says, or as nobody asked for")


def _begins_as_document(body: bytes) -> bool:
    return bool(_BEGINS.match(body)) and not _CONTROL.search(body, 0, _HEAD_BYTES)


def _gunzipped(wire: bytes, limit: int) -> bytes:
    body, rest = _inflated(wire, limit, zlib.MAX_WBITS | 16)
    for _ in range(_MEMBERS):
        if not rest.startswith(b"\x1f\x8b"):
            return _within(body, limit)
        more, rest = _inflated(rest, limit - len(body), zlib.MAX_WBITS | 16)
        body += more
    raise LookFailedError(Reason.UNREADABLE, "a gzip body of too many members")


def _undeflated(wire: bytes, limit: int) -> bytes:
    """Return what "deflate" holds: servers mean both zlib's form and the bare one, which may begin like the other."""
    if wire[0] & 0x0F == 8 and int.from_bytes(wire[:2], "big") % 31 == 0:
        try:
            return _inflated(wire, limit, zlib.MAX_WBITS)[0]
        except LookFailedError as failed:
            if failed.reason is not Reason.UNREADABLE:
                raise
    return _inflated(wire, limit, -zlib.MAX_WBITS)[0]


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
