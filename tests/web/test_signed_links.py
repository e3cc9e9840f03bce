"""What people without a login may do by the links of their messages, and what a link that is not good does: nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from monitor.core.claim import MOST_BY_TOKEN, Verdict
from monitor.core.token import Purpose, Refused
from monitor.store import Store
from monitor.store.audit import recent_audit
from monitor.store.cases import Which, cases
from monitor.web.refusals import MOST
from tests.web.conftest import client_of
from tests.web.county import Surroundings
from tests.web.permits import LINK, Visit, visit

WHERE = "testclient"
"""From where Starlette's client comes."""


@pytest.fixture
async def at(empty: Store) -> Visit:
    return await visit(empty)


def test_the_links_of_a_message_open_their_pages_and_opening_changes_nothing(at: Visit) -> None:
    before = at.rows()
    links = dict(re.findall(r"\[([^\]]*)\]\(https://x\.example(/k/[^)]*)\)", at.body))
    assert list(links) == ["已知悉，由我处理", "已发布，提交链接"]
    for address in links.values():
        page = at.client.get(address)
        assert page.status_code == 200
        assert "联络员甲" in page.text
        assert "示例1" in page.text
        assert "/accounts" not in page.text
        loaded = re.findall(r"""(?:src|href|action)\s*=\s*["']?([^"'\s>]+)""", page.text)
        assert loaded
        assert all(entry.startswith(("/static/", "#")) for entry in loaded), "a proxy lets through nothing else"
        assert at.client.head(address).status_code == 200
    assert at.rows() == before


def test_who_presses_the_button_has_the_case(at: Visit) -> None:
    answer = at.client.post(f"/k/{at.token(Purpose.ACKNOWLEDGE)}")
    assert "已记录由您负责" in answer.text
    with at.store.read() as tx:
        (case,) = cases(tx, which=Which.OPEN)
    (said,) = case.acknowledgements
    assert (said.person, said.by) == ("liaison@example.invalid", "联络员甲")


async def test_a_pasted_link_is_proved_and_ends_the_case(at: Visit) -> None:
    status, said = at.paste(at.token(Purpose.PASTE))
    assert status == 200
    assert Verdict.PROVED.label in said
    await at.made.settle()
    with at.store.read() as tx:
        assert cases(tx, which=Which.OPEN) == ()


@pytest.mark.parametrize(
    ("link", "status", "said"),
    [
        ("", 400, "链接为空，请粘贴新发布内容的链接后再提交。"),
        ("https://weibo.com/1/2", 422, Verdict.MISPLACED.label),
        (f"{LINK}{'x' * 20_000}", 413, "内容过长"),
    ],
)
def test_what_is_not_taken_is_said_and_may_be_tried_again(at: Visit, link: str, status: int, said: str) -> None:
    token = at.token(Purpose.PASTE)
    answered, shown = at.paste(token, link)
    assert answered == status
    assert said in shown
    assert at.paste(token)[0] == 200


def test_a_link_for_an_account_that_the_message_did_not_tell_of_is_refused(at: Visit) -> None:
    before = at.rows()
    assert at.paste(at.token(Purpose.PASTE), account="A99")[0] == 410
    assert at.rows() == before


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_that_was_used_changes_nothing_more_and_says_so(at: Visit, purpose: Purpose) -> None:
    token = at.token(purpose)
    first = at.client.post(f"/k/{token}", data={"account": "A01", "link": LINK})
    assert first.status_code == 200
    after = at.rows()
    again = at.client.post(f"/k/{token}", data={"account": "A01", "link": LINK})
    assert again.status_code in {409, 422}
    assert any(said in again.text for said in (Refused.SPENT.label, Verdict.REPEATED.label))
    if purpose is Purpose.ACKNOWLEDGE:
        assert at.rows() == after


def test_links_that_are_not_good_change_nothing_and_say_why(at: Visit) -> None:
    before = at.rows()
    expired = at.token(Purpose.ACKNOWLEDGE, until=at.clock() - timedelta(seconds=1))
    of_no_message = at.token(Purpose.ACKNOWLEDGE, message="20260101-000000000000")
    forged = at.token(Purpose.ACKNOWLEDGE)[:-1] + "!"
    for token, refused in (
        (expired, Refused.EXPIRED),
        (of_no_message, Refused.OVER),
        (forged, Refused.FORGED),
        ("x", Refused.FORGED),
    ):
        for answer in (at.client.get(f"/k/{token}"), at.client.post(f"/k/{token}")):
            assert answer.status_code in {403, 410}
            assert refused.label.partition("{")[0] in answer.text
    assert at.rows() == before


async def test_when_the_account_has_been_updated_there_is_nothing_left_to_say(at: Visit) -> None:
    at.paste(at.token(Purpose.PASTE))
    await at.made.settle()
    answer = at.client.post(f"/k/{at.token(Purpose.ACKNOWLEDGE)}")
    assert answer.status_code == 410
    assert Refused.OVER.label in answer.text


def test_without_a_key_no_link_is_good(empty: Store, at: Visit) -> None:
    client = client_of(empty, Surroundings())
    assert client.post(f"/k/{at.token(Purpose.ACKNOWLEDGE)}").status_code == 403


async def test_too_many_links_by_one_message_are_refused_before_anything_is_asked(at: Visit) -> None:
    token = at.token(Purpose.PASTE)
    for _ in range(MOST_BY_TOKEN):
        assert at.paste(token, "https://weibo.com/1/2")[0] == 422
    rows, asked = at.rows(), at.asked()
    status, said = at.paste(token)
    assert (status, "今天通过这条消息提交的链接过多" in said) == (429, True)
    assert (at.rows(), at.asked()) == (rows, asked)


async def test_a_token_that_is_used_up_has_nothing_asked_of_anybody(at: Visit) -> None:
    token = at.token(Purpose.PASTE)
    assert at.paste(token)[0] == 200
    asked = at.asked()
    assert at.paste(token, "https://mp.weixin.qq.com/s/Shili0fabu1Huiyi2Lingyi")[0] == 409
    assert at.asked() == asked


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
    at.client.post(f"/k/{at.token(Purpose.ACKNOWLEDGE)}")
    at.paste(at.token(Purpose.PASTE))
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
