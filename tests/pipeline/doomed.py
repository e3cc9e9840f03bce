"""One run of the pipeline in a process of its own, killed at a chosen write.

The blow falls right before the n-th statement that writes, commits included: SIGKILL, as from
outside, with nothing flushed and nothing undone.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import event

from alerts.channels import open_channel
from monitor.app.parts import Parts
from monitor.core.account import Contact
from monitor.core.channel import Channel
from monitor.core.message import Attempt, Message
from monitor.core.observation import Reason
from monitor.store import open_store
from monitor.store.roster import save_roster
from tests.pipeline.build import NOW, Canned, Clock, Taking, account, feed, settings

URL = "https://feed.example/{0}.xml"
DAYS = (12, 16, 3, 10)
"""How old the newest posts are: a warning, an overdue account, one in order, a reminder."""


@dataclass(frozen=True)
class Errand:
    """What a process is to do: which database, which robot, when it is, and before which write it dies (0: never)."""

    database: str
    robot_url: str
    robot_base: str
    at: datetime
    dies_before: int


class Executioner:
    """Counts writes, and kills at the chosen one."""

    def __init__(self, dies_before: int) -> None:
        self.left = dies_before

    def count(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(self, *args: object) -> None:
        if str(args[2]).lstrip().split(None, 1)[0].upper() in {"INSERT", "UPDATE", "DELETE"}:
            self.count()

    def commit(self, _: object) -> None:
        self.count()


class Watched:
    """A robot's channel; the answer may be lost to a blow as well."""

    def __init__(self, channel: Channel, executioner: Executioner) -> None:
        self.name, self.per_minute, self.is_group = "mail", 1000, True
        self.bucket, self.longest = channel.bucket, channel.longest
        self._channel, self._executioner = channel, executioner

    def address_of(self, contact: Contact) -> None:
        del contact

    async def send(self, message: Message) -> Attempt:
        attempt = await self._channel.send(message)
        self._executioner.count()
        return attempt


def run(errand: Errand) -> None:
    """Do the errand; does not return if it dies."""
    executioner = Executioner(errand.dies_before)
    asyncio.run(_run(errand, executioner))
    sys.stdout.flush()


async def _run(errand: Errand, executioner: Executioner) -> None:
    clock = Clock(errand.at)
    bodies: dict[str, bytes | Reason] = {
        URL.format(number): feed(NOW - timedelta(days=age)) for number, age in enumerate(DAYS)
    }
    robot = open_channel("mail", errand.robot_url, clock=clock, base_url=errand.robot_base)
    channels: dict[str, Channel] = {"mail": Watched(robot, executioner), "duty": Taking("duty", is_group=True)}
    with open_store(errand.database) as store:
        event.listen(store._writer, "before_cursor_execute", executioner.statement)
        event.listen(store._writer, "commit", executioner.commit)
        parts = Parts(settings=settings(), store=store, clock=clock, door=Canned(clock, bodies), channels=channels)
        roster = [account(number, URL.format(number), group="mail") for number, _ in enumerate(DAYS)]
        await store.write(
            lambda tx: save_roster(tx, roster, sources=parts.sources, effective_at=NOW, known_at=NOW), durable=True
        )
        await parts.sender.recover(clock())
        clock.forward(timedelta(minutes=3))
        while await parts.passes.look(parts.passes.collectors):
            pass
        await parts.passes.judge_all()
        await parts.passes.write_digest()
        while await parts.passes.deliver():
            pass
