from __future__ import annotations

from pathlib import Path

import pytest

from collectors.platforms import bilibili
from monitor.core.account import Account, Platform, Source
from monitor.core.observation import Covers, LookFailedError, Reason, Standing, Timeline
from tests.fakes import Canned, CannedFetch, MemorySession

FIXTURES = Path(__file__).parents[1] / "fixtures" / "bilibili"
SOURCE = Source(account="A1", collector="bilibili", key="4000001")
CARD, DYNAMICS, VIDEOS = "/web-interface/card", "/v1/feed/space", "/archive/cursor"
BRIDGE = bilibili.at("http://127.0.0.1:8123/")


def answer(name: str, status: int = 200) -> Canned:
    return Canned(body=(FIXTURES / name).read_bytes(), status=status)


async def look(collector: bilibili.Bilibili = BRIDGE, **answers: Canned) -> tuple[Timeline, CannedFetch]:
    pieces = {"card": CARD, "dynamics": DYNAMICS, "videos": VIDEOS}
    fetch = CannedFetch({CARD: answer("card.json"), **{pieces[name]: given for name, given in answers.items()}})
    return await collector.collect(SOURCE, fetch, MemorySession()), fetch


async def test_a_visitor_is_shown_the_card_and_no_list_is_asked_for_which_would_be_refused() -> None:
    seen, fetch = await look(bilibili.COLLECTOR, dynamics=answer("normal.json"))
    assert fetch.urls == ["https://api.bilibili.com/x/web-interface/card?mid=4000001"]
    assert (seen.posts, seen.covers, seen.standing) == ((), Covers.SOME, Standing.ACTIVE)
    assert seen.profile
    assert seen.profile.name == "示例县发布"
    assert bilibili.COLLECTOR.is_partial("4000001")


async def test_a_bridge_is_asked_for_the_card_then_the_dynamics() -> None:
    seen, fetch = await look(dynamics=answer("pinned_first.json"))
    assert [url.partition("?")[0] for url in fetch.urls] == [
        "http://127.0.0.1:8123/api.bilibili.com/x/web-interface/card",
        "http://127.0.0.1:8123/api.bilibili.com/x/polymer/web-dynamic/v1/feed/space",
    ]
    assert (len(seen.posts), seen.covers) == (3, Covers.ALL)
    assert seen.profile
    assert seen.profile.name == "示例县发布"
    assert not BRIDGE.is_partial("4000001")


@pytest.mark.parametrize("tag", ["置顶", " 置顶", "置顶 "])
async def test_a_pinned_post_is_known_by_its_tag_however_it_is_spaced(tag: str) -> None:
    body = (FIXTURES / "pinned_first.json").read_text("utf-8").replace("置顶", tag)
    seen, _ = await look(dynamics=Canned(body=body))
    assert [post.is_pinned for post in seen.posts].count(True) == 1


@pytest.mark.parametrize("refusal", ["unsigned.json", "captcha.json", "login_wall.json", "no_key.json"])
async def test_dynamics_that_want_a_signature_leave_the_videos_which_prove_no_lack(refusal: str) -> None:
    seen, fetch = await look(dynamics=answer(refusal), videos=answer("videos.json"))
    assert "/app.biliapi.com/x/v2/space/archive/cursor?vmid=4000001&" in fetch.urls[-1]
    assert (len(seen.posts), seen.covers) == (2, Covers.SOME)
    assert not any(request.conditional for request in fetch.requests)


async def test_whoever_comes_too_often_asks_no_further() -> None:
    with pytest.raises(LookFailedError) as failed:
        await look(dynamics=answer("rate_limited.json"), videos=answer("videos.json"))
    assert failed.value.reason is Reason.RATE_LIMITED


@pytest.mark.parametrize("refusal", ["captcha.json", "no_key.json"])
async def test_videos_that_are_refused_too_leave_the_look_blind(refusal: str) -> None:
    with pytest.raises(LookFailedError) as failed:
        await look(dynamics=answer("unsigned.json"), videos=answer(refusal))
    assert failed.value.reason is Reason.REFUSED


@pytest.mark.parametrize(
    ("card", "standing"), [("banned.json", Standing.BANNED), ("cancelled.json", Standing.NOT_FOUND)]
)
async def test_a_gone_account_is_told_by_its_card(card: str, standing: Standing) -> None:
    seen, fetch = await look(card=answer(card))
    assert (seen.standing, seen.covers, len(fetch.requests)) == (standing, Covers.SOME, 1)


async def test_a_video_is_the_same_post_in_both_lists() -> None:
    dynamics, _ = await look(dynamics=answer("normal.json"))
    videos, _ = await look(dynamics=answer("unsigned.json"), videos=answer("videos.json"))
    assert dynamics.newest
    assert videos.newest
    assert dynamics.newest.key == videos.newest.key


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
