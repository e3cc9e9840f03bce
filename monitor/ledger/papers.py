"""Bulletins (通报), the weekly index (指数), filed lists (已备案清单) and orders (省平台工单), as offices type them.

A row whose account nobody answers to is kept as it was written and named in the warnings; it refuses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from monitor.core.account import Account
from monitor.core.bulletin import Problem
from monitor.core.index import WEEK
from monitor.core.paper import AreaThen, Mean, NewEntry, Paper, PaperKind
from monitor.core.reference import AccountIndex, Reference, Unmatched
from monitor.ledger import cells, naming
from monitor.ledger.book import TableFile
from monitor.ledger.fault import Accepted, did_you_mean
from monitor.ledger.sheet import Layout, SheetReading, SheetRow
from monitor.ledger.whose import FiledRow, Whose

BULLETINS = Layout(
    columns=("系列", "期次", "印发日期", "覆盖全部", *naming.COLUMNS, "问题类型", "最后更新日期"),
    needs=(frozenset({"系列", "期次", "印发日期", "覆盖全部"}),),
)
INDEX = Layout(
    columns=("周次", *naming.COLUMNS, "指数", "全县平均值"),
    needs=tuple(need | {"周次", "指数"} for need in naming.NEEDS),
    own=frozenset({"账号ID", "平台标识", "指数"}),
)
FILED_LIST = Layout(
    columns=(*naming.COLUMNS, "地区", "备案号", "备案日期"),
    needs=naming.NEEDS,
    own=frozenset({"账号ID", "平台标识", "备案号"}),
)
ORDERS = Layout(
    columns=("工单编号", *naming.COLUMNS, "问题", "下发日期", "办理期限"),
    needs=tuple(need | {"工单编号", "问题", "下发日期", "办理期限"} for need in naming.NEEDS),
    own=frozenset({"工单编号", "账号ID", "平台标识"}),
)
_LONGEST_NUMBER, _LONGEST_PROBLEM = 100, 2000
"""Characters of an order's number and of its problem."""

_PROBLEM = cells.one_of(Problem, "问题类型")


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers(Accepted):
    """The rows of a file, in its order, and the remarks for people although it is accepted."""

    papers: tuple[Paper, ...]


def read_bulletins(path: TableFile, directory: AccountIndex, *, until: date) -> Papers:
    """Return the rounds of a file; raises LedgerError with every reason to refuse it, as a day after `until` is."""
    reading = SheetReading(path, BULLETINS)
    drafts: dict[str, _Draft] = {}
    for row in reading.rows():
        head = _round(reading, row, until)
        if head is None:
            continue
        draft = drafts.setdefault(head.key, _Draft(head, row))
        if (draft.paper.on, draft.paper.covers_all) != (head.on, head.covers_all):
            column = "印发日期" if draft.paper.on != head.on else "覆盖全部"
            reading.blame(row, f"与第{draft.row.number}行同为{head}，{column}却不同", column)
        draft.add(reading, row, _listing(reading, row, directory, head.on))
    return _finished(reading, drafts, "文件中没有可导入的通报，请核对是否选错文件或表头位置")


def read_index(
    path: TableFile, directory: AccountIndex, *, areas: Sequence[str], area_then: AreaThen, until: date
) -> Papers:
    """Return the weeks of a file; raises LedgerError, also for a week that is not over on the day `until`.

    A mean that a row prints is that of the area which the row's account was in that week.
    """
    reading = SheetReading(path, INDEX)
    drafts: dict[str, _Draft] = {}
    for row in reading.rows():
        week = reading.require(row, "周次", cells.week)
        if week is None:
            continue
        head = Paper(kind=PaperKind.WEEK, title=week.label, on=week.begins_on)
        last = head.on + WEEK - timedelta(days=1)
        if last > until:
            reading.blame(row, f"{week.label}尚未结束，请在该周结束后导入", "周次")
        draft = drafts.setdefault(head.key, _Draft(head, row))
        named = _named(reading, row, directory)
        value = reading.take(row, "指数", cells.decimal)
        mean = reading.take(row, "全县平均值", cells.decimal)
        if named is None:
            continue
        draft.add(reading, row, NewEntry(written=named.written, account=named.id, value=value))
        area = _area_in(last, named.account, areas, area_then)
        if mean is not None and area is not None:
            draft.mean(reading, row, Mean(area=area, value=mean))
    return _finished(reading, drafts, "文件中没有可导入的指数，请核对是否选错文件或表头位置")


