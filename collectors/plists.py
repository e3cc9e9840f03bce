"""Apple's property lists, XML and binary, read without trusting their shape."""

from __future__ import annotations

import plistlib
from xml.parsers.expat import ExpatError

from collectors.bodies import Fields

_BROKEN = (ExpatError, ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError)
"""What plistlib raises for lists that are none: it checks less than it reads."""


def load(body: bytes) -> Fields | None:
    """Return the dictionary that a property list is; None for anything else. Entities are refused by plistlib."""
    try:
        value: object = plistlib.loads(body)
    except _BROKEN:
        return None
    return value if isinstance(value, dict) else None
