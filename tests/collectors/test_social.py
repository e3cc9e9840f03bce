"""头条号, 抖音, 快手, 搜狐号, 百家号 and 大鱼号: what their collectors ask for, and whose row they take for whom."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from collectors import agents
from collectors.platforms import baijiahao, dayu, douyin, kuaishou, sohu, toutiao
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Collector, UnchangedError
from monitor.core.observation import Covers, LookFailedError, Reason, Standing, Timeline
from tests.fakes import AT, Canned, CannedFetch, MemorySession

FIXTURES = Path(__file__).parents[1] / "fixtures"
TOKEN = "MS4wLjABAAAAshilixian0000000000000000000000000000"
DAILY = "MS4wLjABAAAAmeirigengxin000000000000000000000000"
XPT = "c2hpbGl4aWFuZmFidUBzb2h1LmNvbQ=="
UID = "0123456789abcdef0123456789abcdef"
FEED, INFO, WORKS = "/user/feed", "/user/info", "/aweme/post"
USER, APP = "3xshilixian00001", "1600000000000001"
USER_INFO, USER_FEED, USER_PAGE = "/rest/v/profile/user", "/rest/v/profile/feed", "kuaishou.com/profile/"
AUTHOR_PAGE, DYNAMICS = "/u?app_id=", "/webpage?"
HOME, ARTICLES, CONTENTS = "/profile?", "/author-articles", "/contents/author"


def answer(name: str, status: int = 200) -> Canned:
    return Canned(body=(FIXTURES / name).read_bytes(), status=status)


async def look(
    collector: Collector,
    key: str,
    answers: Mapping[str, Canned | Sequence[Canned]],
    session: MemorySession | None = None,
) -> tuple[Timeline, CannedFetch]:
    fetch = CannedFetch(answers)
    source = Source(account="A1", collector=collector.name, key=key)
    seen = await collector.collect(source, fetch, session or MemorySession())
    assert isinstance(seen, Timeline)
    return seen, fetch


async def refused(collector: Collector, key: str, answers: Mapping[str, Canned | Sequence[Canned]]) -> Reason:
    with pytest.raises(LookFailedError) as caught:
        await look(collector, key, answers)
    return caught.value.reason


async def test_toutiao_is_asked_once_and_without_a_signature() -> None:
    seen, fetch = await look(toutiao.COLLECTOR, TOKEN, {FEED: answer("toutiao/normal.json")})
    [request] = fetch.requests
    assert request.conditional
    assert request.headers["Referer"] == f"https://www.toutiao.com/c/user/token/{TOKEN}/"
    query = parse_qs(urlsplit(request.url).query)
    assert (query["token"], query["category"]) == ([TOKEN], ["profile_all"])
    assert not {"a_bogus", "_signature", "msToken"} & query.keys()
    assert (len(seen.posts), seen.covers) == (3, Covers.ALL)


async def test_an_empty_list_for_a_visitor_who_did_not_sign_is_no_silence() -> None:
    seen, _ = await look(toutiao.COLLECTOR, TOKEN, {FEED: answer("toutiao/empty.json")})
    assert (seen.standing, seen.covers) == (Standing.EMPTY, Covers.SOME)
    assert await refused(toutiao.COLLECTOR, TOKEN, {FEED: answer("toutiao/null.json")}) is Reason.UNREADABLE


def works(*days_ago: float, **more: object) -> Canned:
    """An answer with one work for each number of days before the look."""
    rows = [
        {"aweme_id": f"77089466052962727{place:02}", "desc": "x", "create_time": int(AT.timestamp() - days * 86_400)}
        for place, days in enumerate(days_ago)
    ]
    return Canned(body=json.dumps({"status_code": 0, "has_more": 1, "aweme_list": rows, **more}).encode())


BRIDGE = douyin.at("http://127.0.0.1:8123/").with_canary(DAILY)
WELL = {f"sec_user_id={DAILY}": works(0.5, 1.5)}
VISITOR = {"not_login_module": {"guide_login_tip_exist": True}}
"""How an answer says that it was made for somebody who is not logged in."""


async def test_douyin_shows_a_visitor_its_profile_and_no_list_is_asked_for() -> None:
    seen, fetch = await look(douyin.COLLECTOR, TOKEN, {INFO: answer("douyin/profile.json")})
    assert fetch.urls == [
        f"https://m.douyin.com/web/api/v2/user/info/?reflow_source=reflow_page&sec_uid={TOKEN}",
    ]
    assert (seen.posts, seen.covers, seen.standing) == ((), Covers.SOME, Standing.ACTIVE)
    assert seen.profile
    assert seen.profile.posts == 318


async def test_a_profile_that_is_empty_for_a_phone_is_asked_for_as_a_browser_at_the_other_host_once() -> None:
    nothing, profile = Canned(body=b""), answer("douyin/profile.json")
    seen, fetch = await look(douyin.COLLECTOR, TOKEN, {"m.douyin.com": nothing, "www.iesdouyin.com": profile})
    assert [urlsplit(url).hostname for url in fetch.urls] == ["m.douyin.com", "www.iesdouyin.com"]
    assert [request.headers["User-Agent"] for request in fetch.requests] == [agents.PHONE, agents.DESKTOP]
    assert seen.profile
    assert seen.profile.posts == 318
    fetch = CannedFetch({INFO: nothing})
    with pytest.raises(LookFailedError) as caught:
        await douyin.COLLECTOR.collect(Source(account="A1", collector="douyin", key=TOKEN), fetch, MemorySession())
    assert (caught.value.reason, len(fetch.requests)) == (Reason.REFUSED, 2)


async def test_a_gone_douyin_account_is_told_by_its_profile() -> None:
    for name, standing in (("banned", Standing.BANNED), ("cancelled", Standing.CANCELLED)):
        seen, fetch = await look(BRIDGE, TOKEN, {INFO: answer(f"douyin/{name}.json")})
        assert (seen.standing, seen.covers, len(fetch.requests)) == (standing, Covers.SOME, 1)


async def test_a_server_in_douyin_s_place_is_asked_for_the_list_too() -> None:
    answers = {INFO: answer("douyin/profile.json"), WORKS: answer("douyin/normal.json")} | WELL
    seen, fetch = await look(BRIDGE, TOKEN, answers)
    lists = "/aweme/v1/web/aweme/post/"
    assert [urlsplit(url).path for url in fetch.urls] == ["/web/api/v2/user/info/", lists, lists]
    assert not any(request.conditional for request in fetch.requests)
    assert (len(seen.posts), seen.covers) == (3, Covers.ALL)
    assert seen.profile
    assert seen.profile.name == "示例县发布"


@pytest.mark.parametrize(
    ("canary", "covers"),
    [
        (works(0.5, 9), Covers.ALL),
        (works(9, 2), Covers.ALL),
        (works(2.1, 9), Covers.SOME),
        (works(0.5, **VISITOR), Covers.SOME),
        (works(0.5, not_login_module={"guide_login_tip_exist": False}), Covers.ALL),
        (works(), Covers.SOME),
        (works(0.5, verify_ticket="x"), Covers.SOME),
        (works(0.5, status_code=2483), Covers.SOME),
        (Canned(status=502), Covers.SOME),
    ],
)
async def test_a_bridge_shows_what_is_newest_only_while_the_author_who_publishes_daily_is_fresh_there(
    canary: Canned, covers: Covers
) -> None:
    """A bridge that has lost its log-in shows a visitor's lists, which lack about the newest week."""
    info, two = answer("douyin/profile.json"), works(20, 30)
    answers: dict[str, Canned] = {INFO: info, WORKS: two, f"sec_user_id={DAILY}": canary}
    seen, _ = await look(BRIDGE, TOKEN, answers)
    assert (len(seen.posts), seen.covers) == (2, covers)


