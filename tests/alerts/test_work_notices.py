import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from alerts import dingtalk_work, zhezhengding
from alerts.channels import open_channel
from alerts.http_post import Reply
from monitor.core.account import Contact, Role
from monitor.core.message import Attempt, Outcome
from tests.alerts.builders import NOW, clock, message
from tests.alerts.far_sides import Government, Work, said
from tests.alerts.robot import BROKEN, HANG, Answer, Robot, errcode

LONG = "\n".join(f"第{number}个账号已**{number}天**未更新。" for number in range(1, 400)) + "\n\n> 编号m-1"


@pytest.fixture
def work() -> Iterator[Work]:
    with Work(clock=clock) as running:
        yield running


@pytest.fixture
def government() -> Iterator[Government]:
    with Government(clock=clock) as running:
        yield running


async def send(far: Robot, body: str = "正文", address: str | None = "manager4220") -> Attempt:
    channel = open_channel("工作通知", far.url, base_url=far.base_url, clock=clock)
    return await channel.send(message(body, address=address))


@pytest.mark.parametrize("url", ["dingtalkwork://key:secret@1", "zhezhengding://key:secret@1"])
def test_a_work_notice_reaches_a_person_by_their_id(url: str) -> None:
    channel = open_channel("工作通知", url, clock=clock)
    assert not channel.is_group
    assert channel.address_of(Contact(role=Role.LIAISON, name="张三", dingtalk="d1")) == "d1"
    assert channel.address_of(Contact(role=Role.LIAISON, name="张三", phone="13800138000")) is None


@pytest.mark.parametrize("address", [None, "", "a,b", "a b", "a\nb"])
async def test_a_work_notice_is_for_exactly_one_person(work: Work, government: Government, address: str | None) -> None:
    for far in (work, government):
        assert (await send(far, address=address)).outcome is Outcome.PERMANENT
        assert far.received == []


async def test_an_access_token_is_asked_for_once_and_used_until_it_ends(work: Work) -> None:
    now = [NOW]
    channel = open_channel("工作通知", work.url, base_url=work.base_url, clock=lambda: now[0])
    for minutes in (0, 60, 116):
        now[0] = NOW + timedelta(minutes=minutes)
        assert (await channel.send(message(address="u1"))).outcome is Outcome.SENT
    assert [received.path for received in work.received].count("/gettoken") == 2


async def test_a_token_that_was_withdrawn_is_asked_for_anew_within_one_try(work: Work) -> None:
    channel = open_channel("工作通知", work.url, base_url=work.base_url, clock=clock)
    await channel.send(message(address="u1"))
    work.access = 2
    assert (await channel.send(message(address="u1"))).outcome is Outcome.SENT
    assert len(work.sent) == 3


async def test_who_cannot_be_reached_is_a_refusal_although_the_message_was_taken(work: Work) -> None:
    work.unreached = {"manager4220"}
    attempt = await send(work)
    assert (attempt.outcome, attempt.code) == (Outcome.PERMANENT, "invalid_user_id_list")


async def test_an_application_that_may_not_do_so_is_refused_before_anything_is_sent() -> None:
    with Work(clock=clock) as work:
        channel = open_channel("工作通知", "dingtalkwork://dingkey:wrong@4711", base_url=work.base_url, clock=clock)
        attempt = await channel.send(message(address="u1"))
    assert (attempt.outcome, attempt.code, work.sent) == (Outcome.PERMANENT, "40089", [])


async def test_nobody_at_the_door_means_surely_not_delivered() -> None:
    with Work(clock=clock) as gone:
        pass
    assert (await send(gone)).outcome is Outcome.TEMPORARY


