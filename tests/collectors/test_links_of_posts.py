"""Links whose ids carry their time are read without a request, and only where they are what they look like."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from collectors.links import by_id, weibo_mid
from collectors.platforms import bilibili, douyin, douyin_official, toutiao, weibo, weibo_ajax
from monitor.core.account import Platform
from monitor.core.collector import Page
from monitor.core.observation import LookFailedError, Precision
from tests.fakes import CannedFetch, MemorySession

FIXTURES = Path(__file__).parents[1] / "fixtures"
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


@pytest.mark.parametrize(
    ("platform", "pasted", "address"),
    [
        (Platform.WEIBO, "https://m.weibo.cn/status/z0JH2lOMb?from=page", "https://m.weibo.cn/detail/3501756485200075"),
        (Platform.WEIBO, "https://weibo.com/1234567890/z0JH2lOMb", "https://m.weibo.cn/detail/3501756485200075"),
        (Platform.WEIBO, f"https://weibo.com/detail/{WEIBO}", f"https://m.weibo.cn/detail/{WEIBO}"),
        (Platform.DOUYIN, f"https://www.iesdouyin.com/share/note/{LONG}/?x=1", f"https://www.douyin.com/note/{LONG}"),
        (Platform.DOUYIN, f"https://www.iesdouyin.com/share/video/{LONG}/", f"https://www.douyin.com/video/{LONG}"),
        (Platform.TOUTIAO, f"https://m.toutiao.com/i{LONG}/", f"https://www.toutiao.com/article/{LONG}/"),
        (Platform.TOUTIAO, f"https://m.toutiao.com/video/{LONG}/?a=1", f"https://www.toutiao.com/video/{LONG}/"),
        (Platform.TOUTIAO, f"https://www.toutiao.com/w/{LONG}", f"https://www.toutiao.com/w/{LONG}/"),
        (Platform.BILIBILI, f"https://m.bilibili.com/opus/{BILIBILI}", f"https://t.bilibili.com/{BILIBILI}"),
    ],
)
async def test_every_form_of_a_link_has_the_post_s_own_address(platform: Platform, pasted: str, address: str) -> None:
    proof = await PROVERS[platform].prove(pasted, CannedFetch({}), MemorySession())
    assert proof.post.url == address


@pytest.mark.parametrize(
    ("collector", "platform"),
    [
        (weibo, Platform.WEIBO),
        (weibo_ajax, Platform.WEIBO),
        (douyin, Platform.DOUYIN),
        (douyin_official, Platform.DOUYIN),
        (toutiao, Platform.TOUTIAO),
        (bilibili, Platform.BILIBILI),
    ],
    ids=lambda value: value.__name__.rpartition(".")[2] if isinstance(value, ModuleType) else "",
)
async def test_a_pasted_link_is_known_by_the_address_under_which_lists_show_the_post(
    collector: ModuleType, platform: Platform
) -> None:
    folder = FIXTURES / collector.__name__.rpartition(".")[2]
    addresses = set[str]()
    for fixture in json.loads((folder / "expected.json").read_text("utf-8"))["fixtures"]:
        if fixture["kind"] in {"normal", "pinned_first"}:
            body, at = (folder / fixture["file"]).read_bytes(), NOW + timedelta(days=400)
            seen = collector.COLLECTOR.parse(Page(url=fixture["url"], status=200, headers={}, body=body, at=at))
            addresses |= {post.url for post in seen.posts if post.url}
    addresses = {address for address in addresses if "/video/BV" not in address}  # of a video the id tells no time
    assert addresses
    for address in addresses:
        proof = await PROVERS[platform].prove(f"{address}?from=share", CannedFetch({}), MemorySession())
        assert proof.post.url == address


@pytest.mark.parametrize(
    ("platform", "link"),
    [
        (Platform.WEIBO, "https://t.cn/A6abcdef"),
        (Platform.DOUYIN, "https://v.douyin.com/iAbCdEf/"),
        (Platform.TOUTIAO, "https://m.toutiao.com/is/iAbCdEf/"),
        (Platform.BILIBILI, "https://b23.tv/AbCdEf1"),
        (Platform.BILIBILI, "https://www.bilibili.com/video/BV1Ex4mple01"),
    ],
)
def test_a_short_link_may_be_a_post_of_its_own_platform_only(platform: Platform, link: str) -> None:
    assert [one for one in PROVERS if PROVERS[one].may_be_post(link)] == [platform]
    assert not PROVERS[platform].is_post(link)


def test_a_link_elsewhere_that_names_the_platform_is_none_of_its_own() -> None:
    for link in (
        "https://example.invalid/v.douyin.com/",
        "https://v.douyin.com.example.invalid/",
        "v.douyin.com/x",
        "",
    ):
        assert not PROVERS[Platform.DOUYIN].may_be_post(link)
