"""Mutes in the pages: until a day, with a reason, and ended early."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from monitor.store import Store
from monitor.store.audit import recent_audit
from monitor.store.records import mutes_on
from tests.store.build import enrol
from tests.web.conftest import client_of
from tests.web.county import NOW, Surroundings, account
from tests.web.test_messages import send
from tests.web.test_pages import text_of

UNIT = "unit/示例县/示例县水利局"


@pytest.fixture
def client(empty: Store, around: Surroundings) -> TestClient:
    enrol(empty, account("M-1", "示例水利", unit="示例县水利局"), account("M-2", "示例教育"))
    return client_of(empty, around)


def test_a_unit_is_muted_until_a_day_and_the_consequence_is_said(client: TestClient, empty: Store) -> None:
    page = client.get("/mutes").text
    answer = send(client, page, "/mutes", subject=UNIT, until="2026-06-05", why="人员交接")
    assert (answer.status_code, answer.headers["location"]) == (303, "/mutes")
    shown = text_of(client.get("/mutes").text)
    assert "至6月5日不提醒示例县水利局；采集、判定和办结照常。" in shown
    assert "正在暂停（1） 示例县水利局 至6月5日（周五） 5月19日起，操作员登记：人员交接" in shown
    with empty.read() as tx:
        assert [act.action for act in recent_audit(tx)] == ["record mute"]


def test_the_consequence_follows_what_is_chosen(client: TestClient) -> None:
    chosen = text_of(client.get("/mutes", params={"subject": UNIT, "until": "2026-06-05"}).text)
    assert "至6月5日不提醒示例县水利局；采集、判定和办结照常。" in chosen
    one = text_of(client.get("/mutes", params={"subject": "account/M-1", "until": "2027-01-01"}).text)
    assert "至2027年1月1日不提醒“示例水利”；采集、判定和办结照常。" in one


def test_one_account_is_muted_from_its_page_and_the_mute_ends_early(client: TestClient, empty: Store) -> None:
    page = client.get("/mutes?account=M-1").text
    assert "示例水利（微博）这一个账号" in page
    assert send(client, page, "/mutes", subject="account/M-1", until="2026-06-05", why="改版").status_code == 303
    page = client.get("/mutes").text
    assert send(client, page, "/mutes/end", why=" ").status_code == 422
    assert send(client, page, "/mutes/end", why="已改好").status_code == 303
    assert "已提前结束，今天起恢复提醒“示例水利”" in text_of(client.get("/mutes").text)
    with empty.read() as tx:
        assert mutes_on(tx, NOW.date()) == ()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"subject": UNIT, "until": "2026-06-05", "why": " "}, "请写明原因。"),
        ({"subject": UNIT, "until": "", "why": "交接"}, "请选择暂停到哪一天。"),
        ({"subject": UNIT, "until": "2027-06-05", "why": "交接"}, "一次最长暂停92天"),
        ({"subject": UNIT, "until": "2026-05-01", "why": "交接"}, "早于开始日期"),
        ({"subject": "unit/示例县/没有的局", "until": "2026-06-05", "why": "交接"}, "没有主办单位“没有的局”"),
        ({"subject": "什么", "until": "2026-06-05", "why": "交接"}, "请选择暂停谁。"),
    ],
)
def test_a_bad_mute_is_refused_in_one_sentence_and_what_was_typed_is_kept(
    client: TestClient, empty: Store, typed: dict[str, str], said: str
) -> None:
    answer = send(client, client.get("/mutes").text, "/mutes", **typed)
    assert answer.status_code == 422
    assert said in text_of(answer.text)
    assert f'value="{typed["why"]}"' in answer.text
    with empty.read() as tx:
        assert mutes_on(tx, NOW.date()) == ()
