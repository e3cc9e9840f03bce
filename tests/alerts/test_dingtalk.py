import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.channels import open_channel
from alerts.dingtalk import LONGEST, DingTalkRobot, compose, verdict
from alerts.grammar import BadChannelError
from alerts.http_post import Reply
from monitor.core.message import Message, Outcome
from tests.alerts import robot as dingtalk
from tests.alerts.builders import NOW, SOON, clock, message
from tests.alerts.robot import Answer, Robot, errcode
from tests.often import often

TEN_MINUTES = timedelta(minutes=10)


@pytest.fixture
def robot() -> Iterator[Robot]:
    with Robot(clock=clock) as running:
        yield running


def channel_to(robot: Robot, url: str | None = None) -> DingTalkRobot:
    channel = open_channel("群", url or robot.url, base_url=robot.base_url, clock=clock)
    assert isinstance(channel, DingTalkRobot)
    return channel


async def test_a_message_that_the_robot_took_is_sent(robot: Robot) -> None:
    attempt = await channel_to(robot).send(message("正文"))
    assert (attempt.outcome, attempt.code) == (Outcome.SENT, "0")
    assert (robot.received[0].title, robot.received[0].text) == ("【更新提醒】“缙云某某”微信公众号", "正文")


async def test_the_signature_is_encoded_exactly_once(robot: Robot) -> None:
    await channel_to(robot).send(message())
    assert robot.received[0].raw_query.count("sign=") == 1
    assert "%25" not in robot.received[0].raw_query
    assert robot.received[0].raw_query.endswith("%3D")


async def test_a_robot_without_a_secret_is_not_signed_for() -> None:
    with Robot(clock=clock, secret=None) as robot:
        attempt = await channel_to(robot).send(message())
    assert attempt.outcome is Outcome.SENT
    assert set(robot.received[0].query) == {"access_token"}


async def test_a_clock_that_is_wrong_by_hours_is_refused_and_not_tried_again() -> None:
    with Robot(clock=lambda: NOW + timedelta(hours=2)) as robot:
        attempt = await channel_to(robot).send(message())
    assert (attempt.outcome, attempt.code) == (Outcome.PERMANENT, "310000")


async def test_who_is_called_stands_in_the_text_too(robot: Robot) -> None:
    channel = channel_to(robot, f"{robot.url}/13911112222")
    await channel.send(message("请@13800138000尽快更新", mentions=("13800138000", "13700137000")))
    assert robot.received[0].mobiles == ["13911112222", "13800138000", "13700137000"]
    assert robot.received[0].text == "请@13800138000尽快更新\n\n@13911112222 @13700137000"


async def test_what_is_no_number_is_not_called(robot: Robot) -> None:
    await channel_to(robot).send(message("正文", mentions=("all", "](x)", "")))
    assert (robot.received[0].mobiles, robot.received[0].text) == ([], "正文")


