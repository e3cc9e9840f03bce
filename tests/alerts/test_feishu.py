from collections.abc import Iterator
from datetime import timedelta

import pytest

from alerts.channels import open_channel
from alerts.feishu import LONGEST, sign
from monitor.core.message import Outcome
from tests.alerts.builders import NOW, clock, message
from tests.alerts.far_sides import Feishu, said
from tests.alerts.robot import BROKEN, Answer


@pytest.fixture
def robot() -> Iterator[Feishu]:
    with Feishu(clock=clock) as running:
        yield running


def test_the_signature_is_over_nothing_with_moment_and_secret_as_the_key() -> None:
    # openssl dgst -sha256 -hmac "$(printf '1779152400\ndemo')" -binary </dev/null | base64
    assert sign("1779152400", "demo") == "mbKa7bqzM6OHQMSOnSEs9nJl5aOeScpJG0McPrPv7dk="


async def test_a_card_shows_subject_and_body_without_the_marks_it_would_not_draw(robot: Feishu) -> None:
    channel = open_channel("群", f"{robot.url}/ou_1a2b", base_url=robot.base_url, clock=clock)
    attempt = await channel.send(message("### 提醒\n\n已**10天**未更新\n\n> 编号m-1", mentions=("13800138000",)))
    assert (attempt.outcome, attempt.code) == (Outcome.SENT, "0")
    card = robot.received[0].body["card"]
    assert card["header"]["title"]["content"] == "【更新提醒】“缙云某某”微信公众号"
    assert card["elements"][0]["content"] == "已**10天**未更新\n\n编号m-1\n<at id=ou_1a2b></at>"


async def test_nobodys_number_is_shown_where_it_would_call_nobody(robot: Feishu) -> None:
    channel = open_channel("群", robot.url, base_url=robot.base_url, clock=clock)
    await channel.send(message("正文", mentions=("13800138000",)))
    assert "13800138000" not in str(robot.received[0].body)


async def test_a_robot_without_a_secret_is_not_signed_for() -> None:
    with Feishu(clock=clock, secret=None) as robot:
        attempt = await open_channel("群", robot.url, base_url=robot.base_url, clock=clock).send(message())
    assert attempt.outcome is Outcome.SENT
    assert set(robot.received[0].body) == {"msg_type", "card"}


async def test_a_clock_that_is_wrong_by_hours_is_refused_and_not_tried_again() -> None:
    with Feishu(clock=lambda: NOW + timedelta(hours=2)) as robot:
        attempt = await open_channel("群", robot.url, base_url=robot.base_url, clock=clock).send(message())
    assert (attempt.outcome, attempt.code) == (Outcome.PERMANENT, "19021")


async def test_a_long_message_is_cut_by_bytes_at_a_line_and_keeps_its_number(robot: Feishu) -> None:
    lines = "\n".join(f"第{number}个账号已**{number}天**未更新。" for number in range(1, 2_000))
    channel = open_channel("群", robot.url, base_url=robot.base_url, clock=clock)
    attempt = await channel.send(message(f"{lines}\n\n> 编号m-1"))
    assert attempt.outcome is Outcome.SENT
    assert LONGEST - 150 < robot.received[0].size <= LONGEST
    assert robot.received[0].body["card"]["elements"][0]["content"].endswith("编号m-1")


async def test_a_subject_longer_than_a_message_is_refused_before_anything_is_sent(robot: Feishu) -> None:
    channel = open_channel("群", robot.url, base_url=robot.base_url, clock=clock)
    assert (await channel.send(message(subject="长" * 9_000))).outcome is Outcome.PERMANENT
    assert robot.received == []


@pytest.mark.parametrize(
    ("answer", "outcome", "code", "pause"),
    [
        (said(StatusCode=0, StatusMessage="success"), Outcome.SENT, "0", None),
        (said(code=11232, msg="frequency limited"), Outcome.TEMPORARY, "11232", timedelta(minutes=1)),
        (said(code=2200, msg="internal error"), Outcome.TEMPORARY, "2200", timedelta(minutes=1)),
        (said(code=19024, msg="Key Words Not Found"), Outcome.PERMANENT, "19024", None),
        (Answer(status=400, content=b'{"code":9499,"msg":"Bad Request"}'), Outcome.PERMANENT, "9499", None),
        (BROKEN, Outcome.TEMPORARY, "HTTP 500", None),
        (said(code=False), Outcome.UNANSWERED, "HTTP 200", None),
    ],
)
async def test_the_code_decides(
    robot: Feishu, answer: Answer, outcome: Outcome, code: str, pause: timedelta | None
) -> None:
    robot.will(answer)
    attempt = await open_channel("群", robot.url, base_url=robot.base_url, clock=clock).send(message())
    assert (attempt.outcome, attempt.code, attempt.retry_after) == (outcome, code, pause)
