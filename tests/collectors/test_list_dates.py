"""Date texts in the rows of web lists: read whatever stands beside them, and missed by nobody."""

from __future__ import annotations

import pytest

from tests.collectors.pages import below, row, told

RULES = ("", "|item=ul.list li", "|item=ul.list li|time=span|title=a")


@pytest.mark.parametrize(
    "when",
    [
        "2026-11-18 NEW",
        "2026-11-18 New!",
        "2026-11-18<sup>新</sup>",
        '2026-11-18 <img src="new.gif">',
        "热 2026-11-18",
        "2026-11-18 置顶",
        "2026-11-18 （图）",
        "2026-11-18 县政府办",
        "2026-11-18　县教育体育局",
        "县府办 2026-11-18",
        "2026-11-18·县府办",
        "来源：县融媒 2026-11-18",
        "2026-11-18 星期三",
        "2026-11-18 (星期三)",
        "周三 2026-11-18",
        "2026-11-18 浏览次数：1,234",
        "阅读(23) 2026-11-18",
        "2026-11-18 | 阅读 23",
        "2026-11-18 15评论",
        "点击量：23  日期：2026-11-18",
        "发布日期:2026-11-18",
        "2026-11-18发布",
        "发布于 2026-11-18",
        "作者：张某 时间：2026-11-18",
        "发文日期：2026年11月18日",
        "2026 - 11 - 18",
        "2026–11–18",
        "2026——11——18",
        "2026‐11‐18",  # noqa: RUF001
        "2026．11．18",
        "２０２６－１１－１８",  # noqa: RUF001
        "&nbsp;2026-11-18&nbsp;&nbsp;",
        "2026-11-18&#8203;",
        "2026-11-18 ",
        "Nov 18, 2026",
        "18 Nov 2026",
        "26-11-18",
        "2026-11 18",
        "2026年 11月 18日",
    ],
)
@pytest.mark.parametrize("rules", RULES)
def test_a_day_is_read_with_all_that_may_stand_beside_it(when: str, rules: str) -> None:
    assert told(below(row(when)), rules=rules) == "2026-11-18 all"


@pytest.mark.parametrize(
    "when",
    [
        "2026-11-18 10:20",
        "2026-11-18, 10:20",
        "2026-11-18T10:20",
        "2026-11-18 上午10:20",
        "2026年11月18日10时20分",
        "2026-11-18 星期三 10:20",
        "2026-11-18 10:20 县府办",
    ],
)
def test_a_clock_belongs_to_its_day(when: str) -> None:
    assert told(below(row(when))) == "2026-11-18 10:20 all"


@pytest.mark.parametrize(
    "when",
    [
        "2062-11-18",
        "2026-13-18",
        "2026-11-38",
        "202-11-18",
        "2026-1118",
        "2O26-11-18",
        "2026-11-",
        "2026年11月",
        "11-18-",
        "99-99",
        "NEW",
        "",
        "有效期至2026-12-01",
        "截止日期：2026-11-18",
        "更新时间：2026-11-18",
        "活动时间：2026-11-18",
        "会议时间：11月18日",
        "2026-11-18至2026-12-01",
        "2026-11-18 — 2026-12-01",
        "2026-11-18前",
        "2026-11-18 编辑",
    ],
)
@pytest.mark.parametrize("rules", RULES)
def test_a_row_that_tells_no_publication_may_be_the_newest(when: str, rules: str) -> None:
    assert told(below(row(when)), rules=rules) == "2026-03-10 some"


@pytest.mark.parametrize(
    "first",
    [
        '<li><a href="/c/9.html">县政府召开常务会议</a></li>',
        '<li class="first"><a href="/c/9.html">政府会议</a></li>',
        '<li><a href="/c/9.html">县政府召开常务会议</a><img src="new.gif"></li>',
        "<li><b>县政府召开常务会议</b><span>2026-11-18</span></li>",
        "<li><a onclick='go(9)'>县政府召开常务会议</a><span>2026-11-18</span></li>",
        '<li><a href="/c/9.html">关于2026年11月18日停水的公告</a></li>',
    ],
)
def test_a_row_without_a_date_or_without_a_link_may_be_the_newest(first: str) -> None:
    assert told(below(first)) == "2026-03-10 some"


