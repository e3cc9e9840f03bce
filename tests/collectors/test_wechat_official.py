"""An owner's interface: tokens, what is asked of which days, and when a list covers all."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from collectors.platforms import wechat_official
from monitor.core.account import Source
from monitor.core.calendar import ONE_DAY, beijing_date, start_of_day
from monitor.core.collector import Grant, Page, Request
from monitor.core.observation import Covers, LookFailedError, Precision, Reason, Standing, Timeline
from tests.fakes import AT, Canned, CannedFetch, MemorySession

FIXTURES = Path(__file__).parents[1] / "fixtures" / "wechat_official"
SOURCE = Source(account="A1", collector="wechat-official", key="shili-fabu")
GRANT = Grant(id="wx0000000000000000", secret="s3cret")
TOKEN, PUBLISHED, DAYS = "stable_token", "freepublish/batchget", "datacube/getarticletotaldetail"
TODAY = beijing_date(AT)
YESTERDAY = TODAY - ONE_DAY
MORNING = AT.replace(hour=0, minute=30)
"""Half past eight in Beijing, on the same day as AT."""


def canned(name: str) -> Canned:
    return Canned(body=(FIXTURES / name).read_bytes())


def code(number: int) -> Canned:
    return Canned(body=json.dumps({"errcode": number, "errmsg": "of no matter"}))


def day(offset: int, *messages: int, is_delay: bool = False, **more: object) -> Canned:
    """What is told of the day so many before today: an article of each of these messages."""
    told = (TODAY - offset * ONE_DAY).isoformat()
    rows = [
        {"ref_date": told, "msgid": f"{number}_1", "publish_type": 0, "detail_list": [], **more} for number in messages
    ]
    return Canned(body=json.dumps({"list": rows, "is_delay": is_delay}))


def publication(number: int, days_ago: float = 0.0) -> dict[str, object]:
    """A publication without notice, last changed so many days before the look."""
    url = f"http://mp.weixin.qq.com/s?__biz=MzkwMDAwMDAwMQ==&mid={number}&idx=1&sn=0123456789abcdef#rd"
    changed = int((AT - timedelta(days=days_ago)).timestamp())
    return {"article_id": f"a{number}", "update_time": changed, "content": {"news_item": [{"title": "x", "url": url}]}}


def published(*items: dict[str, object], total: int | None = None) -> Canned:
    counted = len(items) if total is None else total
    return Canned(body=json.dumps({"total_count": counted, "item_count": len(items), "item": items}))


class Far(CannedFetch):
    """WeChat's interfaces: what is told of each day, by how many days it lies before today; of others nothing."""

    def __init__(
        self, told: Mapping[int, Canned] | None = None, at: datetime = AT, **answers: Canned | list[Canned]
    ) -> None:
        given: dict[str, Canned | list[Canned]] = {"token": canned("token.json"), "published": published(), **answers}
        super().__init__({TOKEN: given["token"], PUBLISHED: given["published"]}, at)
        self.told = dict(told or {})

    async def __call__(self, request: Request, /) -> Page:
        """Return the day that is asked for."""
        if DAYS in request.url:
            asked = date.fromisoformat(str((request.json or {})["begin_date"]))
            offset = (TODAY - asked).days
            self.can(DAYS, self.told.get(offset, day(offset)))
        return await super().__call__(request)

    @property
    def days(self) -> list[int]:
        """The days that were asked for, by how many they lie before today."""
        asked = [request.json or {} for request in self.requests if DAYS in request.url]
        assert all(mapping["begin_date"] == mapping["end_date"] for mapping in asked)
        return [(TODAY - date.fromisoformat(str(mapping["begin_date"]))).days for mapping in asked]


async def look(fetch: CannedFetch, session: MemorySession | None = None) -> Timeline:
    return await wechat_official.COLLECTOR.collect(SOURCE, fetch, session or MemorySession(GRANT))


async def failure(fetch: CannedFetch, session: MemorySession) -> LookFailedError:
    with pytest.raises(LookFailedError) as failed:
        await look(fetch, session)
    return failed.value


async def test_a_token_is_got_without_touching_those_of_others_and_serves_the_next_look() -> None:
    fetch, session = Far(), MemorySession(GRANT)
    await look(fetch, session)
    await look(fetch, session)
    (asked,) = [request for request in fetch.requests if TOKEN in request.url]
    assert asked.url == "https://api.weixin.qq.com/cgi-bin/stable_token"
    assert asked.json == {"grant_type": "client_credential", "appid": GRANT.id, "secret": "s3cret"}
    assert asked.is_secret
    assert all("access_token=ACCESS_TOKEN_OF_THE_SAMPLE" in url for url in fetch.urls[1:])


