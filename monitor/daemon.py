"""The service itself: a handful of fixed passes on one clockwork, until it is told to stop.

The turn of each source stands in the store; this pass only asks for it. A pass that is still
running is not started twice, a missed one is made up once, and a bug ends its pass and no other.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from monitor.core.account import way_of_looking
from monitor.core.observation import POLLED_FRESHNESS, Blind, Sight
from monitor.dispatch.port import DispatchHealth, Queue
from monitor.pipeline.faults import Faults
from monitor.pipeline.passes import Passes
from monitor.store import StoreError
from monitor.store.faults import reason

LATE = timedelta(minutes=2)
"""No pass counts as late sooner."""
LATE_LOOK = timedelta(hours=1)
"""No pass of looks does: each host is asked at its own pace, which may take long."""
LOOK = "look_"
"""The prefix of the names of passes that look through one collector."""
SEND = "send_"
"""The prefix of the names of passes that send by one channel."""
ESSENTIAL = frozenset({"evaluate", "deliver", "digest", "audit"})
"""The passes without which the service must not seem to live; nor without those that send, once they did."""
DRAIN = timedelta(seconds=15)
"""How long running passes may finish after the word to stop."""
SILENT_DRAIN = timedelta(seconds=3)
"""The same where the database does not answer, which is found out in as long."""
LAST_WORDS = timedelta(seconds=3)
"""How long those that are cut off then may write down how far they got."""
_GLANCE = 1.0
"""Seconds between two glances at the clock."""
_BACK = timedelta(seconds=10)
"""A clock that goes back by less is waited for."""
SELF_CHECK = "self_check"
SILENCE = timedelta(seconds=5)
"""After so long without an answer the database counts as silent."""
OUTBOX_PATIENCE = timedelta(hours=2)
"""How long a message that could have left may wait before the service no longer counts as ready."""
STUCK = "有消息超过2小时没有发出，请查看发送记录。"
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
    """The parts of the metrics that the daemon needs."""

    def pass_timer(self, name: str) -> AbstractContextManager[None]:
        """Time a pass and note its success."""


@dataclass(slots=True, kw_only=True)
class Health:
    """The daemon's state of itself; pages and metrics read it."""

    began_at: datetime
    """When the work began; see `begin`."""
    last_tried: datetime | None = None
    """When a source was last looked at."""
    last_seen: datetime | None = None
    """When a look last saw anything."""
    last_success: dict[str, datetime] = field(default_factory=dict)
    audit_problem: str | None = None
    """The trouble of the audit log, as far as it was walked."""
    troubles: dict[str, str] = field(default_factory=dict)
    """The troubles of the database, by the passes that found them: each takes back its own."""
    failures: int = 0
    """How often any pass found the database in trouble."""
    asked_at: float | None = None
    """Since when the database owes the self-check an answer, by a clock that nobody puts right."""
    oldest_waiting: timedelta | None = None
    """How long the message has waited that could have left first; None where none waits."""
    is_opening: bool = False
    """True if pages are served already, and the work is still to begin."""
    is_stopping: bool = False
    is_standing_by: bool = False
    """True if another service does the work, and this one waits for its end."""
    queues: tuple[Queue, ...] = ()
    """How it stands with the workers; empty where this process makes the looks itself."""
    lost: int | None = None
    """In how many open cases nothing comes next; None before anybody has looked."""
    clock_problem: Callable[[], str | None] = lambda: None
    """Tells why nothing can be done by the clock, in one sentence."""
    clock_notice: Callable[[], str | None] = lambda: None
    """Tells what the clock did lately."""

    def begin(self, now: datetime) -> None:
        """Take down that the work begins now: a process that stood by does none before."""
        self.began_at = now
        self.is_opening = False

    def went_back(self, now: datetime) -> None:
        """Have nothing that was done seem to lie ahead: the clock was put back."""
        self.began_at = min(self.began_at, now)
        self.last_tried, self.last_seen = (moment and min(moment, now) for moment in (self.last_tried, self.last_seen))
        self.last_success = {name: min(at, now) for name, at in self.last_success.items()}

    @property
    def notices(self) -> tuple[str, ...]:
        """Troubles that people should know of though work goes on."""
        said = self.clock_notice()
        return (said,) if said and self.clock_problem() is None else ()

    @property
    def store_problem(self) -> str | None:
        """The trouble of the database, in one sentence; while there is any, nothing is fetched."""
        if self.asked_at is not None and monotonic() - self.asked_at > SILENCE.total_seconds():
            return next(iter(self.troubles.values()), "数据库没有答复，请检查数据库服务器。")
        return next(iter(self.troubles.values()), None)

    def failed(self, name: str, problem: str, said: str = "") -> None:
        """Take down that a pass could not use the database, which is believed again after a thorough try too.

        The driver's message is logged with the first trouble; those that follow from it are not news.
        """
        if not self.troubles:
            _log.warning("store", extra={"pass": name, "problem": problem, "reason": said})
        self.failures += 1
        self.troubles[name] = problem
        self.troubles.setdefault(SELF_CHECK, problem)

    def worked(self, name: str) -> None:
        """Take down that a pass has really written again, or had read what it needed."""
        if self.troubles.pop(name, None) and not self.troubles:
            _log.info("store works again", extra={"pass": name})

    def begins_anew(self, name: str) -> None:
        """Take down that the database works, no matter which pass said otherwise before."""
        if self.troubles:
            self.troubles.clear()
            _log.info("store works again", extra={"pass": name})

    def may_look(self, name: str) -> bool:
        """True if nobody but this pass itself has found the database in trouble."""
        return self.store_problem is None or (self.asked_at is None and self.troubles.keys() <= {name})

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
            return (self.store_problem, *found)  # the other troubles follow from it
        if said := self.clock_problem():
            return (said, *found)  # and from this too
        if self.audit_problem:
            found.append(self.audit_problem)
        if unserved := [queue.address for queue in self.queues if not queue.is_served]:
            found.append(f"出口地址{'、'.join(unserved)}没有采集进程在运行，请检查该处的 xuncha worker。")
        if self._is_blind(now):
            found.append("近24小时没有一次成功的采集，请检查网络。")
        if self.lost:
            found.append(f"有{self.lost}个事项没有下一步，也无人负责，请查看日志并告知技术人员。")
        if self.oldest_waiting is not None and self.oldest_waiting > OUTBOX_PATIENCE:
            found.append(STUCK)
        if self.is_opening:
            return tuple(found)
        if late := [pass_.title for pass_ in passes if self.is_late(pass_, now)]:
            found.append(f"以下任务没有按时完成：{'、'.join(late)}，请查看日志。")
        return tuple(found)

    def looked(self, sight: Sight, now: datetime) -> None:
        """Take down that a look ended."""
        self.last_tried = now
        if not isinstance(sight, Blind):
            self.last_seen = now

    def tended(self, dispatched: DispatchHealth) -> None:
        """Take down how it stands with the workers, and how lately they saw anything."""
        self.queues = dispatched.queues
        self.last_tried = dispatched.last_tried or self.last_tried
        self.last_seen = dispatched.last_seen or self.last_seen

    def _is_blind(self, now: datetime) -> bool:
        """True if looks are made and none has seen anything for a day."""
        return self.last_tried is not None and now - (self.last_seen or self.began_at) > POLLED_FRESHNESS

    def is_well(self, passes: Sequence[Pass], now: datetime) -> bool:
        """True if the work is done, as far as anybody can be told so: judged, told, and no case forgotten."""
        essential = [pass_ for pass_ in passes if pass_.name in ESSENTIAL]
        sending = [pass_ for pass_ in passes if pass_.name.startswith(SEND) and pass_.name in self.last_success]
        is_begun = all(pass_.name in self.last_success for pass_ in essential)
        is_done = is_begun and not any(self.is_late(pass_, now) for pass_ in (*essential, *sending))
        is_usable = self.store_problem is None and self.clock_problem() is None
        return is_usable and self.lost == 0 and is_done

    def is_late(self, pass_: Pass, now: datetime) -> bool:
        """True if a pass should have succeeded again by now; the first time counts from the beginning of the work."""
        least = LATE_LOOK if pass_.name.startswith(LOOK) else LATE
        return now - self.last_success.get(pass_.name, self.began_at) > max(10 * pass_.every, least)

    def is_starting(self, passes: Sequence[Pass], now: datetime) -> bool:
        """True if the work has just begun: some of it was not done once, and may still be."""
        if self.is_standing_by or self.is_stopping or self.store_problem:
            return False
        if self.is_opening:
            return True
        return any(pass_.name not in self.last_success and not self.is_late(pass_, now) for pass_ in passes)