def test_a_row_without_a_date_at_the_end_makes_the_list_incomplete_too() -> None:
    assert told(below("").replace("</ul>", '<li><a href="/c/9.html">关于征集的通知</a></li></ul>')) == "2026-03-10 some"


@pytest.mark.parametrize(
    "other",
    [
        "<li class=line></li>",
        "<li class=tit><h3>政务动态</h3><a href=/more/>更多&gt;&gt;</a></li>",
        '<li class=page><a href="?2">2</a> 1/12 <a href="?n">下一页</a></li>',
        "<li>共12页 当前第1页 1-10</li>",
        '<li><a href="?1">首页</a> <a href="?2">12</a> <a href="?9">尾页</a></li>',
    ],
)
def test_what_is_no_row_takes_nothing_from_a_list(other: str) -> None:
    assert told(below(other)) == "2026-03-10 all"
    assert told(below("").replace("</ul>", f"{other}</ul>")) == "2026-03-10 all"


@pytest.mark.parametrize("when", ["[11-18]", "11-18", "[11-8]", "(11/18)", "11月18日", "[9-9]"])
def test_a_day_that_looks_like_a_page_number_is_a_day_in_a_row(when: str) -> None:
    days = ("2026-11-18", "2026-11-08", "2026-09-09")
    assert told(below(row(when))) in [f"{day} all" for day in days]
    rows = "".join(row(when, f"关于第{place}号事项的通知", place) for place in range(3))
    assert told(f"<ul>{rows}</ul>") in [f"{day}? some" for day in days]


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_dated_links_prove_nothing(count: int) -> None:
    rows = "".join(row("2026-11-18", f"关于第{place}号事项的通知", place) for place in range(count))
    assert told(f"<ul>{rows}</ul>") == "2026-11-18 some"


@pytest.mark.parametrize(
    "adorned",
    [
        '<li>\n <a href="c/9.html">关于用电管理的通知</a>\n <img src="new.gif">\n <span>2026-11-18</span>\n</li>',
        '<li><a href="/zd/">[置顶]</a> <a href="/c/9.html">第20号</a><span>2026-11-18</span></li>',
        '<li><a href="/c/9.html"><img src="a.jpg"></a><h4><a href="/c/9.html">关于用电</a></h4><i>2026-11-18</i></li>',
        '<li><a href="/c/9.html">关于用电管理的通知</a><a href="/c/9.html#c">3评论</a><em>2026-11-18</em></li>',
        '<li><em>2026-11-18</em><a href="/kind/">政务要闻</a><a href="/c/9.html">关于用电管理的通知</a></li>',
        '<li><a href="/c/9.html">关于用电管理的通知</a><a href="/c/9.html">查看详情</a>2026-11-18</li>',
    ],
)
def test_a_row_has_one_link_whatever_icons_and_categories_stand_in_it(adorned: str) -> None:
    assert told(below(adorned)) == "2026-11-18 all"


def test_two_posts_side_by_side_of_which_one_has_no_link_prove_nothing() -> None:
    pair = (
        "<tr><td><b>县政府召开常务会议</b></td><td>发布时间：2026-11-18</td>"
        '<td><a href="/c/9.html">关于用电管理的通知</a></td><td>发布时间：2026-03-11</td></tr>'
    )
    assert told(below(pair).replace("<ul class=list>", "<table>")) == "2026-03-11 some"


def test_a_row_without_a_link_takes_nothing_from_rows_whose_date_is_a_link_in_two_parts() -> None:
    day = '<a class=date href="/c/{0}.html"><h2>{0}</h2><div>2026-10</div></a>'
    rows = "".join(f'<li><a href="/c/{n}.html">关于第{n}号事项</a>{day.format(n)}</li>' for n in (18, 17, 16))
    odd = f"<li><b>3分钟前的一个电话救了一家人</b>{day.format(15)}</li>"
    assert told(f"<ul>{rows}{odd}</ul>") == "2026-10-18 some"
