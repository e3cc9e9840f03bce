from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from collectors import article, html, rows
from collectors.platforms import feed, manual, website
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Collector, Page
from monitor.core.observation import Covers, LookFailedError, Post, Reason, Timeline
from tests.fakes import AT, Canned, CannedFetch, MemorySession

URL = "https://www.example.gov.cn/zwxw/"
LIST = """<html><body><p>2026-11-19 <a href="/not-in-the-list.html">页面上的其他链接</a></p><ul class="list">
<li><a class="c" href="/kind/">通知</a>
<a class="t" href="/1.html">县政府常务会议召开</a><b data-time="2026-11-16 09:30">三天前</b></li>
<li><a class="c" href="/kind/">通知</a>
<a class="t" href="/2.html">关于停水的公告</a><b data-time="2026-11-10 09:30">九天前</b></li>
</ul></body></html>"""

FIXTURES = Path(__file__).parents[1] / "fixtures" / "website"
SHOWN = json.loads((FIXTURES / "expected.json").read_text("utf-8"))
PAGES = sorted(path.name for path in FIXTURES.glob("*.html"))
MESSY = [name for name in PAGES if name.startswith("messy_")]


def fixture(name: str) -> Page:
    at = datetime.fromisoformat(SHOWN["at"])
    return Page(url=URL, status=200, headers={}, body=(FIXTURES / name).read_bytes(), at=at)


def posts(page: Page, tree: html.Tree) -> list[Post]:
    """Return what a tree shows, as the reader reads it."""
    if tree.body is None:
        return []
    reading = rows.RowSearch(page, tree.body)
    alone = article.of(page, tree, reading)
    return [alone.post] if alone and alone.is_certain else website._found(page, reading)[0]


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


@pytest.mark.parametrize("name", MESSY)
def test_a_page_of_broken_markup_shows_its_newest_post_only_when_rebuilt(name: str) -> None:
    page = fixture(name)
    text = html.decode(page)
    seen = website.read(page)
    assert (len(seen.posts), seen.covers) == (3, Covers.SOME)
    assert seen.newest not in posts(page, html.tree(text))
    assert seen.newest not in posts(page, html.mended(text))


def test_a_page_too_long_to_be_rebuilt_proves_nothing_when_a_quote_is_open() -> None:
    page = fixture("messy_quotes.html")
    seen = website.read(replace(page, body=page.body + b" " * 500_000 + b"</html>"))
    assert (len(seen.posts), seen.covers) == (1, Covers.SOME)


@pytest.mark.parametrize("name", [name for name in PAGES if name not in MESSY])
def test_a_rebuilt_page_shows_what_it_showed_before(name: str) -> None:
    page = fixture(name)
    text = html.decode(page)
    usual = posts(page, html.tree(text)) or posts(page, html.mended(text))
    for tree in html.rebuilt(text):
        assert posts(page, tree) == usual


async def test_a_page_that_can_be_read_is_not_rebuilt(monkeypatch: pytest.MonkeyPatch) -> None:
    def rebuilt(text: str) -> None:
        raise AssertionError(text)

    monkeypatch.setattr(html, "rebuilt", rebuilt)
    assert len((await look(URL, LIST)).posts) == 1
    assert len((await look(f"{URL}|item=ul.list li|time=b@data-time", LIST)).posts) == 2


async def test_rules_find_the_items_of_a_page_that_is_rebuilt() -> None:
    broken = "<html><head><script>var a = 1;</scrip></head>" + LIST.replace("</body>", "<script></script></body>")
    seen = await look(f"{URL}|item=ul.list li|time=b@data-time", broken)
    assert (len(seen.posts), seen.covers) == (2, Covers.SOME)


async def test_an_article_is_found_on_a_page_that_is_rebuilt() -> None:
    head = "<html><head><script src=/a.js /><meta name=PubDate content='2026-11-16 09:30'><title>通知</title></head>"
    seen = await look(URL, head + "<body><p>正文</p><script></script></body></html>")
    assert [post.title for post in seen.posts] == ["通知"]


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


@pytest.mark.parametrize("collector", [website.COLLECTOR, feed.COLLECTOR])
def test_the_shell_in_place_of_a_xiaohongshu_page_is_neither_an_absence_nor_a_list(collector: Collector) -> None:
    """Whoever is not logged in is led to `/404` with status 200 (2026-08), whatever was asked for."""
    shell = (
        "<html><head><title>小红书 - 你访问的页面不见了</title></head><body>你访问的页面不见了</body>"
        '<script>window.__INITIAL_STATE__={"error_code":300031}</script></html>'
    )
    url = "https://www.xiaohongshu.com/404?source=note&error_code=300031"
    with pytest.raises(LookFailedError) as failed:
        collector.parse(Page(url=url, status=200, headers={}, body=shell.encode(), at=AT))
    assert failed.value.reason is Reason.UNREADABLE


async def test_what_is_read_by_hand_is_never_polled() -> None:
    source = Source(account="A1", collector="manual", key="x")
    with pytest.raises(LookFailedError) as caught:
        await manual.COLLECTOR.collect(source, CannedFetch({}), MemorySession())
    assert caught.value.reason is Reason.GRANT
