"""Requests that are meant to break the interface: each is answered in one Chinese sentence, and changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from monitor.core.token_scope import TokenScope
from monitor.store import Store
from monitor.web.api.operation import Acting, ListReading, Operation
from monitor.web.api.routes import OPERATIONS, ROOT
from tests.actions.test_every_action import content
from tests.web.conftest import client_of
from tests.web.county import OVERDUE, Surroundings, fill
from tests.web.test_api_tokens import a_case, bearer, issued

PROBLEM = {"type", "title", "status", "detail"}


@dataclass
class Program:
    """A program with every scope."""

    client: TestClient
    headers: dict[str, str]
    store: Store

    def post(self, address: str, written: bytes, **headers: str) -> Response:
        given = self.headers | {"Content-Type": "application/json"} | headers
        return self.client.post(f"{ROOT}{address}", content=written, headers=given)


@pytest.fixture
def program(empty: Store, around: Surroundings) -> Program:
    fill(empty)
    return Program(client_of(empty, around), bearer(issued(empty, around, *TokenScope)), empty)


def is_a_problem(answer: Response, *statuses: int) -> None:
    assert answer.status_code in statuses, (answer.status_code, answer.text[:200])
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert set(said) == PROBLEM
    assert said["status"] == answer.status_code
    assert said["detail"].endswith("。")
    assert not said["detail"].isascii()


DECISION = b'{"ruling": "rejected", "note": "%s"}'
BODIES = {
    "nothing": b"",
    "no object": b"[]",
    "a text": b'"x"',
    "a number beyond all": b'{"ruling": 1e400}',
    "not a number": b'{"ruling": NaN}',
    "a field twice": b'{"ruling": "rejected", "ruling": "exempted"}',
    "a field twice inside": b'{"ruling": "rejected", "more": {"a": 1, "a": 2}}',
    "deep": b'{"ruling": ' + b"[" * 8000 + b"]" * 8000 + b"}",
    "deep and open": b"[" * 16000,
    "huge": DECISION % (b"x" * 20_000),
    "a NUL": b'{"ruling": "rejected", "note": "\\u0000"}',
    "a raw NUL": b'{"ruling": "rejected", "note": "\x00"}',
    "half a character": b'{"ruling": "rejected", "note": "\\ud800"}',
    "a byte order mark": b"\xef\xbb\xbf" + DECISION % b"",
    "UTF-16": '{"ruling": "rejected"}'.encode("utf-16"),
    "no UTF-8": b'{"ruling": "rejected", "note": "\xff"}',
    "cut off": b'{"ruling": "rej',
    "a comma": b'{"ruling": "rejected",}',
    "a field that is unknown": b'{"ruling": "rejected", "__proto__": {}}',
    "a date beyond all": b'{"ruling": "exempted", "until": "99999-01-01"}',
    "a number for a date": b'{"ruling": "exempted", "until": 1e400}',
    "a digit too many": b'{"ruling": "exempted", "until": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_that_cannot_be_is_refused_and_changes_nothing(program: Program, body: bytes) -> None:
    address = f"/cases/{a_case(program.store)}/decisions"
    program.client.get(f"{ROOT}/token", headers=program.headers)  # whose use is written down first
    before = content(program.store)
    is_a_problem(program.post(address, body), 400, 413)
    assert content(program.store) == before


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp"]
)
def test_a_body_of_another_kind_is_refused(program: Program, kind: str) -> None:
    answer = program.post(f"/cases/{a_case(program.store)}/close", b"{}", **{"Content-Type": kind})
    is_a_problem(answer, 415)


@pytest.mark.parametrize(
    "address",
    [
        "/cases?access_token={token}",
        "/cases?token={token}",
        "/cases?authorization=Bearer%20{token}",
    ],
)
def test_a_token_in_an_address_is_refused(program: Program, address: str) -> None:
    secret = program.headers["Authorization"].removeprefix("Bearer ")
    for method in ("GET", "POST"):
        answer = program.client.request(method, ROOT + address.replace("{token}", secret))
        is_a_problem(answer, 400, 401, 405)
        assert secret not in answer.text


PATHS = (
    "/accounts/%2e%2e%2f%2e%2e%2fetc",
    "/accounts/JY%2F%3Cb%3E&",
    "/accounts/%00",
    "/accounts/%ff",
    "/accounts/%ed%a0%80",
    "/accounts/%F0%9F%98%80",
    "/accounts/" + "x" * 5000,
    "/accounts//",
    "/cases/0",
    "/cases/-1",
    "/cases/1e9",
    "/cases/٣",
    "/cases/\uff19",
    "/cases/99999999999999999999",
    "/cases/9223372036854775808",
    "/cases/1/",
    "/messages/" + "%25" * 50,
    "/units/%2F",
    "/imports/uploads/..%2f..%2fpasswd",
    "/reports/1/files/..%2ftext.docx",
    "/looks/x",
)


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


@pytest.mark.parametrize("method", METHODS)
def test_an_odd_address_never_breaks_anything(program: Program, method: str) -> None:
    for path in PATHS:
        answer = program.client.request(method, f"{ROOT}{path}", headers=program.headers, follow_redirects=True)
        assert answer.status_code < 500, (path, answer.text)
        if answer.status_code >= 400 and method != "HEAD":
            is_a_problem(answer, answer.status_code)


def test_every_address_says_which_methods_it_takes(program: Program) -> None:
    for operation in OPERATIONS:
        _takes(program, operation)


def _takes(program: Program, operation: Operation) -> None:
    address = ROOT + operation.path.replace("{account_id:path}", OVERDUE.id)
    for name in ("number", "message_id", "upload_id", "name", "name:path"):
        address = address.replace(f"{{{name}}}", "1")
    for method in ("OPTIONS", "PUT", "DELETE"):
        answer = program.client.request(method, address, headers=program.headers)
        is_a_problem(answer, 405)
        assert ("POST" if isinstance(operation, Acting) else "GET") in answer.headers["allow"]


def test_a_head_says_what_a_get_would_without_its_content(program: Program) -> None:
    got = program.client.get(f"{ROOT}/cases?limit=1", headers=program.headers)
    head = program.client.head(f"{ROOT}/cases?limit=1", headers=program.headers)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("etag", "link", "content-type"):
        assert head.headers[name] == got.headers[name]


LISTS = tuple(one for one in OPERATIONS if isinstance(one, ListReading))
CURSORS = ("W10", "WzFd", "WyJ4Il0", "bnVsbA", "WzFlNDAwXQ", "W1tbW1tdXV1dXQ", "x" * 2000, "___")


@pytest.mark.parametrize("operation", LISTS, ids=lambda one: one.name)
def test_a_cursor_that_nobody_gave_out_is_refused_or_leads_to_what_may_be_seen(
    program: Program, operation: ListReading
) -> None:
    more = "&account=" + OVERDUE.id if operation.name == "listObservations" else ""
    more += "&figure=accounts" if operation.name == "listCounted" else ""
    address = operation.path.replace("{account_id:path}", OVERDUE.id).replace("{number}", "1")
    for cursor in CURSORS:
        answer = program.client.get(f"{ROOT}{address}?cursor={cursor}{more}", headers=program.headers)
        assert answer.status_code in {200, 400, 403, 404}, (cursor, answer.text)


def test_two_authorizations_are_none(program: Program) -> None:
    shown = program.headers["Authorization"]
    answer = program.client.get(
        f"{ROOT}/cases", headers=[("Authorization", shown), ("Authorization", "Bearer xuncha_other")]
    )
    is_a_problem(answer, 401)
