"""网易号, 企鹅号 and 澎湃号: what their collectors ask for, and whose row they take for whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from collectors.platforms import netease, tencent_news, thepaper
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Collector, Request
from monitor.core.observation import Covers, LookFailedError, Reason, Timeline
from tests.fakes import Canned, CannedFetch, MemorySession

FIXTURES = Path(__file__).parents[1] / "fixtures"
AUTHOR = "W1000000000000000001"


def answer(name: str) -> Canned:
    return Canned(body=(FIXTURES / name).read_bytes())


async def look(collector: Collector, key: str, **answers: Canned) -> tuple[Timeline, list[Request]]:
    fetch = CannedFetch({piece.replace("_", "/"): canned for piece, canned in answers.items()})
    seen = await collector.collect(Source(account="A1", collector=collector.name, key=key), fetch, MemorySession())
    assert isinstance(seen, Timeline)
    return seen, fetch.requests


async def test_netease_is_asked_once_for_the_newest_articles() -> None:
    seen, asked = await look(netease.COLLECTOR, AUTHOR, list=answer("netease/normal.json"))
    assert [(request.url, request.conditional) for request in asked] == [
        (f"https://dy.163.com/v2/article/list.do?pageNo=1&wemediaId={AUTHOR}&size=10", True)
    ]
    assert (len(seen.posts), seen.covers) == (2, Covers.ALL)


async def test_the_suid_of_a_tencent_author_is_asked_for_as_it_is() -> None:
    seen, asked = await look(
        tencent_news.COLLECTOR, "8QExample==", getSubNewsMixedList=answer("tencent_news/normal.json")
    )
    assert [(request.url, request.conditional) for request in asked] == [
        ("https://i.news.qq.com/getSubNewsMixedList?guestSuid=8QExample%3D%3D&tabId=om_index", True)
    ]
    assert (len(seen.posts), seen.covers) == (2, Covers.ALL)


async def test_a_tencent_number_leads_to_the_suid() -> None:
    lists = {"getSubNewsMixedList": answer("tencent_news/normal.json")}
    seen, asked = await look(
        tencent_news.COLLECTOR, "5000001", getUserHomepageInfo=answer("tencent_news/profile.json"), **lists
    )
    assert [request.url.partition("?")[2] for request in asked] == [
        "chlid=5000001",
        "guestSuid=8QExample%3D%3D&tabId=om_index",
    ]
    assert seen.profile
    assert (seen.profile.followers, len(seen.posts)) == (12_000, 2)


async def test_a_tencent_number_whose_profile_tells_no_suid_leads_nowhere() -> None:
    profile = Canned(body='{"ret": 0, "userinfo": {"nick": "示例县发布"}}')
    with pytest.raises(LookFailedError) as failed:
        await look(tencent_news.COLLECTOR, "5000001", getUserHomepageInfo=profile)
    assert failed.value.reason is Reason.UNREADABLE


async def test_both_kinds_of_authors_of_the_paper_are_asked_for_in_json() -> None:
    _, asked = await look(thepaper.COLLECTOR, "gov_63000", pph_gov=answer("thepaper/normal.json"))
    assert [request.json for request in asked] == [{"pphId": "63000", "pageNum": 1, "pageSize": 10}]
    _, asked = await look(thepaper.COLLECTOR, "user_4000001", pph_user=answer("thepaper/normal.json"))
    assert asked[0].json
    assert (asked[0].method, asked[0].json["pphId"], asked[0].json["contType"]) == ("POST", "4000001", 0)
    assert asked[0].conditional


async def test_a_key_of_the_paper_that_is_none_is_asked_for_nowhere() -> None:
    with pytest.raises(LookFailedError) as failed:
        await look(thepaper.COLLECTOR, "63000")
    assert failed.value.reason is Reason.UNREADABLE


@pytest.mark.parametrize(
    ("collector", "platform_id", "homepage", "key"),
    [
        (netease.COLLECTOR, AUTHOR, None, AUTHOR),
        (netease.COLLECTOR, "示例县发布", None, None),
        (tencent_news.COLLECTOR, "5000001", None, "5000001"),
        (tencent_news.COLLECTOR, None, "https://news.qq.com/omn/author/8QExample%3D%3D", "8QExample=="),
        (tencent_news.COLLECTOR, None, "https://news.qq.com/rain/a/20261116A0EXAMP0", None),
        (thepaper.COLLECTOR, "gov_63000", None, "gov_63000"),
        (thepaper.COLLECTOR, "63000", "https://www.thepaper.cn/gov_63000", "gov_63000"),
        (thepaper.COLLECTOR, None, "https://m.thepaper.cn/user_4000001?x=1", "user_4000001"),
        (thepaper.COLLECTOR, "63000", "https://www.thepaper.cn/newsDetail_forward_1", None),
    ],
)
def test_the_key_follows_from_the_row_or_not_at_all(
    collector: Collector, platform_id: str | None, homepage: str | None, key: str | None
) -> None:
    account = Account(
        id="A1",
        name="示例县发布",
        platform=Platform.NETEASE,
        unit="示例县政府办",
        area="示例县",
        platform_id=platform_id,
        homepage=homepage,
    )
    assert collector.key_of(account) == key
