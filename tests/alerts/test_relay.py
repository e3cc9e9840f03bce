from collections.abc import Iterator

import pytest

from alerts.channels import open_channel
from alerts.grammar import BadChannelError
from alerts.relay import Relay, open_relay
from monitor.core.message import Outcome
from tests.alerts import robot as far_side
from tests.alerts.builders import SOON, clock, message
from tests.alerts.robot import Answer, Robot


@pytest.fixture
def server() -> Iterator[Robot]:
    with Robot(clock=clock) as running:
        yield running


def channel_to(server: Robot, options: str = "") -> Relay:
    channel = open_channel("其他", f"json://{server.base_url.removeprefix('http://')}/hook{options}", clock=clock)
    assert isinstance(channel, Relay)
    return channel


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(), Outcome.SENT),
        (Answer(status=500), Outcome.TEMPORARY),
        (Answer(status=429), Outcome.TEMPORARY),
        (far_side.redirect("http://127.0.0.1:9/"), Outcome.TEMPORARY),
        (Answer(status=404), Outcome.PERMANENT),
        (far_side.RESET, Outcome.UNANSWERED),
    ],
)
async def test_the_http_status_decides_what_became_of_a_message(
    server: Robot, answer: Answer, outcome: Outcome
) -> None:
    server.will(answer)
    assert (await channel_to(server).send(message())).outcome is outcome
    assert len(server.received) == 1


async def test_nothing_in_the_url_repeats_a_message_or_hides_a_failure(server: Robot) -> None:
    server.will(Answer(status=500))
    attempt = await channel_to(server, "?retry=3&optional=yes").send(message())
    assert (attempt.outcome, len(server.received)) == (Outcome.TEMPORARY, 1)


async def test_silence_ends_in_time_and_is_no_answer(server: Robot) -> None:
    server.will(far_side.HANG)
    channel = channel_to(server)
    channel.limit = SOON
    assert (await channel.send(message())).outcome is Outcome.UNANSWERED


async def test_words_are_passed_on_as_they_are(server: Robot) -> None:
    server.will(Answer())
    await channel_to(server).send(message("{{name}} :smile: \\n 正文"))
    assert "{{name}} :smile: \\n 正文" in str(server.received[0].body["message"])


async def test_control_characters_are_refused_before_anything_is_sent(server: Robot) -> None:
    assert (await channel_to(server).send(message("\x07"))).outcome is Outcome.PERMANENT
    assert server.received == []


@pytest.mark.parametrize("url", ["dingtalk://token", "DingTalk://token", " dingtalk://token", "mailtos://a:b@c.cn"])
def test_what_has_a_strict_module_never_goes_through_apprise(url: str) -> None:
    with pytest.raises(BadChannelError):
        open_relay("群", url)
    assert not isinstance(open_channel("群", url, clock=clock), Relay)


def test_robots_of_other_kinds_reach_groups() -> None:
    channel = open_channel("群", "wecombot://abcdefgh-1234-5678", clock=clock)
    assert channel.is_group
    assert channel.per_minute == 18
