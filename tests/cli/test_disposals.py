"""What an office decides about a case, through the command line."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.app.clock import now
from monitor.app.rules import rule_titles, rules_in_force
from monitor.app.settings import load_settings
from monitor.core.calendar import beijing, beijing_date
from monitor.core.case import Closing
from monitor.core.finding import State
from monitor.pipeline.evaluate import AccountEvaluator
from monitor.pipeline.evaluate_areas import AreaEvaluator
from monitor.pipeline.faults import Faults
from monitor.store import open_store, tally
from tests.cli.office import HEADER, Office

TITLES = rule_titles()
LATER = beijing_date(now() + timedelta(days=500))
"""A day on which an exemption may end."""
WORDS = ("--by", "县府办", "--document", "示例〔2026〕1号", "--note", "粉丝多")
WORD = {"exempt": "豁免", "retain": "保留"}


async def judge(office: Office) -> None:
    """Judge everything, as the service does."""
    settings = load_settings(office.folder / "config", None)
    judged_by, faults = rules_in_force(settings, settings.work_calendar()), Faults(lambda _: None)
    with open_store(office.address) as store:
        of_accounts = AccountEvaluator(rules_in_force=judged_by, faults=faults)
        await store.write(lambda tx: of_accounts.judge(tx, now()))
        while await AreaEvaluator(store=store, rules_in_force=judged_by, faults=faults).judge_due(now()):
            pass


@pytest.fixture
async def troubled(office: Office) -> Office:
    """An office with a township's account on a niche platform that is on no filed list."""
    row = ("A01", "示例镇", "百家号", "示例镇人民政府", "乡镇街道")
    office.type("import", "roster", office.table(row, header=(*HEADER, "单位层级"))).done()
    table = office.table(("浙备1", "微博", "别的号"), header=("备案号", "平台", "账号名称"), name="filed.csv")
    office.type("import", "filed-list", table).done()
    await judge(office)
    return office


def number_of(office: Office, rule: str) -> str:
    """Return the number of the open case under a rule."""
    (line,) = [line for line in office.type("case", "list").lines if f"（{rule}）" in line]
    return line.split()[0]


@pytest.mark.parametrize(
    ("verb", "end", "said"),
    [
        ("exempt", "已办结（已豁免）", "已豁免"),
        ("retain", "已办结（已决定保留）", "已决定保留"),
        ("deregister", "办理中", "已决定注销"),
    ],
)
async def test_a_decision_is_recorded_and_judged_by(troubled: Office, verb: str, end: str, said: str) -> None:
    number = number_of(troubled, "TWN-01")
    said_back = troubled.type("case", verb, number, *WORDS).done()
    assert "“示例镇”（百家号，示例镇人民政府）的“" in said_back
    assert "“乡镇（街道）账号”" in said_back
    await judge(troubled)
    (line,) = [line for line in troubled.type("case", "list", "--all").lines if line.startswith(f"{number}  ")]
    assert line.endswith(end)
    found = troubled.type("evaluate", "--account", "A01", "--all", "--json").json
    (finding,) = [entry for entry in found if entry["rule"] == "TWN-01"]
    assert said in finding["because"]
    assert "示例〔2026〕1号" in finding["because"]


async def test_a_case_tells_what_was_decided_by_whom_until_when_and_by_which_document(troubled: Office) -> None:
    number = number_of(troubled, "TWN-01")
    troubled.type("case", "exempt", number, *WORDS, "--until", LATER).done()
    line = troubled.type("case", "show", number).lines[-1]
    assert line.endswith(f"县府办决定豁免至{LATER}（示例〔2026〕1号，粉丝多）")


async def held(office: Office, rule: str) -> str:
    """Judge everything and return what a rule says of the account."""
    await judge(office)
    found = office.type("evaluate", "--account", "A01", "--all", "--json").json
    (state,) = [entry["state"] for entry in found if entry["rule"] == rule]
    return str(state)


