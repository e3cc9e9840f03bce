"""Walk the audit log from end to end, again and again, a piece at a time."""

from __future__ import annotations

from monitor.store import Store, audit

ROWS = 500
"""Rows in one piece: a few milliseconds of every self-check."""


class Chain:
    """The walk, and what it found."""

    def __init__(self, store: Store) -> None:
        """Begin with the first row."""
        self._store = store
        self._walked = audit.Walk()
        self._problem: str | None = None

    async def go_on(self) -> str | None:
        """Return what is wrong with the log, as one Chinese sentence, or None; a whole walk clears it."""
        found = await self._store.query(lambda tx: audit.walk(tx, self._walked, at_most=ROWS))
        self._walked = audit.Walk() if found.is_over else found
        if found.broken_at is not None:
            said = f"操作记录自编号{found.broken_at}起已被改动或删去"
            self._problem = f"{said}，请信息技术人员核对（xuncha audit verify）。"
        elif found.is_over:
            self._problem = None
        return self._problem
