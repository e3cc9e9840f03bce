from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors import sina
from collectors.platforms import weibo
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import UnchangedError
from monitor.core.observation import Covers, LookFailedError, Reason, Standing, Timeline
from tests.fakes import Canned, CannedFetch, MemorySession

FIXTURES = Path(__file__).parents[1] / "fixtures" / "weibo"
UID = "6000000001"
SOURCE = Source(account="A1", collector="weibo", key=UID)
PROFILE, POSTS, PAGE_2 = "m.weibo.cn/api/container/getIndex?type=uid", "&containerid=107603", "&since_id="
INFO = "weibo.com/ajax/profile/info"
PASSPORT, PASSPORT_2 = "visitor.passport.weibo.cn/visitor/genvisitor2", "//passport.weibo.com/visitor/genvisitor2"


def granted(sub: str, subp: str = "P", *cookies: str) -> Canned:
    """What a passport answers, as JSONP."""
    data = json.dumps({"retcode": 20000000, "msg": "succ", "data": {"sub": sub, "subp": subp, "alt": ""}})
    body = f"window.visitor_gray_callback && visitor_gray_callback({data});"
    return Canned(body=body, headers={"set-cookie": ", ".join(cookies)} if cookies else {})


KNOWN = json.dumps({"SUB": "S0", "SUBP": "P0"})


def answer(name: str, status: int = 200) -> Canned:
    return Canned(body=(FIXTURES / name).read_bytes(), status=status)


async def look(session: MemorySession | None = None, **answers: Canned | list[Canned]) -> tuple[Timeline, CannedFetch]:
    fetch = canned(**answers)
    return await weibo.COLLECTOR.collect(SOURCE, fetch, session or MemorySession(visitor=KNOWN)), fetch


def canned(**answers: Canned | list[Canned]) -> CannedFetch:
    pieces = {
        "profile": PROFILE,
        "posts": POSTS,
        "page_2": PAGE_2,
        "info": INFO,
        "passport": PASSPORT,
        "passport_2": PASSPORT_2,
    }
    defaults = {"profile": answer("profile.json"), "passport": granted("S"), "passport_2": granted("D")}
    given: dict[str, Canned | list[Canned]] = {**defaults, **answers}
    return CannedFetch({piece: given[name] for name, piece in pieces.items() if name in given})


async def refused(session: MemorySession | None = None, **answers: Canned | list[Canned]) -> Reason:
    with pytest.raises(LookFailedError) as caught:
        await look(session, **answers)
    return caught.value.reason


async def test_a_first_look_asks_the_passport_then_the_profile_then_the_posts() -> None:
    session = MemorySession()
    seen, fetch = await look(session, posts=answer("normal.json"))
    assert [url.partition("?")[0] for url in fetch.urls] == [
        "https://visitor.passport.weibo.cn/visitor/genvisitor2",
        "https://m.weibo.cn/api/container/getIndex",
        "https://m.weibo.cn/api/container/getIndex",
    ]
    assert fetch.requests[0].form == {"cb": "visitor_gray_callback", "tid": "", "from": "weibo"}
    assert fetch.requests[-1].cookies == {"SUB": "S", "SUBP": "P"}
    assert [request.conditional for request in fetch.requests] == [False, False, True]
    assert json.loads(session.kept["visitor"]) == {"SUB": "S", "SUBP": "P"}
    assert seen.covers is Covers.ALL
    assert len(seen.posts) == 3
    assert seen.profile
    assert (seen.profile.name, seen.profile.followers) == ("示例县发布", 12_000)


async def test_all_cookies_that_a_visitor_is_given_are_kept() -> None:
    passport = granted("S", "P", "XSRF-TOKEN=x1; path=/; expires=Mon, 30-Nov-2026 08:00:00 GMT", "_T_WM=7; path=/")
    _, fetch = await look(MemorySession(), posts=answer("normal.json"), passport=passport)
    assert fetch.requests[-1].cookies == {"SUB": "S", "SUBP": "P", "XSRF-TOKEN": "x1", "_T_WM": "7"}


async def test_each_face_has_a_visit_of_its_own() -> None:
    session = MemorySession()
    _, fetch = await look(session, profile=answer("ambiguous.json"), info=answer("banned.json"))
    assert [url.partition("?")[0] for url in fetch.urls] == [
        "https://visitor.passport.weibo.cn/visitor/genvisitor2",
        "https://m.weibo.cn/api/container/getIndex",
        "https://visitor.passport.weibo.cn/visitor/genvisitor2",
        "https://m.weibo.cn/api/container/getIndex",
        "https://passport.weibo.com/visitor/genvisitor2",
        "https://weibo.com/ajax/profile/info",
    ]
    assert fetch.requests[-1].cookies["SUB"] == "D"
    assert {json.loads(kept)["SUB"] for kept in session.kept.values()} == {"S", "D"}


