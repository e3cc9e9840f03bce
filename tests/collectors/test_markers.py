"""What an answer says, however it is written, and what it does not say although it looks like it."""

import json
from datetime import UTC, datetime
from functools import partial
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.http import Door
from collectors.markers import says, spoken
from collectors.platforms import web_probe
from collectors.reader import ParserRunner
from monitor.core.account import Source
from monitor.core.collector import Page
from monitor.core.download import AppFault, Download, Link
from monitor.core.observation import LookFailedError, Reason
from tests.collectors.conftest import OpenDoor, OpenFar, answer

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "marker"),
    [
        ("<p>服务正常</p>", "服务正常"),
        ("<p>&#26381;&#x52a1;&#27491;常</p>", "服务正常"),
        ("<p><b>服务</b>正常</p>", "服务正常"),
        ("<p>服务&nbsp;正常</p>", "服务 正常"),
        ("<p>服务\n   正常</p>", "服务 正常"),
        ("<p>服\u200b务正常\ufeff</p>", "服务正常"),
        ("A &amp; B &lt;ok&gt;", "A & B <ok>"),
        ("<script>var s='\\u670d\\u52a1\\u6b63\\u5e38'</script>", "服务正常"),
        ('<pre>{ "status" : "ok" }</pre>', '"status":"ok"'),
        ('{"status": "ok"}', '"status":"ok"'),
        ('{"status":"ok"}', '"status" : "ok"'),
        ('{\n\t"status"\n:\n"ok"}', '"status":"ok"'),
        ('{"msg": "\\u670d\\u52a1\\u6b63\\u5e38"}', "服务正常"),
        ('{"msg": "\\u670d\\u52a1\\u6b63\\u5e38，v2"}', "服务正常"),
        ('{"msg": "\\u670d\\u52a1\\u6b63\\u5e38"}', '"msg":"服务正常"'),
        ('{"b": 2, "a": 1}', '{"a":1,"b":2}'),
        ('{"b": 2, "x": 0, "a": 1}', '"a":1,"b":2'),
        ('{"data": {"up": true, "n": [1, 2]}}', '"up":true'),
        ('{"data": {"up": true, "n": [1, 2]}}', '{"data":{"n":[1,2]}}'),
        ('[{"code": 0}]', '"code":0'),
        ('{"code": 0.0}', '"code":0'),
        ('{"url": "https:\\/\\/a.cn\\/"}', "https://a.cn/"),
        ('\ufeff{"status": "ok"}', '"status":"ok"'),
        ('callback({"status": "ok"});', '"status":"ok"'),
        ('{"status": "ok"}', '"status":"ok",'),
        ('"ok"', '"ok"'),
    ],
)
def test_what_an_answer_means_is_found(text: str, marker: str) -> None:
    assert says(text, marker)


@pytest.mark.parametrize(
    ("text", "marker"),
    [
        ("<p>服务异常</p>", "服务正常"),
        ("<p>服务</p><p>正常</p>", "服务 正 常"),
        ('{"status": "error", "was": "ok"}', '"status":"ok"'),
        ('{"status": "ok2"}', '"status":"ok"'),
        ('{"a": {"x": 1}, "b": {"y": 2}}', '"x":1,"y":2'),
        ('{"up": 1}', '"up":true'),
        ('{"up": true}', '"up":1'),
        ('{"up": "true"}', '"up":true'),
        ('{"n": [2, 1]}', '"n":[1,2]'),
        ('{"error": "expected \\"status\\":\\"ok\\""}', '"status":"ok"'),
        ("", "ok"),
        ("{}", "ok"),
    ],
)
def test_what_only_looks_like_it_is_not_found(text: str, marker: str) -> None:
    assert not says(text, marker)


