"""A week of the sample county as `make run` starts it: whoever opens it is its operator, and all of it can be tried."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.cli.office import Office, Service
from tests.cli.test_running import until
from tests.pipeline.test_wrong_clock import Clock
from tests.services import require_faketime
from tests.web.browser import Browser
from tests.web.person import PHONE, Person, pictured
from tests.week.county import LONG, MONDAY
from tests.week.sample import NEW, UNIT, SampleWeek

pytestmark = [pytest.mark.slow, pytest.mark.file]
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
MINUTES, APPROVAL = "〔2026〕4号纪要", "〔2026〕9号批复"
EXEMPTED, MUTED, HEARD = "示例水利", "教育", "示例人社"
RELEASED = "【督办】已18天未更新：“示例住建”"
UNSEEN = "SL30"
"""The account that nobody has looked at; what is typed of it lies too far back."""
RECOVERING, PASTED = "示例商务", "示例交通"
DIGEST = "（11月18日，周三）"
"""What only the digest of Wednesday says, which is written when what is due on that morning was."""
TOLD = f"已15天未更新：“{PASTED}”"
ON_NEXT = "document.activeElement.matches('input[data-row]') || !document.querySelector('input[data-row]')"
"""True if the next row has the focus, or none is left."""
SENT = "[...document.querySelectorAll('article.robot, article.mail')].map(one => one.innerText)"


@pytest.fixture
def week(tmp_path: Path) -> SampleWeek:
    return SampleWeek(Office.at(tmp_path), Clock(tmp_path / "clock", require_faketime()))


def test_a_week_of_the_sample_county_is_done_in_the_browser(week: SampleWeek, chromium: Browser) -> None:
    person = Person(chromium, week.base)
    with pictured(chromium, week.office.folder / "failed.png"), week.running(MONDAY) as service:
        sent = begin_as_its_operator(service, person)
        find_a_phone_number(person)
        look_by_keyboard(person)
        decide_ten_at_once(service, person)
        exempt_and_take_it_back(service, person)
        call_it_a_false_alarm(service, person)
        release_what_waits(service, person, sent)
        liaison = Person(chromium, week.base, PHONE)
        chromium.forget()
        paste_a_link(liaison, sent)
        chromium.forget()
        watch_one_recover(week, service, person)
        mute(person)
        before = told_of_the_muted(person, sent)
        sleep_until(week, service, person, TUESDAY)
        take_in_a_roster(week, service, person)
        draft_a_bulletin(person)
        until(lambda: any(f"已15天未更新：“{HEARD}”" in text for text in arrived(person, sent)), service, LONG)
        sleep_until(week, service, person, WEDNESDAY)
        until(lambda: any(DIGEST in text for text in arrived(person, sent)), service, LONG)
        assert told_of_the_muted(person, sent) == before, "two of its accounts were to be told of on that day"
        see_how_to_begin_with_ones_own(person)
        person.is_told_of_nothing()


def sleep_until(week: SampleWeek, service: Service, person: Person, moment: datetime) -> None:
    """Put the clock to another morning, and wait until all that is due then was done."""
    week.clock.put(moment)
    day = f"{moment.month}月{moment.day}日"
    until(lambda: f"北京时间{day}" in person.opens("/"), service, LONG)


def todo(person: Person) -> list[str]:
    """Return what the lines of the first page say."""
    said = person.chromium.evaluate("[...document.querySelectorAll('#todo .what')].map(one => one.innerText)")
    assert isinstance(said, list)
    return said


def light(person: Person, name: str) -> str:
    """Return the word of an account's light, as the list shows it."""
    person.opens(f"/accounts?q={name}")
    return str(person.chromium.evaluate("document.querySelector('tbody .light').innerText"))


def turns(person: Person, name: str, word: str) -> Callable[[], bool]:
    """Return whether the light of an account has come to say a word."""
    return lambda: word in light(person, name)


def opens_case(person: Person, name: str) -> str:
    """Open an account from the list, and from it what is to be done; return the case's address."""
    person.opens(f"/accounts?q={name}")
    person.clicks_on("td.name a", leaves=True)
    person.follows("去办")
    return person.at


def has_to_do(person: Person, wanted: str) -> bool:
    """Return whether a line of the first page begins so."""
    person.opens("/")
    return any(line.startswith(wanted) for line in todo(person))


def begin_as_its_operator(service: Service, person: Person) -> str:
    """Open the first page without a log-in; return where the messages are shown."""
    said = person.opens("/")
    assert "演示数据" in said
    assert "您以操作员身份试用" in said
    for wanted in ("研判", "放行", "人工核查", "处置4个账号已恢复的未更新时段"):
        until(partial(has_to_do, person, wanted), service, LONG)  # the first messages are written soon after the start
    return str(person.chromium.evaluate("document.querySelector('.sample a[href^=\"http\"]').href"))


