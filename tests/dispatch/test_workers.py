"""Workers: who gets what, what is taken back from whom, and what is said of who is missing."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
import sqlalchemy as sa

from monitor.app.dispatching import allowed, dispatch_problem
from monitor.dispatch.worker import Batch
from monitor.dispatch.workers import SILENT, installed
from monitor.settings.sections import DispatchSettings
from monitor.store import Store, jobs, looks, tables
from tests.cli.test_running import pause
from tests.dispatch.conftest import ADDRESS, LASTING, Side, by_workers, install, serving
from tests.pipeline.build import NOW, Canned, account, feed, office, settings

URL = "https://feed{}.example/a.xml"
FEED = feed(NOW - timedelta(days=1))


@pytest.fixture
def store(on_server: Store) -> Store:
    install(on_server)
    return on_server


async def enrolled(store: Store, *addresses: str, count: int = 9, **platforms: tuple[str, ...]) -> Side:
    """Found an office with so many accounts that are due, and workers at these addresses."""
    bodies = {URL.format(n): FEED for n in range(count)}
    side = Side(
        office(store, lambda clock: Canned(clock, dict(bodies)), by_workers(*addresses, **platforms)),
        store,
        is_by_workers=True,
    )
    await side.of.enrol([account(n, URL.format(n)) for n in range(count)])
    side.of.clock.forward(timedelta(minutes=3))
    return side


async def given(side: Side) -> int:
    return await side.of.parts.dispatch.submit(["feed"], lambda: True)


def waiting(store: Store) -> dict[str, int]:
    with store.read() as tx:
        return {queue: found.jobs for queue, found in jobs.waiting(tx).items()}


def claims(store: Store) -> list[str | None]:
    with store.read() as tx:
        return list(tx.scalars(sa.select(tables.sources.c.claim)))


def do(store: Store, statement: str, **values: object) -> None:
    """Change procrastinate's own rows, as its worker does."""
    with store.begin() as tx:
        tx.execute(sa.text("SET LOCAL search_path TO procrastinate, public"))
        tx.execute(sa.text(statement), values)


BEGIN = (
    "WITH worker AS (INSERT INTO procrastinate_workers (last_heartbeat)"
    " VALUES (now() - CAST(:ago AS interval)) RETURNING id)"
    " UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM worker)"
)


async def test_nothing_is_claimed_for_an_address_that_nobody_serves(store: Store) -> None:
    side = await enrolled(store, "A", "B")
    assert await given(side) == 0
    with serving(store, "B"):
        assert await given(side) == 9
    assert waiting(store) == {"B": 1}


async def test_a_collector_is_looked_through_only_by_the_addresses_that_are_named_for_it(store: Store) -> None:
    side = await enrolled(store, "A", "B", feed=("A",))
    with serving(store, "B"):
        assert await given(side) == 0
        with serving(store, "A"):
            assert await given(side) == 9
    assert waiting(store) == {"A": 1}


async def test_a_job_is_a_batch_and_no_address_has_more_than_one_ahead(store: Store) -> None:
    side = await enrolled(store, "A", count=320)
    with serving(store, "A"):
        assert [await given(side) for _ in range(3)] == [100, 100, 0]
    assert waiting(store) == {"A": 2}
    await side.work()
    with serving(store, "A"):
        assert await given(side) == 100


