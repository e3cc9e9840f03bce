"""Look at accounts at once, because somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from monitor.pipeline.align import follow_sources
from monitor.pipeline.look import Looker
from monitor.store.looks import Recorded
from monitor.store.roster import Sources

AT_ONCE = 20
"""How many accounts are looked at between two words of how far it has come."""


async def check(
    looker: Looker, sources: Sources, ids: Sequence[str], tell: Callable[[int, int], object]
) -> Sequence[Recorded]:
    """Look at accounts now and return what was seen, some at a time; `tell` hears how many of how many are done."""
    await looker.store.write(lambda tx: follow_sources(tx, sources, looker.clock()))
    found: list[Recorded] = []
    for start in range(0, len(ids), AT_ONCE):
        batch = ids[start : start + AT_ONCE]
        found += await looker.look_now(batch)
        tell(start + len(batch), len(ids))
    return found
