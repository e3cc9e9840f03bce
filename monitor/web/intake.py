"""The imports page as values: which files came in, and which of their rows nobody answers to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.core.bulletin import Hole
from monitor.store import Tx
from monitor.store.audit import Act, recent_audit
from monitor.store.papers import Stray, missing_rounds, strays

LISTED = 50
STRAYS_LISTED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportsPage:
    """Everything on the page, the latest first."""

    files: tuple[Act, ...]
    strays: Sequence[Stray]
    """At most STRAYS_LISTED."""
    strays_in_all: int
    holes: tuple[Hole, ...]
    """Rounds that are missing between known ones."""


def read_imports(tx: Tx) -> ImportsPage:
    """Return the page."""
    waiting = strays(tx)
    return ImportsPage(
        files=recent_audit(tx, limit=LISTED, beginning="import "),
        strays=waiting[:STRAYS_LISTED],
        strays_in_all=len(waiting),
        holes=missing_rounds(tx),
    )
