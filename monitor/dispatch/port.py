"""The port: who has due sources looked at. Both sides hand what they claim to the same handler."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from monitor.store.due_sources import Capacity, Due

LEASE = timedelta(minutes=10)
"""How long a claimed source is left to who claimed it; longer than any look takes with those before it at its host."""


class Supply(Protocol):
    """Where a handler has its looks from."""

    @property
    def names(self) -> Collection[str]:
        """The collectors whose sources it gives out."""

    async def take(self, room: Capacity, unlooked: Sequence[Due]) -> tuple[Due, ...]:
        """Return sources to look at now, claimed, and give back those that were not looked at. Raises StoreError."""


class Handler(Protocol):
    """Looks at what a supply gives out and keeps what was seen, as looks end."""

    async def look(self, supply: Supply, may_begin: Callable[[], bool] = lambda: True) -> int:
        """Return how many looks were made, once the supply gives nothing more. Raises StoreError."""

    def reach(self, names: Collection[str]) -> int:
        """Return how many looks at one host are worth having under way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """How it stands with the looks that are to be made by one exit address."""

    address: str
    is_served: bool
    """True if a worker is there to make them."""
    jobs: int
    """How many batches of looks wait for it."""
    oldest: timedelta | None
    """How long the oldest of them has waited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchHealth:
    """How it stands with the looks that others make."""

    queues: tuple[Queue, ...] = ()
    last_tried: datetime | None = None
    """When anybody looked at a source last; None where the process itself knows."""
    last_seen: datetime | None = None
    """When a look of anybody last saw something."""


class Dispatch(Protocol):
    """Has due sources looked at."""

    @property
    def is_here(self) -> bool:
        """True if the looks are made in this process, so that whatever ends it may have been one of them."""

    async def submit(self, names: Collection[str], may_begin: Callable[[], bool]) -> int:
        """Have the due sources of these collectors looked at; return how many were given out. Raises StoreError."""

    async def tend(self) -> None:
        """Take back what was given out to somebody who is gone. Raises StoreError."""

    async def health(self) -> DispatchHealth:
        """Return how it stands. Raises StoreError."""


def new_claim() -> str:
    """Return the name of a claim, as nobody else has one."""
    return secrets.token_urlsafe(12)