@pytest.mark.parametrize("verb", ["exempt", "retain"])
async def test_a_revoked_decision_holds_no_more_and_the_trouble_has_a_case_again(troubled: Office, verb: str) -> None:
    number = number_of(troubled, "TWN-01")
    troubled.type("case", verb, number, *WORDS).done()
    assert await held(troubled, "TWN-01") == "exempted"
    said = troubled.type("case", "revoke", number, "--by", "操作员乙").done()
    assert said.startswith("已撤销：“示例镇”（百家号，示例镇人民政府）的“")
    assert "原为县府办于" in said
    assert await held(troubled, "TWN-01") == "violated"
    assert number_of(troubled, "TWN-01") != number
    assert "操作员乙决定撤销" in troubled.type("case", "show", number).lines[-1]
    again = troubled.type("case", "revoke", number)
    assert (again.code, again.err.endswith("没有可撤销的决定。\n")) == (1, True)


async def test_a_decision_from_a_file_is_revoked_by_a_later_file(troubled: Office) -> None:
    header = ("账号ID", "规则", "决定", "决定人", "日期", "依据文号", "说明")
    rows = [("A01", "TWN-01", "豁免", "县府办", "2026-01-05", "示例〔2026〕1号", "粉丝多")]
    said = troubled.type("import", "decisions", troubled.table(*rows, header=header, name="决定.csv")).done()
    assert "A01“示例镇” TWN-01“" in said
    assert await held(troubled, "TWN-01") == "exempted"
    rows = [("A01", "TWN-01", "撤销", "县府办", "2026-02-05", "", "")]
    troubled.type("import", "decisions", troubled.table(*rows, header=header, name="撤销.csv")).done()
    assert await held(troubled, "TWN-01") == "violated"


FILE = ("账号ID", "规则", "决定", "决定人", "日期", "依据文号", "说明")


def decided(office: Office, ruling: str, on: str) -> None:
    row = ("A01", "TWN-01", ruling, "县府办", on, "示例〔2026〕1号", "粉丝多")
    office.type("import", "decisions", office.table(row, header=FILE, name="决定.csv")).done()


async def test_of_what_is_decided_on_one_day_the_last_that_was_entered_counts(troubled: Office) -> None:
    """A file names a day and no hour: what commands decided before on that day came before it."""
    today, number = f"{beijing(now()):%Y-%m-%d}", number_of(troubled, "TWN-01")
    troubled.type("case", "exempt", number, *WORDS).done()
    decided(troubled, "撤销", today)
    assert await held(troubled, "TWN-01") == "violated"
    number = number_of(troubled, "TWN-01")
    troubled.type("case", "retain", number, *WORDS).done()
    troubled.type("case", "revoke", number, "--by", "操作员乙").done()
    assert await held(troubled, "TWN-01") == "violated"
    decided(troubled, "豁免", today)
    assert await held(troubled, "TWN-01") == "exempted"
    troubled.type("case", "revoke", number, "--by", "操作员乙").done()
    assert await held(troubled, "TWN-01") == "violated"


async def test_what_a_file_decided_on_an_earlier_day_comes_before_today_s(troubled: Office) -> None:
    yesterday = f"{beijing(now() - timedelta(days=1)):%Y-%m-%d}"
    troubled.type("case", "exempt", number_of(troubled, "TWN-01"), *WORDS).done()
    row = ("A01", "TWN-01", "撤销", "县府办", yesterday, "", "")
    said = troubled.type("import", "decisions", troubled.table(row, header=FILE, name="决定.csv"))
    assert "没有此前作出的决定可以撤销" in said.refused()
    decided(troubled, "注销", yesterday)
    assert await held(troubled, "TWN-01") == "exempted"


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ((), "决定人（--by）、理由（--note）、文号或纪要编号（--document）"),
        (("--by", "县府办", "--note", "粉丝多"), "文号或纪要编号（--document）"),
        (("--by", "县府办", "--document", "示例〔2026〕1号", "--note", " "), "理由（--note）"),
    ],
)
async def test_an_exemption_asks_who_why_and_by_which_document(
    troubled: Office, given: tuple[str, ...], wanted: str
) -> None:
    refused = troubled.type("case", "exempt", number_of(troubled, "TWN-01"), *given)
    assert (refused.code, refused.err) == (1, f"豁免须写明谁决定、理由和依据，请补上{wanted}。\n")


