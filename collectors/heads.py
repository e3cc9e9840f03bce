"""Heads of answers as servers write them, brought into the form that a strict parser takes.

Browsers read these, so people see the page: the same length twice (RFC 9110, 8.6), a length beside
chunks (RFC 9112, 6.3: the chunks win), `chunked` twice as two layers of servers add it, an empty length,
a status line in small letters or with Chinese words, lines that are no header, blanks before a colon,
folded lines. A head that contradicts itself, two lengths or another coding of the transfer, is left as it is, and the
parser refuses it. The connection must not be used again after mending a head: where the answer ends is no longer
certain.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_END = re.compile(rb"\r?\n\r?\n")
_LINE = re.compile(rb"\r?\n")
_STATUS = re.compile(rb"HTTP/([0-9])(?:\.([0-9]))?[ \t]+([0-9]{3})(?:[ \t].*)?", re.IGNORECASE | re.DOTALL)
_PLAIN_STATUS = re.compile(rb"HTTP/[0-9]\.[0-9] [0-9]{3}(?: [\t -~]*)?")
_BODILESS = frozenset({b"204", b"304"})
_LENGTH, _TRANSFER = b"content-length", b"transfer-encoding"
_AUTHORITY = re.compile(rb"((?:[A-Za-z][A-Za-z0-9+.-]*:)?)([/\\]{2,})([^/\\?#]*)(.*)", re.DOTALL)
_LONGEST_LOCATION = 8_000

Header = tuple[bytes, bytes]


def end_of(received: bytes | bytearray, start: int = 0) -> int:
    """Return where the head ends that bytes begin with, its empty line included; -1 if it does not end yet.

    Up to `start` no empty line was found before.
    """
    found = _END.search(received, max(0, start - 3))
    return found.end() if found else -1


def is_interim(head: bytes | bytearray) -> bool:
    """True if the answer proper is still to come after this head (100, 103); 101 changes the protocol instead."""
    words = head[:40].split(None, 2)
    return len(words) > 1 and len(words[1]) == 3 and words[1].startswith(b"1") and words[1] != b"101"


def mended(head: bytes) -> bytes:
    """Return the head in the form that a strict parser takes; the very same bytes where nothing is to be mended."""
    said, *lines = _LINE.split(head.rstrip(b"\r\n"))
    status = _status(said)
    headers, is_odd = _headers(lines)
    is_odd = is_odd or status != said
    lengths = _said(headers, _LENGTH)
    codings = [piece for piece in _said(headers, _TRANSFER) if piece != b"identity"]
    is_chunked = bool(codings) and set(codings) == {b"chunked"}
    written = [name for name, _ in headers if name.lower() == _LENGTH]
    if lengths and (len(set(lengths)) > 1 or not lengths[0].isdigit()):
        return head  # which of them is meant nobody knows
    if codings and not is_chunked:
        return head
    transfers = [value for name, value in headers if name.lower() == _TRANSFER]
    is_odd = is_odd or len(written) > 1 or len(lengths) != len(written) or bool(is_chunked and lengths)
    is_odd = is_odd or (bool(transfers) and [value.lower() for value in transfers] != [b"chunked"])
    if not is_odd:
        return head
    kept = [(name, value) for name, value in headers if name.lower() not in {_LENGTH, _TRANSFER}]
    if is_chunked:
        kept.append((b"Transfer-Encoding", b"chunked"))
    elif lengths:
        kept.append((b"Content-Length", lengths[0]))
    return b"\r\n".join([status, *(name + b": " + value for name, value in kept), b"", b""])


def body_of(head: bytes) -> int | None:
    """Return how many bytes follow a mended head; None where chunks or the end of the connection tell."""
    status, *lines = _LINE.split(head.rstrip(b"\r\n"))
    if status.split(None, 2)[1:2] and status.split(None, 2)[1] in _BODILESS:
        return 0
    headers, _ = _headers(lines)
    lengths = _said(headers, _LENGTH)
    if len(lengths) != 1 or not lengths[0].isdigit() or _said(headers, _TRANSFER):
        return None
    return int(lengths[0][:20])


def location(said: Sequence[bytes]) -> str | None:
    """Return the address that the Location headers of an answer say; empty for none, None where two differ.

    Bytes that are not ASCII are asked for as they came, percent-encoded, as browsers do: no decoding, so
    none is lost. A host's are a name (UTF-8, else GB18030), for names have a form of their own in addresses.
    """
    found = {_trimmed(piece) for piece in said}
    if len(found) > 1:
        return None
    address = next(iter(found), b"")[:_LONGEST_LOCATION]
    before, mark, after = _parted(address)
    parts = _AUTHORITY.fullmatch(before)
    if parts is None or (parts[1] and parts[1].lower() not in {b"http:", b"https:"}):
        is_foreign = re.match(rb"[A-Za-z][A-Za-z0-9+.-]*:", before) is not None
        return _encoded(before if is_foreign else before.replace(b"\\", b"/")) + mark + _encoded(after)
    path = _encoded(parts[4].replace(b"\\", b"/"))
    return f"{parts[1].decode()}//{_name(parts[3])}{path}{mark}{_encoded(after)}"


def _status(line: bytes) -> bytes:
    """Return a status line as it should be, in ASCII; what is none as it is."""
    found = None if _PLAIN_STATUS.fullmatch(line) else _STATUS.fullmatch(line)
    return b"HTTP/%s.%s %s -" % (found[1], found[2] or b"1", found[3]) if found else line


def _headers(lines: Sequence[bytes]) -> tuple[list[Header], bool]:
    """Return the headers, and whether any line had to be read with indulgence."""
    headers: list[Header] = []
    is_odd = False
    for line in lines:
        if line[:1] in {b" ", b"\t"}:
            is_odd = True
            if headers:
                headers[-1] = headers[-1][0], _value(headers[-1][1] + b" " + _value(line))
            continue
        name, colon, value = line.partition(b":")
        bare = name.rstrip(b" \t")
        if not colon or not _TOKEN.fullmatch(bare):
            is_odd = True
            continue
        is_odd = is_odd or bare != name or b"\r" in value
        headers.append((bare, _value(value)))
    return headers, is_odd


def _value(written: bytes) -> bytes:
    """Return a header's value without what ends a line and the blanks around it."""
    return written.replace(b"\r", b" ").strip(b" \t")


def _said(headers: Sequence[Header], wanted: bytes) -> list[bytes]:
    """Return the members of a header that may be a list, in small letters."""
    values = b",".join(value for name, value in headers if name.lower() == wanted)
    return [one for part in values.split(b",") if (one := part.strip().lower())]


def _trimmed(said: bytes) -> bytes:
    return re.sub(rb"[\t\r\n]", b"", said).strip()


def _parted(address: bytes) -> tuple[bytes, str, bytes]:
    """Return an address up to its parameters or its fragment, the sign that begins them, and the rest."""
    signs = [at for at in (address.find(b"?"), address.find(b"#")) if at >= 0]
    at = min(signs, default=len(address))
    return address[:at], address[at : at + 1].decode(), address[at + 1 :]


def _encoded(part: bytes) -> str:
    return quote(part, safe="".join(map(chr, range(0x21, 0x7F))))


def _name(authority: bytes) -> str:
    """Return a host (with its port) as text."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return authority.decode(encoding)
        except UnicodeDecodeError:
            continue
    return _encoded(authority)
