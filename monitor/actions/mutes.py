"""Mutes: have units hear nothing for a while, and again before its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from monitor.actions.actor import Actor, Right, write_audit
from monitor.actions.refused import FIELDS, Field, RefusedError
from monitor.core.calendar import beijing_date
from monitor.core.mute import BadMuteError, Mute, mute_of
from monitor.core.record import NewRecord, RecordKind, Result
from monitor.core.subject import SubjectKind
from monitor.store import Tx, records, roster
from monitor.store.reach import area_of_account

_SUBJECT = Field("subject", "对象")
_UNTIL = Field("until", "截止日期")
_WHY = Field("why", "原因")


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteCommand:
    """The command to mute: the subject, the start and the end."""

    kind: SubjectKind
    subject: str
    """The account's id, the unit's name, or the area's."""
    area: str | None = None
    """Of a unit: its area."""
    until: date | None
    """The last day; None has an earlier mute end before `first`."""
    first: date | None = None
    """The first day; None for today."""
    why: str
    by: str | None = None
    """The person who decided; None for the actor."""


def mute(tx: Tx, command: MuteCommand, *, actor: Actor, now: datetime) -> Mute:
    """Keep a mute, or the end of one, as a record, have everybody judged anew, and return it."""
    actor.require(Right.MUTE)
    if not command.why.strip():
        raise RefusedError(f"请写明{FIELDS}。", _WHY)
    actor.require_area([_area(tx, command)])
    _require_known(tx, command)
    by = command.by or actor.name
    record = NewRecord(
        kind=RecordKind.MUTE,
        subject=command.kind,
        name=command.subject,
        area=command.area if command.kind is SubjectKind.UNIT else None,
        on=command.first or beijing_date(now),
        result=Result.MUTED if command.until else Result.RESUMED,
        item=by,
        until=command.until,
        text=command.why.strip(),
    )
    try:
        kept = mute_of(record)
    except BadMuteError as error:
        raise RefusedError(f"{error}。", _UNTIL) from error
    if not records.save_records(tx, [record], known_at=now):
        raise RefusedError(f"已登记过“{command.subject}”的同一次暂停提醒。", _SUBJECT)
    after = f"{Result.MUTED.label}至{command.until}" if command.until else Result.RESUMED.label
    write_audit(tx, actor, now, "record mute", command.subject, record.text, by=by, after=after)
    return kept


def _area(tx: Tx, command: MuteCommand) -> str | None:
    """Return the area in which whoever is muted lies; None where that is nobody's."""
    if command.kind is SubjectKind.ACCOUNT:
        return area_of_account(tx, command.subject)
    return command.subject if command.kind is SubjectKind.AREA else command.area


def _require_known(tx: Tx, command: MuteCommand) -> None:
    """Refuse to mute whom nobody knows: a mute of a wrong name would mute nobody, and nobody would notice."""
    named = f"“{command.subject}”"
    match command.kind:
        case SubjectKind.ACCOUNT:
            if roster.account(tx, command.subject) is None:
                raise RefusedError(f"台账中没有账号{named}，请核对编号。", _SUBJECT)
        case SubjectKind.UNIT:
            units = {unit for _, unit, is_so in roster.units_ever(tx) if is_so}
            if (command.area, command.subject) not in units:
                raise RefusedError(f"{command.area or ''}台账中没有主办单位{named}，请核对名称和地区。", _SUBJECT)
        case SubjectKind.AREA:
            if command.subject not in {unit.area for _, unit, is_so in roster.units_ever(tx) if is_so}:
                raise RefusedError(f"台账中没有地区{named}，请核对名称。", _SUBJECT)
