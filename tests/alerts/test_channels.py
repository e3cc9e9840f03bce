"""What every channel promises, for every class in the package that is one."""

import importlib
import inspect
import logging
import pkgutil
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import timedelta
from typing import TypeAlias

import pytest

import alerts
from alerts.channels import open_channel
from alerts.grammar import BadChannelError
from monitor.core.account import Contact, Role
from monitor.core.channel import Channel
from monitor.core.message import Attempt, Outcome
from tests.alerts import post_office
from tests.alerts import robot as far_side
from tests.alerts.builders import SOON, clock, message
from tests.alerts.far_sides import Feishu, Government, WeCom, Work, said
from tests.alerts.post_office import PostOffice
from tests.alerts.robot import Answer, Robot

SECRETS = ("S3cretS3cretS3cret", "T0kenT0kenT0ken")
TELL_TALE = " ".join(SECRETS)
MINUTE = timedelta(minutes=1)
PEOPLE = Contact(role=Role.LIAISON, name="张三", phone="13800138000", mail="a@b.cn", dingtalk="d1")


Example: TypeAlias = Callable[[str], AbstractContextManager[Channel]]


def channel_classes() -> dict[str, type]:
    """Find every class of the package that can send."""
    modules = [importlib.import_module(f"alerts.{module.name}") for module in pkgutil.iter_modules(alerts.__path__)]
    classes = [
        found
        for module in modules
        for _, found in inspect.getmembers(module, inspect.isclass)
        if not inspect.isabstract(found)
    ]
    return {found.__name__: found for found in classes if hasattr(found, "send") and hasattr(found, "address_of")}


def robot_example(kind: type[Robot], refused: Answer) -> Example:
    """Return what shows a channel whose far side is of this kind; `refused` echoes what it was told."""

    @contextmanager
    def example(state: str) -> Iterator[Channel]:
        with ExitStack() as stack:
            far = stack.enter_context(kind(clock=clock, token=SECRETS[1], secret=SECRETS[0]))
            if state in {"refused", "silent"}:
                far.will(refused if state == "refused" else far_side.HANG)
            channel = open_channel("渠道", far.url, base_url=far.base_url, clock=clock)
            if state == "gone":
                stack.close()
            yield channel

    return example


@contextmanager
def mail(state: str) -> Iterator[Channel]:
    to_data = post_office.HANG if state == "silent" else post_office.TAKEN
    to_rcpt = f"550 {SECRETS[0]}" if state == "refused" else post_office.TAKEN
    with ExitStack() as stack:
        office = stack.enter_context(PostOffice(user="u@b.cn", password=SECRETS[0], to_data=to_data, to_rcpt=to_rcpt))
        url = f"mailto://u%40b.cn:{SECRETS[0]}@127.0.0.1:{office.port}?from=u@b.cn"
        channel = open_channel("邮件", url, clock=clock)
        if state == "gone":
            stack.close()
        yield channel


@contextmanager
def relay(state: str) -> Iterator[Channel]:
    echo = Answer(status=403, content=TELL_TALE.encode())
    with ExitStack() as stack:
        server = stack.enter_context(Robot(clock=clock))
        server.will({"refused": echo, "silent": far_side.HANG}.get(state, Answer()))
        url = f"json://user:{SECRETS[0]}@{server.base_url.removeprefix('http://')}/{SECRETS[1]}"
        channel = open_channel("其他", url, clock=clock)
        if state == "gone":
            stack.close()
        yield channel


EXAMPLES: dict[str, Example] = {
    "DingTalkRobot": robot_example(Robot, far_side.errcode(310000, TELL_TALE)),
    "DingTalkWork": robot_example(Work, far_side.errcode(33012, TELL_TALE)),
    "FeishuRobot": robot_example(Feishu, said(code=19024, msg=TELL_TALE)),
    "Mail": mail,
    "Relay": relay,
    "WeComRobot": robot_example(WeCom, far_side.errcode(93000, SECRETS[1])),
    "ZheZhengDing": robot_example(Government, said(success=False, errorMsg=TELL_TALE, bizErrorCode=TELL_TALE)),
}