async def test_an_answer_that_may_be_a_soft_block_is_believed_only_of_a_new_visit() -> None:
    seen, fetch = await look(profile=[answer("ambiguous.json"), answer("profile.json")], posts=answer("normal.json"))
    assert (len(seen.posts), seen.covers) == (3, Covers.ALL)
    assert [request.cookies.get("SUB") for request in fetch.requests] == ["S0", None, "S", "S"]
    seen, _ = await look(posts=[answer("ambiguous.json"), answer("normal.json")])
    assert (len(seen.posts), seen.covers) == (3, Covers.ALL)
    shown = Canned(body=json.dumps({"ok": 1, "data": {"user": {"id": 6000000001, "statuses_count": 9}}}))
    info = [answer("login_wall.json"), shown]
    seen, fetch = await look(posts=answer("ambiguous.json"), info=info)
    assert (seen.posts, seen.covers, seen.standing) == ((), Covers.SOME, Standing.ACTIVE)
    assert len([url for url in fetch.urls if "passport.weibo.com" in url]) == 2


async def test_kept_cookies_are_used_again() -> None:
    _, fetch = await look(posts=answer("normal.json"))
    assert len(fetch.requests) == 2
    assert fetch.requests[0].cookies == {"SUB": "S0", "SUBP": "P0"}


@pytest.mark.parametrize("stale", [answer("login_wall.json"), answer("ambiguous.json", 432)])
async def test_stale_cookies_are_renewed_once(stale: Canned) -> None:
    seen, _ = await look(profile=[stale, answer("profile.json")], posts=answer("normal.json"))
    assert len(seen.posts) == 3
    seen, _ = await look(posts=[stale, answer("normal.json")])
    assert len(seen.posts) == 3
    session = MemorySession(visitor=KNOWN)
    assert await refused(session, profile=stale) is Reason.LOGIN_WALL
    assert "visitor" not in session.kept


async def test_a_passport_that_grants_nothing_is_a_login_wall() -> None:
    for nothing in ("visitor_gray_callback({})", "<html></html>", ""):
        assert await refused(MemorySession(), passport=Canned(body=nothing)) is Reason.LOGIN_WALL
    for half in (granted("S", ""), granted("", "P")):
        assert await refused(MemorySession(), passport=half) is Reason.LOGIN_WALL


async def test_a_page_of_pinned_posts_only_makes_us_turn_it() -> None:
    seen, fetch = await look(posts=answer("all_pinned.json"), page_2=answer("normal.json"))
    assert PAGE_2 in fetch.urls[-1]
    assert not fetch.requests[-1].conditional
    assert (len(seen.posts), seen.covers) == (4, Covers.ALL)
    assert seen.newest
    assert not seen.newest.is_pinned


async def test_pinned_posts_alone_prove_little_unless_there_are_no_others() -> None:
    seen, _ = await look(posts=answer("all_pinned.json"), page_2=answer("ambiguous.json"))
    assert seen.covers is Covers.SOME
    only_one = json.loads((FIXTURES / "profile.json").read_text("utf-8"))
    only_one["data"]["userInfo"]["statuses_count"] = 1
    seen, fetch = await look(profile=Canned(body=json.dumps(only_one)), posts=answer("all_pinned.json"))
    assert (seen.covers, len(fetch.requests)) == (Covers.ALL, 2)


async def test_an_account_without_posts_is_empty_only_if_its_profile_says_so() -> None:
    seen, _ = await look(profile=answer("profile_empty.json"), posts=answer("ambiguous.json"))
    assert (seen.standing, seen.covers) == (Standing.EMPTY, Covers.ALL)
    for posts in ("half_year.json", "empty.json"):
        seen, _ = await look(posts=answer(posts))
        assert (seen.standing, seen.covers, seen.posts) == (Standing.ACTIVE, Covers.SOME, ())


async def test_a_list_that_stays_empty_hides_no_change_of_what_else_was_asked_for() -> None:
    _, fetch = await look(profile=answer("profile_empty.json"), posts=answer("ambiguous.json"))
    assert not any(request.conditional for request in fetch.requests)
    _, fetch = await look(posts=answer("ambiguous.json"), info=answer("banned.json"))
    conditional = [request.url.partition("?")[0] for request in fetch.requests if request.conditional]
    assert conditional == ["https://m.weibo.cn/api/container/getIndex"] * 2 + ["https://weibo.com/ajax/profile/info"]


