"""Small HarmonyOS packages, made as the real ones are: a module's description, and a signing block."""

from __future__ import annotations

import io
import json
import struct
import zipfile

V3, V2 = b"<hap sign block>", b"HAP Sig Block 42"


def hap(
    *,
    magic: bytes | None = V3,
    is_stage: bool = True,
    is_bundle: bool = False,
    description: bytes | None = None,
    filling: int = 0,
    names: int = 0,
) -> bytes:
    """Return a package; a bundle holds packages and no module of its own."""
    app: dict[str, object] = {"bundleName": "cn.gov.example", "versionCode": 321, "versionName": "3.2.1"}
    if not is_stage:
        app = {"bundleName": "cn.gov.example", "version": {"code": 321, "name": "3.2.1"}}
    said = json.dumps({"app": app, "module": {"name": "entry"}}).encode() if description is None else description
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        if filling:
            archive.writestr("resources/rawfile/film.mp4", bytes(filling))
        for number in range(names):
            archive.writestr(f"resources/base/media/picture_{number:06}.png", b"")
        archive.writestr("ets/modules.abc", b"PANDA" + bytes(200))
        if is_bundle:
            archive.writestr("entry-default.hap", b"PK\x03\x04")
        else:
            archive.writestr("module.json" if is_stage else "config.json", said, zipfile.ZIP_DEFLATED)
        archive.writestr("pack.info", json.dumps({"summary": {"app": {"bundleName": "cn.gov.example"}}}))
    return _signed(out.getvalue(), magic) if magic else out.getvalue()


def _signed(package: bytes, magic: bytes) -> bytes:
    """Return the package with a signing block before its table of contents."""
    end = package.rfind(b"PK\x05\x06")
    (table,) = struct.unpack_from("<I", package, end + 16)
    content = b"a signature" * 20
    block = content + struct.pack("<IQ", 1, len(content) + 32) + magic + struct.pack("<I", 3)
    record = bytearray(package[end:])
    struct.pack_into("<I", record, 16, table + len(block))
    return package[:table] + block + package[table:end] + bytes(record)
