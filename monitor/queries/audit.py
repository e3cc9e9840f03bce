"""The audit log as a page: who did what, the latest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from monitor.queries.paging import ListSlice, slice_of
from monitor.store import Tx
from monitor.store.audit import Act, AuditEntry, AuditFilter, audit_behind, count_audit, recent_audit

__all__ = ["LISTED", "ActsSheet", "AuditEntry", "AuditFilter", "read_acts", "read_entries"]

SETTLING = frozenset(
    {
        *("import roster", "import posts", "import filed-list", "import bulletins", "import index"),
        *("import decisions", "import records", "import withdraw", "look register", "look correct", "record mute"),
        *("case confirm", "case reject", "case exempt", "case retain", "case revoke", "case consolidate"),
        *("case deregister", "case close", "decision ask", "decision refuse", "decision withdraw"),
        *("deregistration mark", "message release", "message withhold", "message retry", "message phone"),
        *("proposal accept", "proposal decline", "user grant", "user decline", "hook resend", "hook settle"),
    }
)
"""The acts that settle something of the office's list, or decide it; to look at or take away anything is none."""
LISTED = 200
"""Acts on one page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActsSheet:
    """One page of the log."""

    acts: tuple[Act, ...]
    turn: ListSlice


def settled_on(day: date) -> AuditFilter:
    """Return which acts of a day count as what was settled on it."""
    return AuditFilter(actions=SETTLING, day=day)


def read_acts(tx: Tx, page: int, which: AuditFilter) -> ActsSheet:
    """Return a page of these acts; one too far is the last."""
    turn = slice_of(page, count_audit(tx, which), LISTED)
    return ActsSheet(acts=recent_audit(tx, limit=LISTED, skip=turn.skip, which=which), turn=turn)


def read_entries(tx: Tx, which: AuditFilter, *, limit: int, before: int | None) -> tuple[AuditEntry, ...]:
    """Return these acts with their numbers, the latest first: those before a number."""
    return audit_behind(tx, which, limit=limit, before=before)
