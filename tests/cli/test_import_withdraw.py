"""Imports that are taken back: both versions stay judgeable, and nobody is declared silent by a slip."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.app.clock import now
from monitor.core.calendar import beijing
from monitor.store import open_store, roster
from tests.cli.office import HEADER, Office
from tests.warm import Warm

ROSTER = (*HEADER, "采集方式", "开设日期", "单位层级")
WEIBO = ("A01", "示例发布", "微博", "示例县教育局", "人工", "2020-05-01", "县属单位")
WECHAT = ("A02", "示例教育", "微信订阅号", "示例县教育局", "人工", "2020-05-01", "县属单位")
TIKTOK = ("B01", "示例文旅", "抖音", "示例县文化局", "人工", "2020-05-01", "县属单位")
POSTS = ("账号ID", "发布时间", "标题", "链接")


def ago(days: float) -> str:
    return f"{beijing(now() - timedelta(days=days)):%Y-%m-%dT%H:%M:%S}"


def day(days: float) -> str:
    return ago(days)[:10]


@pytest.fixture
def enrolled(office: Office) -> Office:
    office.type("import", "roster", office.table(WEIBO, WECHAT, TIKTOK, header=ROSTER, name="台账.csv")).done()
    return office


def state(office: Office, account: str, rule: str, *options: str) -> tuple[str, int | None]:
    found = office.type("evaluate", "--json", "--all", "--account", account, *options).json
    return next((entry["state"], entry["days"]) for entry in found if entry["rule"] == rule)


def posts(office: Office, *rows: tuple[str, ...]) -> object:
    return office.table(*rows, header=POSTS, name="发布.csv")


def numbers(office: Office) -> list[int]:
    return [int(line.split()[0]) for line in office.type("import", "list").done().splitlines()]


def withdraw(office: Office, number: int) -> str:
    return office.type("import", "withdraw", number, "--yes").done()


# --- nobody is declared silent without a word -----------------------------------------------------------------------


@pytest.fixture
def office(office: Office, warm: Warm) -> Office:
    """Return an office whose processes need not import everything anew."""
    return replace(office, warm=warm)


def test_who_would_be_declared_silent_is_asked_about_with_the_verdicts_that_turn(
    enrolled: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrolled.type("import", "posts", posts(enrolled, ("B01", ago(20), "旧", ""), ("A02", ago(3), "新", ""))).done()
    table = posts(enrolled, ("A02", ago(1), "新", ""))
    before = enrolled.content()
    words = ("import", "posts", table, "--complete", "--accounts", "all")

    said = enrolled.answer(monkeypatch, "否\n", *words)
    assert said.code == 1
    assert "登记为没有新发布的2个账号：A01、B01。" in said.lines
    assert re.search(r"^由此改变的判定\d+项，其中变为“\S+”1项。$", said.out, re.MULTILINE)
    assert "将登记2个账号没有新发布，继续吗？" in said.err
    assert "已取消，未导入任何内容。批量运行请加 --yes。" in said.err
    assert enrolled.content() == before

    assert enrolled.answer(monkeypatch, "是\n", *words).code == 0
    assert state(enrolled, "B01", "UPD-01") == ("violated", 20)


def test_without_a_terminal_and_without_a_yes_nothing_is_declared(enrolled: Office) -> None:
    words = ("import", "posts", posts(enrolled, ("A02", ago(1), "新", "")), "--complete", "--accounts", "B01")
    before = enrolled.content()
    assert enrolled.process(*words).code == 1
    assert enrolled.content() == before
    assert enrolled.process(*words, "--yes").code == 0


def test_a_file_that_declares_nobody_silent_asks_nothing(enrolled: Office) -> None:
    assert enrolled.process("import", "posts", posts(enrolled, ("A02", ago(1), "新", "")), "--complete").code == 0


# --- nothing is concluded from the opening date by one look by hand -------------------------------------------------


def look(office: Office, days: float) -> None:
    """Look all accounts up by hand, of which only one had published anything."""
    office.type(
        "import", "posts", posts(office, ("A02", day(8), "新", "")), "--complete", "--accounts", "all", "--yes",
        "--as-of", ago(days),
    ).done()  # fmt: skip


def test_one_look_by_hand_does_not_say_that_nothing_was_ever_published(enrolled: Office) -> None:
    look(enrolled, 0.01)

    assert state(enrolled, "B01", "UPD-01")[0] == "unknown"
    assert state(enrolled, "B01", "UPD-03")[0] != "violated"
    found = enrolled.type("evaluate", "--json", "--all", "--account", "B01").json
    assert not any("开设以来未发布，" in entry["because"] for entry in found)
    assert any("另一日再完整核查一次" in entry["because"] for entry in found)


def test_a_second_look_on_another_day_says_it(enrolled: Office) -> None:
    look(enrolled, 2)
    look(enrolled, 0.01)

    assert state(enrolled, "B01", "UPD-01")[0] == "violated"


def test_a_second_look_on_the_same_day_is_no_second_day(enrolled: Office) -> None:
    moment = beijing(now())
    morning = moment.replace(hour=0, minute=0, second=1)
    look(enrolled, (moment - morning) / timedelta(days=1))
    look(enrolled, (moment - morning.replace(second=3)) / timedelta(days=1))

    assert state(enrolled, "B01", "UPD-01")[0] == "unknown"


# --- imports are taken back as a whole ------------------------------------------------------------------------------


def test_a_look_is_taken_back_with_its_posts_and_what_was_known_stays_judgeable(enrolled: Office) -> None:
    enrolled.type("import", "posts", posts(enrolled, ("B01", ago(20), "旧", "https://example.invalid/1"))).done()
    before = enrolled.type("evaluate", "--json", "--all").json
    enrolled.type(
        "import", "posts",
        posts(enrolled, ("A01", ago(30), "误", ""), ("B01", ago(20), "旧", "https://example.invalid/1")),
        "--complete", "--accounts", "all", "--yes",
    ).done()  # fmt: skip
    wrong = beijing(now()).isoformat()
    assert state(enrolled, "B01", "UPD-01") == ("violated", 20)
    assert state(enrolled, "A01", "UPD-01") == ("violated", 30)
    accused = enrolled.type("evaluate", "--json", "--all", "--at", wrong, "--known-at", wrong).json

    said = withdraw(enrolled, numbers(enrolled)[0])

    assert said.splitlines()[-1] == "已撤回，涉及3项。"
    now_said = enrolled.type("evaluate", "--json", "--all").json
    assert [(entry["account"], entry["rule"], entry["state"], entry["days"]) for entry in now_said] == [
        (entry["account"], entry["rule"], entry["state"], entry["days"]) for entry in before
    ]
    assert enrolled.type("evaluate", "--json", "--all", "--at", wrong, "--known-at", wrong).json == accused
    assert enrolled.type("evaluate", "--json", "--all", "--at", wrong, "--known-at", "now").json != accused


def test_a_post_that_another_file_shows_as_well_stays(enrolled: Office) -> None:
    table = posts(enrolled, ("A01", ago(3), "甲", "https://example.invalid/1"))
    enrolled.type("import", "posts", table).done()
    enrolled.type("import", "posts", table, "--as-of", ago(0.1)).done()
    first = numbers(enrolled)[-2]
    withdraw(enrolled, first)
    assert state(enrolled, "A01", "UPD-01") == ("ok", 3)
    withdraw(enrolled, first + 1)
    assert state(enrolled, "A01", "UPD-01")[0] == "unknown"


def test_what_was_taken_back_can_be_imported_again(enrolled: Office) -> None:
    table = posts(enrolled, ("A01", ago(3), "甲", "https://example.invalid/1"))
    moment = ago(0.1)
    enrolled.type("import", "posts", table, "--complete", "--as-of", moment).done()
    withdraw(enrolled, numbers(enrolled)[0])
    assert state(enrolled, "A01", "UPD-01")[0] == "unknown"
    enrolled.type("import", "posts", table, "--complete", "--as-of", moment).done()
    assert state(enrolled, "A01", "UPD-01") == ("ok", 3)


def test_a_roster_is_taken_back(enrolled: Office) -> None:
    changed = ("A01", "改名了", *WEIBO[2:])
    new = ("C01", "示例新号", "微博", "示例县档案局", "人工", "", "")
    enrolled.type(
        "import", "roster", enrolled.table(changed, new, header=ROSTER, name="错.csv"), "--replace", "--yes"
    ).done()
    wrong = beijing(now()).isoformat()
    withdraw(enrolled, 2)

    enrolled.type("export", "roster", "--out", "out.csv").done()
    lines = (enrolled.folder / "out.csv").read_text("utf-8-sig").splitlines()
    assert [line.split(",")[:2] for line in lines[1:]] == [[*WEIBO[:2]], [*WECHAT[:2]], [*TIKTOK[:2]]]
    then = enrolled.type("evaluate", "--json", "--all", "--at", wrong, "--known-at", wrong).json
    assert {entry["account"] for entry in then if entry["account"]} == {"A01", "C01"}


def test_a_filed_list_bulletins_records_and_decisions_are_taken_back(enrolled: Office) -> None:
    files = {
        "filed-list": (("账号ID", "备案号"), ("A01", "1")),
        "bulletins": (
            ("系列", "期次", "印发日期", "覆盖全部", "账号ID", "问题类型"),
            ("季度", "1", day(3), "是", "A01", "2周未更新"),
        ),
        "work-orders": (("工单编号", "账号ID", "问题", "下发日期", "办理期限"), ("GD-1", "A01", "x", day(3), day(1))),
        "records": (("类型", "对象", "日期", "内容"), ("培训", "示例县教育局", day(3), "x")),
        "decisions": (
            ("账号ID", "规则", "决定", "决定人", "日期", "说明", "依据文号"),
            ("A01", "UPD-03", "保留", "主任甲", day(1), "y", "示府办〔2026〕1号"),
        ),
    }
    before = enrolled.type("evaluate", "--json", "--all").json
    for kind, (header, row) in files.items():
        table = enrolled.table(row, header=header, name=f"{kind}.csv")
        enrolled.type("import", kind, table).done()
        wrong = beijing(now()).isoformat()
        then = enrolled.type("evaluate", "--json", "--all", "--at", wrong, "--known-at", wrong).json
        number = numbers(enrolled)[0]
        assert "已撤回，涉及1项。" in withdraw(enrolled, number)
        assert enrolled.type("evaluate", "--json", "--all", "--at", wrong, "--known-at", wrong).json == then
        after = enrolled.type("evaluate", "--json", "--all").json
        assert [(entry["account"], entry["rule"], entry["state"]) for entry in after] == [
            (entry["account"], entry["rule"], entry["state"]) for entry in before
        ], kind
        assert "新增" in enrolled.type("import", kind, table, "--dry-run").done()


def test_weeks_that_were_merged_are_taken_back_from_the_last_on(enrolled: Office) -> None:
    for account in ("A01", "A02"):
        row = ("2026-W10", account, "80")
        enrolled.type("import", "index", enrolled.table(row, header=("周次", "账号ID", "指数"), name="指数.csv")).done()
    last, first = numbers(enrolled)[:2]

    said = enrolled.type("import", "withdraw", first, "--yes")
    assert (said.code, said.err) == (
        1,
        f"同一周的指数是逐次合并的，编号{last}的导入已在它之上增改，请先撤回{last}，没有改变任何内容。\n",
    )
    withdraw(enrolled, last)
    withdraw(enrolled, first)
    assert numbers(enrolled) == [last, first, 1]


def test_an_import_is_taken_back_once_and_only_after_a_yes(enrolled: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "没有撤回" in enrolled.answer(monkeypatch, "", "import", "withdraw", 1).err
    assert (
        enrolled.type("import", "withdraw", 9, "--yes").refused() == "没有编号为9的导入，请先列出导入记录，查看编号。"
    )
    withdraw(enrolled, 1)
    assert "没有改变任何内容" in enrolled.type("import", "withdraw", 1, "--yes").refused()
    assert re.search(
        r"^1  \S+ \S+  台账  台账.csv（.*，已于 .* 撤回）$", enrolled.type("import", "list").out, re.MULTILINE
    )
    assert enrolled.type("evaluate", "--json").json == []


# --- a confirmation is a fact of its day ----------------------------------------------------------------------------


def named(office: Office, name: str, days: float, *options: str) -> str:
    row = ("A01", name, *WEIBO[2:])
    return office.type(
        "import", "roster", office.table(row, header=ROSTER, name="台账.csv"), "--as-of", ago(days), *options
    ).done()


def name_at(office: Office, days: float) -> str:
    with open_store(office.address) as store, store.read() as tx:
        return roster.accounts(tx, at=now() - timedelta(days=days), ids=["A01"])[0].name


def test_an_older_roster_that_comes_in_late_changes_the_past_up_to_the_one_that_confirmed(office: Office) -> None:
    named(office, "甲", 60)
    named(office, "甲", 10)
    said = named(office, "乙", 30)

    assert "其中1个账号在更晚的台账中另有记载，只更正此前一段时间，现行内容不变：A01。" in said
    assert [name_at(office, days) for days in (70, 40, 20, 5)] == ["甲", "甲", "乙", "甲"]


def test_the_first_roster_is_a_word_of_its_own_day_as_well(office: Office) -> None:
    named(office, "甲", 10)
    named(office, "乙", 30)

    assert [name_at(office, days) for days in (40, 20, 5)] == ["甲", "乙", "甲"]


def test_a_late_roster_after_the_last_word_changes_the_present(office: Office) -> None:
    named(office, "甲", 60)
    named(office, "甲", 30)
    named(office, "乙", 10)

    assert name_at(office, 0) == "乙"


def test_who_was_confirmed_is_not_removed_by_an_older_roster(enrolled: Office) -> None:
    enrolled.type(
        "import",
        "roster",
        enrolled.table(WEIBO, header=ROSTER, name="旧.csv"),
        "--as-of",
        ago(30),
        "--replace",
        "--yes",
    ).done()

    enrolled.type("export", "roster", "--out", "out.csv").done()
    assert len((enrolled.folder / "out.csv").read_text("utf-8-sig").splitlines()) == 4


def test_what_a_withdrawn_roster_confirmed_confirms_nothing(office: Office) -> None:
    named(office, "甲", 60)
    named(office, "甲", 10)
    withdraw(office, 2)
    named(office, "乙", 30)

    assert name_at(office, 0) == "乙"


def test_what_another_roster_confirmed_outlives_the_withdrawal(office: Office) -> None:
    named(office, "甲", 60)
    named(office, "乙", 30)
    named(office, "乙", 10)
    withdraw(office, 2)

    assert [name_at(office, days) for days in (70, 20, 5)] == ["甲", "甲", "乙"]


# --- what papers say of accounts that a withdrawn roster named ------------------------------------------------------

SHORT = ("账号ID", "账号名称", "平台", "主办单位", "单位层级")
OLD, WRONG, RIGHT = (
    (id_, name, "微博", unit, "县属单位")
    for id_, name, unit in (("X01", "老号", "教育局"), ("A9", "新号", "卫健局"), ("A09", "新号", "卫健局"))
)
PAPERS = ("filed-list", "roster")


def unfiled(office: Office, at: str = "2026-06-05T09:00") -> dict[str, str]:
    found = office.type("evaluate", "--json", "--all", "--at", at, "--known-at", "now").json
    return {entry["account"]: entry["state"] for entry in found if entry["rule"] == "REG-01"}


def enter(office: Office, kind: str) -> None:
    """Import the list that names accounts by platform and name, or the roster with a wrong id."""
    if kind == "roster":
        office.type(
            "import", "roster", office.table(WRONG, header=SHORT, name="错.csv"), "--as-of", "2026-02-01"
        ).done()
    else:
        rows = [("微博", "老号"), ("微博", "新号")]
        table = office.table(*rows, header=("平台", "账号名称"), name="清单.csv")
        office.type("import", "filed-list", table, "--as-of", "2026-06-01").done()


@pytest.mark.parametrize("order", [PAPERS, PAPERS[::-1]])
@pytest.mark.parametrize("is_corrected_first", [True, False])
def test_a_row_that_a_withdrawn_roster_answered_to_finds_the_account_that_is_right(
    office: Office, order: tuple[str, ...], *, is_corrected_first: bool
) -> None:
    office.type("import", "roster", office.table(OLD, header=SHORT), "--as-of", "2026-01-01").done()
    for kind in order:
        enter(office, kind)
    assert unfiled(office) == {"X01": "ok", "A9": "ok"}
    number = 2 + order.index("roster")
    right = office.table(RIGHT, header=SHORT, name="对.csv")
    if is_corrected_first:
        office.type("import", "roster", right, "--as-of", "2026-02-01").done()
        withdraw(office, number)
    else:
        withdraw(office, number)
        assert unfiled(office) == {"X01": "ok"}
        assert "此前待匹配的1行现在有了账号" in office.type("import", "roster", right, "--as-of", "2026-02-01").done()
    assert unfiled(office) == {"X01": "ok", "A09": "ok"}


def test_a_list_that_comes_after_the_withdrawal_means_nobody_whom_no_roster_names(office: Office) -> None:
    office.type("import", "roster", office.table(OLD, header=SHORT), "--as-of", "2026-01-01").done()
    enter(office, "roster")
    withdraw(office, 2)
    enter(office, "filed-list")
    office.type("import", "roster", office.table(RIGHT, header=SHORT, name="对.csv"), "--as-of", "2026-02-01").done()
    assert unfiled(office) == {"X01": "ok", "A09": "ok"}


def test_an_account_that_gets_another_id_is_filed_as_before(office: Office) -> None:
    office.type("import", "roster", office.table(OLD, WRONG, header=SHORT), "--as-of", "2026-01-01").done()
    enter(office, "filed-list")
    anew = office.table(OLD, RIGHT, header=SHORT, name="新.csv")
    office.type("import", "roster", anew, "--as-of", "2026-06-03", "--replace", "--yes").done()
    assert unfiled(office) == {"X01": "ok", "A09": "ok"}


def test_what_is_imported_again_after_a_withdrawal_holds_since_ever_as_at_first(office: Office) -> None:
    office.type("import", "roster", office.table(OLD, header=SHORT), "--as-of", "2026-01-01").done()
    enter(office, "roster")
    withdraw(office, 2)
    enter(office, "roster")
    assert unfiled(office, "2025-06-05T09:00").keys() == {"X01", "A9"}


@pytest.mark.parametrize("is_list_first", [True, False])
def test_a_row_that_a_withdrawn_name_answered_to_is_nobody_s_again(office: Office, *, is_list_first: bool) -> None:
    nobody = ("B01", "旧号", "微博", "卫健局", "县属单位")
    office.type("import", "roster", office.table(OLD, nobody, header=SHORT), "--as-of", "2026-01-01").done()
    mistaken = office.table(("B01", "新号", *nobody[2:]), header=SHORT, name="错.csv")
    if is_list_first:
        enter(office, "filed-list")
    office.type("import", "roster", mistaken, "--as-of", "2026-02-01").done()
    if not is_list_first:
        enter(office, "filed-list")
    assert unfiled(office) == {"X01": "ok", "B01": "ok"}
    withdraw(office, 3 if is_list_first else 2)
    assert unfiled(office) == {"X01": "ok", "B01": "violated"}
    office.type("import", "roster", office.table(RIGHT, header=SHORT, name="对.csv"), "--as-of", "2026-02-01").done()
    assert unfiled(office) == {"X01": "ok", "B01": "violated", "A09": "ok"}


def test_a_row_under_a_name_that_an_account_truly_had_stays_its_own(office: Office) -> None:
    named_so = ("B01", "新号", "微博", "卫健局", "县属单位")
    office.type("import", "roster", office.table(OLD, named_so, header=SHORT), "--as-of", "2026-01-01").done()
    enter(office, "filed-list")
    for name in ("再新号", "又新号"):
        renamed = office.table(("B01", name, *named_so[2:]), header=SHORT, name="改名.csv")
        office.type("import", "roster", renamed, "--as-of", "2026-06-02").done()
    withdraw(office, 4)
    assert unfiled(office) == {"X01": "ok", "B01": "ok"}
