"""Messages: what is listed, sent again, let go and tried."""

from __future__ import annotations

import getpass
import re
from collections.abc import Iterator
from datetime import date

import pytest

from monitor.app.clock import now
from monitor.core.account import Role
from monitor.core.calendar import start_of_day
from monitor.core.message import LEASE, Attempt, MessageState, Outcome
from monitor.core.token import SHORTEST_KEY, Permit, Purpose, TokenKey
from monitor.store import open_store, outbox
from monitor.store.audit import recent_audit
from tests.alerts.robot import BROKEN, REFUSED, TAKEN, TOO_FAST, Answer, Robot
from tests.cli.office import Office
from tests.store.build import tried


@pytest.fixture
def robot() -> Iterator[Robot]:
    with Robot(clock=now) as robot:
        yield robot


@pytest.fixture
def connected(office: Office, robot: Robot, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office with a channel to the robot."""
    monkeypatch.setenv("XUNCHA_TEST_ROBOT", robot.url)
    office.settle(f"channels:\n  群: {{url: 'env:XUNCHA_TEST_ROBOT', base_url: '{robot.base_url}'}}\n")
    return office


def test_a_trial_message_that_is_taken_is_told(connected: Office, robot: Robot) -> None:
    assert connected.type("message", "test", "群").done() == "对方已接收。\n"
    (received,) = robot.received
    assert received.title == "【试发】政务新媒体监测"
    assert "示例县政府办公室" in received.text


def test_a_refused_token_is_the_answer_no_and_is_not_repeated(
    connected: Office, robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XUNCHA_TEST_ROBOT", "dingtalk://SEC0123456789abcdef@0123456789abcdef")
    said = connected.type("message", "test", "群")
    assert (said.code, said.out) == (1, "")
    assert said.err == "没有送达：被拒绝：机器人的访问令牌无效，请核对渠道地址，错误代码300005。\n"


def test_a_trial_is_kept_with_its_try_and_one_that_failed_troubles_nobody(connected: Office, robot: Robot) -> None:
    robot.will(TAKEN, REFUSED)
    connected.type("message", "test", "群", "--to", "13800000001").done()
    assert connected.type("message", "test", "群").code == 1
    assert robot.received[0].mobiles == ["13800000001"]
    failed, taken = (line.split("  ") for line in connected.type("message", "list").lines)
    assert (taken[2], failed[2]) == ("已送达", "已取消")
    assert "被拒绝：与机器人的安全设置不符" in connected.type("message", "show", failed[0]).done()
    assert "对象：操作员（13800000001）" in connected.type("message", "show", taken[0]).done()


def test_a_trial_keeps_to_the_pace_of_its_channel(connected: Office, robot: Robot) -> None:
    robot.will(TOO_FAST)
    assert connected.type("message", "test", "群").code == 1
    assert "暂时不能再发" in connected.type("message", "test", "群").refused()
    assert len(robot.received) == 1


def test_a_broken_far_side_is_no_delivery(connected: Office, robot: Robot) -> None:
    robot.will(BROKEN)
    assert "没有送达：" in connected.type("message", "test", "群").refused()


def test_an_answer_that_is_none_is_not_called_a_failure(connected: Office, robot: Robot) -> None:
    robot.will(Answer(content=b"<html>ok</html>"))
    said = connected.type("message", "test", "群")
    assert (said.code, said.err) == (1, "不知是否送达：未得到答复：答复不是钉钉的格式，状态码200。\n")


def test_a_title_that_the_words_begin_with_is_shown_once(office: Office) -> None:
    with open_store(office.address) as store, store.begin() as tx:
        draft = outbox.Draft(
            channel="群",
            role=Role.OPERATOR,
            person="",
            subject="【每日摘要】",
            body="### 【每日摘要】\n\n乙",
            topic="x",
        )
        number = outbox.save_draft(tx, draft, at=now(), not_before=now(), held=True)
    assert office.type("message", "show", number).done().count("【每日摘要】") == 1


def test_a_far_side_that_is_not_there_is_no_delivery(connected: Office, robot: Robot) -> None:
    connected.settle("channels:\n  群: {url: 'env:XUNCHA_TEST_ROBOT', base_url: 'http://127.0.0.1:9'}\n")
    assert "没有送达：暂时失败" in connected.type("message", "test", "群").refused()


def test_a_mail_channel_needs_somebody_to_write_to(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUNCHA_TEST_MAIL", "mailto://127.0.0.1:9?from=a@example.cn&mode=insecure")
    office.settle("channels:\n  邮箱: {url: 'env:XUNCHA_TEST_MAIL'}\n")
    office.type("message", "test", "邮箱").refused()
    assert "没有送达：暂时失败" in office.type("message", "test", "邮箱", "--to", "b@example.cn").refused()


@pytest.fixture
def busy(office: Office) -> Office:
    """An office with a message that is held, and one that has failed."""
    with open_store(office.address) as store, store.begin() as tx:
        for channel, held in (("群", True), ("邮箱", False)):
            draft = outbox.Draft(
                channel=channel, role=Role.OPERATOR, person="", subject="超期提醒", body="### 甲\n\n乙", topic="outage"
            )
            outbox.save_draft(tx, draft, at=now(), not_before=now(), held=held)
        (queued,) = outbox.due_messages(tx, now(), 10)
        refused = Attempt(outcome=Outcome.PERMANENT, code="550", detail="no such user", is_about_address=True)
        tried(tx, queued.message.id, "### 甲\n\n乙", refused, at=now())
    return office


def numbers(office: Office, state: MessageState) -> list[str]:
    lines = office.type("message", "list", "--state", state.label).done().splitlines()
    return [line.split("  ")[0] for line in lines if line != "没有消息。"]


def test_messages_are_listed_by_state(busy: Office) -> None:
    assert len(busy.type("message", "list").lines) == 2
    (line,) = busy.type("message", "list", "--state", "待放行").lines
    assert line.split("  ")[2:] == ["待放行", "操作员", "群", "超期提醒"]
    assert busy.type("message", "list", "--state", "已取消").done() == "没有消息。\n"


def test_a_message_is_shown_with_its_tries(busy: Office) -> None:
    (failed,) = numbers(busy, MessageState.FAILED)
    said = busy.type("message", "show", failed).done()
    assert "\n甲\n\n乙\n" in said
    assert "#" not in said
    assert "状态：发送失败，渠道：邮箱，对象：操作员" in said
    assert said.endswith("被拒绝：收件人地址不存在或已停用，错误代码550\n")


def test_the_links_that_only_its_reader_may_use_are_not_shown(office: Office) -> None:
    key = TokenKey(b"k" * SHORTEST_KEY)
    token = key.issue(Permit(purpose=Purpose.PASTE, message="20260520-0123456789ab", until=now() + LEASE))
    with open_store(office.address) as store, store.begin() as tx:
        body = f"[已发布，粘贴链接](https://x.example/k/{token})"
        draft = outbox.Draft(channel="群", role=Role.LIAISON, person="1", subject="提醒", body=body)
        id_ = outbox.save_draft(tx, draft, at=now(), not_before=now(), held=False)
    said = office.type("message", "show", id_).done()
    assert "已发布，粘贴链接 https://x.example/k/［仅本人可用］" in said
    assert token not in said


def test_a_message_that_goes_by_itself_says_when(office: Office) -> None:
    with open_store(office.address) as store, store.begin() as tx:
        release_at = start_of_day(date(2026, 5, 25))
        draft = outbox.Draft(
            channel="群", role=Role.LIAISON, person="1", subject="提醒", body="乙", release_at=release_at
        )
        id_ = outbox.save_draft(tx, draft, at=now(), not_before=now(), held=True)
    (line,) = office.type("message", "list").lines
    assert line.split("  ")[2] == "待放行（05-25自动放行）"
    said = office.type("message", "show", id_).done()
    assert "状态：待放行（05-25自动放行），渠道：群" in said
    assert re.search(r"以上写于\d\d-\d\d \d\d:\d\d，发出时天数、期限按当时情况重写。", said)


def test_a_failed_message_is_sent_again_as_it_was(busy: Office) -> None:
    (failed,) = numbers(busy, MessageState.FAILED)
    assert busy.type("message", "retry", failed, failed).done() == "将重发1条。\n"
    assert numbers(busy, MessageState.QUEUED) == [failed]


def test_a_failed_message_whose_matter_is_over_is_not_sent_again_and_that_is_said(office: Office) -> None:
    with open_store(office.address) as store, store.begin() as tx:
        draft = outbox.Draft(channel="群", role=Role.LIAISON, person="1", subject="提醒", body="乙")
        id_ = outbox.save_draft(tx, draft, at=now(), not_before=now(), held=False)
        tried(tx, id_, "乙", Attempt(outcome=Outcome.PERMANENT), at=now())
    said = office.type("message", "retry", id_).refused()
    assert said == f"消息 {id_} 所说的事项已经了结，或已另行告知收件人，没有可重发的。"
    assert numbers(office, MessageState.FAILED) == [id_]


def test_held_messages_are_let_go_by_number_or_all_at_once(busy: Office) -> None:
    (held,) = numbers(busy, MessageState.HELD)
    assert busy.type("message", "release", held).done() == "已放行1条。\n"
    assert numbers(busy, MessageState.QUEUED) == [held]
    assert busy.type("message", "release", "--all").done() == "已放行0条。\n"


def test_what_was_written_without_a_channel_is_shown_and_not_released(office: Office) -> None:
    with open_store(office.address) as store, store.begin() as tx:
        draft = outbox.Draft(
            channel="", role=Role.LIAISON, person="1", subject="【更新提醒】", body="### 甲\n\n**12天**"
        )
        id_ = outbox.save_draft(tx, draft, at=now(), not_before=now(), held=True)
    assert "尚未设置渠道" in office.type("message", "list").done()
    assert "\n甲\n\n12天\n" in office.type("message", "show", id_).done()
    for words in ((id_,), ("--all",)):
        assert "尚未设置通知渠道，消息不能放行" in office.type("message", "release", *words).refused()


def test_who_let_messages_go_is_written_down(busy: Office) -> None:
    (held,), (failed,) = numbers(busy, MessageState.HELD), numbers(busy, MessageState.FAILED)
    busy.type("message", "release", held)
    busy.type("message", "retry", failed)
    with open_store(busy.address) as store, store.read() as tx:
        acts = [(act.actor, act.action, act.object) for act in recent_audit(tx)]
    assert acts == [(getpass.getuser(), "message retry", failed), (getpass.getuser(), "message release", held)]


def test_one_message_in_the_wrong_state_keeps_all_from_being_changed(busy: Office) -> None:
    (held,), (failed,) = numbers(busy, MessageState.HELD), numbers(busy, MessageState.FAILED)
    assert busy.type("message", "retry", failed, held).refused() == f"消息 {held} 待放行，不能重发。"
    assert busy.type("message", "release", held, failed).refused() == f"消息 {failed} 发送失败，不能放行。"
    assert busy.type("message", "release", held, "m-9").refused() == "没有编号为m-9的消息，请核对编号。"
    assert (numbers(busy, MessageState.HELD), numbers(busy, MessageState.FAILED)) == ([held], [failed])


def test_messages_go_out_as_a_table(busy: Office) -> None:
    busy.type("export", "messages", "--out", "消息.csv").done()
    assert len((busy.folder / "消息.csv").read_text(encoding="utf-8-sig").splitlines()) == 3


def test_a_message_is_named_by_the_end_of_its_number_as_its_reader_sees_it(busy: Office) -> None:
    (held,), (failed,) = numbers(busy, MessageState.HELD), numbers(busy, MessageState.FAILED)
    assert busy.type("message", "show", failed[-8:]).done() == busy.type("message", "show", failed).done()
    assert busy.type("message", "release", held[-8:]).done() == "已放行1条。\n"
    assert busy.type("message", "retry", failed[-8:]).done() == "将重发1条。\n"
    assert set(numbers(busy, MessageState.QUEUED)) >= {held, failed}
    assert busy.type("message", "show", held[-5:]).refused() == f"没有编号为{held[-5:]}的消息，请核对编号。"
