"""Pasted links of single posts: whose a post is and when it appeared, by its own page, or else the time in its id."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from collectors.links import weibo_mid
from collectors.platforms import bilibili, douyin, douyin_official, toutiao, weibo, weibo_ajax
from monitor.core.account import Platform
from monitor.core.collector import NotShownError, Page, Proof, ProvingCollector
from monitor.core.observation import LookFailedError, Precision, Reason
from tests.fakes import Canned, CannedFetch, MemorySession

FIXTURES = Path(__file__).parents[1] / "fixtures"
NOW = datetime(2026, 5, 20, 1, 0, tzinfo=UTC)
PUBLISHED = datetime(2026, 5, 19, 2, 3, 4, tzinfo=UTC)
SECONDS = int(PUBLISHED.timestamp())
WEIBO = ((SECONDS - 515483463) << 22) + 5
BILIBILI = ((SECONDS - 1498838400) << 32) + 5
LONG = (SECONDS << 32) + 5
BV = "BV1Ex4mple01"
AUTHOR = "MS4wLjABAAAAshilixian0000000000000000000000000000"
TICKET = Canned(body="{}", headers={"set-cookie": "ttwid=1%7Cshili; path=/; domain=.douyin.com"})
GRANTED = Canned(body='visitor_gray_callback({"data":{"sub":"S","subp":"P"}});')
PROVERS: Mapping[Platform, ProvingCollector] = {
    Platform.WEIBO: weibo_ajax.COLLECTOR,
    Platform.DOUYIN: douyin.COLLECTOR,
    Platform.TOUTIAO: toutiao.COLLECTOR,
    Platform.BILIBILI: bilibili.COLLECTOR,
}
VISIT = {"/visitor/genvisitor2": GRANTED, "ttwid.bytedance.com": TICKET}
PAGES = {
    Platform.WEIBO: "/ajax/statuses/show?id=",
    Platform.DOUYIN: "/share/",
    Platform.TOUTIAO: "/info/",
    Platform.BILIBILI: "/web-interface/view?bvid=",
}


def share_page(*works: object, hidden: object = ()) -> Canned:
    """The page that 抖音 shows of a work, made from its data."""
    shown = {
        "loaderData": {
            "video_layout": None,
            "video_(id)/page": {"videoInfoRes": {"item_list": works, "filter_list": hidden}},
        }
    }
    return Canned(body=f"<html><script>window._ROUTER_DATA = {json.dumps(shown)}</script></html>")


def own_page(platform: Platform, seconds: int = SECONDS) -> Canned:
    """A post's own page as each platform gives it."""
    written = datetime.fromtimestamp(seconds, UTC).strftime("%a %b %d %H:%M:%S +0000 %Y")
    name = "示例县发布"
    work = {
        "create_time": seconds,
        "desc": "便民提示",
        "author": {"sec_uid": AUTHOR, "nickname": name, "unique_id": "shili"},
    }
    weibo_user = {"id": 6000000001, "idstr": "6000000001", "screen_name": name}
    bodies = {
        Platform.WEIBO: {"ok": 1, "mid": str(WEIBO), "created_at": written, "text_raw": "便民提示", "user": weibo_user},
        Platform.TOUTIAO: {
            "success": True,
            "data": {"publish_time": seconds, "title": "便民提示", "media_user": {"id": "1", "screen_name": name}},
        },
        Platform.BILIBILI: {
            "code": 0,
            "data": {"bvid": BV, "title": "便民提示", "pubdate": seconds, "owner": {"mid": 4000001, "name": name}},
        },
    }
    return share_page(work) if platform is Platform.DOUYIN else Canned(body=json.dumps(bodies[platform]))


def page_link(platform: Platform) -> str:
    """A link whose post's own page can be asked for."""
    return f"https://www.bilibili.com/video/{BV}" if platform is Platform.BILIBILI else link(platform)


async def prove(platform: Platform, pasted: str, answers: Mapping[str, Canned]) -> tuple[Proof, CannedFetch]:
    fetch = CannedFetch({**VISIT, **answers})
    return await PROVERS[platform].prove(pasted, fetch, MemorySession()), fetch


async def by_id(platform: Platform, pasted: str) -> Proof:
    """What is proved where the platform does not let a visitor read the post's own page."""
    proof, _ = await prove(platform, pasted, {PAGES[platform]: Canned(status=403)})
    return proof


