"""Codes that a phone's camera reads, drawn into the page itself: the secret in them goes to no other address."""

from __future__ import annotations

from io import BytesIO

import segno
from markupsafe import Markup

_QUIET = 4
"""Modules of white around a code, without which cameras do not find it."""


def scan_code(text: str, label: str) -> Markup:
    """Return the code of a text as an SVG element without styles or scripts; `label` says what it is, to be read out.

    Raises segno.DataOverflowError where the text is longer than any code holds (some 2,300 bytes).
    """
    drawn = BytesIO()
    segno.make_qr(text, error="m").save(
        drawn,
        kind="svg",
        xmldecl=False,
        svgns=False,
        omitsize=True,
        border=_QUIET,
        light="#fff",
        svgclass="scan",
        lineclass=None,
    )
    opened = Markup('<svg role="img" aria-label="{}" ').format(label)
    return opened + Markup(drawn.getvalue().decode().removeprefix("<svg "))  # noqa: S704 - segno's own drawing
