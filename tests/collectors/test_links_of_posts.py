"""Links whose ids carry their time are read without a request, and only where they are what they look like."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from collectors.links import by_id, weibo_mid
from monitor.core.account import Platform
from monitor.core.observation import LookFailedError, Precision
from tests.fakes import CannedFetch, MemorySession

NOW = datetime(2026, 5, 20, 1, 0, tzinfo=UTC)
PUBLISHED = datetime(2026, 5, 19, 2, 3, 4, tzinfo=UTC)
SECONDS = int(PUBLISHED.timestamp())
WEIBO = ((SECONDS - 515483463) << 22) + 5
BILIBILI = ((SECONDS - 1498838400) << 32) + 5
LONG = (SECONDS << 32) + 5
PROVERS = by_id(lambda: NOW)


def link(platform: Platform) -> str:
    return {
        Platform.WEIBO: f"https://m.weibo.cn/detail/{WEIBO}",
        Platform.DOUYIN: f"https://www.douyin.com/video/{LONG}",
        Platform.TOUTIAO: f"https://www.toutiao.com/article/{LONG}/",
        Platform.BILIBILI: f"https://t.bilibili.com/{BILIBILI}",
    }[platform]


@pytest.mark.parametrize("platform", PROVERS)
async def test_the_time_is_read_without_a_request_and_no_author_is_named(platform: Platform) -> None:
    fetch = CannedFetch({})
    proof = await PROVERS[platform].prove(f"{link(platform)}?from=share", fetch, MemorySession())
    assert (proof.post.published_at, proof.post.url) == (PUBLISHED, link(platform))
    assert (proof.authors, proof.name, fetch.requests) == (frozenset(), None, [])


@pytest.mark.parametrize("platform", [Platform.DOUYIN, Platform.TOUTIAO])
async def test_where_the_id_is_made_before_the_post_its_time_is_a_bound(platform: Platform) -> None:
    proof = await PROVERS[platform].prove(link(platform), CannedFetch({}), MemorySession())
    assert proof.post.precision is Precision.AT_LEAST


async def test_a_time_to_come_is_read_so_that_it_can_be_told_apart() -> None:
    coming = f"https://t.bilibili.com/{BILIBILI + (int(timedelta(days=30).total_seconds()) << 32)}"
    proof = await PROVERS[Platform.BILIBILI].prove(coming, CannedFetch({}), MemorySession())
    assert proof.post.published_at == PUBLISHED + timedelta(days=30)


async def test_an_id_without_a_time_in_it_proves_nothing() -> None:
    with pytest.raises(LookFailedError):
        await PROVERS[Platform.DOUYIN].prove(
            "https://www.douyin.com/video/1000000000000000000", CannedFetch({}), MemorySession()
        )


@pytest.mark.parametrize("platform", PROVERS)
@pytest.mark.parametrize(
    "wrong", ["", "javascript:alert(1)", "https://example.invalid/?u={}", "https://example.invalid.{}", "{}0"]
)
def test_nothing_but_a_post_of_the_platform_is_one(platform: Platform, wrong: str) -> None:
    assert not PROVERS[platform].is_post(wrong.format(link(platform).removeprefix("https://").rstrip("/")))


def test_both_ways_of_naming_a_weibo_are_the_same_post() -> None:
    assert weibo_mid("z0JH2lOMb") == "3501756485200075"
    assert weibo_mid("3501756485200075") == "3501756485200075"
    assert PROVERS[Platform.WEIBO].is_post("https://weibo.com/1234567890/z0JH2lOMb#comment")
