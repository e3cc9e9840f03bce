"""What people without a login may do by the links of their messages, and what a link that is not good does: nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from monitor.core.account import Platform, UnitKey
from monitor.core.claim import MOST_BY_TOKEN
from monitor.core.observation import Reason
from monitor.core.token import Purpose, Refused
from monitor.store import Store, unit_links
from monitor.store.audit import recent_audit
from monitor.store.cases import Which, cases
from monitor.store.claims import waiting
from monitor.store.roster import accounts, save_roster
from monitor.web.refusals import MOST
from tests.pipeline.build import account, feed
from tests.web.conftest import client_of
from tests.web.county import Surroundings
from tests.web.permits import ARTICLE, FEED, LINK, NOW, Visit, visit, words

WHERE = "127.0.0.1"
"""From where Starlette's client comes."""


LATER = NOW + timedelta(minutes=10)
BY_HAND = {"method": "人工"}


@pytest.fixture
async def at(empty: Store) -> Visit:
    return await visit(
        empty,
        account(2, "", platform=Platform.WEIBO, **BY_HAND),
        account(9, "", id="B01", unit="示例县水利局", **BY_HAND),
    )


def test_the_one_link_of_a_message_opens_the_page_of_the_unit_and_opening_changes_nothing(at: Visit) -> None:
    before = at.rows()
    links = re.findall(r"\[([^\]]*)\]\(([^)]*)\)", at.body)
    assert [text for text, _ in links] == ["打开本单位页面，提交链接、登记知悉"], (
        "one link, and none that its reader cannot open"
    )
    address = links[0][1].removeprefix("https://x.example")
    page = at.client.get(address)
    assert page.status_code == 200
    assert "示例1" in page.text
    loaded = re.findall(r"""(?:src|href|action)\s*=\s*["']?([^"'\s>]+)""", page.text)
    assert loaded
    assert all(entry.startswith(("/static/", "tel:", "#")) for entry in loaded), "a proxy lets through nothing else"
    assert "htmx" not in page.text
    assert at.client.head(address).status_code == 200
    assert at.rows() == before


def test_who_presses_the_button_has_the_case_and_the_page_says_who_and_when(at: Visit) -> None:
    status, said = at.post(act="acknowledge")
    assert (status, "已记录由您负责" in said, "已知悉，由我处理" in said) == (200, True, False)
    with at.store.read() as tx:
        (case,) = cases(tx, which=Which.OPEN)
    (told,) = case.acknowledgements
    assert (told.person, told.by) == ("liaison@example.invalid", "联络员甲")
    assert re.search(r"已于11月16日\d\d:\d\d由联络员甲知悉", at.page())


def test_who_says_twice_that_they_have_it_is_told_when_and_who_did(at: Visit) -> None:
    at.post(act="acknowledge")
    after = at.rows()
    status, said = at.post(act="acknowledge")
    assert (status, at.rows()) == (409, after)
    assert re.search(r"已于11月16日\d\d:\d\d由联络员甲知悉，不必重复。", said)


def test_the_account_of_the_message_stands_first_with_its_light_its_deadline_and_one_open_field(at: Visit) -> None:
    page = at.client.get(f"/k/{at.token()}").text
    first, *others = re.findall(r"<article.*?</article>", page, re.DOTALL)
    assert "示例1" in first
    assert "超期" in first
    assert "最近更新10月31日，已 16天" in words(first)
    assert "期限11月14日 已过2天" in words(first)
    assert "<details" not in first
    assert others
    assert all("<details" in other for other in others)
    assert "示例县水利局" not in page, "another unit's account"
    assert "示例9" not in page


async def test_a_pasted_share_text_is_proved_ends_the_case_at_once_and_turns_the_light_green(at: Visit) -> None:
    status, said = at.paste(link=f"示例发布的一篇文章：{LINK} 复制后打开")
    assert status == 200
    assert "已取出链接mp.weixin.qq.com/s/Shili0fabu1Huiyi2Zhaokai。" in said
    assert "已办结：11月16日09:30发布，新的期限11月30日（周一）。无需再报。" in said
    assert "● 正常 最近更新11月16日" in said
    with at.store.read() as tx:
        assert cases(tx, which=Which.OPEN) == ()