async def test_without_a_canary_a_bridge_proves_updates_alone() -> None:
    bridge = douyin.at("http://127.0.0.1:8123/")
    seen, fetch = await look(bridge, TOKEN, {INFO: answer("douyin/profile.json"), WORKS: works(20, 30)})
    assert (len(seen.posts), seen.covers, len(fetch.requests)) == (2, Covers.SOME, 2)
    assert bridge.is_partial(TOKEN)
    assert not BRIDGE.is_partial(TOKEN)


async def test_a_bridge_that_was_well_is_not_asked_about_its_log_in_for_some_hours() -> None:
    session = MemorySession()
    answers: dict[str, Canned] = {INFO: answer("douyin/profile.json"), WORKS: works(20, 30), **WELL}
    await look(BRIDGE, TOKEN, answers, session)
    seen, fetch = await look(BRIDGE, TOKEN, {**answers, f"sec_user_id={DAILY}": Canned(status=502)}, session)
    assert (seen.covers, len(fetch.requests)) == (Covers.ALL, 2)
    seen, _ = await look(BRIDGE, TOKEN, {**answers, WORKS: works(20, 30, **VISITOR)}, session)
    assert seen.covers is Covers.SOME


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (works(**VISITOR), Reason.LOGIN_WALL),
        (works(has_more=0, **VISITOR), Reason.LOGIN_WALL),
        (works(status_code=2483), Reason.LOGIN_WALL),
        (works(3, status_code=2483), Reason.LOGIN_WALL),
        (Canned(body=b'{"status_code":2483,"status_msg":"","aweme_list":null}'), Reason.LOGIN_WALL),
        (works(verify_ticket=""), Reason.CAPTCHA),
        (works(3, verify_ticket="abc"), Reason.CAPTCHA),
        (Canned(body=b'{"verify_ticket":"abc"}'), Reason.CAPTCHA),
    ],
)
async def test_what_keeps_a_visitor_from_a_list_of_douyin_is_told_by_its_marks(body: Canned, reason: Reason) -> None:
    assert await refused(BRIDGE, TOKEN, {INFO: answer("douyin/profile.json"), WORKS: body}) is reason


