"""The page of a unit for the office and for its own people, what it asks for, and its calendar."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.core.account import AccountStatus, Platform, Role
from monitor.core.unit_proposal import MOST_OPEN
from monitor.store import Store, proposals, roster, unit_links
from monitor.store.audit import recent_audit
from tests.pipeline.build import account
from tests.web.permits import FEED, NOW, Visit, visit, words

STATIC = Path(__file__).parents[2] / "monitor" / "web" / "static"
UNIT = "/units/示例县教育局"


@pytest.fixture
async def at(empty: Store) -> Visit:
    by_hand = {"method": "人工"}
    return await visit(
        empty,
        account(2, "", platform=Platform.WEIBO, **by_hand),
        account(9, "", id="B01", unit="示例县水利局", **by_hand),
    )


def contact(at: Visit, **changes: str | list[str]) -> tuple[int, str]:
    fields: dict[str, str | list[str]] = {
        "act": "contact",
        "role": "liaison",
        "name": "联络员乙",
        "phone": "138 0000 0002",
        "from_on": "2026-11-16",
        "accounts": ["A01", "A02"],
    }
    return at.post(**(fields | changes))


def office(at: Visit, address: str, **fields: str) -> tuple[int, str]:
    """Send a form of the office's pages and return the status and the words of the page that follows."""
    token = re.search(r'name="csrf" value="([^"]+)"', at.client.get(address).text)
    assert token
    answer = at.client.post(address, data={"csrf": token[1]} | fields, follow_redirects=False)
    shown = at.client.get(answer.headers["location"]) if answer.status_code == 303 else answer
    return answer.status_code, words(shown.text)


def answered(at: Visit, number: int, **fields: str) -> tuple[int, str]:
    token = re.search(r'name="csrf" value="([^"]+)"', at.client.get(UNIT).text)
    shown = at.client.post(f"/proposals/{number}", data={"csrf": token[1] if token else ""} | fields)
    return shown.status_code, words(shown.text)


def test_a_new_contact_is_a_proposal_that_waits_and_changes_nothing_until_the_office_accepts_it(at: Visit) -> None:
    status, said = contact(at)
    assert (status, "已提交，示例县政府信息公开中心采纳后生效。" in said) == (200, True)
    assert "联络员改为联络员乙" in said
    with at.store.read() as tx:
        (before,) = roster.accounts(tx, ids=["A01"])
        assert [person.name for person in before.people(Role.LIAISON)] == ["联络员甲"]
    assert "采纳或退回单位提出的1项变更（联系人有变） 示例县教育局" in words(at.client.get("/").text)
    page = words(at.client.get("/proposals").text)
    assert "联络员 联络员甲 改为 联络员乙 13800000002" in page
    status, said = answered(at, 1, answer="accept")
    assert (status, "已采纳" in said) == (200, True)
    with at.store.read() as tx:
        for one in roster.accounts(tx, ids=["A01", "A02"]):
            assert [(person.name, person.phone, person.mail) for person in one.people(Role.LIAISON)] == [
                ("联络员乙", "13800000002", None)
            ]
            assert [person.name for person in one.people(Role.LEADER)] == ["责任领导甲"]
        (other,) = roster.accounts(tx, ids=["B01"])
        assert [person.name for person in other.people(Role.LIAISON)] == ["联络员甲"], "another unit's"
        actions = [act.action for act in recent_audit(tx)]
    assert actions[:2] == ["proposal accept", "proposal add"]
    assert "已采纳" in at.page()


def test_a_declined_proposal_changes_nothing_and_the_unit_reads_why(at: Visit) -> None:
    contact(at)
    assert answered(at, 1, answer="decline", why=" ")[0] == 422
    assert answered(at, 1, answer="decline", why="请先报备案表")[0] == 200
    assert "未采纳：请先报备案表" in at.page()
    status, said = answered(at, 1, answer="accept", why="")
    assert (status, "未采纳这项变更，您的处理没有登记。" in said) == (422, True)
    with at.store.read() as tx:
        (kept,) = roster.accounts(tx, ids=["A01"])
    assert [person.name for person in kept.people(Role.LIAISON)] == ["联络员甲"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"phone": "0578-1234567"}, "手机号“0578-1234567”应以1开头，请填写手机而不是座机"),
        ({"name": " "}, "请填写新联系人的姓名"),
        ({"role": "operator"}, "请选择变更的联系人"),
        ({"from_on": "下周"}, "自何日起无法识别"),
        ({"from_on": "2029-01-01"}, "应在一年以内"),
        ({"accounts": []}, "请勾选要变更的账号"),
    ],
)
def test_a_bad_proposal_is_refused_in_one_sentence_and_what_was_typed_stays(
    at: Visit, changes: dict[str, str | list[str]], said: str
) -> None:
    rows = at.rows()
    status, shown = contact(at, **changes)
    assert (status, said in shown) == (422, True)
    assert at.rows() == rows


