"""The audit log itself: record that it was taken out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.actions.actor import Actor, Right, write_audit
from monitor.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportAuditCommand:
    """The name of the file that the whole audit log was written into."""

    file: str


def record_audit_export(tx: Tx, command: ExportAuditCommand, *, actor: Actor, now: datetime) -> None:
    """Write down that the audit log was taken out."""
    actor.require(Right.EXPORT_AUDIT)
    write_audit(tx, actor, now, "audit export", command.file)