@pytest.mark.parametrize("first", ["all_pinned", "empty_with_more"])
async def test_pinned_works_alone_and_a_page_without_works_make_us_turn_it(first: str) -> None:
    pages = [answer(f"douyin/{first}.json"), answer("douyin/normal.json")]
    info = answer("douyin/profile.json")
    seen, fetch = await look(BRIDGE, TOKEN, {INFO: info, WORKS: pages, **WELL})
    cursors = [parse_qs(urlsplit(url).query)["max_cursor"] for url in fetch.urls[1:3]]
    assert cursors == [["0"], [str(json.loads(pages[0].body)["max_cursor"])]]
    assert seen.newest
    assert not seen.newest.is_pinned
    assert seen.covers is Covers.ALL


async def test_no_works_count_only_where_the_profile_has_none_either() -> None:
    nothing = answer("douyin/empty.json")
    seen, _ = await look(BRIDGE, TOKEN, {INFO: answer("douyin/profile.json"), WORKS: nothing} | WELL)
    assert (seen.standing, seen.covers) == (Standing.ACTIVE, Covers.SOME)
    seen, _ = await look(BRIDGE, TOKEN, {INFO: answer("douyin/profile_empty.json"), WORKS: nothing} | WELL)
    assert (seen.standing, seen.covers) == (Standing.EMPTY, Covers.ALL)
    hidden = {INFO: answer("douyin/profile.json"), WORKS: answer("douyin/null.json")}
    assert await refused(BRIDGE, TOKEN, hidden) is Reason.UNREADABLE


async def test_a_sohu_number_is_asked_for_as_it_is() -> None:
    seen, fetch = await look(sohu.COLLECTOR, "120000001", {ARTICLES: answer("sohu/normal.json")})
    assert fetch.urls == ["https://v2.sohu.com/author-page-api/author-articles/pc/120000001"]
    assert fetch.requests[0].conditional
    assert (len(seen.posts), seen.covers) == (3, Covers.SOME)


