"""The lock of a database's one daemon: a locked file beside SQLite's, an advisory lock and a note on PostgreSQL."""

from __future__ import annotations

import fcntl
import os
import secrets
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import sqlalchemy as sa
from sqlalchemy import exc

from monitor.store.columns import insert_or
from monitor.store.faults import StoreError, spoken
from monitor.store.tables import notes

DAEMON_KEY = 0x78756E63
"""The number under which the daemon holds its lock on PostgreSQL: `xunc`."""
QUEUE_CLASS = 0x78756E71
"""The number under which workers hold the places of their queues on PostgreSQL: `xunq`."""
LEADER = "leader"
"""The note that names who became the one daemon last: see `DatabaseSession`."""


class File:
    """The place on SQLite: held as long as the process lives, or until it leaves."""

    is_succeeded = False
    """Nobody can take it from a process that lives."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._kept = ExitStack()
        self._is_held = False

    def claim(self, _: timedelta | None) -> bool:
        """Return whether the place is ours now; see `Store.claim_daemon`. Raises StoreError."""
        self._is_held = self._is_held or claim_file(self._file, self._kept)
        return self._is_held

    def fence(self, tx: sa.Connection) -> None:
        """Do nothing: what was held once is held still."""

    def leave(self) -> None:
        """Give the place up, if it is held."""
        self._kept.close()
        self._is_held = False


class DatabaseSession:
    """The place on PostgreSQL: held as long as one session of the server lives.

    That the lock is not to be had does not mean that another daemon has it: the server may not have noticed yet that
    a session of ours is gone, or that somebody gave up waiting for an answer to the same question. So the process that
    gets it writes down its name, and only another's name means that there was another.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._name = secrets.token_urlsafe(12)
        self._kept = ExitStack()
        self._session: sa.Connection | None = None
        self._pid: int | None = None
        self._lasting: timedelta | None = None
        self.is_succeeded = False
        """True if another became the one daemon since this process was."""

    def claim(self, lasting: timedelta | None) -> bool:
        """Return whether the place is ours now; see `Store.claim_daemon`. Raises StoreError."""
        self._lasting = lasting
        if self._session is not None and _is_alive(self._session):
            return True
        self._kept.close()
        self._session = None
        with spoken(self._engine.url), ExitStack() as undo:
            connection = undo.enter_context(self._engine.connect())
            claimed = sa.select(sa.func.pg_try_advisory_lock(DAEMON_KEY), sa.func.pg_backend_pid())
            held, pid = connection.execute(claimed).one()
            if held:
                undo.callback(connection.invalidate)  # in the pool it would keep a lock that nobody knows of
            leader = connection.scalar(sa.select(notes.c.text).where(notes.c.key == LEADER))
            self.is_succeeded = self._pid is not None and leader != self._name
            if not held or self.is_succeeded:
                return False
            if lasting:
                connection.execute(_set("idle_session_timeout", lasting, is_local=False))
            connection.execute(insert_or(connection, notes, ["key"], update=["text"]), self._note)
            connection.commit()
            self._session, self._pid, self._kept = connection, pid, undo.pop_all()
        return True

    def fence(self, tx: sa.Connection) -> None:
        """Let the daemon write only while its lock is held: its session may have ended without its knowing."""
        if self._pid is None:
            return
        if self._lasting:
            tx.execute(_set("idle_in_transaction_session_timeout", self._lasting * 3 / 4, is_local=True))
        # A server that was started anew gives the numbers of its sessions out again: the name is asked for too.
        held = sa.text(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = :lock AND pid = :pid AND granted"
            " AND EXISTS (SELECT 1 FROM notes WHERE key = :key AND text = :text)"
        )
        if not tx.scalar(held, {"lock": DAEMON_KEY, "pid": self._pid, **self._note}):
            raise StoreError("与数据库的连接中断过，本机暂停工作，正在确认是否仍为主用。")

    def leave(self) -> None:
        """Give the place up, if it is held."""
        with suppress(exc.DBAPIError):  # a session that was given up is gone already
            self._kept.close()

    @property
    def _note(self) -> dict[str, str]:
        return {"key": LEADER, "text": self._name}


class QueueSession:
    """The place of the one worker of a queue: held as long as one session of the server lives.

    What one exit address asks for is asked for by one process, which alone knows how lately it asked whom.
    """

    def __init__(self, engine: sa.Engine, queue: str) -> None:
        self._engine = engine
        self._key = queue_key(queue)
        self._kept = ExitStack()
        self._session: sa.Connection | None = None

    def claim(self, lasting: timedelta) -> bool:
        """Return whether the place is ours now; the server ends it where nobody asks for so long. Raises StoreError."""
        with spoken(self._engine.url), ExitStack() as undo:
            connection = undo.enter_context(self._engine.connect())
            claimed = sa.func.pg_try_advisory_lock(sa.cast(QUEUE_CLASS, sa.Integer), sa.cast(self._key, sa.Integer))
            if not connection.scalar(sa.select(claimed)):
                return False
            undo.callback(connection.invalidate)  # in the pool it would keep a lock that nobody knows of
            connection.execute(_set("idle_session_timeout", lasting, is_local=False))
            connection.commit()
            self._session, self._kept = connection, undo.pop_all()
        return True

    @property
    def is_held(self) -> bool:
        """True if the place, once claimed, is still ours."""
        return self._session is not None and _is_alive(self._session)

    def leave(self) -> None:
        """Give the place up, if it is held."""
        with suppress(exc.DBAPIError):  # a session that was given up is gone already
            self._kept.close()
        self._session = None


def queue_key(queue: str) -> int:
    """Return the number of a queue, as a lock's key is written: four bytes with a sign."""
    return int.from_bytes(crc32(queue.encode()).to_bytes(4), signed=True)


def claim_file(file: Path, locks: ExitStack) -> bool:
    """Hold a lock on a file beside a database's. The kernel drops it with the process; a child never has it.

    Raises StoreError.
    """
    path = file.with_name(f"{file.name}.lock")
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(f"无法创建锁文件 {path}，请检查权限。") from error
    locks.callback(os.close, lock)
    try:
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        locks.close()
        return False
    return True


def _set(name: str, time: timedelta, *, is_local: bool) -> sa.Select[Any]:
    """Return what sets a limit of a PostgreSQL session, or of its transaction only."""
    return sa.select(sa.func.set_config(name, f"{time / timedelta(milliseconds=1):.0f}ms", is_local))


def _is_alive(session: sa.Connection) -> bool:
    try:
        session.scalar(sa.select(1))
        session.commit()
    except exc.DBAPIError:
        return False
    return True
