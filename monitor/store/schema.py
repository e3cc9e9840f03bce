"""The schema's versions: forward from any released one, never from one we do not know.

A new database gets its tables at once, as all migrations together leave them. Alembic is only imported where there
is something to migrate: most commands find the newest schema.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine.mock import MockConnection

from monitor.store.faults import SchemaTooNewError, StoreError
from monitor.store.seal import seal
from monitor.store.tables import metadata

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0067"
"""The newest revision in migrations/versions."""
UPGRADE_KEY = 0x78756E64
"""The number under which PostgreSQL keeps two upgrades apart."""

_VERSION = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""As Alembic makes it."""


def upgrade(engine: sa.Engine, url: sa.URL) -> str | None:
    """Bring the database to HEAD, in one transaction, and return the revision it was at; None where it was made.

    Raises StoreError, SchemaTooNewError.
    """
    with engine.connect() as connection:
        with connection.begin():
            if revision(connection) == HEAD:
                return HEAD
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(UPGRADE_KEY)))
            before = revision(connection)
            if before is None:
                _make(connection, url)
            else:
                migrate(connection, url)
                _restate(connection)
            return before


def require_newest(engine: sa.Engine) -> str:
    """Return the revision of a database that is at HEAD; raises StoreError for any other."""
    with engine.connect() as connection, connection.begin():
        if revision(connection) != HEAD:
            raise StoreError("数据库的版本与本程序不一致，请把主用服务和采集进程升级到同一版本。")
    return HEAD


def revision(connection: sa.Connection) -> str | None:
    """Return the revision the database is at; None if it is no database of ours."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(sa.select(_VERSION.c.version_num))


def alembic_config(connection: sa.Connection) -> Config:
    """Return what Alembic needs to know to work on this connection."""
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    return config


def _make(connection: sa.Connection, url: sa.URL) -> None:
    """Make all tables, at HEAD, in a database that has none; a test compares them with what the migrations make."""
    if sa.inspect(connection).get_table_names():
        raise StoreError(f"{url.database} 里已有其他程序的数据，请换一个数据库。")
    for statement in _tables(connection.dialect):
        connection.exec_driver_sql(statement)
    seal(connection)
    _VERSION.create(connection)
    connection.execute(sa.insert(_VERSION).values(version_num=HEAD))


@lru_cache(maxsize=2)
def _tables(dialect: sa.Dialect) -> tuple[str, ...]:
    """Return what makes all tables of an empty database, in the words of a dialect."""
    statements: list[str] = []

    def note(element: sa.schema.ExecutableDDLElement, _: object) -> None:
        statements.append(str(element.compile(dialect=dialect)))

    metadata.create_all(MockConnection(dialect, note), checkfirst=False)
    return tuple(statements)


def _restate(connection: sa.Connection) -> None:
    """Fill in what follows from the rest, in the words of this version: lists and pages are whole before any start."""
    from monitor.store import lights  # noqa: PLC0415 - as Alembic: most commands need none of it

    lights.restate(connection)


def migrate(connection: sa.Connection, url: sa.URL) -> None:
    """Run the migrations that the database lacks. Raises SchemaTooNewError."""
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - see above

    config = alembic_config(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    current = revision(connection)
    if current is not None and current not in known:
        raise SchemaTooNewError(f"数据库 {url.database} 由更新版本的程序写入（{current}），请升级程序后再打开。")
    command.upgrade(config, "head")
