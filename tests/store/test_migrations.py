from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from monitor.store import Store, open_store, schema
from monitor.store.tables import metadata


def test_the_migrations_make_the_tables(store: Store) -> None:
    with store.read() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def checks(tx: sa.Connection) -> dict[str, list[str]]:
    """Return the closed lists that the database checks, which Alembic does not compare."""
    inspector = sa.inspect(tx)
    return {
        table: sorted(str(check["sqltext"]) for check in inspector.get_check_constraints(table))
        for table in metadata.tables
    }


def test_the_migrations_know_every_member_of_every_closed_list(tmp_path: Path) -> None:
    plain = sa.create_engine(f"sqlite:///{tmp_path}/plain.db")
    with open_store(f"sqlite:///{tmp_path}/xuncha.db") as store, store.read() as tx, plain.begin() as bare:
        metadata.create_all(bare)
        assert checks(tx) == checks(bare)
    plain.dispose()


def test_the_newest_migration_is_the_one_the_program_asks_for(store: Store) -> None:
    with store.read() as tx:
        assert ScriptDirectory.from_config(schema.alembic_config(tx)).get_heads() == [schema.HEAD]
        assert schema.revision(tx) == schema.HEAD
