"""How late the event loop is: what holds it up holds up every look, page and message."""

from __future__ import annotations

import asyncio
from collections import deque

EVERY = 0.5
"""Seconds between two measurements."""
KEPT = 120
"""The number of measurements that count: those of the last minute, or of longer where the loop was late."""


class LoopLag:
    """How late the running loop comes to what it was asked for."""

    def __init__(self, every: float = EVERY) -> None:
        """Measure nothing yet."""
        self._every = every
        self._late: deque[float] = deque(maxlen=KEPT)

    @property
    def worst(self) -> float | None:
        """By how many seconds the loop was late at most in the last minute; None where nothing was measured."""
        return max(self._late, default=None)

    async def measure(self) -> None:
        """Measure until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + self._every
            await asyncio.sleep(self._every)
            self._late.append(max(0.0, loop.time() - due))
