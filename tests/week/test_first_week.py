"""The first week of an office, from an empty database: the real service, a real browser, real mail, nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.alerts.post_office import PostOffice
from tests.cli.office import Office, Service
from tests.cli.test_running import until
from tests.pipeline.test_wrong_clock import Clock
from tests.services import require_faketime
from tests.web.browser import Browser
from tests.web.person import PHONE, Person, pictured
from tests.web.sessions import OTHER, SECRET
from tests.week.county import (
    BY_HAND,
    EDUCATION,
    HEALTH,
    LATE,
    LIAISON,
    LINK,
    LONG,
    MONDAY,
    OPERATOR,
    PHONE_NUMBER,
    TOWNS,
    WATER,
    YESTERDAY,
    FirstWeek,
)

pytestmark = pytest.mark.slow
TUESDAY, HOUR = MONDAY + timedelta(days=1), timedelta(hours=1)
ON_NEXT = "document.activeElement.matches('input[data-row]') || !document.querySelector('input[data-row]')"
"""True if the next row has the focus, or none is left."""
MINUTES = "〔2026〕3号纪要"


@pytest.fixture
def week(tmp_path: Path, httpserver: HTTPServer) -> Iterator[FirstWeek]:
    office, clock = Office.at(tmp_path), Clock(tmp_path / "clock", require_faketime())
    with PostOffice() as post:
        yield FirstWeek(office, httpserver, post, clock)


@pytest.mark.parametrize("script", ["on", "off"])
def test_the_first_week_of_an_office_is_done_in_the_browser(week: FirstWeek, chromium: Browser, script: str) -> None:
    has_scripts = script == "on"
    chromium.without_scripts(off=not has_scripts)
    person = Person(chromium, week.base)
    with pictured(chromium, week.office.folder / "failed.png"):
        with week.running(MONDAY) as service:
            first_day(week, service, person, has_scripts=has_scripts)
            (look_by_keyboard if has_scripts else look_by_form)(person)
            assert "都核查过了" in person.opens("/looks")
        with week.running(TUESDAY) as service:
            person.logs_in("王某", SECRET)
            find_a_phone_number(person)
            decide_ten_at_once(service, person)
            exempt_and_take_it_back(service, person)
            release_what_is_held(week, service, person)
        with week.running(TUESDAY + HOUR):
            mute(person)
            link = make_a_user_of_a_unit(person)
            chromium.forget()
            paste_a_link(week, Person(chromium, week.base, PHONE))
            see_only_ones_own(person, link)
        person.is_told_of_nothing()


def first_day(week: FirstWeek, service: Service, person: Person, *, has_scripts: bool) -> None:
    """From the link in the terminal to the first looks; every page has a visible button that leads on."""

    def goes(selector: str) -> str:
        assert person.ways_on, f"no way on from {person.at}"
        return person.clicks_on(selector, leaves=True)

    person.opens(week.link_of_first_start(service))
    person.fills(name="王某", password=SECRET, again=SECRET)
    goes("main form button")
    person.fills(name="王某", password=SECRET)
    goes("main form button")
    assert person.at == "/start", "an office without a roster begins there"
    goes("main .acts a.act")
    goes("main a.act.first")
    refused = person.uploads(week.roster(is_faulty=True))
    assert "有误2行，整个文件没有导入" in refused
    assert "第3行" in refused
    assert "微信公众号" in refused
    assert "Z00" in refused
    goes("main a.act[href^='/imports/new']")
    assert f"新增{BY_HAND + 1}" in person.uploads(week.roster())
    goes("form[action$='/apply'] button")
    goes("main a.act[href='/start?step=looks']")
    whole = f"采集到1个，未采集到0个，等人工核查{BY_HAND}个"
    if has_scripts:
        person.waits_for(f"document.querySelector('#progress').innerText.includes('{whole}')")
    else:
        until(lambda: whole in person.opens("/start?step=looks"), service, LONG)
    goes("main .acts a.act")
    assert "发一条测试给我" in person.says
    goes("main a.act.first")
    person.fills(address=OPERATOR)
    goes("main form button")
    until(lambda: bool(week.mails(OPERATOR)), service, LONG)
    goes("main .acts a.act")
    assert "现在是试发模式" in person.says
    goes("main a.act.first")
    assert person.at == "/", "and nothing leads back any more"
    assert "已核查1/" in person.says
    assert "合格率" not in person.says, "there is none as long as most was never looked at"


def look_by_keyboard(person: Person) -> None:
    """Register twenty-five looks, without the mouse; what would accuse a unit is confirmed by a key of its own."""
    person.opens("/looks")
    person.counts_anew()
    for _ in range(BY_HAND):
        account = str(person.chromium.focused()).partition(":")[2]
        row = f"document.getElementById('row:{account}')"
        person.types(LATE.get(account, YESTERDAY))
        person.presses("Enter")
        if account in LATE:
            person.waits_for(f"{row}.querySelector('.fault') && document.activeElement.id === 'day:{account}'")
            assert "将认定超期" in person.says
            person.presses("Tab")
            person.presses("Enter")
        person.waits_for(f"{row}.classList.contains('done') && ({ON_NEXT})")
    assert person.keys <= 130
    assert person.clicks == 0
    person.expects_complaints(len(LATE), "422")


def look_by_form(person: Person) -> None:
    """Register twenty-five looks without scripts: fill in all rows, one button, and confirm what would accuse."""
    person.opens("/looks")
    fields = person.chromium.evaluate("[...document.querySelectorAll('input[id^=\"day:\"]')].map(one => one.id)")
    assert isinstance(fields, list)
    assert len(fields) == BY_HAND
    for id_ in fields:
        person.chromium.fill(f"[id='{id_}']", LATE.get(id_.partition(":")[2], YESTERDAY))
    person.clicks_on(".batch button", leaves=True)
    for account in LATE:
        assert "将认定超期" in person.says
        person.clicks_on(f"button[name='sure:{account}']", leaves=True)
    person.expects_complaints(len(LATE), "422")


def find_a_phone_number(person: Person) -> None:
    """From the first page to a number that can be called."""
    assert PHONE_NUMBER not in person.opens("/")
    person.counts_anew()
    person.clicks_on("main a[href^='/accounts/']", leaves=True)
    person.follows("显示号码")
    assert person.clicks <= 2
    number = person.chromium.evaluate("document.querySelector('a[href^=\"tel:\"]').textContent")
    assert number == PHONE_NUMBER


def decide_ten_at_once(service: Service, person: Person) -> None:
    """Decide ten cases by one document of the joint review."""
    person.opens("/cases?wait=review&rule=TWN-01")
    person.counts_anew()
    for place in range(1, TOWNS + 1):
        person.clicks_on(f".case-rows li:nth-child({place}) input")
    person.chooses("#ruling", "retained")
    person.clicks_on(".batch button", leaves=True)
    person.fills(document=MINUTES, note="群众关注度高")
    said = person.clicks_on(".decide button", leaves=True)
    assert f"已登记{TOWNS}项" in said
    assert person.pages <= 2, "the page of the consequences, and back"
    assert person.clicks <= 16
    until(lambda: "示例镇" not in person.opens("/cases?wait=review&rule=TWN-01"), service, LONG)


def exempt_and_take_it_back(service: Service, person: Person) -> None:
    """Exempt an account by a document, and revoke that: no deadline that has passed comes back."""
    person.opens("/cases?wait=office&unit=" + HEALTH)
    person.clicks_on(person.marked("示例健康", ".case-rows a"), leaves=True)
    case = person.at
    person.clicks_on("#choice-exempted")
    assert "豁免" in str(person.chromium.evaluate("document.querySelector('.choice:has(:checked) .asks').innerText"))
    person.fills(exempted_document="〔2026〕9号批复", exempted_note="系统改造")
    person.clicks_on("section:has(#decide) form > button", leaves=True)
    until(lambda: "已办结" in person.opens(case), service, LONG)  # judged anew: a form from before would be refused
    said = person.says
    assert "现在的决定：豁免" in said
    assert "〔2026〕9号批复" in said
    person.clicks_on(person.marked("撤销这个决定", "main summary"))
    person.fills(revoked_note="改造提前完成")
    person.clicks_on("section:has(#standing) form button", leaves=True)
    said = person.opens(case)
    assert "现在的决定" not in said
    assert "撤销" in said


def release_what_is_held(week: FirstWeek, service: Service, person: Person) -> None:
    """Read what waits, release it, and it arrives."""
    assert week.mails(LIAISON) == []
    assert "示例县发布" in person.opens("/messages?state=held")
    person.follows("放行所选")
    assert "放行" in person.clicks_on("main form button", leaves=True)
    until(lambda: any("示例县发布" in text for text in week.mails(LIAISON)), service, LONG)


def paste_a_link(week: FirstWeek, liaison: Person) -> None:
    """Open the link in the mail on a phone, paste a whole share text, and the light turns green."""
    mail = next(text for text in week.mails(LIAISON) if "示例县发布" in text)
    found = re.search(r"http://127\.0\.0\.1:\d+/k/[\w.~-]+", mail)
    assert found, mail
    liaison.chromium.forget()
    assert "示例县发布" in liaison.opens(found[0])
    light = "document.querySelector('article .light').className"
    assert liaison.chromium.evaluate(light) == "light red"
    liaison.counts_anew()
    liaison.pastes("article input[name=link]", f"示例县发布的一篇文章 {LINK} 复制后打开")
    said = liaison.clicks_on("article button", leaves=True)
    assert "已办结" in said, said
    assert 1 + liaison.clicks <= 3, "the link in the mail was one touch"
    assert liaison.chromium.evaluate(light) == "light green"


def mute(person: Person) -> None:
    """Have a unit hear nothing for a while."""
    person.opens("/mutes")
    person.chromium.evaluate(f"document.querySelector('#subject').value = 'unit/示例县/{HEALTH}'")
    person.chromium.evaluate("document.querySelector('#until').value = '2026-11-20'")
    person.fills(why="机构改革")
    said = person.clicks_on("#mute button", leaves=True)
    assert "正在暂停（1）" in said
    assert HEALTH in said


def make_a_user_of_a_unit(person: Person) -> str:
    """Make a user of a unit, and return the link by which they set a password; first, who is there is proved anew."""
    person.opens("/users")
    person.follows("新增用户")
    asked = send_user(person)
    assert "再次确认身份" in asked
    assert "刚才填的内容还没有登记，已为您保留" in asked
    person.fills(old=SECRET)
    person.clicks_on("main form button", leaves=True)
    person.clicks_on("main form button", leaves=True)
    assert "李某" in person.says
    person.follows("发一次性链接")
    return str(person.chromium.evaluate("document.querySelector('code.secret').textContent"))


def send_user(person: Person) -> str:
    """Fill in and send the form of a new user, and return what the next page says."""
    person.fills(name="李某")
    person.clicks_on("input[name=role][value=unit]")
    person.chromium.evaluate(
        "[...document.querySelectorAll('select[name=unit] option')]"
        f".find(one => one.textContent.includes('{WATER}')).selected = true"
    )
    return person.clicks_on("main form button", leaves=True)


def see_only_ones_own(person: Person, link: str) -> None:
    """A unit's user sets a password, sees what is the unit's, and finds nothing of others'."""
    assert "李某" in person.opens(link)
    person.fills(password=OTHER, again=OTHER)
    person.clicks_on("main form button", leaves=True)
    person.logs_in("李某", OTHER)
    assert person.at.startswith("/units/")
    assert "示例水利" in person.says
    for page in ("/accounts", "/cases", "/messages"):
        said = person.opens(page)
        assert EDUCATION not in said
        assert "示例县发布" not in said
    assert "示例水利" in person.opens("/accounts/G01")
    assert "没有这个账号" in person.opens("/accounts/W01")
    assert "示例县发布" not in person.says
    person.expects_complaints(1, "404")
