"""How often, and how many at once: a host is asked no faster than its pace, and left alone when it asks for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from monitor.core.observation import LookFailedError, Reason

LONGEST_REST = timedelta(hours=6)
"""How long a host's Retry-After is honoured at most: a day's mistake in a header must not blind us for a day."""
_LANES = 4096
"""How many lanes are kept; idle ones are forgotten beyond that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How one host is asked; `per_minute=None` knows no spacing."""

    per_minute: float | None = 30
    at_once: int = 2

    @property
    def gap(self) -> float:
        """Seconds between the beginnings of two requests."""
        return 60 / self.per_minute if self.per_minute else 0.0


@dataclass(slots=True)
class HostQueue:
    """How the requests of one look stand: how many wait for their turn, and how many have it."""

    waiting: int = 0
    asking: int = 0

    @property
    def is_waiting(self) -> bool:
        """True if all that is under way waits for its turn."""
        return self.waiting > 0 and not self.asking

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Count what waits as what has its turn."""
        self.waiting -= 1
        self.asking += 1
        try:
            yield
        finally:
            self.asking -= 1
            self.waiting += 1


class Politeness:
    """The lanes, one for each host (and platform, where a platform has a pace of its own)."""

    def __init__(self, pace: Pace, paces: Mapping[str, Pace], *, at_once: int, is_successor: bool = False) -> None:
        """Take the paces; a successor asks no host before its gap is over, for the process before may just have."""
        self._pace = pace
        self._paces = dict(paces)
        self._places = asyncio.Semaphore(at_once)
        self._lanes: dict[tuple[str, str], _Lane] = {}
        self._since = _now() if is_successor else None

    @asynccontextmanager
    async def turn(self, platform: str, host: str, queue: HostQueue) -> AsyncIterator[None]:
        """Wait for a turn at the host, first come, first served, and hold it; the queue tells which.

        Raises LookFailedError RATE_LIMITED, with the rest of the wait, while the host is to be left alone.
        """
        lane = self._lane(platform, host)
        lane.check()
        lane.users += 1
        queue.waiting += 1
        try:
            async with lane.places, lane.begun(self._places):
                with queue.turn():
                    yield
        finally:
            queue.waiting -= 1
            lane.users -= 1

    def rest(self, platform: str, host: str, how_long: timedelta) -> None:
        """Leave the host alone for a while."""
        self._lane(platform, host).rest(how_long)

    def _lane(self, platform: str, host: str) -> _Lane:
        pace = self._paces.get(platform)
        key = (platform if pace else "", host)
        lane = self._lanes.get(key)
        if lane is None:
            if len(self._lanes) >= _LANES:
                self._lanes = {key: lane for key, lane in self._lanes.items() if not lane.is_idle}
            lane = self._lanes[key] = _Lane(pace or self._pace, self._since)
        return lane


class _Lane:
    """One host's turns; all moments are the event loop's."""

    def __init__(self, pace: Pace, since: float | None) -> None:
        self.places = asyncio.Semaphore(pace.at_once)
        self.users = 0
        self._order = asyncio.Lock()
        self._gap = pace.gap
        self._next = 0.0 if since is None else since + pace.gap
        self._resting_until = 0.0

    @property
    def is_idle(self) -> bool:
        return not self.users and _now() >= max(self._next, self._resting_until)

    def check(self) -> None:
        left = self._resting_until - _now()
        if left > 0:
            raise LookFailedError(
                Reason.RATE_LIMITED, "the host asked to be left alone", retry_after=timedelta(seconds=left)
            )

    @asynccontextmanager
    async def begun(self, places: asyncio.Semaphore) -> AsyncIterator[None]:
        """Hold one of the places, from when the gap since the request before is over.

        The gap counts from when that one had all it waited for, however late that was: the next keeps its distance
        from it and not from a plan. Those who rested in the queue learn here that the host asked for a rest.
        """
        async with AsyncExitStack() as held:
            async with self._order:
                self.check()
                if (left := self._next - _now()) > 0:
                    await asyncio.sleep(left)
                await held.enter_async_context(places)
                self.check()
                self._next = _now() + self._gap
            yield

    def rest(self, how_long: timedelta) -> None:
        self._resting_until = max(self._resting_until, _now() + how_long.total_seconds())


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Return the wait that a Retry-After header asks for (seconds or a date), at most LONGEST_REST."""
    if value is None:
        return None
    asked = _seconds(value.strip()) if value.strip().isdecimal() else _until(value, now)
    return None if asked is None else min(max(asked, timedelta()), LONGEST_REST)


def _seconds(digits: str) -> timedelta:
    return timedelta(seconds=int(digits)) if len(digits) < 8 else LONGEST_REST


def _until(date: str, now: datetime) -> timedelta | None:
    try:
        moment = parsedate_to_datetime(date)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    except (ValueError, TypeError, OverflowError):
        return None


def _now() -> float:
    return asyncio.get_running_loop().time()