@pytest.mark.parametrize("link", [LINK, LINK.removeprefix("https://"), f"  {LINK}\n"])
def test_a_link_without_its_scheme_or_among_blanks_is_taken_as_it_is(at: Visit, link: str) -> None:
    status, said = at.paste(link=link)
    assert (status, "已取出链接" in said, "已办结" in said) == (200, False, True)


@pytest.mark.parametrize("link", ["", "已经发布了，请查看", "示例发布 a@b.com", "https://", "：//"])
def test_where_no_link_is_found_that_is_said_nothing_is_asked_for_and_what_was_typed_stays(
    at: Visit, link: str
) -> None:
    rows, asked = at.rows(), at.asked()
    answer = at.client.post(f"/k/{at.token()}", data={"act": "paste", "account": "A01", "link": link})
    assert answer.status_code == 422
    assert "没有在文字里找到链接，请点“复制链接”后再粘贴。" in answer.text
    assert f'value="{link}"' in answer.text
    assert (at.rows(), at.asked()) == (rows, asked)
    assert at.paste()[0] == 200


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("https://weibo.com/1234567890/AbCdEf123", "这是微博的链接，“示例1”是微信订阅号账号，没有登记。"),
        ("https://www.douyin.com/video/7300000000000000000", "这是抖音的链接，“示例1”是微信订阅号账号，没有登记。"),
    ],
)
def test_a_link_of_another_platform_is_called_by_its_name(at: Visit, link: str, said: str) -> None:
    status, shown = at.paste(link=link)
    assert (status, said in shown, "请粘贴微信订阅号的链接" in shown) == (422, True, True)


def test_an_article_for_an_account_of_another_platform_is_told_apart_as_one_of_an_official_account(at: Visit) -> None:
    status, shown = at.paste(account="A02")
    assert status == 422
    assert "这是微信公众号的链接，“示例2”是微博账号，没有登记。请粘贴微博的链接。" in shown


def test_what_is_too_long_for_any_share_text_is_not_read(at: Visit) -> None:
    status, shown = at.paste(link=f"{LINK}{'x' * 20_000}")
    assert (status, "内容过长" in shown) == (413, True)


async def test_a_post_of_somebody_else_is_named_by_its_author(empty: Store) -> None:
    at = await visit(
        empty, account(3, "", platform=Platform.WEIXIN_SUBSCRIPTION, platform_id="MzkwMDAwMDAwMg==", **BY_HAND)
    )
    status, shown = at.paste(account="A03")
    assert status == 422
    assert re.search(r"这篇是“[^”]+”发的，没有登记。请粘贴“示例3”自己发布的链接。", shown)


@pytest.mark.parametrize("stranger", ["B01", "A99", "", "../A01"])
def test_an_account_that_is_not_the_unit_s_is_not_registered_and_nothing_is_asked_for(at: Visit, stranger: str) -> None:
    rows, asked = at.rows(), at.asked()
    status, shown = at.paste(account=stranger)
    assert (status, "本链接只能登记贵单位的账号，没有登记。" in shown) == (404, True)
    assert (at.rows(), at.asked()) == (rows, asked)


async def test_an_account_that_has_left_the_roster_is_said_to_be_there_no_more(at: Visit) -> None:
    with at.store.begin() as tx:
        left = [one for one in accounts(tx) if one.id != "A01"]
        sources = at.made.parts.sources
        save_roster(tx, left, effective_at=LATER, known_at=LATER, sources=sources, remove_missing=True)
    at.clock.now = LATER
    status, shown = at.paste()
    assert (status, "这个账号已不在贵单位台账中，没有登记。" in shown) == (404, True)
    assert "示例2" in at.page(), "the others of the unit are there"


