"""An owner's interface: tokens, what is asked of which days, and when a list covers all."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from collectors.platforms import wechat_official
from monitor.core.account import Source
from monitor.core.calendar import ONE_DAY, beijing_date
from monitor.core.collector import Grant
from monitor.core.observation import Covers, LookFailedError, Precision, Reason, Standing
from tests.fakes import AT, Canned, CannedFetch, MemorySession

FIXTURES = Path(__file__).parents[1] / "fixtures" / "wechat_official"
SOURCE = Source(account="A1", collector="wechat-official", key="shili-fabu")
GRANT = Grant(id="wx0000000000000000", secret="s3cret")
TOKEN, PUBLISHED, SENT = "stable_token", "freepublish/batchget", "datacube/getarticletotal"


def canned(name: str) -> Canned:
    return Canned(body=(FIXTURES / name).read_bytes())


def code(number: int) -> Canned:
    return Canned(body=json.dumps({"errcode": number, "errmsg": "of no matter"}))


def sent(*titled: tuple[str, str]) -> Canned:
    rows = [{"ref_date": day, "msgid": "1", "title": title, "details": []} for day, title in titled]
    return Canned(body=json.dumps({"list": rows}))


def far(**answers: Canned | list[Canned]) -> CannedFetch:
    given: dict[str, Canned | list[Canned]] = {
        "token": canned("token.json"),
        "published": canned("normal.json"),
        "sent": canned("sent_nothing.json"),
    }
    given |= answers
    return CannedFetch({TOKEN: given["token"], PUBLISHED: given["published"], SENT: given["sent"]})


async def failure(fetch: CannedFetch, session: MemorySession) -> LookFailedError:
    with pytest.raises(LookFailedError) as failed:
        await wechat_official.COLLECTOR.collect(SOURCE, fetch, session)
    return failed.value


async def test_a_token_is_got_without_touching_those_of_others_and_serves_the_next_look() -> None:
    fetch, session = far(), MemorySession(GRANT)

    await wechat_official.COLLECTOR.collect(SOURCE, fetch, session)
    await wechat_official.COLLECTOR.collect(SOURCE, fetch, session)

    tokens = [request for request in fetch.requests if TOKEN in request.url]
    (asked,) = tokens
    assert asked.url == "https://api.weixin.qq.com/cgi-bin/stable_token"
    assert asked.json == {"grant_type": "client_credential", "appid": GRANT.id, "secret": "s3cret"}
    assert asked.is_secret
    assert all("access_token=ACCESS_TOKEN_OF_THE_SAMPLE" in url for url in fetch.urls[1:])


@pytest.mark.parametrize("number", [40001, 40014, 42001])
async def test_a_token_that_is_no_longer_taken_is_replaced(number: int) -> None:
    fetch = far(published=[code(number), canned("normal.json")])
    session = MemorySession(GRANT, access="old")
    seen = await wechat_official.COLLECTOR.collect(SOURCE, fetch, session)
    assert len(seen.posts) == 2
    assert session.get("access") == "ACCESS_TOKEN_OF_THE_SAMPLE"


@pytest.mark.parametrize("number", [40001, 40013, 40125, 40164, 61004, 40243])
async def test_an_owner_whose_id_secret_or_address_is_refused_has_to_mend_the_grant(number: int) -> None:
    failed = await failure(far(token=code(number)), MemorySession(GRANT))
    assert failed.reason is Reason.GRANT
    assert "s3cret" not in str(failed)


async def test_without_a_grant_nothing_is_asked_for() -> None:
    fetch = far()
    assert (await failure(fetch, MemorySession())).reason is Reason.GRANT
    assert fetch.requests == []


async def test_a_quota_that_is_used_up_is_left_alone_for_hours() -> None:
    failed = await failure(far(published=code(45009)), MemorySession(GRANT))
    assert failed.reason is Reason.RATE_LIMITED
    assert failed.retry_after == timedelta(hours=6)


@pytest.mark.parametrize("number", [48004, 50002, 50004])
async def test_a_code_that_may_mean_a_ban_is_a_refusal_and_no_standing(number: int) -> None:
    assert (await failure(far(published=code(number)), MemorySession(GRANT))).reason is Reason.REFUSED


async def test_a_code_nobody_knows_is_unreadable() -> None:
    assert (await failure(far(published=code(99999)), MemorySession(GRANT))).reason is Reason.UNREADABLE


async def test_it_is_asked_what_was_sent_from_the_day_of_the_newest_publication_to_yesterday() -> None:
    fetch = far()
    await wechat_official.COLLECTOR.collect(SOURCE, fetch, MemorySession(GRANT))
    asked = [request.json for request in fetch.requests if SENT in request.url]
    days = [f"2026-11-{day}" for day in (16, 17, 18, 19)]
    assert asked == [{"begin_date": day, "end_date": day} for day in days]


async def test_of_a_day_whose_figures_are_settled_it_is_asked_once_and_seen_the_same_again() -> None:
    answers = [sent(("2026-11-16", "县政府常务会议召开"), ("2026-11-16", "致全县居民的一封信"))]
    fetch, session = far(sent=[*answers, canned("sent_nothing.json")]), MemorySession(GRANT)
    first = await wechat_official.COLLECTOR.collect(SOURCE, fetch, session)
    fetch.requests.clear()
    second = await wechat_official.COLLECTOR.collect(SOURCE, fetch, session)
    asked = [dict(request.json or {})["begin_date"] for request in fetch.requests if SENT in request.url]
    assert asked == ["2026-11-19"], "yesterday's figures may still be coming"
    assert second == first
    assert len(second.posts) == 3


async def test_of_a_long_silence_so_many_days_are_asked_as_the_rule_looks_back() -> None:
    published = json.loads((FIXTURES / "normal.json").read_bytes())
    for item in published["item"]:
        item["update_time"] = 1767233400
    fetch = far(published=Canned(body=json.dumps(published)))
    await wechat_official.COLLECTOR.collect(SOURCE, fetch, MemorySession(GRANT))
    asked = [dict(request.json or {})["begin_date"] for request in fetch.requests if SENT in request.url]
    yesterday = beijing_date(AT) - ONE_DAY
    assert asked == ["2026-01-01", *((yesterday - day * ONE_DAY).isoformat() for day in range(15, -1, -1))]


async def test_a_list_in_which_what_was_sent_stands_too_covers_all() -> None:
    seen = await wechat_official.COLLECTOR.collect(
        SOURCE, far(sent=[canned("sent.json"), canned("sent_nothing.json")]), MemorySession(GRANT)
    )
    assert seen.covers is Covers.ALL
    assert len(seen.posts) == 2


async def test_a_list_that_is_not_shown_to_hold_what_is_sent_covers_some() -> None:
    seen = await wechat_official.COLLECTOR.collect(SOURCE, far(), MemorySession(GRANT))
    assert (seen.covers, len(seen.posts)) == (Covers.SOME, 2)


async def test_what_was_sent_and_is_not_among_the_publications_is_added_by_its_day() -> None:
    answers = [canned("sent.json"), sent(("2026-11-17", "致全县居民的一封信")), canned("sent_nothing.json")]
    seen = await wechat_official.COLLECTOR.collect(SOURCE, far(sent=answers), MemorySession(GRANT))
    assert seen.covers is Covers.SOME
    assert seen.newest
    assert (seen.newest.title, seen.newest.precision) == ("致全县居民的一封信", Precision.DAY)


async def test_an_owner_without_the_right_to_figures_is_seen_publishing_and_not_asked_again_and_again() -> None:
    fetch = far(sent=code(48001))
    seen = await wechat_official.COLLECTOR.collect(SOURCE, fetch, MemorySession(GRANT))
    assert (seen.covers, len(seen.posts)) == (Covers.SOME, 2)
    assert sum(SENT in url for url in fetch.urls) == 1


async def test_an_account_that_published_nothing_is_not_called_empty() -> None:
    fetch = far(published=canned("empty.json"))
    seen = await wechat_official.COLLECTOR.collect(SOURCE, fetch, MemorySession(GRANT))
    assert (seen.posts, seen.covers, seen.standing) == ((), Covers.SOME, Standing.ACTIVE)


async def test_the_grant_may_name_another_address() -> None:
    fetch = far()
    grant = Grant(id="wx0", secret="s3cret", base_url="https://wx.example.gov.cn")
    await wechat_official.COLLECTOR.collect(SOURCE, fetch, MemorySession(grant))
    assert {url.split("/cgi-bin")[0].split("/datacube")[0] for url in fetch.urls} == {"https://wx.example.gov.cn"}


async def test_another_server_may_stand_in_for_wechat() -> None:
    fetch = far()
    await wechat_official.at("http://127.0.0.1:9/").collect(SOURCE, fetch, MemorySession(GRANT))
    assert fetch.urls[0] == "http://127.0.0.1:9/cgi-bin/stable_token"
