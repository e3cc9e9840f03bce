"""Messages in the pages: read as the reader reads them, released, withheld, told on the phone; each once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from httpx2 import Response
from starlette.testclient import TestClient

from monitor.actions.actor import Actor
from monitor.actions.messages import TryChannelCommand
from monitor.actions.refused import RefusedError
from monitor.core.message import MessageState
from monitor.core.observation import timeline
from monitor.store import Store, Tx, message_acts, open_store, outbox, tables
from monitor.store.audit import recent_audit
from monitor.store.looks import record
from monitor.store.outbox import KeptMessage
from monitor.web.page_context import ChannelCard
from tests.databases import migrated
from tests.web.conftest import client_of
from tests.web.county import NOW, PHONE, Surroundings, fill, looks, posts
from tests.web.test_list_export import rows_of
from tests.web.test_pages import text_of

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return a county of one's own, to be changed."""
    with open_store(migrated(tmp_path_factory.mktemp("own") / "xuncha.db")) as store:
        fill(store)
        yield store


@pytest.fixture
def client(filled: Store, around: Surroundings) -> TestClient:
    return client_of(filled, around)


def ticked(page: str) -> list[str]:
    """Return the messages whose boxes are ticked."""
    return re.findall(r'name="id" value="([^"]+)" checked', page)


def fields(page: str, action: str) -> list[tuple[str, str]]:
    """Return the hidden fields of the form of a page that is sent to an address."""
    (form,) = re.findall(rf'<form method="post" action="{re.escape(action)}".*?</form>', page, re.DOTALL)
    return [(name, unescape(value)) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)]


def send(client: TestClient, page: str, action: str, **typed: str) -> Response:
    content = urlencode([*fields(page, action), *typed.items()])
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return client.post(action, content=content, headers=headers, follow_redirects=False)


def states(store: Store) -> dict[str, MessageState]:
    with store.read() as tx:
        return {kept.message.id: kept.state for kept in outbox.messages(tx)}


def held(store: Store) -> list[str]:
    return [id_ for id_, state in states(store).items() if state is MessageState.HELD]


def test_what_waits_is_read_in_place_grouped_by_unit_and_ticked(client: TestClient, filled: Store) -> None:
    page = client.get("/messages").text
    assert set(ticked(page)) == set(held(filled))
    assert "<h2>示例县教育局" in page
    assert "###" not in text_of(page)
    assert PHONE not in page


def test_what_has_changed_since_it_was_written_is_not_ticked(client: TestClient, filled: Store) -> None:
    ids = held(filled)
    with filled.begin() as tx:
        (account,) = tx.scalars(sa.select(tables.notices.c.account).where(tables.notices.c.message == ids[0]))
        fresh = looks(account, (-timedelta(minutes=1), timeline(posts(0))))
        record(tx, fresh, lambda _, look: look.at + timedelta(hours=6))
    page = client.get("/messages").text
    assert ids[0] not in ticked(page)
    assert "写好以后数据有变化，默认不放行" in text_of(page)


def test_release_asks_once_with_numbers_and_does_what_was_asked(filled: Store, around: Surroundings) -> None:
    around.opens_at = lambda now: now.replace(hour=6, minute=30)
    client = client_of(filled, around)
    ids = ticked(client.get("/messages").text)
    asked = client.get("/messages/release", params={"id": ids}).text
    assert f"放行{len(ids)}条消息？" in text_of(asked)
    assert re.search(rf"发给\d个单位的\d人，钉钉{len(ids)}；14:30开始发出", text_of(asked))
    answer = send(client, asked, "/messages/release")
    assert (answer.status_code, answer.headers["location"]) == (303, "/messages?state=held")
    assert f"已放行{len(ids)}条" in text_of(client.get("/messages?state=held").text)
    assert f"已放行{len(ids)}条" not in text_of(client.get("/messages?state=held").text), "said once"
    assert held(filled) == []
    with filled.read() as tx:
        assert [act.action for act in recent_audit(tx)][:1] == ["message release"]
        assert message_acts.acts_on(tx, ids[0])[0].by == "操作员"


