"""Apple's property lists, XML and binary, read without trusting their shape.

In a binary list one object may stand for thousands, and two objects may share their bytes, so a small
list can be a very large one once it is read. The sizes of all objects are added up before anything is made of them.
"""

from __future__ import annotations

import plistlib
import struct
from xml.parsers.expat import ExpatError

from collectors.json_body import Fields

_BROKEN = (ExpatError, ValueError, TypeError, LookupError, AttributeError, RecursionError, OverflowError)
"""The errors of plistlib for lists that are none: it checks less than it reads."""
_LONGEST = 1024 * 1024
_OBJECTS = 20_000
_HELD = 2_000_000
"""How many bytes and references all objects of a binary list may hold together."""
_TRAILER = struct.Struct(">6xBBQQQ")
_COUNTED = frozenset(range(0x4, 0xE))
"""The kinds of object that say how much they hold: data, texts, lists, sets, dictionaries."""


def load(body: bytes) -> Fields | None:
    """Return the dictionary that a property list is; None for anything else. Entities are refused by plistlib."""
    if len(body) > _LONGEST or (body.startswith(b"bplist") and not _is_bounded(body)):
        return None
    try:
        value: object = plistlib.loads(body)
    except _BROKEN:
        return None
    return value if isinstance(value, dict) else None


def _is_bounded(body: bytes) -> bool:
    """True if a binary list is no larger read than it may be; False also for one that is none."""
    try:
        offset_size, _, objects, _, table = _TRAILER.unpack(body[-_TRAILER.size :])
        if not 0 < offset_size <= 8 or objects > _OBJECTS:
            return False
        held = 0
        for at in range(table, table + objects * offset_size, offset_size):
            held += _held(body, int.from_bytes(body[at : at + offset_size], "big"))
            if held > _HELD:
                return False
    except (struct.error, IndexError):
        return False
    return True


def _held(body: bytes, at: int) -> int:
    """Return how many bytes, characters or references the object holds that begins at a place."""
    kind, count = body[at] >> 4, body[at] & 0x0F
    if kind not in _COUNTED:
        return 1 << count  # of a number: its length in bytes
    if count < 0x0F:
        return count
    length = 1 << (body[at + 1] & 0x0F)
    return int.from_bytes(body[at + 2 : at + 2 + length], "big")
