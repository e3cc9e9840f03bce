"""Advice to the people who wrote the settings or the roster, in Chinese."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from monitor.app.collectors import Chains, canary_sources, watched_platforms
from monitor.core.account import Account, Platform
from monitor.core.collector import (
    Collector,
    GrantedCollector,
)
from monitor.core.obligations import all_rules
from monitor.settings import Settings

_INSTITUTION = re.compile("(?:办公室|办|中心|局|委员会|委|部|厅|科|股|室|处|院|社|台|所|站|队|府|联合会|公司)$")
"""How the name of a body ends that people can call; a system's, a platform's or a group's is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsHint:
    """One piece of advice about the settings."""

    text: str
    """A Chinese sentence or two that anybody in the office understands."""
    where: str
    """What to look for in the files, for whoever changes them."""

    @property
    def with_place(self) -> str:
        """The same with the place, for the people of information technology."""
        return f"{self.text.removesuffix('。')}（{self.where}）。"


def hints(settings: Settings) -> Iterator[SettingsHint]:
    """Yield advice to the people who wrote these settings."""
    if not settings.channels:
        yield SettingsHint(text="尚未设置通知渠道，消息只生成、供查看，不会发出。", where="channels")
    if settings.web.base_url and settings.web.key is None:
        yield SettingsHint(text="没有设置给链接签名的密钥，消息里不带“已知悉，由我处理”的链接。", where="web.key")
    if settings.hold:
        yield SettingsHint(
            text="现在是试发模式：消息生成后待放行，放行后才发出；没有人放行的，一直不发。", where="hold: true"
        )
    if not _INSTITUTION.search(settings.office.signature):
        yield SettingsHint(
            text=f"落款“{settings.office.signature}”不像机构名称。收件人按落款联系，"
            "请改为经办机构，如“示例县政府信息公开中心”。",
            where="office.sender",
        )
    if settings.grants and settings.key is None:
        yield SettingsHint(
            text="没有设置保存令牌的密钥，授权得到的令牌不写入数据库，重启后重新获取。", where="XUNCHA_KEY"
        )
    yield from unjudged(settings)


def unjudged(settings: Settings) -> Iterator[SettingsHint]:
    """Yield that nobody is judged by some rules, where the file of an older version lacks them."""
    if absent := settings.rule_versions.absent:
        titles = {rule.id: rule.title for rule in all_rules()}
        named = "、".join(f"“{titles[rule]}”" for rule in absent)
        yield SettingsHint(
            text=f"规则文件缺少{named}，不按它们判定；需要的，从新版本自带的规则文件中抄入。",
            where=f"rules.yaml：{'、'.join(absent)}",
        )


def unwatched(
    listings: Collection[tuple[Platform, str]], settings: Settings, collectors: Mapping[str, Collector]
) -> Iterator[str]:
    """Yield, in Chinese, which platforms seen through these collectors have no canary, and what to enter.

    Nothing else shows that a platform has stopped renewing its lists; an owner's own interface is no such list.
    """
    watched = {canary_source.platform for canary_source in canary_sources(settings, collectors)}
    lacking: dict[Platform, str] = {}
    for platform, name in sorted(listings, key=lambda pair: (pair[0].label, pair[1])):
        one = collectors.get(name)
        if one is not None and not isinstance(one, GrantedCollector) and platform in watched_platforms(one) - watched:
            lacking.setdefault(platform, name)
    if lacking:
        named = "、".join(f"{platform.label}（platforms.{name}.canary）" for platform, name in lacking.items())
        yield (
            f"没有对照账号的平台：{named}。平台的列表停在旧内容时会误报超期，"
            "请信息技术人员在括号里的设置项各填一个确知每天更新的账号，写法同采集方式等号后面"
        )


def ungranted(accounts: Iterable[Account], chains: Chains, settings: Settings) -> Iterator[str]:
    """Yield, in Chinese, which accounts are looked at through a grant that the settings do not have."""
    granted = {name for name, collector in chains.collectors.items() if isinstance(collector, GrantedCollector)}
    for account in accounts:
        for source in chains.of(account):
            grant = settings.grants.get(source.key)
            if source.collector in granted and (grant is None or grant.collector != source.collector):
                yield (
                    f"{account.id} 的采集方式 {source.collector}={source.key} 指向一项授权，"
                    f"设置的 grants 里没有用于 {source.collector} 的“{source.key}”"
                )
