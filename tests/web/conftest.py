from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from monitor.store import Store, open_store
from monitor.web import create_app
from monitor.web.page_context import Sample
from tests.databases import migrated
from tests.services import require_chromium
from tests.web.browser import Browser, browser
from tests.web.county import Surroundings, fill


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return the filled store; tests only read it."""
    with open_store(migrated(tmp_path_factory.mktemp("county") / "xuncha.db")) as store:
        fill(store)
        yield store


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Store]:
    with open_store(migrated(tmp_path / "xuncha.db")) as store:
        yield store


@pytest.fixture
def around() -> Surroundings:
    return Surroundings(sample=Sample(sent_url="http://127.0.0.1:8099/sent"))


@pytest.fixture
def client(county: Store, around: Surroundings) -> TestClient:
    return client_of(county, around)


def client_of(store: Store, around: Surroundings) -> TestClient:
    app = create_app(around.view(store))
    return TestClient(app, base_url="http://127.0.0.1:8080", client=("127.0.0.1", 50000), raise_server_exceptions=False)


@pytest.fixture(scope="session")
def browsing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(require_chromium(), tmp_path_factory.mktemp("profile")) as running:
        yield running


@pytest.fixture(scope="module")
def chromium(browsing: Browser) -> Browser:
    """Return a browser that remembers nothing of the tests of other files: to start one takes a second."""
    browsing.begin_anew()
    return browsing
