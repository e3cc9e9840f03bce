"""Android packages, judged from a few ranges of a large file, and never from the whole of it.

`examine` asks for pieces and is given their bytes; it neither knows nor cares where they come from.
What is looked at: the end of the ZIP (a file whose end is missing was cut off), its table of
contents, the signing block before that table, and the manifest. A signature is not verified, for
that takes the whole file: it is there, or it is not. Hostile files cost at most `MOST` bytes.

Format: APPNOTE.TXT (ZIP), the Android documentation of the APK Signature Schemes, ResourceTypes.h.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace

from monitor.core.download import Download, Fault, Link
from monitor.core.observation import LookFailedError, Reason

PIECE = 64 * 1024
"""The largest range that is asked for."""
MOST = 1_000_000
"""So many bytes of one package are looked at at most."""

Piece = tuple[int, int]
"""Where a range begins and where it ends; the end is not part of it."""
Examining = Generator[Piece, bytes, Download]

_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_END_SIZE = 22
_MANIFEST = b"AndroidManifest.xml"
_V1 = re.compile(rb"META-INF/[^/]+\.(?:RSA|DSA|EC)", re.IGNORECASE)
_BLOCK_MAGIC = b"APK Sig Block 42"
_SCHEMES = frozenset({0x7109871A, 0xF05368C0, 0x1B93AD61})
"""Ids of the signatures v2, v3 and v3.1 in the signing block."""
_LONGEST_MANIFEST = 512 * 1024
_STORED, _DEFLATED = 0, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """What the table of contents says of one file."""

    method: int
    size: int
    """Compressed."""
    offset: int


def begins_as_package(head: bytes) -> bool:
    """Whether a file that begins like this can be a package: a ZIP with something in it."""
    return head.startswith(_LOCAL)


def read_whole(body: bytes) -> Download:
    """Return what a file that lies before us is; raises LookFailedError where it would cost too much."""
    asking = examine(len(body))
    try:
        piece = next(asking)
        while True:
            piece = asking.send(body[slice(*piece)])
    except StopIteration as end:
        found: Download = end.value
        return found


def examine(total: int) -> Examining:
    """Ask for pieces of a file of `total` bytes, and return what it is."""
    return (yield from _Reading(total).package())


class _CutOffError(Exception):
    """What the file says of itself lies beyond its end."""


class _Reading:
    """One file, piece by piece; what was read once is not asked for again."""

    def __init__(self, total: int) -> None:
        self.total = total
        self._read = 0
        self._pieces: list[tuple[int, bytes]] = []

    def package(self) -> Examining:
        bare = Download(link=Link.PACKAGE)
        if not begins_as_package((yield from self.part(0, min(4, self.total)))):
            return replace(bare, fault=Fault.NOT_A_PACKAGE)
        try:
            return (yield from self._package(bare))
        except (_CutOffError, struct.error, zlib.error):
            return replace(bare, fault=Fault.CUT_OFF)

    def _package(self, bare: Download) -> Examining:
        start, size = yield from self._table()
        table = yield from self.part(start, start + size)
        entries = dict(_entries(table))
        manifest = entries.get(_MANIFEST)
        if manifest is None:
            return replace(bare, fault=Fault.NOT_INSTALLABLE)
        is_signed = any(_V1.fullmatch(name) for name in entries) or (yield from self._has_signing_block(start))
        axml = yield from self._content(manifest)
        about = _about(axml)
        found = replace(bare, package=about.get("package"), version=about.get("version"), is_signed=is_signed)
        return found if is_signed else replace(found, fault=Fault.UNSIGNED)

    def _table(self) -> Generator[Piece, bytes, Piece]:
        """Return where the table of contents lies, by the record at the end of the file."""
        from_end = max(0, self.total - PIECE)
        tail = yield from self.part(from_end, self.total)
        at = tail.rfind(_END)
        while at >= 0:
            record = tail[at : at + _END_SIZE]
            if len(record) == _END_SIZE:
                size, start, comment = struct.unpack("<12xIIH", record)
                if from_end + at + _END_SIZE + comment == self.total and start + size == from_end + at:
                    return start, size
            at = tail.rfind(_END, 0, at)
        raise _CutOffError

    def _has_signing_block(self, table: int) -> Generator[Piece, bytes, bool]:
        """Whether a signature of a later scheme lies right before the table of contents."""
        if table < 32:
            return False
        foot = yield from self.part(table - 24, table)
        (size,) = struct.unpack("<Q", foot[:8])
        if foot[8:] != _BLOCK_MAGIC or not 24 <= size <= table - 8:
            return False
        start = table - size - 8
        block = yield from self.part(start, min(table - 24, start + 4 * PIECE))
        at = 8
        while at + 12 <= len(block):
            length, scheme = struct.unpack_from("<QI", block, at)
            if scheme in _SCHEMES:
                return True
            at += 8 + max(4, length)
        return False

    def _content(self, entry: _Entry) -> Generator[Piece, bytes, bytes]:
        """Return a file of the ZIP, unpacked."""
        header = yield from self.part(entry.offset, entry.offset + 30)
        if not header.startswith(_LOCAL):
            raise _CutOffError
        name, extra = struct.unpack("<26xHH", header)
        start = entry.offset + 30 + name + extra
        packed = yield from self.part(start, start + min(entry.size, _LONGEST_MANIFEST))
        if entry.method == _STORED:
            return packed
        if entry.method != _DEFLATED:
            return b""
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, _LONGEST_MANIFEST)

    def part(self, start: int, end: int) -> Generator[Piece, bytes, bytes]:
        """Return a part of the file, from what was read before or in pieces."""
        if not 0 <= start <= end <= self.total:
            raise _CutOffError
        for there, piece in self._pieces:
            if there <= start and end <= there + len(piece):
                return piece[start - there : end - there]
        found = []
        for here in range(start, end, PIECE):
            piece = yield from self._fetched(here, min(end, here + PIECE), whole=end - start >= PIECE)
            found.append(piece)
        return b"".join(found)[: end - start]

    def _fetched(self, start: int, end: int, *, whole: bool) -> Generator[Piece, bytes, bytes]:
        """Return one piece; of a small part the surroundings too, for what comes next mostly lies there."""
        end = end if whole else min(self.total, start + PIECE)
        self._read += end - start
        if self._read > MOST:
            raise LookFailedError(Reason.TOO_LARGE, f"judging the package takes more than {MOST} bytes of it")
        piece = yield start, end
        if len(piece) != end - start:
            raise LookFailedError(Reason.TRUNCATED, "a range that is shorter than it says")
        self._pieces.append((start, piece))
        return piece


def _entries(table: bytes) -> Iterator[tuple[bytes, _Entry]]:
    at = 0
    while at < len(table):
        if table[at : at + 4] != _CENTRAL:
            raise _CutOffError
        method, size, name, extra, comment, offset = struct.unpack_from("<10xH8xI4xHHH8xI", table, at)
        yield table[at + 46 : at + 46 + name], _Entry(method=method, size=size, offset=offset)
        at += 46 + name + extra + comment


# --- the manifest: a binary form of XML ---

_XML, _STRINGS, _IDS, _ELEMENT = 0x0003, 0x0001, 0x0180, 0x0102
_TEXT, _NUMBER = 0x03, 0x10
_VERSION_CODE, _VERSION_NAME = 0x0101021B, 0x0101021C
_UTF8 = 0x100
_LONGEST_NAME = 255


def _about(axml: bytes) -> dict[str, str]:
    """Return `package` and `version` from a manifest; what cannot be read of it is missing.

    The version is the name people see, or the code where the name only points to another file.
    """
    try:
        return dict(_attributes(axml))
    except (struct.error, IndexError):
        return {}


def _attributes(axml: bytes) -> Iterator[tuple[str, str]]:
    kind, header, _ = struct.unpack_from("<HHI", axml)
    if kind != _XML:
        return
    strings, ids, at = b"", b"", header
    while True:
        kind, header, size = struct.unpack_from("<HHI", axml, at)
        chunk = axml[at : at + size]
        if kind == _STRINGS:
            strings = chunk
        elif kind == _IDS:
            ids = chunk[header:]
        elif kind == _ELEMENT:
            yield from _of_root(chunk, strings, ids)
            return
        at += max(8, size)


def _of_root(element: bytes, strings: bytes, ids: bytes) -> Iterator[tuple[str, str]]:
    first, width, count = struct.unpack_from("<HHH", element, 16 + 8)
    code, named = "", ""
    for number in range(min(count, 64)):
        name, raw, kind, value = struct.unpack_from("<4xIi3xBI", element, 16 + first + number * max(20, width))
        (meaning,) = struct.unpack_from("<I", ids, name * 4) if name * 4 + 4 <= len(ids) else (0,)
        if meaning == _VERSION_CODE and kind == _NUMBER:
            code = str(value)
        elif meaning == _VERSION_NAME and kind == _TEXT:
            named = _string(strings, value)
        elif not meaning and _string(strings, name) == "package":
            yield "package", _string(strings, raw if raw >= 0 else value)
    if named or code:
        yield "version", named or code


def _string(pool: bytes, number: int) -> str:
    """Return one of the strings that the manifest's names and texts are numbers of."""
    (header,) = struct.unpack_from("<2xH", pool)
    count, _, flags, start = struct.unpack_from("<IIII", pool, 8)
    if not 0 <= number < count:
        raise IndexError(number)
    (offset,) = struct.unpack_from("<I", pool, header + number * 4)
    at = start + offset
    if flags & _UTF8:
        at += 2 if pool[at] & 0x80 else 1  # how many characters; how many bytes comes next
        length = pool[at]
        if length & 0x80:
            length = (length & 0x7F) << 8 | pool[at + 1]
            at += 1
        return pool[at + 1 : at + 1 + min(length, _LONGEST_NAME)].decode("utf-8", "replace")
    (length,) = struct.unpack_from("<H", pool, at)
    return pool[at + 2 : at + 2 + 2 * min(length, _LONGEST_NAME)].decode("utf-16-le", "replace")
