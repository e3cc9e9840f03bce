"""The audit log as a page: who did what, the latest first."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.queries.paging import ListSlice, slice_of
from monitor.store import Tx
from monitor.store.audit import Act, count_audit, recent_audit

LISTED = 200
"""Acts on one page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActsSheet:
    """One page of the log."""

    acts: tuple[Act, ...]
    turn: ListSlice


def read_acts(tx: Tx, page: int) -> ActsSheet:
    """Return a page of the log; one too far is the last."""
    turn = slice_of(page, count_audit(tx), LISTED)
    return ActsSheet(acts=recent_audit(tx, limit=LISTED, skip=turn.skip), turn=turn)
