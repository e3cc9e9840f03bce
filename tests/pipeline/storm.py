"""A storm: thousands of cases over 40 units at once, and three robots that take 20 messages a minute each.

Time is virtual and shared: whoever delivers moves it, the robots read it. A robot answers as DingTalk does, over
HTTP, and takes nothing for ten minutes once it was asked too often.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.context import BaseContext
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

import sqlalchemy as sa

from alerts.channels import open_channel
from monitor.app.parts import Parts
from monitor.core.account import Account, Contact, Role
from monitor.core.case import StepKind
from monitor.core.channel import Channel
from monitor.core.message import MessageState
from monitor.core.observation import Reason
from monitor.store import Store, open_store, outbox, tables
from tests.alerts.robot import TAKEN, TOO_FAST, Answer, Received, Robot
from tests.pipeline.build import NOW, Canned, Taking, account, feed, settings

UNITS = 40
ROBOTS = 3
REMINDED = 30
"""Units from this one on were told of their cases before: their messages are reminders."""
URL = "https://feed.example/{0}.xml"
DAYS = (10, 12, 16, 22)
TICK = timedelta(seconds=2)
MINUTE = timedelta(minutes=1)
FASTEST = 20
BLOCK = timedelta(minutes=10)


@dataclass(frozen=True)
class SharedClock:
    """A clock that stands until it is moved, the same in every process."""

    seconds: Synchronized[float]

    @classmethod
    def made(cls, processes: BaseContext) -> SharedClock:
        """Return a clock that shows NOW."""
        return cls(processes.Value("d", NOW.timestamp()))

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self.seconds.value, UTC)

    def forward(self, time: timedelta) -> None:
        with self.seconds.get_lock():
            self.seconds.value += time.total_seconds()


class Strict(Robot):
    """A robot that counts as DingTalk does."""

    def __init__(self, clock: Callable[[], datetime], number: int) -> None:
        super().__init__(clock=clock, token=f"token{number}")
        self.number = number
        self.taken: list[tuple[datetime, str]] = []
        """When it took which text."""
        self.blocks = 0
        self._blocked_until: datetime | None = None
        self._lock = threading.Lock()

    def judge(self, request: Received) -> Answer:
        said = super().judge(request)
        if said is not TAKEN:
            return said
        with self._lock:
            now = self.clock()
            if self._blocked_until and now < self._blocked_until:
                return TOO_FAST
            if sum(at > now - MINUTE for at, _ in self.taken) >= FASTEST:
                self.blocks, self._blocked_until = self.blocks + 1, now + BLOCK
                return TOO_FAST
            self.taken.append((now, request.text))
            return TAKEN

    @property
    def busiest(self) -> int:
        """The most messages that any 60 seconds saw."""
        moments = sorted(at for at, _ in self.taken)
        return max((sum(begin <= at < begin + MINUTE for at in moments) for begin in moments), default=0)


@dataclass(frozen=True)
class FarSides:
    """How a process reaches the robots."""

    urls: tuple[tuple[str, str], ...]
    """URL and base URL of each."""

    @classmethod
    def of(cls, robots: list[Strict]) -> FarSides:
        return cls(tuple((robot.url, robot.base_url) for robot in robots))

    def channels(self, clock: Callable[[], datetime]) -> dict[str, Channel]:
        channels: dict[str, Channel] = {"duty": Taking("duty", is_group=True)}
        for number, (url, base_url) in enumerate(self.urls):
            channels[f"robot{number}"] = open_channel(f"robot{number}", url, clock=clock, base_url=base_url)
        return channels


def parts_of(store: Store, clock: SharedClock, channels: Mapping[str, Channel]) -> Parts:
    """Return an office that reaches units by their groups' robots only."""
    roles = settings().roles.model_copy(update={"liaison": ("group",), "leader": ("group",), "operator": ("duty",)})
    hours = settings().hours.model_copy(update={"per_person": 1000})
    bodies: dict[str, bytes | Reason] = {URL.format(age): feed(NOW - timedelta(days=age)) for age in DAYS}
    door = Canned(clock, bodies)
    chosen = settings(roles=roles, hours=hours)
    return Parts(settings=chosen, store=store, clock=clock, door=door, channels=channels)


def unit_of(number: int) -> int:
    return number % UNITS