@pytest.mark.parametrize(
    ("info", "standing"),
    [("banned.json", Standing.BANNED), ("cancelled.json", Standing.CANCELLED), ("restricted.json", Standing.FROZEN)],
)
async def test_an_ambiguous_answer_is_settled_by_the_other_profile(info: str, standing: Standing) -> None:
    for where in (PROFILE, POSTS):
        fetch = canned(posts=answer("normal.json"), info=answer(info))
        fetch.can(where, answer("ambiguous.json"))
        seen = await weibo.COLLECTOR.collect(SOURCE, fetch, MemorySession(visitor=KNOWN))
        assert (seen.standing, seen.covers) == (standing, Covers.SOME)
        assert INFO in fetch.urls[-1]


async def test_an_account_hidden_from_visitors_is_not_silent() -> None:
    info = Canned(body=json.dumps({"ok": 1, "data": {"user": {"id": 6000000001, "statuses_count": 9}}}))
    assert await refused(profile=answer("ambiguous.json"), info=info) is Reason.LOGIN_WALL
    seen, _ = await look(posts=answer("ambiguous.json"), info=info)
    assert (seen.posts, seen.covers) == ((), Covers.SOME)


async def test_a_gone_account_is_told_by_its_profile() -> None:
    seen, fetch = await look(profile=answer("frozen.json", 400))
    assert seen.standing is Standing.FROZEN
    assert len(fetch.requests) == 1


async def test_refusals_keep_their_reason_and_an_unchanged_list_passes_through() -> None:
    assert await refused(posts=answer("rate_limited.txt", 414)) is Reason.RATE_LIMITED
    assert await refused(posts=answer("captcha.json")) is Reason.CAPTCHA
    with pytest.raises(UnchangedError):
        await look(posts=Canned(error=UnchangedError()))


async def test_another_base_serves_all_hosts() -> None:
    fetch = canned(posts=answer("normal.json"))
    await weibo.at("http://127.0.0.1:8123/").collect(SOURCE, fetch, MemorySession())
    assert [url.partition("?")[0] for url in fetch.urls] == [
        "http://127.0.0.1:8123/visitor.passport.weibo.cn/visitor/genvisitor2",
        "http://127.0.0.1:8123/m.weibo.cn/api/container/getIndex",
        "http://127.0.0.1:8123/m.weibo.cn/api/container/getIndex",
    ]


@pytest.mark.parametrize(
    ("platform_id", "homepage", "key"),
    [
        (UID, None, UID),
        ("示例县发布", "https://weibo.com/u/6000000001?from=x", UID),
        (None, "https://m.weibo.cn/u/6000000001", UID),
        (None, "https://weibo.com/6000000001", UID),
        (None, "https://weibo.com/shilixian", None),
        ("示例县发布", None, None),
    ],
)
def test_the_key_is_the_uid(platform_id: str | None, homepage: str | None, key: str | None) -> None:
    account = Account(
        id="A1",
        name="示例县发布",
        platform=Platform.WEIBO,
        unit="示例县政府办",
        area="示例县",
        platform_id=platform_id,
        homepage=homepage,
    )
    assert weibo.COLLECTOR.key_of(account) == key


def test_the_id_gives_the_year_and_the_text_is_trusted_where_they_disagree() -> None:
    at = datetime(2026, 1, 2, 4, tzinfo=UTC)
    mid = str((int(datetime(2025, 12, 30, 2, tzinfo=UTC).timestamp()) - 515483463) << 22)
    old = str((int(datetime(2023, 12, 30, 2, tzinfo=UTC).timestamp()) - 515483463) << 22)

    def read(written: str, mid: str) -> datetime:
        stamp = sina._time(written, mid, at)
        assert stamp
        return stamp.moment

    assert read("12-30", mid) == datetime(2025, 12, 29, 16, tzinfo=UTC)
    assert read("12-30", old) == datetime(2023, 12, 29, 16, tzinfo=UTC)
    assert read("12-31", old) == datetime(2023, 12, 30, 16, tzinfo=UTC)
    assert read("06-14", old) == datetime(2025, 6, 13, 16, tzinfo=UTC)
    assert read("昨天 10:00", old) == datetime(2026, 1, 1, 2, tzinfo=UTC)


def test_the_collector_is_a_value() -> None:
    assert replace(weibo.COLLECTOR) == weibo.Weibo()
