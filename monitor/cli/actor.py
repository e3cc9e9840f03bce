"""Who does what by command, as the audit log keeps it."""

from __future__ import annotations

import os
import pwd
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.actions.who import Who
    from monitor.cli.place import CommandContext
    from monitor.store import Tx


def whoever(by: str | None = None) -> str:
    """Return the name given, else the login of whoever really runs this, else the number of a user without one."""
    return by or _login() or f"uid {os.getuid()}"


def typist() -> Who:
    """Return who really runs this, as what a command asks for is kept under."""
    from monitor.actions.who import Who

    login = _login()
    return Who(name=whoever(), login=f"{login}（{os.getuid()}）" if login else f"uid {os.getuid()}")


def note(
    tx: Tx,
    at: datetime,
    action: str,
    thing: str,
    detail: str = "",
    *,
    by: str | None = None,
    before: str = "",
    after: str = "",
) -> None:
    """Append one act to the audit log: by whom, as they say, and beside it who really runs this."""
    from monitor.store.audit import Act, record_audit

    typed = typist()
    act = Act(
        at=at,
        actor=by or typed.name,
        action=action,
        object=thing,
        detail=detail,
        login=typed.login,
        before=before,
        after=after,
    )
    record_audit(tx, act)


def note_alone(where: CommandContext, action: str, thing: str, detail: str = "") -> None:
    """Append one act that changed nothing: what was taken out, or looked at; of no database, nothing is."""
    from monitor.app.clock import now

    if not where.is_made:
        return
    with where.store() as store, store.begin(durable=True) as tx:
        note(tx, now(), action, thing, detail)


def _login() -> str:
    """Return the name of the user that the system runs this as: what the environment says of it anybody can write."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run under a number that no file names
        return ""
