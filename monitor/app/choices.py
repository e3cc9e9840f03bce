"""Which collectors, rules and channels there are, and what the settings make of them."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, cached_property, lru_cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

import collectors.platforms
from alerts.channels import open_channel
from alerts.text import plain
from collectors.http import Policy
from collectors.politeness import Pace
from collectors.seal import Seal
from collectors.sessions import Sessions
from monitor.core import obligations
from monitor.core.account import BY_HAND, Account, Platform, Source, chain, declared_sources
from monitor.core.calendar import WorkCalendar
from monitor.core.channel import Channel
from monitor.core.collector import (
    CanaryCollector,
    Collector,
    Grant,
    GrantedCollector,
    KeyedCollector,
    KeyForm,
    PartialCollector,
    Prover,
    ProvingCollector,
    SingleCollector,
)
from monitor.core.finding import AreaRule, Rule, RuleBook
from monitor.core.record import RecordSubject
from monitor.core.rules import see_01
from monitor.pipeline.evaluate import RulesInForce
from monitor.pipeline.watch import CanarySource
from monitor.settings import Settings, SettingsError, SettingsProblem, load
from monitor.settings.sections import PlatformSettings

EVERY = timedelta(hours=6)
"""How often a source is looked at when the settings do not say."""


@cache
def _modules(package: ModuleType) -> tuple[ModuleType, ...]:
    return tuple(import_module(f"{package.__name__}.{found.name}") for found in pkgutil.iter_modules(package.__path__))


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return every rule on what is known of one account, by id: of the modules that offer a RULE."""
    return tuple(rule for rule in obligations.all_rules() if isinstance(rule, Rule))


@cache
def all_area_rules() -> tuple[AreaRule, ...]:
    """Return every rule on an area's register, by id."""
    return tuple(rule for rule in obligations.all_rules() if isinstance(rule, AreaRule))


def rule_ids() -> frozenset[str]:
    """Return the ids of all rules."""
    return frozenset(rule.id for rule in obligations.all_rules())


def rule_subjects() -> dict[str, RecordSubject]:
    """Return of what the findings of each rule speak, by id."""
    return {
        rule.id: rule.on if isinstance(rule, AreaRule) else RecordSubject.ACCOUNT for rule in obligations.all_rules()
    }


def rule_titles() -> dict[str, str]:
    """Return what people call each rule, by id."""
    return {rule.id: rule.title for rule in (*obligations.all_rules(), see_01.rule(WorkCalendar()))}


def rules_in_force(settings: Settings, calendar: WorkCalendar) -> RulesInForce:
    """Return the rules and what they go by; the numbers of a day are put together once."""
    titles = {rule.id: rule.title for rule in (*obligations.all_rules(), see_01.rule(calendar))}

    @lru_cache(maxsize=64)
    def book_of(day: date) -> RuleBook:
        return replace(settings.rule_book(day), titles=titles, calendar=calendar)

    return RulesInForce(rules=all_rules(), area_rules=all_area_rules(), book_of=book_of, calendar=calendar)


def all_collectors(platforms: Mapping[str, PlatformSettings] | None = None) -> dict[str, Collector]:
    """Return every collector there is, by name, as the settings `platforms` want it: served elsewhere, its canary."""
    found = {}
    for module in _modules(collectors.platforms):
        collector: Collector = module.COLLECTOR
        wanted = (platforms or {}).get(collector.name)
        if wanted and wanted.base_url:
            collector = module.at(wanted.base_url)
        if wanted and wanted.canary and isinstance(collector, CanaryCollector):
            collector = collector.with_canary(wanted.canary)
        found[collector.name] = collector
    return found


def key_forms(collectors: Mapping[str, Collector]) -> dict[str, KeyForm]:
    """Return what keys look like, by the names of the collectors that tell."""
    return {name: one.key_form for name, one in collectors.items() if isinstance(one, KeyedCollector)}


