"""Matters that records open and settle: messages, incidents, impostors, each with an end of its own.

An entry that names a number settles the matter opened under it. An entry without a number settles the matter that has
been open longest; of a matter under a number that has been settled already, nothing more is settled.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.core.names import numbered
from monitor.core.record import Record, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """By which results the matters of a kind are opened and settled."""

    opens: Collection[Result]
    settles: Collection[Result]
    goes_on: Mapping[Result, Result] = field(default_factory=dict)
    """A settling that may follow on another of the same matter: 已关停 after 已转办."""
    clears: Mapping[Result, Result] = field(default_factory=dict)
    """A result that settles what was opened by one other result only: 未发现问题 a 疑似."""


def still_open(records: Iterable[Record], ways: Ways) -> tuple[Record, ...]:
    """Return what opened the matters that nothing has settled, longest open first; records in order of day and entry.

    A matter that is opened again under its number, or confirmed after it was doubtful, is told by its first record of
    the same result. Of one day, what opens comes before what settles.
    """
    waiting, known, settled = list[Record](), set[str](), list[Result]()
    for entry in sorted(records, key=lambda record: (record.on, record.result not in ways.opens)):
        if entry.result in ways.opens:
            _open(waiting, entry)
            known.add(_number(entry))
        elif entry.result in ways.settles and entry.result is not None:
            before = ways.goes_on.get(entry.result)
            if not entry.item and before is not None and before in settled:
                settled[settled.index(before)] = entry.result
                continue
            if _settle(waiting, entry, known) and not entry.item:
                settled.append(entry.result)
        elif entry.result is not None and entry.result in ways.clears:
            doubtful = [record for record in waiting if record.result is ways.clears[entry.result]]
            cleared = [record for record in doubtful if not entry.item or _number(record) == _number(entry)][:1]
            waiting = [record for record in waiting if record not in cleared]
    return tuple(waiting)


def _open(waiting: list[Record], record: Record) -> None:
    for place, other in enumerate(waiting):
        is_same = _number(other) == _number(record) and (bool(record.item) or other.result is not record.result)
        if is_same and (record.item or other.result is Result.SUSPECTED):
            if other.result is not record.result:
                waiting[place] = record
            return
    waiting.append(record)


def _settle(waiting: list[Record], entry: Record, known: Collection[str]) -> bool:
    same = [record for record in waiting if _number(record) == _number(entry)] if entry.item else waiting
    if not same and entry.item and _number(entry) not in known:
        same = [record for record in waiting if not record.item]
    if same:
        waiting.remove(same[0])
    return bool(same)


def _number(record: Record) -> str:
    return numbered(record.item)


def unstated_since(records: Sequence[Record], waiting: Sequence[Record]) -> tuple[Record, ...]:
    """Return the records that may settle or open something and do not say so: entered before results were closed words.

    They are those after what has been open longest, or after the last that says what it is where nothing is.
    """
    first = (
        records.index(waiting[0])
        if waiting
        else max((place for place, record in enumerate(records) if record.result is not None), default=-1)
    )
    return tuple(record for record in records[first + 1 :] if record.result is None)
