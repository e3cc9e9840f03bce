"""A PostgreSQL whose disk is full: it is said from the first moment on, nothing is fetched, and it ends by itself."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from monitor.cli.main import run
from tests.cli.office import HEADER, Office, free_port
from tests.cli.test_running import ask, is_ready, pause, until
from tests.pipeline.test_standby import now, serving
from tests.services import require_postgresql

pytestmark = pytest.mark.slow
ROOM = 90
"""Megabytes: what an empty server takes, and twice as much."""
ACCOUNTS = 8
LONG = 180.0
"""Seconds that everything may take on a slow machine."""


@pytest.fixture
def server() -> Iterator[str]:
    with require_postgresql(megabytes=ROOM) as url:
        yield url


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Leave no room on a disk."""
    ballast = folder / "ballast"
    try:
        with ballast.open("wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12):
                fill(file.fileno(), size)
        yield
    finally:
        ballast.unlink()


def fill(file: int, size: int) -> None:
    """Write pieces of a size until there is no room for one more."""
    try:
        while os.write(file, bytes(size)):
            pass
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise


def test_a_full_disk_is_said_on_every_answer_and_nothing_is_fetched_until_there_is_room(
    server: str, tmp_path: Path, httpserver: HTTPServer
) -> None:
    numbers, asked = count(1), list[datetime]()

    def ever_new(_: Request) -> Response:
        """Answer with posts that nobody has seen before, so that there is ever more to write."""
        asked.append(now())
        items = "".join(
            f"<item><title>消息{number}{'长' * 200}</title><link>https://a.example/{number}</link>"
            f"<pubDate>{datetime.now(UTC):%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>"  # noqa: TID251 - as above
            for number in (next(numbers) for _ in range(40))
        )
        xml = f'<?xml version="1.0"?><rss version="2.0"><channel><title>示例</title>{items}</channel></rss>'
        return Response(xml, content_type="application/rss+xml")

    httpserver.expect_request("/feed.xml").respond_with_handler(ever_new)
    (tmp_path / "a").mkdir()
    office, port = Office.at(tmp_path / "a"), free_port()
    office.settle(f"web: {{bind: '127.0.0.1:{port}'}}\nplatforms: {{feed: {{every: 2s, per_minute: 6000}}}}\n")
    feed = f"feed={httpserver.url_for('/feed.xml')}?"
    rows = [(f"A{n}", f"账号{n}", "头条号", "示例县教育局", f"{feed}{n}") for n in range(ACCOUNTS)]
    table = office.table(*rows, header=(*HEADER, "采集方式"))
    assert run(["--config", str(tmp_path / "a" / "config"), "--db", server, "import", "roster", str(table)]) == 0
    disk = Path(str(sa.make_url(server).query["host"])) / "files"
    with serving(office, server) as service:
        until(lambda: len(asked) > ACCOUNTS and is_ready(port)(), service, LONG)
        with full(disk):
            until(lambda: ask(port, "/readyz")[0] == 503, service, LONG)
            pause(5)  # what was under way is over
            fetched, said = len(asked), []
            for _ in range(40):
                said.append(ask(port, "/readyz"))
                pause(0.5)
            assert {status for status, _ in said} == {503}
            assert all("磁盘已满" in text for _, text in said)
            assert len(asked) == fetched
        until(is_ready(port), service, LONG)
        until(lambda: len(asked) > fetched + ACCOUNTS, service, LONG)
    events = [line["event"] for line in service.logged]
    assert events == ["started", "store", "store works again"], "one line when it begins, and one when it is over"
