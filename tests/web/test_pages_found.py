"""Every page that there is, found in the application itself, is among those that the tests of pages look at."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import pytest
from starlette.routing import Match, Route
from starlette.testclient import TestClient

from monitor.store import Store
from tests.web.test_odd_addresses import APP, routes
from tests.web.test_pages import every_page

ELSEWHERE = {
    "/login": "a county that is open to everybody asks nobody for a log-in",
    "/login/code": "likewise",
    "/login/link/{secret}": "likewise",
    "/login/oidc": "likewise, and it leads to the identity provider: tests/web/test_provider_login.py",
    "/login/oidc/back": "likewise",
    "/me/confirm": "likewise",
    "/users/requests/{number}": "likewise",
    "/me": "likewise: nobody has an own account there",
    "/me/tokens": "likewise: tests/web/test_own_tokens.py looks at it",
    "/users": "likewise",
    "/users/new": "likewise",
    "/users/{number}": "likewise",
    "/start/progress": "a part of a page, which is fetched anew",
    "/reports/making": "likewise",
    "/fresh": "likewise",
    "/accounts/new": "a form: tests/web/test_row_forms.py looks at it",
    "/accounts/{account_id:path}/edit": "likewise",
    "/accounts/{account_id:path}/deregistration": "a form: tests/web/test_closing_steps.py looks at it",
    "/accounts/{account_id:path}/handover.docx": "a file: tests/web/test_letters_of_accounts.py takes it",
    "/cases/decide": "a form: the tests of cases look at it",
    "/cases/{number}/notice.docx": "a file: tests/web/test_letters.py takes it",
    "/review": "a form: the tests of cases look at it",
    "/review/sheet": "likewise",
    "/review/sheet.{ending}": "a file: tests/web/test_deciding.py takes it",
    "/imports/new": "that county has no place for files; the tests of imports look at it",
    "/imports/{upload_id}": "there are none in that county: the tests of imports make them",
    "/imports/kept/{number}": "likewise",
    "/looks/{number}": "likewise, of looks",
    "/orders/sheet.{ending}": "a file: tests/web/test_orders.py takes it",
    "/reports/{number}": "likewise, of reports",
    "/reports/{number}/accounts": "likewise",
    "/reports/{number}/files/{name}": "a file",
}
"""The pages that those tests cannot look at, and why; tests/web/test_login.py looks at those of users."""


def _module(route: Route) -> str:
    """Return the module of the page that answers, whatever guards it; "" for what is no page."""
    waiting: list[Any] = [route.endpoint]
    while waiting:
        part = waiting.pop()
        if isinstance(part, partial):
            waiting += [part.func, *part.args]
        elif str(getattr(part, "__module__", "")).startswith("monitor.web.pages."):
            return str(part.__module__)
    return ""


def pages() -> list[Route]:
    """Return the routes that answer a GET with a page, and not with a file."""
    found = (route for route in routes(APP) if "GET" in (route.methods or ()) and _module(route))
    return [route for route in found if not route.path.endswith(".xlsx")]


@pytest.mark.parametrize("page", sorted({route.path for route in pages()} - ELSEWHERE.keys()))
def test_every_page_is_among_those_that_are_looked_at(county: Store, page: str) -> None:
    route = next(route for route in pages() if route.path == page)
    asked = [re.sub("[?].*", "", address) for address in every_page(county)]
    scopes = ({"type": "http", "method": "GET", "path": address} for address in asked)
    assert any(route.matches(scope)[0] is Match.FULL for scope in scopes)


def test_there_are_pages_and_those_of_another_test() -> None:
    assert ELSEWHERE.keys() <= {route.path for route in pages()}
    assert {"/", "/accounts", "/cases/{number}", "/system"} <= {route.path for route in pages()}


def test_every_page_without_a_number_is_linked_from_another(client: TestClient, county: Store) -> None:
    linked = {
        re.sub("[?#].*", "", address)
        for page in every_page(county)
        for address in re.findall(r'(?:href|action)="(/[^"]*)"', client.get(page).text)
    }
    alone = {route.path for route in pages() if "{" not in route.path} - ELSEWHERE.keys()
    assert alone - linked == set()
