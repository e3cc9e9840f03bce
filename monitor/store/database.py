"""The database: opening, upgrading, transactions, and what to say when it cannot be used.

Writes go through one thread (SQLite has one writer anyway), reads through a few. Nothing here
reads the clock; a transaction never spans network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

import sqlalchemy as sa

Tx = sa.Connection
"""A transaction: what every function of this package takes first."""

T = TypeVar("T")

PATIENCE = timedelta(seconds=5)
"""How long a transaction waits for another process that holds the database."""


class StoreError(Exception):
    """The database cannot be used; the text is one Chinese sentence without secrets, fit to be shown."""


class SchemaTooNewError(StoreError):
    """The database was written by a newer version of this program, which knows more than we do."""


class Store:
    """One database, open and upgraded; see `open_store`. Close it, or use it as a context manager."""

    @contextmanager
    def begin(self, *, durable: bool = False) -> Iterator[Tx]:
        """Run a write transaction in this thread: committed at the end, undone by an exception.

        `durable` means on disk when it returns, whatever happens to the machine; without it a power
        failure (never a kill) may lose the last second. Raises StoreError.
        """
        raise NotImplementedError

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """Run a read transaction in this thread, over one consistent snapshot. Raises StoreError."""
        raise NotImplementedError

    async def write(self, work: Callable[[Tx], T], *, durable: bool = False) -> T:
        """Return `work(tx)`, run in a transaction on the one writer thread. Raises StoreError."""
        raise NotImplementedError

    async def query(self, work: Callable[[Tx], T]) -> T:
        """Return `work(tx)`, run in a read transaction on a reader thread. Raises StoreError."""
        raise NotImplementedError

    def problem(self) -> str | None:
        """Return why nothing can be written now, as one Chinese sentence, or None. Blocks; it really tries."""
        raise NotImplementedError

    def claim_daemon(self) -> bool:
        """Return whether this process is now the one daemon of this database, until it exits or closes the store."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of every connection, thread and lock; waits for work under way."""
        raise NotImplementedError


def open_store(url: str, *, patience: timedelta = PATIENCE) -> Store:
    """Return the database at an SQLAlchemy URL, created with its folder if missing, and upgraded.

    Raises StoreError, SchemaTooNewError.
    """
    raise NotImplementedError


@contextmanager
def savepoint(tx: Tx) -> Iterator[None]:
    """Undo what is done inside if it raises, and nothing else of the transaction."""
    with tx.begin_nested():
        yield