def link(platform: Platform) -> str:
    return {
        Platform.WEIBO: f"https://m.weibo.cn/detail/{WEIBO}",
        Platform.DOUYIN: f"https://www.douyin.com/video/{LONG}",
        Platform.TOUTIAO: f"https://www.toutiao.com/article/{LONG}/",
        Platform.BILIBILI: f"https://t.bilibili.com/{BILIBILI}",
    }[platform]


@pytest.mark.parametrize("platform", PROVERS)
async def test_a_post_s_own_page_proves_when_it_appeared_and_by_whom(platform: Platform) -> None:
    pasted = page_link(platform)
    proof, fetch = await prove(platform, f"{pasted}?from=share", {PAGES[platform]: own_page(platform)})
    assert (proof.post.published_at, proof.post.precision) == (PUBLISHED, Precision.SECOND)
    assert (proof.post.url, proof.post.title, proof.name) == (pasted, "便民提示", "示例县发布")
    assert (
        proof.authors
        == {
            Platform.WEIBO: {"6000000001"},
            Platform.DOUYIN: {AUTHOR, "shili"},
            Platform.TOUTIAO: set(),
            Platform.BILIBILI: {"4000001"},
        }[platform]
    )
    assert len({url.split("/")[2].split(".")[-2] for url in fetch.urls} - {"bytedance"}) == 1


async def test_the_cookie_that_any_visitor_of_douyin_is_given_is_asked_for_once() -> None:
    fetch, session = CannedFetch({**VISIT, "/share/": own_page(Platform.DOUYIN)}), MemorySession()
    for _ in range(2):
        await douyin.COLLECTOR.prove(link(Platform.DOUYIN), fetch, session)
    assert [request.cookies for request in fetch.requests] == [{}, {"ttwid": "1%7Cshili"}, {"ttwid": "1%7Cshili"}]


@pytest.mark.parametrize(
    ("platform", "answer"),
    [
        (Platform.WEIBO, Canned(status=400, body='{"ok":0,"message":"该微博不存在"}')),
        (Platform.WEIBO, Canned(body='{"ok":0,"message":"暂无查看权限"}')),
        (Platform.WEIBO, Canned(status=400, body='{"ok":0,"error":"target weibo does not exist!"}')),
        (Platform.DOUYIN, share_page(hidden=[{"aweme_id": "1", "notice": "抱歉，作品不见了"}])),
        (Platform.TOUTIAO, Canned(status=404, body="")),
        (Platform.BILIBILI, Canned(body='{"code":-404,"message":"啥都木有"}')),
        (Platform.BILIBILI, Canned(body='{"code":62002,"message":"稿件不可见"}')),
        (Platform.BILIBILI, Canned(body='{"code":62012,"message":"仅UP主自己可见"}')),
    ],
)
async def test_a_post_that_is_deleted_or_private_is_told_by_the_platform_s_own_word(
    platform: Platform, answer: Canned
) -> None:
    with pytest.raises(NotShownError):
        await prove(platform, page_link(platform), {PAGES[platform]: answer})


REFUSED = [
    Canned(status=403),
    Canned(body="<html><title>验证码</title></html>"),
    Canned(body=""),
    Canned(body="{}"),
    Canned(body='{"code":-352,"message":"-352"}'),
    Canned(body='{"success":false,"message":"error"}'),
    Canned(error=LookFailedError(Reason.RATE_LIMITED)),
]


@pytest.mark.parametrize("platform", [Platform.WEIBO, Platform.DOUYIN, Platform.TOUTIAO])
@pytest.mark.parametrize("answer", REFUSED)
async def test_a_page_that_is_refused_leaves_the_time_in_the_id_and_no_author(
    platform: Platform, answer: Canned
) -> None:
    proof, _ = await prove(platform, link(platform), {PAGES[platform]: answer})
    assert (proof.post.published_at, proof.post.url) == (PUBLISHED, link(platform))
    assert (proof.authors, proof.name) == (frozenset(), None)


@pytest.mark.parametrize("answer", REFUSED)
async def test_a_video_whose_page_is_refused_proves_nothing_for_its_id_has_no_time(answer: Canned) -> None:
    with pytest.raises(LookFailedError) as failed:
        await prove(Platform.BILIBILI, page_link(Platform.BILIBILI), {PAGES[Platform.BILIBILI]: answer})
    assert not isinstance(failed.value, NotShownError)