Work = Callable[[], Awaitable[object]]
"""The function that a pass runs when its time has come."""


def _looking(run: Passes, health: Health, pass_name: str, name: str) -> Work:
    """Return looking through one collector; after trouble with the database only once that is over.

    While there is any nothing is fetched. A trouble that this pass reported is taken back when a write of the same kind
    has worked: of what had been seen before, or of a source's row as it is.
    """

    async def look() -> None:
        if pass_name in health.troubles:
            if not await run.write_looks():
                await run.try_looks()
            health.worked(pass_name)
        if health.may_look(pass_name):
            await run.look([name], lambda: health.may_look(pass_name))

    return look


def _proving(health: Health, name: str, work: Work) -> Work:
    """Return work whose end shows that the database serves it again: what it could not write was still to do."""

    async def proven() -> None:
        await work()
        health.worked(name)

    return proven


def _checking(run: Passes, health: Health) -> Work:
    """Return finding out whether the database works: thoroughly after any pass had trouble."""

    async def check() -> None:
        is_thorough, before, health.asked_at = bool(health.troubles), health.failures, monotonic()
        try:
            problem = await run.store_problem(thorough=is_thorough)
            if problem is None:
                health.oldest_waiting = await run.oldest_waiting()
                health.audit_problem = await run.audit_problem()
        finally:
            health.asked_at = None
        if problem is not None:
            health.failed(SELF_CHECK, problem)
        elif health.failures == before:
            health.worked(SELF_CHECK)

    return check


