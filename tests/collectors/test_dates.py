from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import dates
from monitor.core.calendar import BEIJING
from monitor.core.observation import Precision
from tests.fakes import AT

WIDE = {ord(narrow): ord(narrow) + 0xFEE0 for narrow in "0123456789-"}
"""To full-width characters, as Chinese input methods type them."""
MOMENTS = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - aware by strategy


def told(text: str, at: datetime = AT) -> tuple[str, str] | None:
    stamp = dates.read(text, at)
    assert stamp is None or stamp.moment.tzinfo is UTC
    return (stamp.moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"), stamp.precision.value) if stamp else None


def noon(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Tue, 23 Feb 2021 12:28:47 +0800", "2021-02-23 12:28:47"),
        ("23 Feb 2021 04:28:47 GMT", "2021-02-23 12:28:47"),
        ("Tue, 23 Feb 21 04:28:47 GMT", "2021-02-23 12:28:47"),
        ("Tuesday, 23 February 2021 12:28:47 +08:00", "2021-02-23 12:28:47"),
        ("23 Feb 2021 12:28:47 GMT+0800", "2021-02-23 12:28:47"),
        ("23 Feb 2021 12:28:47 UTC+08:00", "2021-02-23 12:28:47"),
        ("23 Feb 2021 12:28:47+0800", "2021-02-23 12:28:47"),
        ("Tue Feb 23 12:28:47 GMT+08:00 2021", "2021-02-23 12:28:47"),
        ("2026-02-11 09:30:00 UTC+8", "2026-02-11 09:30:00"),
        ("2026-02-11 09:30:00 CST", "2026-02-11 09:30:00"),
        ("2026-02-11 09:30:00 EST", "2026-02-11 22:30:00"),
        ("2026-02-11 09:30:00 -0500", "2026-02-11 22:30:00"),
        ("Tue Feb 23 12:28:47 +0800 2021", "2021-02-23 12:28:47"),
        ("Tue Feb 23 12:28:47 CST 2021", "2021-02-23 12:28:47"),
        ("Tue Feb 23 04:28:47 GMT 2021", "2021-02-23 12:28:47"),
        ("23 Feb 2021 12:28:47 -05:00", "2021-02-24 01:28:47"),
        ("2026-02-11 09:30:00 -05:00", "2026-02-11 22:30:00"),
        ("2026-02-11 09:30:00 +08", "2026-02-11 09:30:00"),
        ("2026-02-11 09:30:00 +730", "2026-02-11 10:00:00"),
        ("2026-02-11 09:30:00 -1200", "2026-02-12 05:30:00"),
        ("2026-02-11 09:30:00 +1400", "2026-02-11 03:30:00"),
        ("2026-02-11T09:30:00Z", "2026-02-11 17:30:00"),
        ("2026-02-11t09:30:00.123+08:00", "2026-02-11 09:30:00"),
        ("2026-02-11T09:30:00", "2026-02-11 09:30:00"),
        ("2026-02-11T09:30:00-0330", "2026-02-11 21:00:00"),
        ("2025-11-10 12:00:30", "2025-11-10 12:00:30"),
        ("2025-11-10 12:00:60", "2025-11-10 12:00:59"),
        ("2020-05-01 10:20:30\u00a0来自示例客户端", "2020-05-01 10:20:30"),
        ("发布时间：2026-01-22 11:40:11", "2026-01-22 11:40:11"),
        ("发布时间：2026-01-22 11:40:11 来源：示例县", "2026-01-22 11:40:11"),
        ("20260511093000", "2026-05-11 09:30:00"),
        ("1762747210", "2025-11-10 12:00:10"),
        ("1762747210000", "2025-11-10 12:00:10"),
        ("3秒前", "2026-11-20 11:59:57"),
        ("9秒前", "2026-11-20 11:59:51"),
        ("06-27 12:00:30", "2026-06-27 12:00:30"),
        ("06月27日 12时00分30秒", "2026-06-27 12:00:30"),
        ("昨天 23:10:05", "2026-11-19 23:10:05"),
        (" " * 300 + "2026-05-11 10:20:30 来源：" + "示例" * 200, "2026-05-11 10:20:30"),
    ],
)
def test_a_time_to_the_second(text: str, moment: str) -> None:
    assert told(text) == (moment, "second")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-11-10 12:00", "2025-11-10 12:00:00"),
        ("2026/02/11 09:30", "2026-02-11 09:30:00"),
        ("2022年5月17日 10时20分", "2022-05-17 10:20:00"),
        ("06月27日 12:00", "2026-06-27 12:00:00"),
        ("12-30 10:00", "2025-12-30 10:00:00"),
        ("今天 10:20", "2026-11-20 10:20:00"),
        ("昨天 23:10", "2026-11-19 23:10:00"),
        ("前天08:00", "2026-11-18 08:00:00"),
        ("刚刚", "2026-11-20 12:00:00"),
        ("27分钟前", "2026-11-20 11:33:00"),
        ("3小时前", "2026-11-20 09:00:00"),
        ("3个小时前", "2026-11-20 09:00:00"),
        ("2026-05-11 10:20 已编辑", "2026-05-11 10:20:00"),
        ("2026-02-11T09:30-03:00", "2026-02-11 20:30:00"),
        ("11 Feb 2026 09:30 -0300", "2026-02-11 20:30:00"),
    ],
)
def test_a_time_to_the_minute(text: str, moment: str) -> None:
    assert told(text) == (moment, "minute")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-05-11", "2026-05-11"),
        ("[2026-05-11]", "2026-05-11"),
        ("（2026.05.11）", "2026-05-11"),
        ("【05-11】", "2026-05-11"),
        ("2026-05-11".translate(WIDE), "2026-05-11"),
        ("2022年5月17日", "2022-05-17"),
        ("2022年5月17日".translate(WIDE), "2022-05-17"),
        ("二〇二六年五月十七日", "2026-05-17"),
        ("二○二五年十二月三十一日", "2025-12-31"),
        ("二零二六年一月廿三日", "2026-01-23"),
        ("二零二六年三月卅日", "2026-03-30"),
        ("二零二六年十月二十日", "2026-10-20"),
        ("1990-01-02", "1990-01-02"),
        ("11月20日", "2026-11-20"),
        ("11-20", "2026-11-20"),
        ("11-21", "2025-11-21"),
        ("2天前", "2026-11-18"),
        ("昨天", "2026-11-19"),
        ("发布于 2026-11-20", "2026-11-20"),
        ("更新时间：2026-01-22", "2026-01-22"),
        ("20260511", "2026-05-11"),
    ],
)
def test_a_day_is_its_first_moment_in_beijing(text: str, day: str) -> None:
    assert told(text) == (f"{day} 00:00:00", "day")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "公告",
        "99",
        "2026-02-30",
        "2026-13-01",
        "13-45",
        "二〇二六年十三月一日",
        "二〇二六年十十月一日",
        "99:99",
        "2026-05-11至2026-06-01",
        "2026-05-11 至 2026-06-01",
        "2022年5月17日停水公告",
        "今天是2026年5月11日",
        "编辑于 昨天 23:10",
        "edited 2026-01-02",
        "最后修改 2026-01-02",
        "3天前 (edited)",
        "2026-05-11 编辑",
        "2026-01-02T00:00:00+99:00",
        "2026-01-02T00:00:00+15:00",
        "2026-01-02T00:00:00-12:30",
        "2026-01-02T00:00:00+07:60",
        "1989-12-31",
        "05-11至06-01",
        "2026-01-02 09:00-17:00",
        "2026-01-02 09:00-11:30",
        "2026-01-02 09:00 -11:30",
        "2026-01-02 09:00 - 11:30",
        "02 Jan 2026 09:00-11:30",
        "Fri, 02 Jan 2026 09:00 -11:30",
        "2026-01-02 09:00:00-11:30:00",
        "02 Jan 2026 09:03:04 +0800 编辑",
        "02 Jan 2026 09:03:04 至 2026-02-01",
        "02 Jan 2026 09:03:04 +0800 (edited)",
        "02 Jan 2026 09:03:04 XYZ",
        "99999999分钟前",
        "Tue, 23 Foo 2021 12:28:47 +0800",
        "1970-01-01T00:00:00Z",
        "12345678901",
    ],
)
def test_what_is_no_publication_time_is_none(text: str) -> None:
    assert told(text) is None


