"""A share link of a video: what is asked for, and what is no link."""

from pathlib import Path

import pytest

from collectors.platforms import channels_link
from monitor.core.account import Source
from monitor.core.observation import Covers, LookFailedError, Reason
from tests.fakes import Canned, CannedFetch, MemorySession

FIXTURES = Path(__file__).parents[1] / "fixtures" / "channels_link"
LINK = "https://weixin.qq.com/sph/AbCdEf123"


def source(key: str = LINK) -> Source:
    return Source(account="A1", collector="channels-link", key=key)


async def test_one_request_shows_the_video_and_covers_some() -> None:
    fetch = CannedFetch({"get_feed_info": Canned(body=(FIXTURES / "normal.json").read_bytes())})

    seen = await channels_link.COLLECTOR.collect(source(), fetch, MemorySession())

    assert seen.covers is Covers.SOME
    assert [(post.title, post.url) for post in seen.posts] == [("县政府常务会议召开 #示例县", LINK)]
    (request,) = fetch.requests
    assert request.url.startswith("https://channels.weixin.qq.com/finder-preview/api/feed/get_feed_info?_rid=")
    assert request.method == "POST"
    assert request.json == {"baseReq": {"generalToken": ""}, "shortUri": "AbCdEf123"}
    assert request.headers["Origin"] == "https://channels.weixin.qq.com"


@pytest.mark.parametrize(
    "key", ["", "https://weixin.qq.com/", "https://weixin.qq.com.example.invalid/sph/AbCdEf123", "sph/AbCdEf123"]
)
async def test_nothing_but_a_share_link_is_asked_for(key: str) -> None:
    fetch = CannedFetch({})
    with pytest.raises(LookFailedError) as failed:
        await channels_link.COLLECTOR.collect(source(key), fetch, MemorySession())
    assert failed.value.reason is Reason.UNREADABLE
    assert fetch.requests == []


async def test_another_server_may_stand_in_for_the_platform() -> None:
    fetch = CannedFetch({"127.0.0.1": Canned(body=(FIXTURES / "normal.json").read_bytes())})
    await channels_link.at("http://127.0.0.1:9/").collect(source(), fetch, MemorySession())
    assert fetch.urls[0].startswith("http://127.0.0.1:9/channels.weixin.qq.com/finder-preview/")


async def test_a_share_link_proves_the_time_and_names_its_author() -> None:
    fetch = CannedFetch({"get_feed_info": Canned(body=(FIXTURES / "normal.json").read_bytes())})

    proof = await channels_link.COLLECTOR.prove(f"{LINK}?from=chat", fetch, MemorySession())

    assert (proof.post.url, proof.post.title) == (LINK, "县政府常务会议召开 #示例县")
    assert (proof.authors, proof.name) == (frozenset(), "示例县发布")


@pytest.mark.parametrize("query", ["id=AbCdEf123", "id=AbCdEf123&x=1", "x=1&id=AbCdEf123#top"])
async def test_the_address_behind_a_share_link_is_the_same_post(query: str) -> None:
    """A browser that follows the link shows another address, and that one is pasted just as well."""
    fetch = CannedFetch({"get_feed_info": Canned(body=(FIXTURES / "normal.json").read_bytes())})
    shown = f"https://channels.weixin.qq.com/finder-preview/pages/sph?{query}"
    assert channels_link.COLLECTOR.is_post(shown)
    proof = await channels_link.COLLECTOR.prove(shown, fetch, MemorySession())
    assert proof.post.url == LINK
    assert fetch.requests[0].json == {"baseReq": {"generalToken": ""}, "shortUri": "AbCdEf123"}


def test_only_a_share_link_can_be_pasted() -> None:
    assert channels_link.COLLECTOR.is_post(LINK)
    assert not channels_link.COLLECTOR.is_post("https://channels.weixin.qq.com/finder-preview/pages/sph?xid=AbCdEf123")
    assert not channels_link.COLLECTOR.is_post("https://channels.weixin.qq.com/finder-preview/pages/sph#?id=AbCdEf123")
    assert not channels_link.COLLECTOR.is_post("https://example.invalid/sph/AbCdEf123")
