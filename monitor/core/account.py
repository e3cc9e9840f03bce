"""The accounts that are watched, their units, their people, and the ways to look at them.

The Chinese words are those of the roster; each enum carries its word as `label`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import NamedTuple, Self


class Labelled(Enum):
    """An enum whose members carry the Chinese word people use for them."""

    label: str
    __hash__ = object.__hash__  # members are what they are, and Enum's own is six times as dear

    def __new__(cls, value: str, label: str) -> Self:
        """Make a member from its identifier and its Chinese word."""
        member = object.__new__(cls)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def of(cls, value: str) -> Self:
        """Return the member with this identifier; raises KeyError for any other."""
        return {member.value: member for member in cls}[value]

    @classmethod
    def labelled(cls, label: str) -> Self | None:
        """Return the member with this Chinese word, or None."""
        return next((member for member in cls if member.label == label), None)


class Platform(Labelled):
    """Where an account lives; the closed list of the roster."""

    WEIXIN_SUBSCRIPTION = "weixin_subscription", "微信订阅号"
    WEIXIN_SERVICE = "weixin_service", "微信服务号"
    WEIXIN_CHANNELS = "weixin_channels", "微信视频号"
    WEIBO = "weibo", "微博"
    TOUTIAO = "toutiao", "头条号"
    DOUYIN = "douyin", "抖音"
    KUAISHOU = "kuaishou", "快手"
    SOHU = "sohu", "搜狐号"
    BAIJIAHAO = "baijiahao", "百家号"
    DAYU = "dayu", "大鱼号"
    BILIBILI = "bilibili", "哔哩哔哩"
    XIAOHONGSHU = "xiaohongshu", "小红书"
    NETEASE = "netease", "网易号"
    TENCENT = "tencent", "企鹅号"
    THEPAPER = "thepaper", "澎湃号"
    ZHIHU = "zhihu", "知乎"
    RENMINHAO = "renminhao", "人民号"
    XUEXI = "xuexi", "学习强国"
    WEBSITE = "website", "网站"
    MOBILE_APP = "mobile_app", "移动客户端"
    MINI_PROGRAM = "mini_program", "小程序"

    @property
    def publishes(self) -> bool:
        """True if the two-week rule asks for posts here unless rules.yaml says otherwise."""
        return self not in {Platform.WEBSITE, Platform.MOBILE_APP, Platform.MINI_PROGRAM}

    @property
    def is_one_far_side(self) -> bool:
        """True if all its accounts are served by one far side, so that they fail together when it does."""
        return self not in {Platform.WEBSITE, Platform.MOBILE_APP, Platform.MINI_PROGRAM}

    @property
    def is_app(self) -> bool:
        """True if it is something that people download."""
        return self is Platform.MOBILE_APP


class Scope(Enum):
    """True if the plan's obligations bind an account's unit."""

    IN = "in"
    OUT = "out"
    PENDING = "pending"


class UnitLevel(Labelled):
    """The kind of body that the organizer (主办单位) is; it decides the scope, its name never does."""

    COUNTY_UNIT = "county_unit", "县属单位"
    TOWNSHIP = "township", "乡镇街道"
    INTERNAL_DIVISION = "internal_division", "内设机构"
    PUBLIC_INSTITUTION = "public_institution", "承担行政职能的事业单位"
    PARTY = "party", "党委部门"
    CONGRESS = "congress", "人大、政协机关"
    JUDICIARY = "judiciary", "法院、检察院"
    MEDIA_CENTER = "media_center", "融媒体中心"
    ENTERPRISE = "enterprise", "企业"
    SCHOOL_HOSPITAL = "school_hospital", "医院学校"
    VERTICAL = "vertical", "垂直管理单位"

    @classmethod
    def labelled(cls, label: str) -> Self | None:
        """Return the level with this Chinese word, or with one that was its word before; None for any other."""
        return super().labelled(label) or FORMER_LEVELS.get(label)

    @property
    def scope(self) -> Scope:
        """True if units of this kind are bound by the plan."""
        return Scope.IN if self in _BOUND else Scope.OUT


FORMER_LEVELS = {
    "行政事业单位": UnitLevel.PUBLIC_INSTITUTION,
    "人大政协": UnitLevel.CONGRESS,
    "法院检察院": UnitLevel.JUDICIARY,
    "融媒体": UnitLevel.MEDIA_CENTER,
    "垂直单位": UnitLevel.VERTICAL,
}
"""Words for a level that rosters were filled in with before: they are read, and never written."""
_BOUND = (UnitLevel.COUNTY_UNIT, UnitLevel.TOWNSHIP, UnitLevel.INTERNAL_DIVISION, UnitLevel.PUBLIC_INSTITUTION)


class AccountStatus(Labelled):
    """Where an account stands in its life; the first four are judged."""

    FILING = "filing", "待备案"
    ACTIVE = "active", "运行"
    PAUSED = "paused", "停用"
    DEREGISTERING = "deregistering", "注销中"
    CLOSED = "closed", "已注销"

    @property
    def is_judged(self) -> bool:
        """True if the rules still apply: until the closure is verified."""
        return self is not AccountStatus.CLOSED


class AccountFunction(Labelled):
    """The purpose of the account; the two-week rule binds publishing accounts only."""

    PUBLISHING = "publishing", "发布类"
    SERVICE = "service", "服务类"


class OperationMode(Labelled):
    """The way the account's content is run."""

    OWN = "own", "自主"
    OUTSOURCED = "outsourced", "委托"


