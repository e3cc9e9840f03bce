"""The process that reads one file that somebody sent, in a room of its own, and ends.

It is started by `monitor.app.file_reader` without the service's environment and shuts itself in (`collectors.jail`)
before it looks at a byte. What it is to do comes from the service and is trusted; the file is not, and what is
answered is JSON that the service checks against its types.
"""

from __future__ import annotations

import json
import pickle  # what the service itself has written, never anything of the file
import struct
import sys
import traceback
from collections.abc import Callable
from typing import BinaryIO

from collectors import jail, wire
from monitor.ledger import LedgerError
from monitor.ledger.book import SentFile

HEAD = struct.Struct(">II")
"""How long the job is, and how long the file."""
LONGEST_ANSWER = 32 * 1024**2
"""Bytes of JSON: a roster of 40,000 accounts has that many."""
_LONGEST_TRACE = 20_000
_ROUNDING = 2
"""Seconds that `jail.allow_time` adds, for the kernel counts whole ones."""


def serve(memory: int, seconds: int) -> None:
    """Read the one file that stands in the standard input, with this many bytes of memory and seconds of work."""
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a library's print must not speak for us
    job, content = (asked.read(length) for length in HEAD.unpack(asked.read(HEAD.size)))
    jail.limit(memory)
    jail.shut()
    jail.allow_time(seconds - _ROUNDING)
    name, read = pickle.loads(job)  # noqa: S301 - see above
    _say(answers, answer(read, SentFile(name, content)))


def answer(read: Callable[[SentFile], object], file: SentFile) -> dict[str, object]:
    """Return what comes of a file: what it says, every fault of it, that it says too much, or that we have a bug."""
    try:
        return {"read": wire.encoded(read(file))}
    except LedgerError as error:
        return {"faults": [wire.encoded(fault) for fault in error.faults]}
    except MemoryError:
        return {"excess": True}
    except Exception as error:  # noqa: BLE001 - a bug over a file is loud, and the file is refused
        return {"crash": type(error).__name__, "trace": traceback.format_exc()[-_LONGEST_TRACE:]}


def _say(answers: BinaryIO, said: dict[str, object]) -> None:
    try:
        text = json.dumps(said, separators=(",", ":")).encode()
    except MemoryError:
        text = b""
    answers.write(text if 0 < len(text) <= LONGEST_ANSWER else b'{"excess":true}')
    answers.flush()
