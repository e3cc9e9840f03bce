import json
from datetime import timedelta

import pytest

from alerts.dingtalk import sign
from monitor.sample.robots import LONGEST, PER_MINUTE, Robot, RobotDesk, Verdict
from monitor.sample.tray import Sink, Tray
from tests.sample.looking import NOW

ROBOT = Robot(group="值班群")
MARKDOWN = {
    "msgtype": "markdown",
    "markdown": {"title": "标题", "text": "正文 @13800000001"},
    "at": {"atMobiles": ["13800000001"]},
}


def desk() -> RobotDesk:
    return RobotDesk((ROBOT,), Tray())


def send(
    to: RobotDesk,
    sent: object = MARKDOWN,
    *,
    token: str = ROBOT.token,
    secret: str = ROBOT.secret,
    late: timedelta = timedelta(),
    signed_at: timedelta = timedelta(),
    content_type: str = "application/json; charset=utf-8",
) -> Verdict:
    stamp = str(int((NOW + signed_at).timestamp() * 1000))
    query = {"access_token": token, "timestamp": stamp, "sign": sign(stamp, secret)}
    body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    return to.take(query, content_type, body, NOW + late)


def test_a_signed_message_is_taken() -> None:
    to = desk()
    assert send(to)["errcode"] == 0
    (taken,) = to.tray.newest_first
    assert (taken.sink, taken.to, taken.subject, taken.body) == (Sink.ROBOT, "值班群", "标题", "正文 @13800000001")
    assert (taken.at, taken.mentions) == (NOW, ("13800000001",))


def test_plain_text_is_taken_too() -> None:
    to = desk()
    assert send(to, {"msgtype": "text", "text": {"content": "你好"}})["errcode"] == 0
    assert to.tray.newest_first[0].body == "你好"


REFUSALS = (
    ("an unknown robot", {"token": "0" * 64}, 300005),
    ("another robot's secret", {"secret": "SEC0"}, 310000),
    ("signed two hours ago", {"signed_at": timedelta(hours=-2)}, 310000),
    ("signed two hours ahead", {"signed_at": timedelta(hours=2)}, 310000),
    ("sent as a form", {"content_type": "application/x-www-form-urlencoded"}, 43004),
    ("no JSON", {"sent": b"{"}, 40035),
    ("no known type", {"sent": {"msgtype": "voice"}}, 40035),
    ("markdown without a title", {"sent": {"msgtype": "markdown", "markdown": {"text": "x"}}}, 40035),
    ("nothing to say", {"sent": {"msgtype": "text", "text": {"content": " "}}}, 40035),
    ("too long", {"sent": {"msgtype": "text", "text": {"content": "x" * LONGEST}}}, 460101),
)


@pytest.mark.parametrize(("how", "changes", "errcode"), REFUSALS, ids=[how for how, _, _ in REFUSALS])
def test_what_dingtalk_refuses_is_refused(how: str, changes: dict[str, object], errcode: int) -> None:
    to = desk()
    assert send(to, **changes)["errcode"] == errcode, how  # type: ignore[arg-type]  # a row of the table
    assert to.tray.newest_first == ()


@pytest.mark.parametrize("query", [{}, {"timestamp": "x", "sign": "y"}, {"timestamp": "²", "sign": ""}])
def test_an_unsigned_message_is_refused(query: dict[str, str]) -> None:
    verdict = desk().take(
        {"access_token": ROBOT.token, **query}, "application/json", json.dumps(MARKDOWN).encode(), NOW
    )
    assert verdict["errcode"] == 310000


def test_twenty_a_minute_and_no_more() -> None:
    to = desk()
    assert {send(to)["errcode"] for _ in range(PER_MINUTE)} == {0}
    assert send(to, late=timedelta(seconds=59))["errcode"] == 130101
    assert send(to, late=timedelta(seconds=60))["errcode"] == 0
    assert len(to.tray.newest_first) == PER_MINUTE + 1


def test_each_robot_has_a_pace_of_its_own() -> None:
    other = Robot(group="别的群")
    to = RobotDesk((ROBOT, other), Tray())
    for _ in range(PER_MINUTE):
        send(to)
    assert send(to, token=other.token, secret=other.secret)["errcode"] == 0


def test_only_the_last_messages_are_kept() -> None:
    tray = Tray(kept=3)
    to = RobotDesk((ROBOT,), tray)
    for number in range(5):
        send(to, {"msgtype": "text", "text": {"content": str(number)}})
    assert [taken.body for taken in tray.newest_first] == ["4", "3", "2"]