@dataclass(frozen=True)
class Chains:
    """Which sources an account has: those its roster row declares, else its platform's default chain."""

    collectors: Mapping[str, Collector]

    def of(self, account: Account) -> tuple[Source, ...]:
        """Return the account's sources, first preferred; empty for one that is read by hand."""
        if account.method == BY_HAND:
            return ()
        declared = declared_sources(account)
        sources = chain(account, declared or self._default(account))
        return tuple(replace(source, is_partial=self._is_partial(source)) for source in sources)

    def listings(self, accounts: Iterable[Account]) -> frozenset[tuple[Platform, str]]:
        """Return which platforms are seen through which collectors by lists that may show what is newest."""
        return frozenset(
            (account.platform, source.collector)
            for account in accounts
            for source in self.of(account)
            if not source.is_partial
        )

    def by_hand(self, account: Account) -> str | None:
        """Return why people have to look or paste links, in Chinese; None where a source shows what is newest."""
        sources = self.of(account)
        if sources:
            return "自动核查只能采集到部分内容" if all(source.is_partial for source in sources) else None
        if account.method == BY_HAND:
            return "台账写明人工核查"
        listing = (one for one in self.collectors.values() if not isinstance(one, SingleCollector))
        if any(account.platform in collector.platforms for collector in listing):
            return "台账没有采集所需的平台标识或主页链接"
        return f"{account.platform.label}没有可以自动核查的公开列表"

    @cached_property
    def _by_name(self) -> Sequence[tuple[str, Collector]]:
        return sorted(self.collectors.items())

    @cached_property
    def _partial(self) -> Mapping[str, PartialCollector]:
        return {name: one for name, one in self.collectors.items() if isinstance(one, PartialCollector)}

    def _default(self, account: Account) -> Iterable[tuple[str, str]]:
        for name, collector in self._by_name:
            if account.platform in collector.platforms and (key := collector.key_of(account)):
                yield name, key

    def _is_partial(self, source: Source) -> bool:
        collector = self._partial.get(source.collector)
        return collector is not None and collector.is_partial(source.key)


def load_settings(folder: Path, env: Mapping[str, str] | None) -> Settings:
    """Return the settings of a folder; raises SettingsError. Without `env`, secrets stay unresolved."""
    settings = load(folder, env, collectors=frozenset(all_collectors()))
    if problems := list(not_built(settings, str(folder / "xuncha.yaml"))):
        raise SettingsError(problems)
    return settings


def not_built(settings: Settings, file: str) -> Iterator[SettingsProblem]:
    """Yield what the settings ask for and this version cannot do: silence would be a promise."""
    known = all_collectors()
    movable = {module.COLLECTOR.name for module in _modules(collectors.platforms) if hasattr(module, "at")}
    for name, platform in settings.platforms.items():
        if platform.base_url and name not in movable:
            text = f"“platforms.{name}.base_url”：采集器 {name} 的地址写在台账里，不能在这里改。"
            yield SettingsProblem(file=file, line=None, text=text)
        if (
            platform.canary
            and name in known
            and not (_watched(known[name]) or isinstance(known[name], CanaryCollector))
        ):
            text = f"“platforms.{name}.canary”：采集器 {name} 看的不是同一个平台，没有对照账号可言。"
            yield SettingsProblem(file=file, line=None, text=text)
        one = known.get(name)
        if platform.canary and isinstance(one, KeyedCollector) and not one.key_form.fits(platform.canary):
            yield SettingsProblem(file=file, line=None, text=f"“platforms.{name}.canary”：应为{one.key_form.said}。")
    for name, grant in settings.grants.items():
        if not isinstance(known.get(grant.collector), GrantedCollector):
            text = f"“grants.{name}.collector”：采集器 {grant.collector} 不需要授权。"
            yield SettingsProblem(file=file, line=None, text=text)
    if settings.dispatch != "embedded":
        yield SettingsProblem(file=file, line=None, text=f"“dispatch: {settings.dispatch}”：本版本只支持 embedded。")


_INSTITUTION = re.compile("(?:办公室|办|中心|局|委员会|委|部|厅|科|股|室|处|院|社|台|所|站|队|府|联合会|公司)$")
"""How the name of a body ends that people can call; a system's, a platform's or a group's is none."""


def hints(settings: Settings) -> Iterator[str]:
    """Yield, in Chinese, what somebody who wrote these settings should know."""
    if not settings.channels:
        yield "尚未设置通知渠道，消息只生成、供查看，不会发出。"
    if settings.web.base_url and settings.web.key is None:
        yield "没有 web.key，消息里不带“已知悉，由我处理”的链接。"
    if settings.hold:
        yield "hold 为 true，消息生成后待放行，放行后才发出。"
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


