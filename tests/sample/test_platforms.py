import json
import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from collectors.platforms import website, weibo_ajax
from monitor.core.calendar import days_between
from monitor.core.claim import links_in
from monitor.core.collector import NotShownError, Page, Request
from monitor.core.observation import Covers, LookFailedError, Precision, Reason, Standing, Timeline
from monitor.sample.answers import BodyEnding
from monitor.sample.platforms import answer, fetched
from monitor.sample.script import Behaviour, County, Disruption, FeedPlace, Script, SitePlace, WeiboPlace
from monitor.sample.weibo import shared
from tests.fakes import MemorySession
from tests.sample.looking import COUNTY, NOW, Within, look, source_of

POLLED = tuple(script for script in COUNTY.scripts if script.place is not None)
HEALTHY = tuple(script for script in POLLED if script.behaviour(NOW) is Behaviour.OK)


def of(account: str) -> Script:
    return COUNTY.script(account)


def behaving(script: Script, behaviour: Behaviour) -> tuple[County, Script]:
    episode = Disruption(begins=NOW - timedelta(hours=1), ends=None, behaviour=behaviour)
    changed = replace(script, episodes=(episode,))
    return replace(COUNTY, scripts=(changed,)), changed


def feed_request(script: Script, **headers: str) -> Request:
    return Request(url=source_of(COUNTY, script).key, headers={k.replace("_", "-"): v for k, v in headers.items()})


ANSWERED = tuple(
    (script, at)
    for at in (NOW - timedelta(days=days) for days in (0, 20, 60, 92))
    for script in POLLED
    if script.behaviour(at) is Behaviour.OK
)


@pytest.mark.parametrize(("script", "at"), ANSWERED, ids=[f"{script.account.id}-{at:%m-%d}" for script, at in ANSWERED])
async def test_the_real_collectors_see_the_newest_post(script: Script, at: datetime) -> None:
    seen = await look(COUNTY, script, at)
    assert isinstance(seen, Timeline)
    newest = script.newest(at)
    if newest is None:
        assert (seen.standing, seen.covers, seen.posts) == (Standing.EMPTY, Covers.ALL, ())
        return
    assert seen.newest is not None
    assert seen.covers is Covers.ALL
    assert days_between(seen.newest.published_at, newest.published_at) == 0
    if seen.newest.precision is Precision.SECOND:
        assert seen.newest.published_at == newest.published_at.replace(microsecond=0)
    assert seen.newest.title == newest.title


@pytest.mark.parametrize("script", HEALTHY, ids=lambda script: script.account.id)
async def test_every_post_a_collector_sees_was_scripted(script: Script) -> None:
    seen = await look(COUNTY, script, NOW)
    assert isinstance(seen, Timeline)
    scripted = {(post.title, post.is_pinned) for post in script.visible(NOW)}
    assert {(post.title, post.is_pinned and isinstance(script.place, WeiboPlace)) for post in seen.posts} <= scripted
    assert len({post.key for post in seen.posts}) == len(seen.posts)


REASONS = {
    Behaviour.TIMEOUT: Reason.TIMEOUT,
    Behaviour.CAPTCHA: Reason.CAPTCHA,
    Behaviour.LOGIN_WALL: Reason.LOGIN_WALL,
    Behaviour.RATE_LIMITED: Reason.RATE_LIMITED,
    Behaviour.CHANGED_SHAPE: Reason.UNREADABLE,
    Behaviour.HTTP_500: Reason.HTTP_ERROR,
    Behaviour.TRUNCATED: Reason.TRUNCATED,
}


@pytest.mark.parametrize("account", ["SL01", "SL02", "SL09", "SL14", "SL25"])
@pytest.mark.parametrize("behaviour", list(REASONS), ids=lambda behaviour: behaviour.value)
async def test_the_real_collectors_tell_why_they_see_nothing(account: str, behaviour: Behaviour) -> None:
    told, script = behaving(of(account), behaviour)
    assert await look(told, script, NOW) is REASONS[behaviour]


