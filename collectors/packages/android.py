"""Android packages (.apk): a manifest, and a signature of any scheme.

A signature is not verified, for that takes the whole file: it is there, or it is not. A package that Android refuses by
its own source (libziparchive, androidfw, PackageInstallerSession; read 2026-11) is not installable: two files of one
name, a manifest in plain text, a part of an app that comes in several packages. It asks neither the type of a
manifest's header nor the method of a stored file; where it is more lenient than anybody's tools, so is this. Formats:
the Android documentation of the APK Signature Schemes, ResourceTypes.h.
"""

from __future__ import annotations

import contextlib
import re
import struct
from collections.abc import Generator, Iterator
from dataclasses import replace
from datetime import datetime

from collectors.packages.archive import LONGEST_FILE, PIECE, Archive, Examining, Piece
from monitor.core.download import AppFault, Download, Link
from monitor.core.observation import LookFailedError, Reason

_MANIFEST = b"AndroidManifest.xml"
_V1 = re.compile(rb"META-INF/[^/]+\.(?:RSA|DSA|EC)", re.IGNORECASE)
_BLOCK_MAGIC = b"APK Sig Block 42"
_SCHEMES = frozenset({0x7109871A, 0xF05368C0, 0x1B93AD61})
"""Ids of the signatures v2, v3 and v3.1 in the signing block."""


def judge(archive: Archive, _: datetime) -> Examining:
    """Return whether a package has what Android installs.

    Raises LookFailedError UNREADABLE for a manifest that is none to us, and perhaps one to Android.
    """
    table = yield from archive.table()
    manifest = table.entries.get(_MANIFEST)
    if manifest is None or table.has_doubles:
        return Download(link=Link.PACKAGE, fault=AppFault.NOT_INSTALLABLE)
    is_signed = any(map(_V1.fullmatch, table.entries)) or (yield from _has_signing_block(archive, table.start))
    axml = yield from archive.content(table, manifest)
    if not axml or _TEXT_MANIFEST.match(axml):
        return Download(link=Link.PACKAGE, is_signed=is_signed, fault=AppFault.NOT_INSTALLABLE)
    about = _about(axml)
    if about is None and len(axml) < LONGEST_FILE:
        raise LookFailedError(Reason.UNREADABLE, "a manifest in no form that is known")
    about = about or {}
    found = Download(link=Link.PACKAGE, package=about.get("package"), version=about.get("version"), is_signed=is_signed)
    if about.keys() & _OF_SEVERAL:
        return replace(found, fault=AppFault.NOT_INSTALLABLE)
    return found if is_signed else replace(found, fault=AppFault.UNSIGNED)


def _has_signing_block(archive: Archive, table: int) -> Generator[Piece, bytes, bool]:
    """True if a signature of a later scheme lies right before the table of contents."""
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

_TEXT_MANIFEST = re.compile(
    rb"(?:\xef\xbb\xbf)?[ \t\r\n]{0,200}<[?!A-Za-z]|\xff\xfe(?:[ \t\r\n]\0){0,200}<\0|\xfe\xff(?:\0[ \t\r\n]){0,200}\0<"
)
_STRINGS, _IDS, _ELEMENT = 0x0001, 0x0180, 0x0102
_TEXT, _NUMBER, _BOOLEAN = 0x03, 0x10, 0x12
_VERSION_CODE, _VERSION_NAME, _SPLIT_REQUIRED = 0x0101021B, 0x0101021C, 0x01010591
_OF_SEVERAL = frozenset({"split", "needs others"})
"""The marks of a manifest whose package is one of several that are installed together."""
_UTF8 = 0x100
_CHUNK_SIZE = 8
_LONGEST_NAME = 255


def _about(axml: bytes) -> dict[str, str] | None:
    """Return `package`, `version` and what `_OF_SEVERAL` names from a manifest; what cannot be read of it is missing.

    None where there is no first element. The version is the name people see, or the code where the name only
    points to another file.
    """
    try:
        root = _root(axml)
    except struct.error:
        return None
    found: dict[str, str] = {}
    with contextlib.suppress(struct.error, IndexError):
        found.update(_of_root(*root))
    return found


def _root(axml: bytes) -> tuple[bytes, bytes, bytes]:
    """Return the first element, and the strings and ids before it; raises struct.error where there is none.

    The header's own type is not asked for, nor are chunks of unknown types: Android passes over both.
    """
    (at,) = struct.unpack_from("<2xH", axml)
    if at < _CHUNK_SIZE:
        raise struct.error
    strings, ids = b"", b""
    while True:
        kind, header, size = struct.unpack_from("<HHI", axml, at)
        chunk = axml[at : at + size]
        if kind == _STRINGS:
            strings = chunk
        elif kind == _IDS:
            ids = chunk[header:]
        elif kind == _ELEMENT:
            return chunk, strings, ids
        at += max(_CHUNK_SIZE, size)


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
        elif meaning == _SPLIT_REQUIRED and kind == _BOOLEAN and value:
            yield "needs others", ""
        elif not meaning and (own := _string(strings, name)) in {"package", "split"}:
            yield own, _string(strings, raw if raw >= 0 else value)
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
