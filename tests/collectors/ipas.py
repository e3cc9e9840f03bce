"""Small iOS packages, install manifests and profiles, made as the real ones are."""

from __future__ import annotations

import io
import plistlib
import zipfile
from datetime import datetime

UNTIL = datetime(2027, 3, 1)  # noqa: DTZ001 - property lists know no zone; it is UTC
APP = "Payload/Example.app/"


def about(package: str = "cn.gov.example", version: str = "3.2.1", *, binary: bool = True, **more: object) -> bytes:
    """Return an app's Info.plist."""
    said = {"CFBundleIdentifier": package, "CFBundleShortVersionString": version, "CFBundleVersion": "321", **more}
    return plistlib.dumps(said, fmt=plistlib.FMT_BINARY if binary else plistlib.FMT_XML)


def profile(until: datetime | None = UNTIL, said: dict[str, object] | None = None) -> bytes:
    """Return a provisioning profile: a property list in clear between the bytes of a signed envelope.

    An enterprise's, unless `said` says otherwise.
    """
    said = {"Name": "示例局内部分发"} | ({"ProvisionsAllDevices": True} if said is None else said)
    if until:
        said["ExpirationDate"] = until
    return b"0\x80\x06\t*\x86H\x86\xf7\r\x01\x07\x02\xa0\x800\x80" + plistlib.dumps(said) + bytes(range(256)) * 8


def ipa(
    info: bytes | None = None,
    *,
    until: datetime | None = UNTIL,
    without: tuple[str, ...] = (),
    embedded: bytes | None = None,
    filling: int = 0,
    names: int = 0,
) -> bytes:
    """Return a package; `embedded` is its profile, `without` leaves files out.

    `filling` bytes and `names` more files make it large.
    """
    files = {
        f"{APP}_CodeSignature/CodeResources": b"a signature",
        f"{APP}Base.lproj/Main.storyboardc/Info.plist": about("not.the.app"),
        f"{APP}embedded.mobileprovision": profile(until) if embedded is None else embedded,
        f"{APP}PlugIns/Share.appex/embedded.mobileprovision": profile(said={"ProvisionedDevices": ["0" * 40]}),
        f"{APP}Info.plist": about() if info is None else info,
        f"{APP}Watch/Clock.app/Info.plist": about("cn.gov.example.watch"),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("Payload/", b"")
        if filling:
            archive.writestr(f"{APP}Example", bytes(filling))
        for number in range(names):
            archive.writestr(f"{APP}Assets/picture_{number:06}.png", b"")
        for name, content in files.items():
            if name.removeprefix(APP) not in without:
                archive.writestr(name, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def manifest(url: str = "https://www.example.gov.cn/app.ipa", package: str = "cn.gov.example") -> bytes:
    """Return the manifest that an install link names."""
    assets = [
        {"kind": "display-image", "url": "https://www.example.gov.cn/57.png"},
        {"kind": "software-package", "url": url},
    ]
    metadata = {"bundle-identifier": package, "bundle-version": "3.2.1", "kind": "software", "title": "掌上示例"}
    return plistlib.dumps({"items": [{"assets": assets, "metadata": metadata}]})
