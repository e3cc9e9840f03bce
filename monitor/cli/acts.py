"""Who does what by command, as the audit log keeps it."""

from __future__ import annotations

import getpass
import os
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.store import Tx


def whoever(by: str | None = None) -> str:
    """Return the name given, else the login of this machine, else the number of a user without one."""
    try:
        return by or getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that no file names
        return f"uid {os.getuid()}"


def note(tx: Tx, at: datetime, action: str, thing: str, detail: str = "", *, by: str | None = None) -> None:
    """Append one act to the audit log."""
    from monitor.store.audit import Act, record_audit

    record_audit(tx, Act(at=at, actor=whoever(by), action=action, object=thing, detail=detail))
