"""Links that lead to where the thing can be done: no button ends at an empty list, no page is named without a link."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from monitor.core.message import MessageState
from monitor.core.user import UserRole
from monitor.store import Store, cases, tables
from tests.store.build import enrol
from tests.web.browser import Browser
from tests.web.conftest import client_of
from tests.web.county import ALONE, MAIN, NEAR, OVERDUE, SERVICE, Surroundings, account, fill
from tests.web.serving import served
from tests.web.sessions import closed, send
from tests.web.test_pages import text_of


@pytest.fixture
def own(empty: Store, around: Surroundings) -> TestClient:
    fill(empty)
    return client_of(empty, around)


@pytest.mark.parametrize("id_", [MAIN.id, NEAR.id, OVERDUE.id])
def test_the_button_for_a_look_leads_to_the_row_of_an_account_that_is_read_by_itself(own: TestClient, id_: str) -> None:
    (link,) = re.findall(r'<a class="act first" href="([^"]+)">登记核查', own.get(f"/accounts/{id_}").text)
    page = own.get(link).text
    assert re.findall(r'name="day:([^"]+)"', page) == [id_]
    assert f'href="/accounts/{id_}">' in page


def test_a_look_registered_there_is_kept_and_the_row_stays_in_sight(own: TestClient) -> None:
    answer = send(own, f"/looks?account={NEAR.id}", f"/looks?account={NEAR.id}", **{f"day:{NEAR.id}": "0"})
    page = own.get(f"/looks?account={NEAR.id}") if answer.status_code == 303 else answer
    assert "已登记1个账号。" in page.text
    assert "今天已登记的（1）" in page.text


def test_no_look_is_offered_of_what_nobody_asks_to_be_updated(own: TestClient) -> None:
    assert "登记核查" not in own.get(f"/accounts/{SERVICE.id}").text
    page = text_of(own.get(f"/looks?account={SERVICE.id}").text)
    assert "按规定不要求它更新" in page


def test_today_leads_from_a_missing_contact_to_the_form_of_the_account(own: TestClient, empty: Store) -> None:
    page = own.get("/").text
    (link,) = re.findall(r'href="(/accounts/[^"]+/edit#people)"', page)
    assert unquote(link) == f"/accounts/{ALONE.id}/edit#people"
    form = own.get(link).text
    assert 'id="people"><legend>联络员和责任领导' in form


def case_page(own: TestClient, store: Store) -> str:
    """Return the page of the case about a contact that is missing."""
    with store.read() as tx:
        number = next(case.id for case in cases.case_history(tx, ALONE.id) if case.rule == "PER-01")
    return own.get(f"/cases/{number}").text


def test_the_case_of_a_missing_contact_leads_there_too(own: TestClient, empty: Store) -> None:
    with empty.read() as tx:
        number = next(case.id for case in cases.case_history(tx, ALONE.id) if case.rule == "PER-01")
    assert (
        f'<a class="act first" href="/accounts/{ALONE.id}/edit#people">补填联系人</a>'
        in own.get(f"/cases/{number}").text
    )


def test_a_case_links_both_ways_to_put_a_fact_right(own: TestClient, empty: Store) -> None:
    with empty.read() as tx:
        number = next(case.id for case in cases.case_history(tx, ALONE.id) if case.rule == "PER-01")
    page = own.get(f"/cases/{number}").text
    assert (
        f'<a href="/looks?account={ALONE.id}">登记核查</a>，或<a href="/accounts/{ALONE.id}/edit">更正台账</a>' in page
    )


def test_the_page_of_an_account_leads_to_its_unit(own: TestClient) -> None:
    page = own.get(f"/accounts/{NEAR.id}").text
    (link,) = set(re.findall(r'href="(/units/[^"]+)"', page))
    assert NEAR.unit in own.get(link).text


def test_no_command_stands_on_the_page_of_an_account_that_people_read(empty: Store, around: Surroundings) -> None:
    enrol(empty, account("A-9", "示例视频", method="人工"))
    page = client_of(empty, around).get("/accounts/A-9").text
    assert "xuncha import" not in page
    assert 'href="/imports/new?kind=posts"' in page
    office = closed(empty, around)
    office.user("某员", UserRole.READER)
    seen = office.logged_in("某员").get("/accounts/A-9").text
    assert "该账号不能自动采集" in seen
    assert "/imports/new" not in seen
    assert "xuncha import" not in seen


def test_the_sample_warns_that_nothing_is_kept_and_explains_how_to_begin_in_earnest(own: TestClient) -> None:
    page = own.get("/accounts").text
    assert "登记和导入的内容在重新启动后都会清空。" in text_of(page)
    (link,) = re.findall(r'<a href="([^"]+)">换成自己的台账', page)
    text = text_of(own.get(link).text)
    assert "不会带到自己的台账里" in text
    assert "xuncha run" in text


def deliver(store: Store) -> None:
    """Have every message that waits be told as delivered."""
    with store.begin() as tx:
        waits = sa.update(tables.messages).where(tables.messages.c.state == MessageState.HELD)
        tx.execute(waits.values(state=MessageState.SENT))


def test_a_unit_on_paper_has_its_messages_unfolded_and_no_empty_boxes(
    chromium: Browser, empty: Store, around: Surroundings
) -> None:
    fill(empty)
    deliver(empty)
    with served(empty, around) as address:
        chromium.look(f"{address}/units/{quote(NEAR.unit)}", width=1280)
        chromium.as_on_paper()
        heights = chromium.evaluate("[...document.querySelectorAll('.told .body')].map(one => one.offsetHeight)")
        shown = chromium.evaluate(
            "[...document.querySelectorAll('main input, main select, main textarea, main summary')]"
            ".filter(one => one.checkVisibility()).map(one => one.innerText || one.name)"
        )
        chromium.as_on_paper(off=True)
    assert heights
    assert all(height > 10 for height in heights)  # type: ignore[attr-defined]
    assert all("告知过的消息" in text or "：" in text for text in shown), shown  # type: ignore[attr-defined]
