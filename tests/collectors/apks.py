"""Small Android packages, made as the real ones are: a manifest in its binary form, and signatures of each scheme."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence

V2, V3, V31, PADDING = 0x7109871A, 0xF05368C0, 0x1B93AD61, 0x42726577
_MAGIC = b"APK Sig Block 42"
_VERSION_CODE, _VERSION_NAME = 0x0101021B, 0x0101021C


def manifest(
    package: str = "cn.gov.example", code: int = 7, named: str | None = "2.1.0", *, utf8: bool = False
) -> bytes:
    """Return a manifest's binary form; without a name, the version's name points to another file."""
    texts = ["versionCode", "versionName", "package", "manifest", package, named or ""]
    ids = struct.pack("<HHIII", 0x0180, 8, 16, _VERSION_CODE, _VERSION_NAME)
    attributes = [
        (0, -1, 0x10, code),
        (1, 5 if named else -1, 0x03 if named else 0x01, 5 if named else 0x7F050007),
        (2, 4, 0x03, 4),
    ]
    rows = b"".join(struct.pack("<iIiHBBI", -1, name, raw, 8, 0, kind, value) for name, raw, kind, value in attributes)
    body = struct.pack("<IiiiHHHHHH", 1, -1, -1, 3, 20, 20, len(attributes), 0, 0, 0) + rows
    element = struct.pack("<HHI", 0x0102, 16, 8 + len(body)) + body
    parts = _strings(texts, utf8=utf8) + ids + element
    return struct.pack("<HHI", 0x0003, 8, 8 + len(parts)) + parts


def _strings(texts: Sequence[str], *, utf8: bool) -> bytes:
    pool, offsets = b"", []
    for text in texts:
        offsets.append(len(pool))
        if utf8:
            written = text.encode()
            pool += bytes([len(text), len(written)]) + written + b"\0"
        else:
            pool += struct.pack("<H", len(text)) + text.encode("utf-16-le") + b"\0\0"
    pool += b"\0" * (-len(pool) % 4)
    start = 28 + 4 * len(texts)
    flags = 0x100 if utf8 else 0
    head = struct.pack("<HHIIIIII", 0x0001, 28, start + len(pool), len(texts), 0, flags, start, 0)
    return head + struct.pack(f"<{len(texts)}I", *offsets) + pool


def apk(
    about: bytes | None = None,
    *,
    v1: str | None = "META-INF/CERT.RSA",
    schemes: Sequence[int] = (),
    dex: bool = True,
    names: int = 0,
    filling: int = 0,
) -> bytes:
    """Return a package; `names` more files make its table of contents long, `filling` bytes make it large."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        deflated = zipfile.ZIP_DEFLATED
        archive.writestr("AndroidManifest.xml", manifest() if about is None else about, deflated)
        if dex:
            archive.writestr("classes.dex", b"dex\n035\0" + bytes(100), deflated)
        if filling:
            archive.writestr("assets/film.mp4", bytes(filling))
        for number in range(names):
            archive.writestr(f"res/drawable/picture_{number:06}.png", b"")
        if v1:
            archive.writestr(v1, b"a signature", deflated)
    return with_block(out.getvalue(), schemes) if schemes else out.getvalue()


def with_block(package: bytes, schemes: Sequence[int]) -> bytes:
    """Return the package with a signing block before its table of contents, as the newer schemes have it."""
    end = package.rfind(b"PK\x05\x06")
    (table,) = struct.unpack_from("<I", package, end + 16)
    pairs = b"".join(struct.pack("<QI", 4 + 40, scheme) + bytes(40) for scheme in schemes)
    size = len(pairs) + 24
    block = struct.pack("<Q", size) + pairs + struct.pack("<Q", size) + _MAGIC
    record = bytearray(package[end:])
    struct.pack_into("<I", record, 16, table + len(block))
    return package[:table] + block + package[table:end] + bytes(record)


def without(name: str) -> bytes:
    """Return a package that lacks one of its files."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(apk())) as whole, zipfile.ZipFile(out, "w") as archive:
        for entry in whole.namelist():
            if entry != name:
                archive.writestr(entry, whole.read(entry))
    return out.getvalue()
