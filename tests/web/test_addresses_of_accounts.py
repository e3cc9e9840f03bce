"""Whatever id an account may have, its address leads to it alone; ids of which that is not so are refused."""

from __future__ import annotations

from urllib.parse import unquote, urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jinja2.filters import do_urlencode
from starlette.routing import Match

from monitor.ledger import cells
from monitor.ledger.book import Cell
from monitor.ledger.fault import BadCellError
from monitor.store import Store
from monitor.web import create_app
from tests.pipeline.build import Canned, office, settings
from tests.web.county import Surroundings

APP = create_app(Surroundings().view(None))  # type: ignore[arg-type]  # only to be asked for its routes
MARKS = st.sampled_from([*"/?#.%&+;\\:@[]{}<>\"' 示a1", "..", "//", "%2e", "%2F", "/posts", "/edit", "new", "\u202e"])


def led_to(address: str, prefix: str) -> str | None:
    """Return which account's page a browser asks for that follows an address."""
    path = unquote(urlsplit(urljoin("http://127.0.0.1:8080/", address)).path)
    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    for route in APP.routes:
        match, found = route.matches(scope)
        if match is Match.FULL:
            account: str | None = found["path_params"].get("account_id")
            return account if path.startswith(prefix) else None
    return None


@given(st.lists(MARKS, min_size=1, max_size=8).map("".join))
@example("..")
@example("a/../../system")
@example("./a")
@example("a\\..\\b")
@example("A?x=1#y")
@example("/posts")
@example("a//b")
@example("new")
def test_an_id_is_refused_or_its_address_leads_to_it(written: str) -> None:
    try:
        id_ = cells.account_id(Cell(written))
    except BadCellError:
        return
    if not id_:
        return
    for prefix in ("/accounts/", "/api/v1/accounts/"):
        assert led_to(f"{prefix}{do_urlencode(id_)}", prefix) == id_


@pytest.mark.parametrize("id_", ["..", ".", "a/..", "../a", "a/./b", "a\\..", "．．", "x" * 201, "/a", "a/", "a//b"])
def test_ids_that_lead_elsewhere_or_nowhere_are_refused(id_: str) -> None:
    with pytest.raises(BadCellError, match="不能作账号ID"):
        cells.account_id(Cell(id_))


def test_no_id_is_taken_that_another_page_has_in_its_address() -> None:
    paths = [path for route in APP.routes if (path := getattr(route, "path", ""))]
    beside = {path.removeprefix("/accounts/") for path in paths if path.startswith("/accounts/")}
    ends = {path.partition("{account_id:path}")[2] for path in paths} - {""}
    assert {"/posts", "/edit"} <= ends
    for id_ in [*(page for page in beside if "{" not in page), *(f"a{ending}" for ending in ends)]:
        with pytest.raises(BadCellError, match="不能作账号ID"):
            cells.account_id(Cell(id_))


@pytest.mark.parametrize("id_", ["a..b", "...", "a.b", "JY-001", "县/教育局", "A?1", "A#1"])
def test_other_ids_are_taken_and_messages_lead_to_them(id_: str, empty: Store) -> None:
    assert cells.account_id(Cell(id_)) == id_
    web = settings().web.model_copy(update={"base_url": "https://watch.example/"})
    address = office(empty, lambda clock: Canned(clock, {}), settings(web=web)).parts.addresses.page_of(id_)
    assert address is not None
    assert led_to(urlsplit(address)._replace(scheme="", netloc="").geturl(), "/accounts/") == id_
