"""True if the clock can be believed, which must not lie behind what is written; what a wrong one left is put right.

A clock that was ahead for a while, and was put right, has put off everything until then. One that was put back by
mistake would have everything look as if it had not happened yet: who judges by it calls accounts gone, and tells people
everything again. The two are told apart by what is written down: behind the first roster no clock is right, nor is one
with days of work right ahead of it; where nothing is written for days after it, what lies beyond is a wrong clock's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.core.calendar import beijing
from monitor.store import Store, moments
from monitor.store.moments import LEEWAY, WrittenMoments

GAP = timedelta(days=3)
"""So long nothing is written where a wrong clock was put right; where the service is at work, something is."""
LITTLE = timedelta(hours=2)
"""The largest wait for a moment ahead: it will soon be past."""
STEP = timedelta(minutes=1)
"""A clock that goes faster or slower than time by this much has stepped."""
TOLD = timedelta(hours=24)
"""How long it is said that the clock has stepped."""
_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Timekeeper:
    """Watches the clock; asked before every piece of work."""

    store: Store
    clock: Callable[[], datetime]
    ticks: Callable[[], float] | None = None
    """Seconds that pass whatever the clock is put to; None where time stands still until it is moved."""
    stepped: Callable[[timedelta], None] = lambda _: None
    """Told of every step: by how much, to the front or back."""
    problem: str | None = None
    """Why nothing can be done by this clock, as one Chinese sentence."""
    _notice: tuple[str, datetime] | None = None
    _latest: datetime | None = None
    _ticked: float = 0.0

    @property
    def notice(self) -> str | None:
        """The clock's latest jumps, as one Chinese sentence."""
        if self._notice is None or not timedelta() <= self.clock() - self._notice[1] < TOLD:
            return None
        return self._notice[0]

    async def is_right(self) -> bool:
        """Return whether work may be done by the clock, after putting right what a wrong one left. Raises StoreError.

        The database is asked at the beginning, after the clock was put back, and while it is not believed.
        """
        now, before = self.clock(), self._latest
        ticks = self.ticks() if self.ticks else None
        if before is not None and ticks is not None:
            self._say_step(now, (now - before) - timedelta(seconds=ticks - self._ticked))
        elif before is not None and now < before - LEEWAY:
            self._say_step(now, now - before)
        self._latest, self._ticked = now, ticks or 0.0
        if before is None or now < before - LEEWAY or self.problem is not None:
            try:
                await self._examine(now)
            except BaseException:
                self._latest = before  # it is asked again
                raise
        return self.problem is None

    def _say_step(self, now: datetime, by: timedelta) -> None:
        if abs(by) < STEP:
            return
        _log.warning("clock stepped", extra={"seconds": round(by.total_seconds())})
        self.stepped(by)
        self._notice = (f"时钟有跳变：本机时间{'提前' if by > timedelta() else '退后'}了{_length(abs(by))}。", now)

    async def _examine(self, now: datetime) -> None:
        found = await self.store.query(lambda tx: moments.standing(tx, now))
        if found.newest is None or found.newest <= now + LEEWAY:
            self.problem = None
            return
        if _is_behind(found, now):
            if self.problem is None:
                _log.error("clock is behind", extra={"newest": found.newest.isoformat(timespec="seconds")})
            self.problem = (
                f"时钟有跳变：本机时间{beijing(now):%Y-%m-%d %H:%M}早于数据库里已有的记录"
                f"（最近的是{beijing(found.newest):%Y-%m-%d %H:%M}），已停止工作，请校准本机时间。"
            )
            return
        if found.newest - now <= LITTLE:
            await self.store.write(lambda tx: moments.put_off_no_more(tx, now), durable=True)
            self.problem = None
            return
        righted = await self.store.write(lambda tx: moments.put_right(tx, now), durable=True)
        self.problem = None
        _log.warning("clock put right", extra={"cases": righted.cases, "looks": righted.looks})
        said = (
            f"时钟有跳变：有记录写成了{beijing(found.newest):%Y-%m-%d}，比现在晚{_length(found.newest - now)}，"
            f"已按现在的时间更正，{righted.looks}次采集不算数，{righted.cases}个事项按数据已更正办结。"
        )
        self._notice = (said, now)


def _is_behind(found: WrittenMoments, now: datetime) -> bool:
    """True if the clock, and not what lies ahead of it, is wrong."""
    if found.first is not None and now < found.first - LEEWAY:
        return True
    is_far = found.newest is not None and found.newest - now > GAP
    return is_far and found.following is not None and found.following - now < GAP


def _length(time: timedelta) -> str:
    """Return a length in Chinese, in its largest unit."""
    for unit, name in ((timedelta(days=1), "天"), (timedelta(hours=1), "小时")):
        if time >= unit:
            return f"{time // unit}{name}"
    return f"{max(1, time // timedelta(minutes=1))}分钟"
