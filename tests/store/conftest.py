from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.store import Store, open_store, tables
from monitor.store.seal import seal, unseal
from tests.databases import migrated
from tests.services import require_postgresql

HERE = Path(__file__).parent
LONG = frozenset(
    {
        "test_a_database_full_of_old_things_becomes_small",
        "test_asked_later_the_past_is_what_it_was",
        "test_intervals_hold_exactly_the_looks_that_were_made",
        "test_the_roster_in_force_is_always_the_last_one_saved_by_then",
        "test_what_is_old_goes_and_every_moment_since_is_judged_as_before",
    }
)
"""The tests that try very many cases; on PostgreSQL they do so with the slow drills."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "[postgresql" in item.name and item.path.parent == HERE and item.name.partition("[")[0] in LONG:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    with require_postgresql() as url:
        open_store(url).close()
        yield url


@pytest.fixture(scope="session")
def emptied(postgresql: str) -> Callable[[], str]:
    """Return what makes the database empty and returns its address."""
    engine = sa.create_engine(postgresql, poolclass=sa.NullPool)
    # sooner done than TRUNCATE: there are but a few rows
    deletions = "; ".join(str(sa.delete(table)) for table in reversed(tables.metadata.sorted_tables))

    def empty() -> str:
        with engine.begin() as connection:
            unseal(connection)
            connection.exec_driver_sql(deletions)
            seal(connection)
            names = sa.inspect(connection).get_sequence_names()
            connection.exec_driver_sql("; ".join(f'ALTER SEQUENCE "{name}" RESTART' for name in names))
        return postgresql

    return empty


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/xuncha.db"
    empty: Callable[[], str] = request.getfixturevalue("emptied")
    return empty()


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[Store]:
    if url.startswith("sqlite"):
        migrated(tmp_path / "xuncha.db")
    with open_store(url) as opened:
        yield opened
