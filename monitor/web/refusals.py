"""Refusals on the audit log: who was turned away, from where; bounded, so that the log does not grow by them alone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from starlette.requests import Request

from monitor.actions.actor import Actor, Origin
from monitor.actions.perform import perform_async
from monitor.actions.turned_away import TurnAwayCommand, turn_away
from monitor.store import Store, StoreError
from monitor.web.connections import home_of

PERIOD = timedelta(hours=1)
MOST = 100
"""The number of refusals that are written down in a period; of one kind from one address, one."""
NOBODY = "未登录"
"""The actor of a refusal: nobody that we know."""


class Refusals:
    """Writes refusals down."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        """Begin with none."""
        self._store = store
        self._clock = clock
        self._said: dict[tuple[str, str, str], datetime] = {}

    async def note(self, request: Request, action: str, why: str) -> None:
        """Write down that a request was refused, unless that was said lately; trouble with the database is not told."""
        now, address = self._clock(), address_of(request)
        self._said = {key: at for key, at in self._said.items() if timedelta() <= now - at < PERIOD}
        key = (home_of(address), action, why)
        if key in self._said or len(self._said) >= MOST:
            return
        self._said[key] = now
        origin = Origin.API if action.startswith("api ") else Origin.SIGNED_LINK
        actor = Actor(name=NOBODY, origin=origin, rights=frozenset(), address=address)
        with suppress(StoreError):
            await perform_async(self._store, turn_away, TurnAwayCommand(action=action, why=why), actor=actor, now=now)


def address_of(request: Request) -> str:
    """Return where a request comes from."""
    return request.client.host if request.client else ""
