"""The clock: the one place that reads it."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Return the moment it is."""
    return datetime.now(UTC)


def ticks() -> float:
    """Return seconds since the machine was started, its sleep included, whatever the clock is put to."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
