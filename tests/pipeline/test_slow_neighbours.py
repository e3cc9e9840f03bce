"""Real services beside far sides that drip, take long, or answer when nobody waits any more; stopped, and frozen."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.alerts.dripping import DrippingMail
from tests.alerts.far_sides import Work
from tests.alerts.post_office import PostOffice
from tests.alerts.robot import Answer, Received, Robot
from tests.cli.office import HEADER, Office, free_port
from tests.cli.test_running import ask, is_ready, pause, until
from tests.pipeline.build import feed

pytestmark = pytest.mark.slow
LATE = 17.0
"""Seconds after which a robot answers: two more than anybody waits."""
SOON = 10.0
"""Seconds within which an alarm leaves, and a service that was told to stop is gone."""
COLUMNS = (*HEADER, "采集方式", "联络员", "联络员手机", "联络员邮箱", "联络员钉钉", "通知群")
OPEN = "hold: false\nhours: {windows: ['00:00-24:00'], every_day: true, per_person: 50}\nreview: {steps: []}\n"


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - real processes live in real time


class SlowWork(Work):
    """Takes so many seconds for each message."""

    seconds = 6.0

    def answer(self, request: Received) -> Answer:
        said = super().answer(request)
        if request.path.endswith("asyncsend_v2"):
            self._stopping.wait(self.seconds)
        return said

    @property
    def numbers(self) -> Counter[str]:
        """How often each message came in, by the number it shows."""
        texts = [str(received.body["msg"]["markdown"]["text"]) for received in self.sent]
        return Counter(text[text.index("编号") :].split()[0] for text in texts)


class LateRobot(Robot):
    """Takes messages and answers when nobody waits any more."""

    def answer(self, request: Received) -> Answer:
        self._stopping.wait(LATE)
        return super().answer(request)


def settle(folder: Path, channels: Mapping[str, tuple[str, str | None]], roles: str) -> tuple[Office, int]:
    """Found an office with these channels, each a URL and where it really is, that tells everybody at any hour."""
    office, port = Office.at(folder), free_port()
    entries = []
    for name, (url, base_url) in channels.items():
        secret = folder / "config" / f"{name}.secret"
        secret.write_text(url)
        secret.chmod(0o600)
        base = f", base_url: '{base_url}'" if base_url else ""
        entries.append(f"  {name}: {{url: 'file:{name}.secret', per_minute: 1000{base}}}\n")
    office.settle(
        f"{OPEN}web: {{bind: '127.0.0.1:{port}'}}\nchannels:\n{''.join(entries)}roles: {roles}\n"
        "platforms: {feed: {every: 20s, per_minute: 6000}}\n"
    )
    return office, port


@pytest.fixture
def stale(httpserver: HTTPServer) -> str:
    """Return how an account is looked at whose last post is ten days old."""
    body = feed(now() - timedelta(days=10))
    httpserver.expect_request("/feed.xml").respond_with_data(body, content_type="application/rss+xml")
    return f"feed={httpserver.url_for('/feed.xml')}"


def enrol(office: Office, stale: str, people: Mapping[str, int]) -> None:
    """Enter one account for each person, who is reached by phone in the group `late`, by mail, or by work notices."""
    rows = []
    for way, count in people.items():
        for n in range(count):
            by = {"late": ("139", "", ""), "mail": ("", f"m{n}@example.invalid", ""), "work": ("", "", f"user{n}")}[way]
            phone = f"{by[0]}{n:08}" if by[0] else ""
            group = "late" if way == "late" else ""
            rows.append(
                (
                    f"{way}{n}",
                    f"账号{way}{n}",
                    "头条号",
                    f"示例单位{way}{n}",
                    stale,
                    f"联络员{way}{n}",
                    phone,
                    *by[1:],
                    group,
                )
            )
    office.type("import", "roster", office.table(*rows, header=COLUMNS), "--yes").done()


class Watch(threading.Thread):
    """Asks again and again whether the service is ready, and keeps what it was told."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.port, self.over = port, threading.Event()
        self.answers: list[tuple[int, str, float]] = []

    def run(self) -> None:
        while not self.over.wait(0.5):
            began = time.monotonic()
            status, words = ask(self.port, "/readyz")
            self.answers.append((status, words, time.monotonic() - began))

    @contextmanager
    def watching(self) -> Iterator[None]:
        self.start()
        yield
        self.over.set()
        self.join()


