"""Where workers make the looks: what those that are gone had is taken back, and the operator hears who is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.core.briefing import unserved_words
from monitor.dispatch.port import Dispatch, DispatchHealth
from monitor.pipeline.compose import UNNUMBERED
from monitor.pipeline.draft import Drafter
from monitor.store import Store, Tx
from monitor.store.notes import get_note, put_note

PATIENCE = timedelta(minutes=10)
"""An exit address without a worker is told of after so long: a machine that starts anew is no news."""
QUIET = timedelta(hours=24)
"""One that was told of is not told of again within this time."""
_TOLD = "unserved:"
"""The beginning of the names of the notes that say when an address was told of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Watches over the workers."""

    store: Store
    dispatch: Dispatch
    drafter: Drafter
    _since: dict[str, datetime] = field(default_factory=dict)

    async def check(self, now: datetime) -> DispatchHealth:
        """Take back what is lost, tell of who is missing for long, and return how it stands. Raises StoreError."""
        await self.dispatch.tend()
        health = await self.dispatch.health()
        for queue in health.queues:
            if queue.is_served:
                self._since.pop(queue.address, None)
            else:
                self._since.setdefault(queue.address, now)
        long = [address for address, since in sorted(self._since.items()) if now - since >= PATIENCE]
        if long:
            await self.store.write_if(lambda tx: self._untold(tx, long, now), lambda tx: self._tell(tx, long, now))
        return health

    def went_back(self, now: datetime) -> None:
        """Have nothing seem to have begun later than now: the clock was put back."""
        self._since.update({address: min(since, now) for address, since in self._since.items()})

    def _untold(self, tx: Tx, addresses: Iterable[str], now: datetime) -> list[str]:
        return [address for address in addresses if not _is_recent(get_note(tx, f"{_TOLD}{address}"), now)]

    def _tell(self, tx: Tx, addresses: Iterable[str], now: datetime) -> None:
        untold = self._untold(tx, addresses, now)
        since = min(self._since[address] for address in untold)
        words = unserved_words(untold, since, UNNUMBERED, self.drafter.composer.setting(now))
        self.drafter.tell_operator(tx, words, "unserved", now)
        for address in untold:
            put_note(tx, f"{_TOLD}{address}", now.isoformat())


def _is_recent(told: str | None, now: datetime) -> bool:
    return told is not None and now - datetime.fromisoformat(told) < QUIET
