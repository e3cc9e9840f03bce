"""What an office keeps beside its accounts, through the command line: whole files, dry runs, second imports."""

from __future__ import annotations

import getpass
from pathlib import Path

import pytest
from openpyxl import load_workbook

from monitor.core.forms import FORMS
from monitor.core.record import RecordKind
from monitor.store import open_store
from monitor.store.papers import missing_rounds
from tests.cli.office import HEADER, Office

ROSTER = (
    ("A01", "示例发布", "微博", "示例县教育局", "1234567890"),
    ("A02", "示例教育", "微信订阅号", "示例县教育局", ""),
)
FILES: dict[str, tuple[tuple[str, ...], tuple[tuple[object, ...], ...]]] = {
    "filed-list": (("平台", "账号名称", "备案号"), (("微博", "示例发布", "浙备1"), ("微博", "示例新号", "浙备2"))),
    "bulletins": (
        ("系列", "期次", "印发日期", "覆盖全部", "账号ID", "问题类型"),
        (("省平台月报", 1, "2026-04-30", "是", "A01", "2周未更新"), ("省平台月报", 2, "2026-05-31", "是", "", "")),
    ),
    "work-orders": (
        ("工单编号", "账号ID", "问题", "下发日期", "办理期限"),
        (
            ("GD-1", "A01", "2周未更新", "2026-05-19", "2026-05-26"),
            ("GD-2", "A02", "链接失效", "2026-05-19", "20260525"),
        ),
    ),
    "index": (
        ("周次", "账号ID", "指数", "全县平均值"),
        (("2026-W10", "A01", "56.30", "61.5"), ("2026-W10", "A02", "", "61.5")),
    ),
    "decisions": (
        ("账号ID", "规则", "决定", "决定人", "日期", "有效期至", "说明", "依据文号"),
        (("A01", "UPD-01", "豁免", "操作员甲", "2026-05-19", "2026-12-31", "系统迁移", "示政办函〔2026〕1号"),),
    ),
    "records": (("类型", "对象", "日期", "内容"), (("培训", "示例县", "2026-05-19", "集中学习"),)),
}
SAID = {
    "filed-list": ["共1份：新增1，修改0，不变0。待匹配1行。"],
    "bulletins": [
        "新增 通报“省平台月报”第1期（2026-04-30 印发，覆盖全部，1行）",
        "新增 通报“省平台月报”第2期（2026-05-31 印发，覆盖全部，0行）",
        "共2份：新增2，修改0，不变0。",
    ],
    "work-orders": [
        "新增 工单“GD-1”（2026-05-19 下发，1行）",
        "新增 工单“GD-2”（2026-05-19 下发，1行）",
        "共2份：新增2，修改0，不变0。",
    ],
    "index": [
        "新增 指数 2026-W10（自 2026-03-02 起一周，示例县平均 61.5，2行）",
        "共1份：新增1，修改0，不变0。",
    ],
    "decisions": [
        "新增 A01“示例发布” UPD-01“2周未更新” 豁免（操作员甲，2026-05-19，至2026-12-31，示政办函〔2026〕1号）",
        "共1条：新增1，不变0。",
    ],
    "records": ["新增 培训 示例县 2026-05-19：已举办，集中学习", "共1条：新增1，不变0。"],
}
KINDS = tuple(FILES)
BAD_AT = {"bulletins": 1, "work-orders": 3}
"""In which column a word is wrong that is no number, day or account; elsewhere in the first."""


@pytest.fixture
def enrolled(office: Office) -> Office:
    office.type("import", "roster", office.table(*ROSTER, header=(*HEADER, "平台标识"))).done()
    return office


def written(office: Office, kind: str) -> Path:
    header, rows = FILES[kind]
    return office.table(*rows, header=header, name=f"{kind}.csv")


