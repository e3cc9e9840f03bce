"""Looking: `read` at saved pages, `check` at a feed on loopback."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from monitor.app.clock import now
from monitor.app.collectors import all_collectors
from monitor.cli import look
from monitor.core.collector import LinkCollector
from monitor.core.download import Link
from monitor.core.observation import Reason
from monitor.pipeline import check
from tests.cli.office import HEADER, PROGRAM, ROOT, Office
from tests.services import require_samples

SEEN = {"standing", "reason", "covers", "newest", "precision", "posts", "profile"}
LOOK = {
    "account",
    "collector",
    "key",
    "at",
    "unchanged",
    "standing",
    "reason",
    "detail",
    "covers",
    "newest",
    "link",
    "fault",
    "posts_added",
}
FORMS = {
    Link.STORE: {"verdict", "version", "released_at", "package", "reason"},
    Link.PACKAGE: {"installable", "package", "version", "signed", "reason"},
    Link.SERVICE: {"available", "certificate_until", "reason"},
}
VERDICTS: dict[str, tuple[object, object]] = {
    "verdict": ("listed", "unknown"),
    "installable": (True, None),
    "available": (True, None),
}
"""By the verdict's name: what it says of a link that works, and of one that could not be seen."""
FIXTURES = sorted(
    path for path in (ROOT / "tests" / "fixtures").glob("*/*") if path.name != "expected.json" and path.is_file()
)


def _is_sound(seen: dict[str, object], collector: str) -> bool:
    """True if it has the keys of the contract, and either a standing or a reason; of a link, a verdict that fits."""
    reasons = {reason.value for reason in Reason}
    reader = all_collectors()[collector]
    if not isinstance(reader, LinkCollector):
        return set(seen) == SEEN and (seen["reason"] in reasons) == (seen["standing"] is None)
    ((name, (works, unseen)),) = [(name, values) for name, values in VERDICTS.items() if name in seen]
    if seen["reason"] is None and seen.get("signed") is False:
        works = None  # what only offers a package does not tell whether it can be installed
    if seen["reason"] is None or seen["reason"] in reasons:
        return set(seen) == FORMS[reader.link] and seen[name] == (unseen if seen["reason"] else works)
    return set(seen) == FORMS[reader.link] and seen[name] not in {works, unseen}


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_reading_a_page_always_gives_one_object(office: Office, path: Path) -> None:
    collector = path.parent.name.replace("_", "-")
    said = office.type("read", collector, path, "--at", "2026-11-20T12:00", "--json")
    assert _is_sound(said.json, collector)
    assert (said.code, said.err) == (0, "")


def test_reading_a_recorded_page_with_every_collector_gives_one_object(office: Office) -> None:
    for path in sorted(require_samples().rglob("*")):
        if path.is_file():
            for collector in all_collectors():
                assert _is_sound(office.type("read", collector, path).json, collector), (collector, path)


def test_what_a_feed_says_is_told_in_beijing_time(office: Office) -> None:
    seen = office.type("read", "feed", ROOT / "tests" / "fixtures" / "feed" / "rss.xml").json
    assert (seen["standing"], seen["reason"], seen["covers"]) == ("active", None, "all")
    assert seen["newest"] == max(post["published_at"] for post in seen["posts"])
    assert seen["newest"].endswith("+08:00")
    assert all(set(post) == {"published_at", "title", "url", "pinned"} for post in seen["posts"])


@pytest.mark.parametrize(
    "body", [b"", b"\0" * 5000, b"<html>", b"{", b'{"ok": "\\ud800"}', b"\xff\xfe", "随便写写".encode()]
)
def test_what_nobody_can_read_has_a_reason(office: Office, body: bytes) -> None:
    (office.folder / "page").write_bytes(body)
    for collector in all_collectors():
        seen = office.type("read", collector, "page").json
        assert _is_sound(seen, collector)
        assert seen["reason"] is not None


def test_a_stumbling_parser_makes_the_page_unreadable(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object) -> object:
        raise IndexError("access_token=geheim")

    collector = all_collectors()["feed"]
    monkeypatch.setattr(type(collector), "parse", stumble)
    (office.folder / "page").write_text("x", encoding="utf-8")
    said = office.type("read", "feed", "page")
    assert (said.json["reason"], said.err) == ("unreadable", "")


def test_nothing_in_a_title_steers_the_terminal(office: Office) -> None:
    title = "甲\x9b31m\u202e乙\x7f\ud800\u2028"
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [{"id": "1", "title": title, "date_published": "2026-05-01T08:00:00+08:00", "url": "https://a.cn/1"}],
    }
    (office.folder / "page").write_text(json.dumps(feed), encoding="utf-8")
    said = office.type("read", "feed", "page")
    assert _is_sound(said.json, "feed")
    assert all(mark == "\n" or mark.isprintable() for mark in said.out)