class Role(Labelled):
    """The role of a person who is told."""

    LIAISON = "liaison", "联络员"
    LEADER = "leader", "责任领导"
    OPERATOR = "operator", "操作员"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One person a unit named for an account, and how that person is reached."""

    role: Role
    name: str
    phone: str | None = None
    mail: str | None = None
    dingtalk: str | None = None
    is_apart: bool = False
    """True if somebody of another name, named before for the same account, has the same phone (`told_apart`)."""
    known_by: str | None = None
    """The key of the same person in another role of the account, named before and with other ways (`told_apart`)."""

    @property
    def is_reachable(self) -> bool:
        """True if the roster gives any way to reach the person."""
        return bool(self.phone or self.mail or self.dingtalk)

    @property
    def key(self) -> str:
        """The person, across accounts and roles: phone, else mail, else DingTalk id, else the name.

        Of two people who share what would name them, the second has the name in it: each is told.
        """
        if self.known_by:
            return self.known_by
        shared = self.phone or self.mail or self.dingtalk or self.name
        return f"{shared}（{self.name}）" if self.is_apart else shared


def told_apart(contacts: tuple[Contact, ...]) -> tuple[Contact, ...]:
    """Return an account's contacts, those marked who share with somebody of another name what would name both.

    Two roles under one name are one person, no matter which ways each role gives, unless two of them differ.
    """
    if len({_name(contact) for contact in contacts}) == len({contact.key for contact in contacts}) == len(contacts):
        return contacts
    first: dict[str, str] = {}
    told: list[Contact] = []
    for contact in contacts:
        plain = replace(contact, is_apart=False, known_by=None)
        twin = next((other for other in told if _is_same_person(other, plain)), None)
        if twin is not None and twin.key != plain.key:
            told.append(replace(plain, known_by=twin.key))
            continue
        name = _name(contact)
        told.append(replace(plain, is_apart=first.setdefault(plain.key, name) != name))
    return tuple(told)


def _name(contact: Contact) -> str:
    return "".join(contact.name.split())


def _is_same_person(contact: Contact, other: Contact) -> bool:
    """True if two roles of an account are one person's: one name, and ways to be reached that do not differ."""
    if (
        contact.role is other.role
        or _name(contact) != _name(other)
        or not (contact.is_reachable and other.is_reachable)
    ):
        return False
    pairs = ((contact.phone, other.phone), (contact.mail, other.mail), (contact.dingtalk, other.dingtalk))
    return all(not (mine and theirs) or mine.casefold() == theirs.casefold() for mine, theirs in pairs)


_HOST = re.compile(r"https?://(?:[^/?#@\s|]*@)?(\[[^\]/?#\s|]*\]|[^/?#:\s|]+)", re.IGNORECASE)
"""The host of the first address in a key, without a port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One way to look at an account: a collector, what to ask it for, and its place in the chain."""

    account: str
    collector: str
    key: str
    rank: int = 0
    is_partial: bool = False
    """True if it never shows for certain what is newest: it can prove an update, never the lack of one."""

    @property
    def id(self) -> str:
        """The source's stable name: account, collector and key."""
        return f"{self.account}/{self.collector}={self.key}"

    @property
    def host(self) -> str:
        """The far side for which looks at it wait: the host that the key names, else the one the collector asks."""
        named = _HOST.search(self.key)
        return named[1].lower() if named else self.collector


@dataclass(frozen=True, slots=True, kw_only=True)
class Outsourcing:
    """The roster's entry on the body that runs an account in the unit's stead (plan 二(四))."""

    mode: OperationMode = OperationMode.OWN
    operator_org: str | None = None
    operator_type: str | None = None
    is_subcontracted: bool | None = None
    agreement_on: date | None = None
    confidentiality_on: date | None = None
    news_licence_until: date | None = None


