"""What shows some of an account's posts never makes anybody overdue: from real answers to the rules' words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from collectors.platforms import (
    bilibili,
    channels_link,
    douyin,
    feed,
    kuaishou,
    toutiao,
    wechat_album,
    wechat_article,
    weibo,
    weibo_ajax,
    zhihu,
)
from monitor.core.account import Source
from monitor.core.collector import Collector
from monitor.core.finding import Finding, Known, State
from monitor.core.observation import KnownPost, Observation, Timeline
from monitor.core.rules import upd_01, upd_03
from tests.collectors.test_feed import BRIDGE, FEED, HEALTH, OLD, PLAIN, Written
from tests.core.build import BOOK, account, post
from tests.fakes import AT, Canned, CannedFetch, MemorySession

FIXTURES = Path(__file__).parents[1] / "fixtures"
VISITOR = '{"SUB": "S", "SUBP": "P"}'
FRESH = Written(generator="RSSHub", posted=AT - timedelta(hours=1)).rss
FROZEN = Written(generator="RSSHub").rss


def answer(name: str) -> Canned:
    return Canned(body=(FIXTURES / name).read_bytes())


PARTIAL: Mapping[str, tuple[Collector, str, Mapping[str, Canned]]] = {
    "a bridge without health": (feed.COLLECTOR, FEED, {FEED: BRIDGE}),
    "a feed declared as some": (feed.COLLECTOR, f"some:{FEED}", {FEED: PLAIN}),
    "a bridge that repeats an old feed": (feed.COLLECTOR, f"{FEED}|health={HEALTH}", {FEED: BRIDGE, HEALTH: FROZEN}),
    "half a year of m.weibo.cn": (
        weibo.COLLECTOR,
        "6000000001",
        {
            "getIndex?type=uid": answer("weibo/profile.json"),
            "&containerid=": answer("weibo/half_year.json"),
            "profile/info": answer("weibo_ajax/profile.json"),
        },
    ),
    "half a year of weibo.com": (
        weibo_ajax.COLLECTOR,
        "6000000001",
        {"profile/info": answer("weibo_ajax/profile.json"), "mymblog": answer("weibo_ajax/half_year.json")},
    ),
    "the card of a 哔哩哔哩 account": (bilibili.COLLECTOR, "4000001", {"card": answer("bilibili/card.json")}),
    "videos without dynamics": (
        bilibili.at("http://127.0.0.1:9"),
        "4000001",
        {
            "card": answer("bilibili/card.json"),
            "feed/space": answer("bilibili/unsigned.json"),
            "cursor": answer("bilibili/no_videos.json"),
        },
    ),
    "an album": (
        wechat_album.COLLECTOR,
        "https://mp.weixin.qq.com/mp/appmsgalbum?__biz=MzkwMDAwMDAwMQ==&album_id=1234567890123456789",
        {"getalbum": answer("wechat_album/normal.json")},
    ),
    "an album with nothing in it": (
        wechat_album.COLLECTOR,
        "https://mp.weixin.qq.com/mp/appmsgalbum?__biz=MzkwMDAwMDAwMQ==&album_id=1234567890123456789",
        {"getalbum": answer("wechat_album/empty.json")},
    ),
    "a known article": (
        wechat_article.COLLECTOR,
        "https://mp.weixin.qq.com/s/Shili0fabu1Huiyi2Zhaokai",
        {"/s/": answer("wechat_article/normal.html")},
    ),
    "a share link of a video": (
        channels_link.COLLECTOR,
        "https://weixin.qq.com/sph/AbCdEf123",
        {"get_feed_info": answer("channels_link/normal.json")},
    ),
    "a profile of 抖音": (
        douyin.COLLECTOR,
        "MS4wLjABAAAAshilixian00",
        {"user/info": answer("douyin/profile.json")},
    ),
    "a profile of 快手 without works": (
        kuaishou.COLLECTOR,
        "3xshilixian00001",
        {"/profile/3x": Canned(body=b"<html></html>"), "profile/user": answer("kuaishou/profile_empty.json")},
    ),
    "ids that bound their times from below": (
        toutiao.COLLECTOR,
        "MS4wLjABAAAAshilixian00",
        {"user/feed": answer("toutiao/only_ids.json")},
    ),
    "an empty list for a visitor who did not sign": (
        toutiao.COLLECTOR,
        "MS4wLjABAAAAshilixian00",
        {"user/feed": answer("toutiao/empty.json")},
    ),
    "what 知乎 shows": (zhihu.COLLECTOR, "shi-li-xian-fa-bu", {"/api/v4/members/": answer("zhihu/empty.json")}),
}


async def seen(collector: Collector, key: str, answers: Mapping[str, Canned]) -> Timeline:
    source = Source(account="A01", collector=collector.name, key=key)
    shown = await collector.collect(
        source, CannedFetch(answers), MemorySession(visitor=VISITOR, desktop_visitor=VISITOR)
    )
    assert isinstance(shown, Timeline)
    return shown


def judged(shown: Timeline, collector: str) -> tuple[Finding, ...]:
    """Return what the rules of updating say of an account that posted 30 days ago, by this one look."""
    posted = AT - timedelta(days=30)
    known = KnownPost(post=post(posted), source="A01/manual=A01", observation=3, first_seen=posted, linked_at=posted)
    look = Observation(
        id=7, source=f"A01/{collector}=1", collector=collector, seen=shown, first_seen=AT, last_confirmed=AT
    )
    about = Known(account=account(), posts=(known,), observations=(look,), is_polled=True)
    return tuple(rule.judge(about, BOOK, AT + timedelta(hours=1)) for rule in (upd_01, upd_03))


@pytest.mark.parametrize("name", PARTIAL)
async def test_nobody_is_overdue_by_what_shows_some(name: str) -> None:
    collector, key, answers = PARTIAL[name]
    shown = await seen(collector, key, answers)
    assert [finding.state for finding in judged(shown, collector.name)] == [State.UNKNOWN, State.UNKNOWN]


async def test_by_a_bridge_that_is_well_somebody_may_be() -> None:
    shown = await seen(feed.COLLECTOR, f"{FEED}|health={HEALTH}", {FEED: BRIDGE, HEALTH: FRESH})
    assert shown.newest
    assert shown.newest.published_at == OLD
    assert [finding.state for finding in judged(shown, "feed")] == [State.VIOLATED, State.VIOLATED]
