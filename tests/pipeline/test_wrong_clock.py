"""The real service with a clock that is wrong: two years ahead for a while, and put back while it is at work."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.alerts.robot import Received, Robot
from tests.cli.office import HEADER, Office, Service, free_port
from tests.cli.test_running import ask, is_ready, pause, until
from tests.pipeline.build import feed
from tests.services import require_faketime

pytestmark = [pytest.mark.slow, pytest.mark.file]
NOW = datetime(2026, 5, 13, 2, 0, tzinfo=UTC)
"""A Wednesday, 10:00 in Beijing."""
AGES = {"A01": 1, "A02": 12, "A03": 16}
"""How many days before NOW the accounts published last: one in order, one warned, one overdue."""
AHEAD = timedelta(days=730)
LONG = 180.0
"""Seconds that everything may take on a slow machine."""


class Patient(Robot):
    """Takes every signature: what is asked here is what is said, and when."""

    def _is_signed(self, request: Received) -> bool:
        return bool(request.query.get("sign"))


@dataclass
class Clock:
    """The clock that the commands of an office have."""

    file: Path
    around: Mapping[str, str]
    """What a process with such a clock has in its environment."""

    def put(self, moment: datetime) -> None:
        """Put it to a moment, from which it goes on."""
        self.file.write_text(f"@{moment:%Y-%m-%d %H:%M:%S}\n")

    @property
    def env(self) -> dict[str, str]:
        """Return what gives it to a process."""
        return {
            **self.around,
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # else every wait for a thread's turn costs milliseconds of CPU
            "NO_FAKE_STAT": "1",
            "TZ": "UTC",
        }


class Place:
    """An office with three accounts, the feeds they have, the robot it tells people by, and its clock."""

    def __init__(self, office: Office, robot: Robot, far: HTTPServer, clock: Clock) -> None:
        self.office, self.robot, self.clock, self.port = office, robot, clock, free_port()
        self.asked: Counter[str] = Counter()
        for name, age in AGES.items():
            body = feed(*(NOW - timedelta(days=age + past) for past in (0, 3, 6)))
            far.expect_request(f"/{name}").respond_with_handler(self._telling(name, body))
        secret = office.folder / "config" / "robot.secret"
        secret.write_text(robot.url)
        secret.chmod(0o600)
        office.settle(
            f"hold: false\nweb: {{bind: '127.0.0.1:{self.port}'}}\n"
            "hours: {windows: ['00:00-24:00'], every_day: true}\n"
            f"channels: {{unit: {{url: 'file:robot.secret', base_url: '{robot.base_url}', per_minute: 1000}}}}\n"
            "roles: {liaison: [group], operator: [unit]}\nplatforms: {feed: {every: 5s, per_minute: 6000}}\n"
        )
        rows = (
            (name, f"账号{name}", "头条号", "示例县教育局", f"feed={far.url_for(f'/{name}')}", "联络员甲",
             "13800000000", "unit") for name in AGES
        )  # fmt: skip
        self.table = office.table(*rows, header=(*HEADER, "采集方式", "联络员", "联络员手机", "通知群"))

    def _telling(self, name: str, body: bytes) -> Callable[[Request], Response]:
        def answer(_: Request) -> Response:
            self.asked[name] += 1
            return Response(body, content_type="application/rss+xml")

        return answer

    def type(self, *words: object) -> None:
        said = self.office.process(*words, env=self.clock.env)
        assert said.code == 0, said

    def take_in_roster(self) -> None:
        """Import the roster at NOW; a minute later the service may begin."""
        self.clock.put(NOW)
        self.type("import", "roster", self.table)
        self.clock.put(NOW + timedelta(minutes=1))

    @contextmanager
    def running(self) -> Iterator[Service]:
        with self.office.running("run", env=self.clock.env) as service:
            yield service
            assert service.stop(signal.SIGTERM) == 0, service.log.read_text(encoding="utf-8")

    def tells_of_the_late(self, service: Service) -> None:
        """Return when people were told of the accounts that are late, and nothing but looks comes next."""
        until(lambda: self.people_told == {"A02", "A03"} and self.is_settled, service, LONG)

    def looked_at(self, service: Service, patience: float = LONG) -> None:
        """Return when every account was asked for once more, and what followed is done."""
        before = self.asked.copy()
        until(lambda: all(self.asked[name] > before[name] for name in AGES), service, patience)

    def falls_silent(self, service: Service) -> None:
        """Return when nobody was asked for twice the pause between two looks; what was claimed before still is."""

        def is_silent() -> bool:
            asked = self.asked.copy()
            pause(10)
            return self.asked == asked

        until(is_silent, service, LONG)

    def says_nothing_again(self, told: int, later: int) -> None:
        """Compare the first so many messages with those from a later one on, but for their numbers."""
        words = [received.text.partition("编号")[0] for received in self.robot.received]
        assert not set(words[:told]) & set(words[later:]), words

    @property
    def ready(self) -> tuple[int, str]:
        return ask(self.port, "/readyz")

    @property
    def open_cases(self) -> set[tuple[object, ...]]:
        """Return the open cases; those about updates without their number: a false word about one ends it."""
        rows = self.office.rows("SELECT id, account, rule FROM cases WHERE closed_at IS NULL")
        return {(None if rule == "UPD-01" else id_, account, rule) for id_, account, rule in rows}

    @property
    def people_told(self) -> set[str]:
        """Return the accounts of which a unit was told that they were not updated."""
        return {
            name
            for name in AGES
            for received in self.robot.received
            if f"账号{name}" in received.text and "未更新" in received.text
        }

    @property
    def is_settled(self) -> bool:
        """True if all was looked at, judged and told, and nothing but looks comes next."""
        is_told = self.count("SELECT count(*) FROM messages WHERE state IN ('queued', 'sending')") == 0
        return is_told and self.ready[0] == 200 and '"starting":false' in self.ready[1]

    def count(self, query: str) -> int:
        (((found),),) = self.office.rows(query)
        assert isinstance(found, int)
        return found


@pytest.fixture
def place(tmp_path: Path, httpserver: HTTPServer) -> Iterator[Place]:
    office, clock = Office.at(tmp_path), Clock(tmp_path / "clock", require_faketime())
    with Patient(clock=lambda: NOW) as robot:
        yield Place(office, robot, httpserver, clock)


def test_a_clock_two_years_ahead_that_was_put_right_has_parked_nobody_and_accuses_nobody(place: Place) -> None:
    place.take_in_roster()
    with place.running() as service:
        place.tells_of_the_late(service)
    before, told = place.open_cases, len(place.robot.received)
    place.clock.put(NOW + AHEAD)
    with place.running() as service:
        place.looked_at(service)
        until(lambda: place.count("SELECT count(*) FROM steps WHERE at > '2028'") > 0, service, LONG)
    assert place.open_cases != before
    ahead = len(place.robot.received)
    place.clock.put(NOW + timedelta(minutes=30))
    with place.running() as service:
        until(lambda: place.ready[0] == 200 and "时钟有跳变" in place.ready[1], service, LONG)
        place.looked_at(service)
        until(lambda: place.open_cases == before and place.is_settled, service, LONG)
        assert place.count("SELECT count(*) FROM sources WHERE next_look_at > '2026-05-13 03:00'") == 0
        assert not place.office.rows("SELECT account FROM findings WHERE rule = 'SEE-01' AND state != 'ok'")
    assert {line["event"] for line in service.logged} >= {"clock put right"}
    place.says_nothing_again(told, ahead)


def test_a_clock_put_back_while_the_service_is_at_work_stops_the_work_until_it_is_put_right(place: Place) -> None:
    place.take_in_roster()
    with place.running() as service:
        place.tells_of_the_late(service)
        before, told = place.open_cases, len(place.robot.received)
        place.clock.put(NOW - timedelta(days=1))
        until(lambda: place.ready[0] == 503 and "请校准本机时间" in place.ready[1], service, LONG)
        assert "时钟有跳变" in place.ready[1]
        place.falls_silent(service)
        place.clock.put(NOW + timedelta(minutes=40))
        place.looked_at(service)
        until(is_ready(place.port), service, LONG)
        until(lambda: 'xuncha_clock_steps_total{direction="back"} 1.0' in ask(place.port, "/metrics")[1], service, LONG)
    assert place.open_cases == before
    place.says_nothing_again(told, told)
    assert [line["event"] for line in service.logged].count("clock stepped") == 2
