"""The service itself: a handful of fixed passes on one clockwork, until it is told to stop.

Whose turn it is stands in the store; here stands only that somebody asks. A pass that is still
running is not started twice, a missed one is made up once, and a bug ends its pass and no other.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from monitor.core.account import way_of_looking
from monitor.core.observation import POLLED_FRESHNESS, Blind, Sight
from monitor.pipeline.faults import Faults
from monitor.pipeline.works import Works
from monitor.store import StoreError, reason

LATE = timedelta(minutes=2)
"""No pass counts as late sooner."""
LATE_LOOK = timedelta(hours=1)
"""No pass of looks does: each host is asked at its own pace, which may take long."""
LOOK = "look_"
"""What the names of passes begin with that look through one collector."""
SEND = "send_"
"""What the names of passes begin with that send by one channel."""
ESSENTIAL = frozenset({"evaluate", "deliver", "digest", "audit"})
"""The passes without which the service must not seem to live; nor without those that send, once they did."""
DRAIN = timedelta(seconds=15)
"""How long running passes may finish after the word to stop."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One kind of work that is asked for again and again."""

    name: str
    """As metrics name it."""
    title: str
    """As people read it."""
    every: timedelta
    work: Callable[[], Awaitable[object]]


class PassTimer(Protocol):
    """What the daemon needs of the metrics."""

    def pass_timer(self, name: str) -> AbstractContextManager[None]:
        """Time a pass and note its success."""


@dataclass(slots=True, kw_only=True)
class Health:
    """What the daemon knows of itself; pages and metrics read it."""

    began_at: datetime
    """When the work began; see `begin`."""
    last_tried: datetime | None = None
    """When a source was last looked at."""
    last_seen: datetime | None = None
    """When a look last saw anything."""
    last_success: dict[str, datetime] = field(default_factory=dict)
    store_problem: str | None = None
    audit_problem: str | None = None
    """What is wrong with the audit log, as far as it was walked."""
    is_opening: bool = False
    """Whether pages are served already, and the work is still to begin."""
    is_stopping: bool = False
    is_standing_by: bool = False
    """Whether another service does the work, and this one waits for its end."""
    lost: int | None = None
    """In how many open cases nothing comes next; None before anybody has looked."""

    def begin(self, now: datetime) -> None:
        """Take down that the work begins now: whoever stood by does none before."""
        self.began_at = now
        self.is_opening = False

    def problems(self, passes: Sequence[Pass], now: datetime) -> tuple[str, ...]:
        """Return what keeps the daemon from being ready, one Chinese sentence each."""
        found = ["服务正在停止。"] if self.is_stopping else []
        if self.is_standing_by:
            return (
                "本机为备用，主用服务停止后自动接替。",
                *([self.store_problem] if self.store_problem else []),
                *found,
            )
        if self.store_problem:
            return (self.store_problem, *found)  # what else is wrong follows from it
        if self.audit_problem:
            found.append(self.audit_problem)
        if self._is_blind(now):
            found.append("近24小时没有一次成功的采集，请检查网络。")
        if self.lost:
            found.append(f"有{self.lost}个事项没有下一步，也无人负责，请查看日志并告知技术人员。")
        if self.is_opening:
            return tuple(found)
        if late := [one.title for one in passes if self.is_late(one, now)]:
            found.append(f"以下任务没有按时完成：{'、'.join(late)}，请查看日志。")
        return tuple(found)

    def looked(self, sight: Sight, now: datetime) -> None:
        """Take down that a look ended."""
        self.last_tried = now
        if not isinstance(sight, Blind):
            self.last_seen = now

    def _is_blind(self, now: datetime) -> bool:
        """Whether looks are made and none has seen anything for a day."""
        return self.last_tried is not None and now - (self.last_seen or self.began_at) > POLLED_FRESHNESS

    def is_well(self, passes: Sequence[Pass], now: datetime) -> bool:
        """Whether the work is done, as far as anybody can be told so: judged, told, and no case forgotten."""
        essential = [one for one in passes if one.name in ESSENTIAL]
        sending = [one for one in passes if one.name.startswith(SEND) and one.name in self.last_success]
        is_begun = all(one.name in self.last_success for one in essential)
        is_done = is_begun and not any(self.is_late(one, now) for one in (*essential, *sending))
        return self.store_problem is None and self.lost == 0 and is_done

    def is_late(self, one: Pass, now: datetime) -> bool:
        """Whether a pass should have succeeded again by now; the first time counts from the beginning of the work."""
        least = LATE_LOOK if one.name.startswith(LOOK) else LATE
        return now - self.last_success.get(one.name, self.began_at) > max(10 * one.every, least)

    def is_starting(self, passes: Sequence[Pass], now: datetime) -> bool:
        """Whether the work has just begun: some of it was not done once, and may still be."""
        if self.is_standing_by or self.is_stopping or self.store_problem:
            return False
        if self.is_opening:
            return True
        return any(one.name not in self.last_success and not self.is_late(one, now) for one in passes)


