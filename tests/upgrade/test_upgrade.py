"""A database of the first version, in the hands of this one."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
import sqlalchemy as sa

from monitor.core.account import Account
from monitor.store import Store, open_store, roster, schema
from monitor.store.cases import cases
from monitor.store.outbox import messages
from monitor.web.page_context import Sample
from tests.services import require_postgresql
from tests.upgrade.former import REVISION, connected, former_file, former_server, rows
from tests.web.conftest import client_of
from tests.web.county import Clock, Surroundings

KINDS = ["sqlite", "postgresql"]
LATER = datetime(2026, 12, 2, 1, tzinfo=UTC)
"""The day after the database was last written."""
NEVER = 1_000_000
"""More statements than an upgrade has."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with require_postgresql() as url:
        yield url


@pytest.fixture
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Return what makes a database of the first version under a name, and returns its address."""
    if request.param == "sqlite":
        return lambda name: former_file(tmp_path / f"{name}.db")
    server: str = request.getfixturevalue("server")

    def on_server(name: str) -> str:
        with connected(server) as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0")
        url = sa.make_url(server).set(database=name).render_as_string(hide_password=False)
        return former_server(tmp_path / f"{name}.db", url)

    return on_server


@pytest.fixture
def former(make: Callable[[str], str]) -> str:
    """Return the address of a database of the first version."""
    return make("former")


def revision(url: str) -> str | None:
    with connected(url) as connection:
        return schema.revision(connection)


@pytest.mark.parametrize("make", KINDS, indirect=True)
def test_every_row_and_every_column_is_there_after_the_upgrade(former: str) -> None:
    before = rows(former)
    assert revision(former) == REVISION
    assert {len(before[name]) for name in ("accounts", "posts", "cases", "messages")} == {30, 853, 53, 341}
    with open_store(former) as store:
        assert store.opened_at == REVISION
    assert revision(former) == schema.HEAD
    assert rows(former, before) == before


@pytest.mark.slow
@pytest.mark.parametrize("make", KINDS, indirect=True)
def test_every_page_opens_on_what_the_first_version_wrote(former: str) -> None:
    with open_store(former) as store:
        client = client_of(
            store, Surroundings(clock=Clock(LATER), sample=Sample(sent_url="http://127.0.0.1:8099/sent"))
        )
        with store.read() as tx:
            accounts = list(roster.accounts(tx))
        found = {address: client.get(address) for address in pages(store, accounts)}
    assert {address: answer.status_code for address, answer in found.items() if answer.status_code != 200} == {}
    assert len(accounts) == 30
    assert [account.name for account in accounts if account.name not in found["/accounts"].text] == []
    assert [account.name for account in accounts if account.name not in found[unit_page(account)].text] == []


def pages(store: Store, accounts: Sequence[Account]) -> list[str]:
    with store.read() as tx:
        own = [f"/accounts/{quote(account.id)}" for account in accounts]
        units = sorted({unit_page(account) for account in accounts})
        found = [f"/cases/{case.id}" for case in cases(tx)]
        sent = [f"/messages/{kept.message.id}" for kept in messages(tx)]
    lists = ["/", "/accounts", "/cases", "/messages", "/imports", "/looks", "/review", "/audit", "/reports", "/system"]
    return [*lists, *own, *units, *found, *sent[:40]]


def unit_page(account: Account) -> str:
    return f"/units/{quote(account.unit)}?{urlencode({'area': account.area})}"


@pytest.mark.slow
@pytest.mark.parametrize("make", KINDS, indirect=True)
def test_an_upgrade_that_is_killed_has_done_nothing_and_the_next_one_does_it_all(make: Callable[[str], str]) -> None:
    statements = int(upgraded(make("counted"), NEVER).stdout)
    url = make("former")
    before = rows(url)
    for number in (1, 2, 5, 20, *(statements * tenth // 10 for tenth in (1, 3, 5, 7, 9)), statements - 1):
        killed = upgraded(url, number)
        assert killed.returncode == -signal.SIGKILL, killed.stdout + killed.stderr
        assert revision(url) == REVISION, number
        assert rows(url) == before, number
    assert upgraded(url, NEVER).returncode == 0
    assert revision(url) == schema.HEAD
    assert rows(url, before) == before


def upgraded(url: str, number: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.upgrade.killed", url, str(number)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
