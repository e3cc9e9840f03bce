"""A county whose pages need a log-in, and browsers that come to it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import unescape

from httpx2 import Response
from starlette.testclient import TestClient

from monitor.actions.logging_in import Logins
from monitor.actions.passwords import Cost, Passwords
from monitor.actions.second_factor import Vault
from monitor.core.account import UnitKey
from monitor.core.login import IDLE
from monitor.core.user import UserRole
from monitor.store import Store, users
from monitor.web import create_app
from monitor.web.page_context import PageContext
from tests.web.county import NOW, Clock, Surroundings

SECRET = "海棠依旧 lamp 71 橡皮"
OTHER = "另一盏灯 river 08 抽屉"
CHEAP = Passwords(Cost(memory=64, passes=1))
HASHES = {password: CHEAP.hash_of(password) for password in (SECRET, OTHER)}
BOTH = (UserRole.ADMINISTRATOR, UserRole.OPERATOR)
HERE = "http://127.0.0.1:8080"
OFFICE = "https://xuncha.example.gov.cn"


@dataclass
class Closed:
    """An application whose pages need a log-in."""

    store: Store
    view: PageContext
    clock: Clock

    def browser(self, base: str = HERE, address: str = "127.0.0.1") -> TestClient:
        """Return a browser that has never been here."""
        app = create_app(self.view)
        return TestClient(
            app, base_url=base, client=(address, 50000), follow_redirects=False, raise_server_exceptions=False
        )

    def user(self, name: str = "王某", *roles: UserRole, own: UnitKey | None = None, password: str = SECRET) -> int:
        """Keep a user with a password."""
        with self.store.begin() as tx:
            made = users.add_user(tx, name, roles or BOTH, own, at=NOW)
            users.set_password(tx, made, HASHES[password])
        return made

    def logged_in(self, name: str = "王某", *, base: str = HERE, address: str = "127.0.0.1") -> TestClient:
        """Return the browser of a user who has logged in."""
        browser = self.browser(base, address)
        answer = log_in(browser, name)
        assert answer.status_code == 303, answer.text
        return browser


def closed(store: Store, around: Surroundings, *, hosts: tuple[str, ...] = ()) -> Closed:
    """Return an application that asks for a log-in."""
    logins = Logins(store=store, clock=around.clock, passwords=CHEAP, vault=Vault(), idle=IDLE)
    view = around.view(store)
    view = replace(view, logins=logins, hosts=(*view.hosts, "xuncha.example.gov.cn", *hosts))
    return Closed(store=store, view=view, clock=around.clock)


def token_in(page: str) -> str:
    """Return the token that the forms of a page have."""
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
    assert found, page
    return found[1]


def send(browser: TestClient, page: str, address: str | None = None, **fields: object) -> Response:
    """Send a form of a page as a browser does, to its own address by default."""
    shown = browser.get(page)
    fields = {"csrf": token_in(shown.text)} | fields
    return browser.post(address or page, data=fields, headers={"sec-fetch-site": "same-origin"})


def log_in(browser: TestClient, name: str = "王某", password: str = SECRET, *, next_: str = "/") -> Response:
    return send(browser, f"/login?next={next_}", "/login", name=name, password=password, next=next_)


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())