def test_a_time_more_than_a_day_after_the_look_is_refused() -> None:
    assert told("2026-11-21 12:00") == ("2026-11-21 12:00:00", "minute")
    assert told("2026-11-21 12:01") is None
    assert told("2062-05-11") is None
    assert dates.epoch(AT.timestamp() + 90_000, AT) is None


def test_a_day_without_a_year_is_the_last_one_around_new_year() -> None:
    assert told("12-31", noon(2027, 1, 1)) == ("2026-12-31 00:00:00", "day")
    assert told("01-01", noon(2027, 1, 1)) == ("2027-01-01 00:00:00", "day")
    assert told("01-02", noon(2027, 1, 1)) == ("2026-01-02 00:00:00", "day")
    assert told("01-01 12:01", noon(2027, 1, 1)) == ("2026-01-01 12:01:00", "minute")
    just_after_midnight = datetime(2026, 12, 31, 16, 1, tzinfo=UTC)
    assert told("01-01", just_after_midnight) == ("2027-01-01 00:00:00", "day")
    assert told("01-01", datetime(2027, 1, 1, tzinfo=BEIJING)) == ("2027-01-01 00:00:00", "day")
    assert told("昨天", just_after_midnight) == ("2026-12-31 00:00:00", "day")


def test_a_year_that_was_not_written_is_called_a_guess() -> None:
    for text, is_guessed in (("11-20", True), ("11月20日 10:00", True), ("2026-11-20", False), ("昨天", False)):
        stamp = dates.read(text, AT)
        assert stamp is not None
        assert stamp.is_year_guessed is is_guessed


