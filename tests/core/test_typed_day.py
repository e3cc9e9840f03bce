"""What a person types for the newest day of a list, by hand and by all there is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.typed_day import FIRST_YEAR, LONGEST, Misread, Sign, typed_day

TODAY = date(2026, 12, 3)
days = st.dates(min_value=date(FIRST_YEAR, 1, 1), max_value=date(2100, 12, 31))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("=", Sign.NOTHING_NEWER),
        ("＝", Sign.NOTHING_NEWER),
        ("-", Sign.NEVER_PUBLISHED),
        ("－", Sign.NEVER_PUBLISHED),
        ("——", Sign.NEVER_PUBLISHED),
        ("0", date(2026, 12, 3)),
        ("1", date(2026, 12, 2)),
        ("昨天", date(2026, 12, 2)),
        ("12-1", date(2026, 12, 1)),
        ("12.1", date(2026, 12, 1)),
        ("12。1", date(2026, 12, 1)),
        ("12/01", date(2026, 12, 1)),
        ("1201", date(2026, 12, 1)),
        ("\uff11\uff12－\uff11", date(2026, 12, 1)),
        (" 12月1日 ", date(2026, 12, 1)),
        ("2026-12-1", date(2026, 12, 1)),
        ("2026年12月1日", date(2026, 12, 1)),
        ("20261201", date(2026, 12, 1)),
        ("2024-2-29", date(2024, 2, 29)),
    ],
)
def test_every_short_form_of_a_day_is_understood(written: str, meant: date | Sign) -> None:
    assert typed_day(written, TODAY) == meant


@pytest.mark.parametrize(
    ("today", "written", "meant"),
    [
        (date(2027, 1, 2), "12-30", date(2026, 12, 30)),
        (date(2027, 1, 2), "1-1", date(2027, 1, 1)),
        (date(2026, 12, 31), "1-2", None),
        (date(2026, 12, 31), "12-31", date(2026, 12, 31)),
        (date(2026, 11, 30), "12-1", None),
        (date(2026, 3, 1), "9-15", date(2025, 9, 15)),
        (date(2028, 3, 1), "2-29", date(2028, 2, 29)),
        (date(2029, 1, 5), "2-29", date(2028, 2, 29)),
    ],
)
def test_a_day_without_a_year_is_the_nearest_one_and_around_new_year_that_of_the_last_year(
    today: date, written: str, meant: date | None
) -> None:
    found = typed_day(written, today)
    assert found == meant if meant else isinstance(found, Misread)


def test_a_day_that_has_yet_to_come_says_how_the_one_of_the_year_before_is_written() -> None:
    found = typed_day("12-5", TODAY)
    assert isinstance(found, Misread)
    assert found.sentence == "12月5日晚于今天，请改为今天或以前的日期；是2025年的请写 2025-12-5"
    assert typed_day("2025-12-5", TODAY) == date(2025, 12, 5)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "请填最新发布日期"),
        ("2-30", "没有2月30日这一天"),
        ("2026-2-29", "没有2026年2月29日这一天"),
        ("13-1", "没有13月1日这一天"),
        ("0000", "没有0月0日这一天"),
        ("2027-1-1", "晚于今天"),
        ("1970-1-1", "太早"),
        ("121", "无法识别"),
        ("7", "无法识别"),
        ("12-1 9:30", "不填时刻"),
        ("https://mp.weixin.qq.com/s/a", "这是链接"),
        ("十二月一日", "无法识别"),
        ("12" * 40, "太长"),
        ("\u0661\u0662-\u0661", "无法识别"),
    ],
)
def test_every_odd_input_has_its_sentence(written: str, said: str) -> None:
    found = typed_day(written, TODAY)
    assert isinstance(found, Misread)
    assert said in found.sentence
    assert len(found.sentence) < 200


@given(written=st.text(max_size=2 * LONGEST) | st.text("0123456789-=./年月日 ", max_size=12), today=days)
def test_whatever_is_typed_is_no_day_in_the_future(written: str, today: date) -> None:
    found = typed_day(written, today)
    if isinstance(found, date):
        assert found <= today
        assert found.year >= FIRST_YEAR - 1


@given(day=days, today=days)
def test_a_day_written_in_full_is_that_day_or_has_yet_to_come(day: date, today: date) -> None:
    for written in (f"{day.year}-{day.month}-{day.day}", f"{day:%Y%m%d}", f"{day.year}年{day.month}月{day.day}日"):
        found = typed_day(written, today)
        assert found == day if day <= today else isinstance(found, Misread)


@given(today=days, ago=st.integers(min_value=0, max_value=180))
def test_a_day_of_the_last_half_year_needs_no_year(today: date, ago: int) -> None:
    day = today - timedelta(days=ago)
    for written in (f"{day.month}-{day.day}", f"{day:%m%d}", f"{day.month}.{day.day}", f"{day.month}月{day.day}日"):
        assert typed_day(written, today) == day
