"""The database: opening, upgrading, transactions, and what to say when it cannot be used.

Writes go through one thread (SQLite has one writer anyway), reads through a few. Nothing here
reads the clock; a transaction never spans network.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sqlite3
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import sqlalchemy as sa
from sqlalchemy import event, exc

from monitor.store import tables
from monitor.store.columns import insert_or
from monitor.store.dialect import KEPT, kept
from monitor.store.faults import CollisionError, SchemaTooNewError, StoreError, spoken
from monitor.store.limits import TimedConnections
from monitor.store.place import DatabaseSession, File, QueueSession
from monitor.store.schema import require_newest, upgrade
from monitor.store.tx import Tx
from monitor.store.values import json_text

T = TypeVar("T")

PATIENCE = timedelta(seconds=5)
"""How long a transaction waits for another process that holds the database."""
READERS = 4
COLLISIONS = 3
"""How often a transaction is tried again that the server undid because it and another waited for each other."""
LIMIT = timedelta(seconds=30)
"""How long, in a service, a server's answer to one statement, or one whole read of a file, may take."""
GLANCE = timedelta(seconds=2)
"""The same for what health and metrics read."""
LONG_LIMIT = timedelta(minutes=15)
"""The same for a command, which may read everything, and for an upgrade, which may write a large table anew."""
_FILLING = "filling"
FILLING = 256 * 1024
"""Bytes that are written to find out whether much can be written, and not only a little where there is room left."""
_SERVER_ALIVE = "-c tcp_keepalives_idle=4 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=2"
_CLIENT_ALIVE = {
    "connect_timeout": 5,
    "keepalives_idle": 4,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 8000,
}
"""How both sides of PostgreSQL find out in seconds that the other's machine is gone."""
APPLICATION = "xuncha"
"""How PostgreSQL's own lists call our sessions, unless the address names them."""

__all__ = ["PATIENCE", "SchemaTooNewError", "Store", "StoreError", "Tx", "open_store", "savepoint"]


