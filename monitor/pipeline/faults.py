"""Bugs: loud, counted, and kept from stopping what comes after them.

This is the one place that catches every exception. Expected failures never get here: they are
values long before.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from monitor.store import StoreError

_log = logging.getLogger(__name__)


class Faults:
    """Contains bugs; `count` is told the name of the pass each one happened in."""

    def __init__(self, count: Callable[[str], None]) -> None:
        """Build it with the counter of bugs."""
        self._count = count

    @contextmanager
    def contained(self, where: str, **about: str) -> Iterator[None]:
        """Run the block; a bug in it is logged with its traceback, counted, and ends there.

        A StoreError passes through: a database that cannot be written is no bug, and the pass must stop.
        """
        try:
            yield
        except StoreError:
            raise
        except Exception as error:
            self.report(where, error, **about)

    def report(self, where: str, error: BaseException, **about: str) -> None:
        """Log and count a bug that was caught elsewhere as a value."""
        _log.error("bug", exc_info=error, extra={"pass": where, **about})
        self._count(where)
