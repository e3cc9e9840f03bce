"""An office that begins: its real service with a clock of its own, its far sides on loopback, and its roster."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from openpyxl import Workbook
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.alerts.post_office import PostOffice
from tests.cli.office import Office, Service, free_port
from tests.cli.test_running import is_ready, until
from tests.core.build import beijing_time
from tests.pipeline.build import feed
from tests.pipeline.test_wrong_clock import Clock

LONG = 300.0
"""Seconds that anything may take on a slow machine."""
MONDAY = beijing_time("2026-11-16 09:00")
ARTICLE = Path(__file__).parents[1] / "fixtures" / "wechat_article" / "normal.html"
AUTHOR = "MzkwMDAwMDAwMQ=="
LINK = "https://mp.weixin.qq.com/s/Shili0fabu1Huiyi2Zhaokai"
BY_HAND = 25
TOWNS = 10
EDUCATION, WATER, HEALTH = "示例县教育局", "示例县水利局", "示例县卫生健康局"
LIAISON, LEADER, OPERATOR = "liaison@example.invalid", "leader@example.invalid", "operator@example.invalid"
YESTERDAY = "1115"
LATE = {"W01": "1031", "X01": "1020"}
"""The accounts by hand that published last too long ago, and what is typed of them."""
PHONE_NUMBER = "13800000001"
HEADER = ("账号ID", "账号名称", "平台", "平台标识", "采集方式", "主办单位", "单位层级", "开设日期",
           "联络员", "联络员手机", "联络员邮箱", "责任领导", "责任领导手机", "责任领导邮箱")  # fmt: skip
_SETTINGS = """\
office:
  name: 示例县人民政府办公室
  phone: "0578-0000000"
  areas: [示例县]
network: {{allow: [127.0.0.0/8]}}
hold: true
web:
  bind: 127.0.0.1:{port}
  base_url: http://127.0.0.1:{port}
  key: env:XUNCHA_TEST_KEY
channels: {{mail: {{url: 'env:XUNCHA_TEST_MAIL', per_minute: 1000}}}}
roles: {{liaison: [mail], leader: [mail], operator: [mail]}}
platforms:
  feed: {{every: 1h, per_minute: 6000}}
  wechat-article: {{base_url: '{far}', per_minute: 6000}}
"""


def row(
    id_: str, name: str, platform: str, unit: str, *, way: str = "", author: str = "", level: str = "县属单位"
) -> tuple[str, ...]:
    """Return a row of the roster, with both people of the unit."""
    people = ("联络员甲", PHONE_NUMBER, LIAISON, "领导乙", "13800000002", LEADER)
    return (id_, name, platform, author, way, unit, level, "2024-01-08", *people)


@dataclass
class FirstWeek:
    """An office on the first day, and whatever reaches it from outside."""

    office: Office
    far: HTTPServer
    post: PostOffice
    clock: Clock
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        """Write the settings, and have the far sides answer."""
        self.office.settle(_SETTINGS.format(port=self.port, far=self.far.url_for("").rstrip("/")), instead=True)
        body = feed(*(MONDAY - timedelta(days=past, hours=1) for past in (2, 5, 10)))
        self.far.expect_request("/feed.xml").respond_with_data(body, content_type="application/rss+xml")
        self.far.expect_request(re.compile("/mp.weixin.qq.com/.*")).respond_with_handler(self._article)

    def _article(self, request: Request) -> Response:
        del request
        return Response(ARTICLE.read_bytes(), content_type="text/html; charset=utf-8")

    @property
    def base(self) -> str:
        """The address of the pages."""
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self, moment: datetime) -> Iterator[Service]:
        """Run the service from a moment on; it ends well when it is told to."""
        self.clock.put(moment)
        env = self.clock.env | {
            "XUNCHA_TEST_KEY": "a-made-up-key-that-signs-nothing-elsewhere",
            "XUNCHA_TEST_MAIL": f"mailto://127.0.0.1:{self.post.port}?from=xuncha@example.invalid&to={OPERATOR}"
            "&mode=insecure",
        }
        with self.office.running("run", env=env) as service:
            until(is_ready(self.port), service, LONG)
            yield service
            assert service.stop(signal.SIGTERM) == 0, service.log.read_text(encoding="utf-8")

    def link_of_first_start(self, service: Service) -> str:
        """Return the link by which the first administrator sets a password, as the terminal shows it."""
        assert service.process.stdout is not None
        said = [service.process.stdout.readline().decode().strip() for _ in range(3)]
        return said[-1]

    def roster(self, *, is_faulty: bool = False) -> Path:
        """Return the roster as a workbook; the faulty one has two rows that cannot be."""
        rows = [
            row("W01", "示例县发布", "微信订阅号", EDUCATION, author=AUTHOR),
            row("X01", "示例健康", "微信视频号", HEALTH),
            row("G01", "示例水利", "头条号", WATER, way=f"feed={self.far.url_for('/feed.xml')}"),
            *(
                row(f"Z{n:02}", f"示例镇{n}", "微信视频号", f"示例镇{n}人民政府", level="乡镇街道")
                for n in range(TOWNS)
            ),
            *(row(f"H{n:02}", f"示例视频{n}", "微信视频号", EDUCATION) for n in range(BY_HAND - TOWNS - 2)),
        ]
        if is_faulty:
            rows[1] = (*rows[1][:2], "微信公众号", *rows[1][3:])
            rows[5] = ("Z00", *rows[5][1:])
        return self._book("台账改.xlsx" if not is_faulty else "台账.xlsx", [HEADER, *rows])

    def _book(self, name: str, rows: Sequence[Sequence[str]]) -> Path:
        book, path = Workbook(), self.office.folder / name
        assert book.active
        for one in rows:
            book.active.append(tuple(one))
        book.save(path)
        return path

    def mails(self, to: str) -> list[str]:
        """Return the texts of the mails that somebody got."""
        found = zip(self.post.mails, self.post.recipients, strict=True)
        bodies = (mail.get_body(("plain",)) for mail, people in found if to in people)
        return [body.get_content() for body in bodies if body]
