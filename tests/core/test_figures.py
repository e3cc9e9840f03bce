"""Figures as values: one definition each, and the pass rates that real bulletins print."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.account import Platform
from monitor.core.figures import (
    DICTIONARY,
    AccountInPeriod,
    Figure,
    FigureName,
    Material,
    behind,
    by_platform,
    by_unit,
    compared,
    counts,
    longest_gaps,
)
from monitor.core.pass_rate import CheckResult


def account(number: int, result: CheckResult, **changes: object) -> AccountInPeriod:
    values: dict[str, object] = {"platform": Platform.WEIBO, "unit": "示例局", "area": "示例县"}
    return AccountInPeriod(account=f"A{number}", name="示例", result=result, **(values | changes))  # type: ignore[arg-type]


def material(checked: int, failed: int) -> Material:
    results = [CheckResult.FAILED] * failed + [CheckResult.PASSED] * (checked - failed)
    rest = [CheckResult.UNVERIFIED, CheckResult.EXEMPTED, CheckResult.NOT_CHECKED]
    return Material(accounts=tuple(account(number, result) for number, result in enumerate(results + rest)))


@pytest.mark.parametrize(
    ("checked", "failed", "rate"),
    [
        (252, 25, "90.08%"),
        (279, 12, "95.7%"),
        (3120, 2, "99.94%"),
        (53, 16, "69.81%"),
        (266, 7, "97.37%"),
        (122, 9, "92.62%"),
        (314, 55, "82.48%"),
        (212, 3, "98.58%"),
    ],
)
def test_the_pass_rates_of_eight_real_bulletins_come_out(checked: int, failed: int, rate: str) -> None:
    found = {figure.name: figure.text for figure in compared(counts(material(checked, failed)), counts(material(0, 0)))}
    assert found[FigureName.PASS_RATE] == rate
    assert (found[FigureName.CHECKED], found[FigureName.UNQUALIFIED]) == (f"{checked}个", f"{failed}个")


def test_every_name_has_its_definition_in_one_sentence() -> None:
    assert tuple(DICTIONARY) == tuple(FigureName)
    for definition in DICTIONARY.values():
        assert definition.how.endswith("。")
        assert definition.how.count("。") == 1


PLATFORMS = st.sampled_from([Platform.WEIBO, Platform.DOUYIN, Platform.WEBSITE])


@given(st.lists(st.tuples(st.sampled_from(CheckResult), PLATFORMS, st.sampled_from(["甲局", "乙局"]))))
def test_the_results_of_accounts_add_up(found: list[tuple[CheckResult, Platform, str]]) -> None:
    given = Material(
        accounts=tuple(
            account(number, result, platform=platform, unit=unit)
            for number, (result, platform, unit) in enumerate(found)
        )
    )
    value = counts(given)
    parts = (FigureName.CHECKED, FigureName.EXEMPTED, FigureName.NOT_VERIFIABLE, FigureName.NOT_CHECKED)
    assert sum(value[name] or 0 for name in parts) == value[FigureName.ACCOUNTS] == len(found)
    for groups in (by_platform(given.accounts), by_unit(given.accounts)):
        assert sum(group.rate.checked for group in groups) == value[FigureName.CHECKED]
    for name in (*parts, FigureName.UNQUALIFIED):
        assert len(behind(name, given)) == value[name]


@pytest.mark.parametrize(
    ("name", "value", "before", "said"),
    [
        (FigureName.ACCOUNTS, "12", "10", "增加2个"),
        (FigureName.EPISODES, "1", "3", "减少2次"),
        (FigureName.PASS_RATE, "95.7", "96", "下降0.3个百分点"),
        (FigureName.PASS_RATE, "100", "100", "持平"),
        (FigureName.PASS_RATE, None, "100", "—"),
    ],
)
def test_a_change_is_said_as_officials_say_it(name: FigureName, value: str | None, before: str, said: str) -> None:
    figure = Figure(name=name, value=None if value is None else Decimal(value), before=Decimal(before))
    assert figure.change_text == said


def test_nothing_is_compared_with_a_period_in_which_nothing_was_checked() -> None:
    assert {figure.before for figure in compared(counts(material(5, 1)), counts(material(0, 0)))} == {None}


def test_of_gaps_nothing_is_said_where_none_was_seen_whole() -> None:
    unseen = Material(accounts=(account(1, CheckResult.UNVERIFIED), account(2, CheckResult.NOT_CHECKED)))
    one = Material(accounts=(*unseen.accounts, account(3, CheckResult.PASSED, episodes=0, longest=4)))
    for material_, said in ((unseen, (None, None)), (one, (0, 4)), (Material(accounts=()), (0, 0))):
        found = counts(material_)
        assert (found[FigureName.EPISODES], found[FigureName.LONGEST_GAP]) == said


def test_a_gap_without_any_post_is_one_since_the_opening() -> None:
    opened = account(1, CheckResult.FAILED, open_since=date(2026, 5, 1), open_days=33)
    posted = account(2, CheckResult.FAILED, open_since=date(2026, 5, 2), open_days=32, last_post=date(2026, 5, 2))
    assert [gap.is_since_opening for gap in longest_gaps([opened, posted])] == [True, False]
