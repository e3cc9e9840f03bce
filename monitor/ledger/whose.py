"""The area of a filed list: named by a person or the file, or the one that every account on it was in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from monitor.core.account import Account
from monitor.core.paper import NewEntry
from monitor.core.reference import AccountIndex, Reference
from monitor.ledger.fault import FileFault
from monitor.ledger.sheet import SheetReading, SheetRow

_HOW = "请按地区分开导入，或用“地区”列、--area 写明是哪个地区的清单"


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledRow:
    """One row of a filed list, before it is known whose list it is."""

    row: SheetRow
    written: Reference | None
    """None where the row names nobody; then the fault is noted."""
    area: str | None
    """What it says under 地区."""
    entry: NewEntry


@dataclass(frozen=True, slots=True)
class Whose:
    """Finds out whose a list is, and notes what speaks against it."""

    reading: SheetReading
    directory: AccountIndex
    areas: Sequence[str]
    area_of: Callable[[Account], str]
    """The area that an account was in on the list's day."""

    def area(self, rows: Sequence[FiledRow], given: str | None) -> str | None:
        """Return the area; None where the rows do not agree or do not tell (then the faults are noted)."""
        said = next((row for row in rows if row.area), None)
        if given is not None:
            self._agree(rows, given, f"与 --area {given} 不同")
            return given
        if said is not None:
            self._agree(rows, said.area, f"与第{said.row.number}行（{said.area}）不同")
            return said.area
        return self._derived(rows)

    def remark(self, row: FiledRow, account: Account | None, area: str) -> None:
        """Say of an account that it was in another area: the list says nothing of that."""
        theirs = self.area_of(account) if account else area
        if theirs != area:
            text = f"{row.written}在台账中属于{theirs}，本清单只作为{area}的清单"
            kind = f"在台账中属于其他地区，本清单只作为{area}的清单"
            self.reading.warn(text, row=row.row, kind=kind, named=str(row.written))

    def _agree(self, rows: Sequence[FiledRow], area: str | None, other: str) -> None:
        for row in rows:
            if row.area not in {None, area}:
                self.reading.blame(row.row, f"“{row.area}”{other}：一份清单只能是一个地区的，请按地区分开导入", "地区")

    def _derived(self, rows: Sequence[FiledRow]) -> str | None:
        of: dict[str, list[FiledRow]] = {}
        for row in rows:
            found = self.directory.find(row.written) if row.written else None
            if isinstance(found, Account):
                of.setdefault(self.area_of(found), []).append(row)
        if len(of) == 1:
            return next(iter(of))
        if not of and len(self.areas) == 1:
            return self.areas[0]
        if not of:
            text = f"不能确定是哪个地区的清单（{'、'.join(self.areas)}），请用“地区”列或 --area 写明"
            self.reading.faults.append(FileFault(file=self.reading.path.name, text=text))
            return None
        most = max(of, key=lambda area: len(of[area]))
        for area, ones in of.items():
            for row in ones if area != most else ():
                text = f"{row.written}属于{area}，而清单中其他账号属于{most}：一份清单只能是一个地区的，{_HOW}"
                self.reading.blame(row.row, text)
        return None
