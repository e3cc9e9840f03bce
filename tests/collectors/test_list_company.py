"""What stands beside the titles and dates of a list: names, kinds, comments, headings, other pages' articles."""

from __future__ import annotations

import pytest

from tests.collectors.pages import below, look, told

DAYS = ("2026-11-18", "2026-11-02", "2026-10-05", "2026-09-30")
TITLE = "关于第{0}号事项的通知公告"
LINK = '<a href="/c/{0}.html">' + TITLE + "</a>"


def made(form: str, around: str = "<div class=main>{0}</div>") -> str:
    return around.format("".join(form.replace("LINK", LINK).format(place, when) for place, when in enumerate(DAYS)))


@pytest.mark.parametrize(
    "line",
    [
        "<i>{1}</i> <a href=/u/1>县融媒体</a>",
        "<a href=/u/1>县融媒体</a> <i>{1}</i> <a href=/k/2/>要闻</a>",
        "<a href=/dept/1/>县自然资源和规划局</a><i>{1}</i>",
        "<i>{1}</i> 来源：<a href=https://b.example.cn/>示例县融媒体中心</a>",
        "发布于 <a href=/c/{0}.html><time datetime={1}T09:00:00+08:00>{1}</time></a> 由 <a href=/author/a/>admin</a>",
        "发布于 <a href=/c/{0}.html>{1}</a> <a href=/c/{0}.html#respond>对这篇文章发表评论</a>",
        "<i>{1}</i> <a rel=tag href=/t/1>安全生产大检查</a> <a rel='category tag' href=/t/2>部门工作动态</a>",
        "<i>{1}</i> <a href=/c/{0}.html#c>12 条评论</a> <a href=/c/{0}.html>继续阅读</a>",
    ],
)
@pytest.mark.parametrize(
    "form",
    [
        "<div class=card><h3>LINK</h3><div class=meta>{line}</div></div>",
        "<div class=card><div class=meta>{line}</div><h3>LINK</h3></div>",
        "<article class=post><header><h2>LINK</h2><div class=meta>{line}</div></header></article>",
        "<article class=post><h2>LINK</h2><p>摘要</p><footer class=meta>{line}</footer></article>",
        (
            "<div class=card><a href='/c/{0}.html'><img src=/i.jpg></a><div class=r><h3>LINK</h3>"
            "<p>11月19日，县里召开会议</p><div class=meta>{line}</div></div></div>"
        ),
    ],
)
def test_a_line_that_names_author_unit_and_kind_is_no_row_of_its_own(form: str, line: str) -> None:
    seen = made(form.replace("{line}", line))
    assert (told(seen)[:10], told(seen)[-3:]) == ("2026-11-18", "all")
    assert len(look(seen).posts) == len(DAYS)


def test_a_unit_s_link_in_a_cell_is_no_second_post_but_a_second_title_is() -> None:
    table = "<table>{0}</table>"
    unit = "<tr><td>LINK</td><td><a href=/dept/>示例县自然资源和规划局</a></td><td>{1}</td></tr>"
    assert told(made(unit, table)) == "2026-11-18 all"
    second = "<tr><td>LINK</td><td><a href=/d/{0}.html>示例县组织开展安全生产大检查</a></td><td>{1}</td></tr>"
    assert told(made(second, table)).endswith(" some")


@pytest.mark.parametrize("label", ["截止日期", "报名截止时间", "开标时间", "有效期截止日期"])
def test_headings_apart_from_their_rows_tell_what_the_dates_are(label: str) -> None:
    rows = made("<li>LINK<span>2026-11-19</span><span>{1}</span></li>", "<ul>{0}</ul>")
    cells = f"<span>标题</span><span>{label}</span><span>发布日期</span>"
    assert told(f"<div class=head>{cells}</div>{rows}") == "2026-11-18 all"
    only = made("<li>LINK<span>{1}</span></li>", "<ul>{0}</ul>")
    assert told(f"<div class=head><span>标题</span><span>{label}</span></div>{only}") == "unreadable"
    table = made("<tr><td>LINK</td><td>2026-11-19</td><td>{1}</td></tr>", "<table>{0}</table>")
    heads = f"<table class=h><tr><th>标题</th><th>{label}</th><th>公开日期</th></tr></table>"
    assert told(heads + table) == "2026-11-18 all"