@pytest.mark.parametrize(
    ("answer", "outcome", "code", "retry_after"),
    [
        (dingtalk.TAKEN, Outcome.SENT, "0", None),
        (dingtalk.BUSY, Outcome.TEMPORARY, "-1", timedelta(minutes=1)),
        (dingtalk.TOO_FAST, Outcome.TEMPORARY, "130101", TEN_MINUTES),
        (dingtalk.PUNISHED, Outcome.TEMPORARY, "1111", TEN_MINUTES),
        (errcode(410100), Outcome.TEMPORARY, "410100", TEN_MINUTES),
        (dingtalk.REFUSED, Outcome.PERMANENT, "310000", None),
        (dingtalk.UNKNOWN_TOKEN, Outcome.PERMANENT, "300005", None),
        (errcode(987654), Outcome.PERMANENT, "987654", None),
        (dingtalk.BROKEN, Outcome.TEMPORARY, "HTTP 500", None),
        (Answer(status=500, content=b'{"errcode":0}'), Outcome.TEMPORARY, "HTTP 500", None),
        (Answer(status=429, headers={"Retry-After": "90"}), Outcome.TEMPORARY, "HTTP 429", timedelta(seconds=90)),
        (Answer(status=404), Outcome.PERMANENT, "HTTP 404", None),
        (Answer(status=400, content=b'{"errcode":130101}'), Outcome.TEMPORARY, "130101", TEN_MINUTES),
        (dingtalk.RESET, Outcome.UNANSWERED, "RemoteDisconnected", None),
        (Answer(content=b"<html>log in</html>"), Outcome.UNANSWERED, "HTTP 200", None),
        (Answer(content=b'{"ok":true}'), Outcome.UNANSWERED, "HTTP 200", None),
        (Answer(content=b'{"errcode":false}'), Outcome.UNANSWERED, "HTTP 200", None),
        (Answer(content=b'{"errcode":"0"}'), Outcome.UNANSWERED, "HTTP 200", None),
        (Answer(content=b"[" * 60_000), Outcome.UNANSWERED, "HTTP 200", None),
        (Answer(status=204), Outcome.UNANSWERED, "HTTP 204", None),
    ],
)
async def test_the_far_side_decides_what_became_of_a_message(
    robot: Robot, answer: Answer, outcome: Outcome, code: str, retry_after: timedelta | None
) -> None:
    robot.will(answer)
    attempt = await channel_to(robot).send(message())
    assert (attempt.outcome, attempt.code, attempt.retry_after) == (outcome, code, retry_after)


async def test_silence_ends_in_time_and_is_no_answer(robot: Robot) -> None:
    robot.will(dingtalk.HANG)
    channel = channel_to(robot)
    channel.limit = SOON
    assert (await channel.send(message())).outcome is Outcome.UNANSWERED


async def test_a_redirect_is_not_followed(robot: Robot) -> None:
    robot.will(dingtalk.redirect(f"{robot.base_url}/elsewhere"))
    attempt = await channel_to(robot).send(message())
    assert (attempt.outcome, attempt.code, len(robot.received)) == (Outcome.TEMPORARY, "HTTP 302", 1)


async def test_nobody_at_the_door_means_surely_not_delivered(robot: Robot) -> None:
    with Robot(clock=clock) as gone:
        channel = channel_to(gone)
    assert (await channel.send(message())).outcome is Outcome.TEMPORARY


async def test_an_endless_answer_is_not_read_to_its_end(robot: Robot) -> None:
    robot.will(Answer(content=b'{"errcode":0,"errmsg":"' + b"x" * 1_000_000))
    assert (await channel_to(robot).send(message())).outcome is Outcome.UNANSWERED


async def test_control_characters_are_refused_before_anything_is_sent(robot: Robot) -> None:
    assert (await channel_to(robot).send(message("正\x1b[2J文"))).outcome is Outcome.PERMANENT
    assert robot.received == []


async def test_a_subject_longer_than_a_message_is_refused_before_anything_is_sent(robot: Robot) -> None:
    assert (await channel_to(robot).send(message(subject="长" * 9_000))).outcome is Outcome.PERMANENT
    assert robot.received == []


async def test_a_long_message_is_cut_at_a_line_and_says_how_much_is_missing(robot: Robot) -> None:
    lines = [f"第{number}个账号已连续{number}天未更新。" for number in range(1_000)]
    await channel_to(robot).send(message("\n".join(lines), mentions=("13800138000",)))
    shown, closing, mention = robot.received[0].text.split("\n\n")
    kept = shown.split("\n")
    assert kept == lines[: len(kept)]
    assert closing == f"> 内容过长，还有 {1_000 - len(kept)} 行未显示。"
    assert mention == "@13800138000"
    assert LONGEST - 100 < robot.received[0].size <= LONGEST


async def test_a_message_that_was_cut_keeps_its_id(robot: Robot) -> None:
    await channel_to(robot).send(message("一行\n" * 5_000 + "> 县政务新媒体监测 · 编号m-1", mentions=("13800138000",)))
    assert robot.received[0].text.endswith("行未显示。\n\n> 县政务新媒体监测 · 编号m-1\n\n@13800138000")


