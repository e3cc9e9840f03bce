"""Let go of what is old: a little at a time, so that nobody waits for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from monitor.core.calendar import beijing_date
from monitor.store import Store, Tx, notes, prune

NOTE = "prune"
"""Under which the day of the last full round is remembered."""
ROUND = 100
"""Chunks of one turn; what is left comes with the next."""

Gone = dict[str, int]
"""How many rows went, by what they are called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruner:
    """Deletes what the settings no longer keep."""

    store: Store
    keeping: prune.Keeping
    clock: Callable[[], datetime]

    async def prune_daily(self) -> None:
        """Go through everything once a day, in turns."""
        today = beijing_date(self.clock()).isoformat()
        if await self.store.query(lambda tx: notes.get_note(tx, NOTE)) == today:
            return
        _, is_done = await self.prune(ROUND)
        if is_done:
            await self.store.write(lambda tx: notes.put_note(tx, NOTE, today))

    async def prune(self, chunks: int | None = None) -> tuple[Gone, bool]:
        """Delete at most this number of chunks; return what went, and whether that was all."""
        now, gone, left = self.clock(), dict.fromkeys((part.name for part in prune.PARTS), 0), chunks
        for part in prune.PARTS:
            limit, after = now - part.keep(self.keeping), None
            while ids := await self.store.query(partial(_find, part, limit, after)):
                if left == 0:
                    return gone, False
                gone[part.name] += await self.store.write(partial(_drop, part, ids, limit))
                after = ids[-1]
                left = None if left is None else left - 1
        return gone, True


def _find(part: prune.Part, limit: datetime, after: prune.Id | None, tx: Tx) -> list[prune.Id]:
    return list(part.find(tx, limit, after))


def _drop(part: prune.Part, ids: list[prune.Id], limit: datetime, tx: Tx) -> int:
    dropped = part.drop(tx, ids, limit)
    prune.free_pages(tx)
    return dropped
