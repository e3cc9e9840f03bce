"""A province: workers behind three addresses, killed again and again as their leader is, and nothing is lost.

The intervals are short, and so the load is that of days; all else is real: the processes, PostgreSQL, the network.
`XUNCHA_PROVINCE_SECONDS` says for how long it goes on and `XUNCHA_PROVINCE_ACCOUNTS` with how many accounts; without
them it is a small province for a minute and a half. 600 and 6000 are the whole drill, with a worker killed every 20
seconds and the leader every 60. `XUNCHA_PROVINCE_REPORT` names a file that is told the figures.

On a busy machine less is done, and nothing else is otherwise: blows wait for their victim to be at its work, the time
that a killed worker needs to start is not held against the interval, and hosts are asked so seldom that a request which
arrives seconds late is still told from one that was made early.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle, pairwise
from pathlib import Path
from time import monotonic

import pytest
import sqlalchemy as sa

from monitor.cli.main import run
from monitor.store import jobs, worker_role
from tests.alerts.robot import Answer, Received, Robot
from tests.cli.office import HEADER, PROGRAM, Office, Service, free_port
from tests.cli.test_running import ask, pause, until
from tests.dispatch.far_side import FarSide
from tests.pipeline.build import feed
from tests.services import require_postgresql

pytestmark = pytest.mark.slow
ACCOUNTS = int(os.environ.get("XUNCHA_PROVINCE_ACCOUNTS", "300"))
SECONDS = float(os.environ.get("XUNCHA_PROVINCE_SECONDS", "100"))
NEAR = ACCOUNTS // 6
"""How many accounts are near their deadline, each with a liaison of its own who is warned."""
HOSTS = ACCOUNTS // 6
ROLE = "xuncha-workers"
QUEUES = {"A": "127.0.0.2", "B": "127.0.0.3", "C": "127.0.0.4"}
INTERVAL = timedelta(seconds=0.4 * SECONDS)
"""The interval of an account with a fresh post: twice `every`. Each look comes after four to five fifths of it."""
PER_MINUTE = 10
GAP = 60 / PER_MINUTE
WINDOW = 30.0
WORKER_DIES, LEADER_DIES = min(20.0, SECONDS / 5), min(60.0, SECONDS / 2)
"""Seconds between two blows."""
AGAIN = 0.2
"""Seconds until a killed process is started again, as systemd does."""


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - real processes live in real time


class SlowRobot(Robot):
    """Takes its time, so that blows fall in the middle, and keeps when it was told what."""

    def __init__(self) -> None:
        super().__init__(clock=now)
        self.told: list[tuple[float, str]] = []

    def answer(self, request: Received) -> Answer:
        answer = super().answer(request)
        self.told.append((monotonic(), request.text[request.text.index("编号") :].split()[0]))
        pause(0.3)
        return answer


@dataclass
class Province:
    """Two services, one of which stands by, and a worker for each exit address."""

    folder: Path
    url: str
    proxies: Mapping[str, str]
    ports: list[int] = field(default_factory=lambda: [free_port(), free_port()])
    leaders: dict[int, Service] = field(default_factory=dict)
    workers: dict[str, Service] = field(default_factory=dict)
    killed: list[float] = field(default_factory=list)
    """When leaders were killed."""
    asked: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    """When workers of each queue were started."""
    lost: int = 0
    """How many workers were killed."""

    def start(self, *words: str, office: str, db: str | None = None, env: Mapping[str, str] | None = None) -> Service:
        log = self.folder / f"{'-'.join(words)}-{office}.log"
        ours = {name: value for name, value in os.environ.items() if not name.startswith("XUNCHA_")}
        with log.open("ab") as err:
            process = subprocess.Popen(
                [str(PROGRAM), "--config", str(self.folder / office / "config"), "--db", db or self.url, *words],
                env={**ours, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=err,
            )
        return Service(process=process, log=log)

    def lead(self, number: int) -> None:
        self.leaders[number] = self.start("run", office=str(number))

    def serve(self, queue: str, **env: str) -> None:
        self.asked[queue].append(now())
        as_role = sa.make_url(self.url).set(username=ROLE).render_as_string(hide_password=False)
        proxy = {"XUNCHA_PROXY": self.proxies[queue]}
        self.workers[queue] = self.start("worker", "--queue", queue, office="w", db=as_role, env={**proxy, **env})

    def is_led(self) -> bool:
        """True if one of the services does the work, and has let the role of workers do theirs."""
        if not any("xuncha_leader 1" in ask(port, "/metrics")[1] for port in self.ports):
            return False
        with sa.create_engine(self.url, poolclass=sa.NullPool).connect() as tx:
            return worker_role.has_rights(tx, ROLE, jobs.SCHEMA)

    def is_serving(self, queue: str) -> bool:
        """True if the worker of a queue that was started last has begun its work."""
        return len(self.begun(queue)) == len(self.asked[queue])

    def begun(self, queue: str) -> list[datetime]:
        """Return when workers of a queue began their work."""
        lines = [line for line in self.workers[queue].logged if line["event"] == "started"]
        return [datetime.fromisoformat(str(line["timestamp"])) for line in lines]

    def longest_start(self) -> float:
        """Return the seconds that a worker needed at most to begin its work."""
        starts = [start for queue in self.workers for start in zip(self.asked[queue], self.begun(queue), strict=True)]
        return max((begun - asked).total_seconds() for asked, begun in starts)

    def is_whole(self) -> bool:
        """True if nobody is still starting, so that the word to stop is heard."""
        return all(map(self.is_serving, self.workers)) and all(ask(port, "/healthz")[0] == 200 for port in self.ports)

    def is_ready(self) -> bool:
        """True if the service that does the work finds everything in order."""
        return any(ask(port, "/readyz")[0] == 200 for port in self.ports)

    def kill_worker(self, queue: str) -> None:
        self.workers[queue].process.kill()
        self.workers[queue].process.wait()
        self.lost += 1

    def kill_leader(self) -> int:
        """Kill the service that does the work; return which it was. There is one alone."""
        (number,) = [number for number, port in enumerate(self.ports) if "xuncha_leader 1" in ask(port, "/metrics")[1]]
        self.killed.append(monotonic())
        self.leaders[number].process.kill()
        self.leaders[number].process.wait()
        return number

    def end(self) -> list[int]:
        """Tell everybody to stop, workers first; return their exit codes."""
        return [service.stop(signal.SIGTERM) for service in (*self.workers.values(), *self.leaders.values())]

    def kill(self) -> None:
        for service in (*self.workers.values(), *self.leaders.values()):
            service.process.kill()
            service.process.wait()


@contextmanager
def province(
    folder: Path, url: str, far: FarSide, robot: Robot, duty: Robot, *, accounts: int = ACCOUNTS, near: int = NEAR
) -> Iterator[Province]:
    """Found a province and have its roster read in; nothing runs yet."""
    found = Province(folder, url, {queue: far.proxies[exit_] for queue, exit_ in QUEUES.items()})
    every = int(INTERVAL.total_seconds() / 2)
    for name, port in (("0", found.ports[0]), ("1", found.ports[1]), ("w", 0)):
        (folder / name).mkdir()
        office = Office.at(folder / name)
        if name != "w":  # whoever only looks need not have what opens a channel
            for secret, channel in (("robot", robot), ("duty", duty)):
                file = folder / name / "config" / f"{secret}.secret"
                file.touch(0o600)
                file.write_text(channel.url)
        office.settle(
            f"hold: false\nweb: {{bind: '127.0.0.1:{port or free_port()}'}}\n"
            "hours: {windows: ['00:00-24:00'], every_day: true}\n"
            "channels:\n"
            f"  unit: {{url: 'file:robot.secret', base_url: '{robot.base_url}', per_minute: 1000}}\n"
            f"  duty: {{url: 'file:duty.secret', base_url: '{duty.base_url}'}}\n"
            "roles: {liaison: [group], operator: [duty]}\n"
            f"platforms: {{feed: {{every: {every}s, per_minute: {PER_MINUTE}}}}}\n"
            f"dispatch: {{kind: procrastinate, addresses: [{', '.join(QUEUES)}], role: {ROLE}}}\n"
        )
    rows = [
        (f"N{n:04}", f"账号{n}", "头条号", f"示例县单位{n % 200:03}",
         f"feed=http://127.0.{n % HOSTS // 250 + 1}.{n % HOSTS % 250 + 1}:{far.port}/{n}.xml",
         *((f"联络员{n}", f"138{n:08}", "unit") if n < near else ("", "", "")))
        for n in range(accounts)
    ]  # fmt: skip
    table = Office(folder=folder / "0").table(*rows, header=(*HEADER, "采集方式", "联络员", "联络员手机", "通知群"))
    assert run(["--config", str(folder / "0" / "config"), "--db", url, "import", "roster", str(table)]) == 0
    watch_records(url)
    try:
        yield found
    finally:
        found.kill()


def watch_records(url: str) -> None:
    """Have the database itself take down every look that is recorded, and know the role of workers."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE recorded (account text, at timestamp, known timestamptz DEFAULT clock_timestamp());"
            'CREATE ROLE "xuncha-workers" LOGIN;'
            "CREATE FUNCTION take_down() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN"
            " INSERT INTO public.recorded VALUES (NEW.account, NEW.last_look_at); RETURN NEW; END $$;"
            "CREATE TRIGGER take_down AFTER UPDATE OF last_look_at ON sources"
            " FOR EACH ROW EXECUTE FUNCTION take_down()"
        )


