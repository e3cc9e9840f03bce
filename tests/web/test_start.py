"""The first run: an empty database leads by the hand, and no step is a trap."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from monitor.core.observation import Blind, Reason, timeline
from monitor.queries.start import StartStep
from monitor.store import Store
from monitor.store.looks import record
from monitor.web.page_context import ChannelCard
from tests.store.build import enrol
from tests.web.conftest import client_of
from tests.web.county import NOW, Surroundings, account, looks, posts
from tests.web.test_pages import text_of


@pytest.fixture(autouse=True)
def no_channels(around: Surroundings) -> None:
    around.channels = {}


def standings(page: str) -> dict[str, str]:
    """Return the steps and where each stands."""
    return dict(re.findall(r'<a href="/start\?step=\w+">([^<]+)</a>\s*<span class="standing (\w+)">', page))


def test_an_empty_database_leads_to_the_first_run_and_a_roster_no_more(empty: Store, around: Surroundings) -> None:
    client = client_of(empty, around)
    answer = client.get("/", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/start")
    enrol(empty, account("A-1", "示例教育"))
    assert client.get("/", follow_redirects=False).status_code == 200


def test_the_steps_say_which_is_to_be_done_now(empty: Store, around: Surroundings) -> None:
    client = client_of(empty, around)
    found = standings(client.get("/start").text)
    assert list(found) == [step.label for step in StartStep]
    assert found == {
        "设密码": "done",
        "单位和电话": "done",
        "下载模板": "now",
        "上传并核对": "later",
        "首次核查": "later",
        "通知渠道": "later",
        "试发模式": "later",
    }
    enrol(empty, account("A-1", "示例教育"))
    assert standings(client.get("/start").text)["首次核查"] == "now"


def test_a_missing_phone_is_to_be_seen_to_now_and_holds_nothing_up(empty: Store, around: Surroundings) -> None:
    around.has_phone = False
    page = client_of(empty, around).get("/start").text
    found = standings(page)
    assert [name for name, standing in found.items() if standing == "now"] == ["单位和电话", "下载模板"]
    assert "请把下面这几行交给信息技术人员" in page
    assert 'href="/start?step=template">下一步：下载模板' in page


@pytest.mark.parametrize("step", list(StartStep), ids=lambda step: step.value)
@pytest.mark.parametrize("ids", [["A-1"], []])
def test_every_step_has_a_button_that_leads_on_and_can_be_left(
    empty: Store, around: Surroundings, step: StartStep, ids: list[str]
) -> None:
    if ids:
        enrol(empty, *(account(id_, "示例教育") for id_ in ids))
    client = client_of(empty, around)
    page = client.get(f"/start?step={step.value}").text
    assert re.search(r'<a class="act first"[^>]*href="/[^"]*"', page)
    main = page[page.index("<main") :]
    assert re.search(r'href="/(accounts)?"', main), "a step can be left"
    for link in re.findall(r'href="(/[^"]*)"', main):
        if not link.startswith(("/looks", "/imports")):  # pages of others
            assert client.get(link).status_code == 200, link
            assert ids or link != "/", "which leads back here while there is no roster"


def test_a_missing_phone_gives_the_lines_for_the_file(empty: Store, around: Surroundings) -> None:
    page = text_of(client_of(empty, around).get("/start?step=office").text)
    assert "电话 0578-0000000" in page
    assert "phone:" not in page
    around.has_phone = False
    page = client_of(empty, around).get("/start?step=office").text
    assert "phone: &#34;0578-0000000&#34;" in page or 'phone: "0578-0000000"' in page
    assert 'data-copy="office:' in page


def enrolled(store: Store) -> None:
    """Enrol four polled accounts and one that a person looks at; two were looked at."""
    ids = [f"A-{number}" for number in range(4)]
    hand = account("A-9", "示例视频", method="人工")
    enrol(store, *(account(id_, id_) for id_ in ids), hand, at=NOW - timedelta(hours=1))
    minute = timedelta(minutes=1)
    seen = (
        *looks(ids[0], (minute, timeline(posts(0)))),
        *looks(ids[1], (minute, Blind(reason=Reason.CAPTCHA))),
    )
    with store.begin() as tx:
        record(tx, seen, lambda _, look: look.at + timedelta(hours=6))


def test_the_first_looks_are_counted_with_their_reasons_live(empty: Store, around: Surroundings) -> None:
    enrolled(empty)
    client = client_of(empty, around)
    page = client.get("/start?step=looks").text
    assert "3/5 ，采集到1个，未采集到1个（平台要求验证1），等人工核查1个" in text_of(page)
    assert '<progress id="bar" max="5" value="3">' in page
    assert 'hx-get="/start/progress" hx-trigger="every 2s"' in page
    assert "<noscript>" in page
    part = client.get("/start/progress").text
    assert part.lstrip().startswith('<div id="progress"')


def test_the_progress_ends_with_a_link_and_asks_no_more(empty: Store, around: Surroundings) -> None:
    enrolled(empty)
    with empty.begin() as tx:
        seen = tuple(look for id_ in ("A-2", "A-3") for look in looks(id_, (timedelta(minutes=1), timeline(posts(1)))))
        record(tx, seen, lambda _, look: look.at + timedelta(hours=6))
    client = client_of(empty, around)
    part = client.get("/start/progress").text
    assert "首次核查完成" in part
    assert 'href="/looks"' in part
    assert "hx-trigger" not in part
    assert standings(client.get("/start").text)["首次核查"] == "done"


def test_without_a_channel_one_goes_on_with_drafts(empty: Store, around: Surroundings) -> None:
    enrolled(empty)
    client = client_of(empty, around)
    page = client.get("/start?step=channel").text
    assert '<a class="act first" href="/start?step=hold">先不设，只看草稿</a>' in page
    around.channels = {"群": ChannelCard(kind="钉钉", is_group=True)}
    page = client_of(empty, around).get("/start?step=channel").text
    assert "发一条测试给我" in page


def test_holding_is_explained(empty: Store, around: Surroundings) -> None:
    assert "消息先给您看，放行后才发给单位" in client_of(empty, around).get("/start?step=hold").text
    around.is_holding = False
    assert "试发模式已关闭" in client_of(empty, around).get("/start?step=hold").text
