"""An album: both of its ends, for the owner decides which comes first."""

import json
from pathlib import Path

import pytest

from collectors.platforms import wechat_album
from monitor.core.account import Account, Platform, Source
from monitor.core.observation import Covers, LookFailedError, Reason
from tests.fakes import Canned, CannedFetch, MemorySession

FIXTURES = Path(__file__).parents[1] / "fixtures" / "wechat_album"
KEY = "https://mp.weixin.qq.com/mp/appmsgalbum?__biz=MzkwMDAwMDAwMQ==&action=getalbum&album_id=1234567890123456789#rd"


def body(name: str, *, goes_on: str = "0") -> bytes:
    answer = json.loads((FIXTURES / name).read_bytes())
    answer["getalbum_resp"]["continue_flag"] = goes_on
    return json.dumps(answer).encode()


def source(key: str = KEY) -> Source:
    return Source(account="A1", collector="wechat-album", key=key)


async def test_a_short_album_is_seen_with_one_request() -> None:
    fetch = CannedFetch({"is_reverse=0": Canned(body=body("normal.json"))})

    seen = await wechat_album.COLLECTOR.collect(source(), fetch, MemorySession())

    assert [post.title for post in seen.posts] == ["县政府常务会议召开", "防汛提醒"]
    (url,) = fetch.urls
    assert url.startswith(
        "https://mp.weixin.qq.com/mp/appmsgalbum?action=getalbum&__biz=MzkwMDAwMDAwMQ==&album_id=1234567890123456789&"
    )
    assert "&f=json" in url


async def test_of_a_long_album_the_other_end_is_seen_too() -> None:
    """An album that begins with its oldest articles would show none of the new ones on its first page."""
    old = json.loads(body("one_article.json", goes_on="1"))
    old["getalbum_resp"]["article_list"] |= {"create_time": "1767233400", "url": "", "title": "办事指南"}
    fetch = CannedFetch(
        {"is_reverse=0": Canned(body=json.dumps(old)), "is_reverse=1": Canned(body=body("oldest_first.json"))}
    )

    seen = await wechat_album.COLLECTOR.collect(source(), fetch, MemorySession())

    assert seen.newest
    assert seen.newest.title == "县政府常务会议召开"
    assert len(seen.posts) == 4
    assert seen.covers is Covers.SOME


async def test_an_article_at_both_ends_is_one_post() -> None:
    both = Canned(body=body("normal.json", goes_on="1"))
    fetch = CannedFetch({"is_reverse=0": both, "is_reverse=1": both})
    assert len((await wechat_album.COLLECTOR.collect(source(), fetch, MemorySession())).posts) == 2


@pytest.mark.parametrize(
    "key",
    [
        "",
        "https://example.invalid/mp/appmsgalbum?__biz=MzkwMDAwMDAwMQ==&album_id=1234567890123456789",
        "https://mp.weixin.qq.com/mp/appmsgalbum?__biz=MzkwMDAwMDAwMQ==",
        "https://mp.weixin.qq.com/s/Shili0fabu1Huiyi2Zhaokai",
    ],
)
async def test_nothing_but_an_album_is_asked_for(key: str) -> None:
    fetch = CannedFetch({})
    with pytest.raises(LookFailedError) as failed:
        await wechat_album.COLLECTOR.collect(source(key), fetch, MemorySession())
    assert failed.value.reason is Reason.UNREADABLE
    assert fetch.requests == []


def test_an_albums_address_as_homepage_is_its_key() -> None:
    account = Account(
        id="A1",
        name="示例县发布",
        platform=Platform.WEIXIN_SUBSCRIPTION,
        unit="示例县政府办",
        area="示例县",
        homepage=KEY,
    )
    assert wechat_album.COLLECTOR.key_of(account) == KEY


async def test_another_server_may_stand_in_for_wechat() -> None:
    fetch = CannedFetch({"127.0.0.1": Canned(body=body("normal.json"))})
    await wechat_album.at("http://127.0.0.1:9/").collect(source(), fetch, MemorySession())
    assert fetch.urls[0].startswith("http://127.0.0.1:9/mp.weixin.qq.com/mp/appmsgalbum?")