def as_text(markdown: str) -> str:
    """Return a message's body as its readers see it where nobody draws Markdown."""
    return plain(markdown)


def canary_sources(settings: Settings, collectors: Mapping[str, Collector]) -> tuple[CanarySource, ...]:
    """Return where the canaries of the settings sit; those of stores are asked by the stores themselves.

    A store that is at fault says nothing of the other ways to get an app.
    """
    return tuple(
        CanarySource(platform=platform, source=Source(account="", collector=name, key=chosen.canary))
        for name, chosen in settings.platforms.items()
        if chosen.canary and name in collectors
        for platform in sorted(_watched(collectors[name]), key=lambda platform: platform.value)
    )


def _watched(collector: Collector) -> frozenset[Platform]:
    """Return the platforms that a canary of this collector stands for: those that are one far side."""
    return frozenset(platform for platform in collector.platforms if platform.is_one_far_side)


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
        if one is not None and not isinstance(one, GrantedCollector) and platform in _watched(one) - watched:
            lacking.setdefault(platform, name)
    if lacking:
        named = "、".join(f"{platform.label}（platforms.{name}.canary）" for platform, name in lacking.items())
        yield (
            f"没有对照账号的平台：{named}。平台的列表停在旧内容时会误报超期，"
            "请在括号里的设置项各填一个确知每天更新的账号，写法同采集方式等号后面"
        )


def ungranted(accounts: Iterable[Account], chains: Chains, settings: Settings) -> Iterator[str]:
    """Yield, in Chinese, which accounts are looked at through a grant that the settings do not have."""
    granted = {name for name, one in chains.collectors.items() if isinstance(one, GrantedCollector)}
    for account in accounts:
        for source in chains.of(account):
            grant = settings.grants.get(source.key)
            if source.collector in granted and (grant is None or grant.collector != source.collector):
                yield (
                    f"{account.id} 的采集方式 {source.collector}={source.key} 指向一项授权，"
                    f"设置的 grants 里没有用于 {source.collector} 的“{source.key}”"
                )


def provers(collectors: Mapping[str, Collector]) -> dict[Platform, tuple[tuple[str, Prover], ...]]:
    """Return what proves pasted links of posts, by platform."""
    found: dict[Platform, tuple[tuple[str, Prover], ...]] = {}
    for name, one in sorted(collectors.items()):
        if isinstance(one, ProvingCollector):
            for platform in one.proves:
                found[platform] = (*found.get(platform, ()), (name, one))
    return found


def every_of(settings: Settings) -> Callable[[Source], timedelta]:
    """Return what says how often a source is looked at."""

    def every(source: Source) -> timedelta:
        platform = settings.platforms.get(source.collector)
        return (platform.every if platform else None) or EVERY

    return every


def open_channels(settings: Settings, clock: Callable[[], datetime]) -> dict[str, Channel]:
    """Return the channels of the settings by name; raises ValueError with a sentence that holds no secret."""
    proxy = settings.network.proxy.reveal() if settings.network.proxy else None
    return {
        name: open_channel(
            name,
            channel.url.reveal(),
            clock=clock,
            base_url=channel.base_url,
            per_minute=channel.per_minute,
            proxy=proxy,
        )
        for name, channel in settings.channels.items()
    }


def sessions(settings: Settings, clock: Callable[[], datetime]) -> Sessions:
    """Return what collectors may keep, with the owners' grants; needs settings that were loaded with their secrets."""
    grants = {
        (grant.collector, name): Grant(
            id=grant.id,
            secret=grant.secret.reveal(),
            token=grant.token.reveal() if grant.token else None,
            base_url=grant.base_url,
        )
        for name, grant in settings.grants.items()
    }
    return Sessions(clock, grants, Seal(settings.key.reveal()) if settings.key else None)


def policy(settings: Settings) -> Policy:
    """Return what the network door allows, from the settings."""
    paces = {
        name: replace(Pace(), per_minute=platform.per_minute)
        for name, platform in settings.platforms.items()
        if platform.per_minute
    }
    network = settings.network
    return Policy(
        allow=network.allow,
        proxy=network.proxy.reveal() if network.proxy else None,
        total=network.timeout,
        paces=paces,
    )
