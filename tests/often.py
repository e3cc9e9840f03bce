"""How often properties are tried, and how many of the cases of a table."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

THOROUGH = "XUNCHA_THOROUGH"
"""Set, as in `.ci/run`, everything is tried; else a share of it: whoever develops waits for it."""
SHARE = 5
LEAST = 3


def often(times: int) -> int:
    """Return how many examples to try of a property that is worth so many."""
    return times if os.environ.get(THOROUGH) else min(times, max(LEAST, times // SHARE))


def some(values: Sequence[T], place: int) -> Sequence[T]:
    """Return the values to try in one place of many: all of them, or a share, so that the places together try all."""
    return values if os.environ.get(THOROUGH) else values[place % LEAST :: LEAST]
