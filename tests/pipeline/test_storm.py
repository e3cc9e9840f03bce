"""Thousands of cases at once: every word arrives, none twice, no robot is asked too often, whatever dies meanwhile."""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import resource
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.core.message import MessageState, Outcome
from monitor.store import open_store, outbox
from tests.pipeline import storm
from tests.pipeline.storm import REMINDED, ROBOTS, Blow, FarSides, SharedClock, Strict

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.pipeline.storm"])
CASES = 5_000
HALF = 120
"""About half of the messages that so many cases make."""
FEWER = 400
"""Cases of the storm in which processes die: each of them judges everything that waits once more."""
KILLS = 200
LONGEST_RUN = 60
"""Statements and commits within which a blow falls."""
pytestmark = pytest.mark.slow


@pytest.fixture
def clock() -> SharedClock:
    return SharedClock.made(PROCESSES)


@pytest.fixture
def robots(clock: SharedClock) -> Iterator[list[Strict]]:
    with ExitStack() as stack:
        yield [stack.enter_context(Strict(clock, number)) for number in range(ROBOTS)]


def brewed(folder: Path, clock: SharedClock, cases: int) -> Path:
    database = folder / "storm.db"
    asyncio.run(storm.brew(database, cases, clock))
    return database


def expected(cases: int) -> set[tuple[str, str]]:
    """Return who is to be told of what: the liaison of everything, the leader from day 12 on."""
    both = {
        (f"{prefix}{storm.unit_of(number):08}", str(number)) for number in range(cases) for prefix in ("138", "139")
    }
    early = {number for number in range(cases) if storm.DAYS[number // storm.UNITS % len(storm.DAYS)] < 12}
    return {(mobile, number) for mobile, number in both if mobile.startswith("138") or int(number) not in early}


def test_a_storm_of_5000_cases_over_40_units_and_3_robots(
    tmp_path: Path, clock: SharedClock, robots: list[Strict]
) -> None:
    database = brewed(tmp_path, clock, CASES)
    begun = clock()
    with open_store(f"sqlite:///{database}") as store:
        parts = storm.parts_of(store, clock, FarSides.of(robots).channels(clock))
        asyncio.run(storm.deliver_all(parts, clock, lambda: sum(len(robot.taken) for robot in robots) >= HALF))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        asyncio.run(storm.deliver_all(parts, clock))
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with store.read() as tx:
            kept = outbox.messages(tx, limit=10_000)
    assert {one.state for one in kept if one.message.channel != "duty"} == {MessageState.SENT}
    assert set(storm.told(robots)) == expected(CASES)
    assert set(storm.told(robots).values()) == {1}
    assert set(storm.numbers(robots).values()) == {1}
    assert [robot.blocks for robot in robots] == [0] * ROBOTS
    assert max(robot.busiest for robot in robots) <= 18
    assert clock() - begun < timedelta(minutes=30)
    assert after - before < 16 * 1024, "memory grew"
    for robot in robots:
        first_alert = [int(_unit(text)) < REMINDED for _, text in robot.taken]
        assert first_alert == sorted(first_alert, reverse=True)


def _unit(text: str) -> str:
    return text.rsplit("@13", 1)[1][1:10]


def test_200_random_kills_lose_nothing_and_repeat_only_what_was_not_answered(
    tmp_path: Path, clock: SharedClock, robots: list[Strict]
) -> None:
    database = brewed(tmp_path, clock, FEWER)
    chance = random.Random(20260519)  # noqa: S311 - the same blows every time
    clock.forward(timedelta(hours=2))
    asyncio.run(storm.draft(database, clock))
    sides, killed = FarSides.of(robots), 0
    for turn in range(KILLS):
        blow = Blow(before=chance.randint(1, LONGEST_RUN))
        killed += run(database, sides, clock, blow) == -signal.SIGKILL
        if turn == KILLS // 10:
            clock.forward(-timedelta(hours=1))
    assert run(database, sides, clock, Blow(before=0)) == 0
    with open_store(f"sqlite:///{database}") as store, store.read() as tx:
        kept = [one for one in outbox.messages(tx, limit=10_000) if one.message.channel != "duty"]
        tries = {one.message.id: outbox.attempts_of(tx, one.message.id) for one in kept}
    assert {one.state for one in kept if one.attempts} == {MessageState.SENT}
    assert set(storm.told(robots)) == expected(FEWER)
    assert max(robot.busiest for robot in robots) <= FASTEST_EVER
    for number, count in storm.numbers(robots).items():
        unanswered = sum(one.attempt.outcome is Outcome.UNANSWERED for one in tries[number])
        assert count <= 1 + unanswered, f"{number} was repeated although it was answered"
        assert sum(one.attempt.outcome is Outcome.SENT for one in tries[number]) == 1
    assert killed > KILLS // 2, "too few blows fell while anything was to be sent"


FASTEST_EVER = 18
"""Tokens are taken before a message leaves, so that not even a restart hurries a robot."""


def run(database: Path, sides: FarSides, clock: SharedClock, blow: Blow) -> int:
    process = PROCESSES.Process(target=storm.deliver_until_killed, args=(f"sqlite:///{database}", sides, clock, blow))
    process.start()
    process.join(120)
    code = process.exitcode
    process.close()
    assert code in {0, -signal.SIGKILL}
    return code or 0
