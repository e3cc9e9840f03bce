"""Which database a test gets: a file of its own, or, in the drill on PostgreSQL, a database of its own."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import cache
from hashlib import blake2b
from pathlib import Path

import sqlalchemy as sa

from monitor.store import open_store

SERVER = "XUNCHA_TEST_SERVER"
"""The address of a PostgreSQL server to run everything on; set by `tests.on_postgresql`."""
_KEPT = tempfile.TemporaryDirectory(prefix="xuncha-tests-", ignore_cleanup_errors=True)
"""Where this process keeps its own things until it ends."""
atexit.register(_KEPT.cleanup)


def address(path: Path) -> str:
    """Return the address of the database that belongs to a file's path; on PostgreSQL it is made, empty, at first."""
    server = os.environ.get(SERVER)
    return f"sqlite:///{path}" if server is None else made(server, _name(path), "template0")


def migrated(path: Path) -> str:
    """Return the same, with all tables: every migration takes its time, a copy takes none."""
    server = os.environ.get(SERVER)
    if server is None:
        shutil.copy(_template_file(), path)
        return f"sqlite:///{path}"
    return made(server, _name(path), _template_database(server))


@cache
def _template_file() -> Path:
    path = Path(_KEPT.name) / "template.db"
    open_store(f"sqlite:///{path}").close()
    return path


@cache
def _template_database(server: str) -> str:
    name = _name(Path(_KEPT.name))
    open_store(made(server, name, "template0")).close()
    return name


def _name(path: Path) -> str:
    return f"test_{blake2b(str(path).encode(), digest_size=12).hexdigest()}"


def made(server: str, name: str, template: str) -> str:
    """Return the address of a database on a server, made after a template if it is not there."""
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        if not connection.scalar(sa.text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}):
            connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return engine.url.set(database=name).render_as_string(hide_password=False)
