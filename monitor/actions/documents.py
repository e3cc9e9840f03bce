"""Hand out documents: who took which list, report or form is kept, before a line of it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from monitor.actions.actor import Actor, Right, write_audit
from monitor.store import Tx


class Handout(Enum):
    """A kind of document that can be handed out; the value is its name in the audit log."""

    ROSTER = "export roster"
    TEMPLATE = "export template"
    RECORDS = "export records"
    FINDINGS = "export findings"
    ACCOUNTS = "export accounts"
    CASES = "export cases"
    DECISIONS = "export decisions"
    MESSAGES = "export messages"
    ORDERS = "export work-orders"
    PERSONAL_DATA = "export personal-data"
    DEDUCTIONS = "report deductions"
    REVIEW = "report review"
    DEREGISTRATION = "report deregistration"
    NOTICE = "case notice"
    HANDOVER = "handover"
    WEEKLY = "report weekly"
    BULLETIN = "report bulletin"
    PUBLIC = "report public"
    PROBLEMS = "report problems"
    RECHECK = "report recheck"
    LEDGER = "report ledger"
    SAMPLE = "report sample"
    ORDER_SHEET = "report work-orders"
    AUDIT = "audit export"

    @property
    def right(self) -> Right:
        """The right that a document needs."""
        if self in _PERSONAL:
            return Right.EXPORT_PERSONAL
        if self is Handout.AUDIT:
            return Right.EXPORT_AUDIT
        is_report = self is Handout.NOTICE or self.value.startswith("report")
        return Right.REPORT if is_report else Right.EXPORT


_PERSONAL = frozenset({Handout.PERSONAL_DATA, Handout.HANDOVER, Handout.LEDGER})
"""Those that name people and how they are reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOutCommand:
    """Somebody takes a document out."""

    what: Handout
    file: str
    """The name under which they keep it."""
    detail: str = ""
    """Of which person, or of which period."""


def hand_out(tx: Tx, command: HandOutCommand, *, actor: Actor, now: datetime) -> None:
    """Let a document that was read be taken out; raises RefusedError.

    It is read before, in a transaction that only reads: a report on a whole county must not keep others from writing.
    """
    actor.require(command.what.right)
    write_audit(tx, actor, now, command.what.value, command.file, command.detail)
