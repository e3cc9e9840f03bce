"""Decisions as offices enter them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from monitor.core.decision import Decision, Ruling, exemption_ends
from monitor.core.finding import Strength
from monitor.core.reference import AccountIndex
from monitor.core.subject import Subject, SubjectKind
from monitor.ledger import LedgerError
from monitor.ledger.decisions import Decisions, Places, Ruled, decision_line, read_decisions
from tests.ledger.making import account, table

DIRECTORY = AccountIndex([account("A01", name="示例发布")])
STRENGTHS = {
    "UPD-01": Strength.IN_PRINCIPLE,
    "UPD-03": Strength.IN_PRINCIPLE,
    "REG-01": Strength.MANDATORY,
    "OUT-02": Strength.ADVISORY,
    "SYS-01": Strength.IN_PRINCIPLE,
    "CAP-01": Strength.IN_PRINCIPLE,
}
RULES = {
    "UPD-01": Ruled(title="2周未更新", on=SubjectKind.ACCOUNT),
    "UPD-03": Ruled(title="单次超过20天未更新", on=SubjectKind.ACCOUNT),
    "REG-01": Ruled(title="未备案", on=SubjectKind.ACCOUNT),
    "OUT-02": Ruled(title="自主运营", on=SubjectKind.ACCOUNT),
    "SYS-01": Ruled(title="管理制度不全", on=SubjectKind.UNIT),
    "CAP-01": Ruled(title="账号总数超限", on=SubjectKind.AREA),
}
PLACES = Places(
    areas=("示例县", "邻县"),
    units=(("示例县", "县教育局（本级）"), ("邻县", "邻县司法局"), ("示例县", "司法局"), ("邻县", "司法局")),
    former_units=(("示例县", "县档案局"),),
)
UNTIL = datetime(2026, 5, 20, 4, 0, tzinfo=UTC)
HEADER = ("账号ID", "规则", "决定", "决定人", "日期", "有效期至", "依据文号", "说明")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "决定.xlsx"


EXEMPT = ("A01", "UPD-01", "豁免", "操作员甲", "2026-05-19", "2026-12-31", "示政办〔2026〕1号", "装修闭馆")


def read(
    path: Path, *rows: Sequence[object], header: Sequence[str] = HEADER, made: Sequence[Decision] = ()
) -> Decisions:
    return read_decisions(
        table(path, header, *rows),
        DIRECTORY,
        PLACES,
        rules=RULES,
        strengths_on=lambda _: STRENGTHS,
        until=UNTIL,
        made=made,
    )


def refused(do: Callable[[], Decisions]) -> str:
    with pytest.raises(LedgerError) as caught:
        do()
    [fault] = caught.value.faults
    return str(fault)


def test_a_decision_says_who_decided_what_when_and_by_which_document(path: Path) -> None:
    [decision] = read(path, ("A01", "upd-01", *EXEMPT[2:])).decisions
    assert (decision.subject.account, decision.rule, decision.ruling, decision.by) == (
        "A01",
        "UPD-01",
        Ruling.EXEMPTED,
        "操作员甲",
    )
    assert decision.at == datetime(2026, 5, 18, 16, 0, tzinfo=UTC)
    assert (decision.valid_until, decision.document, decision.note) == (
        date(2026, 12, 31),
        "示政办〔2026〕1号",
        "装修闭馆",
    )
    assert decision.episode == ""


@pytest.mark.parametrize("ruling", list(Ruling), ids=lambda entry: entry.value)
def test_every_ruling_can_be_entered(path: Path, ruling: Ruling) -> None:
    first = ("A01", "UPD-03", "清理整合", "操作员甲", "2026-05-18")
    decisions = read(path, first, ("A01", "UPD-03", ruling.label, *EXEMPT[3:])).decisions
    assert decisions[-1].ruling is ruling


def test_an_exemption_without_an_end_gets_one_year_and_says_so(path: Path) -> None:
    found = read(path, (*EXEMPT[:5], None, *EXEMPT[6:]))
    assert found.decisions[0].valid_until == date(2027, 5, 19)
    assert found.warnings == ("决定.xlsx “Sheet1”第2行“有效期至”列：豁免没有写明有效期，按一年计，至 2027-05-19",)


def test_a_year_from_a_leap_day_ends_on_the_last_of_february() -> None:
    assert exemption_ends(date(2024, 2, 29)) == date(2025, 2, 28)


def test_other_decisions_do_not_end_by_themselves(path: Path) -> None:
    found = read(path, ("A01", "UPD-03", "保留", "操作员甲", "2026-05-19", None, None, "群众关注度高"))
    assert (found.decisions[0].valid_until, found.warnings) == (None, ())


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        (("A02", "UPD-01", "保留", "甲", "2026-05-19"), "账号ID", "没有账号ID“A02”（是否应为“A01”？）"),
        (("A01", "UPD-1", "保留", "甲", "2026-05-19"), "规则", "没有规则“UPD-1”（是否应为“UPD-01”？）"),
        (("A01", "UPD-01", "免除", "甲", "2026-05-19"), "决定", "没有“免除”这种决定（是否应为“豁免”？）"),
        (("A01", "UPD-01", "保留", None, "2026-05-19"), "决定人", "不能为空"),
        (
            ("A01", "UPD-03", "保留", "甲", "2026-05-21", None, None, "群众关注度高"),
            "日期",
            "日期2026-05-21 00:00晚于今天，请改为今天或以前",
        ),
        ((*EXEMPT[:5], "2026-05-18", *EXEMPT[6:]), "有效期至", "早于决定的日期 2026-05-19"),
        (
            ("A01", "REG-01", "豁免", "甲", "2026-05-19", "2026-12-31"),
            "决定",
            "REG-01“未备案”是“一律”“不得”的要求，不能豁免",
        ),
        (("A01", "UPD-01", "保留", "甲", "2026-05-19"), "决定", "不免除UPD-01“2周未更新”的要求；请督促落实"),
        ((*EXEMPT[:6], None, "装修闭馆"), "依据文号", "豁免须写明依据文号"),
        (EXEMPT[:7], "说明", "豁免须写明说明"),
        (("A01", "UPD-03", "保留", "甲", "2026-05-19"), "说明", "保留须写明说明"),
        (("A01", "UPD-03", "撤销", "甲", "2026-05-19"), "决定", "A01在UPD-03下没有此前作出的决定可以撤销"),
        (("A01", "REG-01", "保留", "甲", "2026-05-19"), "决定", "REG-01“未备案”是“一律”“不得”的要求，不能保留"),
    ],
)
def test_what_cannot_be_a_decision_is_refused_with_its_place(
    path: Path, row: Sequence[object], column: str, why: str
) -> None:
    fault = refused(lambda: read(path, row))
    assert fault.startswith(f"决定.xlsx “Sheet1”第2行“{column}”列：")
    assert why in fault


def test_an_account_that_is_nobody_is_no_decision_s(path: Path) -> None:
    header = ("平台", "账号名称", *HEADER[1:])
    fault = refused(lambda: read(path, ("微博", "示例发布", "UPD-01", "保留", "甲", "2026-05-19"), header=header))
    assert "台账中该平台没有账号名称为“示例发布”的账号" in fault


def test_an_exemption_from_a_hint_needs_a_reason_and_no_document(path: Path) -> None:
    row = ("A01", "OUT-02", "豁免", "操作员甲", "2026-05-19", "2026-12-31", None, "委托理由已报备")
    assert read(path, row).decisions[0].document is None


@pytest.mark.parametrize(
    ("made_on", "is_refused"), [("2026-05-18", False), ("2026-05-19", False), ("2026-05-20", True)]
)
def test_what_is_revoked_was_decided_before(path: Path, made_on: str, *, is_refused: bool) -> None:
    made = Decision(
        subject=Subject.of_account("A01"),
        rule="UPD-03",
        episode="",
        ruling=Ruling.RETAINED,
        by="县府办",
        at=datetime.fromisoformat(f"{made_on}T00:00:00+08:00"),
    )
    row = ("A01", "UPD-03", "撤销", "甲", "2026-05-19")
    if is_refused:
        assert "没有此前作出的决定可以撤销" in refused(lambda: read(path, row, made=[made]))
    else:
        assert read(path, row, made=[made]).decisions[0].ruling is Ruling.REVOKED


def test_a_line_names_account_and_rule_as_people_call_them(path: Path) -> None:
    [decision] = read(path, EXEMPT).decisions
    said = decision_line(decision, "示例发布", "2周未更新")
    assert said == "A01“示例发布” UPD-01“2周未更新” 豁免（操作员甲，2026-05-19，至2026-12-31，示政办〔2026〕1号）"


WIDE = ("账号ID", "主办单位", "地区", *HEADER[1:])
REST = ("豁免", "县府办", "2026-05-19", "2026-12-31", "示政办〔2026〕1号", "机构改革")


@pytest.mark.parametrize(
    ("whom", "rule", "meant"),
    [
        ((None, "县教育局（本级）", "示例县"), "SYS-01", (None, "县教育局（本级）", "示例县")),
        ((None, "县教育局(本级)", "示例县"), "SYS-01", (None, "县教育局（本级）", "示例县")),  # of either width
        ((None, "县教育局（本级）", None), "SYS-01", (None, "县教育局（本级）", "示例县")),  # there is only one
        ((None, "司法局", "邻县"), "SYS-01", (None, "司法局", "邻县")),
        ((None, "县档案局", None), "SYS-01", (None, "县档案局", "示例县")),  # it had accounts once
        ((None, None, "邻县"), "CAP-01", (None, None, "邻县")),
        (("A01", None, None), "UPD-01", ("A01", None, None)),
    ],
)
def test_a_row_is_about_an_account_a_unit_of_an_area_or_an_area(
    path: Path, whom: tuple[str | None, ...], rule: str, meant: tuple[str | None, ...]
) -> None:
    [decision] = read(path, (*whom, rule, *REST), header=WIDE).decisions
    assert (decision.subject.account, decision.subject.unit, decision.subject.area) == meant


@pytest.mark.parametrize(
    ("whom", "rule", "column", "why"),
    [
        ((None, None, None), "SYS-01", None, "没有写明对象：请填写账号ID，或主办单位，或地区"),
        (("A01", "司法局", None), "UPD-01", "主办单位", "一行只决定一个对象，请只填账号、主办单位"),
        (("A01", None, "示例县"), "UPD-01", "地区", "一行只决定一个对象"),
        ((None, "司法局", None), "SYS-01", "地区", "主办单位“司法局”在2个地区都有（示例县、邻县），请填写地区"),
        ((None, "邻县司法局", "示例县"), "SYS-01", "主办单位", "台账中示例县没有主办单位“邻县司法局”"),
        ((None, "县教育", None), "SYS-01", "主办单位", "没有主办单位“县教育”（是否应为“县教育局（本级）”？）"),
        ((None, None, "示例"), "CAP-01", "地区", "没有地区“示例”（是否应为“示例县”？）"),
        (("A01", None, None), "SYS-01", "账号ID", "SYS-01“管理制度不全”针对主办单位，请填写主办单位和地区，不填账号"),
        ((None, None, "邻县"), "SYS-01", "地区", "SYS-01“管理制度不全”针对主办单位，请填写主办单位和地区，不填地区"),
        ((None, "司法局", "邻县"), "CAP-01", "主办单位", "CAP-01“账号总数超限”针对地区，请填写地区，不填主办单位"),
        ((None, None, "邻县"), "UPD-01", "地区", "UPD-01“2周未更新”针对账号，请填写账号，不填地区"),
    ],
)
def test_a_row_that_does_not_say_whom_its_rule_speaks_of_is_refused(
    path: Path, whom: tuple[str | None, ...], rule: str, column: str | None, why: str
) -> None:
    fault = refused(lambda: read(path, (*whom, rule, *REST), header=WIDE))
    place = f"“{column}”列：" if column else "第2行"
    assert place in fault
    assert why in fault


@pytest.mark.parametrize("ruling", ["注销", "清理整合"])
def test_only_an_account_is_closed_or_moved(path: Path, ruling: str) -> None:
    fault = refused(lambda: read(path, (None, None, "邻县", "CAP-01", ruling, *REST[1:]), header=WIDE))
    assert f"CAP-01“账号总数超限”针对地区，{ruling}只能决定到账号，请就该账号登记" in fault


def test_a_revocation_ends_only_what_was_decided_about_the_same_subject(path: Path) -> None:
    made = (None, "司法局", "邻县", "SYS-01", *REST)
    ended = (None, "司法局", "邻县", "SYS-01", "撤销", *REST[1:])
    assert read(path, made, ended, header=WIDE).decisions[1].ruling is Ruling.REVOKED
    fault = refused(lambda: read(path, made, (None, "司法局", "示例县", *ended[3:]), header=WIDE))
    assert "司法局（示例县）在SYS-01下没有此前作出的决定可以撤销；请核对对象、规则和日期" in fault


def test_a_line_names_a_unit_with_its_area(path: Path) -> None:
    [decision] = read(path, (None, "司法局", "邻县", "SYS-01", *REST), header=WIDE).decisions
    assert decision_line(decision, "", "管理制度不全").startswith("司法局（邻县） SYS-01“管理制度不全” 豁免（县府办，")