async def test_keeping_an_account_says_nothing_of_its_duties(troubled: Office) -> None:
    refused = troubled.type("case", "retain", number_of(troubled, "PER-01"), *WORDS)
    assert refused.code == 1
    assert refused.err.startswith("“保留”只决定账号去留，不免除PER-01“")
    assert refused.err.endswith("请督促落实，确需免除的请登记豁免。\n")


@pytest.mark.parametrize("verb", ["exempt", "retain"])
async def test_what_is_asked_without_exception_cannot_be_exempted(troubled: Office, verb: str) -> None:
    refused = troubled.type("case", verb, number_of(troubled, "REG-01"))
    assert (refused.code, refused.err) == (
        1,
        f"REG-01“{TITLES['REG-01']}”是“一律”“不得”的要求，不能{WORD[verb]}；事实有误的，请更正台账或清单。\n",
    )


async def test_a_case_whose_trouble_lasts_is_not_closed(troubled: Office) -> None:
    refused = troubled.type("case", "close", number_of(troubled, "PLT-01"))
    assert refused.code == 1
    assert "问题尚未消除" in refused.err


@pytest.mark.parametrize(("rule", "whom"), [("MAT-01", "示例县"), ("SUP-01", "示例县")])
async def test_the_case_of_an_area_is_exempted_revoked_and_open_again(troubled: Office, rule: str, whom: str) -> None:
    number = number_of(troubled, rule)
    said = troubled.type("case", "exempt", number, *WORDS, "--until", LATER).done()
    assert said.startswith(f"已登记豁免：{whom}的“{TITLES[rule]}”，至{LATER}（含当日）。")
    await judge(troubled)
    assert await state_of(troubled, rule) == "exempted"
    (line,) = [line for line in troubled.type("case", "list", "--all").lines if line.startswith(f"{number}  ")]
    assert line.endswith(f"已办结（{Closing.EXEMPTED.label}）")
    assert f"县府办决定豁免至{LATER}（示例〔2026〕1号，粉丝多）" in troubled.type("case", "show", number).out
    troubled.type("case", "revoke", number, "--by", "操作员乙").done()
    assert await state_of(troubled, rule) == "warning"
    assert number_of(troubled, rule) != number
    assert troubled.type("case", "show", number).lines[-1].endswith("操作员乙决定撤销")


async def state_of(office: Office, rule: str) -> str:
    """Judge everything and return what a rule says of the one that it speaks of."""
    await judge(office)
    (state,) = [entry["state"] for entry in office.type("evaluate", "--all", "--json").json if entry["rule"] == rule]
    return str(state)


async def test_a_case_shows_that_what_a_decision_rests_on_has_changed(troubled: Office) -> None:
    number = number_of(troubled, "TWN-01")
    troubled.type("case", "deregister", number, *WORDS).done()
    corrected = troubled.table(("A01", "示例镇", "百家号", "示例镇人民政府", "县属单位"), header=(*HEADER, "单位层级"))
    troubled.type("import", "roster", corrected, "--as-of", "2020-01-01").done()
    troubled.type("import", "withdraw", "1", "--yes").done()
    await judge(troubled)
    decided, changed = troubled.type("case", "show", number).lines[-2:]
    assert "县府办决定注销" in decided
    assert "决定依据有变化：作出决定时：主办单位为乡镇（街道），原则上予以注销。按现在所知：" in changed


HEADS = ("账号ID", "账号名称", "平台", "主办单位", "单位层级", "联络员", "联络员手机", "责任领导", "责任领导手机")


