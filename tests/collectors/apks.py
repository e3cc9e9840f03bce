"""Small Android packages, made as the real ones are: a manifest in its binary form, and signatures of each scheme."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from collections.abc import Sequence

V2, V3, V31, PADDING = 0x7109871A, 0xF05368C0, 0x1B93AD61, 0x42726577
_MAGIC = b"APK Sig Block 42"
_VERSION_CODE, _VERSION_NAME, _SPLIT_REQUIRED = 0x0101021B, 0x0101021C, 0x01010591


def manifest(
    package: str = "cn.gov.example",
    code: int = 7,
    named: str | None = "2.1.0",
    *,
    utf8: bool = False,
    split: str | None = None,
    needs_others: int | None = None,
    kind: int = 3,
    before: bytes = b"",
) -> bytes:
    """Return a manifest's binary form; without a name, the version's name points to another file.

    `split` and `needs_others` make it one of several packages; `kind` is the type its header says, `before` stands
    before everything else.
    """
    texts = ["versionCode", "versionName", "package", "manifest", package, named or ""]
    texts += ["isSplitRequired", "split", split or ""]
    ids = struct.pack("<HHIII", 0x0180, 8, 8 + 4 * 7, _VERSION_CODE, _VERSION_NAME)
    ids += struct.pack("<IIIII", 0, 0, 0, 0, _SPLIT_REQUIRED)
    attributes = [
        (0, -1, 0x10, code),
        (1, 5 if named else -1, 0x03 if named else 0x01, 5 if named else 0x7F050007),
        (2, 4, 0x03, 4),
    ]
    if split is not None:
        attributes.append((7, 8, 0x03, 8))
    if needs_others is not None:
        attributes.append((6, -1, 0x12, needs_others))
    rows = b"".join(struct.pack("<iIiHBBI", -1, name, raw, 8, 0, what, value) for name, raw, what, value in attributes)
    body = struct.pack("<IiiiHHHHHH", 1, -1, -1, 3, 20, 20, len(attributes), 0, 0, 0) + rows
    element = struct.pack("<HHI", 0x0102, 16, 8 + len(body)) + body
    parts = before + _strings(texts, utf8=utf8) + ids + element
    return struct.pack("<HHI", kind, 8, 8 + len(parts)) + parts


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


def with_method(package: bytes, method: int, *, size: int | None = None, flags: int | None = None) -> bytes:
    """Return the package with another method (compressed size, flags) said of its manifest, in both places."""
    told = bytearray(package)
    for begin, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        name = 30 if begin == b"PK\x03\x04" else 46
        here = package.find(begin)
        while package[here + name : here + name + 19] != b"AndroidManifest.xml":
            here = package.index(begin, here + 1)
        struct.pack_into("<H", told, here + at + 2, method)
        if flags is not None:
            struct.pack_into("<H", told, here + at, flags)
        if size is not None:
            struct.pack_into("<I", told, here + at + 12, size)
    return bytes(told)


def stored(about: bytes | None = None) -> bytes:
    """Return a package whose manifest is not compressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("AndroidManifest.xml", manifest() if about is None else about)
        archive.writestr("META-INF/CERT.RSA", b"a signature")
    return out.getvalue()


def with_double(name: str) -> bytes:
    """Return a package that holds two files of one name."""
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w") as archive:
        warnings.simplefilter("ignore")
        for entry in ("AndroidManifest.xml", "classes.dex", "META-INF/CERT.RSA", name):
            archive.writestr(entry, manifest() if entry.endswith(".xml") else b"x")
    return out.getvalue()