class Store:
    """One database, open and upgraded; see `open_store`. Close it, or use it as a context manager."""

    def __init__(self, url: sa.URL, patience: timedelta, opened_at: str | None = None) -> None:
        self.url = url
        self.opened_at = opened_at
        """The schema's revision before it was opened, and upgraded; None where it was made then."""
        self._lines = TimedConnections()
        self._writer = _engine(url, patience, _prepare_writer, _begin_writing)
        self._reader = _engine(url, patience, _prepare_reader, _begin_reading)
        self._glancer = _engine(url, patience, _prepare_reader, _begin_reading, readers=1)
        self._limit = self._glance_limit = LONG_LIMIT
        self._lines.watch(self._reader, lambda: self._limit)
        self._lines.watch(self._glancer, lambda: self._glance_limit)
        if url.get_backend_name() != "sqlite":
            self._lines.watch(self._writer, lambda: self._limit)
        self._write_thread = ThreadPoolExecutor(1, "store-writer")
        self._read_threads = ThreadPoolExecutor(READERS, "store-reader")
        self._glance_thread = ThreadPoolExecutor(1, "store-glance")
        self._place = File(file_of(url)) if url.get_backend_name() == "sqlite" else DatabaseSession(self._writer)
        self._identity = _identity(url)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def begin(self, *, durable: bool = False) -> Iterator[Tx]:
        """Run a write transaction in this thread: committed at the end, undone by an exception.

        `durable` means on disk when it returns, whatever happens to the machine; without it a power
        failure (never a kill) may lose the last second. Raises StoreError.
        """
        with spoken(self.url), self._writer.connect() as connection:
            connection.execution_options(durable=durable)
            with connection.begin():
                self._place.fence(connection)
                yield connection

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """Run a read transaction in this thread, over one consistent snapshot. Raises StoreError."""
        with spoken(self.url), self._reader.connect() as connection, connection.begin():
            yield connection

    async def write(self, work: Callable[[Tx], T], *, durable: bool = False) -> T:
        """Return `work(tx)`, run in a transaction on the one writer thread. Raises StoreError."""
        return await asyncio.get_running_loop().run_in_executor(
            self._write_thread, partial(self._write, work, durable=durable)
        )

    async def write_if(
        self, is_needed: Callable[[Tx], object], work: Callable[[Tx], T], *, durable: bool = False
    ) -> T | None:
        """Return `work(tx)` as `write` does, but only where a read finds it needed, else None. Raises StoreError.

        A question asked every second and seldom needed must not keep others from writing.
        """
        return await self.write(work, durable=durable) if await self.query(is_needed) else None

    async def query(self, work: Callable[[Tx], T]) -> T:
        """Return `work(tx)`, run in a read transaction on a reader thread. Raises StoreError."""
        return await asyncio.get_running_loop().run_in_executor(self._read_threads, partial(self._query, work))

    async def glance(self, work: Callable[[Tx], T]) -> T:
        """Return `work(tx)` as `query` does, on a reader that only health and metrics have, within a short time.

        However much pages and passes read, this one is free. Raises StoreError.
        """
        return await asyncio.get_running_loop().run_in_executor(self._glance_thread, partial(self._glance, work))

    def problem(self, *, thorough: bool = False) -> str | None:
        """Return why nothing can be written now, as one Chinese sentence, or None. Blocks; it really tries.

        A thorough try writes as much as a batch of looks does: a full disk often takes one small row more.
        """
        if _identity(self.url) != self._identity:
            return f"数据库文件 {self.url.database} 已被移走或替换，请重新启动服务。"
        try:
            with self.begin() as tx:
                tx.execute(insert_or(tx, tables.heartbeat, ["id"], update=["beats"]), {"id": 1, "beats": 1})
            if thorough:
                self._fill()
        except StoreError as error:
            self.reopen()
            return str(error)
        return None

    def reopen(self) -> None:
        """Have what comes next open the database anew: a connection to what was read-only once stays so."""
        for engine in self._engines:
            engine.dispose()

    def _fill(self) -> None:
        """Write many bytes that cannot be made fewer, and take them away again."""
        with self.begin(durable=True) as tx:
            many = {"key": _FILLING, "text": secrets.token_urlsafe(FILLING)}
            tx.execute(insert_or(tx, tables.notes, ["key"], update=["text"]), many)
        with self.begin() as tx:
            tx.execute(sa.delete(tables.notes).where(tables.notes.c.key == _FILLING))

    @property
    def _engines(self) -> tuple[sa.Engine, ...]:
        return (self._writer, self._reader, self._glancer)

    def claim_daemon(self, *, lasting: timedelta | None = None) -> bool:
        """Return whether this process is now the one daemon of this database, until it exits or closes the store.

        On PostgreSQL also until its session ends: ask again to find out, and to become it again if nobody else has
        meanwhile (`is_succeeded`).
        With `lasting`, the server ends the session of a process that has not asked again for that long, and sooner a
        transaction that stands still: a process that was frozen holds up nobody, and writes nothing when it wakes. From
        the first claim on, nothing can be written while the place is not held. Raises StoreError.
        """
        return self._place.claim(lasting)

    def place_of(self, queue: str) -> QueueSession:
        """Return the place of the one worker of a queue, to be claimed."""
        return QueueSession(self._writer, queue)

    @property
    def is_succeeded(self) -> bool:
        """True if another process has become the daemon since this one was, as the last claim found."""
        return self._place.is_succeeded

    @property
    def can_stand_by(self) -> bool:
        """True if a second daemon may wait until the first is gone."""
        return self.url.get_backend_name() != "sqlite"

    def answer_in_time(self) -> None:
        """Have every answer come in seconds from now on, or fail: a service must not stand still with its database.

        A command, which may read or copy everything, has a long limit.
        """
        self._limit, self._glance_limit = LIMIT, GLANCE
        self.reopen()

    def give_up(self) -> None:
        """End all waiting for the database: what was not written stays undone."""
        self._lines.give_up()

    def close(self) -> None:
        """Let go of every connection, thread and lock; waits for work under way."""
        for threads in (self._write_thread, self._read_threads, self._glance_thread):
            threads.shutdown()
        self._place.leave()
        for engine in self._engines:
            engine.dispose()

    def _write(self, work: Callable[[Tx], T], *, durable: bool) -> T:
        """Return `work(tx)`, of another try where the server undid it for a collision with somebody else's."""
        for _ in range(COLLISIONS):
            with suppress(CollisionError), self.begin(durable=durable) as tx:
                return work(tx)
        with self.begin(durable=durable) as tx:
            return work(tx)

    def _query(self, work: Callable[[Tx], T]) -> T:
        with self.read() as tx:
            return work(tx)

    def _glance(self, work: Callable[[Tx], T]) -> T:
        with spoken(self.url), self._glancer.connect() as connection, connection.begin():
            return work(connection)


def open_store(url: str | sa.URL, *, patience: timedelta = PATIENCE, upgrades: bool = True) -> Store:
    """Return the database at an SQLAlchemy URL, created with its folder if missing, and upgraded.

    Without `upgrades`, one that is not as this version knows it is refused. Raises StoreError, SchemaTooNewError.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        make_folder(file_of(parsed))
        _keep_private(file_of(parsed))
    with spoken(parsed):
        engine = _engine(parsed, patience, _prepare_upgrade, _begin_writing)
        if parsed.get_backend_name() != "sqlite":
            TimedConnections().watch(engine, lambda: LONG_LIMIT)
        try:
            before = upgrade(engine, parsed) if upgrades else require_newest(engine)
        finally:
            engine.dispose()
    return Store(parsed, patience, before)


def is_made(url: str) -> bool:
    """True if there is a database of ours at an address, or something in its place; makes none. Raises StoreError."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        try:
            return file_of(parsed).stat().st_size > 0
        except FileNotFoundError:
            return False
        except OSError:
            return True  # the next to open it is told why that cannot be done
    with spoken(parsed):
        engine = _engine(parsed, PATIENCE, _prepare_reader, _begin_reading)
        try:
            with engine.connect() as connection:
                return bool(sa.inspect(connection).get_table_names())
        finally:
            engine.dispose()


