"""A storm: thousands of cases over 40 units at once, and three robots that take 20 messages a minute each.

Time is virtual and shared: whoever delivers moves it, the robots read it. A robot answers as DingTalk does, over
HTTP, and takes nothing for ten minutes once it was asked too often. One unit has no robot: its people are written to,
and the mail server knows one of the two.
"""

from __future__ import annotations

import asyncio
import os
import re
import resource
import shutil
import signal
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from ctypes import c_bool, c_double
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from pathlib import Path

import sqlalchemy as sa

from alerts.channels import open_channel
from alerts.robot import GroupRobot
from monitor.app.parts import Parts
from monitor.core.account import Account, Contact, Role
from monitor.core.case import StepKind
from monitor.core.channel import Channel
from monitor.core.message import MessageState
from monitor.core.observation import Reason
from monitor.store import Store, StoreError, open_store, outbox, tables
from monitor.store.columns import run
from monitor.store.roster import save_roster
from monitor.store.tables import NoticeState
from tests.alerts.post_office import PostOffice
from tests.alerts.robot import TAKEN, TOO_FAST, Answer, Received, Robot
from tests.pipeline.build import NOW, Canned, Taking, account, feed, settings

UNITS = 40
ROBOTS = 3
REMINDED = 30
"""Units from this one on were told of their cases before: their messages are reminders."""
POSTED = 39
"""The unit that has no robot."""
URL = "https://feed.example/{0}.xml"
DAYS = (10, 12, 16, 22)
BREWING = timedelta(minutes=3)
TICK = timedelta(seconds=2)
MINUTE = timedelta(minutes=1)
FASTEST = 20
BLOCK = timedelta(minutes=10)


@dataclass(frozen=True)
class SharedClock:
    """A clock that stands until it is moved, the same in every process; it may be put back, time itself may not.

    Only one process moves it at a time, and no lock of theirs must outlive one that is killed.
    """

    seconds: c_double
    behind: c_double

    @classmethod
    def made(cls, processes: BaseContext) -> SharedClock:
        """Return a clock that shows NOW."""
        return cls(processes.RawValue("d", NOW.timestamp()), processes.RawValue("d", 0.0))

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self.seconds.value - self.behind.value, UTC)

    def true(self) -> datetime:
        """Return the time that the far sides live by."""
        return datetime.fromtimestamp(self.seconds.value, UTC)

    def forward(self, time: timedelta) -> None:
        self.seconds.value += time.total_seconds()

    def put_back(self, time: timedelta) -> None:
        """Have the services' clock show less than it did."""
        self.behind.value += time.total_seconds()


class Strict(Robot):
    """A robot that counts as DingTalk does, and takes some messages only to answer when nobody waits any more."""

    def __init__(self, clock: SharedClock, number: int, late: Collection[int] = ()) -> None:
        super().__init__(clock=clock, token=f"token{number}")
        self.number, self.true, self.late = number, clock.true, late
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
            now = self.true()
            if self._blocked_until and now < self._blocked_until:
                return TOO_FAST
            if sum(at > now - MINUTE for at, _ in self.taken) >= FASTEST:
                self.blocks, self._blocked_until = self.blocks + 1, now + BLOCK
                return TOO_FAST
            self.taken.append((now, request.text))
            is_late = len(self.taken) in self.late
        if is_late:
            self._stopping.wait(2 * PATIENCE.total_seconds())
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
    mail_port: int

    @classmethod
    def of(cls, robots: list[Strict], mail: PostOffice) -> FarSides:
        return cls(tuple((robot.url, robot.base_url) for robot in robots), mail.port)

    def channels(self, clock: Callable[[], datetime]) -> dict[str, Channel]:
        url = f"mailto://127.0.0.1:{self.mail_port}?from=office@example.invalid"
        channels: dict[str, Channel] = {
            "duty": Taking("duty", is_group=True), "mail": open_channel("mail", url, clock=clock),
        }  # fmt: skip
        for number, (url, base_url) in enumerate(self.urls):
            robot = open_channel(f"robot{number}", url, clock=clock, base_url=base_url)
            assert isinstance(robot, GroupRobot)
            channels[f"robot{number}"] = replace(robot, limit=PATIENCE)
        return channels


