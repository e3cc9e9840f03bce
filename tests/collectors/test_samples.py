"""Recorded answers of real platforms, where `XUNCHA_SAMPLES` says they lie; they are not part of the project."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors import ids
from collectors.dates import Stamp
from collectors.platforms import (
    apk,
    apple_store,
    bilibili,
    douyin,
    feed,
    hap,
    huawei_store,
    ipa,
    kuaishou,
    tencent_news,
    thepaper,
    toutiao,
    website,
    wechat_article,
    wechat_official,
    weibo,
    weibo_ajax,
)
from monitor.core.calendar import beijing_date
from monitor.core.collector import Collector, LinkCollector, Page
from monitor.core.download import AppFault, Download
from monitor.core.observation import Covers, LookFailedError, Precision, Reason, Standing, Timeline

SAMPLES = os.environ.get("XUNCHA_SAMPLES")
pytestmark = pytest.mark.skipif(not SAMPLES, reason="XUNCHA_SAMPLES names no folder of recordings")
AT = datetime(2026, 11, 20, 4, tzinfo=UTC)


def read(collector: Collector, name: str, status: int = 200) -> Timeline | Reason:
    body = (Path(SAMPLES or "") / name).read_bytes()
    try:
        seen = collector.parse(Page(url="https://example.invalid/", status=status, headers={}, body=body, at=AT))
    except LookFailedError as error:
        return error.reason
    assert isinstance(seen, Timeline)
    return seen


def timeline(collector: Collector, name: str) -> Timeline:
    seen = read(collector, name)
    assert isinstance(seen, Timeline)
    return seen


def test_a_recorded_rss_feed() -> None:
    seen = timeline(feed.COLLECTOR, "rss/full.rss")
    assert seen.newest
    assert seen.newest.published_at == datetime(2009, 9, 6, 16, 20, tzinfo=UTC)
    assert (len(seen.posts), seen.covers) == (2, Covers.SOME)  # three items more have no time


def test_an_atom_entry_without_a_date_makes_its_feed_unreadable() -> None:
    assert read(feed.COLLECTOR, "rss/empty.atom") is Reason.UNREADABLE


def test_a_json_feed_without_items_is_empty() -> None:
    assert timeline(feed.COLLECTOR, "rss/10.json").standing is Standing.EMPTY


def test_the_head_of_a_ministry_article() -> None:
    seen = timeline(website.COLLECTOR, "gov/mee_article_head_meta.html")
    assert seen.newest
    assert seen.newest.published_at == datetime(2022, 4, 17, 6, 46, tzinfo=UTC)
    assert seen.covers is Covers.SOME


def test_a_weibo_list_of_2019_with_days_only_has_the_year_of_its_ids() -> None:
    seen = timeline(weibo.COLLECTOR, "weibo/weiboAPI_cards1.json")
    assert len(seen.posts) == 10
    assert {beijing_date(post.published_at).year for post in seen.posts} == {2019}
    assert seen.newest
    assert beijing_date(seen.newest.published_at).isoformat() == "2019-06-14"
    assert seen.newest.precision is Precision.DAY


@pytest.mark.parametrize(
    ("name", "status", "expected"),
    [
        ("ajax_profile_sorry_usernotexists.json", 200, Standing.BANNED),
        ("http400_account_frozen.json", 400, Standing.FROZEN),
        ("getIndex_empty_or_cancelled.json", 200, Reason.UNREADABLE),
        ("getIndex_ok_minus100.json", 200, Reason.LOGIN_WALL),
        ("http414_body.txt", 414, Reason.RATE_LIMITED),
        ("http414_body.txt", 200, Reason.RATE_LIMITED),
    ],
)
def test_a_retyped_weibo_answer(name: str, status: int, expected: Standing | Reason) -> None:
    for collector in (weibo.COLLECTOR, weibo_ajax.COLLECTOR):
        seen = read(collector, f"weibo/reconstructed/{name}", status)
        assert (seen.standing if isinstance(seen, Timeline) else seen) is expected


def test_a_recorded_list_of_dynamics_is_whole_and_its_first_is_pinned() -> None:
    seen = timeline(bilibili.COLLECTOR, "bilibili/dynamic_space_0.json")
    assert (len(seen.posts), seen.covers) == (12, Covers.ALL)
    assert [post.is_pinned for post in seen.posts] == [True, *[False] * 11]
    assert seen.newest
    assert seen.newest.published_at == datetime.fromtimestamp(1746450829, UTC)


def test_a_recorded_list_of_videos_shows_some() -> None:
    seen = timeline(bilibili.COLLECTOR, "bilibili/wbi_arc_search.json")
    assert (len(seen.posts), seen.covers) == (2, Covers.SOME)
    assert seen.newest
    assert seen.newest.published_at == datetime.fromtimestamp(1745290800, UTC)


def test_a_recorded_card_shows_an_account_that_is_there() -> None:
    seen = timeline(bilibili.COLLECTOR, "bilibili/web_interface_card.json")
    assert (seen.standing, seen.covers, seen.posts) == (Standing.ACTIVE, Covers.SOME, ())
    assert seen.profile
    assert (seen.profile.id, seen.profile.followers) == ("2", 969_999)


def test_a_recorded_list_of_tencent_has_one_post_between_cards() -> None:
    seen = timeline(tencent_news.COLLECTOR, "tencent/getSubNewsMixedList_om_index.json")
    assert [post.published_at for post in seen.posts] == [datetime.fromtimestamp(1790135828, UTC)]
    assert seen.covers is Covers.ALL


def test_a_recorded_row_of_the_paper_has_milliseconds() -> None:
    row = json.loads((Path(SAMPLES or "") / "thepaper/next_data_item.json").read_text("utf-8"))
    body = json.dumps({"code": 200, "data": {"list": [row]}}).encode()
    seen = thepaper.COLLECTOR.parse(Page(url="https://example.invalid/", status=200, headers={}, body=body, at=AT))
    assert [post.published_at for post in seen.posts] == [datetime.fromtimestamp(1784894461.587, UTC)]


def test_a_toutiao_feed_has_the_time_of_its_ids_and_not_of_its_cursor() -> None:
    seen = timeline(toutiao.COLLECTOR, "toutiao/feed_items_2021.json")
    assert (len(seen.posts), seen.covers) == (26, Covers.SOME)
    assert seen.newest
    assert seen.newest.precision is Precision.AT_LEAST
    assert seen.newest.published_at == datetime(2021, 3, 23, 9, 31, 41, tzinfo=UTC)
    assert sum(post.is_pinned for post in seen.posts) == 2


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("aweme_list_empty.json", Standing.EMPTY),
        ("aweme_list_null.json", Reason.UNREADABLE),
        ("user_banned.json", Standing.BANNED),
        ("user_cancelled.json", Standing.CANCELLED),
    ],
)
def test_a_retyped_douyin_answer(name: str, expected: Standing | Reason) -> None:
    seen = read(douyin.COLLECTOR, f"douyin/reconstructed/{name}")
    assert (seen.standing if isinstance(seen, Timeline) else seen) is expected


def test_a_recorded_kuaishou_profile_counts_the_works() -> None:
    seen = timeline(kuaishou.COLLECTOR, "kuaishou/rest_v_profile_user.json")
    assert (seen.posts, seen.covers, seen.standing) == ((), Covers.SOME, Standing.ACTIVE)
    assert seen.profile
    assert (seen.profile.followers, seen.profile.posts) == (12_548, 176)


@pytest.mark.parametrize(("platform", "told"), [("douyin", ids.douyin), ("toutiao", ids.toutiao)])
def test_a_recorded_id_bounds_its_time_from_below(platform: str, told: Callable[[str, datetime], Stamp | None]) -> None:
    pairs = json.loads((Path(SAMPLES or "") / "id_time_pairs.json").read_text("utf-8"))[platform]
    for number, published in pairs:
        stamp = told(number, AT)
        assert stamp
        assert stamp.precision is Precision.AT_LEAST
        assert 0 <= published - stamp.moment.timestamp() < 600


def read_link(collector: LinkCollector, name: str) -> Download | Reason:
    body = (Path(SAMPLES or "") / name).read_bytes()
    try:
        return collector.parse(Page(url="https://example.invalid/", status=200, headers={}, body=body, at=AT))
    except LookFailedError as error:
        return error.reason


@pytest.mark.parametrize(
    ("name", "package", "version", "fault"),
    [
        ("souch.smsbypass_9.apk", "souch.smsbypass", "9", None),
        ("v2.only.sig_2.apk", "v2.only.sig", "v2-only", None),
        ("urzip-release-unsigned.apk", "info.guardianproject.urzip", "0.1", AppFault.UNSIGNED),
    ],
)
def test_a_real_package(name: str, package: str, version: str, fault: AppFault | None) -> None:
    seen = read_link(apk.COLLECTOR, f"apk/{name}")
    assert isinstance(seen, Download)
    assert (seen.package, seen.version, seen.fault) == (package, version, fault)
    assert seen.is_signed is (fault is None)


def test_recorded_answers_of_the_app_store() -> None:
    found = read_link(apple_store.COLLECTOR, "apple_appstore/itunesLookup-284882215.json")
    missing = read_link(apple_store.COLLECTOR, "apple_appstore/itunesLookup-0.json")
    invalid = read_link(apple_store.COLLECTOR, "apple_appstore/itunesLookup-invalid.json")
    assert isinstance(found, Download)
    assert (found.package, found.version, found.fault) == ("com.facebook.Facebook", "15.0", None)
    assert isinstance(missing, Download)
    assert missing.fault is AppFault.NOT_LISTED
    assert invalid is Reason.UNREADABLE


@pytest.mark.parametrize(
    ("name", "biz", "published"),
    [
        ("article_type0_01.html", "MzIyNjMxOTY0NA==", datetime(2025, 11, 10, 4, 0, 10, tzinfo=UTC)),
        ("article_type8_image_01.html", "MzI2NDk5NzA0Mw==", datetime(2025, 11, 5, 10, 30, tzinfo=UTC)),
    ],
)
def test_a_recorded_article_of_wechat(name: str, biz: str, published: datetime) -> None:
    seen = timeline(wechat_article.COLLECTOR, f"wechat/article/{name}")
    assert seen.newest
    assert seen.newest.published_at == published
    assert (seen.covers, seen.standing) == (Covers.SOME, Standing.ACTIVE)
    assert seen.profile
    assert seen.profile.id == biz


@pytest.mark.parametrize("name", ["deleted_by_author_01", "temporarily_unviewable_01", "violation_01"])
def test_a_recorded_article_that_is_gone_says_nothing_of_its_account(name: str) -> None:
    assert read(wechat_article.COLLECTOR, f"wechat/unavailable/{name}.html") is Reason.HTTP_ERROR


def test_a_record_of_huaweis_store() -> None:
    seen = read_link(huawei_store.COLLECTOR, "huawei_appgallery/webedge-appinfo.CONSTRUCTED.json")
    assert isinstance(seen, Download)
    assert (seen.package, seen.version, seen.fault) == ("com.huawei.hmsapp.appgallery", "6.3.2.302", None)
    assert seen.released_at == datetime(2024, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "package", "fault"),
    [
        ("hap/signed.hap", "com.example.liteapplication", None),
        ("hap/unsigned.hap", "com.example.liteapplication", AppFault.UNSIGNED),
        ("ipa/very-capable-app.ipa", "org.fastlane.very-capable-app", AppFault.PROFILE_EXPIRED),
        ("ipa/not-an-ipa.ipa", None, None),
    ],
)
def test_a_real_package_of_ios_or_harmony(name: str, package: str | None, fault: AppFault | None) -> None:
    seen = read_link(ipa.COLLECTOR if name.endswith(".ipa") else hap.COLLECTOR, name)
    if package is None:
        assert not isinstance(seen, Download) or seen.fault is AppFault.NOT_A_PACKAGE
        return
    assert isinstance(seen, Download)
    assert (seen.package, seen.fault) == (package, fault)


def test_recorded_answers_of_wechats_official_interfaces() -> None:
    sent = timeline(wechat_official.COLLECTOR, "wechat/official_api/datacube_getarticletotal.json")
    about = timeline(wechat_official.COLLECTOR, "wechat/official_api/api_get_authorizer_info.json")
    assert sent.newest
    assert (beijing_date(sent.newest.published_at).isoformat(), sent.newest.precision) == ("2014-12-08", Precision.DAY)
    assert sent.covers is Covers.SOME
    assert about.profile
    assert about.profile.id == "gh_eb5e3a772040"
    for name in ("token", "api_authorizer_token"):
        assert read(wechat_official.COLLECTOR, f"wechat/official_api/{name}.json") is Reason.UNREADABLE
