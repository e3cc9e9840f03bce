"""Reports in the making: a whole county takes a while, so whoever asks waits a moment, and then reads how far it is.

One at a time: two would only make each other late, and everybody who opens a page.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from monitor.actions.refused import RefusedError

Tell = Callable[[int, int], object]
"""Hears how many accounts of how many were read."""
PATIENCE = 8.0
"""Seconds that whoever asks for a report waits for it before they are told how far it is."""
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class ReportInMaking:
    """One report, and how far it is."""

    title: str
    moments: int = 0
    """How many moments are judged."""
    accounts: int = 0
    """How many accounts of the next one were read."""
    number: int | None = None
    """The report's, once it is made."""
    problem: str = ""
    """Why there is none."""

    @property
    def is_over(self) -> bool:
        """True if nothing is being done about it any more."""
        return self.number is not None or bool(self.problem)

    def tell(self, read: int, of: int) -> None:
        """Take in how many accounts were read for one moment; called from the thread that reads."""
        if read >= of:
            self.moments, self.accounts = self.moments + 1, 0
        else:
            self.accounts = read


class ReportWorks:
    """Makes reports, and remembers the last one."""

    def __init__(self, patience: float = PATIENCE) -> None:
        """Begin with none."""
        self._patience = patience
        self._task: asyncio.Task[int] | None = None
        self.last: ReportInMaking | None = None

    async def make(self, title: str, work: Callable[[Tell], Awaitable[int]]) -> int | None:
        """Return the number of the report that `work` makes, None if it takes longer; raises RefusedError."""
        if self._task is not None and not self._task.done() and self.last is not None:
            raise RefusedError(f"正在生成{self.last.title}，完成后再生成其他报表。")
        making = self.last = ReportInMaking(title=title)
        self._task = asyncio.ensure_future(work(making.tell))
        self._task.add_done_callback(lambda task: _ended(making, task))
        done, _ = await asyncio.wait({self._task}, timeout=self._patience)
        return self._task.result() if done else None

    async def rest(self) -> None:
        """Return when nothing is being made."""
        if self._task is not None:
            await asyncio.wait({self._task})


def _ended(making: ReportInMaking, task: asyncio.Task[int]) -> None:
    """Note what came of a report: nobody may be waiting for it any more."""
    error = None if task.cancelled() else task.exception()
    if task.cancelled() or error is not None:
        refused = isinstance(error, RefusedError)
        making.problem = str(error) if refused else "生成时出现错误，没有生成，请重试；仍不行的，请查看日志。"
        if error is not None and not refused:
            _log.error("report not made", exc_info=error)
        return
    making.number = task.result()
