from __future__ import annotations

import json
from pathlib import Path

import pytest

from collectors.platforms import bilibili
from monitor.core.account import Account, Platform, Source
from monitor.core.observation import Covers, LookFailedError, Reason, Standing, Timeline
from tests.fakes import Canned, CannedFetch, MemorySession

FIXTURES = Path(__file__).parents[1] / "fixtures" / "bilibili"
SOURCE = Source(account="A1", collector="bilibili", key="4000001")
VISITOR, CARD, DYNAMICS, VIDEOS = "/finger/spi", "/web-interface/card", "/v1/feed/space", "/archive/cursor"
GIVEN = Canned(body='{"code": 0, "message": "ok", "data": {"b_3": "B3", "b_4": "B4"}}')


def answer(name: str, status: int = 200) -> Canned:
    return Canned(body=(FIXTURES / name).read_bytes(), status=status)


async def look(session: MemorySession | None = None, **answers: Canned) -> tuple[Timeline, CannedFetch]:
    pieces = {"card": CARD, "dynamics": DYNAMICS, "videos": VIDEOS}
    canned = {VISITOR: GIVEN, CARD: answer("card.json"), **{pieces[name]: given for name, given in answers.items()}}
    fetch = CannedFetch(canned)
    return await bilibili.COLLECTOR.collect(SOURCE, fetch, session or MemorySession()), fetch


async def test_a_first_look_takes_visitor_cookies_then_the_card_then_the_dynamics() -> None:
    session = MemorySession()
    seen, fetch = await look(session, dynamics=answer("pinned_first.json"))
    assert [url.partition("?")[0] for url in fetch.urls] == [
        "https://api.bilibili.com/x/frontend/finger/spi",
        "https://api.bilibili.com/x/web-interface/card",
        "https://api.bilibili.com/x/polymer/web-dynamic/v1/feed/space",
    ]
    assert fetch.requests[-1].cookies == {"buvid3": "B3", "buvid4": "B4"} == json.loads(session.kept["visitor"])
    assert (len(seen.posts), seen.covers) == (3, Covers.ALL)
    assert seen.profile
    assert seen.profile.name == "示例县发布"


async def test_kept_cookies_are_used_again() -> None:
    _, fetch = await look(MemorySession(visitor='{"buvid3": "B0"}'), dynamics=answer("normal.json"))
    assert [request.cookies for request in fetch.requests] == [{"buvid3": "B0"}] * 2


@pytest.mark.parametrize("refusal", ["unsigned.json", "captcha.json", "login_wall.json"])
async def test_dynamics_that_want_a_signature_leave_the_videos_which_prove_no_lack(refusal: str) -> None:
    session = MemorySession()
    seen, fetch = await look(session, dynamics=answer(refusal), videos=answer("videos.json"))
    assert fetch.urls[-1].startswith("https://app.biliapi.com/x/v2/space/archive/cursor?vmid=4000001&")
    assert (len(seen.posts), seen.covers) == (2, Covers.SOME)
    assert not any(request.conditional for request in fetch.requests)
    assert "visitor" not in session.kept


async def test_whoever_comes_too_often_asks_no_further() -> None:
    with pytest.raises(LookFailedError) as failed:
        await look(dynamics=answer("rate_limited.json"), videos=answer("videos.json"))
    assert failed.value.reason is Reason.RATE_LIMITED


async def test_videos_that_are_refused_too_leave_the_look_blind() -> None:
    with pytest.raises(LookFailedError) as failed:
        await look(dynamics=answer("unsigned.json"), videos=answer("captcha.json"))
    assert failed.value.reason is Reason.CAPTCHA


@pytest.mark.parametrize(
    ("card", "standing"), [("banned.json", Standing.BANNED), ("cancelled.json", Standing.NOT_FOUND)]
)
async def test_a_gone_account_is_told_by_its_card(card: str, standing: Standing) -> None:
    seen, fetch = await look(card=answer(card))
    assert (seen.standing, seen.covers, len(fetch.requests)) == (standing, Covers.SOME, 2)


async def test_a_video_is_the_same_post_in_both_lists() -> None:
    dynamics, _ = await look(dynamics=answer("normal.json"))
    videos, _ = await look(dynamics=answer("unsigned.json"), videos=answer("videos.json"))
    assert dynamics.newest
    assert videos.newest
    assert dynamics.newest.key == videos.newest.key


async def test_another_base_serves_both_hosts() -> None:
    fetch = CannedFetch({VISITOR: GIVEN, CARD: answer("card.json"), DYNAMICS: answer("normal.json")})
    await bilibili.at("http://127.0.0.1:8123/").collect(SOURCE, fetch, MemorySession())
    assert fetch.urls[1] == "http://127.0.0.1:8123/api.bilibili.com/x/web-interface/card?mid=4000001"


@pytest.mark.parametrize(
    ("platform_id", "homepage", "key"),
    [
        ("4000001", None, "4000001"),
        (None, "https://space.bilibili.com/4000001/dynamic", "4000001"),
        (None, "https://m.bilibili.com/space/4000001", "4000001"),
        ("示例县发布", "https://www.bilibili.com/video/BV1Ex4mple01", None),
    ],
)
def test_the_key_is_the_mid(platform_id: str | None, homepage: str | None, key: str | None) -> None:
    account = Account(
        id="A1",
        name="示例县发布",
        platform=Platform.BILIBILI,
        unit="示例县政府办",
        area="示例县",
        platform_id=platform_id,
        homepage=homepage,
    )
    assert bilibili.COLLECTOR.key_of(account) == key