def test_a_heading_over_two_columns_counts_for_both() -> None:
    rows = made("<tr><td>1</td><td>LINK</td><td>2026-11-19</td><td>{1}</td></tr>", "{0}")
    heads = "<tr><th colspan=2>标题</th><th>截止时间</th><th>发布时间</th></tr>"
    assert told(f"<table>{heads}{rows}</table>") == "2026-11-18 all"


@pytest.mark.parametrize("published", ["公开日期", "公开时间", "发布时间"])
def test_of_two_dates_the_column_says_which_is_the_publication(published: str) -> None:
    rows = made("<tr><td>LINK</td><td>2026-08-01</td><td>{1}</td></tr>", "{0}")
    assert told(f"<table><tr><th>名称</th><th>生成日期</th><th>{published}</th></tr>{rows}</table>") == "2026-11-18 all"


@pytest.mark.parametrize(
    "box", ["<span>{1}</span><span>2026-01-08</span>", "<span>2026-01-08 {1}</span>", "<i>{1}</i> / <i>2026-01-08</i>"]
)
def test_two_days_of_which_nothing_says_which_is_meant_prove_nothing(box: str) -> None:
    assert told(made(f"<li>LINK{box}</li>", "<ul>{0}</ul>")).endswith(" some")


@pytest.mark.parametrize("title", ["应急预案发布（2）", "县情公开（新）", "首批成果发布】"])
def test_the_end_of_a_title_labels_no_date(title: str) -> None:
    flat = f"{LINK} <i>{{1}}</i><br>".format(0, DAYS[0]) + f"<b>{title}</b> <i>{DAYS[1]}</i><br>"
    rest = "".join(f"{LINK} <i>{{1}}</i><br>".format(place, DAYS[place]) for place in (2, 3))
    assert told(f"<table><tr><td>{flat}{rest}</td></tr></table>") != "2026-11-02 all"


@pytest.mark.parametrize(
    "weather",
    [
        "<ul><li>11月20日 晴 3~12 <a href=/w>示例县天气详情查询</a></li><li>11月21日 多云</li></ul>",
        "<div><p>11-20 阴转小雨 <a href=/w>示例县天气详情查询</a></p><p>11-21 多云 2/9</p></div>",
    ],
)
def test_a_forecast_is_no_list(weather: str) -> None:
    assert told(weather + below("")) == "2026-03-10 all"


SIDE = f"<div class=side><h3>通知公告</h3>{below('')}</div>"
ARTICLE = "https://www.example.gov.cn/zwgk/a12.html"


@pytest.mark.parametrize(
    "source", ["<a href=https://b.example.cn/>新华社</a>", "<a href=https://b.example.cn/>示例县融媒体中心</a>"]
)
@pytest.mark.parametrize(
    "line", ["<span>发布时间：</span><span>2026-11-18</span>", "<span>2026-11-18</span>", "发布时间：2026-11-18"]
)
def test_a_link_to_an_article_s_source_makes_it_no_row(line: str, source: str) -> None:
    body = f"<h1>县政府召开常务会议</h1><div class=info>{line} <span>来源：{source}</span></div><p>正文</p>{SIDE}"
    assert told(body, url=ARTICLE) == "2026-11-18 some"


def test_a_list_beside_an_article_whose_date_is_not_shown_as_one_proves_nothing() -> None:
    plain = f"<h1>县政府召开常务会议</h1><div>2026-11-18</div><p>正文</p>{SIDE}"
    assert told(plain, url=ARTICLE) == "2026-03-10 some"
    assert told(plain, url="https://www.example.gov.cn/art/2026/11/18/art_12_345.html") == "2026-11-18 some"


def test_a_page_s_making_is_no_post_where_it_shows_a_list() -> None:
    head = '<meta name="PubDate" content="2026-11-20 10:00">'
    assert told(below(""), head=head, url="https://www.example.gov.cn/tzgg.html") == "2026-03-10 some"
    named = head + '<meta name="SiteName" content="示例县"><meta name="ArticleTitle" content="示例县">'
    assert told(below(""), head=named, url="https://www.example.gov.cn/tzgg/") == "2026-03-10 all"
