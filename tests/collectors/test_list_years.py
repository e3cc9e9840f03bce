"""A date without a year takes it from wherever it stands, and is a guess where it stands nowhere."""

from __future__ import annotations

import pytest

from tests.collectors.pages import below, look, row, told

DAYS = ("04-13", "04-02", "03-05")


def listed(*whens: str, href: str = "/c/{0}.html") -> str:
    addresses = [href.format(place, when[:2], when[-2:]) for place, when in enumerate(whens)]
    rows = [
        f'<li><a href="{address}">关于第{place}号事项的通知</a><span>{when}</span></li>'
        for place, (address, when) in enumerate(zip(addresses, whens, strict=True))
    ]
    return f"<ul>{''.join(rows)}</ul>"


@pytest.mark.parametrize(
    "box",
    [
        "<b>11-18</b><i>2026</i>",
        "<span>2026</span>11-18",
        "<em>18</em><p>2026-11</p>",
        "<em>18</em><p>2026/11</p>",
        "<em>18</em>2026年11月",
        "<p>2026-11</p><em>18</em>",
        "<em>18日</em><i>2026.11</i>",
        "<b>2026</b><i>11/18</i>",
        "<i>11月</i><b>18</b><u>2026</u>",
        "<b>18</b><i>11</i><u>2026</u>",
        "<i>2026</i><i>11</i><i>18</i>",
        "<b>2026</b>年<b>11</b>月<b>18</b>日",
        "<span>11-18</span><br><span>2026年</span>",
        "2026年<br>11月18日",
        "<p>18</p><p>11月 / 2026</p>",
        "18<br>Nov 2026",
    ],
)
def test_a_box_is_read_as_a_whole(box: str) -> None:
    first = f'<li><div class=date>{box}</div><a href="/c/99.html">县政府召开常务会议</a></li>'
    assert told(below(first)) == "2026-11-18 all"
    swapped = f'<li><a href="/c/99.html">县政府召开常务会议</a><div class=date>{box}</div></li>'
    assert told(below(swapped), rules="|item=ul.list li|time=.date,span") == "2026-11-18 all"


@pytest.mark.parametrize(
    "heading", ["<h3>2021年</h3>", "<div class=tit>2021年度</div>", "<h2>【2021】</h2>", "<p><b>2021</b></p>"]
)
def test_the_year_may_stand_above_the_list(heading: str) -> None:
    assert told(heading + listed(*DAYS)) == "2021-04-13 all"
    assert told(heading + listed(*DAYS), rules="|item=ul li|time=span") == "2021-04-13 all"


def test_each_list_has_the_year_of_its_own_heading() -> None:
    newer = "<h3>2022年</h3>" + listed("02-03", "01-20", "01-02")
    older = "<h3>2021年</h3>" + listed("12-13", "12-02", "11-05", href="/d/{0}.html")
    assert told(newer + older) == "2022-02-03 all"
    assert told(older + newer) == "2022-02-03 all"


def test_a_heading_among_the_rows_is_that_of_the_rows_below() -> None:
    rows = [row(when, "县里召开会议部署工作", place) for place, when in enumerate(("02-03", "01-20", "12-03"))]
    seen = look(f"<ul><li>2022年</li>{rows[0]}{rows[1]}<li>2021年</li>{rows[2]}</ul>")
    assert [f"{post.published_at:%Y-%m}" for post in seen.posts] == ["2022-02", "2022-01", "2021-12"]


@pytest.mark.parametrize(
    "href", ["/2021/{0}.html", "/2021{1}/{0}.html", "/2021{1}/t2021{1}{2}_{0}.html", "/art/2021/{1}/{2}/art_1_{0}.html"]
)
def test_the_year_may_stand_in_the_address(href: str) -> None:
    assert told(listed(*DAYS, href=href)) == "2021-04-13 all"


@pytest.mark.parametrize(
    "heading",
    ["<h2>2021年工作动态</h2>", "<h3>2021年度部门决算公开</h3>", "<div>示例县2021</div>", "<b>喜迎2021年春节</b>"],
)
def test_a_year_among_the_words_of_a_heading_is_that_of_the_subject_and_a_guess(heading: str) -> None:
    """What is reported of 2021 is often published in 2022."""
    assert told(heading + listed(*DAYS)) == "2021-04-13? some"
    assert told(heading + listed(*DAYS), rules="|item=ul li|time=span") == "2021-04-13? some"


def test_a_year_in_the_page_s_own_address_is_that_of_its_making_and_a_guess() -> None:
    assert told(listed(*DAYS), url="https://www.example.gov.cn/2021/zwdt/") == "2021-04-13? some"


def test_the_year_may_have_a_column_of_its_own() -> None:
    rows = "".join(
        f'<tr><td>2021</td><td><a href="/c/{place}.html">关于第{place}号事项的通知</a></td><td>{when}</td></tr>'
        for place, when in enumerate(DAYS)
    )
    assert told(f"<table>{rows}</table>") == "2021-04-13 all"


@pytest.mark.parametrize(
    "holder", ['<span title="2021-{0} 10:00">{0}</span>', '<time datetime="2021-{0}T10:00">{0}</time>']
)
def test_the_year_may_stand_in_an_attribute(holder: str) -> None:
    rows = "".join(
        f'<li><a href="/c/{place}.html">关于第{place}号事项的通知</a>{holder.format(when)}</li>'
        for place, when in enumerate(DAYS)
    )
    assert told(f"<ul>{rows}</ul>") == "2021-04-13 10:00 all"


def test_the_same_post_may_show_its_year_elsewhere_on_the_page() -> None:
    side = f"<div class=side>{listed(DAYS[0])}</div>"
    main = f"<div class=main>{listed('2021-04-13', '2021-04-02', '2021-03-05')}</div>"
    assert told(side + main) == "2021-04-13 all"
    assert told(main + side) == "2021-04-13 all"


def test_the_rows_below_may_leave_one_year_only() -> None:
    assert told(listed("11-18", "10-02", "2025-12-30", "2025-12-01")) == "2026-11-18 all"
    assert told(listed("11-18", "10-02", "2024-12-30", "2024-12-01")) == "2026-11-18? some"
    assert told(listed("2024-12-30", "11-18", "10-02")) == "2026-11-18? some"


@pytest.mark.parametrize(
    "whens", [DAYS, ("[4-13]", "[4-2]", "[3-5]"), ("4月13日", "4月2日", "3月5日"), ("4/13", "4/2", "3/5")]
)
def test_a_year_that_stands_nowhere_is_guessed_and_proves_nothing(whens: tuple[str, ...]) -> None:
    assert told(listed(*whens)) == "2026-04-13? some"
    assert told(listed(*whens), rules="|item=ul li|time=span") == "2026-04-13? some"


def test_one_guess_among_whole_dates_makes_the_list_incomplete() -> None:
    assert told(below(row("02-11", number=77))).endswith(" some")


def test_what_is_relative_to_the_look_is_no_guess() -> None:
    for when in ("昨天", "2天前", "前天 10:20", "3小时前"):
        assert told(below(row(when))).endswith(" all")