class UnitKey(NamedTuple):
    """The identity of a unit: the 教育局 of one area is not that of another."""

    area: str
    name: str


BY_HAND = "人工"
"""The value of the roster column 采集方式 for an account that is not polled."""
_WAYS = {
    "manual": BY_HAND,
    "feed": "订阅源（RSS）",
    "website": "网站栏目",
    "web-probe": "网页可用性",
    "weibo": "微博主页",
    "weibo-ajax": "微博网页版",
    "wechat-article": "公众号文章链接",
    "wechat-album": "公众号合集",
    "wechat-official": "公众号官方接口",
    "channels-link": "视频号链接",
    "toutiao": "头条号主页",
    "douyin": "抖音主页",
    "douyin-official": "抖音官方接口",
    "kuaishou": "快手主页",
    "sohu": "搜狐号主页",
    "baijiahao": "百家号主页",
    "baijiahao-official": "百家号官方接口",
    "dayu": "大鱼号主页",
    "bilibili": "哔哩哔哩主页",
    "netease": "网易号主页",
    "tencent-news": "企鹅号主页",
    "thepaper": "澎湃号主页",
    "zhihu": "知乎主页",
    "apple-store": "苹果应用商店",
    "huawei-store": "华为应用市场",
    "tencent-store": "腾讯应用宝",
    "vivo-store": "vivo应用商店",
    "xiaomi-store": "小米应用商店",
    "samsung-store": "三星应用商店",
    "apk": "安卓安装包",
    "ipa": "苹果安装包",
    "hap": "鸿蒙安装包",
}


def way_of_looking(collector: str) -> str:
    """Return what people call a collector; one of another's making is called by its name."""
    return _WAYS.get(collector, collector)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One row of the roster."""

    id: str
    name: str
    platform: Platform
    unit: str
    area: str
    platform_id: str | None = None
    homepage: str | None = None
    method: str | None = None
    """The column 采集方式 as written: None for the platform's default chain, `人工`, or `collector=key` pairs."""
    level: UnitLevel | None = None
    function: AccountFunction = AccountFunction.PUBLISHING
    is_main: bool = False
    status: AccountStatus = AccountStatus.ACTIVE
    opened_on: date | None = None
    closed_on: date | None = None
    verified_entity: str | None = None
    outsourcing: Outsourcing = Outsourcing()
    followers: int | None = None
    contacts: tuple[Contact, ...] = ()
    group: str | None = None
    """The column 通知群: the name of a channel in the settings that reaches the unit's group."""
    note: str | None = None
    grant_until: date | None = None
    """The last day on which what its looks need holds: an owner's grant, a bridge's token, a certificate."""
    verified_until: date | None = None
    """The last day of the platform's yearly verification (认证年审)."""

    @property
    def unit_key(self) -> UnitKey:
        """Which unit it is that runs the account."""
        return UnitKey(self.area, self.unit)

    @property
    def scope(self) -> Scope:
        """True if the plan binds the account; an empty level is pending."""
        return self.level.scope if self.level else Scope.PENDING

    @property
    def is_judged(self) -> bool:
        """True if rules of updating and contacts apply: not closed and not out of scope."""
        return self.status.is_judged and self.scope is not Scope.OUT

    def people(self, role: Role) -> tuple[Contact, ...]:
        """Return the contacts named for a role, in the roster's order; may be empty."""
        return tuple(contact for contact in self.contacts if contact.role is role)


class BadMethodError(ValueError):
    """The column 采集方式 cannot be read; the argument is the faulty part."""


def declared_sources(account: Account) -> tuple[tuple[str, str], ...]:
    """Return the (collector, key) pairs written in 采集方式, first preferred; raises BadMethodError.

    Empty for 人工 and for an empty column (the platform's default chain).
    """
    if account.method is None or account.method == BY_HAND:
        return ()
    return tuple(_pair(part) for part in account.method.replace("；", ";").split(";") if part.strip())


def _pair(part: str) -> tuple[str, str]:
    collector, equals, key = part.strip().partition("=")
    if not (collector.strip() and equals and key.strip()):
        raise BadMethodError(part.strip())
    return collector.strip(), key.strip()


def chain(account: Account, pairs: Iterable[tuple[str, str]]) -> tuple[Source, ...]:
    """Return the sources of an account in the order of the pairs."""
    return tuple(
        Source(account=account.id, collector=collector, key=key, rank=rank)
        for rank, (collector, key) in enumerate(pairs)
    )
