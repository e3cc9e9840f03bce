"""iOS packages (.ipa) that an office gives out itself: an app, its signature, and a profile for everybody.

Outside Apple's store an app opens only on the devices, and until the day, that the profile in its
package says; when it has run out, the app no longer opens even where it is installed. Only the profile of
an enterprise says all devices (`ProvisionsAllDevices`): those for development and ad hoc name theirs,
those for the store none, and the public can install none of them. A signature is there or is not; it
is not verified. Format: Apple's “Placing content in a bundle”, TN3125 on profiles; a profile is a
property list in clear inside a signed envelope.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

from collectors import json_body, plists
from collectors.packages.archive import Archive, Examining
from monitor.core.download import AppFault, Download, Link
from monitor.core.observation import LookFailedError, Reason

_APP = re.compile(rb"Payload/[^/]+\.app/")
_OPENINGS = (b"<?xml", b"<!DOCTYPE plist", b"<plist")
_CLOSING = b"</plist>"


def judge(archive: Archive, now: datetime) -> Examining:
    """Return whether a package has what iOS installs outside Apple's store, at the moment `now`.

    Raises LookFailedError UNREADABLE for a profile that is none to us, and perhaps one to iOS.
    """
    bare = Download(link=Link.PACKAGE)
    table = yield from archive.table()
    files = table.entries
    app = next((match[0] for name in files if (match := _APP.match(name))), b"")
    about = files.get(app + b"Info.plist")
    if not app or about is None:
        return replace(bare, fault=AppFault.NOT_INSTALLABLE)
    said = plists.load((yield from archive.content(table, about))) or {}
    found = replace(
        bare,
        package=json_body.words(said.get("CFBundleIdentifier")) or None,
        version=json_body.words(said.get("CFBundleShortVersionString"))
        or json_body.words(said.get("CFBundleVersion"))
        or None,
        is_signed=app + b"_CodeSignature/CodeResources" in files,
    )
    if not found.is_signed:
        return replace(found, fault=AppFault.UNSIGNED)
    profile = files.get(app + b"embedded.mobileprovision")
    if profile is None:
        return replace(found, fault=AppFault.NOT_INSTALLABLE)
    says = _clear((yield from archive.content(table, profile)))
    if says is None:
        raise LookFailedError(Reason.UNREADABLE, "a profile in no form that is known")
    ends = says.get("ExpirationDate")
    until = ends.replace(tzinfo=UTC) if isinstance(ends, datetime) else None
    found = replace(found, certificate_until=until)
    if until is not None and until <= now:
        # Said first: then it opens nowhere, not even on the devices it is for.
        return replace(found, fault=AppFault.PROFILE_EXPIRED)
    return replace(found, fault=None if says.get("ProvisionsAllDevices") is True else AppFault.NOT_INSTALLABLE)


def _clear(profile: bytes) -> json_body.Fields | None:
    """Return what a profile says in clear; None if it cannot be read. One pass, however often a list seems to begin."""
    begins = [at for opening in _OPENINGS if (at := profile.find(opening)) >= 0]
    start = min(begins, default=-1)
    end = profile.find(_CLOSING, start)
    return plists.load(profile[start : end + len(_CLOSING)]) if 0 <= start < end else None
