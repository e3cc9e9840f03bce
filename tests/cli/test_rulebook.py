"""The whole rule book through the command line: what an office imports, and what is then held of its accounts."""

from __future__ import annotations

import pytest

from monitor.app.rules import all_area_rules, all_rules
from tests.cli.office import HEADER, Office

FULL = (*HEADER, "单位层级", "主账号")
ROSTER = (
    ("A01", "示例发布", "微博", "示例县教育局", "县属单位", "是"),
    ("A02", "示例教育", "头条号", "示例县教育局", "县属单位", "否"),
    ("A03", "示例镇", "百家号", "示例镇人民政府", "乡镇街道", "否"),
    ("A04", "示例体育", "快手", "示例县体育中心", "", "否"),
    ("A05", "示例报", "微博", "示例报社", "融媒体", "否"),
)
ON = "2022-05-25 09:00"


@pytest.fixture
def enrolled(office: Office) -> Office:
    office.type("import", "roster", office.table(*ROSTER, header=FULL)).done()
    return office


def held(office: Office, rule: str, *words: str, at: str = ON) -> dict[str, str]:
    """Return the states that are held of accounts, units and areas under a rule, nothing left out."""
    found = office.type("evaluate", "--at", at, "--known-at", "now", "--all", "--json", *words).json
    return {
        entry["account"] or entry["unit"] or entry["area"]: entry["state"] for entry in found if entry["rule"] == rule
    }


def give(office: Office, kind: str, header: tuple[str, ...], *rows: tuple[object, ...]) -> None:
    """Import rows of a kind."""
    office.type("import", kind, office.table(*rows, header=header, name=f"{kind}.csv")).done()


def test_every_rule_says_one_thing_of_each_of_its_subjects(enrolled: Office) -> None:
    found = enrolled.type("evaluate", "--at", "2026-05-20", "--known-at", "now", "--all", "--json").json
    told = [
        (entry["rule"], entry["account"], entry["unit"] if not entry["account"] else None, entry["area"])
        for entry in found
    ]
    assert len(told) == len(set(told))
    assert {rule for rule, *_ in told} == {rule.id for rule in all_rules()} | {rule.id for rule in all_area_rules()}
    assert {entry["account"] for entry in found if entry["rule"] == "PLT-01"} == {"A01", "A02", "A03", "A04", "A05"}
    assert {entry["area"] for entry in found if entry["rule"] == "CAP-01"} == {"示例县"}


def test_platforms_and_organizers_are_judged_from_the_roster(enrolled: Office) -> None:
    assert held(enrolled, "PLT-01") == {
        "A01": "ok",
        "A02": "ok",
        "A03": "violated",
        "A04": "needs_review",
        "A05": "not_applicable",
    }
    assert held(enrolled, "TWN-01") == {
        "A01": "ok",
        "A02": "ok",
        "A03": "violated",
        "A04": "needs_review",
        "A05": "not_applicable",
    }
    assert held(enrolled, "CAP-01") == {"示例县": "ok"}
    assert held(enrolled, "MAT-01") == {"示例县": "ok"}


def test_a_filed_list_decides_who_is_filed(enrolled: Office) -> None:
    assert set(held(enrolled, "REG-01").values()) == {"unknown", "needs_review", "not_applicable"}
    table = enrolled.table(("A01",), header=("账号ID",), name="filed.csv")
    enrolled.type("import", "filed-list", table, "--as-of", "2022-05-18").done()
    assert held(enrolled, "REG-01") == {
        "A01": "ok",
        "A02": "violated",
        "A03": "violated",
        "A04": "needs_review",
        "A05": "not_applicable",
    }
    assert held(enrolled, "REG-01", at="2022-05-19 23:00")["A02"] == "warning"


def test_bulletins_are_counted_and_a_decision_ends_the_count(enrolled: Office) -> None:
    header = ("系列", "期次", "印发日期", "覆盖全部", "账号ID", "问题类型")
    for number in (1, 2):
        give(
            enrolled, "bulletins", header, ("省平台周报", number, f"2022-05-{number * 7:02}", "是", "A01", "2周未更新")
        )
    assert held(enrolled, "UPD-02") == {
        "A01": "violated",
        "A02": "ok",
        "A03": "ok",
        "A04": "ok",
        "A05": "not_applicable",
    }
    decided = ("账号ID", "规则", "决定", "决定人", "日期", "说明")
    give(enrolled, "decisions", decided, ("A01", "UPD-02", "保留", "县府办", "2022-05-20", "承担办事服务"))
    assert held(enrolled, "UPD-02")["A01"] == "ok"
    assert held(enrolled, "UPD-02", at="2022-05-19 09:00")["A01"] == "violated"