def test_a_unit_asks_for_nothing_of_another_s_accounts(at: Visit) -> None:
    for fields in ({"accounts": ["B01"]}, {"accounts": ["A01", "B01"]}):
        assert contact(at, **fields)[0] == 404
    assert at.post(act="retire", account="B01", kind="paused", from_on="2026-11-16")[0] == 404
    with at.store.read() as tx:
        assert proposals.waiting(tx) == ()


def test_the_same_wish_is_not_kept_twice_and_wishes_are_bounded(at: Visit) -> None:
    assert contact(at)[0] == 200
    assert contact(at)[0] == 409
    for number in range(3, 3 + 2 * MOST_OPEN):
        contact(at, phone=f"138000000{number:02}")
    with at.store.read() as tx:
        assert len(proposals.waiting(tx)) == MOST_OPEN


@pytest.mark.parametrize(
    ("kind", "status"), [("paused", AccountStatus.PAUSED), ("deregistering", AccountStatus.DEREGISTERING)]
)
def test_an_account_that_is_used_no_more_is_so_once_the_office_accepts_it(
    at: Visit, kind: str, status: AccountStatus
) -> None:
    assert at.post(act="retire", account="A02", kind=kind, from_on="2026-11-16", note="人员不足")[0] == 200
    assert "人员不足" in words(at.client.get("/proposals").text)
    assert answered(at, 1, answer="accept")[0] == 200
    with at.store.read() as tx:
        (kept,) = roster.accounts(tx, ids=["A02"])
    assert kept.status is status


def test_an_account_that_was_closed_meanwhile_is_not_opened_again_by_what_was_asked_before(at: Visit) -> None:
    assert at.post(act="retire", account="A02", kind="paused", from_on="2026-11-16")[0] == 200
    with at.store.begin() as tx:
        closed = [replace(one, status=AccountStatus.CLOSED) for one in roster.accounts(tx, ids=["A02"])]
        roster.save_roster(tx, closed, effective_at=NOW, known_at=at.clock(), sources=at.made.parts.sources)
    status, said = answered(at, 1, answer="accept")
    assert (status, "没有可改的内容" in said) == (422, True)
    with at.store.read() as tx:
        assert roster.accounts(tx, ids=["A02"])[0].status is AccountStatus.CLOSED


def test_what_holds_from_a_later_day_on_is_accepted_on_that_day(at: Visit) -> None:
    assert contact(at, from_on="2026-11-18")[0] == 200
    assert "到11月18日才能采纳" in words(at.client.get("/proposals").text)
    assert answered(at, 1, answer="accept")[0] == 422
    at.clock.now += timedelta(days=2)
    assert answered(at, 1, answer="accept")[0] == 200


def calendar_of(at: Visit) -> str:
    """Begin a subscription and return its path."""
    address = re.search(
        r'data-copy="https://x\.example(/k/[^"]+/calendar\.ics)"', at.client.get(f"/k/{at.token()}").text
    )
    if address is None:
        assert at.post(act="subscribe", account="A01")[0] == 200
        return calendar_of(at)
    return address[1]


def test_the_calendar_shows_the_deadlines_of_the_unit_s_accounts_only_and_opening_it_changes_nothing(
    at: Visit,
) -> None:
    address = calendar_of(at)
    assert calendar_of(at) == address, "the same page shows the same address"
    rows = at.rows()
    answer = at.client.get(address)
    assert at.client.head(address).status_code == 200
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert "set-cookie" not in answer.headers
    text = answer.text.replace("\r\n ", "")
    assert "DTSTART;VALUE=DATE:20261114" in text
    assert "示例1" in text
    assert "B01" not in text
    assert "示例9" not in text
    assert at.rows() == rows


