"""The sections that config/xuncha.yaml may have. The words are explained, in Chinese, in the file itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from monitor.core.login import IDLE
from monitor.core.news import FixedTexts
from monitor.settings.check import SettingsSection
from monitor.settings.kinds import (
    Bind,
    Clock,
    Duration,
    HostName,
    Idle,
    Issuer,
    Network,
    SecretOrAddress,
    SecretReference,
    WebAddress,
    Window,
    Workdays,
)

GROUP = "group"
"""In `roles`: the unit's own group, as the roster's column 通知群 names it."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[^\s.,;，；、/]+$")]
PerMinute = Annotated[int, Field(ge=1, le=6000)]


class OfficeSettings(SettingsSection):
    """The office that runs the monitor, and the areas it serves."""

    name: Text
    phone: Text | None = None
    sender: Text | None = None
    """The signature of messages; the office's name if not given."""
    areas: Annotated[tuple[Text, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _areas_differ(self) -> Self:
        if len(set(self.areas)) != len(self.areas):
            raise ValueError("areas 中有重复的地区")
        return self

    @property
    def signature(self) -> str:
        """The signature of messages."""
        return self.sender or self.name


class Hours(SettingsSection):
    """When messages leave, and when the operator's digest is made."""

    windows: Annotated[tuple[Window, ...], Field(min_length=1)] = (
        (time(8, 45), time(11, 30)),
        (time(14, 30), time(17, 0)),
    )
    digest: Clock = time(8, 45)
    per_person: Annotated[int, Field(ge=1, le=1000)] = 10
    """How many messages one person gets in a day; the rest goes the next working day, merged."""
    every_day: bool = False
    """True if days off count as worked (the sample county, so that it works at night)."""
    overrides: Text = "calendar.yaml"
    """The file, beside this one, that corrects the working-day calendar."""

    @model_validator(mode="after")
    def _windows_follow_each_other(self) -> Self:
        if any(later[0] < earlier[1] for earlier, later in zip(self.windows, self.windows[1:], strict=False)):
            raise ValueError("windows 中的时段应按先后排列，不能重叠")
        return self


class PlatformSettings(SettingsSection):
    """How one collector (or all of one platform) is looked at; None leaves it to the collector."""

    every: Duration | None = None
    per_minute: PerMinute | None = None
    base_url: WebAddress | None = None
    canary: Text | None = None
    """The key of an account that is known to be alive: when it cannot be read, the platform is at fault."""


class GrantSettings(SettingsSection):
    """An owner's permission to use the platform's official interface."""

    collector: Name
    id: Text
    secret: SecretReference
    token: SecretReference | None = None
    base_url: WebAddress | None = None


class ChannelSettings(SettingsSection):
    """One far side that can be told something."""

    url: SecretReference
    """An Apprise URL."""
    base_url: WebAddress | None = None
    per_minute: PerMinute | None = None
    """None leaves it to the kind of channel."""


class Roles(SettingsSection):
    """By which channels a role may be reached, first preferred."""

    liaison: tuple[Name, ...] = ()
    leader: tuple[Name, ...] = ()
    operator: tuple[Name, ...] = ()


class Outside(SettingsSection):
    """How the network is reached."""

    allow: tuple[Network, ...] = ()
    proxy: SecretOrAddress | None = None
    timeout: Duration = timedelta(seconds=20)
    anchors: tuple[WebAddress, ...] = ()
    """Independent hosts: when none of them answers it is our own line that is out. Empty: looks alone tell."""


class Review(SettingsSection):
    """Which steps wait for a person before a unit is told, and for how many working days at most."""

    steps: tuple[
        Literal["remind", "warn", "last_day", "overdue", "escalate", "propose", "suspect", "confirm", "to_leader"], ...
    ] = ("escalate", "propose")
    workdays: Workdays = 2
    """None, written `never`: until a person releases them."""
    two_persons: bool = False
    """True if 注销 and 豁免 take effect only when another operator confirms them."""


class Retention(SettingsSection):
    """How long what is no longer needed is kept."""

    evidence: Duration = timedelta(days=365)
    observations: Duration = timedelta(days=730)
    messages: Duration = timedelta(days=730)
    reports: Duration = timedelta(days=3650)


class DocumentSettings(SettingsSection):
    """What documents say whatever the county looks like."""

    addressee: Text = "各乡镇人民政府、街道办事处，县属各单位"
    basis: Text = "为加强政务新媒体日常监管，按照政务新媒体检查指标和规范化管理要求，对政务新媒体进行了检查"
    demands: tuple[Text, ...] = (
        "各主办单位要切实履行主体责任，按照“谁开设、谁主管”的要求，安排专人管理账号，定期更新内容，确保发布及时、准确。",
        "存在问题的单位要对照问题清单逐项整改，并于　月　日前将整改情况书面报送本办公室。",
        "拟停用、注销的账号要按程序办理，注销完成前仍须按期更新。",
    )
    notice: Text = f"请于{FixedTexts.DUE}前（含当日）完成整改，并填写整改情况回执报送{FixedTexts.SENDER}。"
    handover: tuple[Text, ...] = (
        "平台账号的登录名、管理员和运营者权限",
        "绑定的手机号、邮箱、身份信息已变更为接手人",
        "认证资料、年审时间和对公账户信息",
        "官方接口授权、第三方工具的密钥已更换",
        "待发布、定时发布的内容",
        "留言、私信中尚未答复的事项",
        "历史内容和素材的存档",
        "三审三校、值班值守等制度的责任人已更新",
        "台账中的联络员已变更",
    )

    @model_validator(mode="after")
    def _notice_names_the_day(self) -> Self:
        if FixedTexts.DUE not in self.notice:
            raise ValueError(f"的 notice 中应写有“{FixedTexts.DUE}”，写出时换成整改的最后一天")
        return self


class HeartbeatSettings(SettingsSection):
    """The address that hears that the service lives: silence is the alarm."""

    url: SecretOrAddress | None = None
    """An address outside that expects to be asked for every minute."""
    peer: Name | None = None
    """A channel that is told once each working day."""


class OidcSettings(SettingsSection):
    """The office's identity provider, by which people may log in."""

    issuer: Issuer
    client_id: Text
    client_secret: SecretReference
    claim: Text = "sub"
    """The claim by which people are told apart; others than `sub` may be given to somebody else one day."""
    label: Text = "统一身份认证登录"
    """On the button."""
    acr: tuple[Text, ...] = ()
    """The values of `acr` that stand for more than a password: then no second factor of ours is asked for."""


class DispatchSettings(SettingsSection):
    """Who makes the looks: the service itself, or workers behind exit addresses of their own."""

    kind: Literal["embedded", "procrastinate"] = "embedded"
    addresses: tuple[Name, ...] = ()
    """The names of the exit addresses; each has a queue, which one worker serves."""
    platforms: Mapping[Name, Annotated[tuple[Name, ...], Field(min_length=1)]] = Field(default_factory=dict)
    """By the name of a collector: by which addresses it may look, where that is not all."""
    role: Name | None = None
    """The role of the database by which workers come, which is let do no more than they do; None: they have ours."""

    @model_validator(mode="after")
    def _addresses_have_workers(self) -> Self:
        if self.kind == "embedded" and (self.addresses or self.platforms or self.role):
            raise ValueError("：由服务自己采集的（kind: embedded）没有采集进程，请删去 addresses、platforms 和 role")
        if self.kind == "procrastinate" and not self.addresses:
            raise ValueError("：由采集进程采集的（kind: procrastinate），addresses 至少要写一个出口地址的名称")
        if len(set(self.addresses)) != len(self.addresses):
            raise ValueError("的 addresses 中有重复的名称")
        return self


class Web(SettingsSection):
    """Where the pages are served."""

    bind: Bind = ("127.0.0.1", 8080)
    base_url: WebAddress | None = None
    key: SecretReference | None = None
    """The key that signs links in messages; without it, or without `base_url`, messages carry none."""
    api_token: SecretReference | None = None
    """The token of programs that paste links of new posts; without it none may."""
    hosts: tuple[HostName, ...] = ()
    """Further names under which the pages may be asked for; addresses need none."""
    metrics_token: SecretReference | None = None
    """The token that a request for metrics shows; without it nothing need be shown."""
    trusted_proxies: tuple[Network, ...] = ()
    """Whose word counts on where a request comes from, and whether it came by https."""
    idle: Idle = IDLE
    """How long a login lasts while nothing is done with it."""
    oidc: OidcSettings | None = None
    """Without it, people log in by password alone."""

    @model_validator(mode="after")
    def _provider_knows_the_way_back(self) -> Self:
        if self.oidc is not None and self.base_url is None:
            raise ValueError("：填写 oidc 的，必须填写 base_url，统一身份认证要送回到那里")
        return self


class WorkerFile(SettingsSection):
    """The part of config/xuncha.yaml whose secrets a worker is told: how to look, and on whose behalf."""

    grants: Mapping[Name, GrantSettings] = Field(default_factory=dict)
    network: Outside = Outside()


class XunchaFile(SettingsSection):
    """All of config/xuncha.yaml."""

    office: OfficeSettings
    hours: Hours = Hours()
    platforms: Mapping[Name, PlatformSettings] = Field(default_factory=dict)
    """By the name of a collector (`weibo`, `wechat-article`) or the value of a platform (`douyin`)."""
    grants: Mapping[Name, GrantSettings] = Field(default_factory=dict)
    channels: Mapping[Name, ChannelSettings] = Field(default_factory=dict)
    roles: Roles = Roles()
    network: Outside = Outside()
    review: Review = Review()
    documents: DocumentSettings = DocumentSettings()
    hold: bool = True
    heartbeat: HeartbeatSettings = HeartbeatSettings()
    dispatch: DispatchSettings = DispatchSettings()
    retention: Retention = Retention()
    web: Web = Web()
