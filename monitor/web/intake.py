"""The imports page as values: which files came in, and which of their rows nobody answers to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.store import Tx
from monitor.store.audit import Act, recent_audit
from monitor.store.papers import Stray, strays

LISTED = 50
STRAYS_LISTED = 200
_KINDS = {
    "import roster": "台账",
    "import posts": "发布记录",
    "import filed-list": "已备案清单",
    "import bulletins": "通报",
    "import index": "指数",
    "import decisions": "处置决定",
    "import records": "记录",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """One file that came in."""

    act: Act
    kind: str
    """What it was, in Chinese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportsPage:
    """Everything on the page, the latest first."""

    files: tuple[Intake, ...]
    strays: Sequence[Stray]
    """At most STRAYS_LISTED."""
    strays_in_all: int


def read_imports(tx: Tx) -> ImportsPage:
    """Return the page."""
    acts = recent_audit(tx, limit=LISTED, beginning="import ")
    waiting = strays(tx)
    return ImportsPage(
        files=tuple(Intake(act=act, kind=_KINDS.get(act.action, act.action)) for act in acts),
        strays=waiting[:STRAYS_LISTED],
        strays_in_all=len(waiting),
    )
