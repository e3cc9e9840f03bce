"""Android packages (.apk): a manifest, and a signature of any scheme.

A signature is not verified, for that takes the whole file: it is there, or it is not. Formats: the
Android documentation of the APK Signature Schemes, ResourceTypes.h.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Generator, Iterator
from dataclasses import replace
from datetime import datetime

from collectors.packages.archive import PIECE, Archive, Examining, Piece
from monitor.core.download import Download, Fault, Link

_MANIFEST = b"AndroidManifest.xml"
_V1 = re.compile(rb"META-INF/[^/]+\.(?:RSA|DSA|EC)", re.IGNORECASE)
_BLOCK_MAGIC = b"APK Sig Block 42"
_SCHEMES = frozenset({0x7109871A, 0xF05368C0, 0x1B93AD61})
"""Ids of the signatures v2, v3 and v3.1 in the signing block."""


def judge(archive: Archive, _: datetime) -> Examining:
    """Return whether a package has what Android installs."""
    table = yield from archive.table()
    manifest = table.entries.get(_MANIFEST)
    if manifest is None:
        return Download(link=Link.PACKAGE, fault=Fault.NOT_INSTALLABLE)
    is_signed = any(map(_V1.fullmatch, table.entries)) or (yield from _has_signing_block(archive, table.start))
    about = _about((yield from archive.content(manifest)))
    found = Download(link=Link.PACKAGE, package=about.get("package"), version=about.get("version"), is_signed=is_signed)
    return found if is_signed else replace(found, fault=Fault.UNSIGNED)


def _has_signing_block(archive: Archive, table: int) -> Generator[Piece, bytes, bool]:
    """Whether a signature of a later scheme lies right before the table of contents."""
    if table < 32:
        return False
    foot = yield from archive.part(table - 24, table)
    (size,) = struct.unpack("<Q", foot[:8])
    if foot[8:] != _BLOCK_MAGIC or not 24 <= size <= table - 8:
        return False
    start = table - size - 8
    block = yield from archive.part(start, min(table - 24, start + 4 * PIECE))
    at = 8
    while at + 12 <= len(block):
        length, scheme = struct.unpack_from("<QI", block, at)
        if scheme in _SCHEMES:
            return True
        at += 8 + max(4, length)
    return False


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
