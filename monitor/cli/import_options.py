"""The options and refusals that all imports share."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.cli.refusal import Refusal
from monitor.cli.terminal import progress
from monitor.ledger import LedgerError
from monitor.ledger.book import rows_in

UNWRITTEN = "以上为试算，没有写入。"


@contextmanager
def ledger_refusals() -> Iterator[None]:
    """Refuse what the ledger refuses: one line for each fault, the last saying what that means."""
    try:
        yield
    except LedgerError as error:
        raise Refusal(f"{error}；没有导入任何内容。") from error


@contextmanager
def reading(file: Path) -> Iterator[Callable[[int], None] | None]:
    """Show on a terminal how far a file is read: yield who hears of every row, or None where nobody looks."""
    gc.disable()  # a million small things that form no cycle: looking for one takes a sixth of the time
    try:
        if not sys.stderr.isatty():
            yield None
            return
        with progress("读取", rows_in(file)) as bar:
            yield bar.update
            bar.update((bar.length or 0) - bar.pos)  # titles and headers are no rows
    finally:
        gc.enable()
