"""Records (记录): what people did or found out, one row each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from monitor.core.account import UnitKey
from monitor.core.forms import INSTITUTIONS, FormItem
from monitor.core.names import normal
from monitor.core.record import AHEAD, SUBJECTS, NewRecord, RecordKind
from monitor.core.subject import SubjectKind
from monitor.ledger import cells
from monitor.ledger.book import TableFile
from monitor.ledger.fault import Accepted, did_you_mean
from monitor.ledger.filling import Filling
from monitor.ledger.sheet import Layout, SheetReading, SheetRow

_ITEMS = tuple(item.label for item in FormItem)
LAYOUT = Layout(
    columns=("类型", "对象", "地区", "日期", "结果", *_ITEMS, "截止日期", "内容", "附件"),
    needs=(frozenset({"类型", "对象", "日期"}),),
    also={
        "状态": "结果",
        **dict.fromkeys(("制度名称", "迁往账号", "别名", "领域", "阶段名称"), FormItem.NAME.label),
        **dict.fromkeys(("留言编号", "问题编号", "线索编号", "备案号"), FormItem.NUMBER.label),
        **dict.fromkeys(("人数", "顺序号"), FormItem.COUNT.label),
        **dict.fromkeys(("冻结至", "暂停至"), "截止日期"),
    },
)

_KIND = cells.one_of(RecordKind, "记录")


@dataclass(frozen=True, kw_only=True)
class Subjects:
    """Everybody whom a record may speak of."""

    accounts: Mapping[str, Collection[str]]
    """By id, the areas that each account is or was in."""
    units: Mapping[str, Collection[str]]
    """By name, the areas that have or had a unit of that name."""
    areas: Collection[str]
    left: Collection[UnitKey] = ()
    """Those of the units that nobody has any more: who names no area means one of the others."""

    def names(self, subject: SubjectKind) -> Collection[str]:
        """Return the names of one sort."""
        match subject:
            case SubjectKind.ACCOUNT:
                return self.accounts.keys()
            case SubjectKind.UNIT:
                return self.units.keys()
            case SubjectKind.AREA:
                return self.areas

    def areas_of(self, subject: SubjectKind, name: str) -> Collection[str]:
        """Return the areas in which one of that sort and name is."""
        match subject:
            case SubjectKind.ACCOUNT:
                return self.accounts[name]
            case SubjectKind.UNIT:
                return {area for text in self.alike(name) for area in self.units[text]}
            case SubjectKind.AREA:
                return {name}

    def named(self, subject: SubjectKind, name: str) -> str | None:
        """Return how one of that sort is written, （） being () and blanks nothing; None for nobody, or one of two."""
        if subject is SubjectKind.UNIT:
            return next(iter(self.alike(name)), None)
        return twin(name, self.names(subject))

    def unit_in(self, area: str, name: str) -> str:
        """Return a unit as its area writes it: two areas may write the same name otherwise."""
        return next((text for text in self.alike(name) if area in self.units[text]), name)

    def alike(self, name: str) -> Sequence[str]:
        """Return every way in which the name of a unit is written, the given one first."""
        return sorted(self._spellings.get(normal(name), ()), key=lambda entry: entry != name)

    @cached_property
    def _spellings(self) -> Mapping[str, Sequence[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for text in self.units:
            found[normal(text)].append(text)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Records(Accepted):
    """The records of a file, in its order, each once."""

    records: tuple[NewRecord, ...]


def read_records(
    path: TableFile, subjects: Subjects, *, until: date, institutions: Collection[str] = INSTITUTIONS
) -> Records:
    """Return the records of a file; raises LedgerError with every reason to refuse it.

    A unit is known by its area and its name: a blank 地区 is the only area that has one of that name. A unit that is
    not on the roster must be listed under 机构序列 first, in this file or an earlier one. A day after `until` is
    refused but for kinds that look ahead. `institutions` are those that may be named.
    """
    reading = SheetReading(path, LAYOUT)
    rows = tuple(reading.rows())
    known = _with_listed(subjects, rows)
    found: dict[NewRecord, None] = {}
    for row in rows:
        kind = reading.require(row, "类型", _KIND)
        name = reading.require(row, "对象", cells.text)
        on = reading.require(row, "日期", cells.day)
        if kind is None or name is None or on is None:
            continue
        if on > until and kind not in AHEAD:
            reading.blame(row, f"日期{on}晚于今天，请改为今天或以前", "日期")
        record = _record(reading, row, kind, name, on, known, institutions)
        if record:
            found[record] = None
    if not found:
        reading.warn("文件中没有可导入的记录，请核对是否选错文件或表头位置")
    return Records(records=tuple(found), hints=reading.finish())


def record_line(record: NewRecord, *, with_area: bool = False) -> str:
    """Return a record as one line; with the area of its unit where there are several areas."""
    said = [record.result.label] if record.result else []
    said += [cells.one_line(record.item)] if record.item else []
    said += [f"至{record.until}"] if record.until else []
    said += [cells.one_line(record.text)] if record.text and record.text not in {*said, record.item} else []
    area = f"（{record.area}）" if with_area and record.area else ""
    return f"{record.kind.label} {record.name}{area} {record.on}" + (f"：{'，'.join(said)}" if said else "")


def _with_listed(subjects: Subjects, rows: Iterable[SheetRow]) -> Subjects:
    """Return the subjects, and among them the units that a file itself puts in order."""
    units: dict[str, set[str]] = {name: set(areas) for name, areas in subjects.units.items()}
    for listed, area in _listed(rows):
        alike = subjects.alike(listed)
        if area is None:
            everywhere = set(subjects.areas) if len(subjects.areas) == 1 else set[str]()
            units.setdefault(alike[0] if alike else listed, everywhere)
        elif area in subjects.areas and not any(area in subjects.units[text] for text in alike):
            units.setdefault(alike[0] if alike else listed, set()).add(area)
    for area in subjects.areas:
        units.pop(area, None)
    return replace(subjects, units=units)


def _listed(rows: Iterable[SheetRow]) -> Iterator[tuple[str, str | None]]:
    """Yield the units that a file itself puts in order, each with the area that it is said to be in."""
    order = RecordKind.UNIT_ORDER.label
    for row in rows:
        if {"类型", "对象"} <= row.cells.keys() and cells.show(row.cells["类型"]) == order:
            area = cells.show(row.cells["地区"]) if "地区" in row.cells else None
            yield cells.show(row.cells["对象"]), area


def _area(reading: SheetReading, row: SheetRow, subject: SubjectKind, name: str, known: Subjects) -> str | None:
    """Return the area of whom a row speaks; None where that cannot be told (then the fault is noted)."""
    given, areas = reading.take(row, "地区", cells.text), sorted(known.areas_of(subject, name))
    if given is not None and given not in known.areas:
        reading.blame(row, f"没有地区“{given}”{did_you_mean(given, known.areas)}", "地区")
    elif given is not None and given not in areas:
        told = f"在{'、'.join(areas)}" if areas else "还没有列入机构序列"
        reading.blame(row, f"{given}没有{subject.label}“{name}”（{told}）", "地区")
    elif given is not None:
        return given
    elif areas and subject is SubjectKind.ACCOUNT:
        return areas[0]
    elif len(present := [text for text in areas if UnitKey(text, known.unit_in(text, name)) not in known.left]) == 1:
        return present[0]
    elif len(areas) == 1:
        return areas[0]
    elif areas:
        reading.blame(row, f"{'、'.join(areas)}都有“{name}”，请填写是哪个地区的", "地区")
    else:
        reading.blame(row, f"不能为空：负责的地区有多个（{'、'.join(sorted(known.areas))}）", "地区")
    return None


def _record(
    reading: SheetReading,
    row: SheetRow,
    kind: RecordKind,
    name: str,
    on: date,
    known: Subjects,
    institutions: Collection[str],
) -> NewRecord | None:
    allowed = [subject for subject in SubjectKind if subject in SUBJECTS[kind]]
    meant = ((subject, known.named(subject, name)) for subject in allowed)
    subject, named = next(((subject, found) for subject, found in meant if found is not None), (None, name))
    if subject is None:
        sorts = "或".join(subject.label for subject in allowed)
        near = did_you_mean(name, {other for subject in allowed for other in known.names(subject)})
        reading.blame(row, f"“{name}”不是台账中的{sorts}{near}", "对象")
        return None
    area = _area(reading, row, subject, named, known)
    if area is None:
        return None
    filling = Filling(reading, row, kind, on, institutions)
    if subject is SubjectKind.UNIT:
        return filling.record(subject, known.unit_in(area, named), area)
    return filling.record(subject, named, None)


def twin(name: str, names: Collection[str]) -> str | None:
    """Return the one of the names that is this one but for full-width twins and blanks; None where none or two are."""
    if name in names:
        return name
    bare = normal(name)
    found = [text for text in names if normal(text) == bare]
    return found[0] if len(found) == 1 else None
