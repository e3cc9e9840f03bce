"""What is joined, and how."""

from __future__ import annotations

import socket
from datetime import date, timedelta
from functools import partial

import pytest

from monitor.app.collectors import EVERY, Chains, all_collectors, every_of, provers
from monitor.app.hints import hints, unwatched
from monitor.app.parts import pages_address
from monitor.app.rules import all_rules
from monitor.app.serving import begin, view_of
from monitor.app.settings import not_built
from monitor.core.account import BY_HAND, Platform, Source, declared_sources
from monitor.core.collector import Collector
from monitor.core.finding import Known, Rule
from monitor.daemon import Daemon
from monitor.settings.kinds import Secret
from monitor.settings.sections import GrantSettings, PlatformSettings
from monitor.store import Store
from tests.pipeline.build import NOW, Canned, account, office, settings
from tests.pipeline.conftest import store as store_fixture

store = store_fixture


def test_every_module_that_offers_a_rule_or_a_collector_is_found() -> None:
    assert {rule.id for rule in all_rules()} >= {"UPD-01", "UPD-03", "PER-01"}
    assert set(all_collectors()) >= {"feed", "website", "weibo", "manual"}
    assert all(isinstance(collector, Collector) for collector in all_collectors().values())


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_every_rule_has_its_clause_and_its_numbers_in_the_settings(rule: Rule) -> None:
    book = settings().rule_book(date(2026, 5, 20))
    nobody = Known(account=account(1, ""), posts=(), observations=(), is_polled=True)
    assert rule.judge(nobody, book, NOW).clause == book.clauses[rule.id]


def sources(**changes: object) -> list[str]:
    """Return an account's sources as the roster would write them."""
    found = Chains(all_collectors()).of(account(1, "https://a.example/feed.xml", **changes))
    return [f"{source.collector}={source.key}" for source in found]


def test_what_the_roster_declares_comes_first_and_alone() -> None:
    assert sources(method="feed=https://a.example/1; weibo=1234567890") == [
        "feed=https://a.example/1",
        "weibo=1234567890",
    ]


def test_an_empty_column_means_the_platforms_own_chain() -> None:
    assert sources(method=None, platform=Platform.WEIBO, platform_id="1234567890") == ["weibo=1234567890"]
    assert sources(method=None, platform=Platform.WEBSITE, homepage="https://a.example/") == [
        "website=https://a.example/"
    ]
    assert sources(method=None, platform=Platform.XUEXI) == []


@pytest.mark.parametrize(
    ("method", "partial"),
    [
        ("douyin=MS4wLjABAAAAshilixian00; kuaishou=3xshilixian00001", [True, True]),
        ("feed=some:https://a.example/1; feed=https://a.example/2", [True, False]),
        ("weibo=1234567890", [False]),
    ],
)
def test_a_source_says_whether_it_ever_shows_what_is_newest(method: str, partial: list[bool]) -> None:
    chains = Chains(all_collectors())
    assert [source.is_partial for source in chains.of(account(1, "", method=method))] == partial
    bridge, watched = (
        "http://127.0.0.1:9",
        PlatformSettings(base_url="http://127.0.0.1:9", canary="MS4wLjABAAAAmeiri00"),
    )
    both = {"douyin": watched, "kuaishou": PlatformSettings(base_url=bridge)}
    of_both = Chains(all_collectors(both)).of(account(1, "", method="douyin=x; kuaishou=y"))
    assert [source.is_partial for source in of_both] == [False, False]
    unwatched = Chains(all_collectors({"douyin": PlatformSettings(base_url=bridge)}))
    assert [source.is_partial for source in unwatched.of(account(1, "", method="douyin=x"))] == [True]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"platform": Platform.WEIBO, "platform_id": "1234567890"}, None),
        ({"platform": Platform.DOUYIN, "method": "feed=https://a.example/1"}, None),
        ({"platform": Platform.DOUYIN, "platform_id": "MS4wLjABAAAAshilixian00"}, "自动核查只能采集到部分内容"),
        ({"platform": Platform.DOUYIN, "platform_id": "示例县发布"}, "台账没有采集所需的平台标识或主页链接"),
        ({"platform": Platform.DOUYIN, "method": BY_HAND}, "台账写明人工核查"),
        ({"platform": Platform.XIAOHONGSHU, "platform_id": "1"}, "小红书没有可以自动核查的公开列表"),
        ({"platform": Platform.WEIXIN_CHANNELS}, "微信视频号没有可以自动核查的公开列表"),
        ({"platform": Platform.RENMINHAO}, "人民号没有可以自动核查的公开列表"),
        ({"platform": Platform.XUEXI}, "学习强国没有可以自动核查的公开列表"),
    ],
)
def test_who_is_read_by_link_or_by_hand_is_told_why(changes: dict[str, object], why: str | None) -> None:
    chains = Chains(all_collectors())
    assert chains.by_hand(account(1, "", **({"method": None} | changes))) == why


