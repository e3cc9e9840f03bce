"""Commands that stay, as real processes on ports of their own."""

from __future__ import annotations

import json
import resource
import signal
import socket
import sqlite3
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from httpx2 import Client
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from monitor.cli.debugging import VARIABLE
from tests.cli.office import HEADER, Office, Service, free_port
from tests.warm import Warm
from tests.web.sessions import token_in

LONG = 180.0
"""Seconds the sample county may take to live through its quarter on a slow machine."""


@pytest.fixture
def office(office: Office, warm: Warm) -> Office:
    """Return an office whose processes need not import everything anew."""
    return replace(office, warm=warm)


@pytest.fixture
def port(office: Office) -> int:
    port = free_port()
    office.settle(f"web:\n  bind: 127.0.0.1:{port}\n")
    return port


def ask(port: int, path: str) -> tuple[int, str]:
    """Return how the pages answer; 0 if nobody is there."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError:
        return 0, ""


def pause(seconds: float) -> None:
    """Let a process of its own go on for a while."""
    threading.Event().wait(seconds)


def until(true: Callable[[], bool], service: Service, patience: float = 60.0) -> None:
    """Return when something has become true of a service that still runs."""
    ends = time.monotonic() + patience
    while not true():
        assert service.process.poll() is None, service.log.read_text(encoding="utf-8")
        assert time.monotonic() < ends, service.log.read_text(encoding="utf-8")
        pause(0.05)


def is_ready(port: int) -> Callable[[], bool]:
    return lambda: ask(port, "/readyz")[0] == 200


def is_begun(service: Service) -> Callable[[], bool]:
    """Return whether it has begun its work; its pages are served before."""
    return lambda: any(line["event"] == "started" for line in service.logged)


def test_a_service_starts_answers_and_ends_when_it_is_told_to(office: Office, port: int) -> None:
    assert "服务没有运行" in office.type("health").refused()
    with replace(office, warm=None).running("run") as service:
        until(is_ready(port), service)
        assert ask(port, "/healthz")[0] == 200
        assert office.type("health").done() in {"服务正常。\n", "服务刚启动，部分任务尚未执行。\n"}
        status, page = ask(port, "/")  # led to the log-in
        assert status == 200
        assert "还没有用户" in page
        until(is_begun(service), service)
        assert service.stop(signal.SIGTERM) == 0
        assert service.process.stdout is not None
        said = service.process.stdout.read().decode().splitlines()
    assert said[0] == f"服务已启动：http://127.0.0.1:{port}"
    assert said[1].startswith("请设置首位管理员的用户名和密码（")
    assert said[2].startswith(f"http://127.0.0.1:{port}/login/link/")
    assert said[3:] == []
    assert [line["event"] for line in service.logged] == ["started", "stopped"]
    assert "服务没有运行" in office.type("health").refused()


def test_by_the_link_of_the_first_start_somebody_is_in(office: Office, port: int) -> None:
    with office.running("run") as service, Client(base_url=f"http://127.0.0.1:{port}") as browser:
        until(is_ready(port), service)
        assert service.process.stdout is not None
        service.process.stdout.readline()
        service.process.stdout.readline()
        link = service.process.stdout.readline().decode().strip()
        typed = {"name": "王某", "password": PASSWORD, "again": PASSWORD}
        page = browser.get(link).text
        assert browser.post(link, data=typed | {"csrf": token_in(page)}).headers["location"] == "/login"
        page = browser.get("/login").text
        entered = browser.post("/login", data=typed | {"csrf": token_in(page), "next": "/accounts"})
        assert (entered.status_code, entered.headers["location"]) == (303, "/accounts")
        assert "王某" in browser.get("/accounts").text
        assert service.stop(signal.SIGTERM) == 0
    with office.running("run") as service:
        until(is_ready(port), service)
        assert service.stop(signal.SIGTERM) == 0
        assert service.process.stdout is not None
        assert service.process.stdout.read().decode() == f"服务已启动：http://127.0.0.1:{port}\n"


PASSWORD = "海棠依旧 lamp 71 橡皮"


def test_a_hangup_ends_nothing_and_says_what_to_do_and_ctrl_c_ends_it(office: Office, port: int) -> None:
    with office.running("run") as service:
        until(lambda: len(service.logged) == 1, service)
        service.process.send_signal(signal.SIGHUP)
        until(lambda: len(service.logged) == 2, service)
        until(is_ready(port), service)
        assert service.stop(signal.SIGINT) == 0
    assert [line["event"] for line in service.logged] == ["started", "SIGHUP ignored", "stopped"]
    assert "重新启动" in str(service.logged[1]["problem"])


@pytest.mark.file  # on a server it stands by
def test_a_second_service_on_the_same_database_is_refused_until_the_first_is_killed(office: Office, port: int) -> None:
    with office.running("run") as service:
        until(is_ready(port), service)
        assert office.process("run").refused() == "这个数据库上已有一个服务在运行。"
        assert ask(port, "/healthz")[0] == 200
        service.process.kill()
        service.process.wait()
    with office.running("run") as service:
        until(is_ready(port), service)
        assert service.stop(signal.SIGTERM) == 0


def test_a_look_under_way_is_finished_and_kept_before_the_service_ends(
    office: Office, port: int, httpserver: HTTPServer
) -> None:
    asked: list[str] = []
    rss = (
        '<rss version="2.0"><channel><item><title>甲</title><link>https://example.invalid/1</link>'
        "<pubDate>Fri, 01 May 2026 08:00:00 +0800</pubDate></item></channel></rss>"
    )

    def slowly(request: Request) -> Response:
        asked.append(request.path)
        pause(1.5)
        return Response(rss, content_type="application/rss+xml")

    httpserver.expect_request("/feed.xml").respond_with_handler(slowly)
    office.settle(f"web:\n  bind: 127.0.0.1:{port}\nplatforms:\n  feed: {{every: 1s}}\n")
    row = ("A01", "示例发布", "微信订阅号", "示例县教育局", f"feed={httpserver.url_for('/feed.xml')}")
    office.type("import", "roster", office.table(row, header=(*HEADER, "采集方式"))).done()
    with office.running("run") as service:
        until(lambda: bool(asked), service)
        assert service.stop(signal.SIGTERM) == 0
    assert [line["event"] for line in service.logged] == ["started", "stopped"]
    assert len(office.content()["posts"]) == 1


@contextmanager
def few_files(most: int) -> Iterator[None]:
    """Have a process that is started inside open no more files than so many."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.prlimit(0, resource.RLIMIT_NOFILE, (most, before[1]))
        yield
    finally:
        resource.prlimit(0, resource.RLIMIT_NOFILE, before)