@pytest.mark.parametrize(
    ("behaviour", "standing"),
    [
        (Behaviour.CANCELLED, Standing.CANCELLED),
        (Behaviour.BANNED, Standing.BANNED),
        (Behaviour.FROZEN, Standing.FROZEN),
    ],
)
async def test_weibo_says_what_became_of_an_account(behaviour: Behaviour, standing: Standing) -> None:
    told, script = behaving(of("SL01"), behaviour)
    seen = await look(told, script, NOW)
    assert isinstance(seen, Timeline)
    assert (seen.standing, seen.posts) == (standing, ())


async def test_a_feed_that_is_gone_says_so() -> None:
    told, script = behaving(of("SL02"), Behaviour.CANCELLED)
    seen = await look(told, script, NOW)
    assert isinstance(seen, Timeline)
    assert seen.standing is Standing.NOT_FOUND


async def test_a_pinned_post_stands_first_and_is_old() -> None:
    script = of("SL03")
    session = MemorySession()
    seen = await look(COUNTY, script, NOW, session)
    assert isinstance(seen, Timeline)
    place = script.place
    assert isinstance(place, WeiboPlace)
    cookies = json.loads(session.kept["visitor"])
    cards = json.loads(fetched(COUNTY, weibo_list(place, cookies), NOW).body)["data"]["cards"]
    assert cards[0]["profile_type_id"].startswith("proweibotop")
    assert seen.newest is not None
    assert not seen.newest.is_pinned
    assert days_between(seen.newest.published_at, NOW) == 3


def weibo_list(place: WeiboPlace, cookies: dict[str, str]) -> Request:
    query = f"type=uid&value={place.uid}&containerid=107603{place.uid}"
    return Request(url=f"https://m.weibo.cn/api/container/getIndex?{query}", cookies=cookies)


def visitor(at: datetime, passport: str = "visitor.passport.weibo.cn") -> dict[str, str]:
    form = {"cb": "visitor_gray_callback", "tid": "", "from": "weibo"}
    request = Request(url=f"https://{passport}/visitor/genvisitor2", method="POST", form=form)
    found = re.search(r"\((\{.*\})\);$", fetched(COUNTY, request, at).body.decode())
    assert found
    pair = json.loads(found[1])["data"]
    return {"SUB": pair["sub"], "SUBP": pair["subp"]}


@pytest.mark.parametrize("kept", [[], ["SUB"], ["SUBP"]])
def test_weibo_lets_nobody_in_without_both_cookies(kept: list[str]) -> None:
    cookies = {name: value for name, value in visitor(NOW).items() if name in kept}
    assert answer(COUNTY, weibo_list(WeiboPlace(uid="7000000001"), cookies), NOW).status == 432


def test_weibo_takes_no_cookies_that_do_not_belong_together() -> None:
    other = visitor(NOW - timedelta(hours=1))
    cookies = {"SUB": visitor(NOW)["SUB"], "SUBP": other["SUBP"]}
    assert answer(COUNTY, weibo_list(WeiboPlace(uid="7000000001"), cookies), NOW).status == 432


async def test_old_visitor_cookies_are_renewed() -> None:
    session = MemorySession()
    old = json.dumps(visitor(NOW - timedelta(hours=25)))
    session.kept["visitor"] = old
    assert json.loads(answer(COUNTY, weibo_list(WeiboPlace(uid="7000000001"), json.loads(old)), NOW).body)["ok"] == -100
    assert isinstance(await look(COUNTY, of("SL01"), NOW, session), Timeline)
    assert session.kept["visitor"] != old


def test_each_face_of_weibo_takes_the_cookies_of_its_own_passport_only() -> None:
    desktop = visitor(NOW, "passport.weibo.com")
    assert answer(COUNTY, weibo_list(WeiboPlace(uid="7000000001"), desktop), NOW).status == 432
    profile = Request(url="https://weibo.com/ajax/profile/info?uid=7000000001", cookies=desktop)
    assert answer(COUNTY, profile, NOW).status == 200
    assert answer(COUNTY, replace(profile, cookies=visitor(NOW)), NOW).status == 432


