"""What was exported and comes back: nothing has changed; two corrected cells are two changes, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from monitor.core.account import Account, Platform
from monitor.core.forms import FORMS
from monitor.core.paper import NewEntry, Paper, PaperKind
from monitor.core.period import Period
from monitor.core.record import NewRecord, RecordKind
from monitor.core.reference import AccountIndex, Reference
from monitor.core.subject import SubjectKind
from monitor.documents import Document, write
from monitor.documents.dossier import Dossier
from monitor.documents.ledger import ledger
from monitor.ledger.columns import COLUMNS
from monitor.ledger.diff import ChangeKind, compare, paper_parts
from monitor.ledger.papers import read_orders
from monitor.ledger.records import Subjects, read_records
from monitor.ledger.roster import roster_document
from monitor.ledger.templates import orders_document, records_document
from tests.ledger.making import account as made
from tests.ledger.making import read
from tests.ledger.test_roster_written import ACCOUNTS, FORMULAS, IDS, TEXT
from tests.often import often

UNTIL = date(2026, 11, 30)
often_enough = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=often(15),
)
ENDINGS = pytest.mark.parametrize("ending", ["xlsx", "csv"])
Edit = tuple[int, str, object]
"""The place of a row, the column, and what is typed into the cell."""
WORDS = TEXT | FORMULAS.filter(lambda text: "_x" not in text)  # openpyxl writes that as another letter
TYPED = {
    "账号名称": WORDS,
    "认证主体": WORDS,
    "备注": WORDS | st.just("第一行\n第二行"),
    "受委托方": TEXT,
    "受委托方类型": TEXT,
    "粉丝数": st.integers(0, 10**9),
    "委托协议日期": st.dates(date(1994, 1, 1), date(2099, 12, 31)),
    "新闻资质到期": st.dates(date(1994, 1, 1), date(2099, 12, 31)),
    "主账号": st.sampled_from(["是", "否"]),
    "平台标识": st.from_regex(r"0[0-9]{8,20}", fullmatch=True),
}
"""Cells of a roster that one may correct without a word about any other; long numbers begin with a zero."""
WHOLE = Period.of("2026-Q4")


def corrected(path: Path, edits: Sequence[Edit]) -> None:
    """Type into cells of a workbook as a person does, and save it."""
    book = load_workbook(path)
    sheet = book.worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    top = next(number for number, row in enumerate(rows, start=1) if {"账号ID", "类型"} & set(row))
    columns = list(rows[top - 1])
    for place, column, typed in edits:
        cell = sheet.cell(top + 1 + place, columns.index(column) + 1)
        cell.value = typed  # type: ignore[assignment]  # what a person types
        if isinstance(typed, str):
            cell.data_type = "s"
    book.save(path)


def fields(before: Sequence[Account], after: Sequence[Account]) -> list[tuple[ChangeKind, str, str]]:
    """Return what is another in a roster, cell by cell."""
    found = compare([one for one in before if one.id in {other.id for other in after}], after)
    return [(change.kind, change.account.id, field.column) for change in found for field in change.fields]


def read_back(path: Path, accounts: Sequence[Account]) -> tuple[Account, ...]:
    return read(path, areas=sorted({one.area for one in accounts}) or ["缙云县"], before=accounts).accounts


@st.composite
def corrections(draw: st.DrawFn, accounts: Sequence[Account], columns: Sequence[str]) -> list[Edit]:
    """Draw two cells and what is typed into them."""
    cells = st.tuples(st.integers(0, len(accounts) - 1), st.sampled_from(sorted(columns)))
    chosen = draw(st.lists(cells, min_size=2, max_size=2, unique=True))
    return [(place, column, draw(TYPED[column])) for place, column in chosen]


ROSTERS = st.lists(ACCOUNTS, min_size=1, max_size=4, unique_by=lambda one: one.id)


def whole_ledger(accounts: Sequence[Account]) -> Document:
    """Return 台账全表, which is for reading and may come back all the same."""
    return ledger([Dossier(account=one, findings=()) for one in accounts], (), WHOLE, {})


@ENDINGS
@often_enough
@given(accounts=ROSTERS)
def test_a_ledger_that_comes_back_changes_nothing(tmp_path: Path, ending: str, accounts: list[Account]) -> None:
    for name, document in (("台账", roster_document(accounts)), ("全表", whole_ledger(accounts))):
        path = tmp_path / f"{name}.{ending}"
        write(path, document)
        assert fields(accounts, read_back(path, accounts)) == [], name


@often_enough
@given(data=st.data(), accounts=ROSTERS)
def test_two_corrected_cells_of_a_roster_are_two_changes(
    tmp_path: Path, data: st.DataObject, accounts: list[Account]
) -> None:
    edits = data.draw(corrections(accounts, list(TYPED)))
    path = tmp_path / "台账.xlsx"
    write(path, roster_document(accounts))
    corrected(path, edits)
    _exactly(accounts, read_back(path, accounts), edits)


@often_enough
@given(data=st.data(), accounts=ROSTERS)
def test_two_corrected_cells_of_the_whole_ledger_are_two_changes(
    tmp_path: Path, data: st.DataObject, accounts: list[Account]
) -> None:
    edits = data.draw(corrections(accounts, ["账号名称", "认证主体", "备注", "粉丝数"]))
    shown = whole_ledger(accounts)
    path = tmp_path / "全表.xlsx"
    write(path, shown)
    corrected(path, edits)
    _exactly(accounts, read_back(path, accounts), edits)


def _exactly(before: Sequence[Account], after: Sequence[Account], edits: Sequence[Edit]) -> None:
    """Assert that what was typed is what is another now, and that each of them is what was typed."""
    of = {column.name: column.of for column in COLUMNS}
    meant = {(before[place].id, column) for place, column, typed in edits if of[column](before[place]) != typed}
    assert {(id_, column) for _, id_, column in fields(before, after)} == meant
    now = {one.id: one for one in after}
    for place, column, typed in edits:
        assert of[column](now[before[place].id]) == typed


ORDERS = st.lists(
    st.builds(
        lambda number, problem, on, due: Paper(
            kind=PaperKind.ORDER,
            title=number,
            on=on,
            entries=(NewEntry(written=Reference(account="A01"), account="A01", day=max(on, due), value=problem),),
        ),
        IDS | st.from_regex(r"0[0-9]{3,18}", fullmatch=True),
        TEXT | FORMULAS | st.just("第一行\n第二行"),
        st.dates(date(2020, 1, 1), UNTIL),
        st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    ),
    min_size=2,
    max_size=4,
    unique_by=lambda paper: paper.key,
)
KNOWN = AccountIndex([made("A01", platform=Platform.WEIBO)])


def orders_changed(given_: Sequence[Paper], path: Path) -> list[list[str]]:
    back = {paper.key: paper for paper in read_orders(path, KNOWN, until=UNTIL).papers}
    assert back.keys() == {paper.key for paper in given_}
    return [parts for paper in given_ if (parts := paper_parts(paper, back[paper.key]))]


@ENDINGS
@often_enough
@given(given_=ORDERS)
def test_work_orders_that_come_back_change_nothing(tmp_path: Path, ending: str, given_: list[Paper]) -> None:
    path = tmp_path / f"工单.{ending}"
    write(path, orders_document(given_))
    assert orders_changed(given_, path) == []


@often_enough
@given(given_=ORDERS, first=TEXT, second=TEXT)
def test_two_corrected_cells_of_work_orders_are_two_changes(
    tmp_path: Path, given_: list[Paper], first: str, second: str
) -> None:
    assume(first != given_[0].entries[0].value and second != given_[1].entries[0].value)
    path = tmp_path / "工单.xlsx"
    write(path, orders_document(given_))
    corrected(path, [(0, "问题", first), (1, "问题", second)])
    assert [len(parts) for parts in orders_changed(given_, path)] == [1, 1]


@st.composite
def records(draw: st.DrawFn) -> NewRecord:
    """Draw a record that an import takes."""
    kind = draw(st.sampled_from([RecordKind.INTERACTION, RecordKind.CONTENT_SAFETY, RecordKind.WORK_ORDER]))
    return NewRecord(
        kind=kind,
        subject=SubjectKind.ACCOUNT,
        name="A01",
        on=draw(st.dates(date(2020, 1, 1), UNTIL)),
        result=draw(st.sampled_from(FORMS[kind].results)),
        item=draw(IDS | st.from_regex(r"0[0-9]{3,18}", fullmatch=True)) if FORMS[kind].item else "",
        text=draw(st.just("") | TEXT.map(lambda text: f"说明{text}") | FORMULAS.map(lambda text: f"{text}说明")),
    )


SUBJECTS = Subjects(accounts={"A01": {"缙云县"}}, units={}, areas={"缙云县"}, left=set())


def records_in(path: Path) -> list[NewRecord]:
    return list(read_records(path, SUBJECTS, until=UNTIL).records)


@ENDINGS
@often_enough
@given(given_=st.lists(records(), max_size=5, unique=True))
def test_records_that_come_back_are_those_that_are_known(tmp_path: Path, ending: str, given_: list[NewRecord]) -> None:
    path = tmp_path / f"记录.{ending}"
    write(path, records_document(given_))
    assert records_in(path) == given_


@often_enough
@given(given_=st.lists(records(), min_size=2, max_size=5, unique=True))
def test_two_corrected_cells_of_records_are_two_new_records(tmp_path: Path, given_: list[NewRecord]) -> None:
    path = tmp_path / "记录.xlsx"
    write(path, records_document(given_))
    corrected(path, [(0, "内容", "更正后的说明一"), (1, "内容", "更正后的说明二")])
    new = [record for record in records_in(path) if record not in given_]
    assert [record.text for record in new] == ["更正后的说明一", "更正后的说明二"]
