"""A clock that was wrong and was put right, and one that was put back by mistake."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from monitor.app.serving import view_of
from monitor.core.case import Closing
from monitor.core.finding import State
from monitor.core.observation import Reason
from monitor.daemon import Daemon
from monitor.store import Store, cases, moments, outbox, tables
from tests.pipeline.build import NOW, Canned, Office, account, feed, office
from tests.store.build import standing

URL = "https://feed.example/{0}.xml"
AWAY = timedelta(days=700)
AGES = (1, 12, 16)
"""How many days before NOW the accounts published last: one in order, one warned, one overdue."""


def watched(store: Store, now: datetime = NOW) -> Office:
    bodies: dict[str, bytes | Reason] = {
        URL.format(n): feed(*(NOW - timedelta(days=age + past) for past in (0, 3, 6))) for n, age in enumerate(AGES)
    }
    of = office(store, lambda clock: Canned(clock, bodies))
    of.clock.moment = now
    return of


async def enrolled(store: Store) -> Office:
    of = watched(store)
    await of.enrol([account(n, URL.format(n)) for n in range(len(AGES))])
    return of


async def pass_by(of: Office, *, turns: int = 2) -> None:
    """Run the works as the daemon does, a little apart."""
    for _ in range(turns):
        await of.look()
        await of.settle()


def shown(store: Store) -> tuple[object, ...]:
    """Return cases, messages and findings as they stand."""
    with store.read() as tx:
        return (
            [(case.id, case.rule, case.closing, len(case.steps)) for case in cases.cases(tx)],
            sorted((kept.message.id, kept.state) for kept in outbox.messages(tx)),
            sorted((str(finding.account), finding.rule, finding.state) for finding in standing(tx)),
        )


def restarted(of: Office, store: Store) -> Office:
    """Return the same office after a restart, at the same moment."""
    return watched(store, of.clock.moment)


@pytest.mark.parametrize("is_restarted", [False, True])
async def test_a_wrong_clock_that_is_put_right_has_parked_nobody(store: Store, *, is_restarted: bool) -> None:
    of = await enrolled(store)
    await pass_by(of)
    before = shown(store)
    of.clock.forward(AWAY)
    await pass_by(of)
    assert shown(store) != before  # by that clock everybody is overdue for years
    of.clock.moment = NOW + timedelta(hours=1)
    if is_restarted:
        of = restarted(of, store)
    for _ in range(4):
        of.clock.forward(timedelta(minutes=10))
        await pass_by(of, turns=1)
    now = of.clock()
    with store.read() as tx:
        sources = tx.execute(sa.select(tables.sources)).all()
        assert all(row.last_look_at <= now and row.next_look_at <= now + timedelta(hours=24) for row in sources)
        judged = tx.scalars(sa.select(tables.accounts.c.evaluate_at)).all()
        assert all(at <= now + timedelta(hours=24) for at in judged)
        states = {finding.account: finding.state for finding in standing(tx) if finding.rule == "UPD-01"}
        assert states == {"A00": State.OK, "A01": State.WARNING, "A02": State.VIOLATED}
        every = cases.cases(tx)
        assert all(step.at <= now for case in every for step in case.steps)
        ahead = [case for case in every if case.closing is Closing.CORRECTED]
        assert {case.account for case in ahead if case.rule == "UPD-01"} == {"A00", "A01", "A02"}
        still = {case.account for case in every if case.closed_at is None and case.rule == "UPD-01"}
        assert still == {"A01", "A02"}
        assert moments.standing(tx, now).newest <= now  # type: ignore[operator]  # there is one
    assert await of.parts.passes.audit() == ()


async def test_what_is_dated_ahead_counts_as_not_seen_until_it_is_seen_again(store: Store) -> None:
    of = await enrolled(store)
    of.clock.forward(AWAY)
    await pass_by(of)
    of.clock.moment = NOW + timedelta(hours=1)
    assert await of.parts.timekeeper.is_right()
    await of.parts.passes.judge_all()
    with store.read() as tx:
        assert {finding.state for finding in standing(tx) if finding.rule == "UPD-01"} <= {State.UNKNOWN}
    of.clock.forward(timedelta(minutes=20))
    await pass_by(of)
    with store.read() as tx:
        rows = tx.execute(sa.select(tables.posts)).all()
        assert len(rows) == 3 * len(AGES)
        assert all(row.withdrawn_at is None for row in rows)
        newest = dict(tx.execute(sa.select(tables.accounts.c.id, tables.accounts.c.newest_post_at)).all())
    assert newest == {f"A{n:02}": NOW - timedelta(days=age) for n, age in enumerate(AGES)}


@pytest.mark.parametrize("is_restarted", [False, True])
@pytest.mark.parametrize("back", [timedelta(days=1), timedelta(days=400)])
async def test_a_clock_put_back_behind_the_first_roster_does_nothing_and_sends_nothing(
    store: Store, back: timedelta, *, is_restarted: bool
) -> None:
    of = await enrolled(store)
    await pass_by(of)
    before, sent = shown(store), len(of.mail.taken)
    right = of.clock.moment
    of.clock.moment = NOW - back
    if is_restarted:
        of = restarted(of, store)
        sent = 0
    daemon = Daemon(of.parts.passes, of.parts.health, of.parts.metrics, of.parts.faults)
    for _ in range(3):
        for pass_ in daemon.passes:
            await daemon.once(pass_)
        of.clock.forward(timedelta(minutes=10))
    assert shown(store) == before
    assert len(of.mail.taken) == sent
    (problem,) = await view_of(of.parts, daemon).problems()
    assert problem.startswith("时钟有跳变")
    assert problem.endswith("请校准本机时间。")
    of.clock.moment = right + timedelta(minutes=30)
    await pass_by(of)
    assert of.parts.timekeeper.problem is None
    after = shown(store)
    assert after[0] == before[0]
    assert len(of.mail.taken) == sent


async def test_a_clock_put_back_into_days_of_work_is_not_believed(store: Store) -> None:
    of = await enrolled(store)
    for _ in range(20):
        await pass_by(of, turns=1)
        of.clock.forward(timedelta(days=1))
    before = shown(store)
    of.clock.moment -= timedelta(days=12)
    await pass_by(of)
    assert shown(store) == before
    assert of.parts.timekeeper.problem is not None


async def test_a_step_is_said_once_in_the_log_and_in_a_metric_and_for_a_day_by_health(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    of = await enrolled(store)
    passed = [0.0]
    keeper = of.parts.timekeeper
    keeper.ticks = lambda: passed[0]
    with caplog.at_level(logging.WARNING):
        for seconds, step in ((10, 0), (10, 0), (10, 7200), (10, 0), (10, -7200), (10, 0)):
            passed[0] += seconds
            of.clock.forward(timedelta(seconds=seconds + step))
            assert await keeper.is_right()
    assert [record.message for record in caplog.records] == ["clock stepped", "clock stepped"]
    daemon = Daemon(of.parts.passes, of.parts.health, of.parts.metrics, of.parts.faults)
    text = (await view_of(of.parts, daemon).metrics()).decode()
    assert 'xuncha_clock_steps_total{direction="forward"} 1.0' in text
    assert 'xuncha_clock_steps_total{direction="back"} 1.0' in text
    (notice,) = of.parts.health.notices
    assert notice == "时钟有跳变：本机时间退后了2小时。"
    of.clock.forward(timedelta(days=1))
    assert of.parts.health.notices == ()


def test_every_moment_that_is_kept_has_its_meaning_when_it_lies_ahead() -> None:
    named: dict[str, set[str]] = {}
    for kind in (moments.WRITTEN, moments.OTHERWISE, moments.LEFT_ALONE):
        for table, names in kind.items():
            assert named.setdefault(table, set()).isdisjoint(names)
            named[table] |= set(names)
    assert named == moments.moments()