@pytest.fixture
def watched(office: Office, httpserver: HTTPServer) -> Office:
    """An office with an account on a feed, one whose feed is not there, and one that is read by hand."""
    published = now() - timedelta(days=3)
    items = "".join(
        f"<item><title>第{number}篇</title><link>https://example.invalid/{number}</link>"
        f"<pubDate>{published - timedelta(days=number):%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>"
        for number in range(3)
    )
    rss = f'<?xml version="1.0"?><rss version="2.0"><channel><title>甲</title>{items}</channel></rss>'
    httpserver.expect_request("/feed.xml").respond_with_data(rss, content_type="application/rss+xml")
    table = office.table(
        ("A01", "示例发布", "微信订阅号", "示例县教育局", f"feed={httpserver.url_for('/feed.xml')}"),
        ("A02", "示例教育", "微信订阅号", "示例县教育局", f"feed={httpserver.url_for('/nowhere.xml')}"),
        ("A03", "示例体育", "抖音", "示例县教育局", "人工"),
        header=(*HEADER, "采集方式"),
    )
    office.type("import", "roster", table).done()
    return office


def test_checking_tells_what_was_seen_and_keeps_it(watched: Office) -> None:
    first, second = watched.type("check").lines
    assert first.startswith("A01  订阅源（RSS）（feed=http")
    assert "正常，最近一次发布为" in first
    assert first.endswith("，新增3条")
    assert f"采集异常：{Reason.HTTP_ERROR.label}（状态码" in second
    assert len(watched.content()["posts"]) == 3
    words = ("evaluate", "--account", "A01", "--all", "--json")
    assert [entry["days"] for entry in watched.type(*words).json if entry["rule"] == "UPD-01"] == [3]


def test_checking_again_sees_the_same(watched: Office) -> None:
    watched.type("check", "A01").done()
    (line,) = watched.type("check", "A01").lines
    assert line.endswith(("与上次相同", "新增0条"))
    assert len(watched.content()["posts"]) == 3


def test_checking_in_json_is_one_array_of_looks(watched: Office) -> None:
    said = watched.type("check", "--json")
    assert said.err == ""
    seen, blind = said.json
    assert set(seen) == set(blind) == LOOK
    assert (seen["account"], seen["standing"], seen["reason"], seen["posts_added"]) == ("A01", "active", None, 3)
    assert (blind["account"], blind["standing"], blind["reason"]) == ("A02", None, "http_error")


def test_every_reason_why_nothing_was_seen_says_what_to_do_and_no_detail_in_english() -> None:
    assert set(look._WISHES) == {reason.value for reason in Reason}
    shown = look._status("HTTP 404 at www.example.gov.cn, not found") + look._status("connection reset by peer")
    assert shown == "（状态码404）"


def test_checking_names_those_that_are_read_by_hand(watched: Office) -> None:
    assert watched.type("check", "A01", "A03").lines[1] == "以下账号须人工核查，未自动采集：A03。"
    assert watched.type("check", "A03").lines == ["以下账号须人工核查，未自动采集：A03。"]


def test_checking_without_a_roster_is_done_at_once(office: Office) -> None:
    assert office.type("check").done() == "没有可自动采集的账号；请在台账中填写主页链接或采集方式。\n"
    assert office.type("check", "--json").json == []


def test_a_loopback_address_is_blocked_unless_the_settings_allow_it(watched: Office) -> None:
    watched.settle("office:\n  name: 甲\n  areas: [示例县]\n", instead=True)
    (line,) = watched.type("check", "A01").lines
    assert f"采集异常：{Reason.GUARD_BLOCKED.label}，内网地址须在" in line


def test_long_work_is_silent_in_a_pipe(watched: Office) -> None:
    said = watched.process("check")
    assert said.err == ""
    assert len(said.done().splitlines()) == 2


def test_long_work_shows_progress_on_a_terminal(watched: Office) -> None:
    said, shown = _at_a_terminal(watched, "check", "--json")
    assert len(json.loads(said)) == 2
    assert "采集" in shown
    assert "100%" in shown


def _at_a_terminal(office: Office, *words: str) -> tuple[str, str]:
    """Return what a command writes to a pipe, and what somebody sees who sits at its stderr."""
    ours, theirs = pty.openpty()
    try:
        with subprocess.Popen(
            [PROGRAM, *office.where, *words], cwd=office.folder, stdout=subprocess.PIPE, stderr=theirs, encoding="utf-8"
        ) as process:
            os.close(theirs)
            said, _ = process.communicate(timeout=60)
        return said, b"".join(_until_closed(ours)).decode()
    finally:
        os.close(ours)


def _until_closed(terminal: int) -> Iterator[bytes]:
    """Yield what was written to the other side of a terminal, which ends with an error."""
    while True:
        try:
            yield os.read(terminal, 65536)
        except OSError:
            return


def test_looks_go_in_batches(watched: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "AT_ONCE", 1)
    assert [entry["account"] for entry in watched.type("check", "A02", "A01", "A02", "--json").json] == ["A02", "A01"]
