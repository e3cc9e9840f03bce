"""Whose word counts on where a request comes from and by which way: of the proxies of the settings, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network

import pytest
from httpx2 import Client, Response

from monitor.store import Store
from monitor.store.audit import recent_audit
from monitor.web import create_app
from monitor.web.connections import Net
from tests.web.county import Surroundings
from tests.web.serving import listened
from tests.web.sessions import OTHER, SECRET, Closed, closed, token_in

NAME = "xuncha.example.gov.cn"
LOOPBACK = (ip_network("127.0.0.0/8"),)


@contextmanager
def served(office: Closed, trusted: tuple[Net, ...]) -> Iterator[str]:
    with listened(create_app(office.view), trusted) as address:
        yield address


@pytest.fixture
def office(empty: Store) -> Closed:
    made = closed(empty, Surroundings())
    made.user()
    return made


def by_proxy(address: str, forwarded: str = "192.0.2.7", proto: str = "https") -> Client:
    """Return a browser behind a proxy that says so."""
    headers = {"Host": NAME, "X-Forwarded-For": forwarded, "X-Forwarded-Proto": proto}
    return Client(base_url=address, headers=headers)


def log_in(browser: Client, password: str = SECRET) -> Response:
    page = browser.get("/login")
    visit = page.headers["set-cookie"].partition(";")[0]
    fields = {"csrf": token_in(page.text), "name": "王某", "password": password}
    return browser.post("/login", data=fields, headers={"Cookie": visit})


def test_behind_a_trusted_proxy_that_came_by_https_pages_open_and_cookies_are_secure(office: Closed) -> None:
    with served(office, LOOPBACK) as address, by_proxy(address) as browser:
        answer = log_in(browser)
        assert answer.status_code == 303
        said = [line for line in answer.headers.get_list("set-cookie") if line.startswith("__Host-xuncha=")]
        assert len(said) == 1
        assert "Secure" in said[0]
        page = browser.get("/accounts", headers={"Cookie": said[0].partition(";")[0]})
        assert page.status_code == 200


def test_a_trusted_proxy_that_says_http_is_no_way_in(office: Closed) -> None:
    with served(office, LOOPBACK) as address, by_proxy(address, proto="http") as browser:
        assert browser.get("/login").status_code == 403


def test_x_forwarded_proto_of_nobody_we_trust_is_a_lie(office: Closed) -> None:
    with served(office, ()) as address, by_proxy(address) as browser:
        answer = browser.get("/login")
        assert answer.status_code == 403
        assert "web.trusted_proxies" in answer.text


def addresses(office: Closed) -> set[str]:
    with office.store.read() as tx:
        return {act.address for act in recent_audit(tx)}


def test_the_address_of_a_client_is_what_a_trusted_proxy_says(office: Closed) -> None:
    with served(office, LOOPBACK) as address, by_proxy(address) as browser:
        log_in(browser, OTHER)
    assert addresses(office) == {"192.0.2.7"}


def test_x_forwarded_for_of_nobody_we_trust_is_a_lie(office: Closed) -> None:
    with served(office, ()) as address, Client(base_url=address, headers={"X-Forwarded-For": "192.0.2.7"}) as browser:
        log_in(browser, OTHER)
    assert addresses(office) == {"127.0.0.1"}


def test_what_a_client_writes_before_its_proxy_does_gains_no_other_address(office: Closed) -> None:
    with served(office, LOOPBACK) as address, by_proxy(address, "198.51.100.1, 203.0.113.5, 192.0.2.7") as browser:
        for _ in range(5):
            assert log_in(browser, OTHER).status_code == 422
    assert addresses(office) == {"192.0.2.7"}
    with served(office, LOOPBACK) as address, by_proxy(address, "198.51.100.99, 192.0.2.7") as browser:
        assert log_in(browser).status_code == 429


@pytest.mark.parametrize("forwarded", ["", "nonsense", "192.0.2.7:1234", "::1", "a" * 4000])
def test_an_odd_address_of_a_proxy_is_no_fault_of_ours(office: Closed, forwarded: str) -> None:
    with served(office, LOOPBACK) as address, by_proxy(address, forwarded) as browser:
        assert log_in(browser, OTHER).status_code in {422, 429}