def passes(works: Works, health: Health) -> tuple[Pass, ...]:
    """Return the fixed passes: looks per collector, judging, writing, sending per channel, and what goes with them."""

    def look(name: str) -> Callable[[], Awaitable[object]]:
        async def work() -> None:
            if health.store_problem is None:
                await works.look([name])

        return work

    def send(name: str) -> Callable[[], Awaitable[object]]:
        async def work() -> None:
            await works.send(name)

        return work

    async def audit() -> None:
        """Count what is lost once everybody due was judged: after a pause much is overdue that nobody forgot."""
        if "evaluate" in health.last_success:
            health.lost = len(await works.audit())

    async def beat() -> None:
        """Be heard outside only while the work is done: silence is the alarm."""
        if health.is_well(everything, works.clock()):
            await works.beat()

    async def self_check() -> None:
        health.store_problem = await works.store_problem()
        if health.store_problem is None:
            health.audit_problem = await works.audit_problem()

    everything = (
        *(
            Pass(
                name=f"{LOOK}{name.replace('-', '_')}",
                title=f"采集{way_of_looking(name)}",
                every=timedelta(seconds=2),
                work=look(name),
            )
            for name in works.collectors
        ),
        Pass(name="watch", title="自我检查", every=timedelta(seconds=30), work=works.watch_over),
        Pass(name="evaluate", title="判定", every=timedelta(seconds=1), work=works.judge_all),
        Pass(name="deliver", title="生成消息", every=timedelta(seconds=2), work=works.write_messages),
        *(
            Pass(name=f"{SEND}{name}", title=f"发送消息（{name}）", every=timedelta(seconds=1), work=send(name))
            for name in works.channels
        ),
        Pass(name="digest", title="每日摘要", every=timedelta(seconds=30), work=works.write_digest),
        Pass(name="prune", title="清理", every=timedelta(hours=1), work=works.prune),
        Pass(name="audit", title="事项清点", every=timedelta(minutes=1), work=audit),
        Pass(name="heartbeat", title="外部心跳", every=timedelta(minutes=1), work=beat),
        Pass(name="self_check", title="自检", every=timedelta(seconds=10), work=self_check),
    )
    return everything


class Daemon:
    """Runs the passes until stopped, then lets running ones finish."""

    def __init__(
        self,
        works: Works,
        health: Health,
        timer: PassTimer,
        faults: Faults,
    ) -> None:
        """Build it from its parts; nothing starts yet."""
        self._works = works
        self._health = health
        self._timer = timer
        self._faults = faults
        self.passes = passes(works, health)
        self._running: dict[str, asyncio.Task[object]] = {}
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """Ask it to stop; running passes finish first."""
        self._health.is_stopping = True
        self._stop.set()

    @property
    def is_stopping(self) -> bool:
        """Whether it has been asked to stop."""
        return self._stop.is_set()

    async def stopped(self) -> None:
        """Return when it has been asked to stop."""
        await self._stop.wait()

    async def run(self) -> None:
        """Run until `stop`, SIGTERM or SIGINT."""
        scheduler = AsyncIOScheduler(
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}, timezone="UTC"
        )
        for one in self.passes:
            trigger = IntervalTrigger(seconds=one.every.total_seconds(), timezone="UTC")
            scheduler.add_job(self._start, trigger, args=[one], id=one.name, next_run_time=self._works.clock())
        with ExitStack() as undo:
            self.listen(undo)
            self._health.begin(self._works.clock())
            scheduler.start()
            _log.info("started", extra={"passes": len(self.passes)})
            await self.stopped()
            scheduler.pause()
        await self._drain()
        scheduler.shutdown(wait=False)
        _log.info("stopped")

    def listen(self, undo: ExitStack) -> None:
        """Have SIGTERM and SIGINT ask it to stop, and SIGHUP end nothing, until it is undone."""
        loop = asyncio.get_running_loop()
        handlers = {signal.SIGTERM: self.stop, signal.SIGINT: self.stop, signal.SIGHUP: _not_reloaded}
        for number, handler in handlers.items():
            loop.add_signal_handler(number, handler)
            undo.callback(loop.remove_signal_handler, number)

    async def _start(self, one: Pass) -> None:
        """Run one pass as a task of its own, unless it still runs.

        The clockwork's end does not cut it off, and it is no news to the clockwork how long it takes.
        """
        if one.name not in self._running:
            self._running[one.name] = task = asyncio.ensure_future(self.once(one))
            task.add_done_callback(lambda _: self._running.pop(one.name))

    async def once(self, one: Pass) -> None:
        """Run one pass; a bug in it is contained, trouble with the database is kept for /readyz."""
        with self._faults.contained(one.name):
            try:
                with self._timer.pass_timer(one.name):
                    await one.work()
            except StoreError as error:
                self._health.store_problem = str(error)
                _log.warning("store", extra={"pass": one.name, "problem": str(error), "reason": reason(error)})
                return
            self._health.last_success[one.name] = self._works.clock()

    async def _drain(self) -> None:
        if self._running:
            await asyncio.wait(self._running.values(), timeout=DRAIN.total_seconds())


def _not_reloaded() -> None:
    """Say that SIGHUP changes nothing: settings are read at the start, whole and checked."""
    _log.warning("SIGHUP ignored", extra={"problem": "设置在启动时读取；改过设置的，请重新启动服务。"})
