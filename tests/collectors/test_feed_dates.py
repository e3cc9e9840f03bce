"""The dates of feeds, as programs print them: every zone kept, nothing behind a time passed over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import dates, feed_dates
from monitor.core.calendar import BEIJING
from monitor.core.observation import Precision
from tests.collectors.feeds import FORMS, MONTHS, WEEKDAYS, shown_by

AT = datetime(2026, 11, 29, 12, tzinfo=BEIJING)


def told(text: str) -> str | None:
    stamp = feed_dates.read(text, AT)
    if stamp is None:
        return None
    form = {Precision.SECOND: "%Y-%m-%d %H:%M:%S", Precision.MINUTE: "%Y-%m-%d %H:%M", Precision.DAY: "%Y-%m-%d"}
    return stamp.moment.astimezone(BEIJING).strftime(form[stamp.precision])


@pytest.mark.parametrize(
    "text",
    [
        "Fri, 27 Nov 2026 08:30:00 +0800",
        "Fri, 27 Nov 2026 00:30:00 GMT",
        "27 Nov 2026 08:30:00 GMT+0800",
        "27 Nov 2026 08:30:00 UTC+08:00",
        "Fri, 27 Nov 2026 08:30:00 GMT+8",
        "Fri, 27-Nov-2026 08:30:00 +0800",
        "Fri, 27-Nov-26 00:30:00 GMT",
        "Friday, 27 November 2026 08:30:00 +08:00",
        "Friday, November 27, 2026 8:30:00 AM GMT+8",
        "November 27th, 2026 at 8:30:00 a.m. GMT+8",
        "Fri Nov 27 2026 08:30:00 GMT+0800 (中国标准时间)",
        "Fri Nov 27 2026 08:30:00 GMT+0800 (China Standard Time)",
        "Fri Nov 27 2026 08:30:00 GMT+0800 (CST)",
        "Fri Nov 27 2026 08:30:00 GMT+0800 (GMT+08:00)",
        "Fri Nov 27 2026 08:30:00 GMT+0800 (ÖÐ¹ú±ê×¼Ê±¼ä)",
        "Fri Nov 27 2026 00:30:00 GMT+0000 (协调世界时)",
        "Fri Nov 27 08:30:00 CST 2026",
        "Fri Nov 27 08:30:00 GMT+08:00 2026",
        "Fri Nov 27 00:30:00 UTC 2026",
        "Fri Nov 27 08:30:00 +0800 2026",
        "Fri Nov 27 08:30:00 2026",
        "Thu Nov 26 19:30:00 EST 2026",
        "星期五 十一月 27 08:30:00 CST 2026",
        "星期五, 27 十一月 2026 08:30:00 +0800",
        "周五, 27 11月 2026 08:30:00 +0800",
        "周五, 27 十一月 2026 00:30:00 GMT",
        "星期五，27 十一月 2026 08:30:00 +0800",
        "27 十一月 2026 08:30:00 中国标准时间",
        "2026-11-27T08:30:00+08:00[Asia/Shanghai]",
        "2026-11-27T08:30:00.123456+08:00[Asia/Shanghai]",
        "2026-11-27T00:30:00Z[UTC]",
        "2026-11-27T08:30:00+08:00[GMT+08:00]",
        "2026-11-27T08:30:00+08:00[Etc/GMT-8]",
        "Fri Nov 27 2026 08:30:00 GMT+0800 (GMT+8)",
        "Fri Nov 27 08:30:00 UTC+0800 2026",
        "禮拜五, 27 十一月 2026 08:30:00 +0800",
        "上午 08:30:00 2026/11/27",
        "2026-11-27 08:30:00.0",
        "Fri, 11/27/2026 - 08:30:00",
        "Fri,\n 27 Nov\u00a02026\t08:30:00 +0800",
        "2026-11-27T08:30:00[Asia/Shanghai]",
        "2026-11-27 06:30:00 Asia/Urumqi",
        "2026-11-27 08:30:00 Asia/Shanghai",
        "2026-11-27 09:30:00 JST",
        "2026-11-27 08:30:00 +0800 CST",
        "2026-11-26 19:30:00 -0500",
        "2026-11-26T21:00:00-03:30",
        "20261127T083000+0800",
        "20261127T003000Z",
        "20261127083000",
        "2026年11月27日 星期五 08:30:00 CST",
        "2026年11月27日星期五 GMT+8 08:30:00",
        "2026年 11月 27日 星期五 08:30:00 CST",
        "2026年11月27日 上午08时30分00秒",
        "2026年11月27日08时30分00秒",
        "2026年11月27日08:30:00",
        "2026/11/27 上午8:30:00",
        "2026-11-27 (星期五) 08:30:00",
        "2026-11-27T08:30:00",
        "2026-11-27t00:30:00z",
        "11/27/2026 8:30:00 AM",
        "11/27/2026, 8:30:00 AM",
        "27.11.2026 08:30:00",
        "发布时间：2026-11-27 08:30:00",
        "2026-11-27 08:30:00 来源：示例县",
        "1795739400",
        "1795739400000",
    ],
)
def test_one_moment_in_every_form(text: str) -> None:
    assert told(text) == "2026-11-27 08:30:00"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026/11/27 下午 03:05:00", "2026-11-27 15:05:00"),
        ("2026-11-27 下午3:05", "2026-11-27 15:05"),
        ("2026年11月27日 下午03时05分00秒", "2026-11-27 15:05:00"),
        ("27 十一月 2026 下午 03:05:00", "2026-11-27 15:05:00"),
        ("2026-11-27 PM 03:05", "2026-11-27 15:05"),
        ("2026-11-27 03:05:00 p.m.", "2026-11-27 15:05:00"),
        ("Nov 27, 2026 3:05:00 PM", "2026-11-27 15:05:00"),
        ("2026-11-27 12:05 AM", "2026-11-27 00:05"),
        ("2026-11-27 12:05 PM", "2026-11-27 12:05"),
        ("2026/11/27 上午12:05", "2026-11-27 00:05"),
        ("2026/11/27 下午 15:05", "2026-11-27 15:05"),
        ("2026/11/27 中午12:05", "2026-11-27 12:05"),
        ("2026/11/27 中午1:05", "2026-11-27 13:05"),
        ("2026/11/27 凌晨2:05", "2026-11-27 02:05"),
        ("2026/11/27 晚上8:05", "2026-11-27 20:05"),
    ],
)
def test_twelve_hours_and_the_half_of_the_day(text: str, moment: str) -> None:
    assert told(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "Fri, 27 Nov 2026",
        "27 Nov 2026",
        "November 27, 2026",
        "27-Nov-2026",
        "星期五, 27 十一月 2026",
        "27 11月 2026",
        "2026-11-27",
        "2026-11-27Z",
        "2026-11-27+08:00",
        "2026/11/27",
        "2026.11.27",
        "2026年11月27日",
        "2026年11月27日 星期五",
        "20261127",
        "11/27/2026",
        "二〇二六年十一月二十七日",
        "２０２６年１１月２７日",
    ],
)
def test_a_date_without_a_time_is_a_day(text: str) -> None:
    assert told(text) == "2026-11-27"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Invalid Date",
        "null",
        "undefined",
        "NaN",
        "0000-00-00 00:00:00",
        "0001-01-01T00:00:00Z",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "2026-01-05 09:00-11:30",
        "2026-01-05 09:00-17:00",
        "2026-01-05 09:00–11:30",
        "2026-01-05 09:00~11:30",
        "2026-01-05 09:00 - 11:30",
        "2026-01-05 09:00 -11:30",
        "2026-01-05 09:00:00-11:30:00",
        "05 Jan 2026 09:00-11:30",
        "2026-01-05 09:00至11:30",
        "2026-01-05 至 2026-01-07",
        "2026-01-05/2026-01-07",
        "2026-01-05 2026-01-07",
        "Mon, 05 Jan 2026 09:00:00 +0800 编辑",
        "Mon, 05 Jan 2026 09:00:00 +0800 (编辑)",
        "Mon, 05 Jan 2026 09:00:00 +0800 至 2026-02-01",
        "05 Jan 2026 09:00:00 GMT+0800 edited",
        "2026-01-05 09:00 截止",
        "2026-01-05 09:00:00 XYZ",
        "2026-01-05 09:00:00 IST",
        "2026-01-05 09:00:00 Europe/Paris",
        "2026-01-05 09:00:00 +1500",
        "2026-01-05 09:00:00 -1700",
        "2026-01-05 09:00:00 GMT 0800",
        "2026-01-05T09:00:00 08:00",
        "2026-01-05T09:00:00+08:00[GMT+09:00]",
        "2026-01-05T09:00:00+08:00 +09:00",
        "2026-01-05 09:00:00 GMT (中国标准时间)",
        "2026-01-05 晚上12:30",
        "2026-01-05 上午 15:30",
        "05/06/2026 09:00",
        "11-20 09:00",
        "Nov 20 09:00",
        "05 Jan 09:00",
        "31 Jun 2026 09:00",
        "2026-01",
        "05 06 Jan 2026",
        "2026-11-31",
        "2026-12-25T08:00:00Z",
        "x" * 201,
    ],
)
def test_what_is_no_time_for_certain_is_none(text: str) -> None:
    assert told(text) is None


def test_24_o_clock_ends_the_day() -> None:
    assert told("2026-11-27T24:00:00+08:00") == "2026-11-28 00:00:00"
    assert told("2026-11-27T24:01:00+08:00") is None


def test_a_day_may_have_two_equal_numbers() -> None:
    assert told("11/11/2026") == "2026-11-11"


BEHIND = (
    " 编辑|（编辑）| 修改| edited| (edit)| (event)|至2026-12-01| 至 18:30|-18:30|~18:30|–18:30|到18:30| 截止|(截止)"
    "|（活动）| NEW|起| 停水"
)
BEFORE = "活动时间：|截止 |编辑于 |更新时间：|Updated: |Event: |至 |有效期至 |修改于|last modified "


@pytest.mark.parametrize("form", FORMS)
def test_a_word_that_makes_it_another_time_makes_it_none(form: str) -> None:
    moment = datetime(2026, 5, 25, 15, 6, 28, tzinfo=BEIJING)
    text = FORMS[form](moment)
    stamp = feed_dates.read(text, AT)
    assert stamp
    assert stamp.moment == shown_by(form, moment)
    for words in BEHIND.split("|"):
        assert told(f"{text}{words}") is None, words
    for words in BEFORE.split("|"):
        assert told(f"{words}{text}") is None, words


MOMENTS = st.datetimes(datetime(2015, 1, 1), datetime(2026, 11, 29), timezones=st.just(UTC))  # noqa: DTZ001 - aware
OFFSETS = st.sampled_from([timedelta(minutes=minutes) for minutes in (-720, -570, -300, 0, 60, 330, 480, 540, 840)])


@given(moment=MOMENTS, offset=OFFSETS)
def test_whatever_prints_a_moment_its_zone_is_kept(moment: datetime, offset: timedelta) -> None:
    moment = moment.replace(microsecond=0)
    local = moment.astimezone(timezone(offset))
    zone = local.strftime("%z")
    colon = f"{zone[:3]}:{zone[3:]}"
    weekday, month = WEEKDAYS[local.weekday()], MONTHS[local.month - 1]
    for text in (
        local.isoformat(),
        format_datetime(local),
        local.strftime(f"%d %b %Y %H:%M:%S GMT{zone}"),
        local.strftime(f"%a %b %d %H:%M:%S GMT{colon} %Y"),
        local.strftime(f"%a %b %d %Y %H:%M:%S GMT{zone} (示例时间)"),
        local.strftime(f"星期{weekday}, %d {month}月 %Y %H:%M:%S {zone}"),
        local.strftime(f"周{weekday}, %d {local.month}月 %Y %H:%M:%S {zone}"),
        local.strftime(f"%Y-%m-%d %I:%M:%S %p {colon}"),
        local.strftime(f"%Y/%m/%d {'上午' if local.hour < 12 else '下午'} %I:%M:%S {colon}"),
    ):
        stamp = feed_dates.read(text, AT)
        assert stamp, text
        assert (stamp.moment, stamp.precision) == (moment, Precision.SECOND), text


@given(text=st.text(alphabet="0123456789-/:. ,+TZ()[]年月日时分秒上下午星期周一二十GMTUCSFriNovAP", max_size=60))
def test_nothing_like_a_date_breaks_the_reader_or_lies_far_ahead(text: str) -> None:
    stamp = feed_dates.read(text, AT)
    if stamp:
        assert stamp.moment <= AT + dates.AHEAD
        assert stamp.moment.year >= dates.FIRST_YEAR


YEARLESS = (
    "11-18", "11-18 10:20", "11/18", "11.18", "11月18日", "11月18日 10:20", "十一月十八日", "18 Nov", "Nov 18, 10:20",
    "Wed, 18 Nov 10:20:00 +0800", "星期三 18 十一月", "发布时间：11-18", "--11-18", "1118",
    "今天 11-18", "昨天（11月18日）",
)  # fmt: skip


@pytest.mark.parametrize("text", YEARLESS)
def test_a_day_without_a_year_is_no_time_of_a_feed(text: str) -> None:
    assert feed_dates.read(text, AT) is None
    assert told(text) is None
