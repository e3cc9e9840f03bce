"""The result of a look at an app's link: the app can be had, or the obstacle.

A `AppFault` is a fact that the far side itself shows; a time-out or a wall is none, and stays a
`Reason` for not having seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.core.account import Labelled


class Link(Labelled):
    """The kind of a link: two by which people get an app, and one that the app itself needs."""

    STORE = "store", "应用商店"
    PACKAGE = "package", "安装包"
    SERVICE = "service", "后台服务"


class AppFault(Labelled):
    """Why people cannot get or use the app by this link: a closed list."""

    NOT_LISTED = "not_listed", "商店中查不到该应用"
    BLOCKED = "blocked", "商店已停止下载"
    GONE = "gone", "地址已失效"
    NOT_A_PACKAGE = "not_a_package", "得到的不是安装包"
    CUT_OFF = "cut_off", "安装包不完整"
    NOT_INSTALLABLE = "not_installable", "安装包不能直接安装"
    UNSIGNED = "unsigned", "安装包没有签名"
    PROFILE_EXPIRED = "profile_expired", "描述文件已过期"
    OTHER_APP = "other_app", "不是登记的应用"
    NO_MARKER = "no_marker", "应答中没有约定的内容"
    NO_HOST = "no_host", "域名不存在"
    CERT_EXPIRED = "cert_expired", "安全证书已过期"
    CERT_NOT_YET_VALID = "cert_not_yet_valid", "安全证书尚未生效"
    CERT_SELF_SIGNED = "cert_self_signed", "安全证书为自签名"
    CERT_INCOMPLETE = "cert_incomplete", "安全证书链不完整"
    CERT_OTHER_HOST = "cert_other_host", "安全证书与域名不符"


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """One look at one link. Without a fault the link does what it is there for."""

    link: Link
    fault: AppFault | None = None
    shop: str | None = None
    """The store's name, where it is one: an app may be in several."""
    package: str | None = None
    """The app's own name for itself: package or bundle id."""
    version: str | None = None
    released_at: datetime | None = None
    is_signed: bool | None = None
    """Of a package; None where too little of it was seen."""
    certificate_until: datetime | None = None
    """When the paper expires that it showed: a service's certificate, an iOS package's provisioning profile."""

    @property
    def is_available(self) -> bool:
        """True if people get what the link is there for."""
        return self.fault is None

    @property
    def place(self) -> str:
        """The link's name: a store by its name, else its kind."""
        return self.shop or self.link.label


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One finished look at a link, in the row of all looks at it; looks that saw nothing are none."""

    source: str
    link: Link
    at: datetime
    fault: AppFault | None
    observation: int
