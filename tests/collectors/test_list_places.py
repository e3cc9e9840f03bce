"""Where else the day of a row stands: in the address of its link, in an attribute, on the page it sends on to."""

from __future__ import annotations

import pytest

from collectors.platforms import website
from monitor.core.account import Source
from monitor.core.observation import Covers, Timeline
from tests.collectors.pages import URL, below, html, told
from tests.fakes import Canned, CannedFetch, MemorySession

DAYS = ("18", "12", "10")


def linked(href: str, title: str = "", inside: str = "") -> str:
    rows = [
        f'<li><a href="{href.format(place, day)}" title="{title.format(day)}">关于第{place}号事项的通知</a>'
        f"{inside.format(day)}</li>"
        for place, day in enumerate(DAYS)
    ]
    return f"<ul>{''.join(rows)}</ul>"


@pytest.mark.parametrize(
    "href",
    [
        "/202611/{1}/c{0}.html",
        "/2026/11/{1}/c{0}.html",
        "/2026-11/{1}/c{0}.html",
        "/2026/11-{1}/{0}.shtml",
        "/2026-11-{1}/{0}.html",
        "/zw/2026/11{1}/{0}.html",
        "/202611{1}/{0}.html",
        "/content/202611{1}_{0}.html",
        "./202611/t202611{1}_{0}.shtml",
        "/art/2026/11/{1}/art_{0}_1.html",
        "https://news.example.cn/n/2026/11{1}/c1-{0}.html?from=list",
    ],
)
def test_the_day_may_stand_in_the_address(href: str) -> None:
    assert told(linked(href)) == "2026-11-18 all"


@pytest.mark.parametrize(
    "href", ["/c/20269{0}99.html", "/p/20261{1}12345/{0}.html", "/2026/99/{1}/{0}.html", "/x?d=2026-11-{1}&i={0}"]
)
def test_a_number_in_an_address_is_no_day(href: str) -> None:
    assert told(linked(href)) == "unreadable"


@pytest.mark.parametrize(
    "title",
    [
        "发布时间：2026-11-{0}",
        "标题：x&#10;发布时间：2026-11-{0}",
        "2026-11-{0}",
        "x&#13;&#10;日期：2026年11月{0}日",
        "时间: 2026-11-{0}",
    ],
)
def test_the_day_may_stand_in_a_title_attribute(title: str) -> None:
    assert told(linked("/c/{0}.html", title)) == "2026-11-18 all"


def test_the_day_may_stand_in_a_time_element() -> None:
    assert told(linked("/c/{0}.html", inside='<time datetime="2026-11-{0}"></time>')) == "2026-11-18 all"


def test_a_row_whose_date_and_address_lie_years_apart_proves_nothing() -> None:
    rows = below('<li><a href="/202611/18/9.html">县政府召开常务会议</a><span>2016-11-18</span></li>')
    assert told(rows) == "2026-03-10 some"


def test_a_file_with_a_day_in_its_address_is_no_post() -> None:
    assert told(linked("/files/202611{1}/{0}.docx")) == "unreadable"


ONWARD = '<html><head><meta http-equiv="refresh" content="{}"></head></html>'
PLACES = (
    "0;url=/zwdt/gzdt/",
    "0; URL='/zwdt/gzdt/'",
    "1;URL=gzdt/",
    "0, url=https://www.example.gov.cn/zwdt/gzdt/",
    "3;url=./gzdt/?a=1&amp;b=2",
)
LIST = html(below(""))


async def seen(fetch: CannedFetch, session: MemorySession) -> Timeline:
    source = Source(account="A1", collector="website", key=URL)
    return await website.COLLECTOR.collect(source, fetch, session)


@pytest.mark.parametrize("content", PLACES)
async def test_a_page_that_sends_on_at_once_is_followed_on_its_host(content: str) -> None:
    fetch = CannedFetch({URL: Canned(body=ONWARD.format(content)), "gzdt": Canned(body=LIST)})
    assert (await seen(fetch, MemorySession())).covers is Covers.ALL
    assert len(fetch.requests) == 2


@pytest.mark.parametrize(
    "content", ["300", "0;url=https://other.example/", "0;url=/zwdt/", "60;url=gzdt/", "0;url=javascript:x()"]
)
async def test_a_page_that_reloads_itself_or_leads_elsewhere_is_read_as_it_is(content: str) -> None:
    body = LIST.replace("<head>", f'<head><meta http-equiv="refresh" content="{content}">')
    fetch = CannedFetch({URL: Canned(body=body)})
    assert len((await seen(fetch, MemorySession())).posts) == 3
    assert fetch.urls == [URL]


async def test_the_sameness_of_what_only_sends_on_says_nothing() -> None:
    fetch = CannedFetch({URL: Canned(body=ONWARD.format("0;url=gzdt/")), "gzdt": Canned(body=LIST)})
    session = MemorySession()
    await seen(fetch, session)
    await seen(fetch, session)
    assert [request.conditional for request in fetch.requests] == [True, True, False, True]
    fetch.can(URL, Canned(body=LIST))
    await seen(fetch, session)
    fetch.can(URL, Canned(body=LIST))
    await seen(fetch, session)
    assert [request.url for request in fetch.requests[-2:]] == [URL, URL]
    assert fetch.requests[-1].conditional
