"""Reading a file apart: what is made of it, as a value that another process understands, and who has that done."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

from monitor.ledger.book import TableFile

Gives = TypeVar("Gives")
Gives_co = TypeVar("Gives_co", covariant=True)


class BusyError(Exception):
    """Too many files wait to be read."""


class Job(Protocol[Gives_co]):
    """What is made of a file, as a value that another process understands."""

    gives: ClassVar[Any]
    """The type of that."""

    def __call__(self, file: TableFile, /) -> Gives_co:
        """Return it; raises LedgerError."""


class ReadApart(Protocol):
    """Reads files in a process of their own: see `monitor.app.file_reader`."""

    async def __call__(self, job: Job[Gives], path: Path, name: str) -> Gives:
        """Return what a job makes of a file that people call so; raises LedgerError and BusyError."""
