from __future__ import annotations

import json
from pathlib import Path

import pytest

from collectors.platforms import weibo, weibo_ajax
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import UnchangedError
from monitor.core.observation import Covers, LookFailedError, Reason, Standing, Timeline
from tests.fakes import Canned, CannedFetch, MemorySession

FIXTURES = Path(__file__).parents[1] / "fixtures" / "weibo_ajax"
UID = "6000000001"
SOURCE = Source(account="A1", collector="weibo-ajax", key=UID)
INFO, POSTS, PAGE_2 = "/ajax/profile/info", "/ajax/statuses/mymblog", "&page=2"
GRANTED = {
    "/visitor/genvisitor2": Canned(body='visitor_gray_callback({"data":{"sub":"S","subp":"P"}});'),
}
KNOWN = json.dumps({"SUB": "S0", "SUBP": "P0"})


def answer(name: str, status: int = 200) -> Canned:
    return Canned(body=(FIXTURES / name).read_bytes(), status=status)


async def look(session: MemorySession | None = None, **answers: Canned | list[Canned]) -> tuple[Timeline, CannedFetch]:
    pieces = {"info": INFO, "posts": POSTS, "page_2": PAGE_2}
    given: dict[str, Canned | list[Canned]] = {"info": answer("profile.json"), **answers}
    fetch = CannedFetch({**GRANTED, **{pieces[name]: canned for name, canned in given.items()}})
    seen = await weibo_ajax.COLLECTOR.collect(SOURCE, fetch, session or MemorySession(desktop_visitor=KNOWN))
    return seen, fetch


async def test_a_look_asks_for_the_profile_then_the_posts_with_both_cookies() -> None:
    seen, fetch = await look(MemorySession(), posts=answer("normal.json"))
    assert fetch.urls[1:] == [
        f"https://weibo.com/ajax/profile/info?uid={UID}",
        f"https://weibo.com/ajax/statuses/mymblog?uid={UID}&page=1&feature=0",
    ]
    assert fetch.requests[-1].cookies == {"SUB": "S", "SUBP": "P"}
    assert [request.conditional for request in fetch.requests[1:]] == [False, True]
    assert (len(seen.posts), seen.covers) == (2, Covers.ALL)
    assert seen.profile
    assert seen.profile.posts == 1286


@pytest.mark.parametrize("stale", [answer("login_wall.json"), answer("ambiguous.json", 432)])
async def test_stale_cookies_are_renewed_once(stale: Canned) -> None:
    seen, _ = await look(info=[stale, answer("profile.json")], posts=answer("normal.json"))
    assert len(seen.posts) == 2
    with pytest.raises(LookFailedError) as failed:
        await look(posts=stale)
    assert failed.value.reason is Reason.LOGIN_WALL


async def test_a_page_of_pinned_posts_only_makes_us_turn_it() -> None:
    seen, fetch = await look(posts=answer("all_pinned.json"), page_2=answer("normal.json"))
    assert (len(seen.posts), seen.covers) == (3, Covers.ALL)
    assert not fetch.requests[-1].conditional
    seen, _ = await look(posts=answer("all_pinned.json"), page_2=answer("ambiguous.json"))
    assert (len(seen.posts), seen.covers) == (1, Covers.SOME)


@pytest.mark.parametrize("posts", ["half_year.json", "ambiguous.json"])
async def test_an_empty_list_of_an_account_that_has_posts_shows_nothing_for_certain(posts: str) -> None:
    seen, _ = await look(posts=answer(posts))
    assert (seen.standing, seen.covers, seen.posts) == (Standing.ACTIVE, Covers.SOME, ())


async def test_an_account_without_posts_is_empty_by_its_profile() -> None:
    seen, fetch = await look(info=answer("profile_empty.json"))
    assert (seen.standing, seen.covers, len(fetch.requests)) == (Standing.EMPTY, Covers.ALL, 1)


@pytest.mark.parametrize(
    ("info", "standing"),
    [("banned.json", Standing.BANNED), ("cancelled.json", Standing.CANCELLED), ("not_found.json", Standing.NOT_FOUND)],
)
async def test_a_gone_account_is_told_by_its_profile(info: str, standing: Standing) -> None:
    seen, fetch = await look(info=answer(info))
    assert (seen.standing, seen.covers, len(fetch.requests)) == (standing, Covers.SOME, 1)


async def test_an_unchanged_list_passes_through() -> None:
    with pytest.raises(UnchangedError):
        await look(posts=Canned(error=UnchangedError()))


async def test_another_base_serves_all_hosts() -> None:
    fetch = CannedFetch({**GRANTED, INFO: answer("profile.json"), POSTS: answer("normal.json")})
    await weibo_ajax.at("http://127.0.0.1:8123/").collect(SOURCE, fetch, MemorySession())
    assert fetch.urls[0].startswith("http://127.0.0.1:8123/passport.weibo.com/visitor/genvisitor2")
    assert fetch.urls[-1].startswith("http://127.0.0.1:8123/weibo.com/ajax/statuses/mymblog?")


def test_both_ways_to_look_at_weibo_take_the_same_key() -> None:
    account = Account(
        id="A1",
        name="示例县发布",
        platform=Platform.WEIBO,
        unit="示例县政府办",
        area="示例县",
        homepage=f"https://weibo.com/u/{UID}",
    )
    assert weibo.COLLECTOR.key_of(account) == weibo_ajax.COLLECTOR.key_of(account) == UID