async def test_a_sohu_xpt_leads_to_the_number_once() -> None:
    home = Canned(body='<script>window.globalConst = {"title":"示例","mkeyConst_mkey":"120000001"}</script>')
    session = MemorySession()
    for asked in (2, 1):
        seen, fetch = await look(sohu.COLLECTOR, XPT, {HOME: home, ARTICLES: answer("sohu/normal.json")}, session)
        assert len(fetch.urls) == asked
        assert len(seen.posts) == 3
    _, fetch = await look(sohu.at("http://127.0.0.1:8123/"), XPT, {HOME: home, ARTICLES: answer("sohu/empty.json")})
    assert fetch.urls == [
        "http://127.0.0.1:8123/mp.sohu.com/profile?xpt=c2hpbGl4aWFuZmFidUBzb2h1LmNvbQ%3D%3D",
        "http://127.0.0.1:8123/v2.sohu.com/author-page-api/author-articles/pc/120000001",
    ]


async def test_a_sohu_page_that_names_no_number_tells_why() -> None:
    seen, _ = await look(sohu.COLLECTOR, XPT, {HOME: answer("sohu/banned.html")})
    assert seen.standing is Standing.BANNED
    assert await refused(sohu.COLLECTOR, XPT, {HOME: answer("sohu/captcha.html")}) is Reason.CAPTCHA
    assert await refused(sohu.COLLECTOR, XPT, {HOME: answer("sohu/missing.html", 404)}) is Reason.HTTP_ERROR
    assert await refused(sohu.COLLECTOR, XPT, {HOME: Canned(body="<p>搜狐号</p>")}) is Reason.UNREADABLE


async def test_dayu_is_asked_by_publication() -> None:
    seen, fetch = await look(dayu.COLLECTOR, UID, {CONTENTS: answer("dayu/normal.json")})
    [request] = fetch.requests
    assert request.url.startswith(f"https://ff.dayu.com/contents/author/{UID}?biz_id=1002&")
    assert parse_qs(urlsplit(request.url).query)["_order_type"] == ["published_at"]
    assert request.conditional
    assert (len(seen.posts), seen.covers) == (3, Covers.ALL)


async def test_kuaishou_shows_a_visitor_its_profile_and_no_list_is_asked_for() -> None:
    door = Canned(headers={"set-cookie": "did=web_1; path=/, clientid=3"})
    session, answers = MemorySession(), {USER_PAGE: door, USER_INFO: answer("kuaishou/profile.json")}
    seen, fetch = await look(kuaishou.COLLECTOR, USER, answers, session)
    assert fetch.urls == [
        f"https://www.kuaishou.com/profile/{USER}",
        "https://www.kuaishou.com/rest/v/profile/user",
    ]
    asked = fetch.requests[1]
    assert (asked.method, asked.json, asked.cookies) == ("POST", {"user_id": USER}, {"did": "web_1", "clientid": "3"})
    assert (seen.posts, seen.covers, seen.standing) == ((), Covers.SOME, Standing.ACTIVE)
    _, fetch = await look(kuaishou.COLLECTOR, USER, answers, session)
    assert len(fetch.urls) == 1


@pytest.mark.parametrize(
    "signed_only", [answer("kuaishou/unsigned.json"), answer("kuaishou/login_wall.json"), Canned(status=404)]
)
async def test_kuaishou_s_profile_comes_by_the_older_query_where_the_newer_is_signed(
    signed_only: Canned,
) -> None:
    older = {USER_PAGE: Canned(), USER_INFO: signed_only, "/graphql": answer("kuaishou/vision_profile.json")}
    seen, fetch = await look(kuaishou.COLLECTOR, USER, older)
    assert [urlsplit(url).path for url in fetch.urls[1:]] == ["/rest/v/profile/user", "/graphql"]
    asked = fetch.requests[-1].json
    assert asked
    assert (asked["operationName"], asked["variables"]) == ("visionProfile", {"userId": USER})
    assert (seen.covers, seen.posts) == (Covers.SOME, ())
    assert seen.profile
    assert (seen.profile.followers, seen.profile.posts) == (12_000, 169)
    assert await refused(kuaishou.COLLECTOR, USER, {**older, "/graphql": signed_only}) is not Reason.UNREADABLE