@pytest.mark.parametrize("platform", PROVERS)
async def test_a_far_side_that_cannot_be_reached_is_told_so(platform: Platform) -> None:
    with pytest.raises(LookFailedError) as failed:
        await prove(platform, page_link(platform), {PAGES[platform]: Canned(error=LookFailedError(Reason.TIMEOUT))})
    assert failed.value.reason is Reason.TIMEOUT


async def test_the_time_of_a_dynamic_is_read_without_a_request_and_no_author_is_named() -> None:
    fetch = CannedFetch({})
    proof = await bilibili.COLLECTOR.prove(f"{link(Platform.BILIBILI)}?from=share", fetch, MemorySession())
    assert (proof.post.published_at, proof.post.url) == (PUBLISHED, link(Platform.BILIBILI))
    assert (proof.authors, proof.name, fetch.requests) == (frozenset(), None, [])


@pytest.mark.parametrize("platform", [Platform.DOUYIN, Platform.TOUTIAO])
async def test_where_the_id_is_made_before_the_post_its_time_is_a_bound(platform: Platform) -> None:
    assert (await by_id(platform, link(platform))).post.precision is Precision.AT_LEAST


@pytest.mark.parametrize("platform", PROVERS)
async def test_a_time_to_come_is_read_so_that_it_can_be_told_apart(platform: Platform) -> None:
    coming = SECONDS + int(timedelta(days=30).total_seconds())
    proof, _ = await prove(platform, page_link(platform), {PAGES[platform]: own_page(platform, coming)})
    assert proof.post.published_at == PUBLISHED + timedelta(days=30)
    later = f"https://t.bilibili.com/{BILIBILI + (int(timedelta(days=30).total_seconds()) << 32)}"
    assert (await by_id(Platform.BILIBILI, later)).post.published_at == PUBLISHED + timedelta(days=30)


async def test_an_id_without_a_time_in_it_proves_nothing() -> None:
    with pytest.raises(LookFailedError):
        await by_id(Platform.DOUYIN, "https://www.douyin.com/video/1000000000000000000")


SHORT = {
    Platform.DOUYIN: "https://v.douyin.com/iAbCdEf/",
    Platform.TOUTIAO: "https://m.toutiao.com/is/iAbCdEf/",
    Platform.BILIBILI: "https://b23.tv/AbCdEf1",
}


@pytest.mark.parametrize("platform", SHORT)
async def test_a_short_link_is_followed_on_the_platform_s_own_hosts(platform: Platform) -> None:
    lands = Canned(url=f"{page_link(platform)}?share_from=app")
    answers = {SHORT[platform].rstrip("/"): lands, PAGES[platform]: own_page(platform)}
    proof, fetch = await prove(platform, f"{SHORT[platform]}?x=1", answers)
    assert (proof.post.url, proof.post.published_at) == (page_link(platform), PUBLISHED)
    followed = fetch.requests[0]
    assert followed.hosts
    assert all(any(host == own or host.endswith(f".{own}") for own in DOMAINS[platform]) for host in followed.hosts)


DOMAINS = {
    Platform.DOUYIN: ("douyin.com", "iesdouyin.com"),
    Platform.TOUTIAO: ("toutiao.com",),
    Platform.BILIBILI: ("bilibili.com", "b23.tv"),
}


@pytest.mark.parametrize("platform", SHORT)
@pytest.mark.parametrize(
    "lands",
    [
        Canned(url="https://www.douyin.com/user/MS4wLjABAAAAshilixian"),
        Canned(url="https://example.invalid/"),
        Canned(error=LookFailedError(Reason.GUARD_BLOCKED)),
        Canned(status=404),
    ],
)
async def test_a_short_link_that_leads_to_no_post_proves_nothing(platform: Platform, lands: Canned) -> None:
    with pytest.raises(LookFailedError):
        await prove(platform, SHORT[platform], {SHORT[platform].rstrip("/"): lands})


