"""Logs: where they go, in which form, and what never gets into them."""

from __future__ import annotations

import ast
import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.logs import redacted, set_up, whereabouts

ROOT = Path(__file__).resolve().parents[1]
OURS = logging.getLogger("monitor.test")
THEIRS = logging.getLogger("somebody.else")
LEVELS = frozenset({"debug", "info", "warning", "error", "exception", "critical"})


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def untouched() -> Iterator[None]:
    """Leave logging as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in ("monitor", "collectors", "alerts")}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def logged(*acts: Callable[[], object], stream: io.StringIO | None = None, debug: bool = False) -> str:
    """Return what stands in the log after something was done."""
    stream = stream or io.StringIO()
    set_up(stream, debug=debug)
    for act in acts:
        act()
    return stream.getvalue()


def stumble() -> None:
    try:
        dict[str, str]()["access_token=geheim"]
    except KeyError:
        OURS.exception("bug", extra={"pass": "look"})
        OURS.error("parser crashed %s", "Traceback\nfile")


def test_elsewhere_than_on_a_terminal_every_line_is_json() -> None:
    lines = logged(lambda: OURS.info("started", extra={"passes": 3}), stumble).splitlines()
    started, bug, _ = (json.loads(line) for line in lines)
    assert started.pop("timestamp").endswith("Z")
    assert started == {"event": "started", "level": "info", "logger": "monitor.test", "passes": 3}
    assert bug["exception"].startswith("Traceback")


def test_a_terminal_gets_a_line_without_json_and_without_a_traceback() -> None:
    text = logged(lambda: OURS.info("started"), stumble, stream=Terminal())
    assert len(text.splitlines()) == 3
    assert "{" not in text
    assert "Traceback (" not in text
    assert "KeyError, test_logs.py:" in text


def test_a_terminal_gets_the_traceback_when_asked_for() -> None:
    assert "Traceback" in logged(stumble, stream=Terminal(), debug=True)


def test_chinese_stays_readable() -> None:
    assert "数据库已满" in logged(lambda: OURS.warning("store", extra={"problem": "数据库已满"}))


def test_of_others_only_warnings_are_kept() -> None:
    text = logged(
        lambda: THEIRS.info("chatter"),
        lambda: THEIRS.warning("trouble with %s", "dns"),
        lambda: OURS.debug("detail"),
    )
    assert [json.loads(line)["event"] for line in text.splitlines()] == ["trouble with dns"]


def test_setting_up_twice_writes_once() -> None:
    first = io.StringIO()
    set_up(first)
    text = logged(lambda: OURS.info("started"))
    assert (len(text.splitlines()), first.getvalue()) == (1, "")


SECRETS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~", min_size=8, max_size=64).filter(
    lambda secret: secret.strip("-_.~") == secret
)
PLACES = (
    "https://oapi.dingtalk.com/robot/send?access_token={0}",
    "https://oapi.dingtalk.com/robot/send?access_token=x&timestamp=1&sign={0}",
    "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={0}&debug=1",
    "https://qyapi.weixin.qq.com/cgi-bin/gettoken?corpid=a&corpsecret={0}",
    "https://api.weixin.qq.com/cgi-bin/token?appid=wx1&secret={0}",
    "https://open.feishu.cn/open-apis/bot/v2/hook/{0}",
    "mailto://user:{0}@mail.example.cn?to=a@example.cn",
    "mailtos://user%40example.cn:{0}@mail.example.cn:465",
    "dingtalk://{0}@token",
    "dingtalk://{0}/13800138000",
    "wecombot://{0}",
    "feishu://{0}",
    "postgresql+psycopg://xuncha:{0}@db.example.cn/xuncha",
    "http://user:{0}@proxy.example.cn:3128/",
    "{{'access_token': '{0}'}}",
    '{{"password": "{0}"}}',
    "Authorization: Bearer {0}",
    "password = {0}",
    "X-Auth-Token: {0}",
    "https://www.example.cn/back?state=1&code={0}",
    "GET /k/{0} 200",
    "http://xuncha.example.cn/k/{0}?x=1",
    "https://hc.example.cn/ping/{0}",
    "https://api.example.cn/bot12345678:{0}/sendMessage",
    "Cookie: a=1; b={0}; c=3",
    "set-cookie: a=1; Path=/, session={0}; Path=/",
    "cookies=a=1; SUBP={0}",
    "Authorization: Basic {0}",
    "Proxy-Authorization: Digest username=x, response={0}",
    "XUNCHA_KEY={0}",
    "session_id={0}",
)
WAYS: tuple[Callable[[str], object], ...] = (
    lambda text: OURS.warning("failed", extra={"detail": text}),
    lambda text: OURS.warning("failed", extra={"detail": [text, {"deep": (text,)}]}),
    lambda text: OURS.warning("failed", extra={"error": ValueError(text)}),
    lambda text: THEIRS.warning("request to %s failed", text),
    lambda text: OURS.error("bug", exc_info=ConnectionError(text)),
)


@given(secret=SECRETS, place=st.sampled_from(PLACES), way=st.sampled_from(WAYS), terminal=st.booleans())
def test_no_secret_gets_into_a_log(secret: str, place: str, way: Callable[[str], object], *, terminal: bool) -> None:
    text = logged(lambda: way(place.format(secret)), stream=Terminal() if terminal else None, debug=True)
    assert secret not in text
    assert text.endswith("\n")


@given(
    secret=st.text(min_size=6, max_size=30).map(lambda text: quote(text, safe="")).filter(lambda text: len(text) > 5)
)
def test_a_quoted_password_of_any_letters_is_blotted_out(secret: str) -> None:
    assert secret not in logged(lambda: OURS.warning("x", extra={"url": f"mailto://a:{secret}@b.cn"})).partition("x")[2]


@pytest.mark.parametrize(
    "name",
    ["password", "token", "access_token", "cookie", "cookies", "Authorization", "client_secret", "XUNCHA_KEY", "code"],
)
def test_a_field_that_is_named_like_a_secret_is_blotted_out(name: str) -> None:
    assert redacted(None, "", {name: "geheim"}) == {name: "***"}
    assert redacted(None, "", {"headers": {name: ["geheim"]}}) == {"headers": {name: "***"}}


@pytest.mark.parametrize(
    "text",
    [
        "Illegal header value b'Bearer S3cretValue9'",
        "Bearer S3cretValue9",
        "Basic dTpwS3cretValue9",
        "[(b'authorization', b'Bearer S3cretValue9'), (b'x', b'y')]",
        "Headers([('authorization', 'Basic S3cretValue9')])",
        "(b'cookie', b'a=1; SUB=S3cretValue9')",
        "{'x-acs-dingtalk-access-token', 'S3cretValue9'}",
        "https://a.example/?to=x%3Faccess_token%3DS3cretValue9%26page%3D1",
        "https://a.example/?to=x%3Fcode%3dS3cretValue9",
        "https://S3cretValue9@ping.example.cn/x",
        "b'AUTH PLAIN S3cretValue9\\r\\n'",
        "encodingAESKey=S3cretValue9",
        "auth_code: S3cretValue9",
        "'client_secret' => 'S3cretValue9'",
    ],
)
def test_a_secret_is_blotted_out_however_a_library_quotes_it(text: str) -> None:
    said = str(redacted(None, "", {"detail": text})["detail"])
    assert "S3cretValue9" not in said
    assert "***" in said


@pytest.mark.parametrize(
    "text",
    [
        "https://www.example.gov.cn/art/2026/5/1/art_1_2.html?page=2",
        "http://127.0.0.1:8080/readyz",
        "sqlite:///data/xuncha.db",
        "feed=https://www.example.gov.cn/rss.xml",
        "weibo:1234567890",
        "errcode=310000 code=40001",
        "https://mp.weixin.qq.com/s/AbCdEfGh12345678IjKlMn",
        "douyin=MS4wLjABAAAAx",
        "/key/figures/hooks",
        "数据库 data/xuncha.db 正被其他程序占用，请稍后再试。",
        "12:30:05 user@example.cn",
        "Basic authentication is off",
        "https://www.example.gov.cn/@office",
        "mailto:user@example.cn",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redacted(None, "", {"detail": text, "count": 3, "none": None}) == {"detail": text, "count": 3, "none": None}


@pytest.mark.parametrize(
    "url",
    [
        "https://hc-ping.example/9f8c2b1e-1c2d-4e5f-8a9b-0c1d2e3f4a5b",
        "https://api.example.cn/v1/aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY/push",
    ],
)
def test_a_path_that_is_itself_the_secret_is_blotted_out(url: str) -> None:
    said = str(redacted(None, "", {"url": url})["url"])
    assert said.startswith(url[:20])
    assert "***" in said
    assert "4e5f" not in said
    assert "hJ9kL1" not in said


def test_what_remains_of_an_address_still_says_where() -> None:
    event = redacted(None, "", {"url": "http://user:geheim@proxy.example.cn:3128/x?key=geheim&page=2"})
    assert event == {"url": "http://user:***@proxy.example.cn:3128/x?key=***&page=2"}


@given(st.text())
def test_a_log_line_never_steers_a_terminal(text: str) -> None:
    for line in (redacted(None, "", {"title": text})["title"], redacted(None, "", {"titles": [text]})["titles"][0]):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", line)


@given(st.text(), st.booleans())
def test_any_text_makes_one_json_line(text: str, nested: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    line = logged(lambda: OURS.warning("x", extra={"value": [text] if nested else text}))
    assert line.count("\n") == 1
    assert json.loads(line)["event"] == "x"


def test_a_long_hostile_text_is_read_in_no_time() -> None:
    pieces = ("a-", "://", "token", "key=", "a:", "/hook/", "cookie", "code=", "/aA1", "/k", "-")
    for piece in (*pieces, "Bearer ", "Basic a", "key%3D", "%3Fcode", "key', ", "://a"):
        redacted(None, "", {"detail": piece * 50_000})


def test_a_bug_is_placed_at_the_line_of_ours_that_it_passed_last() -> None:
    with pytest.raises(AttributeError) as caught:
        whereabouts(None)  # type: ignore[arg-type] # the bug
    assert re.fullmatch(r"AttributeError, logs\.py:\d+", whereabouts(caught.value))
    assert whereabouts(ValueError()) == "ValueError"


def test_messages_are_constant_and_what_varies_stands_beside_them() -> None:
    for path in sorted(path for name in ("monitor", "collectors", "alerts") for path in (ROOT / name).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="_log"), attr=level), args=[message, *_]):
                    assert level in LEVELS, f"{path}:{node.lineno}"
                    assert isinstance(message, ast.Constant), f"{path}:{node.lineno}"
                case _:
                    pass