def test_a_calendar_keeps_its_uid_when_the_deadline_moves(at: Visit) -> None:
    address = calendar_of(at)
    before = at.client.get(address).text
    at.paste()
    after = at.client.get(address).text
    assert re.findall("UID:.*", before) == re.findall("UID:.*", after)
    assert "DTSTART;VALUE=DATE:20261130" in after


def test_a_calendar_that_was_ended_or_is_not_ours_opens_nothing(at: Visit) -> None:
    address = calendar_of(at)
    status, said = office(at, f"{UNIT}?stop=1&area=示例县", act="stop")
    assert (status, "已停用该单位此前的全部链接和日历地址" in said) == (303, True)
    assert at.client.get(address).status_code == 410
    assert at.client.get(f"/k/{at.token()}").status_code == 410
    number = re.search(r"/k/c(\d+)\.", address)
    assert number
    for forged in (f"/k/c{number[1]}.{'A' * 22}/calendar.ics", "/k/c1/calendar.ics", "/k/x/calendar.ics"):
        assert at.client.get(forged).status_code == 404


def test_the_office_sees_the_page_of_a_unit_with_its_cases_and_numbers_only_when_it_asks_for_them(at: Visit) -> None:
    contact(at)
    answered(at, 1, answer="accept")
    shown = words(at.client.get(UNIT).text)
    assert "示例1" in shown
    assert "单位的事项（1）" in shown
    assert "13800000002" not in at.client.get(UNIT).text
    assert "示例9" not in shown
    status, said = office(at, UNIT, act="phones")
    assert (status, "13800000002" in said) == (200, True)
    with at.store.read() as tx:
        assert recent_audit(tx)[0].action == "contacts show"


def test_the_office_pastes_on_the_page_of_a_unit_too(at: Visit) -> None:
    status, said = office(at, UNIT, act="paste", account="A01", link="没有链接")
    assert (status, "没有在文字里找到链接" in said) == (422, True)
    assert office(at, UNIT, act="paste", account="B01", link="https://a.cn/1")[0] == 404


def test_a_unit_that_is_not_there_is_said_so_and_of_two_of_one_name_the_area_decides(at: Visit) -> None:
    assert at.client.get("/units/没有的局").status_code == 404
    with at.store.begin() as tx:
        twin = replace(account(7, "", method="人工"), id="C01", area="邻县", name="邻县教育")
        everybody = [*roster.accounts(tx), twin]
        roster.save_roster(tx, everybody, effective_at=NOW, known_at=NOW, sources=at.made.parts.sources)
    assert "2个地区有“示例县教育局”，请选择" in words(at.client.get(UNIT).text)
    assert "邻县教育" in words(at.client.get(f"{UNIT}?area=邻县").text)
    assert "邻县教育" not in words(at.client.get(f"{UNIT}?area=示例县").text)
    assert "邻县教育" not in at.page(), "a link opens the unit of one area"


def test_the_page_of_a_link_is_small(at: Visit) -> None:
    page = at.client.get(f"/k/{at.token()}").content
    styles = (STATIC / "pico.classless.min.css").read_bytes() + (STATIC / "xuncha.css").read_bytes()
    assert len(gzip.compress(page)) + len(gzip.compress(styles)) <= 25_000


async def test_by_the_link_of_somebody_of_two_units_each_is_asked_for_its_own_accounts(empty: Store) -> None:
    both = await visit(empty, account(9, FEED, id="B01", unit="示例县水利局"))
    with both.store.read() as tx:
        assert len(unit_links.told_by(tx, both.message).units) == 2  # type: ignore[union-attr]  # it is there
    status, said = contact(both, accounts=["A01", "B01"])
    assert (status, "已提交" in said) == (200, True)
    with both.store.read() as tx:
        kept = [proposals.proposal(tx, number) for number in (1, 2)]
    assert {(one.proposal.unit.name, one.proposal.accounts) for one in kept if one} == {
        ("示例县教育局", ("A01",)),
        ("示例县水利局", ("B01",)),
    }
    assert contact(both, accounts=["A01", "没有的"])[0] == 404