async def test_another_server_may_stand_in_for_all_hosts() -> None:
    base = "http://127.0.0.1:8123"
    fetch = CannedFetch(
        {
            f"{base}/v.douyin.com/": Canned(url=f"{base}/www.iesdouyin.com/share/video/{LONG}/?x=1"),
            f"{base}/ttwid": TICKET,
            f"{base}/www.iesdouyin.com/share": own_page(Platform.DOUYIN),
        }
    )
    proof = await douyin.at(base).prove(SHORT[Platform.DOUYIN], fetch, MemorySession())
    assert proof.post.url == link(Platform.DOUYIN)
    assert all(url.startswith(base) for url in fetch.urls)
    assert fetch.requests[0].hosts == frozenset({"127.0.0.1"})


@pytest.mark.parametrize("platform", PROVERS)
@pytest.mark.parametrize(
    "wrong", ["", "javascript:alert(1)", "https://example.invalid/?u={}", "https://example.invalid.{}", "{}0"]
)
def test_nothing_but_a_post_of_the_platform_is_one(platform: Platform, wrong: str) -> None:
    assert not PROVERS[platform].is_post(wrong.format(link(platform).removeprefix("https://").rstrip("/")))


def test_both_ways_of_naming_a_weibo_are_the_same_post() -> None:
    assert weibo_mid("z0JH2lOMb") == "3501756485200075"
    assert weibo_mid("3501756485200075") == "3501756485200075"
    assert PROVERS[Platform.WEIBO].is_post("https://weibo.com/1234567890/z0JH2lOMb#comment")


@pytest.mark.parametrize(
    ("platform", "pasted", "address"),
    [
        (Platform.WEIBO, "https://m.weibo.cn/status/z0JH2lOMb?from=page", "https://m.weibo.cn/detail/3501756485200075"),
        (Platform.WEIBO, "https://weibo.com/1234567890/z0JH2lOMb", "https://m.weibo.cn/detail/3501756485200075"),
        (Platform.WEIBO, f"https://weibo.com/detail/{WEIBO}", f"https://m.weibo.cn/detail/{WEIBO}"),
        (Platform.DOUYIN, f"https://www.iesdouyin.com/share/note/{LONG}/?x=1", f"https://www.douyin.com/note/{LONG}"),
        (Platform.DOUYIN, f"https://www.iesdouyin.com/share/video/{LONG}/", f"https://www.douyin.com/video/{LONG}"),
        (Platform.TOUTIAO, f"https://m.toutiao.com/i{LONG}/", f"https://www.toutiao.com/article/{LONG}/"),
        (Platform.TOUTIAO, f"https://m.toutiao.com/video/{LONG}/?a=1", f"https://www.toutiao.com/video/{LONG}/"),
        (Platform.TOUTIAO, f"https://www.toutiao.com/w/{LONG}", f"https://www.toutiao.com/w/{LONG}/"),
        (Platform.BILIBILI, f"https://m.bilibili.com/opus/{BILIBILI}", f"https://t.bilibili.com/{BILIBILI}"),
        (Platform.WEIBO, f"https://m.weibo.cn/6000000001/{WEIBO}?wm=1", f"https://m.weibo.cn/detail/{WEIBO}"),
        (
            Platform.WEIBO,
            f"https://share.api.weibo.cn/share/412345678,{WEIBO}.html?weibo_id={WEIBO}",
            f"https://m.weibo.cn/detail/{WEIBO}",
        ),
        (Platform.DOUYIN, f"https://m.douyin.com/share/video/{LONG}?a=1", f"https://www.douyin.com/video/{LONG}"),
        (Platform.DOUYIN, f"https://www.iesdouyin.com/share/slides/{LONG}/", f"https://www.douyin.com/note/{LONG}"),
        (
            Platform.DOUYIN,
            f"https://www.douyin.com/user/{AUTHOR}?from_tab_name=main&modal_id={LONG}#a",
            f"https://www.douyin.com/video/{LONG}",
        ),
        (Platform.DOUYIN, f"https://www.douyin.com/jingxuan?modal_id={LONG}", f"https://www.douyin.com/video/{LONG}"),
        (Platform.TOUTIAO, f"https://toutiao.com/group/{LONG}/?app=news", f"https://www.toutiao.com/article/{LONG}/"),
        (Platform.TOUTIAO, f"https://www.toutiao.com/a{LONG}/", f"https://www.toutiao.com/article/{LONG}/"),
        (Platform.TOUTIAO, f"https://m.toutiao.com/w/i{LONG}/", f"https://www.toutiao.com/w/{LONG}/"),
    ],
)
async def test_every_form_of_a_link_has_the_post_s_own_address(platform: Platform, pasted: str, address: str) -> None:
    assert (await by_id(platform, pasted)).post.url == address