def test_hundreds_of_half_requests_and_slow_readers_keep_nobody_from_hearing_that_it_lives(
    office: Office, port: int
) -> None:
    half = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    with ExitStack() as held:
        with few_files(256):
            service = held.enter_context(office.running("run"))
        until(is_ready(port), service)
        for said in (half, half + b"\r\n"):
            for _ in range(500):
                sock = held.enter_context(closing(socket.create_connection(("127.0.0.1", port), timeout=5)))
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                with suppress(OSError):  # dropped already
                    sock.sendall(said)
            assert ask(port, "/healthz") == (200, "ok")  # behind those who came at the same moment
            for _ in range(10):
                began = time.monotonic()
                assert ask(port, "/healthz") == (200, "ok")
                assert time.monotonic() - began < 1
        until(is_ready(port), service)
        assert service.stop(signal.SIGTERM) == 0
    assert [line["event"] for line in service.logged] == ["started", "stopped"], "nothing had to be done without"


def test_a_port_in_use_is_one_sentence(office: Office, port: int, httpserver: HTTPServer) -> None:
    office.settle(f"web:\n  bind: 127.0.0.1:{httpserver.port}\n")
    for words in (("run",), ("sample",)):
        why = office.process(*words).refused()
        assert f"无法使用 127.0.0.1:{httpserver.port}，端口被占用" in why


def test_an_address_that_is_not_ours_is_one_sentence(office: Office) -> None:
    office.settle(f"web:\n  bind: 203.0.113.1:{free_port()}\n")
    assert "地址不可用，请改设置项 web.bind 或环境变量 XUNCHA_BIND。" in office.type("run").refused()


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (503, json.dumps({"ready": False, "problems": ["磁盘已满。"]}), "磁盘已满。"),
        (503, json.dumps({"ready": False, "problems": []}), "服务尚未就绪。"),
        (200, "[]", "运行的不是本服务。"),
        (200, "<html>", "运行的不是本服务。"),
        (404, "{}", "运行的不是本服务。"),
    ],
)
def test_whoever_else_answers_at_the_port_is_not_healthy(
    office: Office, httpserver: HTTPServer, status: int, body: str, why: str
) -> None:
    httpserver.expect_request("/readyz").respond_with_data(body, status=status)
    office.settle(f"web:\n  bind: 127.0.0.1:{httpserver.port}\n")
    assert office.type("health").refused().endswith(why)


def test_a_service_that_stands_by_is_healthy_as_long_as_nothing_else_is_wrong(
    office: Office, httpserver: HTTPServer
) -> None:
    office.settle(f"web:\n  bind: 127.0.0.1:{httpserver.port}\n")
    waits = "本机为备用，主用服务停止后自动接替。"
    for problems, is_well in (([waits], True), ([waits, "磁盘已满。"], False)):
        said = {"ready": False, "starting": False, "standing_by": True, "problems": problems}
        httpserver.clear()
        httpserver.expect_request("/readyz").respond_with_json(said, status=503)
        health = office.type("health")
        assert (health.code == 0) is is_well
        assert ("等待接替" in health.out) is is_well