def test_the_index_is_compared_with_the_mean_of_its_week(enrolled: Office) -> None:
    header = ("周次", "账号ID", "指数", "全县平均值")
    for week in ("2022-W18", "2022-W19"):
        give(enrolled, "index", header, (week, "A01", "50.1", "60"), (week, "A02", "60", "60"), (week, "A03", "", "60"))
    assert held(enrolled, "WEAK-01") == {
        "A01": "violated",
        "A02": "ok",
        "A03": "unknown",
        "A04": "needs_review",
        "A05": "not_applicable",
    }


def test_an_exemption_holds_as_long_as_it_says_and_is_told(enrolled: Office) -> None:
    header = ("账号ID", "规则", "决定", "决定人", "日期", "有效期至", "说明", "依据文号")
    row = ("A03", "TWN-01", "豁免", "县府办", "2022-05-20", "2022-05-31", "整合期间保留", "示政办函〔2022〕1号")
    give(enrolled, "decisions", header, row)
    assert held(enrolled, "TWN-01", at="2022-05-31 12:00")["A03"] == "exempted"
    assert held(enrolled, "TWN-01", at="2022-06-01 12:00")["A03"] == "violated"


def test_records_are_judged_of_units_and_the_area(enrolled: Office) -> None:
    late = "2022-10-10 09:00"
    assert held(enrolled, "TRN-01", at=late) == {"示例县": "warning"}
    assert held(enrolled, "SYS-01", at=late)["示例县教育局"] == "warning"
    records = [("培训", "示例县", "2022-03-01", "集中学习")]
    records += [
        ("制度", "示例县教育局", "2022-07-01", name)
        for name in ("信息发布审核制度", "安全管理制度", "应急预案", "考核评价办法")
    ]
    give(enrolled, "records", ("类型", "对象", "日期", "内容"), *records)
    assert held(enrolled, "TRN-01", at=late) == {"示例县": "ok"}
    assert held(enrolled, "SYS-01", at=late)["示例县教育局"] == "ok"


def test_what_was_not_known_then_is_not_judged_then(enrolled: Office) -> None:
    table = enrolled.table(("A01",), header=("账号ID",), name="filed.csv")
    enrolled.type("import", "filed-list", table, "--as-of", "2022-05-18").done()
    then = enrolled.type("evaluate", "--at", ON, "--all", "--json")
    assert then.json == []  # the roster itself came later
    assert then.err == "提示：那一时刻还没有台账；按现在所知判定过去，请加 --known-at now。\n"


def test_one_account_is_judged_with_all_of_its_rules(enrolled: Office) -> None:
    found = enrolled.type("evaluate", "--account", "A03", "--at", ON, "--known-at", "now", "--json").json
    assert {entry["account"] for entry in found} == {"A03"}
    assert {"PLT-01", "TWN-01"} <= {entry["rule"] for entry in found}


QUARTER = [f"2022-{day} 09:00" for day in ("04-01", "05-15", "05-16", "05-20", "06-01", "06-15", "06-30")]
NEXT = "2022-07-01 09:00"
LATER_VERSIONS = """
  - id: PLT-01
    effective_from: 2022-07-01
    instrument: 示例文件
    clause: 微博账号一律取消
    strength: mandatory
    words:
      niche: [微博, 百家号]
      mainstream: [头条号]
  - id: UPD-03
    effective_from: 2022-07-01
    instrument: 示例文件
    clause: 单次超过200天未更新
    strength: advisory
    numbers:
      gap_from: 201
      window_days: 90
"""


def test_a_rule_version_that_holds_from_a_later_day_leaves_last_quarter_as_it_was_judged(enrolled: Office) -> None:
    posts = enrolled.table(
        ("A01", "2022-03-01 09:00", "一条消息", "https://weibo.com/1/a"),
        header=("账号ID", "发布时间", "标题", "链接"),
        name="posts.csv",
    )
    enrolled.type("import", "posts", posts, "--as-of", "2022-06-30 08:00", "--complete").done()

    def said(at: str) -> str:
        return enrolled.type("evaluate", "--at", at, "--known-at", "now", "--all", "--json").done()

    before, after = [said(at) for at in QUARTER], said(NEXT)
    rules = enrolled.folder / "config" / "rules.yaml"
    rules.write_text(rules.read_text("utf-8") + LATER_VERSIONS, encoding="utf-8")
    assert [said(at) for at in QUARTER] == before
    assert held(enrolled, "UPD-03", at=QUARTER[-1])["A01"] == "violated"
    assert held(enrolled, "UPD-03", at=NEXT)["A01"] != "violated"
    assert held(enrolled, "PLT-01", at=NEXT)["A01"] == "violated"
    assert said(NEXT) != after
