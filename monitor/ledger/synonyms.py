"""Words that offices use for the closed lists: what plainly means one member, and what may mean several.

A word in neither list is refused. A word that may mean several is never guessed: its author is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from monitor.core.account import AccountFunction, AccountStatus, Labelled, OperationMode, Platform, UnitLevel

_PLAIN: Mapping[Labelled, str] = {
    Platform.WEIXIN_SUBSCRIPTION: (
        "订阅号 公众订阅号 微信公众订阅号 微信公众号订阅号 微信公众号(订阅号) 公众号(订阅号) 微信(订阅号) "
        "微信公众号-订阅号 公众号-订阅号"
    ),
    Platform.WEIXIN_SERVICE: (
        "服务号 公众服务号 微信公众服务号 微信公众号服务号 微信公众号(服务号) 公众号(服务号) 微信(服务号) "
        "微信公众号-服务号 公众号-服务号"
    ),
    Platform.WEIXIN_CHANNELS: "视频号 微信视频 微信(视频号) 腾讯视频号",
    Platform.WEIBO: "新浪微博 新浪政务微博",
    Platform.TOUTIAO: "今日头条 头条 今日头条号",
    Platform.DOUYIN: "抖音短视频 抖音app 抖音视频",
    Platform.KUAISHOU: "快手短视频 快手app 快手视频",
    Platform.SOHU: "搜狐 搜狐新闻 搜狐公众平台",
    Platform.BAIJIAHAO: "百家 百度百家 百度百家号",
    Platform.DAYU: "大鱼 uc大鱼号",
    Platform.BILIBILI: "b站 bilibili 哔哩 哔哩哔哩(b站) b站(哔哩哔哩) bilibili(b站) 哔哩哔哩弹幕网",
    Platform.XIAOHONGSHU: "小红书app",
    Platform.NETEASE: "网易 网易新闻 网易新闻号",
    Platform.TENCENT: "企鹅 腾讯企鹅号 腾讯新闻企鹅号 腾讯号",
    Platform.THEPAPER: "澎湃 澎湃新闻 澎湃新闻号 澎湃政务",
    Platform.ZHIHU: "知乎机构号",
    Platform.RENMINHAO: "人民日报人民号 人民日报客户端人民号",
    Platform.XUEXI: "强国号 学习强国app",
    Platform.WEBSITE: "政府网站 门户网站 政府门户网站 官网 官方网站",
    Platform.MOBILE_APP: (
        "app 客户端 手机客户端 手机app 移动app 政务app 移动应用 移动应用程序 移动客户端(app) 客户端(app) app客户端"
    ),
    Platform.MINI_PROGRAM: "微信小程序 支付宝小程序 百度小程序 抖音小程序 政务小程序",
    AccountStatus.FILING: "未备案 备案中 尚未备案",
    AccountStatus.ACTIVE: (
        "正常 正常运行 正常运营 正常更新 正常使用 运行中 运行正常 运营 运营中 在运行 在运营 在用 使用中 "
        "启用 已启用 活跃"
    ),
    AccountStatus.PAUSED: "已停用 停更 已停更 停止更新 暂停 暂停更新 暂停使用 停止使用 停运 已停运",
    AccountStatus.DEREGISTERING: "正在注销 注销办理中 申请注销中 注销申请中",
    AccountStatus.CLOSED: "已销号 已完成注销 注销完成 注销完毕",
    AccountFunction.PUBLISHING: "发布 信息发布 信息发布类 发布型",
    AccountFunction.SERVICE: "服务 政务服务 政务服务类 办事服务类 服务型",
    OperationMode.OWN: "自主运营 自主运维 自行运营 自运营 自营",
    OperationMode.OUTSOURCED: "委托运营 委托运维 委托第三方 第三方运营 外包 外包运营",
    UnitLevel.COUNTY_UNIT: "县直单位 县级单位 县直部门 县级部门 县属部门 县直机关 县级机关",
    UnitLevel.TOWNSHIP: "乡镇 街道 镇 乡 乡镇(街道) 乡镇、街道 乡镇/街道 镇街 镇(街道) 乡(镇) 乡(镇)街道 乡镇街道办",
    UnitLevel.INTERNAL_DIVISION: "内设科室 部门内设机构 单位内设机构",
    UnitLevel.PUBLIC_INSTITUTION: "行政事业单位 承担行政职能的事业单位 承担行政职能事业单位",
    UnitLevel.PARTY: "党委 党委部门 党群部门 县委部门",
    UnitLevel.CONGRESS: "人大 政协 人大政协 人大、政协 人大、政协机关",
    UnitLevel.JUDICIARY: "法院 检察院 法院检察院 法院、检察院",
    UnitLevel.MEDIA_CENTER: "融媒体 融媒体中心 县融媒体中心",
    UnitLevel.ENTERPRISE: "企业 国企 国有企业 县属国企 县属企业",
    UnitLevel.SCHOOL_HOSPITAL: "医院学校 医院 学校 医院、学校 学校医院 学校、医院",
    UnitLevel.VERTICAL: "垂直单位 垂直管理单位 垂管单位 垂直管理部门 垂管部门",
}
_EITHER: Mapping[type[Labelled], Mapping[str, tuple[Labelled, ...]]] = {
    Platform: {
        **dict.fromkeys(
            ("公众号", "微信公众号", "微信公众平台", "微信公众账号", "微信号"),
            (Platform.WEIXIN_SUBSCRIPTION, Platform.WEIXIN_SERVICE),
        ),
        "微信": (Platform.WEIXIN_SUBSCRIPTION, Platform.WEIXIN_SERVICE, Platform.WEIXIN_CHANNELS),
        **dict.fromkeys(("短视频", "短视频号", "视频"), (Platform.DOUYIN, Platform.KUAISHOU, Platform.WEIXIN_CHANNELS)),
    },
    AccountStatus: {
        **dict.fromkeys(("注销", "申请注销"), (AccountStatus.DEREGISTERING, AccountStatus.CLOSED)),
        **dict.fromkeys(("拟注销", "待注销"), (AccountStatus.ACTIVE, AccountStatus.DEREGISTERING)),
        **dict.fromkeys(
            ("关停", "已关停", "关闭", "已关闭", "停办", "已停办"), (AccountStatus.PAUSED, AccountStatus.CLOSED)
        ),
        **dict.fromkeys(("已备案", "备案"), (AccountStatus.ACTIVE, AccountStatus.FILING)),
    },
    UnitLevel: {
        "事业单位": (UnitLevel.PUBLIC_INSTITUTION, UnitLevel.COUNTY_UNIT, UnitLevel.SCHOOL_HOSPITAL),
        "机关": (UnitLevel.COUNTY_UNIT, UnitLevel.PARTY),
        "党政机关": (UnitLevel.COUNTY_UNIT, UnitLevel.PARTY),
    },
}
_BEFORE = re.compile(r"^(?:官方|政务|本单位)")
_AFTER = re.compile(r"(?:平台|账号|帐号|官方号|政务号)$")


def member_meant(kind: type[Labelled], word: str) -> Labelled | None:
    """Return the member that a word plainly means; the word has half-width letters and no blanks."""
    return next(filter(None, (_plain(kind).get(text) for text in _ways(word))), None)


def members_meant(kind: type[Labelled], word: str) -> tuple[Labelled, ...]:
    """Return the members that a word may mean, where it may mean several."""
    known = _EITHER.get(kind, {})
    return next(filter(None, (known.get(text) for text in _ways(word))), ())


@cache
def _plain(kind: type[Labelled]) -> Mapping[str, Labelled]:
    own = {member.label.casefold(): member for member in kind}
    return {word: member for member in kind for word in _PLAIN.get(member, "").split()} | own


def _ways(word: str) -> Iterator[str]:
    """Yield a word as it is, and then without what only says that an office's account is meant."""
    bare = word.casefold()
    shorter = _AFTER.sub("", _BEFORE.sub("", bare))
    for text in dict.fromkeys((bare, _BEFORE.sub("", bare), shorter, shorter.removesuffix("号"))):
        if text:
            yield text
