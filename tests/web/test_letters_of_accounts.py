"""The hand-over file of an account and the random sample, as pages hand them out."""

from __future__ import annotations

import io
import re

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from monitor.core.user import UserRole
from monitor.store import Store
from monitor.store.audit import recent_audit
from tests.documents.word.build import paragraphs
from tests.web.conftest import client_of
from tests.web.county import HOSTILE, NEAR, Surroundings, fill
from tests.web.sessions import closed


@pytest.fixture
def own(empty: Store, around: Surroundings) -> TestClient:
    fill(empty)
    return client_of(empty, around)


def kept(store: Store, action: str) -> list[tuple[str, str]]:
    with store.read() as tx:
        return [(act.object, act.detail) for act in recent_audit(tx) if act.action == action]


@pytest.mark.parametrize("id_", [NEAR.id, HOSTILE.id])
def test_the_hand_over_file_is_linked_from_the_account_and_who_took_it_is_kept(
    own: TestClient, empty: Store, id_: str
) -> None:
    page = own.get("/accounts/" + id_.replace("<", "%3C").replace("&", "%26")).text
    (link,) = re.findall(r'href="([^"]+/handover\.docx)" download>账号交接单', page)
    answer = own.get(link)
    assert answer.status_code == 200
    assert "政务新媒体账号交接单" in paragraphs(answer.content)
    assert kept(empty, "handover") == [("账号交接单.docx", id_)]


def test_who_may_not_take_people_s_data_out_has_no_link_and_gets_no_file(empty: Store, around: Surroundings) -> None:
    fill(empty)
    office = closed(empty, around)
    office.user("某员", UserRole.READER)
    browser = office.logged_in("某员")
    assert "账号交接单" not in browser.get(f"/accounts/{NEAR.id}").text
    assert browser.get(f"/accounts/{NEAR.id}/handover.docx").status_code == 403
    assert kept(empty, "handover") == []


def test_of_no_account_there_is_no_hand_over_file(own: TestClient) -> None:
    assert own.get("/accounts/X-999/handover.docx").status_code == 404


def drawn(own: TestClient, **asked: str) -> tuple[str, list[str]]:
    """Return the head of a sample and the accounts in it."""
    answer = own.get("/reports/sample.xlsx", params=asked)
    assert answer.status_code == 200, answer.text
    cells = list(load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True))
    head = next(str(row[0]) for row in cells if str(row[0]).startswith("种子"))
    return head, [str(row[2]) for row in cells if isinstance(row[0], int)]


def test_the_same_seed_draws_the_same_accounts_and_is_kept(own: TestClient, empty: Store) -> None:
    page = own.get("/reports").text
    assert 'action="/reports/sample.xlsx"' in page
    period = re.findall(r'<select id="sample-period".*?value="([^"]+)"', page, re.DOTALL)[0]
    asked = {"period": period, "count": "2", "seed": "三月"}
    head, first = drawn(own, **asked)
    assert len(first) == 2
    assert "种子：三月" in head
    assert drawn(own, **asked)[1] == first
    assert [detail.endswith("种子三月") for _, detail in kept(empty, "report sample")] == [True, True]


def test_without_a_seed_one_of_chance_is_drawn_and_told(own: TestClient, empty: Store) -> None:
    head, found = drawn(own, period="", count="", seed="")
    assert len(found) == 1, "one in ten"
    (kept_seed,) = re.findall(r"种子(\w{16})$", kept(empty, "report sample")[0][1])
    assert kept_seed in head


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"period": "2026-Q9"}, "不是期间"),
        ({"period": "2027-Q1"}, "还没有开始"),
        ({"count": "0"}, "抽取个数应为1至100000的整数"),
        ({"count": "many"}, "抽取个数应为1至100000的整数"),
        ({"count": "1" * 40}, "抽取个数应为1至100000的整数"),
        ({"seed": "x" * 61}, "种子应为1至60个可见字符"),
        ({"seed": "a\u202eb"}, "种子应为1至60个可见字符"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_a_sentence(
    own: TestClient, empty: Store, asked: dict[str, str], said: str
) -> None:
    answer = own.get("/reports/sample.xlsx", params=asked)
    assert (answer.status_code, said in answer.text) == (400, True)
    assert kept(empty, "report sample") == []
