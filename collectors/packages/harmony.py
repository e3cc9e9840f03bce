"""HarmonyOS packages (.hap): a module's description and a signing block.

A signature is there or is not; it is not verified. A bundle of packages (.app) is what the store is given,
and phones do not install it. Format: the signer of OpenHarmony, developtools_hapsigner (2026-08).
"""

from __future__ import annotations

import json
from collections.abc import Generator
from dataclasses import replace
from datetime import datetime

from collectors import json_body
from collectors.packages.archive import Archive, Examining, Piece
from monitor.core.download import AppFault, Download, Link

_STAGE, _FA = b"module.json", b"config.json"
"""The description in packages of the present model, and of the one before."""
_FOOT_SIZE = 32
_MAGICS = frozenset({b"<hap sign block>", b"HAP Sig Block 42"})


def judge(archive: Archive, _: datetime) -> Examining:
    """Return whether a package has what HarmonyOS installs."""
    table = yield from archive.table()
    described = table.entries.get(_STAGE) or table.entries.get(_FA)
    if described is None:
        return Download(link=Link.PACKAGE, fault=AppFault.NOT_INSTALLABLE)
    app = _app((yield from archive.content(table, described)))
    found = Download(
        link=Link.PACKAGE,
        package=json_body.words(app.get("bundleName")) or None,
        version=_version(app) or None,
        is_signed=(yield from _has_signing_block(archive, table.start)),
    )
    return found if found.is_signed else replace(found, fault=AppFault.UNSIGNED)


def _app(description: bytes) -> json_body.Fields:
    try:
        return json_body.fields(json_body.dig(json.loads(description), "app"))
    except (ValueError, RecursionError):
        return {}


def _version(app: json_body.Fields) -> str:
    """Return the version that people see, or its code."""
    named = json_body.words(app.get("versionName")) or json_body.words(json_body.dig(app, "version", "name"))
    return named or json_body.words(app.get("versionCode")) or json_body.words(json_body.dig(app, "version", "code"))


def _has_signing_block(archive: Archive, table: int) -> Generator[Piece, bytes, bool]:
    """True if a signature lies right before the table of contents: count, size, name and version end it."""
    if table < _FOOT_SIZE:
        return False
    foot = yield from archive.part(table - _FOOT_SIZE, table)
    return foot[12:28] in _MAGICS
