"""Days that somebody wrote into a form or an address: real ones, of years that anything here can be of."""

from __future__ import annotations

from datetime import date

EARLIEST, LATEST = date(1970, 1, 2), date(2999, 12, 31)
"""A slip in a field for days gives 0026 or 9999: at the ends of the calendar nothing can be reckoned any more."""


def written_day(text: str) -> date:
    """Return a day as fields of forms write it; raises ValueError for what is none, and for years of no use."""
    day = date.fromisoformat(text)
    if not EARLIEST <= day <= LATEST:
        message = f"{text} is out of range"
        raise ValueError(message)
    return day