def test_the_29th_of_february_is_in_a_leap_year() -> None:
    assert told("02-29", noon(2026, 11, 20)) == ("2024-02-29 00:00:00", "day")
    assert told("02-29", noon(2028, 2, 28)) == ("2024-02-29 00:00:00", "day")
    assert told("2月29日", noon(2028, 2, 29)) == ("2028-02-29 00:00:00", "day")
    assert told("02-30", noon(2028, 2, 29)) is None


@pytest.mark.parametrize("number", [1762747210, 1762747210000, "1762747210", "1762747210000", 1762747210.0])
def test_an_epoch_is_told_by_its_magnitude(number: object) -> None:
    stamp = dates.epoch(number, AT)
    assert stamp
    assert stamp.moment == datetime(2025, 11, 10, 4, 0, 10, tzinfo=UTC)
    assert stamp.precision is Precision.SECOND


def test_an_epoch_of_any_day_since_1990_is_read() -> None:
    assert dates.epoch(631_152_000, AT) == dates.read("1990-01-01T00:00:00Z", AT)
    for number in ("999999999", "999999999000"):
        assert dates.epoch(number, AT) == dates.read("2001-09-09T01:46:39Z", AT)


@pytest.mark.parametrize(
    "number",
    [
        0,
        -1,
        1,
        True,
        None,
        [],
        "",
        "x",
        "12",
        99999999999999999,
        float("nan"),
        float("inf"),
        "1762747210".translate(WIDE),
    ],
)
def test_a_number_outside_plausible_years_is_no_epoch(number: object) -> None:
    assert dates.epoch(number, AT) is None


@given(text=st.text(), at=MOMENTS)
def test_no_text_breaks_the_reader(text: str, at: datetime) -> None:
    stamp = dates.read(text, at)
    assert stamp is None or stamp.moment.utcoffset() == timedelta()


@given(
    text=st.text(alphabet="0123456789-/:. 年月日时分秒前天昨今小个钟刚发布于编辑TZ+GMTueFb零一二十廿"),
    at=MOMENTS,
)
def test_nothing_like_a_date_breaks_the_reader_or_lies_far_ahead(text: str, at: datetime) -> None:
    stamp = dates.read(text, at)
    if stamp:
        assert stamp.moment <= at + dates.AHEAD
        assert stamp.moment.year >= dates.FIRST_YEAR - 1


@given(month=st.integers(1, 12), day=st.integers(1, 28), at=MOMENTS)
def test_a_day_without_a_year_lies_within_the_year_before_the_look(month: int, day: int, at: datetime) -> None:
    stamp = dates.read(f"{month:02}-{day:02}", at)
    assert stamp
    assert timedelta() <= at - stamp.moment < timedelta(days=367)


@given(number=st.one_of(st.integers(), st.floats(), st.text()))
def test_no_number_breaks_the_epoch_reader(number: object) -> None:
    dates.epoch(number, AT)
