"""kill -9 between any two writes: after a restart nothing is lost, half-done, or said twice under another number."""

from __future__ import annotations

import multiprocessing
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.core.message import MessageState
from monitor.store import cases, open_store, outbox, overview
from tests.alerts.robot import Robot
from tests.databases import migrated
from tests.pipeline.build import NOW
from tests.pipeline.doomed import DAYS, Errand, run
from tests.store.build import standing

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.pipeline.doomed"])
EVER = 400
"""More writes than one run makes."""
WRITES = 60
"""Fewer writes than one run makes."""


def done(errand: Errand) -> int:
    """Run the errand in a process; return its exit code."""
    process = PROCESSES.Process(target=run, args=(errand,))
    process.start()
    process.join(60)
    code = process.exitcode
    process.close()
    assert code in {0, -signal.SIGKILL}
    return code or 0


@dataclass(frozen=True)
class Outcome:
    """What stands in the database, apart from when it was written and under which numbers."""

    posts: frozenset[tuple[str, str]]
    findings: frozenset[tuple[str | None, str, str]]
    steps: tuple[tuple[str, str, str], ...]
    messages: tuple[tuple[str, str, str], ...]


def outcome(database: str) -> Outcome:
    """Return what a database holds; every row it has must be readable and whole."""
    with open_store(database) as store, store.read() as tx:
        rows = overview.account_rows(tx, NOW + timedelta(days=1))
        kept = outbox.messages(tx)
        assert {kept_message.state for kept_message in kept} <= {
            MessageState.SENT,
            MessageState.QUEUED,
            MessageState.SENDING,
        }
        return Outcome(
            posts=frozenset(
                (row.account.id, post.post.key) for row in rows for post in overview.posts_of(tx, row.account.id)
            ),
            findings=frozenset((finding.account, finding.rule, finding.state.value) for finding in standing(tx)),
            steps=tuple(
                sorted(
                    (case.account or "", case.rule, step.kind.value) for case in cases.cases(tx) for step in case.steps
                )
            ),
            messages=tuple(
                sorted(
                    (kept_message.person, kept_message.message.channel, kept_message.state.value)
                    for kept_message in kept
                )
            ),
        )


@pytest.fixture
def robot() -> Iterator[Robot]:
    with Robot(clock=lambda: NOW) as far:
        yield far


def test_wherever_a_blow_falls_the_restart_makes_it_good(tmp_path: Path, robot: Robot) -> None:
    drill(tmp_path, robot, stride=31)


@pytest.mark.slow
def test_between_any_two_writes_a_blow_may_fall_and_the_restart_makes_it_good(tmp_path: Path, robot: Robot) -> None:
    drill(tmp_path, robot, stride=1)


def drill(folder: Path, robot: Robot, *, stride: int) -> None:
    """Kill runs before every `stride`-th write, restart each, and compare with one that was left alone."""
    errand = Errand(
        database=migrated(folder / "whole.db"),
        robot_url=robot.url,
        robot_base=robot.base_url,
        at=NOW,
        dies_before=0,
    )
    assert done(errand) == 0
    whole, messages = outcome(errand.database), len(robot.received)
    assert len(whole.posts) == len(DAYS)
    assert {state for _, _, state in whole.messages} == {"sent"}
    for blow in range(1, EVER, stride):
        robot.received.clear()
        doomed = replace(errand, database=migrated(folder / f"{blow}.db"), dies_before=blow)
        if done(doomed) == 0:
            assert blow > WRITES
            return
        again = replace(doomed, dies_before=0, at=NOW + timedelta(minutes=20))
        assert done(again) == 0, f"no restart after blow {blow}"
        assert outcome(doomed.database) == whole, f"blow {blow}"
        check_repeats(robot, messages, blow)
    pytest.fail("a run makes more writes than were tried")


def check_repeats(robot: Robot, messages: int, blow: int) -> None:
    """Everything was received; at most one message twice, with the same number and words."""
    numbers = Counter(received.text[received.text.index("编号") :].split()[0] for received in robot.received)
    assert sum(count - 1 for count in numbers.values()) <= 1, f"blow {blow}"
    assert len(numbers) == messages, f"blow {blow}"
    words = {received.text for received in robot.received}
    assert len(words) == len(numbers), f"blow {blow}: a repeat has other words"
