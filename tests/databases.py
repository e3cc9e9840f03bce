"""Which database a test gets: a file of its own, or, in the drill on PostgreSQL, a database of its own."""

from __future__ import annotations

import os
from hashlib import blake2b
from pathlib import Path

import sqlalchemy as sa

SERVER = "XUNCHA_TEST_SERVER"
"""The address of a PostgreSQL server to run everything on; set by `tests.on_postgresql`."""


def address(path: Path) -> str:
    """Return the address of the database that belongs to a file's path; on PostgreSQL it is made, empty, at first."""
    server = os.environ.get(SERVER)
    if server is None:
        return f"sqlite:///{path}"
    name = f"test_{blake2b(str(path).encode(), digest_size=12).hexdigest()}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if not connection.scalar(sa.text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}):
            connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE template0')
    engine.dispose()
    return engine.url.set(database=name).render_as_string(hide_password=False)