@pytest.mark.parametrize("written", ["%E6%AD%A3%E5%B8%B8", "正常", "%D5%FD%B3%A3"])
def test_an_address_may_write_a_marker_in_either_charset(written: str) -> None:
    assert spoken(written) == "正常"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-999, 999) | st.text('正常ok\u00a0"\\/ &<', min_size=1, max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("状态ab", max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(
    members=st.dictionaries(st.text("状态ab", max_size=4), VALUES, min_size=1, max_size=4),
    is_ascii=st.booleans(),
    is_wide=st.booleans(),
)
def test_every_way_to_write_an_object_says_each_of_its_members(
    *, members: dict[str, object], is_ascii: bool, is_wide: bool
) -> None:
    turned = dict(reversed(list(members.items())))
    text = json.dumps({"data": [turned]}, ensure_ascii=is_ascii, indent=2 if is_wide else None)
    for name, value in members.items():
        one = json.dumps({name: value}, ensure_ascii=False, separators=(",", ":"))
        assert says(text, one)
        assert says(text, one[1:-1])
    assert says(text, json.dumps(members, ensure_ascii=False))
    assert not says(text, json.dumps({**members, "missing": 1}, ensure_ascii=False))


@given(st.text(max_size=200), st.text(min_size=1, max_size=20))
def test_whatever_an_answer_holds_it_can_be_asked(text: str, marker: str) -> None:
    assert says(text + marker, marker)
    assert says(text, marker) in {True, False}


@pytest.mark.parametrize("text", ["<" * 500_000, "[" * 500_000, "a(" * 200_000, "&#" * 200_000, "\\u" * 200_000])
def test_no_answer_however_hostile_takes_long(text: str) -> None:
    def taken(length: int) -> float:
        started = process_time()
        assert not says(text[:length], "正常")
        return process_time() - started

    taken(1_000)
    assert taken(200_000) < 20 * taken(50_000) + 0.2


# --- the probe, on sockets


async def looked(door: Door, url: str) -> Download | Reason:
    source = Source(account="app", collector="web-probe", key=url)
    try:
        seen = await web_probe.COLLECTOR.collect(source, door.bind("app:1", reader="web-probe/1"), None)  # type: ignore[arg-type]
    except LookFailedError as failed:
        return failed.reason
    return seen


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<html>服务正常</html>".encode("gb18030"), "text/html; charset=gbk"),
        ('<html><meta charset="gb2312">服务正常</html>'.encode("gb18030"), "text/html"),
        ("<html>服务正常</html>".encode("gb18030"), "text/html"),
        ("<html>服务正常</html>".encode(), "text/html; charset=gb2312"),
        ("\ufeff服务正常".encode("utf-16-le"), "text/plain"),
        ('{"状态": "服务正常"}'.encode("gb18030"), "application/json"),
    ],
)
async def test_a_marker_is_found_in_any_charset(door: OpenDoor, far: OpenFar, body: bytes, kind: str) -> None:
    there = await far(answer(body, content_type=kind))
    assert await looked(door(), f"{there.url()}#服务正常") == Download(link=Link.SERVICE)
    assert await looked(door(), f"{there.url()}#服务异常") == Download(link=Link.SERVICE, fault=AppFault.NO_MARKER)


async def test_json_that_just_ends_proves_nothing(door: OpenDoor, far: OpenFar) -> None:
    there = await far(answer(b'{"data": {"list": [1, 2'))
    assert await looked(door(), f'{there.url()}#"status":"ok"') is Reason.TRUNCATED


async def test_a_parser_with_settings_of_its_own_is_read_by_the_door_and_by_its_worker() -> None:
    reader = ParserRunner()
    harmless = Page(url="https://a.cn/", status=200, headers={}, body="服务正常".encode(), at=AT)
    large = Page(url="https://a.cn/", status=200, headers={}, body=b"<i>" * 9_000 + "正常".encode(), at=AT)
    try:
        for page in (harmless, large):
            assert await reader.read(partial(web_probe.read, marker="正常"), page) == Download(link=Link.SERVICE)
    finally:
        reader.close()
