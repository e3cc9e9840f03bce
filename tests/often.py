"""How often properties are tried."""

from __future__ import annotations

import os

THOROUGH = "XUNCHA_THOROUGH"
"""Set, properties are tried as often as their tests name; else a third of that: whoever develops waits for them."""


def often(times: int) -> int:
    """Return how many examples to try of a property that is worth so many."""
    return times if os.environ.get(THOROUGH) else times // 3
