"""The passes: what runs, what stops them, and what does not."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

import pytest
import sqlalchemy as sa

from monitor.app.clock import now
from monitor.core.account import Role
from monitor.core.observation import Blind, Reason, Unchanged, Validators
from monitor.daemon import Daemon, Health, Pass
from monitor.settings.sections import HeartbeatSettings
from monitor.store import Store, StoreError, overview, tables
from tests.pipeline.build import NOW, Canned, CannedFetch, Office, account, feed, office, settings
from tests.pipeline.conftest import store as store_fixture

store = store_fixture
URL = "https://feed.example/a.xml"


def daemon_of(of: Office) -> Daemon:
    """Return a daemon over an office's parts."""
    parts = of.parts
    return Daemon(parts.passes, parts.health, parts.metrics, parts.faults)


def stale(store: Store) -> Office:
    """Return an office of today (the clockwork runs on real time) whose one account is twelve days old."""
    today = now()
    made = office(store, lambda clock: Canned(clock, {URL: feed(today - timedelta(days=12))}))
    made.clock.moment = today - timedelta(minutes=5)
    return made


def looked_at(of: Office) -> int:
    """Return how many sources have been looked at."""
    with of.parts.store.read() as tx:
        return sum(
            source.last_look_at is not None for row in overview.account_rows(tx, of.clock()) for source in row.sources
        )


def with_passes(daemon: Daemon, *passes: Pass) -> Daemon:
    """Have a daemon run these passes."""
    daemon.passes = passes
    return daemon


async def test_an_account_is_looked_at_judged_and_written_about_by_passes_alone(store: Store) -> None:
    of = stale(store)
    await of.enrol([account(1, URL)])
    of.clock.forward(timedelta(minutes=3))
    daemon = daemon_of(of)
    running = asyncio.create_task(daemon.run())
    async with asyncio.timeout(20):
        while len(of.mail.taken) < 2:
            await asyncio.wait({running}, timeout=0.05)
    daemon.stop()
    await running
    assert "更新预警" in of.mail.taken[0].subject


async def test_sigterm_lets_a_running_pass_finish(store: Store) -> None:
    daemon = daemon_of(stale(store))
    begun, finished = asyncio.Event(), []

    async def long() -> None:
        begun.set()
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait({asyncio.create_task(daemon.stopped())})
        finished.append(True)

    await with_passes(daemon, Pass(name="long", title="长", every=timedelta(hours=1), work=long)).run()
    assert begun.is_set()
    assert finished == [True]


