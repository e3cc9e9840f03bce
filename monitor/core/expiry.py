"""The authorizations that an account's looks rest on and that end: 授权到期 and 认证到期 of the roster.

The operator is warned ahead. After the end a list may be stale or empty without saying so, and is no evidence that
nothing was published.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from monitor.core.account import Account

AHEAD = (30, 7)
"""How many days before an end the operator is warned."""


@dataclass(frozen=True, slots=True)
class Expiry:
    """Something that holds up to a day, and no longer."""

    what: str
    """As people call it: 授权, 认证."""
    on: date
    """Its last day."""


def endings(account: Account) -> Iterator[Expiry]:
    """Yield what the roster knows to end."""
    if account.grant_until is not None:
        yield Expiry("授权", account.grant_until)
    if account.verified_until is not None:
        yield Expiry("认证", account.verified_until)


def ended(account: Account, today: date) -> Expiry | None:
    """Return what has ended, the first of it; None while all holds."""
    return min((expiry for expiry in endings(account) if expiry.on < today), key=lambda entry: entry.on, default=None)


def is_to_be_told(ending: Expiry, last_told: date, today: date) -> bool:
    """True if the operator is to hear of an end: 30 and 7 days ahead, when it is over, and once a week between."""
    days = [ending.on - timedelta(days=ahead) for ahead in AHEAD]
    is_crossed = any(last_told < day <= today for day in (*days, ending.on + timedelta(days=1)))
    is_new_week = last_told.isocalendar()[:2] != today.isocalendar()[:2]
    return is_crossed or (is_new_week and days[0] <= today)