def test_an_alarm_leaves_at_once_whatever_other_channels_do(tmp_path: Path, stale: str) -> None:
    with (
        DrippingMail("after data") as drip,
        SlowWork(clock=now) as work,
        LateRobot(clock=now) as late,
        PostOffice() as post,
    ):
        plain = "mailto://127.0.0.1:{}?from=office@example.invalid"
        channels = {
            "work": (work.url, work.base_url),
            "drip": (plain.format(drip.port), None),
            "late": (late.url, late.base_url),
            "alarm": (plain.format(post.port), None),
        }
        office, port = settle(tmp_path, channels, "{liaison: [work, drip, group], operator: [alarm]}")
        enrol(office, stale, {"work": 60, "mail": 5, "late": 5})
        watch = Watch(port)
        with office.running("run") as service:
            until(lambda: bool(work.sent and drip.heard), service)
            until(is_ready(port), service)
            with watch.watching():
                rows = office.table(
                    ("内容安全", "work0", f"{now() + timedelta(hours=8):%Y-%m-%d}", "页面被篡改", "存在问题"),
                    header=("类型", "对象", "日期", "内容", "结果"),
                    name="记录.csv",
                )
                office.type("import", "records", rows).done()
                began = time.monotonic()
                until(lambda: any("紧急" in mail["Subject"] for mail in post.mails), service)
                assert time.monotonic() - began < SOON
                pause(2 * LATE - (time.monotonic() - began))
            assert {status for status, _, _ in watch.answers} == {200}, watch.answers
            assert max(seconds for _, _, seconds in watch.answers) < 2
            assert max(work.numbers.values()) == 1
            in_hand = len(work.sent)
            stopped = time.monotonic()
            assert service.stop(signal.SIGTERM) == 0
            assert time.monotonic() - stopped < 2 * SOON
            assert len(work.sent) == in_hand
        assert "maximum number of running instances" not in service.log.read_text(encoding="utf-8")


@contextmanager
def sending_slowly(folder: Path, stale: str, seconds: float, people: int) -> Iterator[tuple[Office, SlowWork]]:
    with SlowWork(clock=now) as work:
        work.seconds = seconds
        office, _ = settle(folder, {"work": (work.url, work.base_url)}, "{liaison: [work], operator: []}")
        enrol(office, stale, {"work": people})
        yield office, work


def outcomes(office: Office) -> Counter[object]:
    return Counter(row[3] for row in office.content()["attempts"])


def test_who_is_told_to_stop_finishes_what_is_in_hand_and_nothing_is_sent_twice(tmp_path: Path, stale: str) -> None:
    people, stops = 8, 3
    with sending_slowly(tmp_path, stale, 2.0, people) as (office, work):
        for turn in range(stops):
            with office.running("run") as service:
                until(_more_than(work, 2 * turn), service, patience=100)
                in_hand = len(work.sent)
                began = time.monotonic()
                assert service.stop(signal.SIGTERM) == 0
                assert time.monotonic() - began < SOON
                assert len(work.sent) == in_hand, "nothing more is taken"
        with office.running("run") as service:
            until(lambda: len(work.numbers) == people, service)
            pause(3)
            assert service.stop(signal.SIGTERM) == 0
        assert set(work.numbers.values()) == {1}
        assert outcomes(office) == {"sent": people}


def test_who_was_frozen_in_the_middle_of_a_try_takes_the_answer_that_came_meanwhile(tmp_path: Path, stale: str) -> None:
    with sending_slowly(tmp_path, stale, 3.0, 3) as (office, work), office.running("run") as service:
        until(_more_than(work, 0), service)
        service.process.send_signal(signal.SIGSTOP)
        pause(25)  # longer than anybody waits for a work notice
        service.process.send_signal(signal.SIGCONT)
        until(lambda: len(work.numbers) == 3, service)
        pause(4)
        assert service.stop(signal.SIGTERM) == 0
        assert set(work.numbers.values()) == {1}
        assert outcomes(office) == {"sent": 3}


def _more_than(work: SlowWork, count: int) -> Callable[[], bool]:
    return lambda: len(work.sent) > count


def test_who_is_stopped_while_a_far_side_hangs_is_gone_in_time_and_keeps_the_number(tmp_path: Path, stale: str) -> None:
    with sending_slowly(tmp_path, stale, 60.0, 2) as (office, work):
        with office.running("run") as service:
            until(_more_than(work, 0), service)
            began = time.monotonic()
            assert service.stop(signal.SIGTERM) == 0
            assert time.monotonic() - began < 2 * SOON
        assert outcomes(office) == {"unanswered": 1}
        work.seconds = 0.0
        with office.running("run") as service:
            until(lambda: outcomes(office)["sent"] == 2, service, patience=100)
        assert sorted(work.numbers.values()) == [1, 2], "what was cut off is repeated under its number"
