"""Work orders of the provincial platform as offices type them: what is read, and what is refused by row and column."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from monitor.core.account import Platform
from monitor.core.paper import NewEntry, Paper, PaperKind, says_the_same
from monitor.core.reference import AccountIndex, Reference
from monitor.documents import write
from monitor.ledger import LedgerError
from monitor.ledger.guessing import guess
from monitor.ledger.papers import Papers, read_orders
from monitor.ledger.templates import orders_document
from tests.ledger.making import account, table

DIRECTORY = AccountIndex(
    [
        account("A01", name="示例发布", platform=Platform.WEIBO, platform_id="1234567890", area="示例县"),
        account("A02", name="示例教育", area="示例县"),
    ]
)
UNTIL = date(2026, 5, 20)
HEADER = ("工单编号", "账号ID", "平台", "账号名称", "问题", "下发日期", "办理期限")
ORDER = ("GD-1", "A01", None, None, "2周未更新", "2026-05-19", "2026-05-26")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "表.xlsx"


def orders(path: Path, *rows: Sequence[object], header: Sequence[str] = HEADER) -> Papers:
    return read_orders(table(path, header, *rows), DIRECTORY, until=UNTIL)


def but(**changes: object) -> tuple[object, ...]:
    """Return an order's row with other cells."""
    return tuple(changes.get(name, cell) for name, cell in zip(HEADER, ORDER, strict=True))


def test_an_order_is_a_paper_of_its_own_with_a_row_for_each_account(path: Path) -> None:
    other = but(账号ID=None, 平台="微博", 账号名称="没有的号", 问题="链接失效")
    found = orders(path, ORDER, other, but(工单编号="GD-2", 账号ID="A02"))
    first, second = found.papers
    assert (first.kind, first.title, first.on) == (PaperKind.ORDER, "GD-1", date(2026, 5, 19))
    assert [(row.account, row.value, row.day) for row in first.entries] == [
        ("A01", "2周未更新", date(2026, 5, 26)),
        (None, "链接失效", date(2026, 5, 26)),
    ]
    assert [row.account for row in second.entries] == ["A02"]
    assert [str(warning) for warning in found.warnings] == [
        "表.xlsx “Sheet1”第3行“账号名称”列：台账中该平台没有账号名称为“没有的号”的账号，列为待匹配"
    ]


def test_a_last_day_that_has_gone_by_is_taken_and_a_month_is_its_last_day(path: Path) -> None:
    read = orders(path, but(下发日期="2026-04-01", 办理期限="2026-04-08"), but(工单编号="GD-2", 办理期限="2026年5月"))
    assert [paper.entries[0].day for paper in read.papers] == [date(2026, 4, 8), date(2026, 5, 31)]


@pytest.mark.parametrize("again", ["GD-1", "\uff27\uff24\uff0d\uff11", "gd\u20131", " GD-1 "])
def test_the_same_number_twice_is_one_order_however_it_is_typed(path: Path, again: str) -> None:
    (paper,) = orders(path, ORDER, but(工单编号=again)).papers
    assert len(paper.entries) == 1


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (but(问题="链接失效"), "第3行：与第2行说的是同一个账号（账号ID A01），内容却不同"),
        (but(下发日期="2026-05-18"), "第3行“下发日期”列：与第2行同为工单“GD-1”，下发日期却不同"),
        (but(账号ID="A02", 办理期限="2026-05-27"), "第3行“办理期限”列：与第2行同为工单“GD-1”，办理期限却不同"),
        (but(工单编号=None), "第3行“工单编号”列：不能为空"),
        (but(问题=None), "第3行“问题”列：不能为空"),
        (but(下发日期=None), "第3行“下发日期”列：不能为空"),
        (but(办理期限="尽快"), "第3行“办理期限”列：日期“尽快”无法识别，应如 2026-05-19 或 2026年5月19日"),
        (but(下发日期="2026-05-21"), "第3行“下发日期”列：下发日期2026-05-21晚于今天，请改为今天或以前"),
        (but(办理期限="2026-05-18"), "第3行“办理期限”列：办理期限2026-05-18早于下发日期2026-05-19，请核对"),
        (but(工单编号="G" * 101), "第3行“工单编号”列：工单编号最多100个字，请核对是否填错了列"),
        (but(工单编号="GD-2", 问题="长" * 2001), "第3行“问题”列：问题最多2000个字，请摘要填写"),
        (but(账号ID=None), "第3行：没有写明账号：请填写账号ID，或平台和平台标识，或平台和账号名称"),
    ],
)
def test_what_is_wrong_is_said_by_row_and_column(path: Path, row: Sequence[object], said: str) -> None:
    with pytest.raises(LedgerError) as caught:
        orders(path, ORDER, row)
    assert f"表.xlsx “Sheet1”{said}" in [str(fault).removesuffix("。") for fault in caught.value.faults]


def test_a_file_of_orders_is_known_by_its_columns(path: Path) -> None:
    assert guess(table(path, HEADER, ORDER)).kind == "work-orders"
    write(path, orders_document([]))
    assert guess(path).kind == "work-orders"


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_what_was_exported_reads_back_as_the_same_orders(tmp_path: Path, ending: str) -> None:
    hostile = "=cmd|' /C calc'!A0 <script> 表情😀"
    rows = (
        NewEntry(written=Reference(platform=Platform.WEIBO, name="示例发布"), account="A01", day=UNTIL, value=hostile),
        NewEntry(written=Reference(platform=Platform.DOUYIN, name="没有的号"), day=UNTIL, value="第一行\n第二行"),
        NewEntry(written=Reference(account="X9"), day=UNTIL, value="x"),
    )
    given = Paper(kind=PaperKind.ORDER, title="0012-3", on=UNTIL, entries=rows)
    path = tmp_path / f"工单.{ending}"
    write(path, orders_document([given]))
    (back,) = read_orders(path, DIRECTORY, until=UNTIL).papers
    assert back.title == given.title
    assert says_the_same(given, back)
    assert [(row.account, row.day) for row in back.entries] == [("A01", UNTIL), (None, UNTIL), (None, UNTIL)]