def roster(cases: int) -> list[Account]:
    """Return accounts, each of which will have a case; every unit has its own people and one of the robots."""
    return [
        account(
            number,
            URL.format(DAYS[number // UNITS % len(DAYS)]),
            id=f"A{number:05}",
            name=f"示例{number}",
            unit=f"示例单位{unit_of(number)}",
            group=f"robot{unit_of(number) % ROBOTS}",
            contacts=(
                Contact(role=Role.LIAISON, name="联络员", phone=f"138{unit_of(number):08}"),
                Contact(role=Role.LEADER, name="责任领导", phone=f"139{unit_of(number):08}"),
            ),
        )
        for number in range(cases)
    ]


async def brew(database: Path, cases: int, clock: SharedClock) -> None:
    """Make a database in which every case has just opened, and nobody was told of anything yet."""
    with open_store(f"sqlite:///{database}") as store:
        parts = parts_of(store, clock, FarSides(()).channels(clock) | _nowhere())
        now = clock()
        await store.write(lambda tx: parts.save_roster(tx, roster(cases), effective_at=now, known_at=now))
        clock.forward(timedelta(minutes=3))
        while await parts.works.look(["feed"]):
            pass
        await parts.works.judge_all()
        with store.begin() as tx:
            _remember_steps(tx, now)
            opened = tx.scalar(sa.select(sa.func.count()).where(tables.cases.c.rule == "UPD-01"))
        assert opened == cases


async def draft(database: Path, clock: SharedClock) -> None:
    """Write every message, and send none."""
    with open_store(f"sqlite:///{database}") as store:
        await parts_of(store, clock, FarSides(()).channels(clock) | _nowhere()).courier.prepare(clock())


def _nowhere() -> dict[str, Channel]:
    return {f"robot{number}": Taking(f"robot{number}", is_group=True) for number in range(ROBOTS)}


def _remember_steps(tx: sa.Connection, now: datetime) -> None:
    """Let the units from REMINDED on have been told of their cases before."""
    cases, steps = tables.cases, tables.steps
    known = tx.execute(sa.select(cases.c.id, cases.c.account).where(cases.c.account.is_not(None))).all()
    early = [row.id for row in known if unit_of(int(row.account[1:])) >= REMINDED]
    before = {"kind": StepKind.HOLIDAY, "number": 1, "at": now - timedelta(days=2), "days": 1, "because": ""}
    tx.execute(sa.insert(steps), [{"case": id_} | before for id_ in early])


async def deliver_all(parts: Parts, clock: SharedClock, is_enough: Callable[[], bool] = lambda: False) -> None:
    """Run the pass again and again, two virtual seconds apart, until nothing waits any more."""
    end = clock() + timedelta(hours=6)
    while clock() < end:
        await parts.works.deliver()
        if is_enough():
            return
        left = await parts.store.query(_left)
        if not left:
            return
        clock.forward(TICK)
    raise AssertionError(f"{left} left undelivered")


def _left(tx: sa.Connection) -> int:
    counted = outbox.counts(tx)
    queued = counted[MessageState.QUEUED] + counted[MessageState.SENDING]
    return queued + sum(notice.role is not Role.OPERATOR for notice in outbox.waiting_notices(tx))


@dataclass(frozen=True)
class Blow:
    """When a process dies: before which write, or when it was asked to and got an answer."""

    before: int


def deliver_until_killed(database: str, sides: FarSides, clock: SharedClock, blow: Blow) -> None:
    """Deliver in a process of its own, and die by SIGKILL before the chosen write."""
    left = [blow.before]

    def count(*args: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    sa.event.listen(sa.Engine, "commit", count)
    with open_store(database) as store:
        parts = parts_of(store, clock, sides.channels(clock))
        asyncio.run(deliver_all(parts, clock))


def numbers(robots: list[Strict]) -> Counter[str]:
    """Return how often each message was taken, by its number."""
    found = (re.search(r"编号(\S+)", text) for robot in robots for _, text in robot.taken)
    return Counter(one[1] for one in found if one)


def told(robots: list[Strict]) -> Counter[tuple[str, str]]:
    """Return how often each person (by mobile) was told of each account, repeats of one message counted once."""
    seen: dict[str, tuple[str, list[str]]] = {}
    for robot in robots:
        for _, text in robot.taken:
            number, called = re.search(r"编号(\S+)", text), re.search(r"@(\d{11})\b", text)
            assert number
            assert called
            seen[number[1]] = (called[1], re.findall(r"“示例(\d+)”（", text))
    return Counter((mobile, one) for mobile, accounts in seen.values() for one in accounts)


def copied(database: Path, to: Path) -> Path:
    """Return a copy of a database that nobody has open."""
    for suffix in ("", "-wal", "-shm"):
        file = database.with_name(f"{database.name}{suffix}")
        if file.exists():
            shutil.copy(file, to.with_name(f"{to.name}{suffix}"))
    return to
