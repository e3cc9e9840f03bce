"""Backups: the whole database as of one moment in one SQLite file, and back.

A backup of PostgreSQL is an SQLite file too: it can be looked into anywhere and restored into either.
Nothing takes its place before it is whole, checked and on disk.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa

from monitor.store import tables
from monitor.store.copying import Tell, copy_rows
from monitor.store.database import Store, file_of, make_folder, open_store, parse_url
from monitor.store.faults import SchemaTooNewError, StoreError, spoken
from monitor.store.login_links import forget_all_links
from monitor.store.place import claim_file
from monitor.store.sessions import forget_all

PAGES = 1000
"""Pages of a file that are copied at once."""
_SUFFIXES = ("", "-wal", "-shm", "-journal")


def back_up(store: Store, file: Path, tell: Tell) -> None:
    """Write everything, as of one moment, to a new file that only its owner can read. The service may go on.

    Raises StoreError.
    """
    if os.path.lexists(file):
        raise StoreError(f"文件 {file} 已存在，请换一个名称。")
    with _draft(file) as draft:
        if store.url.get_backend_name() == "sqlite":
            with store.read() as tx:
                tx.execute(sa.select(sa.func.count()).select_from(tables.heartbeat))  # from here on it is one moment
                held = tx.connection.driver_connection
                if not isinstance(held, sqlite3.Connection):
                    raise TypeError(type(held).__name__)
                _copy_pages(held, draft, tell)
        else:
            with open_store(_sqlite(draft)) as target, store.read() as one, target.begin() as other:
                copy_rows(one, other, tell)
        _check(draft, file)
        _set_journal(draft, "DELETE")
        _publish(draft, file)


def holds_roster(url: str) -> bool:
    """True if a restore would overwrite accounts, or something of which it cannot be said."""
    parsed = parse_url(url)
    if parsed.get_backend_name() != "sqlite":
        with open_store(parsed) as store, store.read() as tx:
            return _has_accounts(tx)
    file = file_of(parsed)
    if not file.exists() or file.stat().st_size == 0:
        return False
    try:
        with open_store(parsed) as store, store.read() as tx:
            return _has_accounts(tx)
    except StoreError:
        return True


def restore(url: str, file: Path, tell: Tell) -> None:
    """Put a backup in place of the database, brought up to date: wholly or not at all. Raises StoreError.

    Refused while a daemon runs on the database.
    """
    parsed = parse_url(url)
    if not file.is_file():
        raise StoreError(f"找不到文件 {file}。")
    if parsed.get_backend_name() == "sqlite":
        _restore_file(parsed, file, tell)
        return
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "backup.db"
        _take_in(file, draft, tell)
        with open_store(_sqlite(draft)) as source, open_store(parsed) as target:
            if not target.claim_daemon():
                raise StoreError(_RUNNING)
            with source.read() as one, target.begin(durable=True) as other:
                copy_rows(one, other, tell)


_RUNNING = "这个数据库上有服务在运行，请先停止。"


def _restore_file(url: sa.URL, file: Path, tell: Tell) -> None:
    place = file_of(url)
    if place.exists() and place.samefile(file):
        raise StoreError(f"{file} 就是正在使用的数据库。")
    make_folder(place)
    with ExitStack() as locks:
        if not claim_file(file_of(url), locks):
            raise StoreError(_RUNNING)
        with _draft(place) as draft:
            _take_in(file, draft, tell)
            _set_journal(draft, "WAL")
            _belong_like(draft, place if place.exists() else place.parent)
            _close(place)
            _publish(draft, place)


def _take_in(file: Path, draft: Path, tell: Tell) -> None:
    """Copy a backup, make sure that it is whole and ours, and bring it up to date; nobody is logged in by it.

    Sessions that have ended since would go on in it, and links that were used could be used again.
    """
    with spoken(_sqlite(file)), closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as backup:
        names = {name for (name,) in backup.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not {"alembic_version", tables.accounts.name} <= names:
            raise StoreError(f"{file} 不是本系统的备份。")
        _copy_pages(backup, draft, tell)
    _check(draft, file)
    try:
        with open_store(_sqlite(draft)) as store, store.begin() as tx:
            forget_all(tx)
            forget_all_links(tx)
    except SchemaTooNewError as error:
        raise SchemaTooNewError(f"备份 {file} 由更新版本的程序写入，请升级程序后再恢复。") from error


@contextmanager
def _draft(file: Path) -> Iterator[Path]:
    """Give an empty file beside another, for its owner only; what is left of it afterwards is deleted."""
    draft = file.with_name(f".{file.name}.part")

    def clear() -> None:
        for suffix in _SUFFIXES:
            draft.with_name(draft.name + suffix).unlink(missing_ok=True)

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        clear()
        os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        draft.chmod(0o600)  # a umask may have taken more
        yield draft
    except OSError as error:
        raise StoreError(f"无法写入 {file}，请检查文件夹、权限和磁盘。") from error
    finally:
        with suppress(OSError):
            clear()


def _copy_pages(source: sqlite3.Connection, draft: Path, tell: Tell) -> None:
    def told(status: int, remaining: int, total: int) -> None:
        tell(total - remaining, total)

    with spoken(_sqlite(draft)), closing(sqlite3.connect(draft)) as target:
        source.backup(target, pages=PAGES, progress=told, sleep=0)


def _check(draft: Path, said_of: Path) -> None:
    """Refuse a file that is not whole; it says so of the file that people know."""
    with spoken(_sqlite(said_of)), closing(sqlite3.connect(draft)) as connection:
        whole = connection.execute("PRAGMA integrity_check(1)").fetchall() == [("ok",)]
        if not whole or connection.execute("PRAGMA foreign_key_check").fetchone():
            raise StoreError(f"{said_of} 的内容不完整，没有采用。")


def _set_journal(draft: Path, mode: str) -> None:
    """Settle how the file is written to; without WAL it is one file that can be carried away."""
    with spoken(_sqlite(draft)), closing(sqlite3.connect(draft)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")


def _close(place: Path) -> None:
    """Make the database about to be replaced one single file, so that nothing of it is taken for the next one's.

    Refused while somebody uses it; of one that cannot be read, what lies beside it is deleted.
    """
    if not place.exists():
        return
    try:
        with closing(sqlite3.connect(place, timeout=1)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise StoreError(f"数据库 {place} 正被其他程序占用，请稍后再试。") from error
    for suffix in _SUFFIXES[1:]:
        place.with_name(place.name + suffix).unlink(missing_ok=True)


def _publish(draft: Path, file: Path) -> None:
    """Put the draft in its place, on disk."""
    _sync(draft)
    draft.replace(file)
    _sync(file.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _belong_like(path: Path, model: Path) -> None:
    """Give the file to the owner of the other one: the service may run as somebody else."""
    status = model.stat()
    with suppress(PermissionError):
        os.chown(path, status.st_uid, status.st_gid)
    if model.is_file():
        path.chmod(status.st_mode & 0o777)


def _has_accounts(tx: sa.Connection) -> bool:
    return tx.scalar(sa.select(tables.accounts.c.id).limit(1)) is not None


def _sqlite(file: Path) -> sa.URL:
    return sa.URL.create("sqlite", database=str(file))
