"""The imports page as values: which files came in, and which of their rows nobody answers to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.core.bulletin import MissingRounds
from monitor.core.record import Record
from monitor.core.subject import Subject
from monitor.store import Tx
from monitor.store.audit import Act, recent_audit
from monitor.store.papers import UnmatchedRow, missing_rounds, strays
from monitor.store.rereading import Rereading, changed, unstated, whom

LISTED = 50
STRAYS_LISTED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportsPage:
    """Everything on the page, the latest first."""

    files: tuple[Act, ...]
    strays: Sequence[UnmatchedRow]
    """At most STRAYS_LISTED."""
    strays_in_all: int
    holes: tuple[MissingRounds, ...]
    """Rounds that are missing between known ones."""
    unstated: Sequence[Record]
    """Records that say nothing that rules understand; at most STRAYS_LISTED."""
    unstated_in_all: int
    changed: Sequence[Rereading]
    """Verdicts that are others since records are read by their results; at most STRAYS_LISTED."""
    changed_in_all: int
    whom: Mapping[Subject, str]
    """What people call the accounts among them."""


def read_imports(tx: Tx) -> ImportsPage:
    """Return the page."""
    waiting, silent, others = strays(tx), unstated(tx), changed(tx)
    return ImportsPage(
        files=recent_audit(tx, limit=LISTED, beginning="import "),
        strays=waiting[:STRAYS_LISTED],
        strays_in_all=len(waiting),
        holes=missing_rounds(tx),
        unstated=silent[:STRAYS_LISTED],
        unstated_in_all=len(silent),
        changed=others[:STRAYS_LISTED],
        changed_in_all=len(others),
        whom=whom(tx, others[:STRAYS_LISTED]),
    )
