"""Every form of every page, found by itself: nothing from elsewhere, without its token or by GET changes anything."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from monitor.store import Store, open_store
from monitor.web import create_app
from monitor.web.auth.needs import FREE
from tests.actions.test_every_action import content
from tests.databases import migrated
from tests.web.conftest import client_of
from tests.web.county import Surroundings
from tests.web.test_odd_addresses import routes

Content = dict[str, list[tuple[object, ...]]]
APP = create_app(Surroundings().view(None))  # type: ignore[arg-type]  # only to be asked for its routes
FORMS = tuple(
    sorted({route.path for route in routes(APP) if "POST" in (route.methods or ()) and not route.path.startswith(FREE)})
)


def address_of(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "1", path)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return a store that none of these tests may change."""
    with open_store(migrated(tmp_path_factory.mktemp("forms") / "xuncha.db")) as opened:
        yield opened


@pytest.fixture(scope="module")
def before(store: Store) -> Content:
    return content(store)


@pytest.fixture(scope="module")
def office(store: Store) -> TestClient:
    return client_of(store, Surroundings())


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
    store: Store, before: Content, office: TestClient, path: str, headers: dict[str, str]
) -> None:
    answer = office.post(address_of(path), data={"csrf": "0" * 64}, headers=headers, follow_redirects=False)
    assert answer.status_code == 403
    assert content(store) == before


@pytest.mark.parametrize("path", FORMS)
def test_to_open_the_address_of_a_form_changes_nothing(
    store: Store, before: Content, office: TestClient, path: str
) -> None:
    assert office.get(address_of(path), follow_redirects=False).status_code < 500
    assert content(store) == before