def passes(run: Passes, health: Health) -> tuple[Pass, ...]:
    """Return the fixed passes: looks per collector, judging, writing, sending per channel, and what goes with them."""

    def send(name: str) -> Work:
        async def work() -> None:
            await run.send(name)

        return work

    async def tend() -> None:
        health.tended(await run.tend())

    async def audit() -> None:
        """Count what is lost once everybody due was judged: after a pause much is overdue that nobody forgot.

        That is so for one of the service as for one of the machine, of which only the clock tells. Judging that does
        not come about at all is said of the pass itself.
        """
        judged_at = health.last_success.get("evaluate")
        if judged_at is not None and run.clock() - judged_at <= LATE:
            health.lost = len(await run.audit())

    async def beat() -> None:
        """Be heard outside only while the work is done: silence is the alarm."""
        if health.is_well(everything, run.clock()):
            await run.beat()

    everything = (
        *(
            Pass(
                name=pass_name,
                title=f"采集{way_of_looking(name)}",
                every=timedelta(seconds=2),
                work=_looking(run, health, pass_name, name),
            )
            for name in run.collectors
            for pass_name in (f"{LOOK}{name.replace('-', '_')}",)
        ),
        *(
            Pass(name=name, title=title, every=every, work=_proving(health, name, work))
            for name, title, every, work in (
                *([] if run.dispatch.is_here else [("dispatch", "分派采集", timedelta(seconds=5), tend)]),
                ("watch", "自我检查", timedelta(seconds=30), run.watch_over),
                ("evaluate", "判定", timedelta(seconds=1), run.judge_all),
                ("deliver", "生成消息", timedelta(seconds=2), run.write_messages),
                *((f"{SEND}{name}", f"发送消息（{name}）", timedelta(seconds=1), send(name)) for name in run.channels),
                ("hooks", "推送", timedelta(seconds=1), run.push),
                ("digest", "每日摘要", timedelta(seconds=30), run.write_digest),
                ("report", "生成报表", timedelta(seconds=30), run.make_reports),
                ("prune", "清理", timedelta(hours=1), run.prune),
                ("audit", "事项清点", timedelta(minutes=1), audit),
                ("heartbeat", "外部心跳", timedelta(minutes=1), beat),
            )
        ),
        Pass(name=SELF_CHECK, title="自检", every=timedelta(seconds=10), work=_checking(run, health)),
    )
    return everything


