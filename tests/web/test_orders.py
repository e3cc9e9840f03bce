"""The page of work orders: they come by a file, wait with their last day, and are answered by a form and a sheet."""

from __future__ import annotations

import io
import re
from html import unescape
from pathlib import Path

import pytest
from openpyxl import load_workbook

from monitor.core.user import UserRole
from monitor.queries.tasks import TodoContext, read_todo
from monitor.store import Store
from monitor.store.audit import recent_audit
from tests.core.build import BOOK, EVERY_DAY
from tests.documents.word.build import paragraphs
from tests.web.county import NOW, OVERDUE, SCRIPT, Surroundings, fill
from tests.web.sessions import closed, text_of
from tests.web.uploading import Visit, book

HEADER = ("工单编号", "账号ID", "平台", "账号名称", "问题", "下发日期", "办理期限")
HOSTILE = f"+cmd|' /C calc'!A0 {SCRIPT} 表情😀" + "长" * 300


@pytest.fixture
def at(empty: Store, around: Surroundings, tmp_path: Path) -> Visit:
    fill(empty)
    return Visit.of(empty, around, tmp_path / "uploads")


def enter(at: Visit, *rows: tuple[object, ...]) -> None:
    address = at.upload(book(HEADER, *rows), "工单.xlsx")
    assert "省平台工单" in at.page(address), "the kind is guessed from the columns"
    assert at.apply(address).status_code == 303


ORDER = ("GD-7", OVERDUE.id, None, None, "2周未更新", "2026-05-11", "2026-05-22")
LATE = ("GD-8", None, "抖音", "没有的号", HOSTILE, "2026-05-01", "2026-05-15")


def test_without_orders_the_page_says_so_and_the_sheet_is_empty(at: Visit) -> None:
    assert "没有待答复的工单" in text_of(at.page("/orders"))
    assert 'href="/orders"' in at.page("/reports")
    answer = at.client.get("/orders/sheet.xlsx")
    (head,) = [
        row[0].value
        for row in load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows()
        if "截至" in str(row[0].value)
    ]
    assert head == "2026年第二季度，截至2026年5月19日：没有省平台工单。"


def test_orders_wait_with_their_last_days_the_first_to_be_due_first(at: Visit, empty: Store) -> None:
    enter(at, ORDER, LATE)
    said = text_of(at.page("/orders"))
    assert "待答复2件，其中 逾期1件" in said
    assert said.index("GD-8") < said.index("GD-7")
    assert "已过4天" in said
    assert "5月19日录入时已过期限" in said
    assert "未匹配到账号" in said
    assert "示例交通" in said
    assert SCRIPT not in at.page("/orders")
    with empty.read() as tx:
        lines = {line.act.value: line for line in read_todo(tx, TodoContext(now=NOW, book=BOOK, calendar=EVERY_DAY))}
    assert lines["order"].what == "答复2件省平台工单"
    assert lines["order"].why == "GD-8、GD-7；1件未匹配到账号"
    assert (str(lines["order"].due), lines["order"].link) == ("2026-05-15", "/orders")


def test_the_page_after_an_import_of_orders_leads_on_to_answering_them(at: Visit) -> None:
    answer = at.apply(at.upload(book(HEADER, ORDER), "工单.xlsx"))
    assert '<a class="act" href="/orders">下一步：答复工单</a>' in at.page(answer.headers["location"])


def test_an_order_is_answered_by_the_form_that_its_line_leads_to(at: Visit, empty: Store) -> None:
    enter(at, ORDER)
    (link,) = re.findall(r'href="([^"]+)">登记答复', at.page("/orders"))
    form = at.page(unescape(link))
    assert f'value="{OVERDUE.id}"' in form
    assert 'value="GD-7"' in form
    cells = {
        "cell:对象": OVERDUE.id,
        "cell:日期": "2026-05-19",
        "cell:结果": "已整改",
        "cell:编号": "gd-7",
        "cell:内容": "5月19日已更新",
    }
    shown = at.press("/records/new?kind=work_order", **cells)
    (digest,) = re.findall(r'name="shown" value="([0-9a-f]+)"', shown.text)
    answered = at.press("/records/new?kind=work_order", shown=digest, **cells)
    assert (answered.status_code, answered.headers["location"]) == (303, "/orders")
    said = text_of(at.page("/orders"))
    assert "没有待答复的工单" in said
    assert "已整改：5月19日已更新" in said
    with empty.read() as tx:
        lines = read_todo(tx, TodoContext(now=NOW, book=BOOK, calendar=EVERY_DAY))
    assert "order" not in {line.act.value for line in lines}


@pytest.mark.parametrize("ending", ["xlsx", "docx"])
def test_the_sheet_says_what_was_asked_and_done_and_what_is_known_and_who_took_it_is_kept(
    at: Visit, empty: Store, ending: str
) -> None:
    enter(at, ORDER, LATE)
    answer = at.client.get(f"/orders/sheet.{ending}")
    assert answer.status_code == 200
    if ending == "docx":
        said = "\n".join(paragraphs(answer.content))
    else:
        sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
        said = "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row)
        assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    for word in ("GD-7", "示例交通", "2周未更新", "待答复", "最近更新5月3日；最近核查5月19日", "逾期未答复，已4天"):
        assert word in said
    assert "台账中没有对应的账号" in said
    assert "+cmd|" in said
    with empty.read() as tx:
        assert "report work-orders" in [act.action for act in recent_audit(tx)]


def test_there_is_no_other_sheet(at: Visit) -> None:
    assert at.client.get("/orders/sheet.pdf").status_code == 404


def test_a_reader_sees_orders_and_can_answer_none(empty: Store, around: Surroundings) -> None:
    fill(empty)
    office = closed(empty, around)
    office.user("某员", UserRole.READER)
    browser = office.logged_in("某员")
    page = browser.get("/orders")
    assert page.status_code == 200
    assert "登记答复" not in page.text
