"""A worker: serves the queue of one exit address, and nothing else. It never judges or sends, and has no channels."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

from collectors.http import Door
from monitor.app.clock import now
from monitor.app.collectors import policy
from monitor.app.parts import Parts
from monitor.app.serving import settle
from monitor.app.watchdog import watchdog
from monitor.dispatch.worker import Worker, clock_error
from monitor.dispatch.workers import installed
from monitor.metrics import Metrics, answered
from monitor.settings import Settings
from monitor.store import Store, StoreError, Tx, jobs
from monitor.store.place import QueueSession

LASTING = timedelta(minutes=1)
"""After so long without a sign of life another may serve the queue."""
EVERY = 1.0
"""Seconds between two questions whether the queue is still ours, or has become so."""
CLOCKS_APART = timedelta(seconds=30)
"""By so much a worker's clock may differ from the database's: when something was seen counts in days."""
REFUSED = "本机时间与数据库服务器相差{seconds}秒，请先校准本机时间。"
_log = logging.getLogger(__name__)


class WorkerError(Exception):
    """The worker cannot go on; the text is one Chinese sentence."""


@dataclass(slots=True)
class Ending:
    """The word to stop."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)

    def listen(self, undo: ExitStack) -> None:
        """Take SIGTERM and SIGINT for it, until it is undone."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.asked.set)
            undo.callback(loop.remove_signal_handler, number)

    async def pause(self) -> None:
        """Return after a moment, or at the word."""
        with suppress(TimeoutError):
            async with asyncio.timeout(EVERY):
                await self.asked.wait()


async def work(
    settings: Settings, store: Store, queue: str, *, proxy: str | None, metrics: tuple[str, int] | None = None
) -> None:
    """Serve a queue until SIGTERM or SIGINT; before, wait until nobody else does. Raises WorkerError, StoreError.

    With `metrics`, Prometheus is answered at that address.
    """
    store.answer_in_time()
    async with AsyncExitStack() as stack:
        undo = stack.enter_context(ExitStack())
        ending = Ending()
        ending.listen(undo)
        undo.enter_context(watchdog())
        place = store.place_of(queue)
        undo.callback(place.leave)
        if not await _claimed(store, place, ending):
            return
        asked = policy(settings)
        asked = replace(asked, proxy=proxy or asked.proxy, is_successor=True)
        door = await stack.enter_async_context(Door(asked, now))
        parts = Parts(settings=settings, store=store, clock=now, door=door, channels={})
        if metrics is not None:
            undo.enter_context(answering(parts.metrics, metrics))
        await store.write(lambda tx: _begin(tx, queue))
        settle()
        _log.info("started", extra={"queue": queue})
        await _serve(parts, Worker(store=store, handler=parts.looker, queue=queue), place, ending)
        _log.info("stopped", extra={"queue": queue})


@contextmanager
def answering(metrics: Metrics, bind: tuple[str, int]) -> Iterator[None]:
    """Tell Prometheus at an address what this process counts. Raises WorkerError."""
    host, port = bind
    with ExitStack() as stack:
        try:
            stack.enter_context(answered(metrics.registry, host, port))
        except OSError as error:
            raise WorkerError(f"无法在 {host}:{port} 提供指标，请检查 --metrics 的地址和端口。") from error
        yield


async def _claimed(store: Store, place: QueueSession, ending: Ending) -> bool:
    """Return whether the queue is ours, once it is there and nobody else serves it; False: told to stop before."""
    said = ""
    while not ending.asked.is_set():
        waits_for = "leader"
        if await store.query(lambda tx: jobs.is_installed(tx, installed())):
            if await asyncio.to_thread(place.claim, LASTING):
                return True
            waits_for = "worker"
        if waits_for != said:
            _log.info("standing by", extra={"for": waits_for})
            said = waits_for
        await ending.pause()
    return False


def _begin(tx: Tx, queue: str) -> None:
    """Have the leader take back what a former worker of the queue was at: its end is certain, for the place is ours."""
    moment = now()
    apart = abs(clock_error(tx, moment))
    if apart > CLOCKS_APART:
        raise WorkerError(REFUSED.format(seconds=round(apart.total_seconds())))
    jobs.give_up(tx, queue)


async def _serve(parts: Parts, worker: Worker, place: QueueSession, ending: Ending) -> None:
    """Work until the word to stop, or until the place or the queue is lost. Raises WorkerError."""
    working = asyncio.create_task(worker.run(), name="worker")
    try:
        while not ending.asked.is_set():
            await ending.pause()
            if working.done():
                raise WorkerError("采集任务的队列无法读取，请查看日志。") from working.exception()
            if not await asyncio.to_thread(lambda: place.is_held):
                raise WorkerError("与数据库的连接中断过，采集进程退出，请重新启动。")
    finally:
        await _end(parts, worker, working)


async def _end(parts: Parts, worker: Worker, working: asyncio.Task[None]) -> None:
    """Let looks under way come to their end for a while, keep what was seen, and let go of the rest."""
    with suppress(StoreError):  # what is claimed and not looked at is due again when its lease ends
        await parts.looker.stop()
    while not working.done():
        worker.stop()  # again, where it had only just begun to begin
        await asyncio.wait({working}, timeout=EVERY)
    with suppress(StoreError):
        await parts.looker.write_left()
        await parts.looker.stop()
    if not working.cancelled() and (error := working.exception()):
        _log.warning("queue", extra={"problem": type(error).__name__})
