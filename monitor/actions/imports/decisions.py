"""Import decisions from a file; those that are known already stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.actions.actor import Actor
from monitor.actions.imports.kept import begin, finish
from monitor.actions.refused import RefusedError
from monitor.core.decision import USUAL_TERMS, Decision, DecisionTerms
from monitor.ledger.decisions import Places
from monitor.store import Tx, decisions, roster


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportDecisionsCommand:
    """Decisions that somebody wants to have known."""

    file: str
    decisions: Sequence[Decision]
    as_of: datetime
    terms: DecisionTerms = USUAL_TERMS


def decidable_places(tx: Tx, areas: Sequence[str]) -> Places:
    """Return the areas and units that a decision may be about, past ones included."""
    ever = tuple(roster.units_ever(tx))
    present = {unit for _, unit, is_so in ever if is_so}
    former = {unit for _, unit, _ in ever} - present
    return Places(areas={*areas, *(unit.area for unit in (*present, *former))}, units=present, former_units=former)


def import_decisions(tx: Tx, command: ImportDecisionsCommand, *, actor: Actor, now: datetime) -> tuple[Decision, ...]:
    """Keep decisions, have whom they are about judged anew, and return those that are new."""
    new = decisions.new_decisions(tx, command.decisions)
    if any(command.terms.needs_another(decision.ruling) for decision in new):
        raise RefusedError(
            "已设置注销和豁免由两名操作员登记（review.two_persons），请在事项中登记，由另一人确认；文件没有导入。"
        )
    number = begin(tx, "decisions", command.file, command.as_of, actor=actor, now=now)
    added = decisions.save_decisions(tx, command.decisions, known_at=now, import_id=number)
    finish(tx, "decisions", command.file, number, f"新增{len(added)}", actor=actor, now=now)
    return added
