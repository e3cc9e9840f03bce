"""Records (记录): what people did or found out, one row each."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from monitor.core.mute import BadMuteError, mute_of
from monitor.core.record import AHEAD, NUMBERS, SUBJECTS, WORDS, Record, RecordKind, Subject
from monitor.ledger import cells
from monitor.ledger.fault import did_you_mean
from monitor.ledger.sheet import Layout, Reading, Row

LAYOUT = Layout(
    columns=("类型", "对象", "日期", "内容", "附件"),
    needs=(frozenset({"类型", "对象", "日期"}),),
)

_KIND = cells.one_of(RecordKind, "记录")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """Everybody whom a record may speak of."""

    accounts: Collection[str]
    units: Collection[str]
    areas: Collection[str]

    def names(self, subject: Subject) -> Collection[str]:
        """Return the names of one sort."""
        match subject:
            case Subject.ACCOUNT:
                return self.accounts
            case Subject.UNIT:
                return self.units
            case Subject.AREA:
                return self.areas


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What a file says, in its order, every record once."""

    records: tuple[Record, ...]
    warnings: tuple[str, ...] = ()


def read_records(path: Path, subjects: Subjects, *, until: date) -> Records:
    """Return the records of a file; raises LedgerError with every reason to refuse it.

    A unit that is not on the roster must be listed under 机构序列 first, in this file or an earlier one. A day
    after `until` is refused but for kinds that look ahead.
    """
    reading = Reading(path, LAYOUT)
    rows = tuple(reading.rows())
    units = {*subjects.units, *_listed(rows)} - {*subjects.areas}
    known = Subjects(accounts=subjects.accounts, units=units, areas=subjects.areas)
    found: dict[Record, None] = {}
    for row in rows:
        kind = reading.require(row, "类型", _KIND)
        name = reading.require(row, "对象", cells.text)
        on = reading.require(row, "日期", cells.day)
        if kind is None or name is None or on is None:
            continue
        if on > until and kind not in AHEAD:
            reading.blame(row, f"日期{on}晚于今天，请改为今天或以前", "日期")
        record = _record(reading, row, kind, name, on, known)
        if record:
            found[record] = None
    if not found:
        reading.warn("文件中没有可导入的记录，请核对是否选错文件或表头位置")
    return Records(records=tuple(found), warnings=reading.finish())


def record_line(record: Record) -> str:
    """Return a record as one line."""
    text = f"：{cells.one_line(record.text)}" if record.text else ""
    return f"{record.kind.label} {record.name} {record.on}{text}"


def _listed(rows: Iterable[Row]) -> set[str]:
    """Return the units that a file itself puts in order."""
    order = RecordKind.UNIT_ORDER.label
    with_both = (row.cells for row in rows if {"类型", "对象"} <= row.cells.keys())
    return {cells.show(row["对象"]) for row in with_both if cells.show(row["类型"]) == order}


def _record(reading: Reading, row: Row, kind: RecordKind, name: str, on: date, known: Subjects) -> Record | None:
    allowed = [subject for subject in Subject if subject in SUBJECTS[kind]]
    subject = next((one for one in allowed if name in known.names(one)), None)
    if subject is None:
        sorts = "或".join(one.label for one in allowed)
        near = did_you_mean(name, {other for one in allowed for other in known.names(one)})
        reading.blame(row, f"“{name}”不是台账中的{sorts}{near}", "对象")
        return None
    if kind in NUMBERS:
        number = reading.require(row, "内容", cells.count)
        text = "" if number is None else str(number)
    else:
        text = reading.take(row, "内容", cells.note) or ""
    record = Record(
        kind=kind, subject=subject, name=name, on=on, text=text, attachment=reading.take(row, "附件", cells.note)
    )
    if kind is RecordKind.MUTE:
        try:
            mute_of(record)
        except BadMuteError as error:
            reading.blame(row, str(error), "内容")
    if kind in WORDS and record.word is None:
        words = "或".join(f"“{word}”" for word in WORDS[kind])
        reading.warn(f"内容中请写明{words}，否则系统无法识别", row=row, column="内容")
    return record
