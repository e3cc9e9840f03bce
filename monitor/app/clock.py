"""The clock: the one place that reads it."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return the moment it is."""
    return datetime.now(UTC)
