"""A known article: what is asked for, where a migrated account went, and what a pasted link proves."""

import pickle
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.platforms import wechat_article
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Page, Request, SeenT
from monitor.core.observation import LookFailedError, Reason, Standing
from tests.fakes import AT, Canned, CannedFetch, MemorySession

FIXTURES = Path(__file__).parents[1] / "fixtures" / "wechat_article"
SHORT = "https://mp.weixin.qq.com/s/Shili0fabu1Huiyi2Zhaokai"
LONG = "https://mp.weixin.qq.com/s?__biz=MzkwMDAwMDAwMQ==&mid=2247480001&idx=1&sn=0123456789abcdef0123456789abcdef"


def body(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


def page(name: str, url: str = SHORT) -> Page:
    return Page(url=url, status=200, headers={}, body=body(name), at=AT)


def source(key: str = SHORT) -> Source:
    return Source(account="A1", collector="wechat-article", key=key)


async def test_one_request_of_a_browser_shows_whether_the_account_stands() -> None:
    fetch = CannedFetch({"/s/": Canned(body=body("normal.html"))})

    seen = await wechat_article.COLLECTOR.collect(source(), fetch, MemorySession())

    assert seen.standing is Standing.ACTIVE
    (request,) = fetch.requests
    assert request.url == SHORT
    assert "Chrome/" in request.headers["User-Agent"]
    assert request.max_bytes == 6_000_000
    assert not request.cookies


async def test_a_migrated_account_is_followed_to_the_account_it_has_become() -> None:
    moved = body("normal.html").replace(b"MzkwMDAwMDAwMQ==", b"MzkwMDAwMDAwMg==")
    fetch = CannedFetch({"/s/": Canned(body=body("migrated.html")), "MzkwMDAwMDAwMg": Canned(body=moved)})

    seen = await wechat_article.COLLECTOR.collect(source(), fetch, MemorySession())

    assert seen.standing is Standing.MIGRATED
    assert seen.posts == ()
    assert seen.profile
    assert seen.profile.id == "MzkwMDAwMDAwMg=="
    assert fetch.urls[1].startswith("https://mp.weixin.qq.com/s?__biz=MzkwMDAwMDAwMg==&mid=2247480009&idx=1&sn=")


@pytest.mark.parametrize("link", ["https://example.invalid/s/Shili0fabu1Huiyi2Zhaokai", "", "javascript:alert(1)"])
async def test_a_migration_to_somewhere_else_is_not_followed(link: str) -> None:
    away = body("migrated.html").replace(b"https://mp.weixin.qq.com/s?__biz=MzkwMDAwMDAwMg==", link.encode())
    fetch = CannedFetch({"/s/": Canned(body=away)})
    seen = await wechat_article.COLLECTOR.collect(source(), fetch, MemorySession())
    assert seen.standing is Standing.MIGRATED
    assert len(fetch.requests) == 1


async def test_nothing_but_an_article_is_asked_for() -> None:
    fetch = CannedFetch({})
    with pytest.raises(LookFailedError) as failed:
        await wechat_article.COLLECTOR.collect(source("https://example.invalid/s/x"), fetch, MemorySession())
    assert failed.value.reason is Reason.UNREADABLE
    assert fetch.requests == []


async def test_another_server_may_stand_in_for_wechat() -> None:
    fetch = CannedFetch({"127.0.0.1": Canned(body=body("normal.html"))})
    await wechat_article.at("http://127.0.0.1:9/").collect(source(LONG), fetch, MemorySession())
    assert fetch.urls == [LONG.replace("https://", "http://127.0.0.1:9/")]


class Apart(CannedFetch):
    """A network whose pages can be read where they are handed to, in another process, and nowhere else."""

    async def __call__(self, request: Request, /) -> Page:
        self.whole = await super().__call__(request)
        return replace(self.whole, body=b"")

    async def read(self, parse: Callable[[Page], SeenT], page: Page, /) -> SeenT:
        return pickle.loads(pickle.dumps(parse(replace(self.whole, at=page.at))))  # type: ignore[no-any-return]  # noqa: S301 - our own


async def test_a_pasted_link_is_proved_by_one_reading_of_its_page_away_from_the_loop() -> None:
    proof = await wechat_article.COLLECTOR.prove(
        SHORT, Apart({"/s/": Canned(body=body("normal.html"))}), MemorySession()
    )
    assert proof.authors == {"MzkwMDAwMDAwMQ==", "gh_0123456789ab"}
    assert (proof.name, proof.post.title, proof.post.url) == ("示例县发布", '县政府"常务会议"召开', LONG)


async def test_a_pasted_link_of_an_account_that_is_gone_proves_nothing() -> None:
    fetch = Apart({"/s/": Canned(body=body("banned.html"))})
    with pytest.raises(LookFailedError):
        await wechat_article.COLLECTOR.prove(SHORT, fetch, MemorySession())


def test_an_articles_address_as_homepage_is_its_key() -> None:
    account = Account(
        id="A1", name="示例县发布", platform=Platform.WEIXIN_SERVICE, unit="示例县政府办", area="示例县", homepage=SHORT
    )
    assert wechat_article.COLLECTOR.key_of(account) == SHORT


@pytest.mark.parametrize(
    ("name", "published", "title"),
    [
        ("normal.html", datetime(2026, 11, 16, 1, 30, tzinfo=UTC), '县政府"常务会议"召开'),
        ("image.html", datetime(2026, 11, 10, 2, 0, tzinfo=UTC), "防汛提醒（组图）"),
    ],
)
def test_a_page_proves_who_published_what_and_when(name: str, published: datetime, title: str) -> None:
    found = wechat_article.article(page(name))
    assert found
    assert found.biz == "MzkwMDAwMDAwMQ=="
    assert found.user_name == "gh_0123456789ab"
    assert found.name == "示例县发布"
    assert (found.published.moment, found.title) == (published, title)


def test_an_article_is_the_same_whichever_of_its_addresses_was_pasted() -> None:
    found = {wechat_article.article(page("normal.html", url)) for url in (SHORT, LONG, f"{LONG}&scene=27")}
    assert {page.url for page in found if page} == {LONG}


def test_an_article_without_its_number_is_known_by_the_address_it_came_from() -> None:
    text = body("normal.html").decode().replace("0123456789abcdef0123456789abcdef", "")
    found = wechat_article.article(Page(url=f"{SHORT}?scene=1", status=200, headers={}, body=text.encode(), at=AT))
    assert found
    assert found.url == SHORT


@pytest.mark.parametrize("name", ["deleted.html", "banned.html", "captcha.html", "hidden.html", "changed_shape.html"])
def test_a_page_without_an_article_proves_nothing(name: str) -> None:
    assert wechat_article.article(page(name)) is None


@pytest.mark.parametrize("name", ["two_times.html", "no_author.html"])
def test_a_page_that_contradicts_itself_proves_nothing(name: str) -> None:
    with pytest.raises(LookFailedError):
        wechat_article.article(page(name))


def test_an_article_from_the_future_proves_nothing() -> None:
    early = Page(url=SHORT, status=200, headers={}, body=body("normal.html"), at=datetime(2026, 11, 1, tzinfo=UTC))
    with pytest.raises(LookFailedError):
        wechat_article.article(early)


def test_what_readers_are_shown_is_no_statement_of_the_page() -> None:
    """The fixture's text holds a time and an author of its own, an advertiser, and words about cancelled accounts."""
    text = body("normal.html").decode()
    assert 'var ct = "1999999999"' in text
    assert "已注销" in text
    assert "gh_1e80bb81a1d2" in text
    seen = wechat_article.read(page("normal.html"))
    assert seen.standing is Standing.ACTIVE
    assert len(seen.posts) == 1


def test_a_long_page_without_an_article_is_no_message() -> None:
    long = body("banned.html") + b"<p>" + b"x" * 300_000
    with pytest.raises(LookFailedError) as failed:
        wechat_article.read(Page(url=SHORT, status=200, headers={}, body=long, at=AT))
    assert failed.value.reason is Reason.UNREADABLE