def find_a_phone_number(person: Person) -> None:
    """From the first page to a number that can be called."""
    person.opens("/")
    person.counts_anew()
    person.clicks_on("main a[href='/accounts/SL12']", leaves=True)
    person.follows("显示号码")
    assert person.clicks <= 2
    number = str(person.chromium.evaluate("document.querySelector('a[href^=\"tel:\"]').textContent"))
    assert number.startswith("138000")


def look_by_keyboard(person: Person) -> None:
    """Register the looks that are due by the keyboard alone; what would accuse a unit is confirmed."""
    person.opens("/")
    person.follows("开始核查")
    due = rows_of_looks(person)
    assert UNSEEN in due
    person.counts_anew()
    for _ in due:
        account = str(person.chromium.focused()).removeprefix("day:")
        row = f"document.getElementById('row:{account}')"
        person.types("1031" if account == UNSEEN else "1115")
        person.presses("Enter")
        if account == UNSEEN:
            person.waits_for(f"{row}.querySelector('.fault') && document.activeElement.id === 'day:{account}'")
            assert "将认定超期" in person.says
            person.presses("Tab")
            person.presses("Enter")
        person.waits_for(f"{row}.classList.contains('done') && ({ON_NEXT})")
    assert person.clicks == 0
    assert person.keys <= len(due) * 130 / 25 + 2, "as many for each as in a long list, and two to confirm"
    person.expects_complaints(1, "422")
    person.opens("/looks")
    assert not due & rows_of_looks(person)


def rows_of_looks(person: Person) -> set[str]:
    """Return the accounts that the list of looks asks for."""
    found = person.chromium.evaluate("[...document.querySelectorAll('input[id^=\"day:\"]')].map(one => one.id)")
    assert isinstance(found, list)
    return {one.removeprefix("day:") for one in found}


def decide_ten_at_once(service: Service, person: Person) -> None:
    """Decide all that waits for the joint review by one document of it."""
    person.opens("/cases?wait=review")
    ticks = person.chromium.evaluate("document.querySelectorAll('.case-rows input').length")
    assert ticks == 10
    numbers = person.chromium.evaluate("[...document.querySelectorAll('.case-rows input')].map(one => one.value)")
    assert isinstance(numbers, list)
    person.counts_anew()
    for number in numbers:
        person.clicks_on(f".case-rows input[value='{number}']")
    person.chooses("#ruling", "retained")
    person.clicks_on(".batch button", leaves=True)
    person.fills(document=MINUTES, note="群众关注度高")
    said = person.clicks_on(".decide button", leaves=True)
    assert "已登记10项" in said
    assert person.pages <= 2, "the page of the consequences, and back"
    assert person.clicks <= 16
    until(lambda: "没有待研判的账号" in person.opens("/review"), service, LONG)


def exempt_and_take_it_back(service: Service, person: Person) -> None:
    """Exempt an account that is overdue by a document, and revoke that."""
    case = opens_case(person, EXEMPTED)
    person.clicks_on("#choice-exempted")
    person.fills(exempted_document=APPROVAL, exempted_note="系统改造")
    person.clicks_on("section:has(#decide) form > button", leaves=True)
    until(lambda: "现在的决定：豁免" in person.opens(case) and "已办结" in person.says, service, LONG)
    assert APPROVAL in person.says
    until(turns(person, EXEMPTED, "已豁免"), service, LONG)
    person.opens(case)
    person.clicks_on(person.marked("撤销这个决定", "main summary"))
    person.fills(revoked_note="改造提前完成")
    person.clicks_on("section:has(#standing) form button", leaves=True)
    until(lambda: "已豁免" not in light(person, EXEMPTED), service, LONG)
    assert "现在的决定" not in person.opens(case)


def call_it_a_false_alarm(service: Service, person: Person) -> None:
    """Say of what the platform seems to show that it is not so: it leaves the list of what is to be done."""
    person.opens("/cases?wait=office&rule=SEE-01")
    person.clicks_on(person.marked("示例应急", ".case-rows a"), leaves=True)
    case = person.at
    person.clicks_on("#choice-rejected")
    person.fills(rejected_note="电话核实，账号正常")
    person.clicks_on("section:has(#decide) form > button", leaves=True)
    until(lambda: "现在的决定：误报" in person.opens(case), service, LONG)
    until(lambda: "示例应急" not in person.opens("/cases?wait=office&rule=SEE-01"), service, LONG)


