from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.store import Store, open_store, tables
from tests.databases import migrated
from tests.services import require_postgresql

HERE = Path(__file__).parent
QUICK = frozenset({"test_cases", "test_database", "test_outbox", "test_migrations"})
"""The modules that run on PostgreSQL every time; the others do so with the slow drills."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "[postgresql" in item.name and item.path.parent == HERE and item.path.stem not in QUICK:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    with require_postgresql() as url:
        open_store(url).close()
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/xuncha.db"
    address: str = request.getfixturevalue("postgresql")
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        for table in reversed(tables.metadata.sorted_tables):  # sooner done than TRUNCATE: there are but a few rows
            connection.execute(sa.delete(table))
        for name in sa.inspect(connection).get_sequence_names():
            connection.exec_driver_sql(f'ALTER SEQUENCE "{name}" RESTART')
    engine.dispose()
    return address


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[Store]:
    if url.startswith("sqlite"):
        migrated(tmp_path / "xuncha.db")
    with open_store(url) as opened:
        yield opened
