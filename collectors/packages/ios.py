"""iOS packages (.ipa) that an office gives out itself: an app, its signature, and a profile that has not run out.

Outside Apple's store an app opens only on the devices, and until the day, that the profile in its
package says; when it has run out, the app no longer opens even where it is installed. A signature is
there or is not; it is not verified. Format: Apple's “Placing content in a bundle”; the profile is a
property list in clear inside a signed envelope.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime

from collectors import bodies, plists
from collectors.packages.archive import Archive, Entry, Examining, Piece
from monitor.core.download import Download, Fault, Link

_APP = re.compile(rb"Payload/[^/]+\.app/")
_PROFILE_LIST = re.compile(rb"<\?xml.*?</plist>", re.DOTALL)


def judge(archive: Archive, now: datetime) -> Examining:
    """Return whether a package has what iOS installs outside Apple's store, at the moment `now`."""
    bare = Download(link=Link.PACKAGE)
    files = (yield from archive.table()).entries
    app = next((match[0] for name in files if (match := _APP.match(name))), b"")
    about = files.get(app + b"Info.plist")
    if not app or about is None:
        return replace(bare, fault=Fault.NOT_INSTALLABLE)
    said = plists.load((yield from archive.content(about))) or {}
    found = replace(
        bare,
        package=bodies.words(said.get("CFBundleIdentifier")) or None,
        version=bodies.words(said.get("CFBundleShortVersionString"))
        or bodies.words(said.get("CFBundleVersion"))
        or None,
        is_signed=app + b"_CodeSignature/CodeResources" in files,
    )
    if not found.is_signed:
        return replace(found, fault=Fault.UNSIGNED)
    profile = files.get(app + b"embedded.mobileprovision")
    if profile is None:
        return replace(found, fault=Fault.NOT_INSTALLABLE)
    until = yield from _until(archive, profile)
    is_expired = until is not None and until <= now
    return replace(found, fault=Fault.PROFILE_EXPIRED if is_expired else None, certificate_until=until)


def _until(archive: Archive, profile: Entry) -> Generator[Piece, bytes, datetime | None]:
    """Return when a profile runs out; None if it cannot be read."""
    clear = _PROFILE_LIST.search((yield from archive.content(profile)))
    until = (plists.load(clear[0]) or {}).get("ExpirationDate") if clear else None
    return until.replace(tzinfo=UTC) if isinstance(until, datetime) else None