def test_a_weibo_id_holds_its_second() -> None:
    place = WeiboPlace(uid="7000000001")
    cards = json.loads(fetched(COUNTY, weibo_list(place, visitor(NOW)), NOW).body)["data"]["cards"]
    seconds = {(int(card["mblog"]["mid"]) >> 22) + 515483463 for card in cards}
    assert seconds <= {int(post.published_at.timestamp()) for post in of("SL01").posts}


def test_weibo_writes_old_posts_without_a_year() -> None:
    place = of("SL22").place
    assert isinstance(place, WeiboPlace)
    cards = json.loads(fetched(COUNTY, weibo_list(place, visitor(NOW)), NOW).body)["data"]["cards"]
    assert all(re.fullmatch(r"\d\d-\d\d", card["mblog"]["created_at"]) for card in cards)


def test_the_second_page_goes_on_where_the_first_ends() -> None:
    place, cookies = WeiboPlace(uid="7000000001"), visitor(NOW)
    first = json.loads(fetched(COUNTY, weibo_list(place, cookies), NOW).body)["data"]
    more = weibo_list(place, cookies)
    more = replace(more, url=f"{more.url}&since_id={first['cardlistInfo']['since_id']}")
    second = json.loads(fetched(COUNTY, more, NOW).body)["data"]
    assert int(second["cards"][0]["mblog"]["mid"]) < int(first["cards"][-1]["mblog"]["mid"])


@pytest.mark.parametrize("uid", ["7000000001", "7000000007"])
def test_weibo_com_lists_the_same_posts(uid: str) -> None:
    cookies = visitor(NOW, "passport.weibo.com")
    url = f"https://weibo.com/ajax/statuses/mymblog?uid={uid}&page=1&feature=0"
    listed = json.loads(fetched(COUNTY, Request(url=url, cookies=cookies), NOW).body)["data"]["list"]
    cards = json.loads(fetched(COUNTY, weibo_list(WeiboPlace(uid=uid), visitor(NOW)), NOW).body)["data"]["cards"]
    assert [row["mid"] for row in listed] == [card["mblog"]["mid"] for card in cards]
    info = f"https://weibo.com/ajax/profile/info?uid={uid}"
    assert json.loads(fetched(COUNTY, Request(url=info, cookies=cookies), NOW).body)["data"]["user"]["idstr"] == uid


async def test_a_post_that_no_list_shows_yet_is_proved_by_what_its_author_shares() -> None:
    (script,) = (one for one in COUNTY.scripts if one.unlisted(NOW))
    post, session = script.unlisted(NOW), MemorySession()
    assert post
    text = shared(script, post)
    assert text
    (link,) = links_in(text)
    proof = await weibo_ajax.at(COUNTY.base_url).prove(link, Within(COUNTY, NOW), session)
    assert proof.post.published_at == post.published_at
    assert list(proof.authors) == [script.account.platform_id]
    listed = await look(COUNTY, script, NOW)
    assert isinstance(listed, Timeline)
    assert post.published_at not in {seen.published_at for seen in listed.posts}
    later = await look(COUNTY, script, post.appears_at)
    assert isinstance(later, Timeline)
    assert later.newest
    assert later.newest.key == proof.post.key, "the list shows it as the same one"
    assert script.unlisted(post.appears_at) is None


async def test_a_link_of_a_weibo_that_is_not_there_proves_nothing() -> None:
    with pytest.raises(NotShownError):
        await weibo_ajax.at(COUNTY.base_url).prove(
            "https://weibo.com/7000000003/5200000000000001", Within(COUNTY, NOW), MemorySession()
        )


def test_only_weibo_shares_by_words() -> None:
    script = COUNTY.script("SL02")
    assert shared(script, script.posts[-1]) is None


