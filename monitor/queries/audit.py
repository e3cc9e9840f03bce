"""The audit log as a page: who did what, the latest first."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.queries.paging import ListSlice, slice_of
from monitor.store import Tx
from monitor.store.audit import Act, AuditFilter, count_audit, recent_audit

__all__ = ["LISTED", "ActsSheet", "AuditFilter", "read_acts"]

LISTED = 200
"""Acts on one page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActsSheet:
    """One page of the log."""

    acts: tuple[Act, ...]
    turn: ListSlice


def read_acts(tx: Tx, page: int, which: AuditFilter) -> ActsSheet:
    """Return a page of these acts; one too far is the last."""
    turn = slice_of(page, count_audit(tx, which), LISTED)
    return ActsSheet(acts=recent_audit(tx, limit=LISTED, skip=turn.skip, which=which), turn=turn)