@pytest.mark.parametrize(
    ("answer", "outcome", "code", "pause"),
    [
        (errcode(143103), Outcome.TEMPORARY, "143103", timedelta(minutes=1)),
        (errcode(90018), Outcome.TEMPORARY, "90018", timedelta(minutes=10)),
        (errcode(33012), Outcome.PERMANENT, "33012", None),
        (BROKEN, Outcome.TEMPORARY, "HTTP 500", None),
        (Answer(content=b"<html>"), Outcome.UNANSWERED, "HTTP 200", None),
    ],
)
async def test_the_errcode_decides(
    work: Work, answer: Answer, outcome: Outcome, code: str, pause: timedelta | None
) -> None:
    work.will(answer)
    attempt = await send(work)
    assert (attempt.outcome, attempt.code, attempt.retry_after) == (outcome, code, pause)


async def test_silence_after_it_was_said_is_no_answer(work: Work) -> None:
    work.will(HANG)
    channel = open_channel("工作通知", work.url, base_url=work.base_url, clock=clock)
    channel.limit = timedelta(seconds=0.3)
    assert (await channel.send(message(address="u1"))).outcome is Outcome.UNANSWERED


async def test_a_long_notice_is_cut_by_bytes_at_a_line_and_keeps_its_number(work: Work, government: Government) -> None:
    assert (await send(work, LONG)).outcome is Outcome.SENT
    assert (await send(government, LONG)).outcome is Outcome.SENT
    said_by_work = json.dumps(work.sent[0].body["msg"], ensure_ascii=False)
    for msg in (said_by_work, government.received[0].body["msg"]):
        assert 1_900 < len(msg.encode()) <= 2_048
        assert "行未显示" in msg
        assert json.loads(msg)["markdown"]["text"].endswith("编号m-1")


def test_a_subject_that_leaves_no_room_is_refused() -> None:
    long = message(subject="长" * 700)
    assert dingtalk_work.compose(long, "1", "u") is None
    assert zhezhengding.form(long, "1", "u") is None


async def test_a_repeat_is_the_same_to_a_platform_that_shows_the_same_words_once_a_day(government: Government) -> None:
    await send(government)
    await send(government)
    first, second = (received.body["bizMsgId"] for received in government.received)
    assert first == second == "m-2026-0519-1"
    assert len(government.shown) == 1


def test_the_governments_signature_is_over_the_fields_as_they_are() -> None:
    said_ = {"tenantId": "1", "bizMsgId": "m-1", "msg": '{"a":"字 &="}', "receiverIds": "u"}
    headers = zhezhengding.signed(said_, key="key", secret="secret", path="/message/workNotification", now=NOW)
    assert headers["X-Hmac-Auth-Timestamp"] == "2026-05-19T09:00:00.000+08:00"
    assert headers["X-Hmac-Auth-Nonce"].startswith("1779152400000")
    # printf 'POST\n…\n…\n/message/workNotification\nbizMsgId=m-1&msg=…' | openssl dgst -sha256 -hmac secret
    assert headers["X-Hmac-Auth-Signature"] == "OVo57nQYc93lowIc5hrBK/PeigMHsSxO63esl636u0A="


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (said(success=True, content={"success": True, "responseCode": "0"}), Outcome.SENT),
        (said(success=True, content='{"success":true,"content":{"msgId":"1"}}'), Outcome.SENT),
        (said(success=True, content={"success": False, "responseMessage": "接收人不存在"}), Outcome.PERMANENT),
        (said(success=False, errorMsg="签名校验失败"), Outcome.PERMANENT),
        (said(success=False, errorMsg="调用过于频繁"), Outcome.TEMPORARY),
        (said(success="true"), Outcome.UNANSWERED),
        (said(content={"success": True}), Outcome.UNANSWERED),
        (Answer(status=403), Outcome.PERMANENT),
        (BROKEN, Outcome.TEMPORARY),
    ],
)
def test_the_governments_yes_is_inside_and_outside(answer: Answer, outcome: Outcome) -> None:
    assert zhezhengding.verdict(Reply(status=answer.status, content=answer.content), NOW).outcome is outcome
