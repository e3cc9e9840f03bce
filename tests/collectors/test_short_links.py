"""Short links over real sockets: they are followed on their own hosts, and nothing is asked of another."""

from __future__ import annotations

import asyncio
from ipaddress import ip_network

import pytest

from collectors import links
from collectors.http import Policy
from collectors.links import PostLinks
from monitor.core.observation import LookFailedError, Reason
from tests.collectors.conftest import FREE, OpenDoor, OpenFar, Script, answer

NUMBER = "7500000000000000123"
BASE = "http://127.0.0.1:{}"
ANY_LOOPBACK = Policy(allow=(ip_network("127.0.0.0/8"),), pace=FREE)
SHORT = {
    "https://v.douyin.com/iAbCdEf/": (links.DOUYIN, f"www.iesdouyin.com/share/video/{NUMBER}/?x=1"),
    "https://m.toutiao.com/is/iAbCdEf/": (links.TOUTIAO, f"m.toutiao.com/i{NUMBER}/?x=1"),
    "https://b23.tv/AbCdEf1": (links.BILIBILI, "www.bilibili.com/video/BV1Ex4mple01?share_source=x"),
}


def leading(place: str) -> Script:
    """Return what leads every short address to a place, and answers at any other."""

    async def script(request: bytes, writer: asyncio.StreamWriter) -> None:
        is_short = any(part in request for part in (b"/iAbCdEf", b"/AbCdEf1"))
        writer.write(answer(status="302 Found", location=place) if is_short else answer(b"a page"))

    return script


@pytest.mark.parametrize("short", SHORT)
async def test_a_short_link_is_followed_to_the_post_on_its_own_host(door: OpenDoor, far: OpenFar, short: str) -> None:
    platform, place = SHORT[short]
    there = await far(leading(f"/{place}"))
    fetch = door(ANY_LOOPBACK).bind("claim/x", reader="x/1")
    found = await platform.found(short, fetch, there.url("").rstrip("/"))
    assert found.url in {
        f"https://www.douyin.com/video/{NUMBER}",
        f"https://www.toutiao.com/article/{NUMBER}/",
        "https://www.bilibili.com/video/BV1Ex4mple01",
    }


@pytest.mark.parametrize("short", SHORT)
async def test_a_short_link_to_another_host_ends_there_and_that_host_hears_nothing(
    door: OpenDoor, far: OpenFar, names: dict[str, str], short: str
) -> None:
    platform, place = SHORT[short]
    names["elsewhere.example"] = "127.0.0.1"
    elsewhere = await far(answer(b"a page"))
    there = await far(leading(elsewhere.url(f"/{place}", host="elsewhere.example")))
    assert await _refused(platform, short, door, there.url("").rstrip("/")) is Reason.GUARD_BLOCKED
    assert elsewhere.asked == []


@pytest.mark.parametrize("short", SHORT)
async def test_a_short_link_that_leads_round_in_a_circle_ends(door: OpenDoor, far: OpenFar, short: str) -> None:
    platform, _ = SHORT[short]
    there = await far(leading(f"/{short.removeprefix('https://')}?again"))
    assert await _refused(platform, short, door, there.url("").rstrip("/")) is Reason.HTTP_ERROR
    assert len(there.asked) < 20


async def _refused(platform: PostLinks, short: str, door: OpenDoor, base: str) -> Reason:
    with pytest.raises(LookFailedError) as failed:
        await platform.found(short, door(ANY_LOOPBACK).bind("claim/x", reader="x/1"), base)
    return failed.value.reason