def parts_of(store: Store, clock: SharedClock, channels: Mapping[str, Channel]) -> Parts:
    """Return an office that reaches units by their groups' robots, and by mail where there is none."""
    ways = ("group", "mail")
    roles = settings().roles.model_copy(update={"liaison": ways, "leader": ways, "operator": ("duty",)})
    hours = settings().hours.model_copy(update={"per_person": 1000})
    bodies: dict[str, bytes | Reason] = {URL.format(age): feed(NOW - timedelta(days=age)) for age in DAYS}
    door = Canned(clock, bodies)
    chosen = settings(roles=roles, hours=hours)
    return Parts(settings=chosen, store=store, clock=clock, door=door, channels=channels)


def number_of(message_id: str) -> str:
    """Return the number by which a message calls itself."""
    return message_id[-8:]


def unit_of(number: int) -> int:
    return number % UNITS


def roster(cases: Iterable[int]) -> list[Account]:
    """Return accounts by number, each of which will have a case; a unit has its own people and one of the robots."""
    return [
        account(
            number,
            URL.format(DAYS[number // UNITS % len(DAYS)]),
            id=f"A{number:05}",
            name=f"示例{number}",
            unit=f"示例单位{unit_of(number)}",
            group=None if unit_of(number) == POSTED else f"robot{unit_of(number) % ROBOTS}",
            contacts=_people(unit_of(number)),
        )
        for number in cases
    ]


def _people(unit: int) -> tuple[Contact, ...]:
    return tuple(
        Contact(
            role=role,
            name=role.label,
            phone=f"{prefix}{unit:08}",
            mail=f"{role.value}@example.invalid" if unit == POSTED else None,
        )
        for role, prefix in ((Role.LIAISON, "138"), (Role.LEADER, "139"))
    )


async def brew(database: str, cases: Sequence[int], clock: SharedClock) -> None:
    """Make a database in which every case has just opened, and nobody was told of anything yet."""
    with open_store(database) as store:
        parts = parts_of(store, clock, _nowhere())
        now = clock()
        await store.write(
            lambda tx: save_roster(tx, roster(cases), sources=parts.sources, effective_at=now, known_at=now)
        )
        clock.forward(BREWING)
        while await parts.passes.look(["feed"]):
            pass
        await parts.passes.judge_all()
        with store.begin() as tx:
            _remember_steps(tx, now)
            _forget_findings(tx)
            opened = tx.scalar(sa.select(sa.func.count()).where(tables.cases.c.rule == "UPD-01"))
        assert opened == len(cases)


def _nowhere() -> Mapping[str, Channel]:
    groups = ("duty", *(f"robot{number}" for number in range(ROBOTS)))
    return {"mail": Taking("mail"), **{name: Taking(name, is_group=True) for name in groups}}


def _remember_steps(tx: sa.Connection, now: datetime) -> None:
    """Let the units from REMINDED on have been told of their cases before."""
    cases, steps = tables.cases, tables.steps
    known = tx.execute(sa.select(cases.c.id, cases.c.account).where(cases.c.account.is_not(None))).all()
    early = [row for row in known if unit_of(int(row.account[1:])) >= REMINDED]
    before = {"kind": StepKind.HOLIDAY, "number": 1, "at": now - timedelta(days=2)}
    taken = before | {"days": 1, "because": ""}
    run(tx, sa.insert(steps), [{"case": row.id} | taken for row in early])
    told = before | {"rule": "UPD-01", "role": Role.LIAISON, "route": 0, "is_urgent": False, "state": NoticeState.TOLD}
    rows = ({"case": row.id, "account": row.account, "person": _liaison(row.account)} | told for row in early)
    run(tx, sa.insert(tables.notices), rows)


def _forget_findings(tx: sa.Connection) -> None:
    """Let go of what the rules said of every account: delivering asks them again, and a copy is the smaller."""
    tx.execute(sa.delete(tables.findings))
    tx.execute(sa.delete(tables.finding_changes))


def _liaison(account_id: str) -> str:
    return _people(unit_of(int(account_id[1:])))[0].key


async def deliver_all(parts: Parts, clock: SharedClock, after: Callable[[], bool] = lambda: False) -> None:
    """Run the pass again and again until nothing waits any more, or `after` one there is enough."""
    end = clock.true() + timedelta(hours=12)
    while clock.true() < end:
        await parts.passes.deliver()
        if after():
            return
        left = await parts.store.query(left_over)
        if not left:
            return
        clock.forward(await parts.store.query(lambda tx: _pause(tx, clock())))
    raise AssertionError(f"{left} left undelivered")


def left_over(tx: sa.Connection) -> int:
    """Return how much is still to be told to units."""
    counted = outbox.counts(tx)
    queued = counted[MessageState.QUEUED] + counted[MessageState.SENDING]
    notice = tables.notices.c
    waiting = notice.state.in_([outbox.NoticeState.OPEN, outbox.NoticeState.MERGED])
    to_units = sa.and_(waiting, notice.role != Role.OPERATOR)
    return queued + (tx.scalar(sa.select(sa.func.count()).where(to_units)) or 0)


def _pause(tx: sa.Connection, now: datetime) -> timedelta:
    """Return how long nothing happens: two seconds lie between passes, and more where all would do nothing."""
    message = tables.messages.c
    moments = (
        tx.scalar(sa.select(sa.func.min(message.next_try_at)).where(message.state == MessageState.QUEUED)),
        tx.scalar(sa.select(sa.func.min(message.taken_until)).where(message.state == MessageState.SENDING)),
    )
    return max(min((moment - now for moment in moments if moment), default=TICK), TICK)


TAKING, ANSWERED = "UPDATE messages SET state", "UPDATE messages SET attempts"
"""How the statements begin by which a message is taken, and what came of it is written down."""


@dataclass(frozen=True)
class Blow:
    """When a service is hit: at which of its statements, COMMITs and RETURNs of a connection, since it does the work.

    0: never. With `on`, only what begins so is counted, from the first taking of a message on.
    """

    at: int
    on: str = ""
    by: signal.Signals = signal.SIGKILL
    is_impatient: bool = False
    """True if it counts while it stands by, too."""


def serve(database: str, sides: FarSides, clock: SharedClock, blow: Blow, over: c_bool) -> None:
    """Be one of several services on a database: deliver, or stand by until the other is gone, and until all is over."""
    left, working, has_begun, pause = blow.at, False, not blow.on, threading.Event()

    def count(what: str) -> None:
        nonlocal left, has_begun
        has_begun = has_begun or what.startswith(TAKING)
        if has_begun and what.startswith(blow.on) and (working or blow.is_impatient):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), blow.by)

    sa.event.listen(sa.Engine, "before_cursor_execute", lambda *happened: count(happened[2]))
    sa.event.listen(sa.Engine, "commit", lambda _: count("COMMIT"))
    sa.event.listen(sa.Pool, "checkin", lambda *_: count("RETURN"))
    with open_store(database) as store:
        parts = parts_of(store, clock, sides.channels(clock))

        def stop(*_: object) -> None:
            parts.health.is_stopping = True

        signal.signal(signal.SIGTERM, stop)
        while not over.value:
            if parts.health.is_stopping:
                raise SystemExit(STOPPED)
            try:
                working = store.claim_daemon(lasting=LASTING)
                if not working:
                    pause.wait(0.05)
                    continue
                asyncio.run(
                    deliver_all(
                        parts, clock, lambda: parts.health.is_stopping or not store.claim_daemon(lasting=LASTING)
                    )
                )
                with store.read() as tx:
                    if not left_over(tx):
                        over.value = True
            except StoreError:
                pause.wait(0.05)


