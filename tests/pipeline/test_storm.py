"""Thousands of cases at once: every word arrives, none twice, no robot is asked too often, whatever dies meanwhile."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import signal
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from ctypes import c_bool
from datetime import timedelta
from itertools import chain
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from monitor.core.message import MessageState, Outcome
from monitor.store import open_store, outbox
from monitor.store.copying import copy
from monitor.store.outbox import KeptMessage, Tried
from tests.alerts.post_office import Choosy, PostOffice
from tests.databases import made
from tests.pipeline import storm
from tests.pipeline.storm import ANSWERED, POSTED, ROBOTS, TAKING, Blow, FarSides, SharedClock, Strict
from tests.services import require_postgresql

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["pytest", "tests.pipeline.warm"])
CASES = range(5_000)
FEW = range(0, 4 * ROBOTS, ROBOTS)
"""All of one robot: what is on its way by another when a service is frozen may still leave when it wakes."""
KILLS = 200
STOPS = 1 / 5
"""So many clean stops for each kill."""
LONGEST_RUN = 110
"""Statements, commits and hand-overs within which a blow falls."""
LATE = (5, 20)
"""Which of its messages a robot takes without answering in time."""
MOST = 200.0
"""MB that no process of ours may hold."""
pytestmark = pytest.mark.slow


@pytest.fixture
def clock() -> SharedClock:
    return SharedClock.made(PROCESSES)


@pytest.fixture
def robots(clock: SharedClock) -> Iterator[list[Strict]]:
    with ExitStack() as stack:
        yield [stack.enter_context(Strict(clock, number, LATE)) for number in range(ROBOTS)]


@pytest.fixture
def mail() -> Iterator[PostOffice]:
    with Choosy() as far:
        yield far


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with require_postgresql() as url:
        yield url


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> dict[range, Path]:
    """Return the databases that were brewed already, by their cases."""
    return {range(0): tmp_path_factory.mktemp("storms")}


def brewed(kept: dict[range, Path], folder: Path, clock: SharedClock, cases: range) -> str:
    """Return a database of our own in which every case has just opened, and nobody was told of anything yet."""
    if cases not in kept:
        fresh = kept[range(0)] / f"{len(cases)}.db"
        begin = SharedClock.made(PROCESSES)
        asyncio.run(storm.brew(f"sqlite:///{fresh}", cases, begin))
        kept[cases] = fresh
    clock.forward(storm.BREWING)
    return f"sqlite:///{storm.copied(kept[cases], folder / 'storm.db')}"


def on_server(server: str, database: str, name: str) -> str:
    """Return a copy of a database on the server."""
    there = made(server, name, "template0")
    with open_store(database) as source, open_store(there) as target:
        copy(source, target, lambda _done, _total: None)
    return there


def expected(cases: range) -> set[tuple[str, str]]:
    """Return who is to be told of what: the liaison of all, the leader from day 12 on, where the post knows them."""
    return {
        (f"{prefix}{storm.unit_of(number):08}", str(number))
        for number in cases
        for prefix in ("138", "139")
        if prefix == "138"
        or (storm.DAYS[number // storm.UNITS % len(storm.DAYS)] >= 12 and storm.unit_of(number) != POSTED)
    }


def check(database: str, robots: list[Strict], mail: PostOffice, cases: range) -> None:
    """Everything arrived, once or marked, in its order and no faster than it may."""
    with open_store(database) as store, store.read() as tx:
        messages = outbox.messages(tx, limit=10_000)
        tries = {kept.message.id: outbox.attempts_of(tx, kept.message.id) for kept in messages}
        assert storm.left_over(tx) == 0
    told = Counter(chain.from_iterable(map(storm.heard_by, robots))) + Counter(storm.heard_by_mail(mail))
    assert set(storm.told(told)) == expected(cases)
    assert set(storm.told(told).values()) == {1}, "somebody was told of an account under two numbers"
    unanswered = {
        storm.number_of(message): sum(entry.attempt.outcome is Outcome.UNANSWERED for entry in tried)
        for message, tried in tries.items()
    }
    for heard, count in told.items():
        assert count <= 1 + unanswered[heard.number], f"{heard.number} was repeated although it was answered"
    check_states(messages, tries)
    assert max(robot.busiest for robot in robots) <= 18
    assert [robot.blocks for robot in robots] == [0] * ROBOTS
    answered = {number for number, count in unanswered.items() if not count}
    assert all(storm.in_order(storm.heard_by(robot), answered) for robot in robots), "a reminder left before an alert"


def check_states(messages: Iterable[KeptMessage], tries: dict[str, tuple[Tried, ...]]) -> None:
    """What could arrive is sent, with one answer; whom the post does not know the operator hears of."""
    ended = {(kept.message.address, kept.state) for kept in messages if kept.attempts}
    assert ended <= {
        (None, MessageState.SENT),
        ("liaison@example.invalid", MessageState.SENT),
        ("leader@example.invalid", MessageState.FAILED),
    }
    for message in messages:
        answers = [
            tried.attempt for tried in tries[message.message.id] if tried.attempt.outcome is not Outcome.UNANSWERED
        ]
        assert len(answers) == bool(message.attempts)
        assert all((answer.code == "550") is (message.state is MessageState.FAILED) for answer in answers)


def test_a_storm_of_5000_cases_over_40_units_and_3_robots(
    kept: dict[range, Path], tmp_path: Path, clock: SharedClock, robots: list[Strict], mail: PostOffice
) -> None:
    database = brewed(kept, tmp_path, clock, CASES)
    begun = clock()
    ours, theirs = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=storm.deliver_weighed, args=(database, FarSides.of(robots, mail), clock, theirs))
    process.start()
    theirs.close()
    held = ours.recv()
    process.join()
    check(database, robots, mail, CASES)
    assert clock() - begun < timedelta(minutes=30)
    warm, *later = held[len(held) // 4 :]
    assert max(later) - warm < 16, "memory grew"
    assert max(held) < MOST


def test_200_random_kills_of_two_services_lose_nothing_and_repeat_only_what_was_not_answered(
    kept: dict[range, Path], server: str, tmp_path: Path, clock: SharedClock, robots: list[Strict], mail: PostOffice
) -> None:
    database = on_server(server, brewed(kept, tmp_path, clock, CASES), "storm")
    assert survive(database, FarSides.of(robots, mail), clock, KILLS) == KILLS
    check(database, robots, mail, CASES)


def test_on_one_machine_kills_lose_nothing_either(
    kept: dict[range, Path], tmp_path: Path, clock: SharedClock, robots: list[Strict], mail: PostOffice
) -> None:
    database = brewed(kept, tmp_path, clock, CASES)
    survive(database, FarSides.of(robots, mail), clock, KILLS // 4)
    check(database, robots, mail, CASES)


def survive(database: str, sides: FarSides, clock: SharedClock, kills: int) -> int:
    """Have two services deliver everything while they are killed or stopped and replaced; return how many were killed.

    Who was told to stop leaves nothing in hand. Halfway the clock is put back by an hour.
    """
    clock.forward(timedelta(hours=2))
    chance = random.Random(20260519)  # noqa: S311 - the same blows every time
    over = PROCESSES.RawValue(c_bool)
    blows = [Blow(at=chance.randint(1, LONGEST_RUN), is_impatient=chance.random() < 1 / 8) for _ in range(kills)]
    stops = [Blow(at=chance.randint(1, LONGEST_RUN), by=signal.SIGTERM) for _ in range(round(kills * STOPS))]
    blows += stops
    chance.shuffle(blows)

    def another() -> BaseProcess:
        return started(database, sides, clock, blows.pop() if blows else Blow(0), over)

    crew, killed = [another(), another()], 0
    while crew:
        assert wait([process.sentinel for process in crew], 300), "nobody does anything any more"
        for process in [base_process for base_process in crew if not base_process.is_alive()]:
            crew.remove(process)
            pid = process.pid or 0
            if not (code := ended(process)):
                continue
            if code == storm.STOPPED:
                assert storm.in_hand_of(database, pid) == 0, "a clean stop left a message in hand"
            killed += code != storm.STOPPED
            if killed == kills // 2:
                clock.put_back(timedelta(hours=1))
            crew.append(another())
    return killed


def started(database: str, sides: FarSides, clock: SharedClock, blow: Blow, over: c_bool) -> BaseProcess:
    process = PROCESSES.Process(target=storm.serve, args=(database, sides, clock, blow, over))
    process.start()
    return process


def ended(process: BaseProcess) -> int:
    """Return how a service ended: well, told to stop, or killed."""
    process.join(300)
    code = process.exitcode
    process.close()
    assert code in {0, -signal.SIGKILL, storm.STOPPED}
    return code or 0


@contextmanager
def frozen(process: BaseProcess) -> Iterator[None]:
    """Wait until a service has stopped itself; let it go on in the end."""
    pid = process.pid
    assert pid
    while Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()[0] != "T":
        assert not wait([process.sentinel], 0.02), "it ended and was not frozen"
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize(
    ("at", "on"),
    [(1, TAKING), (1, "COMMIT"), (1, "RETURN"), (2, "RETURN"), (3, "RETURN"), (1, ANSWERED), (3, ANSWERED)],
)
def test_a_frozen_service_is_succeeded_and_neither_sends_nor_writes_when_it_wakes(
    kept: dict[range, Path],
    server: str,
    tmp_path: Path,
    clock: SharedClock,
    robots: list[Strict],
    mail: PostOffice,
    at: int,
    on: str,
) -> None:
    database = on_server(server, brewed(kept, tmp_path, clock, FEW), tmp_path.name)
    sides, over = FarSides.of(robots, mail), PROCESSES.RawValue(c_bool)
    sleeper = started(database, sides, clock, Blow(at=at, on=on, by=signal.SIGSTOP), over)
    with frozen(sleeper):
        assert ended(started(database, sides, clock, Blow(0), over)) == 0
        check(database, robots, mail, FEW)
        before = state(database, robots)
    assert ended(sleeper) == 0
    assert state(database, robots) == before


def state(database: str, robots: list[Strict]) -> tuple[object, ...]:
    """Return all that was sent and written about it."""
    with open_store(database) as store, store.read() as tx:
        messages = outbox.messages(tx)
        tries = [outbox.attempts_of(tx, kept.message.id) for kept in messages]
    return messages, tries, [len(robot.taken) for robot in robots]