def shown(url: str) -> str:
    """Return an address as people may read it: a file's whole path, or a server's address without its password."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return str(file_of(parsed).absolute())
    return parsed.render_as_string(hide_password=True)


def parse_url(url: str | sa.URL) -> sa.URL:
    """Return what an address means; raises StoreError where it means no database of ours."""
    try:
        parsed = sa.make_url(url)
        parsed.get_dialect()
    except (exc.ArgumentError, exc.NoSuchModuleError, ImportError) as error:
        raise StoreError("数据库地址无法识别，请检查 --db、--to 或环境变量 XUNCHA_DB。") from error
    if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise StoreError("数据库只支持 SQLite 和 PostgreSQL。")
    return parsed


def file_of(url: sa.URL) -> Path:
    """Return the file of an SQLite database; raises StoreError where the address names none."""
    if not url.database or url.database == ":memory:":
        raise StoreError("数据库地址缺少文件名，例如 sqlite:///data/xuncha.db。")
    return Path(url.database.removeprefix("file:"))


@contextmanager
def savepoint(tx: Tx) -> Iterator[None]:
    """Undo what is done inside if it raises, and nothing else of the transaction.

    A failure of the database is a StoreError here too, for code that contains bugs must not take it for one.
    """
    with spoken(tx.engine.url), tx.begin_nested():
        yield


def _engine(
    url: sa.URL,
    patience: timedelta,
    prepare: Callable[[sqlite3.Connection, object], None],
    begin: Callable[[sa.Connection], None],
    *,
    readers: int = READERS,
) -> sa.Engine:
    seconds = patience.total_seconds()
    common: dict[str, Any] = {
        "hide_parameters": True,  # names and phones have no place in a log
        "json_serializer": json_text,
        "pool_size": readers,
        "pool_timeout": LIMIT.total_seconds(),
    }
    if url.get_backend_name() != "sqlite":
        snapshot = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        session = {
            "application_name": url.query.get("application_name", APPLICATION),
            "options": f"-c timezone=UTC -c lock_timeout={int(seconds * 1000)} {_SERVER_ALIVE}",
            **_CLIENT_ALIVE,
        }
        options = snapshot if begin is _begin_reading else {}
        return sa.create_engine(url, connect_args=session, pool_pre_ping=True, execution_options=options, **common)
    engine = sa.create_engine(
        kept(url),
        connect_args={"timeout": seconds, "check_same_thread": False, "isolation_level": None},
        poolclass=sa.QueuePool,
        execution_options={"compiled_cache": KEPT},
        **common,
    )
    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def _prepare_upgrade(connection: sqlite3.Connection, _: object) -> None:
    """Make an empty file what it should stay. Foreign keys are off: to change a table is to replace it."""
    if connection.execute("PRAGMA page_count").fetchone() == (0,):
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")


def _prepare_writer(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("PRAGMA foreign_keys = ON")


def _prepare_reader(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("PRAGMA query_only = ON")


def _begin_writing(connection: sa.Connection) -> None:
    """Take the write lock at once: a transaction that reads first could not wait for it later."""
    level = "FULL" if connection.get_execution_options().get("durable") else "NORMAL"
    connection.exec_driver_sql(f"PRAGMA synchronous = {level}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def make_folder(path: Path) -> None:
    """Create the folder of a database's file if it is missing. Raises StoreError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"无法创建数据库所在的文件夹 {path.parent}，请检查路径和权限。") from error


def _keep_private(path: Path) -> None:
    """Create the file for its owner alone, and take from others what they may do with one that there is.

    It holds names and phones. SQLite gives the files beside it (-wal, -shm) the mode of the file itself. The trouble to
    report is not the one met here: SQLite says what keeps the database from being used.
    """
    with suppress(OSError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    for file in (path, *(path.with_name(f"{path.name}{suffix}") for suffix in ("-wal", "-shm"))):
        with suppress(OSError):
            mode = stat.S_IMODE(file.stat().st_mode)
            if mode & stat.S_IRWXO:
                file.chmod(mode & ~stat.S_IRWXO)


def _identity(url: sa.URL) -> tuple[int, int] | None:
    """Return what tells the database's file from another of the same name; None for a server's."""
    if url.get_backend_name() != "sqlite":
        return None
    try:
        status = file_of(url).stat()
    except OSError:
        return (0, 0)
    return status.st_dev, status.st_ino
