"""Time limits of a database's answers: a server that stands still, or a read without end, must not hold up a thread."""

from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from time import monotonic
from typing import Any
from weakref import WeakSet

from sqlalchemy import Engine, event

_STEPS = 100_000
"""Instructions of SQLite's own machine between two looks at the clock."""


class TimedConnections:
    """The open connections of a store, each of which answers in time or is given up."""

    def __init__(self) -> None:
        """Begin without any."""
        self._cuts: WeakSet[Any] = WeakSet()
        self._is_given_up = False

    def watch(self, engine: Engine, limit: Callable[[], timedelta]) -> None:
        """Have every connection that an engine opens from now on answer within what is the limit then.

        On PostgreSQL each statement must; on SQLite each read transaction: what is written there waits for nobody
        but another process, and for that no longer than its own patience.
        """
        if engine.dialect.name == "postgresql":

            @event.listens_for(engine, "do_connect")
            def connect(_: object, __: object, arguments: list[Any], options: dict[str, Any]) -> object:
                return self._known(_prompt(limit().total_seconds()).connect(*arguments, **options))

        else:

            @event.listens_for(engine, "do_connect")
            def open_file(_: object, __: object, arguments: list[Any], options: dict[str, Any]) -> object:
                return self._known(sqlite3.connect(*arguments, factory=TimedConnection, **options))

            @event.listens_for(engine, "begin")
            def begin(connection: Any) -> None:  # noqa: ANN401 - SQLAlchemy's
                connection.connection.dbapi_connection.ends_at = monotonic() + limit().total_seconds()

    def give_up(self) -> None:
        """End all waiting for an answer, now and from now on."""
        self._is_given_up = True
        for connection in list(self._cuts):
            _cut(connection)

    def _known(self, connection: Any) -> object:  # noqa: ANN401 - a connection of either kind
        self._cuts.add(connection)
        if self._is_given_up:
            _cut(connection)
        return connection


class TimedConnection(sqlite3.Connection):
    """A connection whose statements end when its time is over."""

    ends_at = float("inf")

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - sqlite3's own
        """Open it."""
        super().__init__(*arguments, **options)
        self.set_progress_handler(self._is_over, _STEPS)

    def _is_over(self) -> bool:
        return monotonic() > self.ends_at


def _prompt(seconds: float) -> Any:  # noqa: ANN401 - a subclass of what need not be installed
    """Return the class of connections to PostgreSQL that are closed where an answer does not come in time."""
    import psycopg  # noqa: PLC0415 - it need not be installed

    class Prompt(psycopg.Connection):
        def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:  # noqa: ANN401
            started = monotonic()
            try:
                return super().wait(gen, interval=interval, timeout=timeout or seconds)
            except psycopg.OperationalError as error:
                if error.sqlstate is None and monotonic() - started >= (timeout or seconds):
                    self.pgconn.finish()
                    raise psycopg.OperationalError("no answer in time") from error
                raise

    return Prompt


def _cut(connection: Any) -> None:  # noqa: ANN401 - a connection of either kind
    """End what a connection waits for, from another thread."""
    if isinstance(connection, sqlite3.Connection):
        connection.interrupt()
        return
    if connection.closed:
        return
    with suppress(OSError), socket.socket(fileno=os.dup(connection.pgconn.socket)) as line:
        line.shutdown(socket.SHUT_RDWR)
