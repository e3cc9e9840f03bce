"""What collectors keep between their looks, in memory: a restart asks for new visitor cookies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta


class KeptSession:
    """One collector's session for one grant; an implementation of core's `Session`."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.lock = asyncio.Lock()
        """Held by a collector while it gets a new visitor session, so that looks at once get one together."""
        self._clock = clock
        self._kept: dict[str, tuple[str, datetime]] = {}

    def get(self, name: str) -> str | None:
        """Return what was put under the name, unless it is past its time."""
        value, until = self._kept.get(name, (None, None))
        if until is not None and self._clock() >= until:
            self.drop(name)
            return None
        return value

    def put(self, name: str, value: str, keep: timedelta) -> None:
        """Keep a value for a while."""
        self._kept[name] = (value, self._clock() + keep)

    def drop(self, name: str) -> None:
        """Forget a value; forgetting what is not there is fine."""
        self._kept.pop(name, None)


class Sessions:
    """The sessions of all collectors: one for each collector and grant, never shared between owners."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._sessions: dict[tuple[str, str], KeptSession] = {}

    def of(self, collector: str, grant: str = "") -> KeptSession:
        """Return the collector's session for the grant ("" for visitors), the same one each time."""
        key = (collector, grant)
        if key not in self._sessions:
            self._sessions[key] = KeptSession(self._clock)
        return self._sessions[key]
