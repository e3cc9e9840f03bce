"""How late the event loop is, measured on a loop that is held up on purpose."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress

from monitor.app.lag import LoopLag


async def until_late(lag: LoopLag, seconds: float) -> float:
    """Return the worst lag as soon as it is so long."""
    async with asyncio.timeout(60):
        while (worst := lag.worst) is None or worst < seconds:
            await asyncio.to_thread(lambda: None)
    return worst


async def test_a_loop_that_was_held_up_is_said_to_have_been_late_by_as_much() -> None:
    lag = LoopLag(every=0.001)
    assert lag.worst is None
    measuring = asyncio.create_task(lag.measure())
    await until_late(lag, 0.0)
    threading.Event().wait(0.2)  # what holds a loop up: it blocks its thread
    assert await until_late(lag, 0.1) < 60
    measuring.cancel()
    with suppress(asyncio.CancelledError):
        await measuring