async def test_kuaishou_keeping_a_visitor_out_by_a_puzzle_is_not_gone_around() -> None:
    answers = {USER_PAGE: Canned(), USER_INFO: answer("kuaishou/captcha.json"), "/graphql": Canned(status=500)}
    assert await refused(kuaishou.COLLECTOR, USER, answers) is Reason.CAPTCHA


async def test_kuaishou_s_visitor_cookies_are_dropped_when_they_are_refused() -> None:
    session = MemorySession(visitor='{"did": "web_0"}')
    with pytest.raises(LookFailedError) as failed:
        await look(kuaishou.COLLECTOR, USER, {USER_INFO: answer("kuaishou/login_wall.json")}, session)
    assert failed.value.reason is Reason.LOGIN_WALL
    assert session.kept == {}


async def test_a_server_in_kuaishou_s_place_is_asked_for_the_list_too() -> None:
    bridge = kuaishou.at("http://127.0.0.1:8123/")
    pages = [answer("kuaishou/all_pinned.json"), answer("kuaishou/normal.json")]
    about = {"/profile/": Canned(), USER_INFO: answer("kuaishou/profile.json")}
    seen, fetch = await look(bridge, USER, {**about, USER_FEED: pages})
    assert [request.json and request.json["pcursor"] for request in fetch.requests[2:]] == ["", "1.7"]
    assert (len(seen.posts), seen.covers) == (4, Covers.ALL)
    assert seen.profile
    assert seen.profile.followers == 12_548
    seen, _ = await look(bridge, USER, {**about, USER_FEED: answer("kuaishou/empty.json")})
    assert (seen.standing, seen.covers) == (Standing.ACTIVE, Covers.SOME)


async def test_baijiahao_s_author_page_leads_to_the_list() -> None:
    home = Canned(body=answer("baijiahao/home.html").body, headers={"set-cookie": "BAIDUID=1:FG=1; path=/"})
    seen, fetch = await look(baijiahao.COLLECTOR, APP, {AUTHOR_PAGE: home, DYNAMICS: answer("baijiahao/normal.json")})
    assert [urlsplit(url).netloc for url in fetch.urls] == ["baijiahao.baidu.com", "mbd.baidu.com"]
    assert parse_qs(urlsplit(fetch.urls[1]).query)["uk"] == ["UkShilixian01"]
    assert fetch.requests[1].cookies == {"BAIDUID": "1:FG=1"}
    assert [request.conditional for request in fetch.requests] == [False, True]
    assert (len(seen.posts), seen.covers) == (3, Covers.ALL)
    assert seen.profile
    assert seen.profile.name == "示例县发布"


async def test_baijiahao_that_hides_its_list_from_a_visitor_is_not_silent() -> None:
    home = answer("baijiahao/home.html")
    seen, _ = await look(baijiahao.COLLECTOR, APP, {AUTHOR_PAGE: home, DYNAMICS: answer("baijiahao/empty.json")})
    assert (seen.standing, seen.covers) == (Standing.ACTIVE, Covers.SOME)
    answers = {AUTHOR_PAGE: answer("baijiahao/home_empty.html"), DYNAMICS: answer("baijiahao/empty.json")}
    seen, _ = await look(baijiahao.COLLECTOR, APP, answers)
    assert (seen.standing, seen.covers) == (Standing.EMPTY, Covers.ALL)
    answers = {AUTHOR_PAGE: home, DYNAMICS: answer("baijiahao/captcha.json")}
    assert await refused(baijiahao.COLLECTOR, APP, answers) is Reason.CAPTCHA


