"""The service itself: a handful of fixed passes on one clockwork, until it is told to stop.

Whose turn it is stands in the store; here stands only that somebody asks. A pass that is still
running is not started twice, a missed one is made up once, and a bug ends its pass and no other.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from monitor.pipeline.faults import Faults
from monitor.pipeline.works import Works
from monitor.store import StoreError

DRAIN = timedelta(seconds=30)
"""How long running passes may finish after the word to stop."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One kind of work that is asked for again and again."""

    name: str
    every: timedelta
    work: Callable[[], Awaitable[object]]


class PassTimer(Protocol):
    """What the daemon needs of the metrics."""

    def pass_timer(self, name: str) -> AbstractContextManager[None]:
        """Time a pass and note its success."""


@dataclass(slots=True, kw_only=True)
class Health:
    """What the daemon knows of itself; pages and metrics read it."""

    clock: Callable[[], datetime]
    last_success: dict[str, datetime] = field(default_factory=dict)
    store_problem: str | None = None
    is_stopping: bool = False

    def problems(self, passes: Mapping[str, timedelta], now: datetime) -> tuple[str, ...]:
        """Return what keeps the daemon from being ready, one Chinese sentence each."""
        found = [self.store_problem] if self.store_problem else []
        if self.is_stopping:
            found.append("服务正在停止。")
        late = self.late(passes, now)
        if late:
            found.append(f"以下任务没有按时完成：{'、'.join(late)}。")
        return tuple(found)

    def late(self, passes: Mapping[str, timedelta], now: datetime) -> tuple[str, ...]:
        """Return the passes that should have succeeded again by now."""
        return tuple(name for name, every in passes.items() if self._is_late(name, every, now))

    def _is_late(self, name: str, every: timedelta, now: datetime) -> bool:
        last = self.last_success.get(name)
        return last is None or now - last > max(10 * every, timedelta(minutes=2))


def passes(works: Works, health: Health) -> tuple[Pass, ...]:
    """Return the fixed passes: looks per collector, judging, delivery, digest, self-check."""

    def look(name: str) -> Callable[[], Awaitable[object]]:
        async def work() -> None:
            if health.store_problem is None:
                await works.look([name])

        return work

    async def self_check() -> None:
        health.store_problem = await works.store_problem()

    return (
        *(
            Pass(name=f"look_{name.replace('-', '_')}", every=timedelta(seconds=2), work=look(name))
            for name in works.collectors
        ),
        Pass(name="evaluate", every=timedelta(seconds=1), work=works.judge_all),
        Pass(name="deliver", every=timedelta(seconds=2), work=works.deliver),
        Pass(name="digest", every=timedelta(seconds=30), work=works.write_digest),
        Pass(name="self_check", every=timedelta(seconds=10), work=self_check),
    )


class Daemon:
    """Runs the passes until stopped, then lets running ones finish."""

    def __init__(self, works: Works, health: Health, timer: PassTimer, faults: Faults) -> None:
        """Build it from its parts; nothing starts yet."""
        self._works = works
        self._health = health
        self._timer = timer
        self._faults = faults
        self._passes = passes(works, health)
        self._running: set[asyncio.Task[object]] = set()
        self._stop = asyncio.Event()

    @property
    def periods(self) -> dict[str, timedelta]:
        """How often each pass is asked for, by name."""
        return {one.name: one.every for one in self._passes}

    def stop(self) -> None:
        """Ask it to stop; running passes finish first."""
        self._health.is_stopping = True
        self._stop.set()

    async def run(self) -> None:
        """Run until `stop`, SIGTERM or SIGINT."""
        await self._works.courier.recover(self._works.clock())
        scheduler = AsyncIOScheduler(
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}, timezone="UTC"
        )
        for one in self._passes:
            trigger = IntervalTrigger(seconds=one.every.total_seconds(), timezone="UTC")
            scheduler.add_job(self._once, trigger, args=[one], id=one.name, next_run_time=self._works.clock())
        with ExitStack() as undo:
            self._listen(undo)
            scheduler.start()
            _log.info("started", extra={"passes": len(self._passes)})
            await self._stop.wait()
            scheduler.pause()
        await self._drain()
        scheduler.shutdown(wait=False)
        _log.info("stopped")

    def _listen(self, undo: ExitStack) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
            undo.callback(loop.remove_signal_handler, number)

    async def _once(self, one: Pass) -> None:
        """Run one pass as a task of its own, so that the clockwork's end does not cut it off."""
        task = asyncio.ensure_future(self._guarded(one))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.shield(task)

    async def _guarded(self, one: Pass) -> None:
        with self._faults.contained(one.name):
            try:
                with self._timer.pass_timer(one.name):
                    await one.work()
            except StoreError as error:
                self._health.store_problem = str(error)
                _log.warning("store", extra={"pass": one.name, "problem": str(error)})
                return
            self._health.last_success[one.name] = self._works.clock()

    async def _drain(self) -> None:
        if self._running:
            await asyncio.wait(self._running, timeout=DRAIN.total_seconds())
