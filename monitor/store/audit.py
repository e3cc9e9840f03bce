"""The audit log: who did what to what, and when. Rows are only ever added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.store.database import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing a person (or the daemon, actor `xuncha`) did."""

    at: datetime
    actor: str
    action: str
    """A verb of the program, e.g. `import roster`, `message release`."""
    object: str = ""
    detail: str = ""
    """One line; never a secret."""


def record_audit(tx: Tx, act: Act) -> None:
    """Append one act."""
    raise NotImplementedError


def recent_audit(tx: Tx, *, limit: int = 200, before: datetime | None = None) -> tuple[Act, ...]:
    """Return the latest acts, newest first, older than `before` if given."""
    raise NotImplementedError