def test_by_hand_means_by_hand() -> None:
    assert sources(method=BY_HAND, platform=Platform.WEIBO, platform_id="1234567890") == []


def test_both_kinds_of_semicolon_part_sources() -> None:
    assert len(declared_sources(account(1, "", method="feed=https://a.example/1；weibo=12345"))) == 2


def test_the_settings_say_how_often_and_otherwise_the_default_does() -> None:
    often = settings(platforms={"weibo": PlatformSettings(every=timedelta(hours=2))})
    every = every_of(often)
    assert every(Source(account="A", collector="weibo", key="1")) == timedelta(hours=2)
    assert every(Source(account="A", collector="feed", key="1")) == EVERY


def test_pages_are_linked_only_where_they_have_an_address(store: Store) -> None:
    web = settings().web
    plain = office(store, lambda clock: Canned(clock, {}))
    assert plain.parts.addresses.page_of("A 1") is None
    named = office(
        store,
        lambda clock: Canned(clock, {}),
        settings(web=web.model_copy(update={"base_url": "https://watch.example/"})),
    )
    assert named.parts.addresses.page_of("A 1") == "https://watch.example/accounts/A%201"


@pytest.mark.parametrize(
    ("bound", "base_url", "hosts", "names"),
    [
        ("127.0.0.1", None, (), {"localhost", "127.0.0.1"}),
        ("0.0.0.0", None, (), {"localhost", "0.0.0.0"}),  # noqa: S104 - what an office may write
        ("xuncha.local", None, (), {"localhost", "xuncha.local"}),
        ("::", "https://watch.example", ("xuncha",), {"localhost", "::", "watch.example", "xuncha"}),
        ("127.0.0.1", "https://示例.example", (), {"localhost", "127.0.0.1", "xn--fsq092h.example"}),
    ],
)
def test_pages_answer_to_the_machine_s_and_their_own_names_only(
    store: Store, bound: str, base_url: str | None, hosts: tuple[str, ...], names: set[str]
) -> None:
    web = settings().web.model_copy(update={"bind": (bound, 8080), "base_url": base_url, "hosts": hosts})
    made = office(store, lambda clock: Canned(clock, {}), settings(web=web)).parts
    daemon = Daemon(made.passes, made.health, made.metrics, made.faults)
    assert set(view_of(made, daemon).hosts) == names | {socket.gethostname()}


@pytest.mark.parametrize(("problem", "told"), [(None, 1), ("磁盘已满。", 0)])
async def test_metrics_tell_whether_the_database_can_be_written(store: Store, problem: str | None, told: int) -> None:
    made = office(store, lambda clock: Canned(clock, {})).parts
    daemon = Daemon(made.passes, made.health, made.metrics, made.faults)
    if problem:
        made.health.failed("look_feed", problem)
    assert f"\nxuncha_store_writable {told}\n".encode() in await view_of(made, daemon).metrics()


def test_settings_that_would_be_ignored_are_refused_or_said() -> None:
    platforms = {"feed": PlatformSettings(base_url="https://a.example", canary="https://a.example/a.xml")}
    moved = settings(platforms=platforms)
    assert [problem.text.split("：")[0] for problem in not_built(moved, "xuncha.yaml")] == [
        "“platforms.feed.base_url”",
        "“platforms.feed.canary”",
    ]
    granted = settings(grants={"shili": GrantSettings(collector="weibo", id="1", secret=Secret("env:S"))}, hold=True)
    assert [problem.text for problem in not_built(granted, "xuncha.yaml")] == [
        "“grants.shili.collector”：采集器 weibo 不需要授权。"
    ]
    assert [hint.text.split("，")[0] for hint in hints(granted)] == [
        "尚未设置通知渠道",
        "现在是试发模式：消息生成后待放行",
        "没有设置保存令牌的密钥",
    ]


def test_a_rule_that_the_file_of_an_older_version_lacks_is_named_to_whoever_starts_it() -> None:
    whole = settings().rule_versions
    older = whole.model_copy(
        update={"rules": tuple(version for version in whole.rules if version.id not in {"SEC-01", "FAKE-01"})}
    )
    assert not any("rules.yaml" in hint.where for hint in hints(settings()))
    (said,) = (hint for hint in hints(settings(rule_versions=older)) if "rules.yaml" in hint.where)
    assert said.text.startswith("规则文件缺少“假冒政务新媒体”、“内容安全问题”，不按它们判定")
    assert "FAKE-01、SEC-01" in said.with_place