@pytest.mark.parametrize("number", [40001, 40014, 42001])
async def test_a_token_that_is_no_longer_taken_is_replaced(number: int) -> None:
    fetch = Far(published=[code(number), published(publication(100))])
    session = MemorySession(GRANT, access="old")
    await look(fetch, session)
    assert session.get("access") == "ACCESS_TOKEN_OF_THE_SAMPLE"


@pytest.mark.parametrize("number", [40001, 40013, 40125, 40164, 61004, 40243, 89503, 89506, 89507])
async def test_an_owner_whose_id_secret_or_address_is_refused_has_to_mend_the_grant(number: int) -> None:
    failed = await failure(Far(token=code(number)), MemorySession(GRANT))
    assert failed.reason is Reason.GRANT
    assert re.match(rf"微信接口返回{number}：[A-Za-z]*[\u4e00-\u9fff]", failed.detail)
    assert "s3cret" not in str(failed)


@pytest.mark.parametrize(
    ("number", "reason", "word", "wait"),
    [
        (-1, Reason.HTTP_ERROR, "繁忙", None),
        (47009, Reason.HTTP_ERROR, "停用", None),
        (48001, Reason.GRANT, "接口权限与额度", None),
        (61003, Reason.GRANT, "重新授权", None),
        (61007, Reason.GRANT, "权限集", None),
        (61500, Reason.HTTP_ERROR, "格式", None),
        (61501, Reason.HTTP_ERROR, "范围", None),
        (61503, Reason.HTTP_ERROR, "8时", None),
        (89503, Reason.GRANT, "模板消息", None),
        (89506, Reason.GRANT, "24小时", timedelta(hours=24)),
        (89507, Reason.GRANT, "1小时", timedelta(hours=1)),
        (45009, Reason.RATE_LIMITED, "额度", timedelta(hours=6)),
        (45011, Reason.RATE_LIMITED, "频繁", None),
        (48004, Reason.REFUSED, "违规", None),
        (50002, Reason.REFUSED, "受到限制", None),
        (50004, Reason.REFUSED, "处罚", None),
        (99999, Reason.UNREADABLE, "99999", None),
    ],
)
async def test_a_code_says_what_it_means_and_what_the_administrator_must_do(
    number: int, reason: Reason, word: str, wait: timedelta | None
) -> None:
    failed = await failure(Far(published=code(number)), MemorySession(GRANT))
    assert (failed.reason, failed.retry_after) == (reason, wait)
    assert word in failed.detail


async def test_without_a_grant_nothing_is_asked_for() -> None:
    fetch = Far()
    assert (await failure(fetch, MemorySession())).reason is Reason.GRANT
    assert fetch.requests == []


async def test_the_last_sixteen_days_are_asked_for_one_by_one_and_today_never() -> None:
    fetch = Far()
    await look(fetch)
    assert fetch.days == list(range(1, 17))


async def test_before_eight_o_clock_yesterday_is_not_asked_for() -> None:
    early = Far(at=AT.replace(hour=23) - ONE_DAY)
    await look(early)
    assert early.days == list(range(2, 18))
    fetch = Far(at=MORNING)
    await look(fetch)
    assert fetch.days[0] == 1


async def test_no_day_is_asked_for_of_which_the_platform_keeps_no_figures() -> None:
    first = datetime(2025, 11, 4, 4, tzinfo=UTC)
    fetch = Far({offset: Canned(body='{"list": [], "is_delay": false}') for offset in range(400)}, at=first)
    await look(fetch)
    assert [TODAY - offset * ONE_DAY for offset in fetch.days] == [date(2025, 11, number) for number in (3, 2, 1)]


async def test_a_settled_day_is_asked_for_once_and_remembered_with_its_articles() -> None:
    told = {
        1: day(1, 300, is_delay=True),
        2: day(2, 200, title="防汛提醒", content_url="https://mp.weixin.qq.com/s/" + "a" * 22),
    }
    fetch, session = Far(told), MemorySession(GRANT)
    first = await look(fetch, session)
    fetch.requests.clear()
    again = await look(fetch, session)
    assert fetch.days == [1], "what is not settled may still be coming"
    assert again == first
    assert [(post.title, post.url) for post in again.posts] == [
        ("文章300_1", None),
        ("防汛提醒", "https://mp.weixin.qq.com/s/" + "a" * 22),
    ]
    assert {post.precision for post in again.posts} == {Precision.DAY}


