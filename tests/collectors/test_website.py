from __future__ import annotations

from dataclasses import replace

import pytest

from collectors.platforms import feed, manual, website
from monitor.core.account import Account, Platform, Source
from monitor.core.observation import Covers, LookFailedError, Reason, Timeline
from tests.fakes import Canned, CannedFetch, MemorySession

URL = "https://www.example.gov.cn/zwxw/"
LIST = """<html><body><p>2026-11-19 <a href="/not-in-the-list.html">页面上的其他链接</a></p><ul class="list">
<li><a class="c" href="/kind/">通知</a>
<a class="t" href="/1.html">县政府常务会议召开</a><b data-time="2026-11-16 09:30">三天前</b></li>
<li><a class="c" href="/kind/">通知</a>
<a class="t" href="/2.html">关于停水的公告</a><b data-time="2026-11-10 09:30">九天前</b></li>
</ul></body></html>"""


async def look(key: str, body: str) -> Timeline:
    source = Source(account="A1", collector="website", key=key)
    return await website.COLLECTOR.collect(source, CannedFetch({URL: Canned(body=body)}), MemorySession())


async def test_declared_rules_read_the_list_and_nothing_else() -> None:
    seen = await look(f"{URL}|item=ul.list li|time=b@data-time|title=a.t", LIST)
    assert [(post.title, post.url) for post in seen.posts] == [
        ("县政府常务会议召开", "https://www.example.gov.cn/1.html"),
        ("关于停水的公告", "https://www.example.gov.cn/2.html"),
    ]
    assert seen.covers is Covers.ALL


async def test_a_list_item_without_a_date_above_the_newest_may_be_newer() -> None:
    undated = LIST.replace(' data-time="2026-11-16 09:30"', "")
    seen = await look(f"{URL}|item=ul.list li|time=b@data-time|title=a.t", undated)
    assert (len(seen.posts), seen.covers) == (1, Covers.SOME)


@pytest.mark.parametrize("rules", ["item=ul.gone li", "item=ul >>>[", "time=b"])
async def test_rules_that_find_nothing_are_unreadable(rules: str) -> None:
    with pytest.raises(LookFailedError) as caught:
        await look(f"{URL}|{rules}", LIST)
    assert caught.value.reason is Reason.UNREADABLE


async def test_rules_find_the_items_of_a_page_that_is_swallowed() -> None:
    seen = await look(f"{URL}|item=ul.list li|time=b@data-time", "<html><head><title>示例县" + LIST)
    assert len(seen.posts) == 2


def test_a_key_may_hold_a_selector_with_a_bar() -> None:
    address, rules = website.read_key(f"{URL}|item=li[lang|=zh]|time=span")
    assert address == URL
    assert rules == website.Rules(item="li[lang|=zh]", time="span")


def test_the_key_is_the_homepage() -> None:
    account = Account(id="A1", name="示例县", platform=Platform.WEBSITE, unit="示例县政府办", area="示例县")
    assert website.COLLECTOR.key_of(account) is None
    assert website.COLLECTOR.key_of(replace(account, homepage=URL)) == URL


async def test_a_feed_declared_as_some_never_covers_all() -> None:
    body = (
        '<rss version="2.0"><channel><item><title>x</title><pubDate>Mon, 16 Nov 2026 09:30:00 +0800</pubDate></item>'
        "</channel></rss>"
    )
    fetch = CannedFetch({URL: Canned(body=body)})
    for key, covers in ((URL, Covers.ALL), (f"some:{URL}", Covers.SOME)):
        source = Source(account="A1", collector="feed", key=key)
        assert (await feed.COLLECTOR.collect(source, fetch, MemorySession())).covers is covers
    assert fetch.urls == [URL, URL]
    assert all(request.conditional for request in fetch.requests)


async def test_what_is_read_by_hand_is_never_polled() -> None:
    source = Source(account="A1", collector="manual", key="x")
    with pytest.raises(LookFailedError) as caught:
        await manual.COLLECTOR.collect(source, CannedFetch({}), MemorySession())
    assert caught.value.reason is Reason.GRANT
