"""The acts together, as the daemon's passes and the replay ask for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.dispatch.port import Dispatch, DispatchHealth
from monitor.ledger.uploads import Uploads
from monitor.pipeline.absence import Absence
from monitor.pipeline.auditing import Auditor, Lost
from monitor.pipeline.chain import Chain
from monitor.pipeline.digest import Digest
from monitor.pipeline.draft import Drafter
from monitor.pipeline.evaluate import BATCH, AccountEvaluator
from monitor.pipeline.evaluate_areas import AreaEvaluator
from monitor.pipeline.heartbeat import Heartbeat
from monitor.pipeline.hooks import HookSender
from monitor.pipeline.look import Looker
from monitor.pipeline.prune import Pruner
from monitor.pipeline.reporting import Reporter
from monitor.pipeline.send import Sender
from monitor.pipeline.timing import Timekeeper
from monitor.pipeline.watch import Watch
from monitor.store import Store, Tx, looks, outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Passes:
    """Looking, judging, delivering, letting go; each does what is due at the clock's moment."""

    store: Store
    looker: Looker
    dispatch: Dispatch
    absence: Absence
    judge: AccountEvaluator
    area_evaluator: AreaEvaluator
    drafter: Drafter
    sender: Sender
    hooks: HookSender
    digest: Digest
    reporter: Reporter
    pruner: Pruner
    uploads: Uploads
    watch: Watch
    auditor: Auditor
    chain: Chain
    heartbeat: Heartbeat
    clock: Callable[[], datetime]
    timekeeper: Timekeeper

    @property
    def collectors(self) -> tuple[str, ...]:
        """The names of the collectors, sorted."""
        return tuple(sorted(self.looker.collectors))

    async def look(self, names: Collection[str], may_begin: Callable[[], bool] = lambda: True) -> int:
        """Look at sources of these collectors while any are due and none is kept from it; return how many were.

        Offline, nobody is looked at, nor by a clock that cannot be believed.
        """
        if not await self.timekeeper.is_right():
            return 0
        return await self.dispatch.submit(names, lambda: may_begin() and not self.watch.is_cut_off)

    async def tend(self) -> DispatchHealth:
        """Take back what workers that are gone had, and return how it stands with those that are there."""
        return await self.absence.check(self.clock())

    async def stop_looking(self) -> None:
        """Begin no more looks, and let go of those that only wait for their turn at a host."""
        await self.looker.stop()

    async def watch_over(self) -> None:
        """Find out whether the monitor can see, and what follows from it."""
        if await self.timekeeper.is_right():
            await self.watch.check()

    async def judge_all(self) -> None:
        """Judge until nothing is left to be judged; nothing is by a clock that cannot be believed."""
        judged = BATCH
        while judged >= BATCH and await self.timekeeper.is_right():
            judged = await self.judge_accounts()
        while await self.timekeeper.is_right() and await self.area_evaluator.judge_due(self.clock()):
            pass

    async def judge_at_once(self) -> None:
        """Judge one batch and the area whose turn it is, for somebody who waits to see what follows.

        Nothing is judged by a clock that cannot be believed. A bug is logged and counted and ends here: what the person
        did stands, and whoever was told that it failed would do it again.
        """
        with self.area_evaluator.faults.contained("judge"):
            if await self.timekeeper.is_right():
                await self.judge_accounts()
                await self.area_evaluator.judge_due(self.clock())

    async def judge_accounts(self) -> int:
        """Judge one batch of accounts, then what follows their cases, in one transaction; return how many were due."""
        now = self.clock()

        def judge(tx: Tx) -> int:
            done = self.judge.judge(tx, now)
            self.area_evaluator.follow(tx, done.turned, now)
            return done.count

        return await self.store.write_if(lambda tx: self.judge.is_any_due(tx, now), judge, durable=True) or 0

    @property
    def channels(self) -> tuple[str, ...]:
        """The names of the channels, sorted."""
        return tuple(sorted(self.drafter.directory.channels))

    async def deliver(self) -> int:
        """Write messages and try those whose time has come; return how many were tried."""
        if not await self.timekeeper.is_right():
            return 0
        await self.sender.recover(self.clock())
        await self.drafter.prepare(self.clock())
        return await self.sender.deliver_due()

    async def write_messages(self) -> None:
        """Write messages, and take up again what was left: each channel sends its own (`send`)."""
        if not await self.timekeeper.is_right():
            return
        await self.sender.recover(self.clock())
        await self.drafter.prepare(self.clock())
        await self.sender.give_up_strays()

    async def send(self, channel: str) -> int:
        """Try those messages of one channel whose time has come; return how many were tried."""
        return await self.sender.send_by(channel) if await self.timekeeper.is_right() else 0

    async def push(self) -> int:
        """Tell far sides what happened to cases; return how many tries were made."""
        return await self.hooks.send_due() if await self.timekeeper.is_right() else 0

    async def write_digest(self) -> None:
        """Write the operator's digest if its hour has come."""
        if await self.timekeeper.is_right():
            await self.digest.write_if_due(self.clock())

    async def make_reports(self) -> None:
        """Make the reports whose hour has come."""
        if await self.timekeeper.is_right():
            await self.reporter.make_due(self.clock())

    async def audit(self) -> tuple[Lost, ...]:
        """Return the open cases in which nothing comes next."""
        return await self.auditor.lost()

    async def beat(self) -> None:
        """Be heard outside."""
        await self.heartbeat.beat(self.clock())

    async def prune(self) -> None:
        """Let go of what is old, once a day, and of files that nobody has looked at for as long."""
        self.uploads.sweep(self.clock())
        if await self.timekeeper.is_right():
            await self.pruner.prune_daily()

    async def write_looks(self) -> bool:
        """Write down what had been seen when the database took nothing; return whether there was any."""
        return bool(await self.looker.write_left())

    async def try_looks(self) -> None:
        """Write where looks are written, without changing anything: another may hold just that."""
        await self.store.write(looks.touch)

    async def store_problem(self, *, thorough: bool = False) -> str | None:
        """Return what is wrong with the database, found by trying it, or None."""
        return await asyncio.to_thread(self.store.problem, thorough=thorough)

    async def oldest_waiting(self) -> timedelta | None:
        """Return how long the message has waited that could have left first; None where none waits."""
        now = self.clock()
        return await self.store.glance(lambda tx: outbox.oldest_age(tx, now))

    async def audit_problem(self) -> str | None:
        """Return what is wrong with the audit log, after walking a piece of it further, or None."""
        return await self.chain.go_on()
