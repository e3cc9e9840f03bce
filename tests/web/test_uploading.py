"""Files by the browser: what they would change is shown, and exactly that is imported, or nothing."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from monitor.core.account import Account
from monitor.ledger.uploads import LASTING
from monitor.queries.tables import roster_table
from monitor.store import Store, imports, roster
from monitor.store.audit import recent_audit
from tests.store.build import enrol
from tests.web.county import NOW, Surroundings, account
from tests.web.test_pages import text_of
from tests.web.uploading import Visit, book, office, row
from tests.web.uploading import roster as roster_of


@pytest.fixture
def visit(empty: Store, around: Surroundings, tmp_path: Path) -> Visit:
    return Visit.of(empty, around, tmp_path / "uploads")


def accounts(store: Store) -> dict[str, Account]:
    with store.read() as tx:
        return {one.id: one for one in roster.accounts(tx)}


def kept(store: Store) -> tuple[imports.Import, ...]:
    with store.read() as tx:
        return imports.imports(tx)


def test_a_roster_is_shown_before_it_is_imported(visit: Visit, empty: Store) -> None:
    address = visit.upload(roster_of(row("A01"), row("A02")))
    page = text_of(visit.page(address))
    assert "台账，2个账号：新增 2 ，修改 0 ，删除 0 ，不变 0 ，有误 0" in page
    assert "A01 “号A01”（微博，示例局）" in page
    assert accounts(empty) == {}
    answer = visit.apply(address)
    assert (answer.status_code, sorted(accounts(empty))) == (303, ["A01", "A02"])
    after = text_of(visit.page(answer.headers["location"]))
    assert "已导入“台账.xlsx”，第1版台账。" in after
    assert "撤回这次导入" in after
    assert visit.kept == []
    assert visit.client.get(address).status_code == 404


def test_two_cells_of_the_exported_ledger_are_exactly_two_changes(visit: Visit, empty: Store) -> None:
    visit.apply(visit.upload(roster_of(*(row(f"A{number:02}") for number in range(1, 21)))))
    answer = visit.client.get("/imports/roster.xlsx")
    exported = load_workbook(io.BytesIO(answer.content))
    sheet = exported["台账"]
    columns = {cell.value: place for place, cell in enumerate(sheet[1], start=1)}
    sheet.cell(5, columns["责任领导手机"]).value = "13800000002"
    sheet.cell(9, columns["账号名称"]).value = "新名称"
    file = io.BytesIO()
    exported.save(file)
    address = visit.upload(file.getvalue())
    page = text_of(visit.page(address))
    assert "20个账号：新增 0 ，修改 2 ，删除 0 ，不变 18 ，有误 0" in page
    assert "责任领导手机 138****0001 改为 138****0002" in page
    assert "账号名称 号A08 改为 新名称" in page
    before = accounts(empty)
    visit.apply(address)
    after = accounts(empty)
    assert {id_ for id_ in after if after[id_] != before[id_]} == {"A04", "A08"}


def test_phones_that_differ_where_they_are_masked_are_said_to_differ(visit: Visit) -> None:
    visit.apply(visit.upload(roster_of(row("A01", phone="13811110001"))))
    page = visit.page(visit.upload(roster_of(row("A01", phone="13822220001"))))
    assert "138****0001（中间几位不同）" in page
    assert "1381111" not in page
    assert "1382222" not in page


def test_a_wrong_row_keeps_the_whole_file_out_and_is_named(visit: Visit, empty: Store) -> None:
    address = visit.upload(roster_of(row("A01"), row("A02", platform="微信公众"), row("A01")))
    page = text_of(visit.page(address))
    assert "有误2行，整个文件没有导入" in page
    assert "第3行“平台” ：" in page
    assert "可填：微信订阅号、微信服务号" in page
    assert "第4行“账号ID” ：" in page
    assert "与第2行重复" in page
    assert "导入3个账号" not in page
    assert visit.press(f"{address}/apply", shown="").status_code == 303
    assert accounts(empty) == {}


def test_the_marked_file_says_where_and_is_taken_when_corrected(visit: Visit, empty: Store) -> None:
    address = visit.upload(roster_of(row("A01"), row("A02", platform="微勃")))
    answer = visit.client.get(f"{address}/marked.xlsx")
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["x-content-type-options"] == "nosniff"
    marked = load_workbook(io.BytesIO(answer.content))
    assert "没有“微勃”这种平台" in marked.worksheets[0]["C3"].comment.text
    marked.worksheets[0]["C3"] = "微博"
    file = io.BytesIO()
    marked.save(file)
    visit.apply(visit.upload(file.getvalue(), "台账（标注）.xlsx"))
    assert sorted(accounts(empty)) == ["A01", "A02"]


@pytest.mark.parametrize("count", [61, 400])
def test_what_is_said_of_many_rows_is_one_line(visit: Visit, count: int) -> None:
    rows = [row(f"A{number:03}", platform="微信视频号") for number in range(count)]
    page = visit.page(visit.upload(roster_of(*rows)))
    hints = re.search(r'<section class="hints".*?</section>', page, re.DOTALL)
    assert hints
    lines = [" ".join(line.split()) for line in text_of(hints[0].replace("</li>", "\n</li>")).split("\n")]
    assert text_of(hints[0]).count("由链接或人工核查") == 1
    assert f"{count}个由链接或人工核查" in text_of(hints[0])
    assert len(lines) == len(set(lines))
    assert len(page.encode()) < 100_000


def test_the_same_fault_on_many_rows_is_one_line(visit: Visit) -> None:
    page = text_of(visit.page(visit.upload(roster_of(*(row(f"A{number:03}", unit="") for number in range(61))))))
    assert page.count("不能为空") == 1
    assert "第2、3、4、5、6行等61行“主办单位” ：不能为空" in page
    assert "有误61行" in page


def test_many_changes_are_shown_fifty_at_a_time_and_by_column(visit: Visit) -> None:
    rows = [row(f"A{number:03}") for number in range(230)]
    visit.apply(visit.upload(roster_of(*rows)))
    changed = [
        row(f"A{number:03}", **({"leader": "领导丙"} if number < 10 else {"phone": "13900000009"}))
        for number in range(230)
    ]
    address = visit.upload(roster_of(*changed))
    first, last = text_of(visit.page(address)), text_of(visit.page(f"{address}?changed=5"))
    assert "第1页，共5页（230项）" in first
    assert ("A049 “" in first, "A050 “" in first, "A229 “" in last) == (True, False, True)
    some = text_of(visit.page(f"{address}?column=责任领导"))
    assert "修改10（只列“责任领导”有变的）" in some
    assert len(visit.page(address).encode()) < 100_000


def test_removing_needs_the_tick_and_the_number_typed(visit: Visit, empty: Store) -> None:
    visit.apply(visit.upload(roster_of(*(row(f"A{number:02}") for number in range(5)))))
    address = visit.upload(roster_of(row("A00"), row("A01")))
    assert "删除台账中没有列出的3个账号" in text_of(visit.page(address))
    asked = visit.apply(address, replace="1")
    assert asked.headers["location"] == f"{address}?remove=1"
    question = text_of(visit.page(asked.headers["location"]))
    assert "导入2个账号，并删除3个账号？" in question
    assert "A04 “号A04”" in question
    for wrong in ("", "2", "三", "-3", "3" * 40):
        answer = visit.apply(address, replace="1", confirmed="1", removed=wrong)
        assert answer.status_code == 422
        assert "将删除的是3个账号，请在“要删除的账号数”填写这个数。" in text_of(answer.text)
    assert len(accounts(empty)) == 5
    visit.apply(address, replace="1", confirmed="1", removed="3")
    assert sorted(accounts(empty)) == ["A00", "A01"]


def test_without_the_tick_nothing_is_removed(visit: Visit, empty: Store) -> None:
    visit.apply(visit.upload(roster_of(row("A01"), row("A02"))))
    visit.apply(visit.upload(roster_of(row("A01", name="新名称"))))
    assert {id_: one.name for id_, one in accounts(empty).items()} == {"A01": "新名称", "A02": "号A02"}


def test_what_changed_meanwhile_is_shown_anew_and_nothing_is_imported(visit: Visit, empty: Store) -> None:
    visit.apply(visit.upload(roster_of(row("A01"))))
    address = visit.upload(roster_of(row("A01", name="新名称")))
    shown = visit.shown(address)
    other = visit.another()
    other.apply(other.upload(roster_of(row("A01", name="别的名称"))))
    before = len(kept(empty))
    answer = visit.press(f"{address}/apply", shown=shown)
    assert answer.status_code == 409
    assert "数据有了变化，没有导入任何内容" in text_of(answer.text)
    assert "账号名称 别的名称 改为 新名称" in text_of(answer.text)
    assert (accounts(empty)["A01"].name, len(kept(empty))) == ("别的名称", before)
    assert visit.apply(address).status_code == 303
    assert accounts(empty)["A01"].name == "新名称"


def test_a_file_is_its_visitors_alone_and_for_a_day(empty: Store, around: Surroundings, tmp_path: Path) -> None:
    visit = Visit.of(empty, around, tmp_path / "uploads")
    address = visit.upload(roster_of(row("A01")))
    other = visit.another()
    assert other.client.get(address).status_code == 404
    assert other.press(f"{address}/apply", shown=visit.shown(address)).status_code == 404
    around.clock.now += LASTING - timedelta(minutes=1)
    assert visit.client.get(address).status_code == 200
    around.clock.now += timedelta(minutes=1)
    answer = visit.client.get(address)
    assert (answer.status_code, "上传后只保留24小时" in answer.text) == (404, True)
    assert accounts(empty) == {}


def test_the_kind_is_guessed_and_can_be_changed(visit: Visit, empty: Store) -> None:
    enrol(empty, account("A01", "号A01", area=office().areas[0]), at=NOW)
    file = book(("账号ID", "发布时间", "标题"), ("A01", "2026-05-18 09:00", "一条消息"))
    address = visit.upload(file, "发布.xlsx")
    assert "发布记录，1个账号：新增 1" in text_of(visit.page(address))
    assert "共1条发布记录" in text_of(visit.page(address))
    visit.press(address, kind="looks", day="2026-05-19")
    assert "登记为一次人工核查" in text_of(visit.page(address))
    visit.press(address, kind="roster", day="2026-05-19")
    assert "缺少列“账号名称”、“平台”、“主办单位”" in text_of(visit.page(address))


def test_the_day_is_since_when_a_roster_holds(visit: Visit, empty: Store) -> None:
    address = visit.upload(roster_of(row("A01")), day="2026-05-01")
    assert "以上变化自5月1日起成立" in text_of(visit.page(address))
    visit.press(address, kind="roster", day="2026-04-01")
    assert "以上变化自4月1日起成立" in text_of(visit.page(address))
    for wrong, said in (("2026-13-01", "请按2026-05-19的样子写日期"), ("2026-05-20", "事实日期晚于今天")):
        answer = visit.press(address, kind="roster", day=wrong)
        assert (answer.status_code, said in answer.text, f'value="{wrong}"' in answer.text) == (422, True, True)
    visit.apply(address)
    assert f"{kept(empty)[0].as_of:%Y-%m-%dT%H:%M}" == "2026-03-31T16:00"


def test_an_import_is_withdrawn_in_the_page_after_a_question(visit: Visit, empty: Store) -> None:
    visit.apply(visit.upload(roster_of(row("A01"))))
    number = kept(empty)[0].id
    assert "撤回第1号导入？" in text_of(visit.page(f"/imports/kept/{number}"))
    assert visit.press(f"/imports/kept/{number}").headers["location"] == f"/imports/kept/{number}"
    assert sorted(accounts(empty)) == ["A01"]
    answer = visit.press(f"/imports/kept/{number}", confirmed="1")
    assert answer.status_code == 303
    assert accounts(empty) == {}
    assert "已撤回第1号导入" in text_of(visit.page("/imports"))
    again = visit.press(f"/imports/kept/{number}", confirmed="1")
    assert (again.status_code, "没有改变任何内容" in again.text) == (422, True)
    assert visit.client.get("/imports/kept/99").status_code == 404


def test_an_import_leaves_one_row_that_says_who_and_from_where(visit: Visit, empty: Store) -> None:
    visit.apply(visit.upload(roster_of(row("A01"))))
    with empty.read() as tx:
        rows = [act for act in recent_audit(tx) if act.action.startswith("import")]
    assert [(act.action, act.object, act.address) for act in rows] == [("import roster", "台账.xlsx", "127.0.0.1")]


def test_every_kind_has_its_form_to_download(visit: Visit) -> None:
    page = visit.page("/imports")
    forms = re.findall(r'href="(/imports/blank/[a-z-]+\.xlsx)"', page)
    assert len(set(forms)) == 9
    for address in forms:
        answer = visit.client.get(address)
        assert answer.headers["content-disposition"].startswith("attachment; ")
        assert load_workbook(io.BytesIO(answer.content)).worksheets[0].max_column >= 4
    assert visit.client.get("/imports/blank/other.xlsx").status_code == 404


def test_the_forms_offer_the_closed_words(visit: Visit) -> None:
    sheet = load_workbook(io.BytesIO(visit.client.get("/imports/blank/roster.xlsx").content)).worksheets[0]
    offered = " ".join(str(one.formula1) for one in sheet.data_validations.dataValidation)
    assert "微信订阅号" in offered
    assert "运行" in offered


def test_a_roster_without_people_can_be_imported_and_keeps_them(visit: Visit, empty: Store) -> None:
    visit.apply(visit.upload(roster_of(row("A01"))))
    with empty.read() as tx:
        table = roster_table(tx, with_people=False).table
        names = [column.name for column in table.columns]
        rows = [list(cells) for cells in table.rows]
    assert not [name for name in names if "联络员" in name or "领导" in name]
    page = text_of(visit.page(visit.upload(book(names, *rows))))
    assert "新增 0 ，修改 0 ，删除 0 ，不变 1 ，有误 0" in page
    assert accounts(empty)["A01"].contacts


Spoiled = Callable[[str], str]


@pytest.mark.parametrize("spoil", [lambda _: "", lambda _: "x" * 64, lambda token: token[:-1]])
def test_a_form_without_its_token_keeps_no_byte(visit: Visit, spoil: Spoiled) -> None:
    answer = visit.send(roster_of(row("A01")), csrf=spoil(visit.token))
    assert answer.status_code == 403
    assert visit.kept == []
    answer = visit.client.post(
        "/imports", data={"csrf": visit.token}, files={"file": ("a", b"a")}, headers={"sec-fetch-site": "cross-site"}
    )
    assert (answer.status_code, visit.kept) == (403, [])
