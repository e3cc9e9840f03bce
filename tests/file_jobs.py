"""Readings of files that do what a file's bytes may have a parser do; another process imports them."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from monitor.ledger.book import TableFile
from monitor.ledger.guessing import Guess


@dataclass(frozen=True)
class Doing:
    """A reading that does something that a file's bytes may have a parser do."""

    gives: ClassVar[Any] = Guess
    what: str

    def __call__(self, _file: TableFile) -> Guess:
        """Do it, and tell how it ended."""
        match self.what:
            case "work":
                while True:
                    pass
            case "memory":
                return Guess("x" * (1 << 32))
            case "end":
                os._exit(3)
            case "bug":
                raise KeyError(self.what)
            case "much":
                return Guess("x" * (40 << 20))
            case "other":
                return [1]  # type: ignore[return-value]  # what a process that was taken over may say
            case _:
                return Guess(_told(self.what))


def _told(what: str) -> str:
    try:
        match what:
            case "network":
                socket.create_connection(("127.0.0.1", 9), timeout=1)
            case "files":
                Path("/etc/hostname").read_bytes()
            case "child":
                os.fork()
            case "environment":
                return ",".join(sorted(os.environ))
            case "write":
                Path("/tmp/xuncha-written").write_bytes(b"x")  # noqa: S108 - it is never written
            case _:
                raise ValueError(what)
    except OSError as error:
        return type(error).__name__
    return "done"
