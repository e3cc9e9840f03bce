"""抖音 and 百家号 through their owners: tokens are got, kept, prolonged and got again; a refusal is the grant's."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from collectors.platforms import baijiahao_official, douyin_official
from monitor.core.account import Account, Platform, Source
from monitor.core.calendar import beijing
from monitor.core.collector import Collector, Grant, GrantedCollector
from monitor.core.observation import Covers, LookFailedError, Reason, Standing, Timeline
from tests.fakes import AT, Canned, CannedFetch, MemorySession

FIXTURES = Path(__file__).parents[1] / "fixtures"
DOUYIN = Grant(id="ck1", secret="cs1", token="first-refresh")
BAIJIAHAO = Grant(id="1600000000000001", secret="t0ken")
REFRESH, RENEW, LIST = "/oauth/refresh_token/", "/oauth/renew_refresh_token/", "/video/video_list/"
ARTICLES = "/query/articleListall"
DAY = 86_400


def answer(name: str) -> Canned:
    return Canned(body=(FIXTURES / name).read_bytes())


def token(value: str = "access-1", days: int = 15, refresh_days: int = 30) -> Canned:
    data = {
        "error_code": 0,
        "access_token": value,
        "expires_in": days * DAY,
        "open_id": "author-1",
        "refresh_token": "first-refresh",
        "refresh_expires_in": refresh_days * DAY,
    }
    return Canned(body=json.dumps({"data": data, "message": "success"}))


LONGER = Canned(body=json.dumps({"data": {"error_code": 0, "refresh_token": "second-refresh", "expires_in": 30 * DAY}}))
NORMAL, STALE = answer("douyin_official/normal.json"), answer("douyin_official/stale.json")


async def look(
    collector: Collector, session: MemorySession, answers: Mapping[str, Canned | Sequence[Canned]]
) -> tuple[Timeline, CannedFetch]:
    fetch = CannedFetch(answers)
    source = Source(account="A1", collector=collector.name, key="shili")
    seen = await collector.collect(source, fetch, session)
    assert isinstance(seen, Timeline)
    return seen, fetch


async def refused(
    collector: Collector, session: MemorySession, answers: Mapping[str, Canned | Sequence[Canned]]
) -> Reason:
    with pytest.raises(LookFailedError) as caught:
        await look(collector, session, answers)
    return caught.value.reason


@pytest.mark.parametrize("collector", [douyin_official.COLLECTOR, baijiahao_official.COLLECTOR])
async def test_a_grant_is_named_and_never_guessed(collector: Collector) -> None:
    assert isinstance(collector, GrantedCollector)
    account = Account(
        id="A1", name="示例县发布", platform=Platform.DOUYIN, unit="示例县政府办", area="示例县", platform_id="ck1"
    )
    assert collector.key_of(account) is None
    assert await refused(collector, MemorySession(), {}) is Reason.GRANT


async def test_a_consent_becomes_an_access_token_that_serves_many_looks() -> None:
    session = MemorySession(DOUYIN)
    seen, fetch = await look(douyin_official.COLLECTOR, session, {REFRESH: token(), LIST: NORMAL})
    asked, listed = fetch.requests
    assert asked.form == {"client_key": "ck1", "grant_type": "refresh_token", "refresh_token": "first-refresh"}
    assert (asked.is_secret, listed.is_secret) == (True, False)
    assert listed.headers["access-token"] == "access-1"
    assert (asked.is_secret, listed.is_secret) == (True, False)
    assert parse_qs(urlsplit(listed.url).query)["open_id"] == ["author-1"]
    assert (len(seen.posts), seen.covers) == (3, Covers.ALL)
    _, fetch = await look(douyin_official.COLLECTOR, session, {LIST: NORMAL})
    assert [urlsplit(url).path for url in fetch.urls] == ["/api/douyin/v1/video/video_list/"]


async def test_an_access_token_that_is_no_longer_taken_is_replaced_once() -> None:
    session = MemorySession(DOUYIN, access="old", open_id="author-1")
    seen, fetch = await look(douyin_official.COLLECTOR, session, {REFRESH: token("access-2"), LIST: [STALE, NORMAL]})
    assert len(seen.posts) == 3
    assert fetch.requests[-1].headers["access-token"] == "access-2"
    session = MemorySession(DOUYIN, access="old", open_id="author-1")
    assert await refused(douyin_official.COLLECTOR, session, {REFRESH: token(), LIST: STALE}) is Reason.GRANT


async def test_a_refresh_token_that_would_not_outlast_the_access_token_is_prolonged() -> None:
    session = MemorySession(DOUYIN)
    answers = {REFRESH: token(refresh_days=15), RENEW: LONGER, LIST: NORMAL}
    _, fetch = await look(douyin_official.COLLECTOR, session, answers)
    assert fetch.requests[1].form == {"client_key": "ck1", "refresh_token": "first-refresh"}
    assert session.get("refresh") == "second-refresh"
    session.drop("access")
    _, fetch = await look(douyin_official.COLLECTOR, session, {REFRESH: token(), LIST: NORMAL})
    assert fetch.requests[0].form
    assert fetch.requests[0].form["refresh_token"] == "second-refresh"


async def test_a_refresh_token_that_cannot_be_prolonged_serves_to_its_end() -> None:
    session = MemorySession(DOUYIN)
    answers = {REFRESH: token(refresh_days=15), RENEW: answer("douyin_official/consent_ended.json"), LIST: NORMAL}
    seen, _ = await look(douyin_official.COLLECTOR, session, answers)
    assert len(seen.posts) == 3
    assert session.get("refresh") is None


async def test_a_consent_that_has_ended_or_was_never_given_is_the_grants_fault() -> None:
    ended = {REFRESH: answer("douyin_official/consent_ended.json")}
    assert await refused(douyin_official.COLLECTOR, MemorySession(DOUYIN), ended) is Reason.GRANT
    assert await refused(douyin_official.COLLECTOR, MemorySession(DOUYIN), {REFRESH: STALE}) is Reason.GRANT
    without = MemorySession(Grant(id="ck1", secret="cs1"))
    assert await refused(douyin_official.COLLECTOR, without, {REFRESH: token()}) is Reason.GRANT
    withdrawn = {REFRESH: token(), LIST: answer("douyin_official/withdrawn.json")}
    assert await refused(douyin_official.COLLECTOR, MemorySession(DOUYIN), withdrawn) is Reason.GRANT


async def test_pinned_works_alone_make_us_turn_the_page() -> None:
    session = MemorySession(DOUYIN, access="a", open_id="author-1")
    pages = [answer("douyin_official/all_pinned.json"), NORMAL]
    seen, fetch = await look(douyin_official.COLLECTOR, session, {LIST: pages})
    assert len(fetch.requests) == 2
    assert (len(seen.posts), seen.covers) == (4, Covers.ALL)


async def test_an_app_token_asks_for_published_works_only() -> None:
    seen, fetch = await look(
        baijiahao_official.COLLECTOR, MemorySession(BAIJIAHAO), {ARTICLES: answer("baijiahao_official/normal.json")}
    )
    [request] = fetch.requests
    assert request.url == "https://baijiahao.baidu.com/builderinner/open/resource/query/articleListall"
    assert request.form == {
        "app_id": "1600000000000001",
        "app_token": "t0ken",
        "page_no": "1",
        "page_size": "20",
        "collection": "publish",
    }
    assert (len(seen.posts), seen.covers) == (3, Covers.ALL)


async def test_a_wrong_app_token_is_the_grants_fault() -> None:
    answers = {ARTICLES: answer("baijiahao_official/wrong_token.json")}
    assert await refused(baijiahao_official.COLLECTOR, MemorySession(BAIJIAHAO), answers) is Reason.GRANT


def works(*rows: tuple[int, float], has_next: bool = True) -> Canned:
    """A list as the service gives it now: works by number with the days since their last change, keyed by their ids."""
    items = {
        str(number): {
            "updated_at": int(AT.timestamp() - days * 86_400),
            "status": "publish",
            "title": f"第{number}则",
            "article_url": f"https://baijiahao.baidu.com/s?id=18100000000000000{number:02}",
        }
        for number, days in rows
    }
    about = {"page_no": 1, "page_size": 20, "items_count": len(rows), "has_next": has_next}
    return Canned(body=json.dumps({"errno": 0, "data": {"page": about, "items": items}}))


def its_page(days: float) -> Canned:
    """The page of a work that appeared so many days before the look, and was changed on its day."""
    published, changed = beijing(AT - timedelta(days=days)), beijing(AT)
    said = {"pubDate": f"{published:%Y-%m-%dT%H:%M:%S}", "upDate": f"{changed:%Y-%m-%dT%H:%M:%S}"}
    return Canned(body=f"<html><head><title>x</title><script>{json.dumps(said)}</script></head><body></body></html>")


async def test_the_time_of_a_last_change_is_no_publication_and_the_work_s_own_page_is_asked() -> None:
    answers = {ARTICLES: works((3, 0.5), (2, 4), (1, 9)), "id=1810000000000000003": its_page(20)}
    answers |= {"id=1810000000000000002": its_page(4), "id=1810000000000000001": its_page(9)}
    session = MemorySession(BAIJIAHAO)
    seen, fetch = await look(baijiahao_official.COLLECTOR, session, answers)
    assert [url.rpartition("=")[2] for url in fetch.urls[1:]] == ["1810000000000000003", "1810000000000000002"]
    assert seen.newest
    assert (AT - seen.newest.published_at, seen.covers) == (timedelta(days=4), Covers.ALL)
    seen, fetch = await look(baijiahao_official.COLLECTOR, session, answers)
    assert (len(fetch.requests), seen.covers, len(seen.posts)) == (1, Covers.ALL, 2)


@pytest.mark.parametrize(
    ("listed", "covers"),
    [
        (works((3, 0.5), (2, 4)), Covers.ALL),
        (works((2, 4), (3, 0.5)), Covers.SOME),
        (works((2, 4), (3, 0.5), has_next=False), Covers.ALL),
    ],
)
async def test_works_without_order_prove_what_is_newest_only_as_the_whole(listed: Canned, covers: Covers) -> None:
    pages = {"id=1810000000000000003": its_page(0.5), "id=1810000000000000002": its_page(4)}
    seen, _ = await look(baijiahao_official.COLLECTOR, MemorySession(BAIJIAHAO), {ARTICLES: listed, **pages})
    assert seen.newest
    assert (AT - seen.newest.published_at, seen.covers) == (timedelta(days=0.5), covers)


@pytest.mark.parametrize("hidden", [Canned(status=403), Canned(body="<html>百度安全验证</html>"), Canned(body="")])
async def test_a_work_that_may_be_the_newest_and_whose_page_is_not_shown_leaves_the_list_some(hidden: Canned) -> None:
    answers = {ARTICLES: works((3, 0.5), (2, 4)), "id=1810000000000000003": hidden}
    seen, _ = await look(baijiahao_official.COLLECTOR, MemorySession(BAIJIAHAO), answers)
    assert (seen.covers, seen.standing) == (Covers.SOME, Standing.ACTIVE)


async def test_no_more_than_a_few_pages_are_asked_for_in_one_look_and_the_next_goes_on() -> None:
    rows = [(number, number / 10) for number in range(1, 10)]
    pages = {f"id=18100000000000000{number:02}": its_page(30 + number) for number, _ in rows}
    session = MemorySession(BAIJIAHAO)
    seen, fetch = await look(baijiahao_official.COLLECTOR, session, {ARTICLES: works(*rows), **pages})
    assert (len(fetch.requests), seen.covers) == (6, Covers.SOME)
    seen, fetch = await look(baijiahao_official.COLLECTOR, session, {ARTICLES: works(*rows), **pages})
    assert (len(fetch.requests), seen.covers, len(seen.posts)) == (5, Covers.ALL, 9)


@pytest.mark.parametrize(
    ("collector", "grant", "listed"),
    [
        (douyin_official.COLLECTOR, DOUYIN, {REFRESH: token(), LIST: NORMAL}),
        (baijiahao_official.COLLECTOR, BAIJIAHAO, {ARTICLES: answer("baijiahao_official/normal.json")}),
    ],
)
async def test_a_grant_may_lead_elsewhere(collector: Collector, grant: Grant, listed: dict[str, Canned]) -> None:
    elsewhere = Grant(id=grant.id, secret=grant.secret, token=grant.token, base_url="http://127.0.0.1:8123")
    _, fetch = await look(collector, MemorySession(elsewhere), listed)
    assert {urlsplit(url).netloc for url in fetch.urls} == {"127.0.0.1:8123"}
