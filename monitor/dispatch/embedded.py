"""The looks are made in this process: claimed for each host as there is room, and written as they end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.dispatch.port import LEASE, DispatchHealth, Handler, new_claim
from monitor.store import Store, Tx, due_sources
from monitor.store.due_sources import Capacity, Due


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """Makes the looks itself."""

    store: Store
    handler: Handler
    clock: Callable[[], datetime]
    is_here: bool = True

    async def submit(self, names: Collection[str], may_begin: Callable[[], bool]) -> int:
        """Look at the due sources of these collectors until nobody's turn has come. Raises StoreError."""
        return await self.handler.look(DueSources(store=self.store, names=names, clock=self.clock), may_begin)

    async def tend(self) -> None:
        """Do nothing: what ended with a former process is seen to when this one begins."""

    async def health(self) -> DispatchHealth:
        """Return nothing: there is nobody else to wait for."""
        return DispatchHealth()


@dataclass(frozen=True, slots=True, kw_only=True)
class DueSources:
    """The sources whose turn has come, as long as there are any."""

    store: Store
    names: Collection[str]
    clock: Callable[[], datetime]

    async def take(self, room: Capacity, unlooked: Sequence[Due]) -> tuple[Due, ...]:
        """Claim as many as there is room for; what was claimed and not looked at is free again. Raises StoreError."""
        now, names = self.clock(), list(self.names)

        def claim(tx: Tx) -> tuple[Due, ...]:
            due_sources.release(tx, unlooked)
            return due_sources.claim_due(tx, now, collectors=names, room=room, lease=LEASE, claim=new_claim())

        def is_any_due(tx: Tx) -> bool:
            return bool(unlooked) or due_sources.is_any_due(tx, now, collectors=names, full=room.full)

        return await self.store.write_if(is_any_due, claim) or ()