def read_filed_list(
    path: TableFile,
    directory: AccountIndex,
    *,
    as_of: date,
    areas: Sequence[str],
    area_then: AreaThen,
    area: str | None = None,
) -> Papers:
    """Return the list that a file is, a snapshot of the day `as_of`; raises LedgerError.

    A list is one area's: `area`, else what the column 地区 says, else the area that all accounts it names were in on
    that day. A file that mixes them is refused. `areas` are those there are.
    """
    reading = SheetReading(path, FILED_LIST)
    rows = [_filed_row(reading, row, as_of, areas) for row in reading.rows()]
    whose = Whose(reading, directory, areas, lambda account: area_then(account.id, as_of) or account.area)
    draft: _Draft | None = None
    if rows and (area := whose.area(rows, area)):
        draft = _Draft(Paper(kind=PaperKind.FILED_LIST, on=as_of, area=area), rows[0].row)
        for filed_row in rows:
            named = _found(reading, filed_row.row, filed_row.written, directory, area) if filed_row.written else None
            if named:
                whose.remark(filed_row, named.account, area)
                draft.add(reading, filed_row.row, replace(filed_row.entry, written=named.written, account=named.id))
    return _finished(reading, {"": draft} if draft else {}, "文件中没有可导入的备案账号，请核对是否选错文件或表头位置")


def read_orders(path: TableFile, directory: AccountIndex, *, until: date) -> Papers:
    """Return the work orders of a file; raises LedgerError, also for one issued after the day `until`.

    One that names several accounts has a row for each, and one last day. That day may have gone by already.
    """
    reading = SheetReading(path, ORDERS)
    drafts: dict[str, _Draft] = {}
    for row in reading.rows():
        head, problem, due = _order(reading, row, until)
        named = _named(reading, row, directory)
        if head is None or problem is None or due is None:
            continue
        draft = drafts.setdefault(head.key, _Draft(head, row))
        if draft.paper.on != head.on:
            reading.blame(row, f"与第{draft.row.number}行同为{head}，下发日期却不同", "下发日期")
        if any(known.day != due for known, _ in draft.rows.values()):
            reading.blame(row, f"与第{draft.row.number}行同为{head}，办理期限却不同", "办理期限")
        elif named:
            draft.add(reading, row, NewEntry(written=named.written, account=named.id, day=due, value=problem))
    return _finished(reading, drafts, "文件中没有可导入的工单，请核对是否选错文件或表头位置")


def _order(reading: SheetReading, row: SheetRow, until: date) -> tuple[Paper | None, str | None, date | None]:
    """Return the order of a row, its problem and its last day, as far as they can be read."""
    number = reading.require(row, "工单编号", cells.identifier)
    problem = reading.require(row, "问题", cells.note)
    issued_on = reading.require(row, "下发日期", cells.day)
    due = reading.require(row, "办理期限", cells.day_until)
    if number and len(number) > _LONGEST_NUMBER:
        reading.blame(row, f"工单编号最多{_LONGEST_NUMBER}个字，请核对是否填错了列", "工单编号")
    if problem and len(problem) > _LONGEST_PROBLEM:
        reading.blame(row, f"问题最多{_LONGEST_PROBLEM}个字，请摘要填写", "问题")
    if issued_on and issued_on > until:
        reading.blame(row, f"下发日期{issued_on}晚于今天，请改为今天或以前", "下发日期")
    if issued_on and due and due < issued_on:
        reading.blame(row, f"办理期限{due}早于下发日期{issued_on}，请核对", "办理期限")
    if number is None or issued_on is None:
        return None, problem, due
    return Paper(kind=PaperKind.ORDER, title=number, on=issued_on), problem, due


def _filed_row(reading: SheetReading, row: SheetRow, as_of: date, areas: Sequence[str]) -> FiledRow:
    written = naming.reference(reading, row)
    area = reading.take(row, "地区", cells.text)
    if area is not None and area not in areas:
        reading.blame(row, f"没有地区“{area}”{did_you_mean(area, areas)}", "地区")
    number = reading.take(row, "备案号", cells.text)
    filed_on = reading.take(row, "备案日期", cells.day)
    if filed_on and filed_on > as_of:
        reading.blame(row, f"备案日期 {filed_on} 晚于清单的日期 {as_of}", "备案日期")
    entry = NewEntry(written=written or Reference(), value=number, day=filed_on)
    return FiledRow(row=row, written=written, area=area, entry=entry)


def _area_in(last: date, account: Account | None, areas: Sequence[str], area_then: AreaThen) -> str | None:
    """Return the area to which a week that ends on a day counts for an account; None where that cannot be told."""
    if account is not None:
        return area_then(account.id, last) or account.area
    return areas[0] if len(areas) == 1 else None