def records(url: str) -> list[tuple[str, datetime]]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return [(row[0], row[1]) for row in connection.exec_driver_sql("SELECT account, at FROM recorded ORDER BY at")]


@dataclass
class Figures:
    """What the drill found."""

    seconds: float
    looks: int
    recorded: int
    longest_gap: float
    longest_start: float
    closest: float
    most_in_window: int
    at_pace: int
    """How many requests followed another as soon as they might."""
    messages: int
    sent_again: int
    recorded_twice: int
    workers_killed: int
    leaders_killed: int
    by_exit: dict[str, int]


def test_a_province_loses_nothing_when_workers_and_leaders_die(tmp_path: Path) -> None:
    fresh, near = feed(now() - timedelta(days=1)), feed(now() - timedelta(days=12))

    def page(path: str) -> bytes:
        return near if int(path[1:].partition(".")[0]) < NEAR else fresh

    with ExitStack() as stack:
        url = stack.enter_context(require_postgresql())
        robot = stack.enter_context(SlowRobot())
        far = stack.enter_context(FarSide(page, tuple(QUEUES.values())))
        duty = stack.enter_context(Robot(clock=now))
        here = stack.enter_context(province(tmp_path, url, far, robot, duty))
        for number in (0, 1):
            here.lead(number)
        until(here.is_led, here.leaders[0])
        for queue in QUEUES:
            here.serve(queue)
        until(here.is_whole, here.leaders[0])
        began = monotonic()
        live(here, began)
        ended = monotonic()
        until(here.is_whole, here.workers["A"])
        until(here.is_ready, here.workers["A"])
        until(lambda: len({number for _, number in robot.told}) >= NEAR, here.workers["A"])
        assert here.end() == [0] * 5
        found = figures(here, far, robot, began, ended, records(url))
    if report := os.environ.get("XUNCHA_PROVINCE_REPORT"):
        Path(report).write_text(json.dumps(vars(found), indent=1))
    assert found.longest_gap <= 2 * INTERVAL.total_seconds() + found.longest_start, found
    assert found.closest >= GAP / 2, found
    assert found.most_in_window <= WINDOW / GAP + 1, found
    assert found.at_pace >= HOSTS, f"the pace was hardly ever what counts: {found}"
    assert found.messages == NEAR, found
    assert found.sent_again <= found.leaders_killed, found
    assert found.recorded_twice == 0, found
    assert found.recorded <= found.looks, found
    assert (found.workers_killed, found.leaders_killed) >= (4, 1), found
    assert found.by_exit.keys() == set(QUEUES.values()), found