def test_every_page_and_the_workbook_tell_what_would_leave_now_and_it_is_released(
    filled: Store, around: Surroundings
) -> None:
    """What was written on an earlier day names that day's number in its very head."""

    def a_day_later(tx: Tx, found: Sequence[KeptMessage], now: datetime) -> Sequence[KeptMessage]:
        del tx, now
        return [replace(kept, message=replace(kept.message, subject="已77天未更新")) for kept in found]

    around.anew = a_day_later
    client, ids = client_of(filled, around), held(filled)
    with filled.read() as tx:
        written = {kept.message.subject for kept in outbox.messages(tx, ids=ids, limit=99)}
    shown = [
        text_of(client.get(path, params={"id": ids}).text)
        for path in ("/messages", f"/messages/{ids[0]}", "/messages/release", "/messages/withhold")
    ]
    shown += [str(row) for row in rows_of(client, "/messages.xlsx?state=held")[1:]]
    assert all("已77天未更新" in page for page in shown)
    assert not [subject for subject in written for page in shown if subject in page]
    asked = client.get("/messages/release", params={"id": ids}).text
    assert (send(client, asked, "/messages/release").status_code, held(filled)) == (303, [])


def test_the_second_of_two_operators_is_told_and_releases_nothing(client: TestClient, filled: Store) -> None:
    asked = client.get("/messages/release", params={"id": held(filled)}).text
    assert send(client, asked, "/messages/release").status_code == 303
    second = send(client, asked, "/messages/release")
    assert second.status_code == 409
    assert "已由他人处理" in second.text
    with filled.read() as tx:
        assert len(tx.execute(sa.select(tables.message_acts)).all()) == len(fields(asked, "/messages/release")) // 2


def test_words_that_changed_while_they_were_read_are_not_released(client: TestClient, filled: Store) -> None:
    asked = client.get("/messages/release", params={"id": held(filled)}).text
    with filled.begin() as tx:
        tx.execute(sa.update(tables.messages).values(body="别的话"))
    answer = send(client, asked, "/messages/release")
    assert (answer.status_code, held(filled) != []) == (409, True)
    assert "内容刚刚有变化，没有放行" in answer.text


def test_nothing_ticked_is_told(client: TestClient) -> None:
    assert "请先勾选要放行的消息" in client.get("/messages/release").text


def test_what_is_withheld_needs_a_reason_and_says_who_and_why(client: TestClient, filled: Store) -> None:
    first = held(filled)[0]
    asked = client.get("/messages/withhold", params={"id": first}).text
    assert "这1条不再发出。事项照常办理" in text_of(asked)
    refused = send(client, asked, "/messages/withhold", why="  ")
    assert (refused.status_code, states(filled)[first]) == (422, MessageState.HELD)
    assert "请写明原因。" in refused.text
    assert send(client, asked, "/messages/withhold", why="单位来电，今天就发").status_code == 303
    assert states(filled)[first] is MessageState.CANCELLED
    shown = text_of(client.get(f"/messages/{first}").text)
    assert "，操作员压下：单位来电，今天就发" in shown
    assert first in client.get("/messages?state=cancelled").text


def failed(store: Store) -> str:
    return next(id_ for id_, state in states(store).items() if state is MessageState.FAILED)


def test_a_failure_says_why_in_chinese_and_ends_with_a_call(client: TestClient, filled: Store) -> None:
    number = failed(filled)
    page = client.get("/messages?state=failed").text
    assert "被拒绝：" in text_of(page)
    action = f"/messages/{number}/phone"
    refused = send(client, page, action, to="")
    assert refused.status_code == 422
    assert "请写明告知了谁。" in refused.text
    assert send(client, page, action, to="联络员甲", at="2026-05-19T09:05").status_code == 303
    assert "没有失败的消息" in text_of(client.get("/messages?state=failed").text)
    assert number in client.get("/messages?state=sent").text
    assert "，已电话告知联络员甲（操作员登记）" in text_of(client.get(f"/messages/{number}").text)
    assert "条消息发送失败" not in text_of(client.get("/").text)


@pytest.mark.parametrize("at", ["昨天下午", "2026-13-01T09:00", "0026-05-19T09:05"])
def test_a_time_that_cannot_be_read_is_told_and_what_was_typed_is_kept(
    client: TestClient, filled: Store, at: str
) -> None:
    action = f"/messages/{failed(filled)}/phone"
    answer = send(client, client.get("/messages?state=failed").text, action, to="联络员乙", at=at)
    assert answer.status_code == 422
    assert "告知时间应写作2026-05-19 09:05，没有登记。" in text_of(answer.text)
    assert 'value="联络员乙"' in answer.text


