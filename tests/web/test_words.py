from datetime import date, timedelta

import pytest

from monitor.core.phrases import dated, deadline_text
from monitor.web.words import ago, masked, safe_link, until
from tests.core.build import beijing_time

NOW = beijing_time("2026-05-19 09:05")
TODAY = date(2026, 5, 19)


@pytest.mark.parametrize(
    ("when", "text"),
    [
        ("2026-05-19 09:04:30", "刚刚"),
        ("2026-05-19 09:10", "刚刚"),
        ("2026-05-19 09:02", "3分钟前"),
        ("2026-05-19 00:01", "9小时前"),
        ("2026-05-18 23:59", "昨天23:59"),
        ("2026-05-17 08:00", "5月17日08:00"),
        ("2025-12-31 08:00", "2025年12月31日08:00"),
    ],
)
def test_the_past_is_told_as_people_tell_it(when: str, text: str) -> None:
    assert ago(beijing_time(when), NOW) == text


@pytest.mark.parametrize(
    ("when", "text"),
    [
        ("2026-05-19 08:00", "即将"),
        ("2026-05-19 09:15", "10分钟后"),
        ("2026-05-19 18:00", "今天18:00"),
        ("2026-05-20 06:30", "明天06:30"),
        ("2026-05-22 06:30", "5月22日06:30"),
    ],
)
def test_what_comes_is_told_as_people_tell_it(when: str, text: str) -> None:
    assert until(beijing_time(when), NOW) == text


def test_days_have_their_year_only_when_it_is_another() -> None:
    assert dated(TODAY, TODAY) == "5月19日"
    assert dated(date(2025, 12, 31), TODAY) == "2025年12月31日"


def test_a_near_deadline_is_said_in_words() -> None:
    assert deadline_text(TODAY, TODAY) == "今天（5月19日）"
    assert deadline_text(TODAY + timedelta(days=1), TODAY) == "明天（5月20日）"
    assert deadline_text(TODAY + timedelta(days=2), TODAY) == "5月21日（周四）"


@pytest.mark.parametrize(
    "number", ["13912345678", "139 1234 5678", "139-1234-5678", "+86 13912345678", "8613912345678"]
)
def test_a_mobile_number_is_hidden_however_it_is_written(number: str) -> None:
    assert masked(f"请联系{number}。") == "请联系［手机号已隐去］。"


def test_a_mail_address_is_hidden() -> None:
    assert masked("发至 a.b+c@mail.example.cn，谢谢") == "发至 ［邮箱已隐去］，谢谢"


@pytest.mark.parametrize("text", ["0578-3141234", "2026年5月19日9时", "编号20260519-3f2a9b1c7d5e", "12345678901234"])
def test_other_numbers_stay(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(
    "address", ["https://example.invalid/a?b=1", " http://example.invalid ", "HTTPS://example.invalid/"]
)
def test_web_addresses_are_links(address: str) -> None:
    assert safe_link(address) == address.strip()


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "javascript:alert(1)",
        " JavaScript:alert(1)",
        "data:text/html,x",
        "//example.invalid",
        "/system",
        "http:",
        "https://[",
        "java\nscript:alert(1)",
    ],
)
def test_nothing_else_is_a_link(address: str | None) -> None:
    assert safe_link(address) is None


def test_a_link_that_acts_in_a_persons_name_is_shown_to_nobody_else() -> None:
    body = "[已知悉，由我处理](https://x.example/k/a20261125-0168fb00b5a4.6b195717.ZRIn3Hggz3CL9h7Ir9ELOg)\n\n其他"
    assert masked(body) == "[已知悉，由我处理](https://x.example/k/［仅本人可用］)\n\n其他"
