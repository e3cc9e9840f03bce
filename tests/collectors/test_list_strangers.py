"""Dates on a list's page that are something else's: clocks, weather, deadlines, headlines, footers, comments."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.collectors.pages import row, told

OLD = "<ul>{}</ul>".format(
    "".join(row(f"2025-{day}", f"关于第{place}号事项", place) for place, day in enumerate(("03-10", "03-02", "02-11")))
)
ALONE = f"<ul>{row('2025-03-10', '一则很久以前的新闻')}</ul>"


@pytest.mark.parametrize(
    "other",
    [
        '<div class=top><span>2026年11月20日</span><span>星期五</span> <a href="/wx/">官方微信矩阵</a></div>',
        "<div>今天是2026-11-20 <a href=/x>县长信箱</a></div>",
        "<table><tr><td>2026年11月20日 星期五 10:20</td><td><a href=/n>县长公开电话</a></td></tr></table>",
        "<p><a href=/z>中国政府网欢迎您</a> 2026-11-20</p>",
        "<ul><li>2026-11-20</li><li><a href=/z>中国政府网欢迎您</a></li></ul>",
        "<div id=clock><em>2026/11/20</em> <a href=/z>中国政府网门户网站</a></div>",
        "<div class=weather><a href=/w>示例县今天天气预报</a> <span>11-20</span> 晴 3~9℃</div>",
        (
            "<ul><li><a href=/w1>示例县天气预报</a><span>11-20</span><i>3℃</i></li>"
            "<li><a href=/w2>示例县天气预报</a><span>11-19</span><i>4℃</i></li></ul>"
        ),
        "<div class=foot><a href=/b>示例县信息中心主办</a> 2026-11-18</div>",
        "<div class=copyright>最后更新：2026-11-19 <a href=/b>示例县信息中心主办</a></div>",
        "<div>您是第12345位访客 <a href=/b>示例县信息中心主办</a> 更新日期：2026-11-19</div>",
    ],
)
def test_a_clock_the_weather_and_the_footer_are_no_posts(other: str) -> None:
    assert told(other + OLD) == "2025-03-10 all"
    assert told(OLD + other) == "2025-03-10 all"
    assert told(other + ALONE) == "2025-03-10 some"


HEADLINES = (
    "关于2026年11月18日停水的公告",
    "11月18日，县长调研重点项目",
    "刚刚，全省大会传来消息",
    "今天，让我们致敬劳动者",
    "昨天的会议说了什么",
    "2026年11月18日 示例县新闻发布会",
    "11月18日起这些路段限行",
    "3小时前，他救了三个人",
    "（11月18日）停电通知",
    "2026-11-18例行新闻发布会",
    "11.18消防安全提示",
    "11-18会议纪要",
    "20261118期周报",
)


@pytest.mark.parametrize("headline", HEADLINES)
def test_a_date_in_a_headline_is_its_words(headline: str) -> None:
    assert told(f"<ul>{row('2025-03-10', headline)}</ul>{OLD}") == "2025-03-10 all"
    undated = f'<li><a href="/c/77.html">{headline}</a></li>'
    assert told(OLD.replace("<ul>", f"<ul>{undated}")) == "2025-03-10 some"
    card = f'<div class=k><a href="/c/77.html"><h3>{headline}</h3><em>2025-03-10</em></a></div>'
    assert told(card + card.replace("77", "78") + card.replace("77", "79")) == "2025-03-10 all"


@pytest.mark.parametrize(
    "summary",
    [
        "12月30日，市指挥中心揭牌。",
        "刚刚，市里宣布。",
        "2026年11月18日，",
        "时间：2026年11月18日上午9时；地点：会议室",
        "昨天，县里召开会议",
        "据新华社北京11月18日电",
        "本报讯 11月18日，记者从县里获悉",
    ],
)
def test_a_day_in_a_summary_is_prose(summary: str) -> None:
    rows = "".join(
        f'<li><a href="/c/{day}.html">关于第{day}号事项</a><p>{summary}县里举行活动等内容。</p>'
        f"<span>时间：2025-03-{day}</span></li>"
        for day in (10, 9, 8)
    )
    assert told(f"<ul>{rows}</ul>") == "2025-03-10 all"


def table(heads: Sequence[str], *rows: Sequence[str]) -> str:
    head = "".join(f"<th>{name}</th>" for name in heads)
    body = "".join(
        f'<tr><td><a href="/c/{place}.html">关于第{place}号事项的征集</a></td>'
        + "".join(f"<td>{day}</td>" for day in days)
        + "</tr>"
        for place, days in enumerate(rows)
    )
    return f"<table><tr>{head}</tr>{body}</table>" if heads else f"<table>{body}</table>"


STARTS = (("2025-05-01", "2026-11-18"), ("2025-04-01", "2026-11-10"), ("2025-03-01", "2026-11-09"))


def test_a_deadline_is_no_publication() -> None:
    ends = [days[::-1] for days in STARTS]
    assert told(table(["主题", "开始时间", "截止时间"], *STARTS)) == "2025-05-01 all"
    assert told(table(["主题", "截止日期", "发布日期"], *ends)) == "2025-05-01 all"
    assert told(table(["标题", "成文日期", "发布日期"], *STARTS)) == "2026-11-18 all"
    assert told(table(["主题", "截止日期"], *[days[1:] for days in STARTS])) == "unreadable"


def test_of_two_dates_that_nothing_names_the_earlier_is_taken_and_proves_nothing() -> None:
    assert told(table([], *STARTS)) == "2025-05-01 some"
    assert told(table([], STARTS[0])) == "2025-05-01 some"


@pytest.mark.parametrize(
    "written",
    [
        "发布：{0} 截止：{1}",
        "<i>发布：{0}</i><i>截止：{1}</i>",
        "更新：{1} 发布：{0}",
        "发布时间：{0} 活动时间：{1}",
        "<i>有效期至{1}</i><i>{0}</i>",
    ],
)
def test_the_label_tells_the_publication_from_other_dates(written: str) -> None:
    rows = "".join(row(written.format(*days), f"关于第{place}号事项的征集", place) for place, days in enumerate(STARTS))
    assert told(f"<ul>{rows}</ul>") == "2025-05-01 all"


@pytest.mark.parametrize(
    "head",
    [
        '<meta name=ColumnName content=政务动态><meta name=PubDate content="2026-11-20 03:00">',
        '<meta name=PubDate content="2026-11-20 03:00">',
        "<meta name=ColumnType content=x><meta name=pubdate content=2026-11-19>",
        "<meta name=ArticleTitle content=x><meta name=ColumnName content=x><meta name=PubDate content=2026-11-20>",
        '<meta name=ColumnDescription content=x><meta name=firstpublishedtime content="2026-11-20-03:00:00">',
        '<meta name=ColumnName content=x><meta name=ArticleTitle content=""><meta name=PubDate content=2026-11-20>',
    ],
)
def test_the_date_in_a_column_s_head_is_that_of_its_making(head: str) -> None:
    assert told(OLD, head=head) == "2025-03-10 all"
