"""Advice to the people who wrote the settings or the roster, in Chinese."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from monitor.app.collectors import Chains, canary_sources, watched_platforms
from monitor.core.account import Account, Platform
from monitor.core.collector import (
    Collector,
    GrantedCollector,
)
from monitor.settings import Settings

_INSTITUTION = re.compile("(?:办公室|办|中心|局|委员会|委|部|厅|科|股|室|处|院|社|台|所|站|队|府|联合会|公司)$")
"""How the name of a body ends that people can call; a system's, a platform's or a group's is none."""


def hints(settings: Settings) -> Iterator[str]:
    """Yield, in Chinese, advice to the people who wrote these settings."""
    if not settings.channels:
        yield "尚未设置通知渠道，消息只生成、供查看，不会发出。"
    if settings.web.base_url and settings.web.key is None:
        yield "没有 web.key，消息里不带“已知悉，由我处理”的链接。"
    if settings.hold:
        yield "现在是试发模式（hold 为 true）：消息生成后待放行，放行后才发出。"
    if not _INSTITUTION.search(settings.office.signature):
        yield (
            f"落款“{settings.office.signature}”不像机构名称。收件人按落款联系，"
            "请在 office.sender 写经办机构，如“示例县政府信息公开中心”。"
        )
    if settings.grants and settings.key is None:
        yield "没有设置环境变量 XUNCHA_KEY，授权得到的令牌不写入数据库，重启后重新获取。"
    yield from unjudged(settings)


def unjudged(settings: Settings) -> Iterator[str]:
    """Yield, in Chinese, that nobody is judged by some rules, where the file of an older version lacks them."""
    if absent := settings.rule_versions.absent:
        yield f"rules.yaml 里没有规则 {'、'.join(absent)}，不按它们判定；需要的，从新版本自带的 rules.yaml 中抄入。"


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
