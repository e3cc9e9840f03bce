"""The changes of an import: the difference of two rosters or of two papers, in the words of their columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from monitor.core.account import Account, Labelled
from monitor.core.paper import NewEntry, Paper, PaperKind
from monitor.core.phrases import Names
from monitor.documents.document import Value
from monitor.ledger.columns import COLUMNS


class ChangeKind(Labelled):
    """The kind of change of an account."""

    ADDED = "added", "新增"
    CHANGED = "changed", "修改"
    REMOVED = "removed", "删除"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One column that says something else than before; None is a blank cell."""

    column: str
    before: Value
    after: Value

    def __str__(self) -> str:
        """Return the change as people read it."""
        return f"{self.column} {_shown(self.before)}→{_shown(self.after)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """The change of one account; `fields` are empty unless it is changed."""

    kind: ChangeKind
    account: Account
    """The account as it will be; as it was, when it is removed."""
    fields: tuple[FieldChange, ...] = ()

    def line(self, names: Names) -> str:
        """Return the change as one line; units are called as in all that is said."""
        account = self.account
        line = f"{self.kind.label} {account.id} “{account.name}”（{account.platform.label}，{names.of(account)}）"
        return f"{line}：{'；'.join(str(field) for field in self.fields)}" if self.fields else line


def compare(before: Iterable[Account], after: Iterable[Account]) -> tuple[AccountChange, ...]:
    """Return what leads from one roster to the other: added and changed in the new order, then removed."""
    old = {account.id: account for account in before}
    new = {account.id: account for account in after}
    changes = [_change(old.get(id_), account) for id_, account in new.items() if old.get(id_) != account]
    removed = [
        AccountChange(kind=ChangeKind.REMOVED, account=account) for id_, account in old.items() if id_ not in new
    ]
    return (*changes, *removed)


def _change(old: Account | None, new: Account) -> AccountChange:
    if old is None:
        return AccountChange(kind=ChangeKind.ADDED, account=new)
    fields = tuple(
        FieldChange(column=column.name, before=column.of(old), after=column.of(new))
        for column in COLUMNS
        if column.of(old) != column.of(new)
    )
    return AccountChange(kind=ChangeKind.CHANGED, account=new, fields=fields)


def paper_change(before: Paper | None, after: Paper, *, with_area: bool = False) -> str:
    """Return what happens to a paper as one line: what it is if it is new, else which rows come and go.

    Where there are several areas, a list is called with its own.
    """
    called, parts = after.with_area if with_area else str(after), paper_parts(before, after)
    if before is None:
        return f"{ChangeKind.ADDED.label} {called}（{'，'.join(parts)}）"
    return f"{ChangeKind.CHANGED.label} {called}：{'；'.join(parts)}"


def paper_parts(before: Paper | None, after: Paper) -> list[str]:
    """Return what a new paper is, or else which of its rows come, turn and go; each in a few words."""
    if before is None:
        return _told(after)
    old, new = ({entry.place: _row(entry) for entry in paper.entries} for paper in (before, after))
    parts = [f"{now}（原 {was}）" for was, now in zip(_told(before), _told(after), strict=False) if was != now]
    parts += [f"{ChangeKind.ADDED.label} {row}" for place, row in new.items() if place not in old]
    parts += [f"{old[place]}→{row}" for place, row in new.items() if place in old and old[place] != row]
    parts += [f"{ChangeKind.REMOVED.label} {row}" for place, row in old.items() if place not in new]
    return parts


def _told(paper: Paper) -> list[str]:
    """Return what is said of a paper as a whole."""
    rows = f"{len(paper.entries)}行"
    match paper.kind:
        case PaperKind.ROUND:
            return [f"{paper.on} 印发", "覆盖全部" if paper.covers_all else "只覆盖列出的", rows]
        case PaperKind.WEEK:
            means = "、".join(f"{mean.area}平均 {mean.value}" for mean in paper.means)
            return [f"自 {paper.on} 起一周", means or "没有平均值", rows]
        case PaperKind.FILED_LIST:
            return [rows]
        case PaperKind.ORDER:
            return [f"{paper.on} 下发", rows]


def _row(entry: NewEntry) -> str:
    who = entry.account or f"待匹配 {entry.written}"
    said = (entry.problem.label if entry.problem else None, entry.value, entry.day)
    return " ".join([who, *(str(part) for part in said if part is not None)])


def _shown(value: Value) -> str:
    if value is None:
        return "（空）"
    return value.isoformat() if isinstance(value, date) else str(value).replace("\n", " ")
