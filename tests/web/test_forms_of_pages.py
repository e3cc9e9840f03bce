"""Every form of every page, found by itself: nothing from elsewhere, without its token or by GET changes anything."""

from __future__ import annotations

import re

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from monitor.store import Store
from monitor.web import create_app
from monitor.web.auth.needs import FREE
from tests.actions.test_every_action import content
from tests.web.conftest import client_of
from tests.web.county import Surroundings
from tests.web.test_odd_addresses import routes

APP = create_app(Surroundings().view(None))  # type: ignore[arg-type]  # only to be asked for its routes
FORMS = tuple(
    sorted({route.path for route in routes(APP) if "POST" in (route.methods or ()) and not route.path.startswith(FREE)})
)


def address_of(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "1", path)


@pytest.fixture
def office(empty: Store) -> TestClient:
    return client_of(empty, Surroundings())


def test_the_forms_are_found() -> None:
    assert {"/cases/decide", "/cases/{number}/decisions", "/cases/{number}/close", "/logout"} <= set(FORMS)
    assert all(isinstance(route, Route) for route in routes(APP))


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize(
    "headers",
    [{}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}],
    ids=["alone", "without a token", "cross-site", "another origin"],
)
def test_a_form_without_the_token_of_its_visitor_or_from_another_site_changes_nothing(
    empty: Store, office: TestClient, path: str, headers: dict[str, str]
) -> None:
    before = content(empty)
    answer = office.post(address_of(path), data={"csrf": "0" * 64}, headers=headers, follow_redirects=False)
    assert answer.status_code == 403
    assert content(empty) == before


@pytest.mark.parametrize("path", FORMS)
def test_to_open_the_address_of_a_form_changes_nothing(empty: Store, office: TestClient, path: str) -> None:
    before = content(empty)
    assert office.get(address_of(path), follow_redirects=False).status_code < 500
    assert content(empty) == before