async def test_an_account_that_goes_to_another_unit_does_not_take_the_link_along(at: Visit) -> None:
    with at.store.begin() as tx:
        (moved,) = accounts(tx, ids=["A01"])
        moved = replace(moved, unit="示例县水利局")
        save_roster(tx, [moved], effective_at=LATER, known_at=LATER, sources=at.made.parts.sources)
    at.clock.now = LATER
    page = at.page()
    assert "示例县水利局" not in page
    assert "示例9" not in page
    assert at.paste(account="B01")[0] == 404


async def test_an_older_post_leaves_the_deadline_as_it_is_and_says_which_days(at: Visit) -> None:
    at.made.parts.door.bodies[FEED] = feed(NOW + timedelta(days=1))  # type: ignore[attr-defined]  # canned
    at.made.clock.moment = at.clock.now = NOW + timedelta(days=2)
    await at.made.look()
    status, shown = at.paste()
    assert (status, "11月16日发布，早于已知的11月17日，期限不变。" in shown) == (422, True)


def test_a_link_that_is_repeated_is_said_to_be_there_since_when(at: Visit) -> None:
    at.paste()
    at.clock.now = at.made.clock.moment = NOW + timedelta(days=3)
    count = at.rows().count("PROVED")
    status, shown = at.paste()
    assert (status, "这条已于11月16日登记，无需再报。" in shown) == (422, True)
    assert at.rows().count("PROVED") == count


@pytest.mark.parametrize("article", [Reason.TIMEOUT, Reason.RATE_LIMITED])
async def test_a_link_that_cannot_be_opened_is_the_office_s_to_look_at(empty: Store, article: Reason) -> None:
    at = await visit(empty, article=article)
    status, shown = at.paste()
    assert status == 200
    assert "暂时打不开，已转示例县政府信息公开中心（0578-0000000）人工核实；核实前期限照旧。" in shown
    assert "已粘贴的1条链接正在由示例县政府信息公开中心人工核实" in shown
    assert "核实粘贴的链接" in words(at.client.get("/").text), "a task of the operator"


async def test_a_link_that_could_not_be_opened_is_no_repetition_once_it_can_be(empty: Store) -> None:
    at = await visit(empty, article=Reason.TIMEOUT)
    at.paste()
    at.made.parts.door.bodies[LINK] = ARTICLE  # type: ignore[attr-defined]  # canned
    status, shown = at.paste()
    assert (status, "已办结" in shown) == (200, True)
    with at.store.read() as tx:
        assert waiting(tx) == (), "nobody has to look any more"


@pytest.mark.parametrize("purpose", [Purpose.ACKNOWLEDGE, Purpose.PASTE])
def test_links_of_messages_sent_before_open_the_same_page_and_their_forms_do_what_they_said(
    at: Visit, purpose: Purpose
) -> None:
    token = at.token(purpose)
    assert at.page(token) == at.page()
    fields = {"account": "A01", "link": LINK} if purpose is Purpose.PASTE else {}
    status, said = at.post(token, **fields)
    done = "已记录由您负责" if purpose is Purpose.ACKNOWLEDGE else "已办结"
    assert (status, done in said) == (200, True)


def test_links_that_are_not_good_change_nothing_and_say_why(at: Visit) -> None:
    before = at.rows()
    expired = at.token(until=at.clock() - timedelta(seconds=1))
    of_no_message = at.token(message="20260101-000000000000")
    forged = at.token()[:-1] + "!"
    for token, refused in (
        (expired, Refused.EXPIRED),
        (of_no_message, Refused.OVER),
        (forged, Refused.FORGED),
        ("x", Refused.FORGED),
    ):
        for answer in (at.client.get(f"/k/{token}"), at.client.post(f"/k/{token}")):
            assert answer.status_code in {403, 410}
            assert refused.label.partition("{")[0] in answer.text
            assert "tel:05780000000" in answer.text
    assert at.rows() == before


