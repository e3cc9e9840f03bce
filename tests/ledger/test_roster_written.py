"""Rosters as they are written: read again without loss, and never a formula."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from monitor.core.account import (
    Account,
    AccountFunction,
    AccountStatus,
    Contact,
    OperationMode,
    Outsourcing,
    Platform,
    Role,
    UnitLevel,
    told_apart,
)
from monitor.documents import write
from monitor.documents.writing import NotWrittenError
from monitor.ledger.columns import COLUMNS
from monitor.ledger.roster import roster_document
from tests.ledger.making import CHANNELS, account, read
from tests.often import often

TEXT = (
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Zs", "Cn", "Co")), min_size=1
    )
    .map(str.strip)
    .filter(lambda text: text not in {"", "/", "\\", "-", "--", "—", "——", "无", "暂无"})
)
FORMULAS = st.sampled_from(["=1+1", "+1", "-2", "@x", "'=1", "''=1", "'x", "=cmd|' /C calc'!A0", "_x0041_", "a,b", '"'])
NAMES = st.text("张王李赵甲乙丙ab", min_size=1, max_size=4)
IDS = st.from_regex(r"[A-Za-z][A-Za-z0-9_\-]{0,9}", fullmatch=True)
PHONES = st.from_regex(r"1[0-9]{10}", fullmatch=True)
DATES = st.dates(min_value=date(1994, 1, 1), max_value=date(2099, 12, 31))
MAYBE_TEXT = st.none() | TEXT | FORMULAS
MAYBE_DATE = st.none() | DATES


def people(role: Role) -> st.SearchStrategy[tuple[Contact, ...]]:
    one = st.builds(
        Contact,
        role=st.just(role),
        name=NAMES,
        phone=st.none() | PHONES,
        mail=st.none() | IDS.map(lambda id_: f"{id_}@x.gov.cn"),
        dingtalk=st.none() | IDS,
    )
    return st.lists(one, max_size=3).map(tuple)


ACCOUNTS = st.builds(
    Account,
    id=IDS,
    name=TEXT | FORMULAS,
    platform=st.sampled_from(Platform),
    unit=TEXT | FORMULAS,
    area=TEXT,
    platform_id=st.none() | IDS | st.from_regex(r"[0-9]{1,25}", fullmatch=True),
    homepage=st.none() | IDS.map(lambda id_: f"https://x.gov.cn/?{id_}=1"),
    method=st.sampled_from([None, "人工", "weibo=1; feed=https://x.gov.cn/=1"]),
    level=st.none() | st.sampled_from(UnitLevel),
    function=st.sampled_from(AccountFunction),
    is_main=st.booleans(),
    status=st.sampled_from(AccountStatus),
    opened_on=MAYBE_DATE,
    closed_on=MAYBE_DATE,
    verified_entity=MAYBE_TEXT,
    outsourcing=st.builds(
        Outsourcing,
        mode=st.sampled_from(OperationMode),
        operator_org=MAYBE_TEXT,
        operator_type=MAYBE_TEXT,
        is_subcontracted=st.none() | st.booleans(),
        agreement_on=MAYBE_DATE,
        confidentiality_on=MAYBE_DATE,
        news_licence_until=MAYBE_DATE,
    ),
    followers=st.none() | st.integers(min_value=0, max_value=10**12 - 1),
    contacts=st.tuples(people(Role.LIAISON), people(Role.LEADER)).map(lambda both: told_apart((*both[0], *both[1]))),
    group=st.none() | st.sampled_from(CHANNELS),
    note=MAYBE_TEXT | st.just("第一行\n第二行"),
    grant_until=MAYBE_DATE,
    verified_until=MAYBE_DATE,
).filter(lambda entry: not (entry.opened_on and entry.closed_on and entry.closed_on < entry.opened_on))


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=often(50),
)
@given(accounts=st.lists(ACCOUNTS, max_size=4, unique_by=lambda account: account.id))
def test_a_roster_survives_being_written_and_read(tmp_path: Path, suffix: str, accounts: list[Account]) -> None:
    path = tmp_path / f"台账.{suffix}"
    write(path, roster_document(accounts))

    assert read(path).accounts == tuple(accounts)


def test_every_column_is_tried_with_something_in_it_that_a_new_account_has_not() -> None:
    """What ACCOUNTS never fills in, nobody would notice to be left unread."""
    plain = account()
    filled: set[str] = set()

    @settings(max_examples=100, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(entry=ACCOUNTS)
    def look(entry: Account) -> None:
        filled.update(column.name for column in COLUMNS if column.of(entry) not in {None, column.of(plain)})

    look()
    assert filled == {column.name for column in COLUMNS}


def test_an_exported_roster_is_easy_to_fill_in(path: Path) -> None:
    liaison = Contact(role=Role.LIAISON, name="张三", phone="13800000000")
    write(path, roster_document([account(opened_on=date(2020, 1, 2), contacts=(liaison,))]))
    sheet = load_workbook(path).active
    columns = {column.name: position for position, column in enumerate(COLUMNS, start=1)}

    assert sheet
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:AI2"
    opened = sheet.cell(2, columns["开设日期"])
    assert (opened.data_type, opened.number_format) == ("d", "yyyy-mm-dd")
    phone = sheet.cell(2, columns["联络员手机"])
    assert (phone.value, phone.data_type, phone.number_format) == ("13800000000", "s", "@")
    offered = {rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert '"发布类,服务类"' in offered
    assert f'"{",".join(platform.label for platform in Platform)}"' in offered


def test_an_empty_ledger_gives_a_template_whose_cells_are_ready_for_long_numbers(path: Path) -> None:
    write(path, roster_document([]))
    sheet = load_workbook(path).active

    assert sheet
    assert [cell.value for cell in sheet[1]] == [column.name for column in COLUMNS]
    assert sheet.column_dimensions["A"].number_format == "@"
    assert read(path).accounts == ()


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_nothing_that_is_exported_is_a_formula(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"台账.{suffix}"
    write(path, roster_document([account(name="=1+1", note="@SUM(A1)")]))

    if suffix == "csv":
        assert "'=1+1" in path.read_text("utf-8-sig")
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    else:
        sheet = load_workbook(path).active
        assert sheet
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
        assert sheet["B2"].value == "=1+1"


@pytest.mark.parametrize("name", ["台账.xls", "台账", "台账.pdf"])
def test_only_xlsx_and_csv_are_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotWrittenError, match="文件名应以"):
        write(tmp_path / name, roster_document([]))


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_a_file_that_cannot_be_written_is_told_and_leaves_nothing_behind(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(NotWrittenError, match="无法写入"):
        write(tmp_path / "无此目录" / f"台账.{suffix}", roster_document([]))
    (tmp_path / f"台账.{suffix}").mkdir()
    with pytest.raises(NotWrittenError, match="无法写入"):
        write(tmp_path / f"台账.{suffix}", roster_document([]))

    assert [entry.name for entry in tmp_path.iterdir()] == [f"台账.{suffix}"]


def test_a_later_export_replaces_the_earlier_one(path: Path) -> None:
    write(path, roster_document([account()]))
    write(path, roster_document([]))

    assert read(path).accounts == ()


def test_a_template_tells_of_each_platform_what_to_fill_in_and_is_imported_all_the_same(tmp_path: Path) -> None:
    form = tmp_path / "台账.xlsx"
    write(form, roster_document(()))
    book = load_workbook(form)
    assert book.sheetnames == ["台账", "平台说明"]
    notes = {str(row[0]): row for row in book["平台说明"].iter_rows(min_row=2, values_only=True)}
    assert set(notes) == {platform.label for platform in Platform}
    assert "粘贴链接" in str(notes["小红书"][4])
    names = [cell.value for cell in book["台账"][1]]
    filled = {"账号ID": "A1", "账号名称": "示例发布", "平台": "微博", "主办单位": "示例县教育局"}
    for name, value in filled.items():
        book["台账"].cell(2, names.index(name) + 1, value)
    book.save(form)
    filled_in = read(form)
    assert [account.id for account in filled_in.accounts] == ["A1"]
    assert not any("平台说明" in warning for warning in filled_in.warnings)