def changed(before: dict[str, list[tuple[object, ...]]], after: dict[str, list[tuple[object, ...]]]) -> set[str]:
    return {name for name in after if after[name] != before[name]} - {"sqlite_sequence"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_tried_then_taken_and_the_second_time_nothing_is_new(enrolled: Office, kind: str) -> None:
    path, empty = written(enrolled, kind), enrolled.content()
    tried = enrolled.type("import", kind, path, "--dry-run")
    assert tried.done()
    assert changed(empty, enrolled.content()) == set()

    done = enrolled.type("import", kind, path)
    assert done.lines[-len(SAID[kind]) - 1 :] == [*SAID[kind], "已导入。"]
    assert (tried.lines, tried.err) == ([*done.lines[:-1], "以上为试算，没有写入。"], done.err)
    full = enrolled.content()
    assert full["acts"][-1][2:5] == (getpass.getuser(), f"import {kind}", f"{kind}.csv")

    assert "新增0" in enrolled.type("import", kind, path).done()
    assert changed(full, enrolled.content()) == {"acts", "imports", "notes"}


@pytest.mark.parametrize(("kind", "position"), [(kind, BAD_AT.get(kind, 0)) for kind in KINDS])
def test_one_bad_row_refuses_the_whole_file(enrolled: Office, kind: str, position: int) -> None:
    header, rows = FILES[kind]
    bad = ["「坏」" if place == position else value for place, value in enumerate(rows[0])]
    before = enrolled.content()
    reason = enrolled.type("import", kind, enrolled.table(*rows, bad, header=header, name="坏.csv")).refused()
    assert reason.startswith(f"坏.csv 第{len(rows) + 2}行“{header[position]}”列：")
    assert reason.endswith("没有导入任何内容。")
    assert changed(before, enrolled.content()) == set()


def test_a_correction_says_which_rows_come_and_go(enrolled: Office) -> None:
    header, (first, _) = FILES["bulletins"]
    enrolled.type("import", "bulletins", written(enrolled, "bulletins")).done()
    amended = enrolled.table((*first[:4], "A02", "2周未更新"), header=header, name="更正.csv")
    assert enrolled.type("import", "bulletins", amended).lines == [
        "修改 通报“省平台月报”第1期：新增 A02 2周未更新；删除 A01 2周未更新",
        "共1份：新增0，修改1，不变0。",
        "已导入。",
    ]


def test_a_row_that_nobody_answers_to_is_named_and_found_when_the_roster_names_it(enrolled: Office) -> None:
    said = enrolled.type("import", "filed-list", written(enrolled, "filed-list"))
    assert said.err == (
        "提示：filed-list.csv 第3行“账号名称”列：台账中该平台没有账号名称为“示例新号”的账号，列为待匹配。\n"
    )
    later = enrolled.table(("A03", "示例新号", "微博", "示例县教育局", "99"), header=(*HEADER, "平台标识"))
    assert "此前待匹配的1行现在有了账号。" in enrolled.type("import", "roster", later).lines


def test_a_filed_list_is_of_the_day_that_is_given(enrolled: Office) -> None:
    said = enrolled.type("import", "filed-list", written(enrolled, "filed-list"), "--as-of", "2026-05-19")
    assert "新增 已备案清单 2026-05-19（2行）" in said.lines


def test_what_is_later_than_the_moment_given_is_refused(enrolled: Office) -> None:
    said = enrolled.type("import", "bulletins", written(enrolled, "bulletins"), "--as-of", "2026-05-19")
    assert "印发日期2026-05-31晚于今天，请改为今天或以前" in said.refused()


def test_an_exemption_of_what_is_mandatory_is_refused(enrolled: Office) -> None:
    rules = enrolled.folder / "config" / "rules.yaml"
    rules.write_text(rules.read_text("utf-8").replace("in_principle", "mandatory"), "utf-8")
    said = enrolled.type("import", "decisions", written(enrolled, "decisions"))
    assert "不能豁免" in said.refused()


@pytest.mark.parametrize("kind", [*KINDS, "posts"])
def test_there_is_a_blank_form_that_imports_as_nothing(enrolled: Office, kind: str) -> None:
    enrolled.type("export", "template", "--for", kind, "--out", "空白.xlsx").done()
    before = enrolled.content()
    said = enrolled.type("import", kind, "空白.xlsx")
    assert said.done()
    assert said.err.startswith("提示：空白.xlsx：文件中没有可导入的")
    assert said.err.endswith("，请核对是否选错文件或表头位置。\n")
    assert changed(before, enrolled.content()) == {"acts", "imports", "notes"}


def test_a_form_offers_the_closed_lists(enrolled: Office) -> None:
    enrolled.type("export", "template", "--for", "records", "--out", "空白.xlsx").done()
    sheet = load_workbook(enrolled.folder / "空白.xlsx")["记录"]
    offered, by_kind = sheet.data_validations.dataValidation
    assert (str(by_kind.sqref).partition(":")[0], by_kind.formula1) == ("E2", 'INDIRECT("可填结果_"&$A2)')
    book = load_workbook(enrolled.folder / "空白.xlsx")
    for kind, form in FORMS.items():
        words = [result.label for result in form.results]
        [(name, cells)] = book.defined_names[f"可填结果_{kind.label}"].destinations
        found = [cell.value for row in book[name][cells] for cell in row]
        assert [entry for entry in found if entry] == words
    assert offered.formula1.strip('"').split(",") == [kind.label for kind in RecordKind]
    assert [cell.value for cell in sheet[1]] == [
        "类型",
        "对象",
        "地区",
        "日期",
        "结果",
        "名称",
        "编号",
        "数值",
        "网址",
        "登记人",
        "截止日期",
        "内容",
        "附件",
    ]


def test_only_a_template_is_for_something(enrolled: Office) -> None:
    assert (
        enrolled.type("export", "cases", "--for", "records", "--out", "x.csv").refused(2) == "--for 只用于 template。"
    )


def test_a_round_that_never_was_is_entered_as_the_page_says(enrolled: Office) -> None:
    header = ("系列", "期次", "印发日期", "覆盖全部", "账号ID", "问题类型")
    rounds = [("月报", number, f"2026-0{number}-10", "是", "", "") for number in (1, 3)]
    enrolled.type("import", "bulletins", enrolled.table(*rounds, header=header, name="1.csv")).done()
    with open_store(enrolled.address) as store, store.read() as tx:
        assert [str(hole) for hole in missing_rounds(tx)] == ["通报“月报”第2期"]
    row = ("月报", 2, "2026-02-10", "否", "", "")
    enrolled.type("import", "bulletins", enrolled.table(row, header=header, name="2.csv")).done()
    with open_store(enrolled.address) as store, store.read() as tx:
        assert not missing_rounds(tx)


def test_what_names_no_result_is_refused_and_what_does_comes_back_from_an_export(enrolled: Office) -> None:
    header = ("类型", "对象", "日期", "内容")
    vague = enrolled.table(("内容安全", "A01", "2026-05-19", "未发现表述问题"), header=header, name="r.csv")
    said = enrolled.type("import", "records", vague)
    assert said.code == 1
    assert "第2行“结果”列：请填写结果，不能由内容“未发现表述问题”认定，可填：存在问题、疑似、已处置" in said.err
    plain = enrolled.table(
        ("内容安全", "A01", "2026-05-19", "未发现问题"),
        ("留言回复", "A01", "2026-05-19", "收到"),
        header=header,
        name="s.csv",
    )
    enrolled.type("import", "records", plain).done()
    enrolled.type("export", "records", "--out", "记录.xlsx").done()
    assert "新增0" in enrolled.type("import", "records", "记录.xlsx").done()
    enrolled.type("export", "records", "--unstated", "--out", "待写明.xlsx").done()
    assert load_workbook(enrolled.folder / "待写明.xlsx")["记录"].max_row == 1
    assert "--unstated 只用于 records" in enrolled.type("export", "cases", "--unstated", "--out", "x.xlsx").err