async def test_a_server_that_cannot_prove_itself_hears_nothing(
    robot: Robot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    robot.encrypt(authority.issue_cert("localhost"))
    channel = open_channel("群", robot.url, base_url=robot.base_url, clock=clock)
    assert (await channel.send(message())).outcome is Outcome.TEMPORARY
    assert robot.received == []
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    assert (await channel.send(message())).outcome is Outcome.SENT


async def test_a_proxy_that_refuses_is_worth_another_try(robot: Robot) -> None:
    proxy = robot.base_url.replace("//", "//user:pass@")
    channel = open_channel("群", robot.url, base_url="https://oapi.example:8443", proxy=proxy, clock=clock)
    assert (await channel.send(message())).outcome is Outcome.TEMPORARY
    assert [request.path for request in robot.received] == ["CONNECT oapi.example:8443 Basic dXNlcjpwYXNz"]


LINES = st.lists(st.text(max_size=60) | st.sampled_from(["汉字", '"', "\\", "😀", "", "@13800138000"]), min_size=1)


@settings(max_examples=often(200))
@given(lines=LINES, times=st.integers(1, 900), wide=st.sampled_from(["", "字" * 7_000, "😀" * 6_000, '"' * 11_000]))
def test_no_message_is_too_long_or_ends_within_a_character(lines: list[str], times: int, wide: str) -> None:
    words = wide + "\n".join(lines * times)
    body = compose(message(words, mentions=("13800138000",)), ("13800138000",))
    text = json.loads(body)["markdown"]["text"]
    assert len(body) <= LONGEST
    assert "�" in words or "�" not in text
    assert "@13800138000" in text
    assert text.startswith(words) or "内容过长" in text or not words[len(text) :].strip()


@given(st.binary() | st.text().map(str.encode), st.integers(100, 599))
def test_only_errcode_zero_is_ever_sent(content: bytes, status: int) -> None:
    assert verdict(Reply(status=status, content=content), NOW).outcome is not Outcome.SENT


@pytest.mark.parametrize(
    ("header", "pause"),
    [
        ("Tue, 19 May 2026 01:02:00 GMT", timedelta(minutes=2)),
        ("Tue, 19 May 2020 01:02:00 GMT", timedelta()),
        ("99999999999999", timedelta(hours=6)),
        ("soon", timedelta(minutes=1)),
        ("-5", timedelta(minutes=1)),
    ],
)
def test_a_retry_after_header_is_believed_within_reason(header: str, pause: timedelta | None) -> None:
    assert verdict(Reply(status=429, content=b"", retry_after=header), NOW).retry_after == pause


@pytest.mark.parametrize(
    "url",
    [
        "dingtalk://",
        "dingtalk://to-ken",
        "dingtalk://se-cret@token",
        "dingtalk://token/alice",
        "dingtalk://token/123",
        "dingtalk://token?verify=no",
        "dingtalk://token:8080",
        "dingtalk://user:word@token",
    ],
)
def test_a_url_that_says_something_else_is_refused(url: str) -> None:
    with pytest.raises(BadChannelError):
        open_channel("群", url, clock=clock)


@pytest.mark.parametrize("proxy", ["http://", "http://x", "socks5://x:1", "x:1", "http://x:y"])
def test_a_proxy_must_be_one(proxy: str) -> None:
    with pytest.raises(BadChannelError, match="代理"):
        open_channel("群", "dingtalk://token", proxy=proxy, clock=clock)


@pytest.mark.parametrize("base_url", ["oapi.dingtalk.com", "ftp://x", "http://", "http://a:b@x", "http://x?y", "//x"])
def test_a_base_url_must_be_one(base_url: str) -> None:
    with pytest.raises(BadChannelError, match="base_url"):
        open_channel("群", "dingtalk://token", base_url=base_url, clock=clock)


def test_a_contact_has_no_address_in_a_group() -> None:
    channel = open_channel("群", "dingtalk://token", clock=clock)
    assert channel.is_group
    assert channel.per_minute == 18
    assert open_channel("群", "dingtalk://token", per_minute=5, clock=clock).per_minute == 5


def test_the_repeat_of_a_message_is_the_same_message() -> None:
    first: Message = message()
    assert compose(first, ()) == compose(message(), ())