@pytest.mark.parametrize("account", ["SL02", "SL09", "SL14", "SL25", "SL27"])
@pytest.mark.parametrize(("name", "sent"), [("etag", "if_none_match"), ("last-modified", "if_modified_since")])
def test_what_has_not_changed_is_not_sent_again(account: str, name: str, sent: str) -> None:
    script = of(account)
    first = answer(COUNTY, feed_request(script), NOW)
    again = answer(COUNTY, feed_request(script, **{sent: first.headers[name]}), NOW + timedelta(minutes=5))
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize(("name", "sent"), [("etag", "if_none_match"), ("last-modified", "if_modified_since")])
def test_a_new_post_is_sent(name: str, sent: str) -> None:
    script = of("SL14")
    first = answer(COUNTY, feed_request(script), NOW)
    later = answer(COUNTY, feed_request(script, **{sent: first.headers[name]}), NOW + timedelta(minutes=7))
    assert later.status == 200


def test_a_post_taken_down_is_seen_no_more() -> None:
    script = of("SL06")
    (taken_down,) = (post for post in script.posts if post.deleted_at)
    assert taken_down.deleted_at
    just_before = script.newest(taken_down.deleted_at - timedelta(minutes=1))
    assert just_before == taken_down
    assert script.newest(NOW) != taken_down


@pytest.mark.parametrize("account", ["SL25", "SL26", "SL27", "SL02", "SL14"])
async def test_the_links_of_a_list_lead_to_articles(account: str) -> None:
    script = of(account)
    seen = await look(COUNTY, script, NOW)
    assert isinstance(seen, Timeline)
    for post in seen.posts:
        page = fetched(COUNTY, Request(url=post.url or ""), NOW)
        (article,) = website.read(page).posts
        assert article.title == post.title
        assert days_between(article.published_at, post.published_at) == 0


def test_a_page_in_gb18030_is_no_utf_8() -> None:
    body = answer(COUNTY, feed_request(of("SL27")), NOW).body
    with pytest.raises(UnicodeDecodeError):
        body.decode()
    assert "示例县" in body.decode("gb18030")


@pytest.mark.parametrize(
    "url",
    [
        f"{COUNTY.base_url}/nowhere.example.invalid/",
        f"{COUNTY.base_url}/www.office.example.invalid/col/zwyw/202601/t20260101_1.html",
        f"{COUNTY.base_url}/www.office.example.invalid/toutiao/1.html",
        f"{COUNTY.base_url}/visitor.passport.weibo.cn/other",
    ],
)
def test_what_is_not_there_is_not_found(url: str) -> None:
    assert answer(COUNTY, Request(url=url), NOW).status == 404


def test_a_stalled_answer_has_a_body_to_drip() -> None:
    told, script = behaving(of("SL02"), Behaviour.TIMEOUT)
    given = answer(told, feed_request(script), NOW)
    assert given.ending is BodyEnding.STALLS
    with pytest.raises(LookFailedError):
        fetched(told, feed_request(script), NOW)


def test_a_limit_says_how_long_to_stay_away() -> None:
    told, script = behaving(of("SL02"), Behaviour.RATE_LIMITED)
    with pytest.raises(LookFailedError) as refused:
        fetched(told, feed_request(script), NOW)
    assert refused.value.retry_after == timedelta(minutes=10)


def test_titles_that_look_like_markup_stay_text() -> None:
    scripts = [script for script in POLLED if any("<" in post.title for post in script.visible(NOW))]
    assert {type(script.place) for script in scripts} >= {WeiboPlace, FeedPlace, SitePlace}


def test_the_same_question_gets_the_same_answer() -> None:
    for script in POLLED:
        if not isinstance(script.place, WeiboPlace):
            assert answer(COUNTY, feed_request(script), NOW) == answer(COUNTY, feed_request(script), NOW)
    first: Page = fetched(COUNTY, weibo_list(WeiboPlace(uid="7000000001"), visitor(NOW)), NOW)
    assert first.body == fetched(COUNTY, weibo_list(WeiboPlace(uid="7000000001"), visitor(NOW)), NOW).body
