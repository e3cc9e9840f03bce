"""The knowledge of each platform: the ways to look at it, the parts a way shows, and the advice where it ends.

One table, from which the documents, the page 系统, the hints of an import and the roster's form speak. The evidence is
public clients, documentation and threads of the month named; no platform was asked. Where two ways of a platform
differ, the one without a log-in stands first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from monitor.core.account import Labelled, Platform


class Shows(Labelled):
    """The parts of an account that a way shows."""

    LIST = "list", "最新发布"
    SOME = "some", "部分发布"
    PROFILE = "profile", "账号状态"
    POST = "post", "单篇内容"
    APP = "app", "能否下载"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to look at accounts of a platform."""

    platform: Platform
    collector: str
    shows: Shows
    key: str
    """Where the roster has what is asked for, or what the owner gives, in Chinese."""
    said: str
    """The view that it gives, and its limits, in Chinese."""
    evidence: str
    """The month of the newest evidence, as 2026-10; with the month since which it is so, where that is known."""
    is_default: bool = True
    """True if an account of the platform is looked at by it where the roster names no other."""


_BY_LINK = "请联络员发布后粘贴链接，或人工核查后登记"
_BY_FEED = "可用自建的订阅源（feed）；否则" + _BY_LINK
_BY_OWNER = f"请单位授权官方接口（wechat-official），或把每篇文章放进同一个合集（wechat-album）；否则{_BY_LINK}"
_BY_GRANT = "单位授权，见“授权”"
INSTEAD: Mapping[Platform, str] = {
    Platform.WEIXIN_SUBSCRIPTION: _BY_OWNER,
    Platform.WEIXIN_SERVICE: _BY_OWNER,
    Platform.WEIXIN_CHANNELS: _BY_LINK,
    Platform.WEIBO: "可改用电脑页面（weibo-ajax）或自建的订阅源（feed）；否则" + _BY_LINK,
    Platform.TOUTIAO: _BY_FEED,
    Platform.DOUYIN: "请单位授权官方接口（douyin-official），或自建转发服务并设对照账号；否则" + _BY_LINK,
    Platform.KUAISHOU: "可自建转发服务；否则" + _BY_LINK,
    Platform.SOHU: _BY_FEED,
    Platform.BAIJIAHAO: "请单位提供app_token（baijiahao-official）；否则" + _BY_LINK,
    Platform.DAYU: _BY_FEED,
    Platform.BILIBILI: "可自建转发服务，或用自建的订阅源（feed）；否则" + _BY_LINK,
    Platform.XIAOHONGSHU: _BY_LINK,
    Platform.NETEASE: _BY_FEED,
    Platform.TENCENT: _BY_FEED,
    Platform.THEPAPER: _BY_FEED,
    Platform.ZHIHU: _BY_FEED,
    Platform.RENMINHAO: _BY_LINK,
    Platform.XUEXI: _BY_LINK,
    Platform.WEBSITE: "请核对栏目页地址，或写明列表的规则（website=…|item=…）；否则" + _BY_LINK,
    Platform.MOBILE_APP: "请核对下载链接，或在手机上核实后登记",
    Platform.MINI_PROGRAM: "请在手机上核实后登记",
}
"""The advice where no way shows what is newest, in Chinese, by platform."""


_WECHAT_GUIDE = "《公众号官方接口授权步骤》（docs/guide/wechat.md）"
GUIDES: Mapping[Platform, str] = {
    Platform.WEIXIN_SUBSCRIPTION: _WECHAT_GUIDE,
    Platform.WEIXIN_SERVICE: _WECHAT_GUIDE,
}
"""The steps by which an owner grants the official interface, by platform."""


def _way(platform: Platform, collector: str, shows: Shows, key: str, said: str, evidence: str) -> Way:
    return Way(platform=platform, collector=collector, shows=shows, key=key, said=said, evidence=evidence)


def _granted(platform: Platform, collector: str, said: str, evidence: str) -> Way:
    """Return a way that an owner has to open: it is declared, never a default."""
    return Way(
        platform=platform,
        collector=collector,
        shows=Shows.LIST,
        key=_BY_GRANT,
        said=said,
        evidence=evidence,
        is_default=False,
    )


_ALBUM = "放进合集的文章，能证明有更新，不能证明没有更新"
_ARTICLE = "账号是否正常，不能证明没有更新"
_OFFICIAL = "截至前一日的全部发布，核对无遗漏后可以认定没有更新；当日只能采集到未群发的内容"
_SHOP = "应用能否下载"
_BY_PAGE = "主页链接是应用在商店里的页面"

