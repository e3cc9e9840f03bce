"""When somebody may try to log in, and how long a login lasts."""

from __future__ import annotations

from datetime import datetime, timedelta

FREE = 5
"""Failures of one name, and from one address, after which the next try has to wait."""
FIRST = timedelta(seconds=1)
"""The first wait; each failure more doubles it."""
LONGEST = timedelta(minutes=15)
"""No wait is longer: nobody is locked out for good."""
FORGOTTEN = timedelta(hours=1)
"""The time without a failure after which those before count no more."""
PERIOD = timedelta(minutes=1)
IN_PERIOD = 60
"""Failures of all names from all addresses in a period; more have to wait for the next one."""

IDLE = timedelta(hours=8)
"""How long a login lasts while nothing is done with it, unless the settings say otherwise."""
SHORTEST_IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(days=7)
"""How long it lasts whatever is done with it."""
CONFIRMED = timedelta(minutes=10)
"""How long a proof of who is there is enough for what hands out people's data or changes users."""
LINK = timedelta(minutes=30)
"""How long a one-time link can be used."""


def wait_after(failures: int) -> timedelta:
    """Return how long the next try has to wait after so many failures in a row."""
    if failures < FREE:
        return timedelta()
    doublings = min(failures - FREE, 20)  # beyond that it is the longest anyhow
    return min(LONGEST, FIRST * (1 << doublings))


def is_over(began_at: datetime, active_at: datetime, now: datetime, idle: timedelta) -> bool:
    """True if a login has ended by itself: nothing was done with it for too long, or it is too old."""
    return now - active_at >= idle or now - began_at >= ABSOLUTE