def test_where_pages_listen_the_environment_has_the_last_word(office: Office, port: int) -> None:
    other = free_port()
    with office.running("run", env={"XUNCHA_BIND": f"127.0.0.1:{other}"}) as service:
        until(is_ready(other), service)
        assert ask(port, "/healthz")[0] == 0
        assert ask(other, "/healthz")[0] == 200
        assert service.stop(signal.SIGTERM) == 0


def test_an_address_of_the_environment_that_is_none_is_one_sentence(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XUNCHA_BIND", "8080")
    assert office.type("run").refused() == "环境变量 XUNCHA_BIND：应为“地址:端口”，如 127.0.0.1:8080。"


def test_with_a_roster_or_sample_runs_the_real_one(office: Office, port: int) -> None:
    office.type("import", "roster", office.table(("A01", "示例发布", "微博", "示例县教育局"))).done()
    with office.running("run", "--or-sample") as service:
        until(is_ready(port), service)
        assert "还没有用户" in ask(port, "/accounts")[1]  # the real one asks for a log-in
        assert service.stop(signal.SIGTERM) == 0
    assert not (office.folder / "data" / "sample.db").exists()


def sample_is_begun(office: Office) -> Callable[[], bool]:
    """Return whether the sample has opened its database."""
    return (office.folder / "data" / "sample.db-wal").exists


def sample_lives(office: Office) -> Callable[[], bool]:
    """Return whether the sample has enrolled its accounts: it listens to signals since before that."""

    def has_accounts() -> bool:
        with suppress(sqlite3.Error), closing(sqlite3.connect(office.folder / "data" / "sample.db")) as database:
            return database.execute("SELECT 1 FROM accounts").fetchone() is not None
        return False

    return lambda: sample_is_begun(office)() and has_accounts()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_sample_that_still_prepares_ends_quietly(office: Office, port: int, number: int) -> None:
    with office.running("run", "--or-sample") as service:
        until(sample_lives(office), service)
        assert service.stop(number) == 0
        assert service.process.stdout is not None
        assert service.process.stdout.read().decode() == "已停止。\n"
    assert service.logged == []


def test_a_sample_that_runs_is_not_deleted_by_another(office: Office, port: int) -> None:
    with office.running("sample") as service:
        until(sample_is_begun(office), service)
        file = office.folder / "data" / "sample.db"
        before = file.stat().st_ino
        office.settle(f"web:\n  bind: 127.0.0.1:{free_port()}\n")
        assert office.process("sample").refused() == "示例县已在运行。"
        assert file.stat().st_ino == before
        assert service.process.poll() is None


def test_whatever_the_last_sample_left_does_not_keep_the_next_from_starting(office: Office, port: int) -> None:
    data = office.folder / "data"
    data.mkdir()
    (data / "sample.db").write_text("不是数据库" * 1000, encoding="utf-8")
    with office.running("sample") as service:
        until(sample_is_begun(office), service)
        service.stop(signal.SIGTERM)


@pytest.mark.slow
def test_the_sample_county_runs_until_it_is_told_to_end(office: Office, port: int) -> None:
    with office.running("run", "--or-sample") as service:
        until(is_ready(port), service, LONG)
        assert "示例县" in ask(port, "/")[1]
        assert office.type("health").done() in {"服务正常。\n", "服务刚启动，部分任务尚未执行。\n"}
        assert service.stop(signal.SIGTERM) == 0
        assert service.process.stdout is not None
        welcome = service.process.stdout.read().decode()
    assert f"页面：http://127.0.0.1:{port}\n" in welcome
    assert "100%" not in welcome
    assert [line["event"] for line in service.logged if line["level"] != "warning"] == ["started", "stopped"]
    assert not office.database.exists()  # to ask whether there is a roster makes nothing


def test_a_bug_never_shows_a_traceback_unless_asked_for(office: Office, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text(
        "import monitor.core.calendar as calendar\ndef stumble(*_): raise KeyError('geheim')\n"
        "calendar.beijing_date = stumble\n",
        encoding="utf-8",
    )
    program = replace(office, warm=None)  # Python reads this file as it starts
    said = program.process("config", "check", env={"PYTHONPATH": str(broken)})
    assert said.refused().startswith("程序内部错误（KeyError, ")
    asked = program.process("config", "check", env={"PYTHONPATH": str(broken), VARIABLE: "1"})
    assert asked.code == 1
    assert "Traceback" in json.loads(asked.err.splitlines()[0])["exception"]