def test_when_the_account_has_been_updated_there_is_nothing_left_to_say(at: Visit) -> None:
    at.paste()
    status, said = at.post(act="acknowledge")
    assert (status, "这条消息中的事项已经办结，无需再作处理。" in said) == (409, True)
    assert "已知悉，由我处理" not in at.page()


def test_a_link_that_the_office_has_ended_opens_nothing_and_one_of_a_later_message_does(at: Visit) -> None:
    token, unit = at.token(), UnitKey("示例县", "示例县教育局")
    with at.store.begin() as tx:
        unit_links.stop_links(tx, unit, at=at.clock())
    for answer in (at.client.get(f"/k/{token}"), at.client.post(f"/k/{token}", data={"act": "acknowledge"})):
        assert answer.status_code == 410
        assert "链接已停用。请用最近一条消息里的链接，或打电话给" in answer.text
        assert "tel:05780000000" in answer.text
        assert "示例1" not in answer.text
    at.clock.now += timedelta(minutes=1)
    assert "示例1" in at.page()


def test_without_a_key_no_link_is_good(empty: Store, at: Visit) -> None:
    client = client_of(empty, Surroundings())
    assert client.post(f"/k/{at.token(Purpose.ACKNOWLEDGE)}").status_code == 403


async def test_too_many_links_by_one_message_are_refused_before_anything_is_asked(at: Visit) -> None:
    for _ in range(MOST_BY_TOKEN):
        assert at.paste(link="https://weibo.com/1/2")[0] == 422
    rows, asked = at.rows(), at.asked()
    status, said = at.paste()
    assert (status, "今天登记次数已满，没有登记。请打电话给" in said) == (429, True)
    assert (at.rows(), at.asked()) == (rows, asked)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_signed_link_neither_sets_nor_reads_a_session(at: Visit, purpose: Purpose) -> None:
    address, rows = f"/k/{at.token(purpose)}", at.rows()
    plain = at.client.get(address)
    for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"):
        answer = at.client.request(method, address, headers={"cookie": "session=x; __Host-session=y"})
        assert "set-cookie" not in answer.headers
        if method == "GET":
            assert answer.content == plain.content
    assert at.rows() == rows
    assert "set-cookie" not in at.client.post(address).headers


def test_refusals_are_on_the_audit_log_once_an_hour_from_each_address_and_opening_a_link_writes_nothing(
    at: Visit,
) -> None:
    expired = at.token(Purpose.ACKNOWLEDGE, until=at.clock() - timedelta(seconds=1))
    for _ in range(3):
        at.client.get("/k/x")
        at.client.head(f"/k/{expired}")
    assert at.refused() == []
    for number in range(300):
        at.client.post(f"/k/{number}")
        at.client.post(f"/k/{expired}")
        at.client.post("/api/v1/accounts/A01/posts", json={"link": LINK}, headers={"Authorization": f"Bearer {number}"})
    once = [("link refuse", "forged", WHERE), ("link refuse", "expired", WHERE), ("api refuse", "token", WHERE)]
    assert at.refused() == once
    at.clock.now += timedelta(hours=1)
    at.client.post("/k/x")
    assert at.refused() == [*once, once[0]]


def test_refusals_from_everywhere_are_bounded(at: Visit) -> None:
    for number in range(MOST + 50):
        client = TestClient(at.client.app, base_url="http://127.0.0.1", client=(f"203.0.113.{number}", 1))
        client.post("/k/x")
    assert len(at.refused()) == MOST


def test_what_a_link_did_is_on_the_audit_log_with_the_address(at: Visit) -> None:
    at.post(act="acknowledge")
    at.paste()
    with at.store.read() as tx:
        told, said, *_ = recent_audit(tx)
    assert (said.action, said.actor, said.address) == ("case acknowledge", "联络员甲", WHERE)
    assert (told.action, told.actor, told.object, told.detail, told.after, told.address) == (
        "link register",
        "联络员甲",
        "A01",
        LINK,
        "proved",
        WHERE,
    )
