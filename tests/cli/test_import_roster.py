"""Tables in and out: the roster, publication records, and what is judged afterwards."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest

from monitor.app.clock import now
from monitor.core.account import Platform
from monitor.core.calendar import beijing
from monitor.core.finding import State
from monitor.core.way import INSTEAD
from tests.cli.office import HEADER, Office

WEIBO = ("A01", "示例发布", "微博", "示例县教育局", "weibo=1234567890")
WECHAT = ("A02", "示例教育", "微信订阅号", "示例县教育局", "")
TIKTOK = ("B01", "示例文旅", "抖音", "示例县文化局", "人工")
METHOD = (*HEADER, "采集方式")
BRIDGE = "    base_url: http://127.0.0.1:9\n"
POSTS = ("账号ID", "发布时间", "标题", "链接")
FINDING = {
    "rule",
    "account",
    "unit",
    "area",
    "state",
    "since",
    "days",
    "strength",
    "proposals",
    "basis",
    "clause",
    "because",
    "evidence",
}


def roster(office: Office, *rows: tuple[str, ...]) -> Path:
    return office.table(*rows, header=METHOD, name="台账.csv")


def posts(office: Office, *rows: tuple[str, ...]) -> Path:
    return office.table(*rows, header=POSTS, name="发布.csv")


def ago(days: float) -> str:
    """Return a moment as people write it."""
    return f"{beijing(now() - timedelta(days=days)):%Y-%m-%d %H:%M}"


@pytest.fixture
def enrolled(office: Office) -> Office:
    office.type("import", "roster", roster(office, WEIBO, WECHAT, TIKTOK)).done()
    return office


@pytest.mark.parametrize(
    ("grants", "is_missing"),
    [
        ("", True),
        ("grants: {shili: {collector: wechat-official, id: wx0, secret: 'env:S'}}\n", False),
        ("grants: {shili: {collector: douyin-official, id: wx0, secret: 'env:S'}}\n", True),
    ],
)
def test_a_grant_that_the_settings_do_not_have_is_said_at_once(
    office: Office, grants: str, *, is_missing: bool
) -> None:
    office.settle(grants)
    said = office.type(
        "import", "roster", roster(office, ("A02", "示例教育", "微信订阅号", "示例县教育局", "wechat-official=shili"))
    )
    said.done()
    warnings = [line for line in said.err.splitlines() if "授权" in line]
    assert len(warnings) == is_missing
    assert all("A02 的采集方式 wechat-official=shili" in line for line in warnings)


def test_platforms_without_a_canary_are_named_at_import_and_at_the_check_of_the_settings(office: Office) -> None:
    assert "对照账号" not in office.type("config", "check").err
    assert not office.database.exists()
    said = office.type("import", "roster", roster(office, WEIBO))
    said.done()
    sentence = "没有对照账号的平台：微博（platforms.weibo.canary）"
    assert sentence in said.err
    assert sentence in office.type("config", "check").err
    office.settle('platforms: {weibo: {canary: "1234567891"}}\n')
    assert "对照账号" not in office.type("config", "check").err


def test_an_import_says_what_changes_and_who_is_read_by_hand(office: Office) -> None:
    said = office.type("import", "roster", roster(office, WEIBO, WECHAT, TIKTOK))
    assert said.lines == [
        "新增 A01 “示例发布”（微博，示例县教育局）",
        "新增 A02 “示例教育”（微信订阅号，示例县教育局）",
        "新增 B01 “示例文旅”（抖音，示例县文化局）",
        "共3个账号：新增3，修改0，删除0。",
        "其中1个由链接或人工核查（台账没有采集所需的平台标识或主页链接）：A02。",
        "其中1个由链接或人工核查（台账写明人工核查）：B01。",
        f"  微信订阅号：{INSTEAD[Platform.WEIXIN_SUBSCRIPTION]}。",
        "已导入。",
    ]
    assert said.err.startswith("提示：台账.csv 第3行：“示例教育”没有平台标识、主页链接和采集方式，只能人工核查。")


@pytest.mark.parametrize(
    ("base_url", "told"), [("", True), (BRIDGE, True), (f"{BRIDGE}    canary: MS4wLjABAAAAmeirigengxin\n", False)]
)
def test_who_is_read_by_hand_follows_from_where_the_platforms_are_reached(
    office: Office, base_url: str, *, told: bool
) -> None:
    office.settle(f"platforms:\n  douyin:\n    every: 6h\n{base_url}")
    table = office.table((*TIKTOK[:-1], "douyin=MS4wLjABAAAAshilixian00"), header=METHOD, name="台账.csv")
    said = office.type("import", "roster", table)
    assert ("其中1个由链接或人工核查（自动核查只能采集到部分内容）：B01。" in said.lines) is told
    assert said.lines[-1] == "已导入。"


def test_a_second_import_changes_nothing(enrolled: Office) -> None:
    before = enrolled.content()
    said = enrolled.type("import", "roster", roster(enrolled, WEIBO, WECHAT, TIKTOK)).done()
    assert "新增0，修改0，删除0" in said
    after = enrolled.content()
    noted = {"acts", "confirmations", "imports", "notes", "sqlite_sequence"}  # of acts, a note says which is the last
    assert {name for name in after if after[name] != before[name]} <= noted


def test_a_dry_run_says_the_same_and_writes_nothing(office: Office) -> None:
    office.type("db", "upgrade").done()
    before = office.content()
    tried = office.type("import", "roster", roster(office, WEIBO, WECHAT), "--dry-run")
    assert office.content() == before
    done = office.type("import", "roster", roster(office, WEIBO, WECHAT))
    assert tried.lines[:-1] == done.lines[:-1]
    assert tried.lines[-1] == "以上为试算，没有写入。"
    assert tried.err == done.err


def test_an_unknown_column_is_named_and_no_reason_to_refuse(office: Office) -> None:
    table = office.table((*WEIBO, "x"), header=(*METHOD, "联络人"))
    said = office.type("import", "roster", table)
    assert said.done()
    assert said.err.splitlines()[0] == "提示：表.csv：以下列不在模板中，已跳过：“联络人”（是否应为“联络员”？）。"


def test_a_change_names_the_column_with_before_and_after(enrolled: Office) -> None:
    said = enrolled.type("import", "roster", roster(enrolled, ("A01", "示例教育微博", *WEIBO[2:]))).done()
    assert "修改 A01 “示例教育微博”（微博，示例县教育局）：账号名称 示例发布→示例教育微博" in said
    assert "共1个账号：新增0，修改1，删除0。" in said


def ids(office: Office) -> list[str]:
    office.type("export", "roster", "--out", "现在.csv").done()
    lines = (office.folder / "现在.csv").read_text(encoding="utf-8-sig").splitlines()
    return [line.partition(",")[0] for line in lines[1:]]


@pytest.mark.parametrize("answer", ["y\n", "是\n", "YES\n"])
def test_replacing_removes_what_is_missing_after_a_yes(
    enrolled: Office, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    said = enrolled.answer(monkeypatch, answer, "import", "roster", roster(enrolled, WEIBO, TIKTOK), "--replace")
    assert "删除 A02 “示例教育”（微信订阅号，示例县教育局）" in said.done()
    assert "将删除1个账号，继续吗？（是/否）：" in said.err
    assert ids(enrolled) == ["A01", "B01"]


@pytest.mark.parametrize("answer", ["", "\n", "n\n", "否\n", "不知道\n"])
def test_without_a_yes_nothing_is_imported(enrolled: Office, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    before = enrolled.content()
    said = enrolled.answer(monkeypatch, answer, "import", "roster", roster(enrolled, WEIBO), "--replace")
    assert said.code == 1
    assert said.err.splitlines()[-1].endswith("已取消，未导入任何内容。批量运行请加 --yes。")
    assert enrolled.content() == before


def test_a_unit_that_nobody_knows_is_named_before_anything_is_replaced(enrolled: Office) -> None:
    said = enrolled.type("import", "roster", roster(enrolled, WEIBO), "--replace", "--unit", "示例县教育", "--yes")
    assert said.refused() == "台账和文件中都没有主办单位“示例县教育”（是否应为“示例县教育局”？），没有导入任何内容。"


def test_replacing_one_unit_leaves_the_others(enrolled: Office) -> None:
    said = enrolled.type(
        "import", "roster", roster(enrolled, WEIBO), "--replace", "--unit", "示例县教育局", "--yes"
    ).done()
    assert "删除1。" in said
    assert ids(enrolled) == ["A01", "B01"]


def test_replacing_with_everything_still_there_does_not_ask(enrolled: Office) -> None:
    enrolled.type("import", "roster", roster(enrolled, WEIBO, WECHAT, TIKTOK), "--replace").done()


def test_the_first_row_holds_since_ever_and_a_later_one_from_its_day(enrolled: Office) -> None:
    moved = ("A01", "示例发布", "微博", "示例县体育局", "weibo=1234567890")
    enrolled.type("import", "roster", roster(enrolled, moved), "--as-of", ago(10)).done()

    def unit(days: float) -> object:
        words = ("--account", "A01", "--all", "--json", "--at", ago(days).replace(" ", "T"), "--known-at", "now")
        return enrolled.type("evaluate", *words).json[0]["unit"]

    assert [unit(300), unit(11), unit(9), unit(0)] == ["示例县教育局", "示例县教育局", "示例县体育局", "示例县体育局"]


def test_what_changes_is_seen_from_the_day_it_was_true(enrolled: Office) -> None:
    renamed = ("A01", "改名", *WEIBO[2:])
    enrolled.type("import", "roster", roster(enrolled, renamed)).done()
    said = enrolled.type("import", "roster", roster(enrolled, WEIBO), "--as-of", ago(10), "--dry-run").done()
    assert "修改0" in said


@pytest.mark.parametrize("name", ["台账.xlsx", "台账.csv"])
def test_a_roster_goes_out_and_comes_back_unchanged(enrolled: Office, name: str) -> None:
    header = (*METHOD, "联络员", "联络员手机", "责任领导", "备注", "粉丝数", "开设日期", "主账号")
    row = ("C01", "=1+1", "网站", "示例县档案局", "", "张三、李四", "13800138000", "王五", "第一行\n第二行", "12000")
    table = enrolled.table((*row, "2019-05-01", "是"), header=header)
    enrolled.type("import", "roster", table).done()
    enrolled.type("export", "roster", "--out", name).done()
    said = enrolled.type("import", "roster", name, "--replace").done()
    assert "共4个账号：新增0，修改0，删除0。" in said


def test_the_template_offers_the_words_that_columns_take(office: Office) -> None:
    assert office.type("export", "template", "--out", "模板.xlsx").done() == "已写入 模板.xlsx。\n"
    sheet = openpyxl.load_workbook(office.folder / "模板.xlsx").active
    assert sheet is not None
    columns = {str(cell.value): cell.column_letter for cell in next(sheet.iter_rows(max_row=1))}  # type: ignore[union-attr]
    offered = {
        str(validation.sqref)[: len(columns["平台"])]: str(validation.formula1)
        for validation in sheet.data_validations.dataValidation
    }
    assert set(HEADER) <= set(columns)
    assert all(platform.label in offered[columns["平台"]] for platform in Platform)
    assert len(offered) >= 7
    assert office.database.exists() is False


def test_an_empty_template_imports_as_nothing(office: Office) -> None:
    office.type("export", "template", "--out", "模板.xlsx").done()
    said = office.type("import", "roster", "模板.xlsx")
    assert said.done().endswith("共0个账号：新增0，修改0，删除0。\n没有导入任何内容。\n")
    assert not (office.folder / "config" / "roster.known").exists()
    assert said.err == "提示：模板.xlsx：文件中没有可导入的账号，请核对是否选错文件或表头位置。\n"


@pytest.mark.parametrize("what", ["findings", "cases", "messages"])
def test_every_table_goes_out_even_when_it_is_empty(enrolled: Office, what: str) -> None:
    enrolled.type("export", what, "--out", f"{what}.csv").done()
    lines = (enrolled.folder / f"{what}.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 1
    assert len(lines[0].split(",")) >= 7


def test_posts_are_counted_and_only_add_to_what_is_known(enrolled: Office) -> None:
    table = posts(enrolled, ("A02", ago(3), "甲", "https://example.invalid/1"), ("A02", ago(5), "乙", ""))
    assert enrolled.type("import", "posts", table).lines == ["A02 “示例教育”：2条", "已导入。"]
    (finding,) = _findings(enrolled, "A02", "UPD-01")
    assert (finding["state"], finding["days"]) == ("ok", 3)


def test_old_posts_alone_accuse_nobody(enrolled: Office) -> None:
    enrolled.type("import", "posts", posts(enrolled, ("A02", ago(30), "甲", ""))).done()
    (finding,) = _findings(enrolled, "A02", "UPD-01")
    assert (finding["state"], finding["days"]) == ("unknown", 30)


def test_a_complete_file_is_a_look_by_hand(enrolled: Office) -> None:
    enrolled.type("import", "posts", posts(enrolled, ("A02", ago(30), "甲", "")), "--complete").done()
    (finding,) = _findings(enrolled, "A02", "UPD-01")
    assert (finding["state"], finding["days"]) == ("violated", 30)


def test_a_dry_run_names_who_would_be_declared_silent(enrolled: Office) -> None:
    table = posts(enrolled, ("A02", ago(3), "甲", ""))
    before = enrolled.content()
    everybody = enrolled.type("import", "posts", table, "--complete", "--accounts", "all", "--dry-run")
    assert everybody.lines == [
        "A02 “示例教育”：1条",
        "登记为没有新发布的2个账号：A01、B01。",
        "由此改变的判定0项，其中变为“存在问题”0项。",
        "以上为试算，没有写入。",
    ]
    some = enrolled.type("import", "posts", table, "--complete", "--accounts", " B01, A02 ", "--dry-run")
    assert "登记为没有新发布的1个账号：B01。" in some.lines
    assert enrolled.content() == before


def test_an_account_declared_silent_is_judged_by_what_was_known_of_it(enrolled: Office) -> None:
    enrolled.type("import", "posts", posts(enrolled, ("B01", ago(20), "旧", ""))).done()
    table = posts(enrolled, ("A02", ago(1), "新", ""))
    enrolled.type("import", "posts", table, "--complete", "--accounts", "B01", "--yes").done()
    (silent,) = _findings(enrolled, "B01", "UPD-01")
    assert (silent["state"], silent["days"]) == ("violated", 20)


def test_importing_posts_twice_changes_nothing_that_is_judged(enrolled: Office) -> None:
    table = posts(enrolled, ("A02", ago(3), "甲", "https://example.invalid/1"), ("A02", ago(3), "甲", ""))
    enrolled.type("import", "posts", table, "--as-of", ago(1)).done()
    before = enrolled.content()["posts"]
    enrolled.type("import", "posts", table, "--as-of", ago(1)).done()
    assert enrolled.content()["posts"] == before


def test_evaluating_prints_one_array_in_the_form_of_the_contract(enrolled: Office) -> None:
    enrolled.type("import", "posts", posts(enrolled, ("A02", ago(30), "甲", "")), "--complete").done()
    said = enrolled.type("evaluate", "--json", "--all")
    assert said.err == ""
    findings = said.json
    assert all(set(finding) == FINDING for finding in findings)
    whose = ("account", "unit", "area", "rule")
    assert len({tuple(finding[name] for name in whose) for finding in findings}) == len(findings)
    shown = enrolled.type("evaluate", "--json").json
    assert shown == [finding for finding in findings if finding["state"] not in {"ok", "not_applicable"}]
    (violated,) = [finding for finding in shown if finding["rule"] == "UPD-01" and finding["account"] == "A02"]
    assert (violated["state"], violated["unit"], violated["area"]) == ("violated", "示例县教育局", "示例县")
    assert violated["since"] == (beijing(now()).date() - timedelta(days=15)).isoformat()
    assert violated["evidence"]
    assert f"A02  UPD-01 2周未更新  {State.VIOLATED.label}  " in enrolled.type("evaluate").done()


def test_evaluating_writes_nothing(enrolled: Office) -> None:
    before = enrolled.content()
    enrolled.type("evaluate", "--all").done()
    assert enrolled.content() == before


def test_evaluating_an_empty_database_is_an_empty_array_and_no_good_news(office: Office) -> None:
    assert office.type("evaluate", "--json").json == []
    assert office.type("evaluate").done() == "没有可判定的账号：请核对数据库（--db），或先导入台账。\n"


def test_the_past_is_judged_by_what_was_known_then_or_is_known_now(enrolled: Office) -> None:
    enrolled.type("import", "posts", posts(enrolled, ("A02", ago(30), "甲", "")), "--complete").done()
    then = f"{now() - timedelta(days=10):%Y-%m-%dT%H:%M}+00:00"
    assert enrolled.type("evaluate", "--at", then, "--json").json == []
    words = ("--at", then, "--known-at", "now", "--account", "A02", "--all", "--json")
    (finding,) = [entry for entry in enrolled.type("evaluate", *words).json if entry["rule"] == "UPD-01"]
    assert finding["days"] == 20


def _findings(office: Office, account: str, rule: str) -> list[dict[str, object]]:
    found = office.type("evaluate", "--account", account, "--all", "--json").json
    return [finding for finding in found if finding["rule"] == rule]