async def test_the_days_cover_all_until_yesterday_s_end_once_an_article_known_otherwise_stands_in_its_day() -> None:
    told = {2: day(2, 200), 9: day(9, 100)}
    session = MemorySession(GRANT)
    unproven = await look(Far(told), session)
    assert (unproven.covers, unproven.whole_until, len(unproven.posts)) == (Covers.SOME, None, 2)
    proven = await look(Far(told, published=published(publication(100, days_ago=9))), session)
    assert (proven.covers, proven.whole_until) == (Covers.ALL, start_of_day(TODAY))
    later = await look(Far(told), session)
    assert later.covers is Covers.ALL, "it was shown once for this account"


@pytest.mark.parametrize(
    ("unsettled", "until"),
    [((), 0), ((1,), 1), ((1, 2), 2), ((1, 2, 3), None), ((2,), 2), ((16,), None)],
)
async def test_what_is_not_settled_is_not_covered(unsettled: tuple[int, ...], until: int | None) -> None:
    told = {
        offset: day(offset, 100 if offset == 9 else 500 - offset, is_delay=offset in unsettled)
        for offset in range(1, 17)
    }
    seen = await look(Far(told, published=published(publication(100, days_ago=9))))
    assert seen.whole_until == (None if until is None else start_of_day(TODAY - until * ONE_DAY))
    assert seen.covers is (Covers.SOME if until is None else Covers.ALL)


@pytest.mark.parametrize("failing", [code(61503), code(48001), Canned(status=502), Canned(body="{")])
async def test_a_day_that_cannot_be_had_leaves_what_was_seen_and_covers_no_further(failing: Canned) -> None:
    told = {3: failing, 2: day(2, 200)}
    seen = await look(Far(told, published=published(publication(200, days_ago=1))))
    assert (seen.covers, [post.title for post in seen.posts]) == (Covers.SOME, ["文章200_1"])


async def test_rows_of_another_day_than_was_asked_for_are_not_believed() -> None:
    seen = await look(Far({1: day(5, 300)}))
    assert seen.posts == ()


async def test_the_time_of_a_publication_s_last_change_is_no_publication() -> None:
    """An old article that was edited this morning stands in its own day, and nowhere today."""
    told = {12: day(12, 100)}
    seen = await look(Far(told, published=published(publication(100))))
    assert [beijing_date(post.published_at) for post in seen.posts] == [TODAY - 12 * ONE_DAY]
    assert seen.covers is Covers.ALL
    older = await look(Far(published=published(publication(50))))
    assert older.posts == (), "it may have appeared before the days that are asked for"


async def test_a_publication_that_was_not_there_at_an_earlier_look_is_new() -> None:
    session = MemorySession(GRANT)
    await look(Far(published=published(publication(100, days_ago=20))), session)
    seen = await look(Far(published=published(publication(101, days_ago=0.1), publication(100))), session)
    assert seen.newest
    assert (seen.newest.published_at, len(seen.posts)) == (AT - timedelta(days=0.1), 1)
    edited = await look(Far(published=published(publication(101), publication(100))), session)
    assert edited.posts == (), "the next look does not call it new again; tomorrow its day has it"


async def test_of_more_publications_than_one_answer_lists_only_a_later_message_is_new() -> None:
    session = MemorySession(GRANT)
    await look(Far(published=published(publication(100, days_ago=20), total=90)), session)
    seen = await look(Far(published=published(publication(40), publication(101), total=91)), session)
    assert [post.url for post in seen.posts] == [
        "https://mp.weixin.qq.com/s?__biz=MzkwMDAwMDAwMQ==&mid=101&idx=1&sn=0123456789abcdef"
    ]


async def test_a_list_without_a_post_says_nothing_of_what_came_before_its_days() -> None:
    silent = await look(Far(at=AT + 12 * ONE_DAY), MemorySession(GRANT, **{"shows all": "yes"}))
    assert (silent.posts, silent.covers) == ((), Covers.ALL)
    assert silent.reach == start_of_day(TODAY + 12 * ONE_DAY - 16 * ONE_DAY)


