"""Two services on one PostgreSQL: one works, one stands by, and what happens when the first is killed."""

from __future__ import annotations

import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from pytest_httpserver import HTTPServer

from monitor.cli.main import run
from monitor.store import Store, StoreError, notes, open_store
from monitor.store.place import DAEMON_KEY
from tests.alerts.robot import Answer, Received, Robot
from tests.cli.office import HEADER, PROGRAM, Office, Service, free_port
from tests.cli.test_running import ask, is_ready, until
from tests.pipeline.build import feed
from tests.services import require_postgresql

PEOPLE = 30
SOON = 10.0
pytestmark = pytest.mark.slow


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - real processes live in real time


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with require_postgresql() as url:
        yield url


class SlowRobot(Robot):
    """Takes its time, so that a blow falls in the middle."""

    def answer(self, request: Received) -> Answer:
        answer = super().answer(request)
        threading.Event().wait(0.3)
        return answer


def settle(folder: Path, robot: Robot) -> tuple[Office, int]:
    """Found an office that tells everybody over the robot, at any hour."""
    folder.mkdir()
    office, port = Office.at(folder), free_port()
    (folder / "config" / "robot.secret").write_text(robot.url)
    (folder / "config" / "robot.secret").chmod(0o600)
    office.settle(
        f"hold: false\nweb: {{bind: '127.0.0.1:{port}'}}\nhours: {{windows: ['00:00-24:00'], every_day: true}}\n"
        f"channels: {{unit: {{url: 'file:robot.secret', base_url: '{robot.base_url}', per_minute: 1000}}}}\n"
        "roles: {liaison: [group]}\nplatforms: {feed: {every: 5s, per_minute: 6000}}\n"
    )
    return office, port


@contextmanager
def serving(office: Office, url: str) -> Iterator[Service]:
    """Run the service of an office on the server."""
    log = office.folder / "run.log"
    with log.open("wb") as err:
        process = subprocess.Popen(
            [str(PROGRAM), "--config", str(office.folder / "config"), "--db", url, "run"],
            cwd=office.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=err,
        )
    try:
        yield Service(process=process, log=log)
    finally:
        process.kill()
        process.wait()


def test_a_killed_service_is_succeeded_in_seconds_and_nothing_is_sent_twice(
    server: str, tmp_path: Path, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/feed.xml").respond_with_data(
        feed(now() - timedelta(days=12)), content_type="application/rss+xml"
    )
    with SlowRobot(clock=now) as robot:
        (first, port), (second, other_port) = settle(tmp_path / "a", robot), settle(tmp_path / "b", robot)
        rows = [
            (f"A{n:02}", f"账号{n}", "头条号", "示例县教育局", f"feed={httpserver.url_for('/feed.xml')}", f"联络员{n}",
             f"1380000{n:04}", "unit") for n in range(PEOPLE)
        ]  # fmt: skip
        table = first.table(*rows, header=(*HEADER, "采集方式", "联络员", "联络员手机", "通知群"))
        assert run(["--config", str(tmp_path / "a" / "config"), "--db", server, "import", "roster", str(table)]) == 0
        with serving(first, server) as active:
            until(is_ready(port), active)
            with serving(second, server) as standby:
                until(lambda: ask(other_port, "/readyz")[0] == 503, standby)
                assert "本机为备用" in ask(other_port, "/readyz")[1]
                until(lambda: "xuncha_leader 1" in ask(port, "/metrics")[1], active)
                assert "xuncha_leader 0" in ask(other_port, "/metrics")[1]
                until(lambda: len(robot.received) >= 5, active)
                active.process.kill()
                killed = time.monotonic()
                until(lambda: "本机为备用" not in ask(other_port, "/readyz")[1], standby)
                assert time.monotonic() - killed < SOON
                until(lambda: len(numbers(robot)) >= PEOPLE, standby)
                until(is_ready(other_port), standby)
                assert [line["event"] for line in standby.logged][:3] == ["standing by", "taking over", "started"]
                assert named(server) >= {"xuncha"}
        assert sum(count - 1 for count in numbers(robot).values()) <= 1
        assert len({received.text for received in robot.received}) == PEOPLE


