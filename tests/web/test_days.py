"""Days of years that nothing can be of, in every form that takes a day: a sentence, and no error of the server."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from monitor.store import Store
from tests.web.conftest import client_of
from tests.web.county import Surroundings, fill
from tests.web.sessions import token_in


@pytest.fixture
def office(empty: Store, around: Surroundings) -> TestClient:
    fill(empty)
    return client_of(empty, around)


@pytest.mark.parametrize("day", ["0001-01-01", "0026-05-18", "9999-12-31"])
def test_a_day_of_no_year_that_anything_is_of_is_refused(office: TestClient, day: str) -> None:
    assert office.get(f"/messages?day={day}").status_code == 400
    token = token_in(office.get("/mutes").text)
    failed = office.get("/api/v1/messages?state=failed").json()[0]["id"]
    for address, fields in (
        (f"/messages/{failed}/phone", {"to": "联络员甲", "at": f"{day}T09:05"}),
        ("/mutes", {"subject": "area/示例县", "until": day, "why": "测试"}),
        ("/cases/1/decisions", {"ruling": "exempted", "exempted-until": day, "exempted-note": "甲"}),
        ("/cases/1/decisions", {"ruling": "retained", "retained-on": day}),
    ):
        answer = office.post(address, data={"csrf": token} | fields)
        assert answer.status_code in {400, 422}, address
