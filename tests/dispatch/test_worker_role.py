"""The database lets the role of workers make looks, and nothing else."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from monitor.app.dispatching import role_problem
from monitor.settings.sections import DispatchSettings
from monitor.store import Store, StoreError, jobs, worker_role
from monitor.store.tables import metadata
from tests.dispatch.conftest import by_workers, install
from tests.pipeline.build import Canned, office, settings

QUEUE_TABLES = frozenset({"procrastinate_jobs", "procrastinate_workers", "procrastinate_events"})


@pytest.fixture
def store(on_server: Store) -> Store:
    install(on_server)
    return on_server


def rights(store: Store, role: str) -> dict[str, frozenset[str]]:
    """Return by table what a role may do."""
    told = sa.text("SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = :role")
    found: dict[str, set[str]] = {}
    with store.read() as tx:
        for table, right in tx.execute(told, {"role": role}):
            found.setdefault(table, set()).add(right)
    return {table: frozenset(given) for table, given in found.items()}


@pytest.mark.parametrize(
    "table", sorted(table.name for table in metadata.sorted_tables if table.name not in worker_role.RIGHTS)
)
def test_what_no_look_takes_cannot_be_read_by_the_role(store: Store, as_role: Store, table: str) -> None:
    with pytest.raises(StoreError, match="没有权限"), as_role.read() as tx:
        tx.execute(sa.text(f"SELECT * FROM {table} LIMIT 1"))  # noqa: S608 - a name of our own


@pytest.mark.parametrize("table", sorted(worker_role.RIGHTS))
def test_what_a_look_only_reads_cannot_be_changed_by_the_role(store: Store, as_role: Store, table: str) -> None:
    assert rights(store, str(as_role.url.username))[table] == frozenset(worker_role.RIGHTS[table])
    if "DELETE" not in worker_role.RIGHTS[table]:
        with pytest.raises(StoreError, match="没有权限"), as_role.begin() as tx:
            tx.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608 - a name of our own


async def test_the_leader_gives_the_role_its_rights_and_takes_all_others(store: Store) -> None:
    role = f"Workers-of-{store.url.database}"
    with store.begin() as tx:
        tx.exec_driver_sql(f'CREATE ROLE "{role}"')
        tx.exec_driver_sql(f'GRANT ALL ON users, accounts TO "{role}"')
    dispatch = DispatchSettings(kind="procrastinate", addresses=("A",), role=role)
    of = office(store, lambda clock: Canned(clock, {}), settings(dispatch=dispatch))
    await of.parts.dispatch.tend()
    given = rights(store, role)
    assert {table: given[table] for table in worker_role.RIGHTS} == {
        table: frozenset(may) for table, may in worker_role.RIGHTS.items()
    }
    assert given.keys() - worker_role.RIGHTS.keys() >= QUEUE_TABLES
    assert not given.keys() & {"users", "sessions", "messages", "acts", "decisions"}
    with store.begin() as tx:  # as when procrastinate comes in another version
        tx.exec_driver_sql("UPDATE notes SET text = '0' WHERE key = 'jobs'")
    await of.parts.dispatch.tend()
    with store.read() as tx:
        assert worker_role.has_rights(tx, role, jobs.SCHEMA)


async def test_a_role_that_is_gone_keeps_the_leader_from_nothing(store: Store) -> None:
    dispatch = DispatchSettings(kind="procrastinate", addresses=("A",), role="nobody")
    await office(store, lambda clock: Canned(clock, {}), settings(dispatch=dispatch)).parts.dispatch.tend()
    with store.read() as tx:
        assert role_problem(settings(dispatch=dispatch), tx) == (
            "数据库里没有设置项 dispatch.role 所写的角色“nobody”，请先建立（CREATE ROLE），或删去这一项。"
        )
        assert role_problem(by_workers("A"), tx) is None
