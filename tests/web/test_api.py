"""The interface for programs: what the pages show, nobody's number, and the link of a new post."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from monitor.core.claim import Verdict
from monitor.store import Store
from tests.web.county import ACCOUNTS, DINGTALK, MAIL, OVERDUE, PEOPLE, PHONE
from tests.web.permits import API_TOKEN, LINK, Visit, visit

READ = (
    "/api/v1/accounts",
    f"/api/v1/accounts/{OVERDUE.id}",
    f"/api/v1/observations?account={OVERDUE.id}",
    "/api/v1/findings",
    "/api/v1/findings?all=1",
    "/api/v1/cases",
    "/api/v1/messages",
    "/api/v1/messages?state=held",
)


NOTHING = {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "没有这一项。"}
PROBLEM = {"type", "title", "status", "detail"}


def got(client: TestClient, address: str) -> Any:  # noqa: ANN401 - whatever was answered
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.json()


@pytest.mark.parametrize("address", READ)
def test_every_answer_has_something_in_it_and_nobodys_number(client: TestClient, address: str) -> None:
    answer = json.dumps(got(client, address), ensure_ascii=False)
    assert len(answer) > len("[]")
    for secret in (PHONE, MAIL, DINGTALK, *(person.name for person in PEOPLE)):
        assert secret not in answer


def test_accounts_are_those_of_the_roster_with_their_newest_post(client: TestClient) -> None:
    shown = {entry["id"]: entry for entry in got(client, "/api/v1/accounts")}
    assert set(shown) == {account.id for account in ACCOUNTS}
    assert shown[OVERDUE.id]["newest"] == "2026-05-03T08:05:00+08:00"
    assert shown[OVERDUE.id]["muted_until"] is None


def test_an_account_s_id_may_hold_anything(client: TestClient) -> None:
    assert {got(client, f"/api/v1/accounts/{quote(account.id)}")["id"] for account in ACCOUNTS} == {
        account.id for account in ACCOUNTS
    }


def test_one_account_has_its_findings_and_cases(client: TestClient) -> None:
    shown = got(client, f"/api/v1/accounts/{OVERDUE.id}")
    assert ("UPD-01", "violated") in {(entry["rule"], entry["state"]) for entry in shown["findings"]}
    assert {case["account"] for case in shown["cases"]} == {OVERDUE.id}


def test_findings_leave_out_what_is_in_order_unless_asked(client: TestClient) -> None:
    some, everything = got(client, "/api/v1/findings"), got(client, "/api/v1/findings?all=1")
    assert {entry["state"] for entry in some}.isdisjoint({"ok", "not_applicable"})
    assert len(everything) > len(some)
    assert [entry["account"] for entry in got(client, f"/api/v1/findings?account={OVERDUE.id}")] == [OVERDUE.id] * len(
        got(client, f"/api/v1/findings?account={OVERDUE.id}")
    )


def test_what_is_not_there_is_404_in_json(client: TestClient) -> None:
    answer = client.get("/api/v1/accounts/X")
    assert (answer.status_code, answer.json()) == (404, NOTHING)


@pytest.fixture
async def at(empty: Store) -> Visit:
    return await visit(empty)


def paste(of: Visit, link: object = LINK, account: str = "A01", token: str | None = API_TOKEN) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = of.client.post(f"/api/v1/accounts/{account}/posts", json={"link": link}, headers=headers)
    return answer.status_code, answer.json()


def test_a_program_pastes_a_link_and_is_told_the_verdict(at: Visit) -> None:
    status, shown = paste(at)
    assert (status, shown["verdict"], shown["account"]) == (201, "proved", "A01")
    assert shown["post"]["published_at"] == "2026-11-16T09:30:00+08:00"
    assert paste(at)[0] == 409


def test_a_verdict_that_takes_nothing_says_why(at: Visit) -> None:
    status, shown = paste(at, "https://example.invalid/1")
    assert (status, shown["verdict"], shown["said"]) == (422, "misplaced", Verdict.MISPLACED.label)


@pytest.mark.parametrize(
    ("chosen", "status"),
    [
        ({"token": None}, 401),
        ({"token": API_TOKEN[:-1]}, 401),
        ({"account": "X"}, 404),
        ({"link": ""}, 400),
        ({"link": 5}, 400),
        ({"link": "x" * 20_000}, 413),
        ({"link": "x" * 2_001}, 400),
    ],
)
def test_what_cannot_be_taken_changes_nothing(at: Visit, chosen: dict[str, Any], status: int) -> None:
    before = at.rows()
    assert paste(at, **chosen)[0] == status
    assert at.rows() == before


def test_what_is_no_json_is_refused(at: Visit) -> None:
    headers = {"Authorization": f"Bearer {API_TOKEN}", "Content-Type": "application/json"}
    for body in (b"", b"[]", b'"x"', b"\xff", b'{"link"'):
        answer = at.client.post("/api/v1/accounts/A01/posts", content=body, headers=headers)
        assert answer.status_code == 400


async def test_without_a_token_in_the_settings_nobody_may(empty: Store) -> None:
    assert paste(await visit(empty, api_token=None))[0] == 401


LISTS = ("accounts", "findings?all=1", "cases?all=1", "messages", f"observations?account={OVERDUE.id}")


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_pages_reach_the_end_and_miss_nothing(client: TestClient, address: str, size: int) -> None:
    whole = got(client, f"/api/v1/{address}")
    found: list[object] = []
    following: str | None = f"/api/v1/{address}{'&' if '?' in address else '?'}limit={size}"
    while following:
        answer = client.get(following)
        assert 0 < len(answer.json()) <= size
        found += answer.json()
        link = re.fullmatch(r'<(/[^>]*)>; rel="next"', answer.headers.get("link", ""))
        following = link[1] if link else None
    assert found == whole


def test_messages_about_a_unit_that_nobody_knows_are_404(client: TestClient) -> None:
    answer = client.get("/api/v1/messages?unit=x")
    assert (answer.status_code, answer.json()["detail"]) == (404, "台账中没有主办单位“x”，请核对名称。")


@pytest.mark.parametrize(
    "address",
    [
        "accounts?page=5",
        f"accounts/{OVERDUE.id}?all=1",
        "findings?state=ok",
        "findings?all=x",
        "findings?all=",
        "findings?all=1&all=1",
        "cases?limit=0",
        "cases?limit=-1",
        "cases?limit=x",
        "cases?limit=1e3",
        "cases?limit=",
        "cases?limit=1001",
        f"cases?limit={'9' * 20}",
        "cases?cursor=",
        "cases?cursor=W10",
        "cases?cursor=WyIyMDI2LTA1LTAxIiwgMV0",
        f"cases?cursor={'x' * 6001}",
        "messages?state=x",
        "observations",
        "observations?account=",
        "cases?%E2%80%AE=1",
    ],
)
def test_a_parameter_that_means_nothing_is_refused(client: TestClient, address: str) -> None:
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == (404 if "cursor=W" in address else 400)
    assert set(answer.json()) == PROBLEM
    assert answer.json()["detail"].endswith("。")


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/api/", 404),
        ("GET", "/api/v2/accounts", 404),
        ("GET", "/api/v1/nothing", 404),
        ("POST", "/api/v1/cases", 405),
        ("DELETE", f"/api/v1/accounts/{OVERDUE.id}", 405),
        ("PUT", "/api/v1/accounts", 405),
        ("GET", "/api/v1/accounts/%ff", 400),
    ],
)
def test_errors_are_json_wherever_they_come_from(client: TestClient, method: str, address: str, status: int) -> None:
    answer = client.request(method, address)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert set(answer.json()) == PROBLEM
    assert ("allow" in answer.headers) == (status == 405)
    assert client.get("/api/v1/cases", headers={"host": "evil.invalid"}).json()["detail"]