def in_hand_of(database: str, pid: int) -> int:
    """Return how many messages are still in the hands of a process."""
    message = tables.messages.c
    theirs = sa.and_(message.state == MessageState.SENDING, message.taken_by.contains(f":{pid}:"))
    with open_store(database) as store, store.read() as tx:
        return tx.scalar(sa.select(sa.func.count()).where(theirs)) or 0


STOPPED = 3
"""How a service ends that was told to stop."""
LASTING = timedelta(seconds=3)
"""How long a service of the storm may stand still before another takes its place."""
PATIENCE = timedelta(seconds=2)
"""How long a robot is waited for."""


@dataclass(frozen=True)
class Heard:
    """A message as it arrived somewhere."""

    number: str
    mobile: str
    accounts: tuple[str, ...]

    @classmethod
    def of(cls, text: str, mobile: str) -> Heard:
        number = re.search(r"编号(\S+)", text)
        assert number
        return cls(number[1], mobile, tuple(re.findall(r"“示例(\d+)”（", text)))

    @property
    def is_reminder(self) -> bool:
        """True if the unit was told of its cases before the storm."""
        return int(self.mobile[3:]) >= REMINDED


def heard_by(robot: Strict) -> list[Heard]:
    """Return what a robot took, in the order in which it came."""
    called = [(text, re.search(r"@(\d{11})\b", text)) for _, text in robot.taken]
    return [Heard.of(text, mobile[1] if mobile else "") for text, mobile in called]