def arrived(person: Person, sent: str) -> list[str]:
    """Return the messages that were taken in, as their readers see them."""
    person.opens(sent)
    found = person.chromium.evaluate(SENT)
    assert isinstance(found, list)
    return found


def release_what_waits(service: Service, person: Person, sent: str) -> None:
    """Read what waits, release it, and it arrives in the group of the unit and in its leader's mail."""
    assert not any(RELEASED in text for text in arrived(person, sent))
    person.opens("/")
    assert RELEASED in person.follows("核对放行")
    person.follows("放行所选")
    assert "已放行" in person.clicks_on("main form button", leaves=True)
    until(lambda: sum(RELEASED in text for text in arrived(person, sent)) == 2, service, LONG)


def paste_a_link(liaison: Person, sent: str) -> None:
    """Open the link in a message of the group on a phone, paste what was shared, and the light turns green."""
    liaison.opens(sent)
    shared = liaison.chromium.evaluate("document.querySelector('.share').innerText")
    told = f"[...document.querySelectorAll('article.robot')].find(one => one.innerText.includes('{TOLD}'))"
    link = liaison.chromium.evaluate(f"{told}.querySelector('a[href*=\"/k/\"]').href")
    liaison.opens(sent)  # it loads itself anew after some seconds
    liaison.counts_anew()
    assert PASTED in liaison.clicks_on(f"article.robot a[href='{link}']", leaves=True)
    shown = "document.querySelector('article .light').className"
    assert liaison.chromium.evaluate(shown) == "light red"
    liaison.pastes("article input[name=link]", str(shared))
    said = liaison.clicks_on("article button", leaves=True)
    assert "已办结" in said, said
    assert liaison.clicks <= 3
    assert liaison.chromium.evaluate(shown) == "light green"
    for others in ("SL12", "SL31"):
        assert "没有这个账号" not in liaison.says
        assert others not in liaison.says


def watch_one_recover(week: SampleWeek, service: Service, person: Person) -> None:
    """An overdue account posts within an hour: its case ends by itself; what was pasted still counts."""
    week.clock.put(MONDAY + timedelta(hours=1))
    until(turns(person, RECOVERING, "正常"), service, LONG)
    assert "正常" in light(person, PASTED)


def mute(person: Person) -> None:
    """Have a unit hear nothing for a while."""
    person.opens("/mutes")
    person.chooses("#subject", f"unit/示例县/示例县{MUTED}局")
    person.chromium.evaluate("document.querySelector('#until').value = '2026-11-20'")
    person.fills(why="机构改革")
    said = person.clicks_on("#mute button", leaves=True)
    assert "正在暂停（1）" in said
    assert f"示例县{MUTED}局" in said


def take_in_a_roster(week: SampleWeek, service: Service, person: Person) -> None:
    """Upload a roster with two faults, correct them, and find the new accounts and their unit."""
    person.opens("/imports/new?kind=roster")
    refused = person.uploads(week.roster(is_faulty=True))
    assert "整个文件没有导入" in refused
    assert "微信公众号" in refused
    assert "SL01" in refused
    person.clicks_on("main a.act[href^='/imports/new']", leaves=True)
    assert "新增2" in person.uploads(week.roster())
    person.clicks_on("form[action$='/apply'] button", leaves=True)
    assert UNIT in person.opens(f"/accounts/{NEW[0]}")
    person.clicks_on("main a[href^='/units/']", leaves=True)
    assert person.says.count("示例气象") >= len(NEW)
    until(lambda: "人工核查" in " ".join(todo(person)) if person.opens("/") else False, service, LONG)


def draft_a_bulletin(person: Person) -> None:
    """From the first page it takes two clicks to the draft of the bulletin."""
    person.opens("/")
    person.counts_anew()
    person.clicks_on("header a[href='/reports']", leaves=True)
    said = person.clicks_on(person.marked("生成月度通报"), leaves=True)
    assert person.clicks <= 2
    assert "月度通报" in said
    assert "送审稿" in said


def told_of_the_muted(person: Person, sent: str) -> int:
    """Return how many messages of deadlines to the unit were taken in."""
    return sum("【更新" in text and f"示例{MUTED}" in text for text in arrived(person, sent))


def see_how_to_begin_with_ones_own(person: Person) -> None:
    """The first line of every page leads to what has to be done for a county of one's own."""
    person.opens("/")
    said = person.clicks_on(person.marked("换成自己的台账", ".sample a"), leaves=True)
    assert "登记、导入的内容在重新启动后都会清空" in said
    assert "xuncha run" in said
