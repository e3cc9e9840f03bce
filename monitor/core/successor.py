"""An account that may be a closed one come back: under the platform's same id, or the same name and a new one.

Little can be known: no platform says who stands behind a new account, and a unit may have had two of one name all
along. So it takes the same platform, the same entity (认证主体 or 主办单位) and the same name, no sign that it was
there before the closing, and a post since.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from monitor.core.account import Account
from monitor.core.names import normal
from monitor.core.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Successor:
    """Another account of the roster that may be a closed one come back, and its first post since the closing."""

    account: Account
    first_post_at: datetime
    observation: int
    """The observation that showed that post."""
    had_posts: bool
    """True if posts of it are known that are no newer than the closing."""
    records: tuple[Record, ...] = ()
    """The records of its filing (备案变更), oldest first."""


def may_follow(closed: Account, other: Account) -> bool:
    """True if an account may be a closed one come back, by what the roster says of both."""
    if other.id == closed.id or other.platform is not closed.platform or not other.is_judged:
        return False
    return _has_its_id(other, closed) or (normal(other.name) == normal(closed.name) and _is_same_entity(other, closed))


def comes_back(closed: Account, closed_on: date, successor: Successor) -> bool:
    """True if an account is a closed one come back: there before, under another id, it is none."""
    if _has_its_id(successor.account, closed):
        return True
    opened_on = successor.account.opened_on
    return opened_on >= closed_on if opened_on else not successor.had_posts


def _has_its_id(other: Account, closed: Account) -> bool:
    return closed.platform_id is not None and other.platform_id == closed.platform_id


def _is_same_entity(other: Account, closed: Account) -> bool:
    """True if the same body stands behind both: a unit is known by its area and its name, an entity by its name."""
    entities = [
        {normal(account.verified_entity)} if account.verified_entity else set[str]() for account in (other, closed)
    ]
    if other.area == closed.area:
        for names, account in zip(entities, (other, closed), strict=True):
            names.add(normal(account.unit))
    return not entities[0].isdisjoint(entities[1])
