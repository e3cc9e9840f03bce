"""The codes that an authenticator app shows, made from RFC 6238 by the standard library alone."""

from __future__ import annotations

import base64
import hmac
import struct
from datetime import datetime


def code_at(secret: str, now: datetime) -> str:
    """Return the six digits of a moment."""
    counter = struct.pack(">Q", int(now.timestamp()) // 30)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF
    return f"{number % 10**6:06}"