@dataclass(frozen=True, slots=True)
class _Named:
    """The names in a row, and the accounts that answer to them."""

    written: Reference
    account: Account | None

    @property
    def id(self) -> str | None:
        return self.account.id if self.account else None


@dataclass(slots=True)
class _Draft:
    """A paper while its rows come in."""

    paper: Paper
    row: SheetRow
    """Where it began."""
    rows: dict[tuple[object, ...], tuple[NewEntry, SheetRow]] = field(default_factory=dict)
    means: dict[str, Mean] = field(default_factory=dict)

    def add(self, reading: SheetReading, row: SheetRow, entry: NewEntry | None) -> None:
        """Take one row; the same once more does not matter, another word on the same account does."""
        if entry is None:
            return
        known, where = self.rows.setdefault(entry.place, (entry, row))
        if replace(known, written=entry.written) != entry:
            reading.blame(row, f"与第{where.number}行说的是同一个账号（{entry.written}），内容却不同")

    def mean(self, reading: SheetReading, row: SheetRow, mean: Mean) -> None:
        """Take the mean that a row prints: one week of an area has one."""
        known = self.means.setdefault(mean.area, mean)
        if known != mean:
            reading.blame(row, f"{self.paper.title}的全县平均值有 {known.value} 和 {mean.value} 两种", "全县平均值")

    def finished(self) -> Paper:
        """Return the paper."""
        means = tuple(self.means[area] for area in sorted(self.means))
        return replace(self.paper, means=means, entries=tuple(entry for entry, _ in self.rows.values()))


def _finished(reading: SheetReading, drafts: dict[str, _Draft], nothing: str) -> Papers:
    for draft in drafts.values():
        _check(reading, draft)
    if not drafts:
        reading.warn(nothing)
    hints = reading.finish()
    return Papers(papers=tuple(draft.finished() for draft in drafts.values()), hints=hints)


def _check(reading: SheetReading, draft: _Draft) -> None:
    """Note where a round calls the same account clean and not clean."""
    clean = {entry.account or entry.written for entry, _ in draft.rows.values() if entry.problem is Problem.NONE}
    for entry, row in draft.rows.values():
        if entry.problem not in {None, Problem.NONE} and (entry.account or entry.written) in clean:
            reading.blame(row, f"同一期里 {entry.written} 又有“{Problem.NONE.label}”的行", "问题类型")


def _named(reading: SheetReading, row: SheetRow, directory: AccountIndex) -> _Named | None:
    """Return whom a row names; whom nobody answers to is warned of."""
    written = naming.reference(reading, row)
    return None if written is None else _found(reading, row, written, directory)


def _found(
    reading: SheetReading, row: SheetRow, written: Reference, directory: AccountIndex, area: str | None = None
) -> _Named:
    """Return who answers to what a row names, in the paper of an area if one is given."""
    found = directory.find(written, area)
    if isinstance(found, Unmatched):
        text = f"{naming.why(found, written, directory)}，列为待匹配"
        kind = "台账中没有或不能确定是哪个账号，列为待匹配"
        reading.warn(text, row=row, column=found.column, kind=kind, named=str(written))
        return _Named(written, None)
    return _Named(written, found)


def _round(reading: SheetReading, row: SheetRow, until: date) -> Paper | None:
    series = reading.require(row, "系列", cells.text)
    number = reading.require(row, "期次", cells.ordinal)
    issued_on = reading.require(row, "印发日期", cells.day)
    covers_all = reading.require(row, "覆盖全部", cells.yes_no)
    if issued_on and issued_on > until:
        reading.blame(row, f"印发日期{issued_on}晚于今天，请改为今天或以前", "印发日期")
    if series is None or number is None or issued_on is None or covers_all is None:
        return None
    return Paper(kind=PaperKind.ROUND, title=series, number=number, on=issued_on, covers_all=covers_all)


def _listing(reading: SheetReading, row: SheetRow, directory: AccountIndex, issued_on: date) -> NewEntry | None:
    """Return what a row lists; None for the one row of a round that lists nobody."""
    if not naming.is_named(row) and not {"问题类型", "最后更新日期"} & row.cells.keys():
        return None
    named = _named(reading, row, directory)
    problem = reading.require(row, "问题类型", _PROBLEM)
    last = reading.take(row, "最后更新日期", cells.day)
    if last and last > issued_on:
        reading.blame(row, f"最后更新日期 {last} 晚于印发日期 {issued_on}", "最后更新日期")
    if named is None or problem is None:
        return None
    return NewEntry(written=named.written, account=named.id, problem=problem, day=last)