async def test_an_article_that_nobody_read_and_its_day_leaves_out_shows_that_the_days_are_no_whole() -> None:
    told = {1: day(1), 9: day(9, 100)}
    session = MemorySession(GRANT)
    before = published(publication(100, days_ago=9))
    assert (await look(Far(told, at=AT - ONE_DAY, published=before), session)).covers is Covers.ALL
    new = published(publication(101, days_ago=0.9), publication(100, days_ago=9))
    first = await look(Far(told, at=AT - timedelta(hours=20), published=new), session)
    assert [post.url for post in first.posts if post.precision is not Precision.DAY] != []
    later = await look(Far(told, published=new), session)
    assert later.covers is Covers.SOME, "yesterday is settled without what was seen to appear yesterday"
    edited = published(publication(101), publication(100, days_ago=9))
    assert (await look(Far(told, published=edited), session)).covers is Covers.SOME


async def test_without_memory_an_article_made_after_all_that_is_told_keeps_the_days_from_being_the_whole() -> None:
    told = {1: day(1), 9: day(9, 100)}
    answers = published(publication(101, days_ago=1), publication(100, days_ago=9))
    assert (await look(Far(told, published=answers))).covers is Covers.SOME


async def test_an_article_that_is_said_to_be_deleted_is_none_in_its_day_either() -> None:
    taken_down = publication(200, days_ago=1)
    taken_down["content"]["news_item"][0]["is_deleted"] = True  # type: ignore[index]  # as built above
    told = {2: day(2, 200), 9: day(9, 100)}
    seen = await look(Far(told, published=published(taken_down, publication(100, days_ago=9))))
    assert [post.title for post in seen.posts] == ["文章100_1"]
    assert seen.covers is Covers.ALL


async def test_an_edit_after_days_without_a_look_makes_no_publication_of_today() -> None:
    session = MemorySession(GRANT)
    earlier = AT - timedelta(days=3)
    await look(Far(at=earlier, published=published(publication(100, days_ago=20))), session)
    seen = await look(Far({1: code(61503)}, published=published(publication(101, days_ago=0.1))), session)
    assert seen.newest
    assert (seen.newest.published_at, seen.newest.precision) == (earlier, Precision.AT_LEAST)


async def test_old_publications_that_come_into_sight_when_others_are_deleted_are_not_new() -> None:
    session = MemorySession(GRANT)
    await look(Far(published=published(*(publication(100 + n, 20) for n in range(20)), total=25)), session)
    shorter = published(publication(50), *(publication(100 + n, 20) for n in range(10)))
    assert (await look(Far(published=shorter), session)).posts == ()


@pytest.mark.parametrize("number", [48001, 61007, 48004, 45009, 61501, 47009])
async def test_days_that_are_refused_altogether_are_told_and_not_asked_for_again_and_again(number: int) -> None:
    fetch = Far({offset: code(number) for offset in range(400)}, published=published(publication(100)))
    session = MemorySession(GRANT)
    failed = await failure(fetch, session)
    assert failed.detail.startswith(f"微信接口返回{number}：")
    assert len(fetch.days) <= 3
    seen = await look(
        Far(
            {offset: code(number) for offset in range(400)},
            published=published(publication(101, 0.1), publication(100)),
        ),
        session,
    )
    assert len(seen.posts) == 1, "what has appeared since is seen all the same"


async def test_figures_that_are_not_there_yet_are_no_failure_to_be_told() -> None:
    seen = await look(Far({offset: code(61503) for offset in range(400)}, published=published(publication(100))))
    assert (seen.posts, seen.covers) == ((), Covers.SOME)


async def test_an_account_that_published_nothing_is_not_called_empty() -> None:
    seen = await look(Far())
    assert (seen.posts, seen.covers, seen.standing) == ((), Covers.SOME, Standing.ACTIVE)


async def test_the_grant_may_name_another_address() -> None:
    fetch = Far()
    grant = Grant(id="wx0", secret="s3cret", base_url="https://wx.example.gov.cn")
    await look(fetch, MemorySession(grant))
    assert {url.split("/cgi-bin")[0].split("/datacube")[0] for url in fetch.urls} == {"https://wx.example.gov.cn"}


async def test_another_server_may_stand_in_for_wechat() -> None:
    fetch = Far()
    await wechat_official.at("http://127.0.0.1:9/").collect(SOURCE, fetch, MemorySession(GRANT))
    assert fetch.urls[0] == "http://127.0.0.1:9/cgi-bin/stable_token"
