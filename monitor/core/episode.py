"""Episodes: an account's gaps without updates in a period, as far as what is known shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from monitor.core.calendar import ONE_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One gap that became longer than allowed. Days are calendar dates in Beijing."""

    begun_on: date
    """The day of the last update before it."""
    ended_on: date | None
    """The day of the update that ended it; None while it goes on."""
    days: int
    """d on its last day in the period."""
    over: int
    """How many days of the period were over the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Episodes:
    """The gaps of one account in a period."""

    episodes: tuple[Episode, ...]
    longest: int
    """The longest gap that was open in the period, allowed ones included; 0 without any."""

    @property
    def count(self) -> int:
        """How many gaps were too long."""
        return len(self.episodes)

    @property
    def days_over(self) -> int:
        """How many days of the period were over the limit."""
        return sum(episode.over for episode in self.episodes)


def episodes(posted_on: Iterable[date], *, opened_on: date | None, first: date, last: date, limit: int) -> Episodes:
    """Return the gaps of a period, both days included, with `limit` the last day that is not over.

    Known posts alone are given: whether nothing lies between two of them is for the caller to know. Before its
    opening an account has no gap; without an opening date, none before its first post.
    """
    days = sorted({day for day in posted_on if day <= last})
    starts = [opened_on, *days] if opened_on is not None and (not days or opened_on < days[0]) else days
    found: list[Episode] = []
    longest = 0
    for begun, ended in pairwise([*starts, None]):
        if begun is None or (ended is not None and ended <= first):
            continue
        until = min(last, ended - ONE_DAY) if ended is not None else last
        gap = (until - begun).days
        longest = max(longest, gap)
        over_from = max(first, begun + timedelta(days=limit + 1))
        if over_from <= until:
            over = (until - over_from).days + 1
            found.append(Episode(begun_on=begun, ended_on=ended, days=gap, over=over))
    return Episodes(episodes=tuple(found), longest=longest)
