"""A PostgreSQL that stands still: health and metrics answer all the same, and a stop does not wait for it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.cli.main import run
from monitor.store.database import LIMIT
from tests.cli.office import HEADER, Office, Service, free_port
from tests.cli.test_running import ask, is_ready, until
from tests.databases import made
from tests.pipeline.test_standby import serving
from tests.services import require_postgresql

pytestmark = pytest.mark.slow
PROMPT = 2.0
"""Seconds in which health and metrics answer."""
SHORT = LIMIT.total_seconds() * 2 / 3
LONG = LIMIT.total_seconds() * 4 / 3
"""Seconds without an answer after which nothing is given up yet, and all that waits is."""
STOPPED = 20.0
"""Seconds in which a stop is over."""


@pytest.fixture
def server() -> Iterator[str]:
    with require_postgresql() as url:
        yield url


def settle(folder: Path) -> tuple[Office, int]:
    folder.mkdir()
    office, port = Office.at(folder), free_port()
    office.settle(f"web: {{bind: '127.0.0.1:{port}'}}\nplatforms: {{feed: {{every: 5s, per_minute: 6000}}}}\n")
    return office, port


def processes(url: str) -> list[int]:
    """Return the server's processes, the first one first."""
    folder = Path(str(sa.make_url(url).query["host"]))
    first = int((folder / "files" / "postmaster.pid").read_text().split()[0])
    others = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == first:
            others.append(int(stat.parent.name))
    return [first, *others]


@contextmanager
def frozen(url: str) -> Iterator[None]:
    """Have the whole server stand still."""
    pids = processes(url)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def watched(port: int, seconds: float) -> list[tuple[int, str]]:
    """Return what /readyz says meanwhile; everything must be answered in time, and nothing with a fault of ours."""
    said = []
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        for path in ("/healthz", "/readyz", "/metrics"):
            began = time.monotonic()
            status, text = ask(port, path)
            assert time.monotonic() - began < PROMPT, path
            assert status in {200, 503}, (path, status, text)
            if path == "/readyz":
                said.append((status, text))
            if path == "/metrics":
                assert status == 200
                assert "xuncha_store_writable" in text
        signal.sigtimedwait([], 0.3)
    return said


def enrolled(folder: Path, url: str) -> tuple[Office, int]:
    """Found an office that looks at one feed again and again."""
    office, port = settle(folder)
    table = office.table(
        ("A01", "账号1", "头条号", "示例县教育局", f"feed=http://127.0.0.1:{port}/healthz"),
        header=(*HEADER, "采集方式"),
    )
    assert run(["--config", str(folder / "config"), "--db", url, "import", "roster", str(table)]) == 0
    return office, port


def stands_by(port: int) -> bool:
    return "本机为备用" in ask(port, "/readyz")[1]


def events(service: Service) -> list[object]:
    return [line["event"] for line in service.logged if line["event"] not in {"store", "store works again"}]


def test_health_and_metrics_answer_and_a_stop_is_short_while_the_server_stands_still(
    server: str, tmp_path: Path
) -> None:
    (first, port), (second, other_port) = enrolled(tmp_path / "a", server), settle(tmp_path / "b")
    with serving(first, server) as active:
        until(is_ready(port), active)
        with serving(second, server) as standby:
            until(lambda: stands_by(other_port), standby)
            with frozen(server):
                said = watched(port, SHORT * 5 / 6)
                assert said[-1][0] == 503
                assert "没有" in said[-1][1]
                first_bad = next(place for place, (status, _) in enumerate(said) if status == 503)
                assert {status for status, _ in said[first_bad:]} == {503}, "what is wrong stays said"
                watched(other_port, SHORT / 6)
                assert "数据库" in ask(other_port, "/readyz")[1]
            until(is_ready(port), active, 120)
            until(lambda: stands_by(other_port), standby, 120)
            assert events(active) == ["started"], "a short silence takes nobody's place"
            assert events(standby) == ["standing by"]
            with frozen(server):
                watched(port, 2)
                for service in (active, standby):
                    began = time.monotonic()
                    service.process.send_signal(signal.SIGTERM)
                    service.process.wait(60)
                    assert time.monotonic() - began < STOPPED, service.log.read_text(encoding="utf-8")


def test_after_a_long_silence_one_service_of_two_works_and_one_that_is_alone_goes_on(
    server: str, tmp_path: Path
) -> None:
    elsewhere = made(server, "elsewhere", "template0")
    (first, port), (second, other_port) = enrolled(tmp_path / "a", server), settle(tmp_path / "b")
    lonely, lonely_port = enrolled(tmp_path / "c", elsewhere)
    with serving(first, server) as active, serving(lonely, elsewhere) as alone:
        until(is_ready(port), active)
        until(is_ready(lonely_port), alone)
        with serving(second, server) as standby:
            until(lambda: stands_by(other_port), standby)
            with frozen(server):
                watched(lonely_port, LONG)
            until(is_ready(lonely_port), alone, 120)
            until(lambda: stands_by(other_port) or is_ready(other_port)(), standby, 120)
            if is_ready(other_port)():
                assert active.process.wait(60) == 1
                assert "另一个服务已经接替" in active.log.read_text(encoding="utf-8")
                assert events(standby) == ["standing by", "taking over", "started"]
            else:
                until(is_ready(port), active, 120)
                assert events(active) == ["started"]
                assert events(standby) == ["standing by"]
            assert events(alone) == ["started"], "nobody took its place, and nobody says so"


def test_a_stop_is_short_also_for_a_service_that_was_told_at_once(server: str, tmp_path: Path) -> None:
    office, port = settle(tmp_path / "a")
    with serving(office, server) as active:
        until(is_ready(port), active)
        with frozen(server):
            began = time.monotonic()
            active.process.send_signal(signal.SIGTERM)
            active.process.wait(60)
            assert time.monotonic() - began < STOPPED, active.log.read_text(encoding="utf-8")


def test_a_lock_that_another_program_holds_is_said_and_not_once_taken_back(server: str, tmp_path: Path) -> None:
    office, port = enrolled(tmp_path / "a", server)
    with serving(office, server) as active:
        until(is_ready(port), active)
        engine = sa.create_engine(server)
        with engine.connect() as connection:
            connection.exec_driver_sql("LOCK TABLE sources IN EXCLUSIVE MODE")
            until(lambda: ask(port, "/readyz")[0] == 503, active)
            said = watched(port, 15)
            assert {status for status, _ in said} == {503}
            assert "正被其他程序占用" in said[-1][1]
            connection.rollback()
        engine.dispose()
        until(is_ready(port), active)