def in_order(messages: Sequence[Heard], certain: Collection[str]) -> bool:
    """True if none of those certain of their turn, by number, reminded a unit before another's first alert.

    What only says to a second person what the first heard is neither.
    """
    known = set[str]()
    turns = []
    for heard in messages:
        is_news = not heard.is_reminder and not known.issuperset(heard.accounts)
        known.update(heard.accounts)
        if heard.number in certain and (heard.is_reminder or is_news):
            turns.append(heard.is_reminder)
    return turns == sorted(turns)


def heard_by_mail(mail: PostOffice) -> list[Heard]:
    """Return what the mail server took, by the mobile of whom it was for."""
    mobile = {f"{contact.role.value}@example.invalid": contact.phone or "" for contact in _people(POSTED)}
    found = []
    for letter, (to,) in zip(mail.mails, mail.recipients, strict=True):
        part = letter.get_body(("plain",))
        assert part is not None
        found.append(Heard.of(part.get_content(), mobile[to]))
    return found


def told(heard: Iterable[Heard]) -> Counter[tuple[str, str]]:
    """Return how often each person (by mobile) was told of each account, repeats of one message counted once."""
    seen = {entry.number: entry for entry in heard}
    return Counter((heard.mobile, account) for heard in seen.values() for account in heard.accounts)


def deliver_weighed(database: str, sides: FarSides, clock: SharedClock, to: Connection) -> None:
    """Deliver everything in a process of its own; say what it held of memory after each pass, in MB."""
    held: list[float] = []

    def weigh() -> bool:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
        held.append(pages * resource.getpagesize() / 2**20)
        return False

    with open_store(database) as store:
        asyncio.run(deliver_all(parts_of(store, clock, sides.channels(clock)), clock, weigh))
    to.send(held)


def copied(database: Path, to: Path) -> Path:
    """Return a copy of a database that nobody has open."""
    for suffix in ("", "-wal", "-shm"):
        file = database.with_name(f"{database.name}{suffix}")
        if file.exists():
            shutil.copy(file, to.with_name(f"{to.name}{suffix}"))
    return to
