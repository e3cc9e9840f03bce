"""The worker's side: batches of one queue go to the handler, which keeps what was seen as in the leader."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from procrastinate import App, PsycopgConnector
from procrastinate.worker import Worker as JobWorker

from monitor.dispatch.port import Handler
from monitor.store import Store, StoreError, Tx, due_sources, jobs
from monitor.store.due_sources import Capacity, Due

AT_ONCE = 40
"""How many batches are under way at most, each of another collector."""
DRAIN = timedelta(seconds=15)
"""How long looks under way may take after the word to stop; the leader gives a silent worker up later."""
HEARTBEAT = timedelta(seconds=5)
_AGAIN = 1.0
"""Seconds between two tries to keep what was seen while the database takes nothing."""
_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Batch:
    """One job's sources, as far as they are still handed out under its claim."""

    store: Store
    names: Sequence[str]
    claim: str
    sources: Sequence[str]
    _left: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self._left = list(self.sources)

    async def take(self, room: Capacity, unlooked: Sequence[Due]) -> tuple[Due, ...]:
        """Return all of them at once: the leader has counted them for one pass. Raises StoreError."""
        del room
        if not self._left and not unlooked:
            return ()

        def take(tx: Tx) -> tuple[Due, ...]:
            due_sources.release(tx, unlooked)
            return due_sources.claimed(tx, self._left, self.claim)

        due = await self.store.write(take)
        self._left = []
        return due

    async def give_back(self) -> None:
        """Let go of what was never begun: the worker is told to stop. Raises StoreError."""
        if left := self._left:
            await self.store.write(lambda tx: due_sources.release(tx, due_sources.claimed(tx, left, self.claim)))


@dataclass(slots=True, kw_only=True)
class Worker:
    """Serves one queue until it is told to stop."""

    store: Store
    handler: Handler
    queue: str
    _worker: JobWorker | None = None

    async def run(self, *, until_empty: bool = False) -> None:
        """Do what waits in the queue, and what comes, until `stop`; with `until_empty` only what waits.

        Raises what keeps the queue from being read: the process is to be started anew then.
        """
        url = self.store.url.set(drivername="postgresql")
        connector = PsycopgConnector(
            conninfo=url.render_as_string(hide_password=False),
            kwargs={"options": f"-c search_path={jobs.SCHEMA},public -c timezone=UTC"},
            min_size=1,
            max_size=4,
        )
        app = App(connector=connector)
        app.task(name=jobs.TASK)(self._look)
        async with app.open_async():
            self._worker = JobWorker(
                app,
                queues=[self.queue],
                name=self.queue,
                concurrency=AT_ONCE,
                wait=not until_empty,
                delete_jobs="always",
                install_signal_handlers=False,
                shutdown_graceful_timeout=DRAIN.total_seconds(),
                update_heartbeat_interval=HEARTBEAT.total_seconds(),
            )
            await self._worker.run()  # type: ignore[no-untyped-call]  # procrastinate's own

    def stop(self) -> None:
        """Take no more batches, and let those under way come to their end."""
        if self._worker is not None:
            self._worker.stop()  # type: ignore[no-untyped-call]  # procrastinate's own

    async def _look(self, collector: str, claim: str, sources: list[str]) -> None:
        """Look at a batch; while the database takes nothing, what was seen is kept in mind."""
        batch = Batch(store=self.store, names=[collector], claim=claim, sources=sources)
        while True:
            try:
                await self.handler.look(batch)
                await batch.give_back()
            except StoreError as error:
                _log.warning("store", extra={"problem": str(error)})
                await asyncio.sleep(_AGAIN)
            else:
                return


def clock_error(tx: Tx, now: datetime) -> timedelta:
    """Return by how much a clock that shows this moment is ahead of the database's."""
    return now - jobs.moment(tx)