def numbers(robot: Robot) -> Counter[str]:
    return Counter(received.text[received.text.index("编号") :].split()[0] for received in robot.received)


def named(url: str) -> set[str]:
    """Return the names of the programs that have a session on the server."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        names = set(connection.exec_driver_sql("SELECT application_name FROM pg_stat_activity").scalars())
    engine.dispose()
    return names


def end_sessions(url: str) -> None:
    """Have the server end every session but ours, as a restart does."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )
    engine.dispose()


def put(store: Store, key: str) -> None:
    with store.begin() as tx:
        notes.put_note(tx, key, "text")


def test_who_lost_the_place_writes_nothing_until_it_is_held_again(server: str) -> None:
    with open_store(server) as store:
        assert store.claim_daemon()
        put(store, "before")
        end_sessions(server)
        with pytest.raises(StoreError, match="连接"):
            put(store, "between")
        assert store.claim_daemon()
        put(store, "after")
        with store.read() as tx:
            assert notes.get_note(tx, "between") is None


def test_who_lost_the_place_to_another_stays_out(server: str) -> None:
    with open_store(server) as store, open_store(server) as other:
        assert store.claim_daemon()
        assert not other.claim_daemon()
        end_sessions(server)
        assert other.claim_daemon()
        assert not store.claim_daemon()
        with pytest.raises(StoreError, match="连接中断过"):
            put(store, "late")
        put(other, "in time")


@contextmanager
def lock_of_nobody(url: str) -> Iterator[None]:
    """Keep the daemon's lock as a session does whose client is gone, which the server does not know yet."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.pg_try_advisory_lock(DAEMON_KEY)))
        yield


def test_a_lock_that_a_dying_session_keeps_is_waited_for_and_is_no_successor(server: str) -> None:
    with open_store(server) as store:
        assert store.claim_daemon()
        end_sessions(server)
        with lock_of_nobody(server):
            assert not store.claim_daemon()
            assert not store.is_succeeded
            with pytest.raises(StoreError, match="正在确认"):
                put(store, "between")
        assert store.claim_daemon()
        assert not store.is_succeeded
        put(store, "after")


def test_who_had_a_successor_does_not_go_on_even_where_that_one_is_gone_too(server: str) -> None:
    with open_store(server) as store:
        assert store.claim_daemon()
        end_sessions(server)
        with open_store(server) as other:
            assert other.claim_daemon()
        assert not store.claim_daemon()
        assert store.is_succeeded
        with pytest.raises(StoreError, match="正在确认"):
            put(store, "late")
        with open_store(server) as other:
            assert other.claim_daemon(), "nor does it keep the place from others"


def test_a_claim_that_failed_half_way_leaves_no_lock_behind(server: str) -> None:
    engine = sa.create_engine(server, poolclass=sa.NullPool)
    with open_store(server, patience=timedelta(milliseconds=200)) as store, open_store(server) as other:
        with engine.connect() as connection:
            connection.exec_driver_sql("LOCK TABLE notes IN EXCLUSIVE MODE")
            with pytest.raises(StoreError, match="占用"):
                store.claim_daemon()
        until_true(other.claim_daemon)


def until_true(asked: Callable[[], bool], patience: float = SOON) -> None:
    """Return when something has become true."""
    ends = time.monotonic() + patience
    while not asked():
        assert time.monotonic() < ends
        threading.Event().wait(0.05)


def test_a_session_with_the_number_of_one_that_was_holds_nothing(server: str) -> None:
    with open_store(server) as store, open_store(server) as other:
        assert store.claim_daemon()
        end_sessions(server)
        assert other.claim_daemon()
        store._place._pid = other._place._pid  # type: ignore[union-attr]  # as after a restart of the server
        with pytest.raises(StoreError, match="正在确认"):
            put(store, "late")