@pytest.mark.parametrize(
    ("platform", "pasted", "address"),
    [
        (Platform.BILIBILI, f"https://b23.tv/{BV}?share_source=copy_web", page_link(Platform.BILIBILI)),
        (Platform.BILIBILI, f"https://bilibili.com/video/{BV}/", page_link(Platform.BILIBILI)),
        (
            Platform.TOUTIAO,
            "https://www.toutiao.com/w/1790123456789012/",
            "https://www.toutiao.com/w/1790123456789012/",
        ),
    ],
)
async def test_a_link_whose_id_tells_no_time_is_proved_by_the_post_s_own_page(
    platform: Platform, pasted: str, address: str
) -> None:
    proof, fetch = await prove(platform, pasted, {PAGES[platform]: own_page(platform)})
    assert (proof.post.url, proof.post.published_at) == (address, PUBLISHED)
    assert len(fetch.requests) == 1, "nothing is followed that names its post itself"


@pytest.mark.parametrize(
    "wrong",
    [
        "https://www.douyin.com/user/x?modal_id={}",
        "https://www.douyin.com.example.invalid/?modal_id={}",
        "https://example.invalid/?u=https://www.douyin.com/?modal_id={}",
        "https://share.api.weibo.cn.example.invalid/share/412345678,{}.html",
    ],
)
def test_an_id_in_an_address_of_somebody_else_s_names_no_post(wrong: str) -> None:
    link_ = wrong.format("7" * 18)
    assert not any(prover.is_post(link_) for prover in PROVERS.values())


@pytest.mark.parametrize(
    ("collector", "platform"),
    [
        (weibo, Platform.WEIBO),
        (weibo_ajax, Platform.WEIBO),
        (douyin, Platform.DOUYIN),
        (douyin_official, Platform.DOUYIN),
        (toutiao, Platform.TOUTIAO),
        (bilibili, Platform.BILIBILI),
    ],
    ids=lambda value: value.__name__.rpartition(".")[2] if isinstance(value, ModuleType) else "",
)
async def test_a_pasted_link_is_known_by_the_address_under_which_lists_show_the_post(
    collector: ModuleType, platform: Platform
) -> None:
    folder = FIXTURES / collector.__name__.rpartition(".")[2]
    addresses = set[str]()
    for fixture in json.loads((folder / "expected.json").read_text("utf-8"))["fixtures"]:
        if fixture["kind"] in {"normal", "pinned_first"}:
            body, at = (folder / fixture["file"]).read_bytes(), NOW + timedelta(days=400)
            seen = collector.COLLECTOR.parse(Page(url=fixture["url"], status=200, headers={}, body=body, at=at))
            addresses |= {post.url for post in seen.posts if post.url}
    addresses = {address for address in addresses if "/video/BV" not in address}  # of a video the id tells no time
    assert addresses
    for address in addresses:
        assert (await by_id(platform, f"{address}?from=share")).post.url == address


@pytest.mark.parametrize("platform", SHORT)
def test_a_short_link_may_be_a_post_of_its_own_platform_only(platform: Platform) -> None:
    assert [entry for entry in PROVERS if PROVERS[entry].is_post(SHORT[platform])] == [platform]
    assert [entry for entry in PROVERS if PROVERS[entry].may_be_post(SHORT[platform])] == [platform]


def test_a_short_link_that_may_lead_anywhere_is_followed_by_nobody() -> None:
    """t.cn shortens every link that stands in a 微博."""
    assert PROVERS[Platform.WEIBO].may_be_post("https://t.cn/A6abcdef")
    assert not any(prover.is_post("https://t.cn/A6abcdef") for prover in PROVERS.values())


def test_a_link_elsewhere_that_names_the_platform_is_none_of_its_own() -> None:
    for link in (
        "https://example.invalid/v.douyin.com/",
        "https://v.douyin.com.example.invalid/",
        "v.douyin.com/x",
        "",
    ):
        assert not PROVERS[Platform.DOUYIN].may_be_post(link)