WAYS: tuple[Way, ...] = (
    *(
        way
        for platform in (Platform.WEIXIN_SUBSCRIPTION, Platform.WEIXIN_SERVICE)
        for way in (
            _way(platform, "wechat-album", Shows.SOME, "主页链接填一个合集的地址", _ALBUM, "2026-09"),
            _way(platform, "wechat-article", Shows.PROFILE, "主页链接填一篇文章的地址", _ARTICLE, "2026-09"),
            _granted(platform, "wechat-official", _OFFICIAL, "2026-10"),
        )
    ),
    Way(
        platform=Platform.WEIXIN_CHANNELS,
        collector="channels-link",
        shows=Shows.POST,
        key="一条视频的分享链接",
        said="这一条视频的发布时间",
        evidence="2026-10",
        is_default=False,
    ),
    _way(Platform.WEIBO, "weibo", Shows.LIST, "平台标识（uid），或主页链接", "最新发布", "2026-10"),
    Way(
        platform=Platform.WEIBO,
        collector="weibo-ajax",
        shows=Shows.LIST,
        key="采集方式写明uid",
        said="最新发布，用于手机页面不对访客显示的账号",
        evidence="2026-10",
        is_default=False,
    ),
    _way(
        Platform.TOUTIAO,
        "toutiao",
        Shows.LIST,
        "平台标识，或主页链接（`/c/user/token/…`）",
        "最新发布；平台多半拒绝访客",
        "2026-09",
    ),
    _way(
        Platform.DOUYIN,
        "douyin",
        Shows.PROFILE,
        "平台标识（sec_uid），或主页链接（`/user/…`）",
        "账号是否正常和作品数；自建转发服务并设对照账号的，能采集到最新发布（2025-08起访客的列表可能缺最近一周）",
        "2026-10",
    ),
    _granted(Platform.DOUYIN, "douyin-official", "最新发布；平台可能已停用这个接口", "2026-10"),
    _way(
        Platform.KUAISHOU,
        "kuaishou",
        Shows.PROFILE,
        "平台标识（`3x…`），或主页链接（`/profile/3x…`）",
        "账号是否正常和作品数；自建转发服务的，能采集到最新发布",
        "2026-10",
    ),
    _way(
        Platform.SOHU,
        "sohu",
        Shows.SOME,
        "平台标识（数字或xpt），或主页链接",
        "列表可能滞后三天到一个月，能证明有更新，不能证明没有更新",
        "2026-09",
    ),
    _way(
        Platform.BAIJIAHAO,
        "baijiahao",
        Shows.LIST,
        "平台标识（app_id），或主页链接",
        "最新发布；平台多半要求验证",
        "2026-09",
    ),
    _granted(Platform.BAIJIAHAO, "baijiahao-official", "最新发布，发布时间取自文章页面", "2026-09"),
    _way(
        Platform.DAYU,
        "dayu",
        Shows.LIST,
        "平台标识（32位），或含它的主页链接",
        "最新发布；2021年以后没有依据，平台可能已关闭列表",
        "2021-06",
    ),
    _way(
        Platform.BILIBILI,
        "bilibili",
        Shows.PROFILE,
        "平台标识（mid），或主页链接",
        "账号是否正常和视频数；自建转发服务的，能采集到最新发布",
        "2026-10",
    ),
    _way(Platform.NETEASE, "netease", Shows.LIST, "平台标识（`W`和数字）", "最新发布", "2026-09"),
    _way(Platform.TENCENT, "tencent-news", Shows.LIST, "平台标识，或主页链接", "最新发布", "2026-09"),
    _way(
        Platform.THEPAPER,
        "thepaper",
        Shows.LIST,
        "平台标识，或主页链接",
        "最新发布；机房地址可能被拒绝访问，与账号无关",
        "2026-09",
    ),
    Way(
        platform=Platform.ZHIHU,
        collector="zhihu",
        shows=Shows.SOME,
        key="采集方式写明主页地址末尾的标识",
        said="部分发布；平台多半拒绝访客",
        evidence="2026-09",
        is_default=False,
    ),
    _way(Platform.WEBSITE, "website", Shows.LIST, "主页链接", "栏目页上的最新发布", "2026-11"),
    _way(Platform.MOBILE_APP, "apk", Shows.APP, "主页链接是安装包的地址", "安装包能否下载、安装", "2026-11"),
    _way(Platform.MOBILE_APP, "apple-store", Shows.APP, _BY_PAGE, _SHOP, "2026-11"),
    _way(Platform.MOBILE_APP, "hap", Shows.APP, "主页链接是安装包的地址", "安装包能否下载", "2026-11"),
    _way(Platform.MOBILE_APP, "huawei-store", Shows.APP, _BY_PAGE, _SHOP, "2026-11"),
    _way(Platform.MOBILE_APP, "ipa", Shows.APP, "主页链接是安装包的地址", "安装包能否下载、安装", "2026-11"),
    _way(Platform.MOBILE_APP, "samsung-store", Shows.APP, _BY_PAGE, "应用能下载；不能证明已下架", "2026-11"),
    _way(Platform.MOBILE_APP, "tencent-store", Shows.APP, _BY_PAGE, _SHOP, "2026-11"),
    _way(Platform.MOBILE_APP, "vivo-store", Shows.APP, _BY_PAGE, _SHOP, "2026-11"),
    _way(Platform.MOBILE_APP, "xiaomi-store", Shows.APP, _BY_PAGE, "应用能下载；不能证明已下架", "2026-11"),
)


def ways_of(platform: Platform) -> tuple[Way, ...]:
    """Return the ways to look at accounts of a platform, those of the default chain first."""
    return tuple(sorted((way for way in WAYS if way.platform is platform), key=lambda way: not way.is_default))


def granted_ways(platform: Platform) -> frozenset[str]:
    """Return the collectors that look at accounts of a platform by their owners' grants."""
    return frozenset(way.collector for way in ways_of(platform) if way.key == _BY_GRANT)


def advice(platforms: Iterable[Platform]) -> Iterator[str]:
    """Yield, in Chinese, what to do about accounts of these platforms that cannot be looked at, alike ones together."""
    order = list(Platform)
    told: dict[str, list[str]] = {}
    for platform in sorted(set(platforms), key=order.index):
        told.setdefault(INSTEAD[platform], []).append(platform.label)
    for said, named in told.items():
        yield f"{'、'.join(named)}：{said}"