@pytest.mark.parametrize("verb", ["误报", "豁免"])
async def test_a_word_on_one_trouble_of_the_contacts_says_nothing_of_the_next(office: Office, verb: str) -> None:
    def row(*people: str) -> object:
        values = ("A01", "示例发布", "微博", "示例县教育局", "县属单位", *people)
        return office.table(values, header=HEADS, name="台账.csv")

    liaison, leader = ("联络员甲", "13800000001"), ("责任领导甲", "13800000002")
    office.type("import", "roster", row("", "", *leader), "--as-of", "2026-01-05").done()
    header = ("账号ID", "规则", "决定", "决定人", "日期", "有效期至", "依据文号", "说明")
    decided = ("A01", "PER-01", verb, "县府办", "2026-02-02", "2026-02-28", "示例〔2026〕1号", "人员轮岗")
    office.type("import", "decisions", office.table(decided, header=header, name="决定.csv")).done()
    office.type("import", "roster", row(*liaison, *leader), "--as-of", "2026-03-02").done()
    office.type("import", "roster", row(*liaison, "", ""), "--as-of", "2026-04-01").done()

    def found(day: str) -> tuple[str, str | None]:
        said = office.type("evaluate", "--at", f"{day}T09:00", "--known-at", "now", "--all", "--json").json
        [one] = [entry for entry in said if entry["rule"] == "PER-01"]
        return one["state"], one["since"]

    dismissed = "ok" if verb == "误报" else "exempted"
    assert found("2026-02-01")[0] == "warning"
    assert found("2026-02-20")[0] == dismissed
    assert found("2026-03-20")[0] == "ok"
    assert found("2026-04-20") == ("warning", "2026-04-01")
    assert found("2026-05-20") == ("warning", "2026-04-01")


async def test_what_a_unit_and_an_area_are_exempted_from_is_counted_apart_everywhere(troubled: Office) -> None:
    for rule in ("SYS-01", "SUP-01"):
        troubled.type("case", "exempt", number_of(troubled, rule), *WORDS).done()
    await judge(troubled)
    said = troubled.type("report", "review", "--out", troubled.folder / "研判.csv").done()
    assert "另有豁免：单位1个、地区1个，不列入。" in said
    assert "豁免0个，均不计入。" in said  # of the accounts that were checked
    with open_store(troubled.address) as store, store.read() as tx:
        counted = tally.findings(tx)
    assert [counted[rule, State.EXEMPTED] for rule in ("SYS-01", "SUP-01")] == [1, 1]
    found = {
        entry["rule"]: entry for entry in troubled.type("evaluate", "--all", "--json").json if not entry["account"]
    }
    assert (found["SYS-01"]["state"], found["SYS-01"]["unit"]) == ("exempted", "示例镇人民政府")
    assert "未登记信息发布审核制度" in found["SYS-01"]["because"]  # nothing is hidden from the ledger


WHOM = {"SYS-01": ("", "示例县教育局", "示例县"), "SUP-01": ("", "", "示例县")}


@pytest.mark.parametrize("rule", WHOM)
def test_an_exemption_of_a_unit_or_an_area_holds_on_its_days_and_at_no_other_moment(office: Office, rule: str) -> None:
    row = ("A01", "示例发布", "微博", "示例县教育局", "县属单位")
    table = office.table(row, header=(*HEADER, "单位层级"), name="台账.csv")
    office.type("import", "roster", table, "--as-of", "2020-01-01").done()
    header = ("账号ID", "主办单位", "地区", "规则", "决定", "决定人", "日期", "有效期至", "依据文号", "说明")

    def enter(ruling: str, on: str, until: str = "") -> None:
        decided = (*WHOM[rule], rule, ruling, "县府办", on, until, "示例〔2026〕1号", "机构改革")
        office.type("import", "decisions", office.table(decided, header=header, name=f"{ruling}{on}.csv")).done()

    def state(day: str) -> str:
        said = office.type("evaluate", "--at", f"{day}T09:00", "--known-at", "now", "--all", "--json").json
        [one] = [entry["state"] for entry in said if entry["rule"] == rule]
        return str(one)

    enter("豁免", "2026-02-02", "2026-02-28")
    days = ("2026-02-01", "2026-02-02", "2026-02-28", "2026-03-01")
    assert [state(day) for day in days] == ["warning", "exempted", "exempted", "warning"]
    enter("撤销", "2026-02-10")
    days = ("2026-02-01", "2026-02-09", "2026-02-10", "2026-02-28")
    assert [state(day) for day in days] == ["warning", "exempted", "warning", "warning"]