class Daemon:
    """Runs the passes until stopped, then lets running ones finish."""

    def __init__(
        self,
        run: Passes,
        health: Health,
        timer: PassTimer,
        faults: Faults,
    ) -> None:
        """Build it from its parts; nothing starts yet."""
        self._run = run
        self._health = health
        self._timer = timer
        self._faults = faults
        self.passes = passes(run, health)
        self._running: dict[str, asyncio.Task[object]] = {}
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """Ask it to stop; running passes finish first."""
        self._health.is_stopping = True
        self._stop.set()

    @property
    def is_stopping(self) -> bool:
        """True if it has been asked to stop."""
        return self._stop.is_set()

    async def stopped(self) -> None:
        """Return when it has been asked to stop."""
        await self._stop.wait()

    async def run(self) -> None:
        """Run until `stop`, SIGTERM or SIGINT."""
        scheduler = AsyncIOScheduler(
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}, timezone="UTC"
        )
        for pass_ in self.passes:
            trigger = IntervalTrigger(seconds=pass_.every.total_seconds(), timezone="UTC")
            scheduler.add_job(self._start, trigger, args=[pass_], id=pass_.name, next_run_time=self._run.clock())
        with ExitStack() as undo:
            self.listen(undo)
            self._health.begin(self._run.clock())
            scheduler.start()
            keeping = asyncio.create_task(self._keep_time(scheduler), name="keep-time")
            _log.info("started", extra={"passes": len(self.passes)})
            await self.stopped()
            keeping.cancel()
            scheduler.pause()
        await self._drain()
        scheduler.shutdown(wait=False)
        _log.info("stopped")

    async def _keep_time(self, scheduler: AsyncIOScheduler) -> None:
        """Have the clockwork go on from now when the clock was put back: it would wait until the time it knew."""
        latest = self._run.clock()
        while True:
            await asyncio.sleep(_GLANCE)
            now = self._run.clock()
            if now < latest - _BACK:
                for job in scheduler.get_jobs():
                    job.modify(next_run_time=now)
                self._health.went_back(now)
                self._run.watch.went_back(now)
                self._run.absence.went_back(now)
            latest = now

    def listen(self, undo: ExitStack) -> None:
        """Have SIGTERM and SIGINT ask it to stop, and SIGHUP end nothing, until it is undone."""
        loop = asyncio.get_running_loop()
        handlers = {signal.SIGTERM: self.stop, signal.SIGINT: self.stop, signal.SIGHUP: _not_reloaded}
        for number, handler in handlers.items():
            loop.add_signal_handler(number, handler)
            undo.callback(loop.remove_signal_handler, number)

    async def _start(self, pass_: Pass) -> None:
        """Run one pass as a task of its own, unless it still runs.

        The clockwork's end does not cut it off, and it is no news to the clockwork how long it takes.
        """
        if pass_.name not in self._running:
            self._running[pass_.name] = task = asyncio.ensure_future(self.once(pass_))
            task.add_done_callback(lambda _: self._running.pop(pass_.name))

    async def once(self, pass_: Pass) -> None:
        """Run one pass; a bug in it is contained, trouble with the database is kept for /readyz."""
        with self._faults.contained(pass_.name):
            try:
                with self._timer.pass_timer(pass_.name):
                    await pass_.work()
            except StoreError as error:
                self._health.failed(pass_.name, str(error), reason(error))
                return
            self._health.last_success[pass_.name] = self._run.clock()

    async def _drain(self) -> None:
        """Let running passes finish for a while, then cancel those that still wait for a far side or the database."""
        letting_go = asyncio.ensure_future(self._stop_looking())
        patience = DRAIN if await self._has_answer() else SILENT_DRAIN
        _, late = await asyncio.wait({letting_go, *self._running.values()}, timeout=patience.total_seconds())
        for task in late:
            task.cancel()
        if late:
            _log.warning("stopped in the middle", extra={"passes": len(late)})
            await asyncio.wait(late, timeout=LAST_WORDS.total_seconds())

    async def _has_answer(self) -> bool:
        """True if the database answers: else nothing can be written down, and nobody need be waited for."""
        try:
            await asyncio.wait_for(self._run.oldest_waiting(), SILENT_DRAIN.total_seconds())
        except (StoreError, TimeoutError):
            return False
        return True

    async def _stop_looking(self) -> None:
        with suppress(StoreError):  # a claimed source is free again at the next start at the latest
            await self._run.stop_looking()


def _not_reloaded() -> None:
    """Say that SIGHUP changes nothing: settings are read at the start, whole and checked."""
    _log.warning("SIGHUP ignored", extra={"problem": "设置在启动时读取；改过设置的，请重新启动服务。"})
