"""An office of two areas, through the command line: what is imported for one says nothing of the other."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import pytest

from tests.cli.office import HEADER, SETTINGS, Office, Said

FULL = (*HEADER, "所属地区", "单位层级", "平台标识")
ROSTER = (
    ("A01", "甲县发布", "微博", "教育局", "甲县", "县属单位", "11"),
    ("A02", "甲县卫健", "微博", "卫健局", "甲县", "县属单位", "12"),
    ("B01", "乙县发布", "微博", "教育局", "乙县", "县属单位", "21"),
    ("B02", "乙县卫健", "微博", "卫健局", "乙县", "县属单位", "22"),
)
MORE = tuple(
    (f"{sort}0{number}", f"{area}{number}号", "微博", f"{number}局", area, "县属单位", f"{sort}{number}")
    for sort, area in (("A", "甲县"), ("B", "乙县"))
    for number in (3, 4, 5)
)
LIST = ("账号ID",)
AT = ("--at", "2026-06-05T09:00", "--known-at", "now")


@pytest.fixture
def two(office: Office) -> Office:
    office.settle(SETTINGS.replace("[示例县]", "[甲县, 乙县]"), instead=True)
    office.type("import", "roster", office.table(*ROSTER, header=FULL), "--as-of", "2026-01-01").done()
    return office


def move(two: Office, id_: str, area: str, on: str) -> None:
    [row] = [[*row] for row in (*ROSTER, *MORE) if row[0] == id_]
    row[4] = area
    two.type("import", "roster", two.table(row, header=FULL), "--as-of", on).done()


def imported(two: Office, kind: str, rows: Sequence[Sequence[object]], header: Sequence[str], *more: str) -> Said:
    return two.type("import", kind, two.table(*rows, header=header, name=f"{kind}.csv"), *more)


def filed(two: Office, on: str, *ids: str, area: str | None = None) -> Said:
    of = ("--area", area) if area else ()
    return imported(two, "filed-list", [(id_,) for id_ in ids], LIST, "--as-of", on, *of)


def states(two: Office, rule: str) -> Mapping[str, str]:
    """Return what a rule says of each account; of the others it says nothing."""
    found = two.type("evaluate", "--json", *AT).json
    return {entry["account"]: entry["state"] for entry in found if entry["rule"] == rule and entry["account"]}


# --- filed lists ---


def test_a_newer_list_of_another_area_is_no_list_of_this_one(two: Office) -> None:
    filed(two, "2026-05-20", "A01", "A02").done()
    filed(two, "2026-06-01", "B01").done()
    assert states(two, "REG-01") == {"B02": "violated"}


@pytest.mark.parametrize("how", ["option", "column"])
def test_an_account_of_this_area_in_the_other_area_s_file_does_not_make_it_count_here(two: Office, how: str) -> None:
    filed(two, "2026-05-20", "A01", "A02").done()
    if how == "option":
        said = filed(two, "2026-06-01", "B01", "B02", "A01", area="乙县")
    else:
        rows = [(id_, "乙县") for id_ in ("B01", "B02", "A01")]
        said = imported(two, "filed-list", rows, ("账号ID", "地区"), "--as-of", "2026-06-01")
    assert "新增 乙县已备案清单 2026-06-01（3行）" in said.done().splitlines()
    assert said.err == "提示：filed-list.csv 第4行：账号ID A01在台账中属于甲县，本清单只作为乙县的清单。\n"
    assert states(two, "REG-01") == {}


def test_an_account_that_moved_here_does_not_bring_the_list_of_its_former_area(two: Office) -> None:
    filed(two, "2026-05-20", "A01", "A02").done()
    filed(two, "2026-06-01", "B01", "B02").done()
    move(two, "B01", "甲县", "2026-06-02")
    # the list of its new area is older than its coming: nothing is known of it, and of the others all
    assert states(two, "REG-01") == {"B01": "unknown"}
    filed(two, "2026-06-03", "A01", "A02").done()
    assert states(two, "REG-01") == {"B01": "violated"}
    filed(two, "2026-06-04", "A01", "A02", "B01").done()
    assert states(two, "REG-01") == {}


def test_an_area_that_is_typed_otherwise_is_no_other_area(two: Office) -> None:
    move(two, "A01", "乙 县", "2026-06-01")
    assert {row["所属地区"] for row in exported(two, "export", "roster")} == {"甲县", "乙县"}


def test_a_move_that_was_withdrawn_never_happened(two: Office) -> None:
    filed(two, "2026-05-20", "A02").done()
    before = states(two, "REG-01")
    assert before["A01"] == "violated"
    move(two, "A01", "乙县", "2026-06-01")
    assert states(two, "REG-01")["A01"] == "unknown"
    number = two.type("import", "list").done().split()[0]
    two.type("import", "withdraw", number, "--yes").done()
    assert states(two, "REG-01") == before


def test_a_file_with_two_areas_accounts_is_refused_and_its_rows_are_named(two: Office) -> None:
    before = two.content()["papers"]
    reason = filed(two, "2026-06-01", "B01", "A01", "B02").refused()
    assert reason.startswith(
        "filed-list.csv 第3行：账号ID A01属于甲县，而清单中其他账号属于乙县：一份清单只能是一个地区的"
    )
    rows = [("A01", "甲县"), ("A02", ""), ("B01", "乙县")]
    reason = imported(two, "filed-list", rows, ("账号ID", "地区")).refused()
    assert reason.startswith("filed-list.csv 第4行“地区”列：“乙县”与第2行（甲县）不同：一份清单只能是一个地区的")
    reason = imported(two, "filed-list", rows, ("账号ID", "地区"), "--area", "甲县").refused()
    assert reason.startswith("filed-list.csv 第4行“地区”列：“乙县”与 --area 甲县 不同")
    assert two.content()["papers"] == before


def test_a_list_whose_area_nothing_tells_is_refused(two: Office) -> None:
    header = ("平台", "账号名称")
    reason = imported(two, "filed-list", [("微博", "没有的号")], header).refused()
    assert "不能确定是哪个地区的清单（甲县、乙县），请用“地区”列或 --area 写明" in reason
    assert "没有地区“丙县”" in imported(two, "filed-list", [("微博", "没有的号")], header, "--area", "丙县").refused()
    reason = imported(two, "filed-list", [("A01", "丙县")], ("账号ID", "地区")).refused()
    assert "“地区”列：没有地区“丙县”" in reason
    imported(two, "filed-list", [("微博", "没有的号")], header, "--area", "乙县").done()


def test_the_area_of_a_list_is_that_of_its_accounts_on_its_day(two: Office) -> None:
    move(two, "B01", "甲县", "2026-05-15")
    assert "新增 乙县已备案清单 2026-05-01（2行）" in filed(two, "2026-05-01", "B01", "B02").done().splitlines()
    assert "第3行：账号ID B02属于乙县" in filed(two, "2026-05-20", "B01", "B02").refused()


def test_a_name_means_the_account_of_the_list_s_area(two: Office) -> None:
    twins = [
        ("A03", "教育发布", "微博", "教育局", "甲县", "县属单位", ""),
        ("B03", "教育发布", "微博", "教育局", "乙县", "县属单位", ""),
    ]
    two.type("import", "roster", two.table(*twins, header=FULL), "--as-of", "2026-01-02").done()
    rows = [("微博", "教育发布"), ("微博", "乙县发布"), ("微博", "甲县发布")]
    said = imported(two, "filed-list", rows, ("平台", "账号名称"), "--area", "乙县", "--as-of", "2026-06-01")
    assert "台账中乙县在该平台没有账号名称为“甲县发布”的账号，列为待匹配" in said.err
    assert states(two, "REG-01") == {"B02": "violated", **dict.fromkeys(("A01", "A02", "A03"), "unknown")}


def test_lists_of_two_areas_of_one_day_are_replaced_and_withdrawn_apart(two: Office) -> None:
    filed(two, "2026-06-01", "A01").done()
    filed(two, "2026-06-01", "B01").done()
    filed(two, "2026-06-01", "B01", "B02").done()
    assert states(two, "REG-01") == {"A02": "violated"}
    listed = two.type("import", "list").done().splitlines()
    assert "乙县：新增0，修改1，不变0" in listed[0]
    two.type("import", "withdraw", listed[0].split()[0], "--yes").done()
    assert states(two, "REG-01") == {"A02": "violated", "B02": "violated"}


# --- the index ---

INDEX = ("周次", "账号ID", "指数")


def index(two: Office, week: str, **values: str) -> None:
    rows = [(week, id_, value) for id_, value in values.items()]
    imported(two, "index", rows, INDEX).done()


@pytest.fixture
def measured(two: Office) -> Office:
    """Return an office in whose areas the index differs by far: about 100 in one, about 12 in the other."""
    two.type("import", "roster", two.table(*MORE, header=FULL), "--as-of", "2026-01-02").done()
    for week in ("2026-W20", "2026-W21"):
        index(two, week, A01="100", A02="100", A03="100", A04="100", A05="100")
        index(two, week, B01="13", B02="11", B03="12", B04="10", B05="11.5")
    return two


def because(two: Office, rule: str, id_: str) -> str:
    found = two.type("evaluate", "--json", *AT).json
    return str(next(entry["because"] for entry in found if (entry["rule"], entry["account"]) == (rule, id_)))


def test_an_account_s_weeks_elsewhere_are_compared_with_the_mean_there(measured: Office) -> None:
    before = states(measured, "WEAK-01")
    assert before == {"B02": "violated", "B04": "violated"}
    move(measured, "B01", "甲县", "2026-05-25")
    move(measured, "B04", "甲县", "2026-05-25")
    # B01 was above the mean of 乙县 in both weeks, and B04 below; the mean of 甲县 concerns neither
    assert states(measured, "WEAK-01") == before
    assert "2026-W21为10（乙县平均11.5）" in because(measured, "WEAK-01", "B04")


def test_the_first_week_here_is_compared_with_the_mean_here(measured: Office) -> None:
    move(measured, "B01", "甲县", "2026-05-20")  # a Wednesday: the week counts where it ended
    assert states(measured, "WEAK-01")["B02"] == "violated"
    assert "B01" not in states(measured, "WEAK-01")  # above there, below here
    move(measured, "B04", "甲县", "2026-05-20")
    assert "2026-W20为10（乙县平均11.5）、2026-W21为10（平均" in because(measured, "WEAK-01", "B04")


def test_a_week_published_there_only_is_no_missing_week_here(measured: Office) -> None:
    move(measured, "B01", "甲县", "2026-05-25")
    for week in ("2026-W18", "2026-W19"):
        index(measured, week, B01="13", B02="11", B03="12", B04="10", B05="11.5")
    assert {"A01", "A02", "B01"}.isdisjoint(states(measured, "WEAK-01"))
    index(measured, "2026-W22", B02="11", B03="12", B05="11.5")
    assert {"A01", "A02", "B01"}.isdisjoint(states(measured, "WEAK-01"))


def test_a_printed_mean_is_of_the_area_that_the_account_was_in_that_week(two: Office) -> None:
    move(two, "B01", "甲县", "2026-05-25")
    header = (*INDEX, "全县平均值")
    said = imported(two, "index", [("2026-W20", "B01", "13", "11.5"), ("2026-W20", "A01", "99", "100")], header)
    assert "乙县平均 11.5、甲县平均 100" in said.done()
    imported(two, "index", [("2026-W21", "B01", "13", "11.5"), ("2026-W21", "A01", "99", "100")], header).done()
    assert states(two, "WEAK-01") == {"A01": "violated", "A02": "unknown", "B02": "unknown"}


# --- bulletins ---

ROUND = ("系列", "期次", "印发日期", "覆盖全部", "账号ID", "问题类型")


def listed(two: Office, series: str, *ids: str) -> None:
    """Import two rounds that list these accounts both times, of 2026-05-01 and of 2026-06-01."""
    rounds = ((1, "2026-05-01"), (2, "2026-06-01"))
    rows = [(series, number, on, "是", id_, "2周未更新") for number, on in rounds for id_ in ids]
    imported(two, "bulletins", rows, ROUND).done()


def count_own(two: Office) -> None:
    rules = two.folder / "config" / "rules.yaml"
    text = rules.read_text("utf-8")
    assert "count_own_bulletin: false" in text
    rules.write_text(text.replace("count_own_bulletin: false", "count_own_bulletin: true"), "utf-8")


def test_a_series_that_an_area_runs_itself_counts_for_its_accounts_only(two: Office) -> None:
    listed(two, "乙县通报", "A01", "B01")
    assert states(two, "UPD-02") == {}  # nobody's own series counts unless the rules say so
    count_own(two)
    assert states(two, "UPD-02") == {"B01": "violated"}
    listed(two, "省平台通报", "A02", "B02")
    assert states(two, "UPD-02") == {"B01": "violated", "A02": "violated", "B02": "violated"}


@pytest.mark.parametrize(
    ("on", "series", "expected"),
    [
        ("2026-06-02", "乙县通报", {"B01": "violated"}),  # it was there for both rounds
        ("2026-05-15", "乙县通报", {}),
        ("2026-05-15", "甲县通报", {}),
        ("2026-04-01", "甲县通报", {"B01": "violated"}),
        ("2026-05-15", "省平台通报", {"B01": "violated"}),
    ],
)
def test_a_round_counts_for_an_account_in_the_area_that_it_then_was_in(
    two: Office, on: str, series: str, expected: Mapping[str, str]
) -> None:
    count_own(two)
    listed(two, series, "B01")
    move(two, "B01", "甲县", on)
    assert states(two, "UPD-02") == expected


# --- units ---

RECORD = ("类型", "对象", "地区", "日期", "结果", "内容")


def test_replacing_a_unit_s_accounts_means_the_unit_of_one_area(two: Office) -> None:
    whole = two.table(ROSTER[0], header=FULL)
    before = two.content()["account_versions"]
    words = ("import", "roster", whole, "--replace", "--unit", "教育局", "--yes")
    assert "乙县、甲县都有主办单位“教育局”，请加 --area 写明是哪个地区的" in two.type(*words).refused()
    assert "没有主办单位“教育局”" in two.type(*words, "--area", "丙县").refused()
    assert two.type("import", "roster", whole, "--area", "甲县").refused(code=2)
    assert two.content()["account_versions"] == before
    assert "删除1" in two.type(*words, "--area", "乙县").done()
    assert {row[0] for row in two.content()["accounts"] if not row[2]} >= {"A01", "A02", "B02"}
    left = {str(row["账号ID"]) for row in exported(two, "export", "roster")}
    assert left == {"A01", "A02", "B02"}


def exported(two: Office, *words: str) -> list[dict[str, object]]:
    """Return the rows of a table that a command writes."""
    out = two.folder / "表.json"
    two.type(*words, "--out", out).done()
    rows: list[dict[str, object]] = json.loads(out.read_text("utf-8"))["rows"]
    return rows


def test_what_a_unit_did_is_said_of_the_unit_of_that_area_and_no_other(two: Office) -> None:
    def lacking() -> set[str]:
        found = two.type("evaluate", *AT).done().splitlines()
        return {line.split("  ")[0] for line in found if "  SYS-01 " in line}

    assert lacking() == {"教育局（乙县）", "卫健局（乙县）", "教育局（甲县）", "卫健局（甲县）"}
    names = ("信息发布审核制度", "安全管理制度", "应急预案", "考核评价办法", "值班值守制度", "工作制度")
    rows = [("制度", "教育局", "甲县", "2026-05-01", "已建立", name) for name in names]
    imported(two, "records", rows, RECORD).done()
    assert lacking() == {"教育局（乙县）", "卫健局（乙县）", "卫健局（甲县）"}
    reason = imported(two, "records", [("制度", "教育局", "", "2026-05-01", "已建立", "工作制度")], RECORD).refused()
    assert "“地区”列：乙县、甲县都有“教育局”，请填写是哪个地区的" in reason


def test_the_deductions_of_two_units_of_one_name_are_told_apart(two: Office) -> None:
    rows = [("扣分", "教育局", area, "2026-05-01", "", f"{area}的事由") for area in ("甲县", "乙县")]
    imported(two, "records", rows, RECORD).done()
    last = ("report", "deductions", "--period", "2026-Q2", "--known-at", "now")
    found = {(row["地区"], row["主办单位"], row["事由"]) for row in exported(two, *last)}
    assert found == {("甲县", "教育局", "甲县的事由"), ("乙县", "教育局", "乙县的事由")}
    assert "涉及2个单位" in two.type(*last, "--out", two.folder / "表.csv").done()


def test_what_an_import_of_the_roster_changes_names_the_area_of_each_unit(two: Office) -> None:
    tried = two.type("import", "roster", two.table(*MORE[:1], header=FULL), "--dry-run").done()
    assert "新增 A03 “甲县3号”（微博，3局（甲县））" in tried


def test_exports_say_in_which_area_a_person_s_unit_is(two: Office) -> None:
    people = [(*row, "联络员甲", "13800000000") for row in (ROSTER[0], ROSTER[2])]
    header = (*FULL, "联络员", "联络员手机")
    two.type("import", "roster", two.table(*people, header=header), "--as-of", "2026-01-03").done()
    rows = exported(two, "export", "personal-data")
    assert [(row["主办单位"], row["地区"]) for row in rows] == [("教育局", "甲县"), ("教育局", "乙县")]
