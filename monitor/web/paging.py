"""Numbers that somebody wrote into an address."""

from __future__ import annotations

_DIGITS = 9
"""Longer numbers are neither pages nor cases."""


def whole(written: str) -> int:
    """Return a whole number that somebody wrote into an address; 0 for everything else, and for those without end."""
    return int(written) if written.isascii() and written.isdigit() and len(written) <= _DIGITS else 0