async def test_a_bug_ends_its_pass_and_the_next_turn_comes_all_the_same(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    of = stale(store)
    daemon = daemon_of(of)
    turns = []

    async def broken() -> None:
        turns.append(1)
        if len(turns) == 2:
            daemon.stop()
        raise ZeroDivisionError

    await with_passes(daemon, Pass(name="broken", title="坏", every=timedelta(seconds=1), work=broken)).run()
    assert len(turns) >= 2
    assert "broken" not in of.parts.health.last_success
    assert {record.exc_info[0] for record in caplog.records if record.exc_info} == {ZeroDivisionError}


def trouble(health: Health) -> str | None:
    """Return what is said to be wrong with the database now."""
    return health.store_problem


async def test_a_database_in_trouble_is_told_looked_at_nothing_and_healed_by_itself(store: Store) -> None:
    of = stale(store)
    daemon = daemon_of(of)
    problem: str | None = "数据库被锁定。"

    async def troubled() -> None:
        raise StoreError(problem)

    await daemon.once(Pass(name="evaluate", title="判断", every=timedelta(seconds=1), work=troubled))
    health = of.parts.health
    assert problem in health.problems(daemon.passes, of.clock())
    looking = next(pass_ for pass_ in daemon.passes if pass_.name == "look_feed")
    await of.enrol([account(1, URL)])
    of.clock.forward(timedelta(minutes=3))
    await daemon.once(looking)
    assert looked_at(of) == 0
    await daemon.once(next(pass_ for pass_ in daemon.passes if pass_.name == "self_check"))
    assert trouble(health) == problem  # what failed has not worked yet
    await daemon.once(looking)
    assert looked_at(of) == 0
    await daemon.once(next(pass_ for pass_ in daemon.passes if pass_.name == "evaluate"))
    assert trouble(health) is None
    await daemon.once(looking)
    assert looked_at(of) == 1


async def test_what_was_seen_while_the_database_took_nothing_is_written_before_anything_is_looked_at_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = stale(store)
    daemon, health = daemon_of(of), of.parts.health
    await of.enrol([account(1, URL)])
    of.clock.forward(timedelta(minutes=3))
    looking, other, check = (
        next(pass_ for pass_ in daemon.passes if pass_.name == name)
        for name in ("look_feed", "look_weibo", "self_check")
    )

    def full(*_: object) -> None:
        raise StoreError("磁盘已满。")

    with monkeypatch.context() as patched:
        patched.setattr("monitor.store.looks.record", full)
        for _ in range(3):  # small rows still have room: no answer is “ready” all the same
            for pass_ in (looking, other, check):
                await daemon.once(pass_)
                assert trouble(health) == "磁盘已满。"
    assert looked_at(of) == 0
    await daemon.once(looking)
    assert looked_at(of) == 1
    await daemon.once(check)
    assert trouble(health) is None


async def test_whatever_holds_what_looks_write_is_trouble_until_that_can_be_written(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = stale(store)
    daemon, health = daemon_of(of), of.parts.health
    await of.enrol([account(1, URL)])
    of.clock.forward(timedelta(minutes=3))
    looking, check = (
        next(pass_ for pass_ in daemon.passes if pass_.name == name) for name in ("look_feed", "self_check")
    )

    def held(*_: object, **__: object) -> None:
        raise StoreError("数据库正被其他程序占用，请稍后再试。")

    with monkeypatch.context() as patched:
        for name in ("due_sources.claim_due", "looks.touch"):
            patched.setattr(f"monitor.store.{name}", held)
        for _ in range(3):
            await daemon.once(looking)
            await daemon.once(check)
            assert "占用" in str(trouble(health))
    for pass_ in (looking, check, looking):
        await daemon.once(pass_)
    assert trouble(health) is None
    assert looked_at(of) == 1


def test_a_trouble_with_the_database_is_logged_once_when_it_begins_and_once_when_it_ends(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "monitor")
    health = stale(store).parts.health
    for name in ("evaluate", "deliver", "evaluate", "look_feed"):
        health.failed(name, "磁盘已满。", "database or disk is full")
    for name in ("evaluate", "look_feed", "deliver", "self_check", "evaluate"):
        health.worked(name)
    health.failed("claim", "连接失败。")
    health.begins_anew("claim")
    told = [(record.message, record.__dict__["pass"]) for record in caplog.records]
    assert told == [
        ("store", "evaluate"),
        ("store works again", "self_check"),
        ("store", "claim"),
        ("store works again", "claim"),
    ]
    assert caplog.records[0].__dict__["reason"] == "database or disk is full"


def test_a_database_that_owes_an_answer_for_seconds_is_said_to_be_silent(store: Store) -> None:
    health = stale(store).parts.health
    health.asked_at = monotonic()
    assert trouble(health) is None
    health.asked_at -= 6
    assert trouble(health) == "数据库没有答复，请检查数据库服务器。"
    assert not health.may_look("look_feed")


def test_a_start_is_no_trouble_and_a_pass_that_never_succeeds_is(store: Store) -> None:
    of = stale(store)
    daemon, health = daemon_of(of), of.parts.health
    of.clock.forward(timedelta(days=3))  # on stand-by
    health.is_opening = True  # pages are served, and the work is still to begin
    assert health.problems(daemon.passes, of.clock()) == ()
    assert health.is_starting(daemon.passes, of.clock())
    health.begin(began := of.clock())
    soon = began + timedelta(minutes=2)
    assert health.problems(daemon.passes, soon) == ()
    assert health.is_starting(daemon.passes, soon)
    assert not health.is_well(daemon.passes, soon)
    (sentence,) = health.problems(daemon.passes, soon + timedelta(seconds=1))
    assert "判定" in sentence
    assert "采集" not in sentence
    (sentence,) = health.problems(daemon.passes, began + timedelta(hours=1, seconds=1))
    assert "采集微博主页" in sentence
    health.last_success |= {pass_.name: of.clock() for pass_ in daemon.passes}
    assert not health.is_starting(daemon.passes, of.clock())
    assert of.parts.health.problems(daemon.passes, of.clock()) == ()
    assert of.parts.health.problems(daemon.passes, of.clock() + timedelta(minutes=6)) != ()


def test_names_of_passes_are_labels(store: Store) -> None:
    daemon = daemon_of(stale(store))
    assert all(pass_.name.isidentifier() for pass_ in daemon.passes)


OUTSIDE = "https://hc.example/abc"


@dataclass
class Ear(Canned):
    """A door behind which somebody counts how often the service was heard."""

    heard: int = 0

    def bind(
        self, source: str, *, reader: str, validators: Validators | None = None, platform: str = ""
    ) -> CannedFetch:
        self.heard += source == "heartbeat"
        return super().bind(source, reader=reader, validators=validators, platform=platform)


async def heard(of: Office, *passes: str) -> tuple[int, int]:
    """Run these passes and the heartbeat; return how often somebody outside and the peer heard of it."""
    daemon = daemon_of(of)
    for name in (*passes, "heartbeat"):
        await daemon.once(next(pass_ for pass_ in daemon.passes if pass_.name == name))
    await of.settle()
    door = of.parts.door
    assert isinstance(door, Ear)
    return door.heard, sum("运行正常" in message.subject for message in of.duty.taken)


def listened_to(store: Store) -> Office:
    beats = HeartbeatSettings.model_validate({"url": OUTSIDE, "peer": "duty"})
    bodies: dict[str, bytes | Reason] = {OUTSIDE: b"OK", URL: feed(NOW - timedelta(days=12))}
    return office(store, lambda clock: Ear(clock, bodies), settings(heartbeat=beats))


WORK = ("evaluate", "deliver", "digest", "audit")


async def test_somebody_outside_hears_every_time_and_the_peer_once_a_day(store: Store) -> None:
    of = listened_to(store)
    assert await heard(of, *WORK) == (1, 1)
    assert await heard(of, *WORK) == (2, 1)
    of.clock.forward(timedelta(days=1))
    assert await heard(of, *WORK) == (3, 2)


@pytest.mark.parametrize("missing", WORK)
async def test_where_the_work_is_not_done_nobody_hears_anything(store: Store, missing: str) -> None:
    assert await heard(listened_to(store), *(name for name in WORK if name != missing)) == (0, 0)


async def test_where_a_case_is_lost_nobody_hears_anything(store: Store) -> None:
    of = listened_to(store)
    await of.enrol([account(1, URL)])
    await of.look()
    await of.settle()
    assert await heard(of, *WORK) == (1, 1)
    with store.begin() as tx:
        tx.execute(sa.update(tables.accounts).values(evaluate_at=None))
    daemon = daemon_of(of)
    await daemon.once(next(pass_ for pass_ in daemon.passes if pass_.name == "audit"))
    assert await heard(of) == (1, 1)
    assert "有1个事项没有下一步" in "".join(of.parts.health.problems((), of.clock()))


async def test_after_a_pause_no_case_is_called_lost_before_everybody_due_was_judged(store: Store) -> None:
    of = listened_to(store)
    await of.enrol([account(1, URL)])
    await of.look()
    await of.settle()
    of.clock.forward(timedelta(days=1))
    passes = {pass_.name: pass_ for pass_ in daemon_of(of).passes}
    for name, lost in (("audit", None), ("evaluate", None), ("audit", 0)):
        await daemon_of(of).once(passes[name])
        assert of.parts.health.lost == lost


async def test_a_machine_that_was_suspended_loses_no_case_before_judging_and_looks_have_come(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    of = listened_to(store)
    await of.enrol([account(1, URL)])
    await of.look()
    await of.settle()
    of.parts.directory.ways[Role.OPERATOR] = ()  # type: ignore[index]  # the office's own dict
    passes = {pass_.name: pass_ for pass_ in daemon_of(of).passes}
    await daemon_of(of).once(passes["evaluate"])
    await daemon_of(of).once(passes["audit"])
    of.clock.forward(timedelta(days=1, hours=2))
    for name in ("audit", "evaluate", "audit"):
        await daemon_of(of).once(passes[name])
        assert of.parts.health.lost == 0
    await of.look()
    for name in ("audit", "evaluate", "audit"):
        await daemon_of(of).once(passes[name])
    assert "cases without a next step" not in caplog.text


def test_a_day_without_any_sight_is_said(store: Store) -> None:
    of = stale(store)
    health, began = of.parts.health, of.clock()
    health.looked(Unchanged(), began)
    health.looked(Blind(reason=Reason.TIMEOUT), began + timedelta(hours=24))
    assert health.problems((), began + timedelta(hours=24)) == ()
    assert "没有一次成功的采集" in "".join(health.problems((), began + timedelta(hours=24, seconds=1)))


async def test_a_minute_in_which_nothing_happens_writes_nothing_but_that_the_database_can_be_written(
    store: Store,
) -> None:
    of = listened_to(store)
    await of.enrol([account(1, URL)])
    await of.look()
    await of.settle()
    await heard(of, *WORK, "prune")
    daemon = daemon_of(of)
    writes: list[str] = []
    sa.event.listen(store._writer, "begin", lambda _: writes.append(running))
    for second in range(60):
        for pass_ in daemon.passes:
            running = pass_.name
            if second % pass_.every.total_seconds() == 0 and (
                not running.startswith("look_") or running == "look_feed"
            ):
                await daemon.once(pass_)
        of.clock.forward(timedelta(seconds=1))
    assert Counter(writes) == {"self_check": 6}
