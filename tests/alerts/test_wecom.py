from collections.abc import Iterator
from datetime import timedelta

import pytest

from alerts.channels import open_channel
from alerts.grammar import BadChannelError
from monitor.core.message import Outcome
from tests.alerts.builders import clock, message
from tests.alerts.far_sides import WeCom
from tests.alerts.robot import BROKEN, Answer, errcode


@pytest.fixture
def robot() -> Iterator[WeCom]:
    with WeCom(clock=clock, token="693a91f6-7xxx") as running:
        yield running


async def test_who_is_called_is_called_by_number_in_a_text(robot: WeCom) -> None:
    channel = open_channel("群", f"{robot.url}/13911112222", base_url=robot.base_url, clock=clock)
    attempt = await channel.send(message("### 提醒\n已**10天**未更新", mentions=("13800138000", "all")))
    assert (attempt.outcome, attempt.code) == (Outcome.SENT, "0")
    text = {"content": "提醒\n已10天未更新", "mentioned_mobile_list": ["13911112222", "13800138000"]}
    assert robot.received[0].body == {"msgtype": "text", "text": text}


async def test_where_nobody_is_called_markdown_is_drawn(robot: WeCom) -> None:
    await open_channel("群", robot.url, base_url=robot.base_url, clock=clock).send(message("### 摘要\n**1**项"))
    assert robot.received[0].body == {"msgtype": "markdown", "markdown": {"content": "### 摘要\n**1**项"}}


@pytest.mark.parametrize(("mentions", "kind", "longest"), [((), "markdown", 4_096), (("13800138000",), "text", 2_048)])
async def test_a_long_message_is_cut_by_bytes_at_a_line_and_keeps_its_number(
    robot: WeCom, mentions: tuple[str, ...], kind: str, longest: int
) -> None:
    lines = "\n".join(f"第{number}个账号已**{number}天**未更新。" for number in range(1, 400))
    channel = open_channel("群", robot.url, base_url=robot.base_url, clock=clock)
    attempt = await channel.send(message(f"{lines}\n\n> 编号m-1", mentions=mentions))
    content = robot.received[0].body[kind]["content"]
    assert attempt.outcome is Outcome.SENT
    assert longest - 150 < len(content.encode()) <= longest
    assert content.endswith("编号m-1")
    assert "行未显示" in content


@pytest.mark.parametrize(
    ("answer", "outcome", "code", "pause"),
    [
        (errcode(-1, "system busy"), Outcome.TEMPORARY, "-1", timedelta(minutes=1)),
        (errcode(45009, "api freq out of limit"), Outcome.TEMPORARY, "45009", timedelta(minutes=1)),
        (errcode(93000, "invalid webhook url"), Outcome.PERMANENT, "93000", None),
        (errcode(40058, "too long"), Outcome.PERMANENT, "40058", None),
        (BROKEN, Outcome.TEMPORARY, "HTTP 500", None),
        (Answer(content=b"{}"), Outcome.UNANSWERED, "HTTP 200", None),
    ],
)
async def test_the_errcode_decides(
    robot: WeCom, answer: Answer, outcome: Outcome, code: str, pause: timedelta | None
) -> None:
    robot.will(answer)
    attempt = await open_channel("群", robot.url, base_url=robot.base_url, clock=clock).send(message())
    assert (attempt.outcome, attempt.code, attempt.retry_after) == (outcome, code, pause)


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(BadChannelError, match="手机号"):
        open_channel("群", "wecombot://key/alice", clock=clock)