def live(here: Province, began: float) -> None:
    """Let the province live for a while, and kill its processes as time goes."""
    events = [(at, "worker") for at in ticks(WORKER_DIES)] + [(at, "leader") for at in ticks(LEADER_DIES)]
    victims = cycle(QUEUES)
    for at, who in sorted(events):
        pause(max(0.0, began + at - monotonic()))
        if who == "worker":
            queue = next(victims)
            until(lambda queue=queue: here.is_serving(queue), here.workers[queue])  # type: ignore[misc]
            here.kill_worker(queue)
            pause(AGAIN)
            here.serve(queue)
        else:
            until(here.is_led, here.workers["A"])
            number = here.kill_leader()
            pause(AGAIN)
            here.lead(number)
    pause(max(0.0, began + SECONDS - monotonic()))


def ticks(every: float) -> list[float]:
    """Return the moments of blows: none so late that nobody could see what followed."""
    return [every * n - every / 2 for n in range(1, int(SECONDS / every) + 1)]


def figures(
    here: Province, far: FarSide, robot: SlowRobot, began: float, ended: float, kept: list[tuple[str, datetime]]
) -> Figures:
    by_account: dict[str, list[float]] = defaultdict(list)
    by_lane: dict[tuple[str, str], list[float]] = defaultdict(list)
    for arrival in far.arrivals:
        by_account[arrival.path].append(arrival.at)
        by_lane[arrival.exit, arrival.host].append(arrival.at)
    gaps = [
        later - sooner
        for moments in by_account.values()
        for sooner, later in pairwise([began, *(at for at in moments if at <= ended), ended])
    ]
    assert len(by_account) == ACCOUNTS
    steps = [later - sooner for moments in by_lane.values() for sooner, later in pairwise(moments)]
    told = Counter(number for _, number in robot.told)
    for number, count in told.items():
        moments = [at for at, other in robot.told if other == number]
        for sooner, later in pairwise(moments):  # only whom a killed leader was just telling is told again
            assert any(sooner - 1 <= blow <= later for blow in here.killed), (count, sooner, later, here.killed)
    asked = Counter(f"N{int(arrival.path[1:].partition('.')[0]):04}" for arrival in far.arrivals)
    recorded = Counter(account for account, _ in kept)
    assert all(count <= asked[account] for account, count in recorded.items()), "a look was recorded that nobody made"
    return Figures(
        seconds=ended - began,
        looks=len(far.arrivals),
        recorded=len(kept),
        longest_gap=max(gaps),
        longest_start=here.longest_start(),
        closest=min(steps),
        most_in_window=max(most(moments, WINDOW) for moments in by_lane.values()),
        at_pace=sum(step < 1.25 * GAP for step in steps),
        messages=len(told),
        sent_again=sum(count - 1 for count in told.values()),
        recorded_twice=sum(count - 1 for count in Counter(kept).values()),
        workers_killed=here.lost,
        leaders_killed=len(here.killed),
        by_exit=dict(Counter(arrival.exit for arrival in far.arrivals)),
    )


def most(moments: list[float], length: float) -> int:
    """Return how many moments lie in one stretch of this length at most."""
    found, first = 0, 0
    for last, at in enumerate(moments):
        while at - moments[first] >= length:
            first += 1
        found = max(found, last - first + 1)
    return found
