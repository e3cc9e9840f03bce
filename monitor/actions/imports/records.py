"""Import records from a file; those that are known already stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.actions.actor import Actor
from monitor.actions.imports.kept import begin, finish
from monitor.core.account import UnitKey
from monitor.core.record import NewRecord
from monitor.ledger.records import Subjects
from monitor.store import Tx, records, roster


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRecordsCommand:
    """Records that somebody wants to have known."""

    file: str
    records: Sequence[NewRecord]
    as_of: datetime


def record_subjects(tx: Tx, areas: Sequence[str]) -> Subjects:
    """Return everybody whom a record may speak of, past ones included."""
    accounts: dict[str, set[str]] = {}
    ever, present = set[UnitKey](), set[UnitKey]()
    for id_, unit, is_so in roster.units_ever(tx):
        accounts.setdefault(id_, set()).add(unit.area)
        (present if is_so else ever).add(unit)
    everywhere = {*areas, *(unit.area for unit in (*ever, *present))}
    for area, name in records.listed_units(tx):
        present.update(UnitKey(place, name) for place in ([area] if area else everywhere))
    units: dict[str, set[str]] = {}
    for unit in (*ever, *present):
        units.setdefault(unit.name, set()).add(unit.area)
    return Subjects(accounts=accounts, units=units, areas=everywhere, left=ever - present)


def import_records(tx: Tx, command: ImportRecordsCommand, *, actor: Actor, now: datetime) -> tuple[NewRecord, ...]:
    """Keep records, have everybody judged anew if any is new, and return those."""
    number = begin(tx, "records", command.file, command.as_of, actor=actor, now=now)
    added = records.save_records(tx, command.records, known_at=now, import_id=number)
    finish(tx, "records", command.file, number, f"新增{len(added)}", actor=actor, now=now)
    return added