async def test_a_claim_and_its_job_are_made_together_or_not_at_all(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    side = await enrolled(store, "A")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(jobs, "put", broken)
    with serving(store, "A"), pytest.raises(RuntimeError):
        await given(side)
    assert set(claims(store)) == {None}


async def test_one_worker_at_a_time_serves_an_address(store: Store) -> None:
    first, second = store.place_of("A"), store.place_of("A")
    assert first.claim(LASTING)
    assert not second.claim(LASTING)
    first.leave()
    moments = count()
    while (
        not second.claim(LASTING) and next(moments) < 200
    ):  # the server lets go of a lock when it sees the session's end
        pause(0.05)
    assert second.is_held
    second.leave()


async def test_what_a_silent_worker_had_is_due_again_at_once_and_its_late_looks_are_worth_nothing(
    store: Store,
) -> None:
    side = await enrolled(store, "A")
    with serving(store, "A"):
        await given(side)
        (claim,) = set(claims(store))
        do(store, BEGIN, ago=SILENT / 2)
        await side.of.parts.dispatch.tend()
        assert set(claims(store)) == {claim}, "it may still be alive"
        do(store, BEGIN, ago=SILENT * 2)
        ids = [source.id for source in await store.query(lambda tx: tx.execute(sa.select(tables.sources.c.id)).all())]
        late = await Batch(store=store, names=["feed"], claim=str(claim), sources=ids).take(looks.Capacity(limit=9), [])
        await side.of.parts.dispatch.tend()
        assert set(claims(store)) == {None}
        assert waiting(store) == {}
        seen = [await side.of.parts.looker._look(due, side.of.parts.looker._fetch(due)) for due in late]
        assert await side.of.parts.looker._write(seen) == ()
        assert await side.look() == 9


async def test_an_account_that_is_being_judged_keeps_no_other_look_from_being_written(store: Store) -> None:
    side = await enrolled(store, "A")
    looker = side.of.parts.looker
    with serving(store, "A"):
        await given(side)
    (claim,) = set(claims(store))
    ids = [source.id for source in await store.query(lambda tx: tx.execute(sa.select(tables.sources.c.id)).all())]
    due = await Batch(store=store, names=["feed"], claim=str(claim), sources=ids).take(looks.Capacity(limit=9), [])
    seen = [await looker._look(entry, looker._fetch(entry)) for entry in due]
    with sa.create_engine(store.url, poolclass=sa.NullPool).begin() as judging:
        first = sa.select(tables.accounts.c.id).where(tables.accounts.c.id == due[0].source.account)
        judging.execute(first.with_for_update())
        await looker._keep(seen, passes_over=True)
        assert [held == claim for held in claims(store)].count(True) == 1
    assert await looker.write_left() == 1
    assert set(claims(store)) == {None}
    assert await looker.write_left() == 0


async def test_what_the_former_worker_of_an_address_was_at_is_not_waited_for_once_there_is_a_new_one(
    store: Store,
) -> None:
    side = await enrolled(store, "A", "B")
    with serving(store, "A"):
        await given(side)
        do(store, BEGIN, ago=timedelta())
        for address, is_free in (("B", False), ("A", True)):
            with store.begin() as tx:
                jobs.give_up(tx, address)
            await side.of.parts.dispatch.tend()
            assert (set(claims(store)) == {None}) is is_free
        assert await side.look() == 9


async def test_what_waits_for_an_address_without_a_worker_goes_to_another(store: Store) -> None:
    side = await enrolled(store, "A", "B")
    with serving(store, "A"):
        await given(side)
    do(store, "UPDATE procrastinate_events SET at = at - CAST(:ago AS interval)", ago=SILENT * 2)
    with serving(store, "B"):
        await side.of.parts.dispatch.tend()
        assert await given(side) == 9
    assert waiting(store) == {"B": 1}


async def test_a_source_over_which_workers_are_lost_again_and_again_is_left_alone(store: Store) -> None:
    side = await enrolled(store, "A", count=1)
    with serving(store, "A"):
        for _ in range(3):
            assert await given(side) == 1
            do(store, BEGIN, ago=SILENT * 2)
            await side.of.parts.dispatch.tend()
        assert await given(side) == 0
        side.of.clock.forward(timedelta(minutes=11))
        assert await side.look() == 1
    with store.read() as tx:
        assert tx.execute(sa.select(tables.sources.c.losses, tables.sources.c.deaths)).one() == (0, 0)


async def test_queues_of_another_version_are_made_anew_and_what_waited_in_them_is_due_again(store: Store) -> None:
    side = await enrolled(store, "A")
    with serving(store, "A"):
        await given(side)
        with store.begin() as tx:
            tx.execute(sa.update(tables.notes).where(tables.notes.c.key == "jobs").values(text="2.0"))
        assert await given(side) == 0
        await side.of.parts.dispatch.tend()
        assert waiting(store) == {}
        assert await given(side) == 9
    with store.read() as tx:
        assert jobs.is_installed(tx, installed())


async def test_health_says_who_is_missing_what_waits_and_how_lately_anybody_looked(store: Store) -> None:
    side = await enrolled(store, "A", "B")
    with serving(store, "A"):
        await given(side)
        health = await side.of.parts.dispatch.health()
        assert [(queue.address, queue.is_served, queue.jobs) for queue in health.queues] == [
            ("A", True, 1),
            ("B", False, 0),
        ]
        assert health.queues[0].oldest is not None
        assert health.last_tried is None
        await side.work()
        health = await side.of.parts.dispatch.health()
    assert health.last_seen == health.last_tried == side.of.clock()


async def test_the_operator_hears_once_of_an_address_that_has_had_no_worker_for_long(store: Store) -> None:
    side = await enrolled(store, "A", "B")

    async def told() -> list[str]:
        await side.of.parts.passes.tend()
        await side.of.settle()
        return [message.body for message in side.of.duty.taken if "出口地址" in message.subject]

    with serving(store, "A"):
        assert await told() == []
        side.of.clock.forward(timedelta(minutes=11))
        (body,) = await told()
        assert "“B”" in body
        assert "“A”" not in body
        side.of.clock.forward(timedelta(minutes=11))
        assert len(await told()) == 1
    with serving(store, "B"):
        side.of.clock.forward(timedelta(hours=25))
        await told()
        side.of.clock.forward(timedelta(minutes=11))
        assert "“A”" in (await told())[-1]


def test_a_service_whose_addresses_have_no_worker_is_not_ready(store: Store) -> None:
    parts = office(store, lambda clock: Canned(clock, {}), by_workers("A")).parts
    from monitor.dispatch.port import DispatchHealth, Queue  # noqa: PLC0415

    gone = Queue(address="A", is_served=False, jobs=0, oldest=None)
    parts.health.tended(DispatchHealth(queues=(gone,)))
    assert parts.health.problems((), parts.clock()) == ("出口地址A没有采集进程在运行，请检查该处的 xuncha worker。",)


def test_an_owners_grant_is_used_by_one_address_alone() -> None:
    from monitor.settings.kinds import Secret  # noqa: PLC0415
    from monitor.settings.sections import GrantSettings  # noqa: PLC0415

    grant = GrantSettings(collector="wechat-official", id="wx", secret=Secret("env:X"))
    dispatch = DispatchSettings(kind="procrastinate", addresses=("A", "B"), platforms={"weibo": ("B",)})
    assert allowed(settings(dispatch=dispatch, grants={"one": grant})) == {
        "weibo": ("B",),
        "wechat-official": ("A",),
    }


def test_workers_need_postgresql() -> None:
    assert dispatch_problem(settings(), "sqlite") is None
    assert dispatch_problem(by_workers("A"), "postgresql") is None
    said = dispatch_problem(by_workers("A"), "sqlite")
    assert said is not None
    assert "PostgreSQL" in said
    assert ADDRESS