async def test_a_gone_baijiahao_author_is_told_by_the_page() -> None:
    seen, fetch = await look(baijiahao.COLLECTOR, APP, {AUTHOR_PAGE: answer("baijiahao/banned.html")})
    assert (seen.standing, len(fetch.requests)) == (Standing.BANNED, 1)
    assert await refused(baijiahao.COLLECTOR, APP, {AUTHOR_PAGE: answer("baijiahao/normal.json")}) is Reason.UNREADABLE


@pytest.mark.parametrize(
    ("collector", "key", "piece"),
    [
        (toutiao.COLLECTOR, TOKEN, FEED),
        (douyin.COLLECTOR, TOKEN, INFO),
        (sohu.COLLECTOR, "120000001", ARTICLES),
        (dayu.COLLECTOR, UID, CONTENTS),
    ],
)
async def test_an_unchanged_answer_passes_through(collector: Collector, key: str, piece: str) -> None:
    with pytest.raises(UnchangedError):
        await look(collector, key, {piece: Canned(error=UnchangedError())})


@pytest.mark.parametrize(
    ("collector", "platform_id", "homepage", "key"),
    [
        (toutiao.COLLECTOR, TOKEN, None, TOKEN),
        (toutiao.COLLECTOR, "示例县发布", f"https://www.toutiao.com/c/user/token/{TOKEN}/?source=m", TOKEN),
        (toutiao.COLLECTOR, "shilixian_fabu_2020", "https://www.toutiao.com/c/user/5000000001/", None),
        (douyin.COLLECTOR, TOKEN, None, TOKEN),
        (douyin.COLLECTOR, "shilixian", f"https://www.douyin.com/user/{TOKEN}?vid=1", TOKEN),
        (douyin.COLLECTOR, None, f"https://www.iesdouyin.com/share/user/{TOKEN}", TOKEN),
        (douyin.COLLECTOR, "shilixian", "https://v.douyin.com/abc/", None),
        (sohu.COLLECTOR, "120000001", None, "120000001"),
        (sohu.COLLECTOR, None, "https://m.sohu.com/media/120000001?spm=x", "120000001"),
        (sohu.COLLECTOR, "示例县发布", f"https://mp.sohu.com/profile?xpt={XPT}", XPT),
        (sohu.COLLECTOR, XPT, None, XPT),
        (sohu.COLLECTOR, "示例县发布", "https://www.sohu.com/a/1_2", None),
        (kuaishou.COLLECTOR, USER, None, USER),
        (kuaishou.COLLECTOR, "shilixian", f"https://www.kuaishou.com/profile/{USER}?x=1", USER),
        (kuaishou.COLLECTOR, "shilixian", "https://www.kuaishou.com/short-video/3xwork0000003", None),
        (baijiahao.COLLECTOR, APP, None, APP),
        (baijiahao.COLLECTOR, "示例县发布", f"https://baijiahao.baidu.com/u?from=x&app_id={APP}&y=1", APP),
        (baijiahao.COLLECTOR, None, f"https://author.baidu.com/home/{APP}", APP),
        (baijiahao.COLLECTOR, "示例县发布", "https://baijiahao.baidu.com/s?id=1", None),
        (dayu.COLLECTOR, UID, None, UID),
        (dayu.COLLECTOR, None, f"https://a.mp.uc.cn/media.html?mid={UID}&client=ucweb", UID),
        (dayu.COLLECTOR, "示例县发布", f"https://example.invalid/?mid={UID}", None),
    ],
)
def test_the_key_follows_from_the_roster(
    collector: Collector, platform_id: str | None, homepage: str | None, key: str | None
) -> None:
    account = Account(
        id="A1",
        name="示例县发布",
        platform=next(iter(collector.platforms), Platform.WEIBO),
        unit="示例县政府办",
        area="示例县",
        platform_id=platform_id,
        homepage=homepage,
    )
    assert collector.key_of(account) == key