async def test_a_rule_that_is_missing_is_logged_at_the_start_and_nothing_where_none_is(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    whole = settings().rule_versions
    older = whole.model_copy(update={"rules": tuple(version for version in whole.rules if version.id != "SEC-01")})
    for chosen in (settings(), settings(rule_versions=older)):
        parts = office(store, lambda clock: Canned(clock, {}), chosen).parts
        await store.write(partial(begin, parts=parts))
    assert ["SEC-01" in str(record.__dict__.get("hint")) for record in caplog.records] == [True]


@pytest.mark.parametrize(
    ("method", "canaries", "named"),
    [
        ("weibo=1234567890", {}, ["微博（platforms.weibo.canary）"]),
        ("weibo-ajax=1234567890; weibo=1234567890", {}, ["微博（platforms.weibo.canary）"]),
        ("weibo=1234567890", {"weibo": "1234567891"}, []),
        ("feed=https://a.example/1", {}, []),  # nothing of it is the platform's own
        ("人工", {}, []),
    ],
)
def test_a_platform_whose_lists_nothing_watches_is_named(
    method: str, canaries: dict[str, str], named: list[str]
) -> None:
    chosen = settings(platforms={name: PlatformSettings(canary=key) for name, key in canaries.items()})
    chains = Chains(all_collectors())
    watched = [account(1, "", method=method, platform=Platform.WEIBO)]
    said = list(unwatched(chains.listings(watched), chosen, chains.collectors))
    assert len(said) == len(named)
    assert all(name in said[0] for name in named)
    assert all("确知每天更新的账号" in text for text in said)


def test_lists_that_may_leave_out_what_is_newest_or_come_from_the_owner_need_no_canary() -> None:
    chains = Chains(all_collectors())
    watched = [
        account(1, "", method="douyin=MS4wLjABAAAAexample0example", platform=Platform.DOUYIN),
        account(2, "", method="wechat-official=shili", platform=Platform.WEIXIN_SUBSCRIPTION),
        account(3, "", method="sohu=12345", platform=Platform.SOHU),
        account(4, "", method="thepaper=gov_12345", platform=Platform.THEPAPER),
    ]
    (said,) = unwatched(chains.listings(watched), settings(), chains.collectors)
    assert said.startswith("没有对照账号的平台：澎湃号（platforms.thepaper.canary）。")


def test_a_canary_that_cannot_be_a_key_is_refused() -> None:
    wrong = settings(platforms={"weibo": PlatformSettings(canary="示例发布")})
    assert [problem.text for problem in not_built(wrong, "xuncha.yaml")] == [
        "“platforms.weibo.canary”：应为主页地址里的 uid，只有数字。"
    ]


def test_pasted_links_are_proved_on_every_platform_where_they_can_be() -> None:
    proved = provers(all_collectors())
    assert {platform: [name for name, _ in them] for platform, them in proved.items()} == {
        Platform.WEIXIN_SUBSCRIPTION: ["wechat-article"],
        Platform.WEIXIN_SERVICE: ["wechat-article"],
        Platform.WEIXIN_CHANNELS: ["channels-link"],
        Platform.WEIBO: ["weibo-ajax"],
        Platform.DOUYIN: ["douyin"],
        Platform.TOUTIAO: ["toutiao"],
        Platform.BILIBILI: ["bilibili"],
    }


@pytest.mark.parametrize(("sender", "is_hinted"), [("示例县政务新媒体监测", True), ("示例县政府信息公开中心", False)])
def test_a_signature_that_names_no_institution_is_pointed_out(sender: str, *, is_hinted: bool) -> None:
    signed = settings()
    signed = signed.model_copy(update={"office": signed.office.model_copy(update={"sender": sender})})
    assert any("不像机构名称" in hint.text for hint in hints(signed)) is is_hinted


@pytest.mark.parametrize(
    ("base_url", "bind", "address"),
    [
        ("https://watch.example.invalid/", ("0.0.0.0", 8080), "https://watch.example.invalid"),  # noqa: S104 - no server
        (None, ("127.0.0.1", 8181), "http://127.0.0.1:8181"),
        (None, ("::1", 8080), "http://[::1]:8080"),
        (None, ("0.0.0.0", 8080), ""),  # noqa: S104 - no server
        (None, ("::", 8080), ""),
    ],
)
def test_pages_are_where_the_settings_name_them_or_where_they_are_served(
    base_url: str | None, bind: tuple[str, int], address: str
) -> None:
    assert pages_address(base_url, bind) == address