@pytest.mark.parametrize("at", ["2026-05-19T10:00", "2020-01-01T09:00"])
def test_a_call_is_neither_ahead_nor_before_the_message(client: TestClient, filled: Store, at: str) -> None:
    action = f"/messages/{failed(filled)}/phone"
    answer = send(client, client.get("/messages?state=failed").text, action, to="联络员甲", at=at)
    assert answer.status_code == 422
    assert "告知时间应在消息生成以后、现在以前" in answer.text
    assert 'value="联络员甲"' in answer.text, "what was typed is kept"


def test_a_failure_is_sent_again_when_a_person_says_so(client: TestClient, filled: Store) -> None:
    number = failed(filled)
    page = client.get("/messages?state=failed").text
    answer = send(client, page, f"/messages/{number}/retry")
    assert answer.status_code in {303, 422}
    assert (answer.status_code == 303) == (states(filled)[number] is MessageState.QUEUED)


def test_a_form_without_our_token_changes_nothing(client: TestClient, filled: Store) -> None:
    answer = client.post("/messages/release", data={"id": held(filled)[0]})
    assert answer.status_code == 403
    assert held(filled)


def test_a_states_address_of_earlier_versions_still_leads_there(client: TestClient) -> None:
    assert 'aria-current="true">待发送' in client.get("/messages?state=sending").text
    assert "没有“pink”这个状态" in client.get("/messages?state=pink").text


def test_links_that_only_the_reader_may_use_lead_nowhere(filled: Store, around: Surroundings) -> None:
    with filled.begin() as tx:
        link = "https://x.example/k/" + "a" * 60
        tx.execute(sa.update(tables.messages).values(body=f"### 提醒\n\n[已发布，提交链接]({link})"))
    page = client_of(filled, around).get("/messages").text
    assert "已发布，提交链接［本人链接］" in text_of(page)
    assert "a" * 60 not in page


def test_without_a_channel_drafts_are_shown_and_cannot_be_released(filled: Store, around: Surroundings) -> None:
    around.channels = {}
    with filled.begin() as tx:
        tx.execute(sa.update(tables.messages).values(channel="").where(tables.messages.c.state == MessageState.HELD))
    client = client_of(filled, around)
    page = client.get("/messages").text
    assert "还没有设置通知渠道：消息只生成草稿，不发出" in text_of(page)
    assert ("正文" in page, 'name="id"' in page, "放行所选" in page) == (True, False, False)
    assert "设置通知渠道 3条消息只生成草稿，不会发出" in text_of(client.get("/").text)
    assert client.get("/readyz").status_code == 200
    asked = text_of(client.get("/messages/release", params={"id": held(filled)}).text)
    assert "没有可以放行的消息" in asked


@pytest.fixture
def tried(around: Surroundings) -> list[tuple[TryChannelCommand, Actor]]:
    asked: list[tuple[TryChannelCommand, Actor]] = []

    async def try_channel(command: TryChannelCommand, actor: Actor) -> None:
        asked.append((command, actor))
        if command.address == "broken@example.invalid":
            raise RefusedError("没有送达：被拒绝：收件人地址不存在或已停用。")

    around.channels = {"邮箱": ChannelCard(kind="邮件", is_group=False), "群": ChannelCard(kind="钉钉", is_group=True)}
    around.try_channel = try_channel
    return asked


def test_a_channel_is_tried_by_whoever_asks_and_says_what_came_of_it(
    filled: Store, around: Surroundings, tried: list[tuple[TryChannelCommand, Actor]]
) -> None:
    client = client_of(filled, around)
    page = client.get("/messages/test?back=start").text
    assert "我的邮箱或钉钉ID（必填；只有发到群里的可以不填，填手机号会点名您）" in text_of(page)
    missing = send(client, page, "/messages/test", channel="邮箱", address=" ")
    assert (missing.status_code, tried) == (422, [])
    assert "请填写您的邮箱或钉钉ID" in missing.text
    assert send(client, page, "/messages/test", channel="没有", address="").status_code == 422
    refused = send(client, page, "/messages/test", channel="邮箱", address="broken@example.invalid")
    assert "收件人地址不存在或已停用" in refused.text
    taken = send(client, page, "/messages/test", channel="群", address="")
    assert (taken.status_code, taken.headers["location"]) == (303, "/start?step=channel")
    command, actor = tried[-1]
    assert (command.channel, command.address, actor.name) == ("群", None, "操作员")
    assert "对方已接收，请到钉钉查看" in text_of(client.get("/start?step=channel").text)
