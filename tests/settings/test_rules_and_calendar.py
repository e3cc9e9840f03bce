"""The rules and the calendar of the settings, and the mistakes in them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from monitor.core.account import Platform
from monitor.core.calendar import at_beijing
from monitor.core.finding import Strength
from monitor.settings import load
from tests.settings.files import SHIPPED, complaints, loaded


def test_the_shipped_rules_have_the_settled_numbers_and_the_words_of_the_plan() -> None:
    book = load(SHIPPED, {}).rule_book(date(2026, 11, 1))

    assert [book.number("UPD-01", name) for name in ("warn_from", "violated_from")] == [10, 15]
    steps = ("remind", "warn", "last_day", "overdue", "escalate", "propose")
    assert [book.number("UPD-01", step) for step in steps] == [10, 12, 14, 15, 18, 21]
    assert [book.number("UPD-01", name) for name in ("repeat_every", "move_back_at_most")] == [7, 3]
    assert (book.number("UPD-03", "gap_from"), book.number("UPD-03", "window_days")) == (21, 90)
    assert book.strengths["UPD-03"] is Strength.IN_PRINCIPLE
    assert "一位联络员及一位责任领导" in book.clauses["PER-01"]
    assert book.update_applies_to == frozenset()


def test_a_day_is_judged_by_the_version_that_held_then(folder: Path) -> None:
    text = (SHIPPED / "rules.yaml").read_text(encoding="utf-8")
    version = text[text.index("  - id: UPD-03") : text.index("  # 联络员和责任领导")]
    later = version.replace("2022-05-16", "2027-01-01").replace("gap_from: 21", "gap_from: 31")
    (folder / "rules.yaml").write_text(f"{text}\n{later}", "utf-8")
    settings = load(folder, {})

    assert settings.rule_book(date(2026, 12, 31)).number("UPD-03", "gap_from") == 21
    assert settings.rule_book(date(2027, 1, 1)).number("UPD-03", "gap_from") == 31


def test_a_rule_without_force_yet_is_not_in_the_book() -> None:
    book = load(SHIPPED, {}).rule_book(date(2022, 5, 15))

    assert "UPD-01" in book.clauses
    assert not {"UPD-02", "UPD-03", "APP-03"} & set(book.clauses)


@pytest.mark.parametrize("word", ["网站", "website"])
def test_platforms_that_must_update_are_named_by_their_word_or_their_value(folder: Path, word: str) -> None:
    text = (SHIPPED / "rules.yaml").read_text(encoding="utf-8")
    (folder / "rules.yaml").write_text(text.replace("update_applies_to: []", f"update_applies_to: [{word}]"), "utf-8")

    assert load(folder, {}).rule_book(date(2026, 1, 1)).update_applies_to == {Platform.WEBSITE}


def test_a_rule_that_has_ended_asks_nothing_any_more_and_its_past_stays(folder: Path) -> None:
    text = (SHIPPED / "rules.yaml").read_text(encoding="utf-8")
    named = "  - id: PLT-01\n    effective_from: 2022-05-16\n"
    assert named in text
    (folder / "rules.yaml").write_text(text.replace(named, f"{named}    effective_until: 2026-12-31\n"), "utf-8")
    settings = load(folder, {})
    assert "PLT-01" in settings.rule_book(date(2026, 12, 31)).clauses
    assert "PLT-01" not in settings.rule_book(date(2027, 1, 1)).clauses


@pytest.mark.parametrize(
    ("before", "after", "on"),
    [
        ("exclude_main: false", "exclude_main: true", {"exclude_main"}),
        ("by_platform: false", "by_platform: true", {"by_platform"}),
        ("      exclude_main: false    # 主账号不计入平均值\n", "", set()),
    ],
)
def test_a_variant_of_a_rule_is_off_unless_it_is_called_on(folder: Path, before: str, after: str, on: set[str]) -> None:
    text = (SHIPPED / "rules.yaml").read_text(encoding="utf-8")
    assert before in text
    (folder / "rules.yaml").write_text(text.replace(before, after), "utf-8")
    book = load(folder, {}).rule_book(date(2026, 1, 1))
    assert {name for name in ("exclude_main", "by_platform") if book.is_on("WEAK-01", name)} == on


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("id: UPD-03", "id: UPD-3", "不认识的规则“UPD-3”（是否应为“UPD-03”？）。"),
        ("gap_from: 21", "gap_form: 21", "规则“UPD-03”没有数值“gap_form”（是否应为“gap_from”？）。"),
        ("gap_from: 21", 'gap_from: "21"', "“rules 第2项.numbers.gap_from”应为整数。"),
        ("gap_from: 21", "gap_from: 7", "规则“UPD-03”的“gap_from”不能小于 8。"),
        ("gap_from: 21", "gap_from: 0", "“rules 第2项.numbers.gap_from”不能小于 1。"),
        (
            "exclude_main: false",
            "exclude_man: true",
            "规则“WEAK-01”没有开关“exclude_man”（是否应为“exclude_main”？）。",
        ),
        ("last_day: 14", "last_day: 16", "规则“UPD-01”的“violated_from”应大于“last_day”。"),
        ("warn: 12 ", "warn: 9 ", "规则“UPD-01”的“warn”应大于“remind”。"),
        (
            "strength: in_principle",
            "strength: 随便",
            "应为 mandatory（一律）、in_principle（原则上）或 advisory（参考）。",
        ),
        (
            "effective_from: 2022-05-16",
            "effective_from: 明天",
            "“rules 第2项.effective_from”应为日期，如 2027-02-20。",
        ),
        (
            "effective_from: 2022-05-16",
            "effective_from: 2022-05-16\n    effective_until: 2022-05-15",
            "effective_until 2022-05-15 早于 effective_from 2022-05-16。",
        ),
        ("applies_to: []", "applies_to: [网战]", "“update_applies_to 第1项”不认识的平台“网战”（是否应为“网站”？）。"),
        ("strength: in_principle", "strength:", "缺少设置项“rules 第1项.strength”。"),
        ("  - id: PER-01", "  - id: UPD-03", "自 2022-05-16 起的版本写了两次。"),
    ],
)
def test_mistakes_in_the_rules_are_told_with_their_line(folder: Path, before: str, after: str, sentence: str) -> None:
    text = (SHIPPED / "rules.yaml").read_text(encoding="utf-8")
    line = text[: text.index(before)].count("\n") + 1

    said = complaints(folder, text.replace(before, after), name="rules.yaml", head="")

    assert any(sentence in problem for problem in said)
    assert all(problem.startswith("rules.yaml 第") for problem in said)
    assert abs(int(said[0].split("第")[1].split("行")[0]) - line) <= 9


def test_a_number_that_is_missing_is_named(folder: Path) -> None:
    text = (SHIPPED / "rules.yaml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if "repeat_every" not in line]

    said = complaints(folder, "\n".join(lines), name="rules.yaml", head="")

    assert [problem.split("：")[1] for problem in said] == ["规则“UPD-01”缺少数值“repeat_every”。"]


def test_an_older_file_without_a_newer_rule_will_do_and_nobody_is_judged_by_it(folder: Path) -> None:
    text = (SHIPPED / "rules.yaml").read_text(encoding="utf-8")
    start, end = text.index("  # 单次"), text.index("  # 移动客户端无法")
    (folder / "rules.yaml").write_text(text[:start] + text[end:], encoding="utf-8")

    settings = load(folder, {})

    assert settings.rule_versions.absent == ("UPD-03",)
    assert settings.rule_book(date(2026, 5, 20)).clauses.keys() == load(SHIPPED, {}).rule_book(
        date(2026, 5, 20)
    ).clauses.keys() - {"UPD-03"}


def test_no_file_is_without_the_ladder(folder: Path) -> None:
    text = (SHIPPED / "rules.yaml").read_text(encoding="utf-8")
    start, end = text.index("  - id: UPD-01"), text.index("  # 单次超过20天未更新")

    said = complaints(folder, text[:start] + text[end:], name="rules.yaml", head="")

    assert [problem.split("：")[1] for problem in said] == ["缺少规则“UPD-01”。"]


def test_make_up_saturdays_are_worked_and_statutory_days_are_not() -> None:
    calendar = load(SHIPPED, {}).work_calendar()

    makeup_2026 = [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]
    assert all(calendar.is_workday(date(2026, month, day)) for month, day in makeup_2026)
    assert not calendar.is_workday(date(2026, 10, 7))
    assert calendar.is_workday(date(2026, 10, 8))


def test_a_block_of_days_off_carries_the_holidays_chinese_name() -> None:
    calendar = load(SHIPPED, {}).work_calendar()
    spring = calendar.days_off_after(date(2026, 2, 14))
    weekend = calendar.days_off_after(date(2026, 11, 20))

    assert spring
    assert (spring.last, spring.name) == (date(2026, 2, 23), "春节")
    assert weekend
    assert weekend.is_plain_weekend
    assert not any("休" in name or "（" in name for _, name in calendar.names)


def test_a_year_whose_schedule_is_not_published_is_not_known_yet_has_its_statutory_days() -> None:
    calendar = load(SHIPPED, {}).work_calendar()

    assert 2026 in calendar.years
    assert 2027 not in calendar.years
    assert not calendar.is_workday(date(2027, 2, 8))
    assert calendar.is_workday(date(2027, 3, 1))


def test_the_office_can_write_the_schedule_of_a_new_year(folder: Path) -> None:
    (folder / "calendar.yaml").write_text(
        "holidays:\n  2027-02-05至2027-02-11: 春节\n  2027-4-8: 三月三\n"
        "workdays: [2027-02-20, 2026-10-02]\nyears: [2027]\n",
        "utf-8",
    )
    calendar = load(folder, {}).work_calendar()

    assert 2027 in calendar.years
    assert not calendar.is_workday(date(2027, 2, 11))
    assert calendar.is_workday(date(2027, 2, 20))
    assert calendar.is_workday(date(2026, 10, 2))
    assert not calendar.is_workday(date(2027, 4, 8))
    assert (date(2027, 4, 8), "三月三") in calendar.names


def test_an_area_s_days_are_those_of_the_office_but_for_its_own(folder: Path) -> None:
    (folder / "calendar.yaml").write_text(
        "holidays:\n  2027-04-12: 开城节\n"
        "areas:\n  示例县:\n    holidays:\n      2027-04-08: 三月三\n    workdays: [2027-04-11, 2027-04-12]\n"
        "years: [2027]\n",
        "utf-8",
    )
    office = load(folder, {}).work_calendar()
    here, elsewhere = office.of("示例县"), office.of("邻县")

    assert office.of(None) is office
    assert elsewhere is office
    days = [date(2027, 4, day) for day in (8, 11, 12, 10)]
    assert [office.is_workday(day) for day in days] == [True, False, False, False]
    assert [here.is_workday(day) for day in days] == [False, True, True, False]
    assert (date(2027, 4, 8), "三月三") in here.names
    assert not here.is_workday(date(2027, 10, 1))
    assert here.years == office.years


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "areas:\n  示例线:\n    workdays: []\n",
            "calendar.yaml 第2行：“示例线”不在 xuncha.yaml 的 office.areas 中（是否应为“示例县”？）。",
        ),
        (
            "areas:\n  示例县:\n    holidays:\n      2027-02-05: 春节\n    workdays:\n      - 2027-02-05\n",
            "calendar.yaml 第6行：2027-02-05 既写作放假日又写作上班日。",
        ),
        ("areas:\n  示例县:\n    years: [2027]\n", "calendar.yaml 第3行：不认识的设置项“areas.示例县.years”。"),
        ("workday: []\n", "calendar.yaml 第1行：不认识的设置项“workday”（是否应为“workdays”？）。"),
        (
            "holidays:\n  春节: 2027-02-05\n",
            "calendar.yaml 第2行：“holidays.春节”应为日期，如 2027-02-20。",
        ),
        (
            "holidays:\n  2027-02-05至2027-02-01: 春节\n",
            "calendar.yaml 第2行：“holidays.2027-02-05至2027-02-01”应为日期或起止日期，如 2027-02-05至2027-02-11。",
        ),
        (
            "holidays:\n  2027-02-05: 春节\nworkdays:\n  - 2027-02-20\n  - 2027-02-05\n",
            "calendar.yaml 第5行：2027-02-05 既写作放假日又写作上班日。",
        ),
        ("years: [27]\n", "calendar.yaml 第1行：“years 第1项”不能小于 2000。"),
    ],
)
def test_mistakes_in_the_calendar_are_told_with_their_line(folder: Path, text: str, sentence: str) -> None:
    assert sentence in complaints(folder, text, name="calendar.yaml", head="")


def test_sending_waits_for_office_hours_of_a_working_day(folder: Path) -> None:
    settings = loaded(folder, "")
    hours, calendar = settings.office_hours(), settings.work_calendar()

    assert hours.is_open(at_beijing(date(2026, 2, 14), time(9)), calendar)
    assert not hours.is_open(at_beijing(date(2026, 2, 15), time(9)), calendar)
    assert not hours.is_open(datetime(2026, 2, 13, 4, tzinfo=UTC), calendar)


def test_a_day_that_ends_at_midnight_is_open_to_its_last_minute(folder: Path) -> None:
    settings = loaded(folder, 'hours: {windows: ["00:00-24:00"], every_day: true}')

    assert settings.office_hours().is_open(at_beijing(date(2026, 2, 15), time(23, 59)), settings.work_calendar())
