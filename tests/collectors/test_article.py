"""A page that is one article is one post, at the time that it shows, whatever else has a date on it."""

from __future__ import annotations

import pytest

from tests.collectors.pages import look, row, told

URL = "https://www.example.gov.cn/zwgk/content_350.html"
COMMENTS = "<div class=pl>{}</div>".format(
    "".join(
        f"<div><a href=/u/{place}>热心市民张某某</a> <span>{when}</span> 支持</div>"
        for place, when in enumerate(("16分钟前", "3小时前", "昨天 10:20", "2026-11-19"))
    )
)
SIDE = "<div class=r><h3>最新</h3><ul>{}</ul></div>".format(
    "".join(row(f"2026-11-{day}", f"关于第{day}号事项的通知", day) for day in (18, 12, 10, 9))
)
ATTACHED = "<p>附件：<a href=f/1.docx>1.申请书模板文件</a></p><p>某办公室</p><p>2025年5月17日</p>"


def page(info: str, extra: str = "") -> str:
    prose = "<p>各单位：现将有关事项通知如下，自2026年11月18日起施行。</p>"
    return f"<h1>关于开展申报工作的公告</h1><div class=info>{info}</div>{prose}{extra}"


@pytest.mark.parametrize("extra", ["", COMMENTS, SIDE, ATTACHED, SIDE + COMMENTS + ATTACHED])
@pytest.mark.parametrize(
    "info",
    [
        "发布时间：2025-05-20 16:35 来源：某办公室",
        "发布时间：2025-05-20 16:35&nbsp;&nbsp;&nbsp;&nbsp;来源：某某网",
        "发布时间：2025-05-20 16:35 县政府办公室 <a href='#'>打印</a>",
        "时间：2025-05-20 16:35 来源：县融媒",
        "日期：2025年05月20日 16:35 浏览：123",
        "【时间：2025年05月20日 16:35】【来源：县府办】",
        "来源：县府办 2025-05-20 16:35 字号：大 中 小",
        "2025-05-20 16:35 来源：县府办 作者：张某",
        "信息来源：县府办 发布时间：2025-05-20 16:35 点击数：<script>count()</script>",
        "发布时间：2025-05-20 16:35 更新时间：2026-11-18 08:00",
        "<span>发布日期：</span><span>2025-05-20 16:35</span>",
        "发布于 2025-05-20 16:35",
        "发表时间： 2025/05/20 16:35",
        "发布时间：\u200b2025-05-20 16:35",
        "发布时间：２０２５－０５－２０ 16:35",  # noqa: RUF001
        "时间：2025-05-20 16:35 浏览次数： <a href='#'>【打印】</a>",
    ],
)
def test_an_article_is_one_post_at_the_time_it_shows(info: str, extra: str) -> None:
    assert told(page(info, extra), url=URL) == "2025-05-20 16:35 some"
    assert len(look(page(info, extra), url=URL).posts) == 1


def test_an_article_that_shows_no_time_has_not_that_of_its_comments() -> None:
    assert told(page("", COMMENTS), url=URL) == "unreadable"


HEAD = "<meta name=ArticleTitle content=关于开展申报工作的公告>"


@pytest.mark.parametrize(
    ("head", "shown"),
    [
        (f'{HEAD}<meta name=PubDate content="2025-05-20 16:35">', ""),
        (f'{HEAD}<meta name=PubDate content="2025-05-20 16:35">', "发布时间：2025-05-20"),
        (f"{HEAD}<meta name=pubdate content=2025-05-20>", "发布时间：2025-05-20 16:35"),
        (f'{HEAD}<meta name=PubDate content="2026-11-18 03:00">', "发布时间：2025-05-20 16:35"),
        (f'{HEAD}<meta name=firstpublishedtime content="2025-05-20-16:35:00">', ""),
        ('<meta name=firstpublishedtime content="2025-05-20 16:35"><meta name=PubDate content=2026-11-18>', ""),
        ('<meta property="article:published_time" content="2025-05-20T16:35+08:00">', ""),
    ],
)
def test_of_the_head_and_the_text_the_earlier_time_counts(head: str, shown: str) -> None:
    assert told(page(shown), head=head, url=URL).startswith("2025-05-20 16:35")


def test_a_list_of_labelled_rows_is_no_article() -> None:
    rows = "".join(row(f"发布时间：2026-11-{day} 来源：县府办", f"关于第{day}号事项", day) for day in (18, 12, 10))
    assert told(f"<ul>{rows}</ul>") == "2026-11-18 all"
    assert look(f"<ul>{row('时间：2026-11-18 阅读：12')}</ul>").posts[0].title == "县政府召开常务会议"
