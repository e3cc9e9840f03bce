"""`/looks`: the commonest act of all, by form, by row and by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from httpx2 import Response
from starlette.testclient import TestClient

from monitor.core.account import Account, Platform
from monitor.core.calendar import beijing_date
from monitor.pipeline.evaluate import AccountEvaluator
from monitor.pipeline.faults import Faults
from monitor.store import Store, open_store, tables
from monitor.store.overview import newest_posts
from monitor.web import create_app
from tests.core.build import beijing_time
from tests.databases import migrated
from tests.store.build import enrol
from tests.web.browser import Browser
from tests.web.county import BENCH, PEOPLE, Surroundings
from tests.web.person import Person
from tests.web.serving import served
from tests.web.sessions import text_of, token_in

NOW = beijing_time("2026-12-03 09:00")
TODAY = date(2026, 12, 3)


def by_hand(number: int, **changes: object) -> Account:
    values: dict[str, object] = {
        "platform": Platform.WEIXIN_CHANNELS,
        "unit": f"示例县第{number}局",
        "area": "示例县",
        "opened_on": date(2024, 1, 1),
        "homepage": "https://example.invalid/home",
        "contacts": PEOPLE,
    }
    return Account(id=f"H{number:02}", name=f"示例单位{number}发布", **(values | changes))  # type: ignore[arg-type]  # as the tests say


@dataclass
class Office:
    """A county whose accounts people read, and a browser without scripts."""

    store: Store
    around: Surroundings
    client: TestClient

    def get(self, address: str = "/looks") -> str:
        answer = self.client.get(address)
        assert answer.status_code == 200, answer.text
        return answer.text

    def send(self, address: str = "/looks", *, page: str = "/looks", row: bool = False, **fields: str) -> Response:
        """Send a form; names of fields have a colon where a keyword has two underscores."""
        said = {name.replace("__", ":"): text for name, text in fields.items()}
        headers = {"sec-fetch-site": "same-origin"} | ({"hx-request": "true"} if row else {})
        said["csrf"] = token_in(self.get(page))
        return self.client.post(address, data=said, headers=headers, follow_redirects=False)

    def newest(self, id_: str) -> date | None:
        with self.store.read() as tx:
            found = newest_posts(tx, (id_,))
        return beijing_date(found[id_].published_at) if id_ in found else None

    def looks(self) -> int:
        with self.store.read() as tx:
            table = tables.observations
            return tx.scalar(sa.select(sa.func.count()).where(table.c.withdrawn_at.is_(None)).select_from(table)) or 0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(migrated(tmp_path / "xuncha.db")) as opened:
        enrol(opened, *(by_hand(number) for number in range(1, 26)), at=NOW - timedelta(days=60))
        evaluator = AccountEvaluator(rules_in_force=BENCH, faults=Faults(lambda _: None))
        with opened.begin() as tx:
            evaluator.judge(tx, NOW)
        yield opened


@pytest.fixture
def office(store: Store, around: Surroundings) -> Office:
    around.clock.now = NOW
    app = create_app(around.view(store))
    return Office(
        store,
        around,
        TestClient(app, base_url="http://127.0.0.1:8080", client=("127.0.0.1", 50000), raise_server_exceptions=False),
    )


def test_the_page_lists_every_account_with_one_field_and_nothing_else_to_learn(office: Office) -> None:
    page = office.get()
    assert page.count('name="day:') == 25
    assert "待核查25个" in page
    assert "尚未核查" in page
    assert len(page.encode()) < 100 * 1024


def test_without_scripts_any_rows_are_filled_and_one_button_registers_them(office: Office) -> None:
    answer = office.send(day__H01="12-1", day__H02="0", day__H03="  ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/looks")
    assert office.newest("H01") == date(2026, 12, 1)
    assert office.newest("H02") == TODAY
    page = office.get()
    assert "已登记2个账号。" in page
    assert "今天已登记2个，待核查23个" in page
    assert 'name="day:H01"' not in page


def test_what_cannot_be_registered_stays_as_it_was_typed_and_the_rest_is_kept(office: Office) -> None:
    answer = office.send(
        day__H01="12-9", day__H02="12-1", day__H03="什么", link__H04="https://example.invalid", day__H04="0"
    )
    assert answer.status_code == 422
    assert office.newest("H02") == date(2026, 12, 1)
    said = text_of(answer.text)
    assert "已登记1个，以下没有登记" in said
    assert "示例单位1发布：12月9日晚于今天" in said
    assert "日期和链接请只填一样" in said
    assert 'value="什么"' in answer.text
    assert 'href="#day:H01"' in answer.text
    assert office.newest("H01") is None


def test_nothing_filled_is_told(office: Office) -> None:
    answer = office.send()
    assert answer.status_code == 422
    assert "请先填写最新发布日期" in answer.text


def test_a_row_alone_is_answered_by_that_row_and_the_count(office: Office) -> None:
    answer = office.send("/looks/row?account=H01", row=True, day__H01="12-1", day__H02="0")
    assert answer.status_code == 200
    assert answer.text.count("<tr") == 1
    assert "12月1日，完整列表" in text_of(answer.text)
    assert "示例单位1发布，12月1日，完整列表，已登记" in answer.text
    assert "今天已登记1个，待核查24个" in answer.text
    assert office.newest("H02") is None, "a row is registered alone"


@pytest.mark.parametrize(
    ("typed", "said"), [("12-9", "晚于今天"), ("2023-5-1", "早于开设日期"), ("11-1", "早于已知最新"), ("x", "无法识别")]
)
def test_a_row_that_cannot_be_says_so_in_its_place_and_keeps_the_focus(office: Office, typed: str, said: str) -> None:
    office.send("/looks/row?account=H01", row=True, day__H01="12-1")
    answer = office.send("/looks/row?account=H01", row=True, day__H01=typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{typed}"' in answer.text
    assert re.search(r'id="day:H01"[^>]*aria-describedby="said:H01"', answer.text)


def test_only_one_post_is_no_complete_look(office: Office) -> None:
    answer = office.send("/looks/row?account=H01", row=True, day__H01="11-20", one__H01="yes")
    assert "只登记这一条" in answer.text
    page = office.get()
    assert 'name="day:H01"' in page, "nobody has seen its whole list yet"


def test_a_day_that_accuses_is_asked_about_once_more_and_only_that_very_day_is_confirmed(office: Office) -> None:
    asked = office.send("/looks/row?account=H01", row=True, day__H01="11-16")
    assert asked.status_code == 422
    assert "将认定超期：已17天未更新，请再看一眼" in asked.text
    assert office.looks() == 0
    other = office.send("/looks/row?account=H01", row=True, day__H01="11-15", sure__H01="11-16")
    assert "将认定超期：已18天未更新" in other.text
    assert office.looks() == 0
    sure = office.send("/looks/row?account=H01&sure=11-16", row=True, day__H01="11-16")
    assert sure.status_code == 200
    assert office.newest("H01") == date(2026, 11, 16)


def test_the_first_button_of_the_form_never_confirms(office: Office) -> None:
    """Enter without scripts presses the first button that a form has."""
    asked = office.send(day__H01="11-16")
    first = re.search(r"<form method=\"post\".*?(<button[^>]*>)", asked.text, re.DOTALL)
    assert first is not None
    assert "sure:" not in first[1]
    assert 'name="sure:H01" value="11-16"' in asked.text


def test_never_published_is_told_to_need_a_second_day(office: Office) -> None:
    answer = office.send("/looks/row?account=H01", row=True, day__H01="-")
    assert "隔一天再核查一次" in answer.text


def test_a_mistake_is_corrected_in_place_with_a_reason(office: Office) -> None:
    done = office.send("/looks/row?account=H01", row=True, day__H01="12-2")
    link = re.search(r'href="(/looks/\d+)"', done.text)
    assert link is not None
    page = office.get(link[1])
    assert "12月2日，完整列表" in page
    without = office.send(link[1], page=link[1], day__H01="12-1")
    assert without.status_code == 422
    assert "请填写原因" in without.text
    assert office.newest("H01") == date(2026, 12, 2)
    answer = office.send(link[1], page=link[1], day__H01="12-1", why__H01="看错了一行")
    assert (answer.status_code, answer.headers["location"]) == (303, "/looks")
    assert office.newest("H01") == date(2026, 12, 1)
    with office.store.read() as tx:
        row = tx.execute(sa.select(tables.acts).order_by(tables.acts.c.id.desc()).limit(1)).one()
    assert (row.action, row.before) == ("look correct", "2026年12月2日，完整列表")


def test_of_two_who_correct_at_once_the_second_is_told(office: Office) -> None:
    done = office.send("/looks/row?account=H01", row=True, day__H01="12-2")
    link = re.search(r'href="(/looks/\d+)"', done.text)
    assert link is not None
    office.send(link[1], page="/looks", day__H01="12-1", why__H01="看错了")
    late = office.send(link[1], page="/looks", day__H01="12-3", why__H01="看错了")
    assert late.status_code == 409
    assert re.search(r"操作员已于12月3日\d\d:\d\d改正这次登记，您的改正没有登记。", text_of(late.text))
    in_row = office.send(link[1], page="/looks", row=True, day__H01="12-3", why__H01="看错了")
    assert (in_row.status_code, "改正这次登记，您的改正没有登记。" in in_row.text) == (409, True)
    assert in_row.text.lstrip().startswith("<tr")
    assert office.send("/looks/999", page="/looks", day__H01="12-3", why__H01="看错了").status_code == 404
    assert office.newest("H01") == date(2026, 12, 1)


def test_filters_stay_in_the_address_and_unknown_ones_are_told(office: Office) -> None:
    page = office.get("/looks?unit=示例县第3局&due=0")
    assert page.count('name="day:') == 1
    assert 'action="/looks?due=0&amp;unit=' in page
    assert office.client.get("/looks?platform=nothing").status_code == 400
    assert "没有符合条件的账号" in office.get("/looks?q=nobody")


def test_whom_one_searches_for_is_listed_whether_due_or_not(office: Office) -> None:
    office.send("/looks/row?account=H03", row=True, day__H03="0")
    assert 'name="day:H03"' in office.get("/looks?q=示例单位3发布")
    assert 'name="day:H03"' not in office.get("/looks?q=示例单位3发布&due=1")


def test_where_all_were_looked_at_the_next_day_is_told(office: Office) -> None:
    filled = {f"day__H{number:02}": "0" for number in range(1, 26)}
    office.send("/looks", page="/looks", row=False, **filled)
    page = office.get()
    assert "都核查过了。最早的一个12月11日（周五）到期。" in page
    assert "今天已登记的（25）" in page


def test_who_may_not_look_gets_no_page(office: Office) -> None:
    stranger = TestClient(office.client.app, base_url="http://xuncha.example.gov.cn:8080")
    assert stranger.get("/looks").status_code in {400, 403, 421}


def test_twenty_five_looks_take_two_minutes_of_a_keyboard_and_no_mouse(
    chromium: Browser, office: Office, tmp_path: Path
) -> None:
    """A day, Enter, a day, Enter: at most 130 keys."""
    with served(office.store, office.around) as address:
        sight = chromium.look(f"{address}/looks", width=1280, picture=tmp_path / "looks.png")
        assert sight.complaints == ()
        person = Person(chromium, address)
        for number in range(25):
            person.types("1201" if number % 2 else "12-2")
            person.presses("Enter")
        rows_done(chromium, 25)
    assert person.keys <= 130
    assert person.clicks == 0
    assert "今天已登记的（25）" in office.get()
    assert office.newest("H01") == date(2026, 12, 2)
    assert office.newest("H25") == date(2026, 12, 2)
    assert office.looks() == 25


def rows_done(chromium: Browser, number: int) -> None:
    """Wait until that many rows are registered."""
    waited = f"""new Promise(done => {{
        const look = () => document.querySelectorAll("tr.done").length === {number} ? done(true) : setTimeout(look, 20);
        look();
    }})"""
    assert chromium.evaluate(waited)


SAID = """new Promise(done => {
    const look = () => {
        const one = document.querySelector("tr .fault");
        one ? done(one.textContent) : setTimeout(look, 20);
    };
    look();
})"""


FOCUS_BACK = """new Promise(done => {
    const look = () => document.activeElement.matches("[aria-invalid]") ? done(true) : setTimeout(look, 5);
    look();
})"""
"""The focus goes back when the answer has settled, a moment after its words are there."""


def test_a_row_that_is_not_taken_has_the_focus_back_and_keys_typed_ahead_are_no_day_of_its_own(
    chromium: Browser, office: Office
) -> None:
    with served(office.store, office.around) as address:
        chromium.look(f"{address}/looks", width=1280)
        chromium.evaluate("document.querySelector('input[data-row]').focus()")
        first = chromium.focused()
        chromium.type("12-9")
        chromium.press("Enter")
        assert "晚于今天" in str(chromium.evaluate(SAID))
        chromium.evaluate(FOCUS_BACK)
        assert chromium.focused() == first
        chromium.type("0")
        chromium.press("Enter")
        assert chromium.evaluate("document.activeElement.value") == "12-9"
        assert office.looks() == 0
        assert "晚于今天" in str(chromium.evaluate("document.querySelector('#live').textContent"))
        chromium.evaluate("new Promise(done => setTimeout(done, 600))")
        chromium.type("12-1")
        chromium.press("Enter")
        rows_done(chromium, 1)
        assert chromium.focused() != first
    assert office.looks() == 1


def test_an_accusation_is_confirmed_by_its_own_button_and_by_no_slip_of_enter(
    chromium: Browser, office: Office
) -> None:
    with served(office.store, office.around) as address:
        chromium.look(f"{address}/looks", width=1280)
        chromium.evaluate("document.querySelector('input[data-row]').focus()")
        chromium.type("11-16")
        chromium.press("Enter")
        assert "将认定超期：已17天未更新" in str(chromium.evaluate(SAID))
        chromium.evaluate("new Promise(done => setTimeout(done, 600))")
        chromium.press("Enter")
        chromium.evaluate("new Promise(done => setTimeout(done, 300))")
        assert office.looks() == 0
        chromium.evaluate("document.querySelectorAll('input[data-row]')[0].focus()")
        following = chromium.evaluate("document.querySelectorAll('tr input[name^=\"day:\"]')[1].id")
        chromium.press("Tab")
        assert "确认超期" in str(chromium.evaluate("document.activeElement.textContent"))
        chromium.press("Enter")
        rows_done(chromium, 1)
        assert chromium.focused() == following, "and the keyboard goes on with the next row"
    assert office.looks() == 1


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_is_whole_and_fits(chromium: Browser, office: Office, width: int, tmp_path: Path) -> None:
    with served(office.store, office.around) as address:
        sight = chromium.look(f"{address}/looks", width=width, picture=tmp_path / "page.png")
    assert sight.complaints == ()
    assert not sight.is_too_wide


def test_without_scripts_enter_registers_what_is_filled(chromium: Browser, office: Office) -> None:
    with served(office.store, office.around) as address:
        chromium.without_scripts()
        try:
            chromium.look(f"{address}/looks", width=1280)
            chromium.fill("input[name^='day:']", "12-1")
            chromium.press("Enter", is_leaving=True)
        finally:
            chromium.without_scripts(off=False)
    assert office.looks() == 1