@pytest.fixture(params=sorted(channel_classes()))
def example(request: pytest.FixtureRequest) -> Example:
    assert request.param in EXAMPLES, "a new channel needs an example here"
    return EXAMPLES[request.param]


@pytest.mark.parametrize("name", sorted(channel_classes()))
def test_every_example_opens_a_channel_of_its_class(name: str) -> None:
    with EXAMPLES[name]("taken") as channel:
        assert type(channel) is channel_classes()[name]


async def attempt_in(state: str, example: Example) -> Attempt:
    with example(state) as channel:
        channel.limit = SOON if state == "silent" else MINUTE  # type: ignore[attr-defined] # not part of the port
        return await channel.send(message(address="a@b.cn", mentions=("13800138000",)))


@pytest.mark.parametrize(
    ("state", "outcomes"),
    [
        ("taken", {Outcome.SENT}),
        ("refused", {Outcome.PERMANENT}),
        ("silent", {Outcome.UNANSWERED}),
        ("gone", {Outcome.TEMPORARY, Outcome.UNANSWERED}),
    ],
)
async def test_every_channel_says_how_it_ended(example: Example, state: str, outcomes: set[Outcome]) -> None:
    assert (await attempt_in(state, example)).outcome in outcomes


def test_every_channel_keeps_the_port(example: Example) -> None:
    with example("taken") as channel:
        assert isinstance(channel, Channel)
        assert channel.per_minute > 0
        assert channel.name
        assert channel.longest >= 1_000
        assert channel.bucket
        assert not any(secret in channel.bucket for secret in SECRETS)
        assert (channel.address_of(PEOPLE) is None) == channel.is_group


@pytest.mark.parametrize("state", ["taken", "refused", "silent", "gone"])
async def test_an_error_leaks_no_secret(example: Example, state: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with example(state) as channel:
        told = [repr(channel), str(channel)]
    told.append(repr(await attempt_in(state, example)))
    told += [record.getMessage() for record in caplog.records if record.name != "mail.log"]  # the test's own server
    assert not any(secret in words for secret in SECRETS for words in told)


@pytest.mark.parametrize(
    "url",
    [
        "{token}",
        "https://oapi.dingtalk.com/robot/send?access_token={token}",
        "dingtalk://{secret}@{token}/nobody",
        "dingtalk://{secret}@{token}?{secret}",
        "dingtalk://{secret}@{token}!",
        "mailto://{secret}:{token}@",
        "mailto://u:{secret}@b.cn?to={token}@b.cn,x@y.cn",
        "mailto://u:{secret}@b.cn?+Subject={token}",
        "json://u:{secret}@",
        "wecombot://{secret}!{token}!",
        "wecombot://{secret}@{token}",
        "wecombot://{token}/nobody?{secret}",
        "feishu://{secret}@{token}!",
        "feishu://{secret}@{token}?{secret}",
        "dingtalkwork://{secret}@{token}",
        "dingtalkwork://{token}:{secret}@agent",
        "dingtalkwork://{token}:{secret}@1/more",
        "zhezhengding://{token}:{secret}@",
        "zhezhengding://{token}:{secret}@[",
        "nonsense://{secret}@{token}",
        "",
    ],
)
def test_a_faulty_setting_is_named_without_its_secret(url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(BadChannelError, match="渠道名") as refused:
        open_channel("渠道名", url.format(secret=SECRETS[0], token=SECRETS[1]), clock=clock)
    told = "".join(traceback.format_exception(refused.value)) + caplog.text
    assert not any(secret in told for secret in SECRETS)


def test_a_channel_is_found_by_its_schema_whatever_it_is_called() -> None:
    first = open_channel("一", "dingtalk://token", clock=clock)
    second = open_channel("二", "DINGTALK://token", clock=clock)
    other = open_channel("一", "dingtalk://other", clock=clock)
    assert first.bucket == second.bucket != other.bucket


def test_mail_and_relays_have_no_base_url() -> None:
    with pytest.raises(BadChannelError, match="base_url"):
        open_channel("邮件", "mailto://u:p@b.cn", base_url="http://x", clock=clock)
