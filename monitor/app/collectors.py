"""The collectors there are, the sources that accounts have by them, and what the network door allows."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, cached_property
from importlib import import_module
from types import ModuleType

import collectors.platforms
from collectors.http import Policy
from collectors.politeness import Pace
from collectors.seal import Seal
from collectors.sessions import Sessions
from monitor.core.account import BY_HAND, Account, Platform, Source, chain, declared_sources
from monitor.core.collector import (
    CanaryCollector,
    Collector,
    Grant,
    KeyedCollector,
    KeyForm,
    PartialCollector,
    Prover,
    ProvingCollector,
    SingleCollector,
)
from monitor.pipeline.watch import CanarySource
from monitor.settings import Settings
from monitor.settings.sections import PlatformSettings
from monitor.store.roster import Sources

EVERY = timedelta(hours=6)
"""How often a source is looked at when the settings do not say."""


@cache
def _modules(package: ModuleType) -> tuple[ModuleType, ...]:
    return tuple(import_module(f"{package.__name__}.{found.name}") for found in pkgutil.iter_modules(package.__path__))


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


def movable_collectors() -> frozenset[str]:
    """Return the names of the collectors that can be served from elsewhere (`platforms.….base_url`)."""
    return frozenset(module.COLLECTOR.name for module in _modules(collectors.platforms) if hasattr(module, "at"))


def key_forms(collectors: Mapping[str, Collector]) -> dict[str, KeyForm]:
    """Return what keys look like, by the names of the collectors that tell."""
    return {name: collector.key_form for name, collector in collectors.items() if isinstance(collector, KeyedCollector)}


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
        listing = (collector for collector in self.collectors.values() if not isinstance(collector, SingleCollector))
        if any(account.platform in collector.platforms for collector in listing):
            return "台账没有采集所需的平台标识或主页链接"
        return f"{account.platform.label}没有可以自动核查的公开列表"

    @cached_property
    def _by_name(self) -> Sequence[tuple[str, Collector]]:
        return sorted(self.collectors.items())

    @cached_property
    def _partial(self) -> Mapping[str, PartialCollector]:
        return {
            name: collector for name, collector in self.collectors.items() if isinstance(collector, PartialCollector)
        }

    def _default(self, account: Account) -> Iterable[tuple[str, str]]:
        for name, collector in self._by_name:
            if account.platform in collector.platforms and (key := collector.key_of(account)):
                yield name, key

    def _is_partial(self, source: Source) -> bool:
        collector = self._partial.get(source.collector)
        return collector is not None and collector.is_partial(source.key)


def canary_sources(settings: Settings, collectors: Mapping[str, Collector]) -> tuple[CanarySource, ...]:
    """Return where the canaries of the settings sit; those of stores are asked by the stores themselves.

    A store that is at fault says nothing of the other ways to get an app.
    """
    return tuple(
        CanarySource(platform=platform, source=Source(account="", collector=name, key=chosen.canary))
        for name, chosen in settings.platforms.items()
        if chosen.canary and name in collectors
        for platform in sorted(watched_platforms(collectors[name]), key=lambda platform: platform.value)
    )


def watched_platforms(collector: Collector) -> frozenset[Platform]:
    """Return the platforms that a canary of this collector stands for: those that are one far side."""
    return frozenset(platform for platform in collector.platforms if platform.is_one_far_side)


def provers(collectors: Mapping[str, Collector]) -> dict[Platform, tuple[tuple[str, Prover], ...]]:
    """Return what proves pasted links of posts, by platform."""
    found: dict[Platform, tuple[tuple[str, Prover], ...]] = {}
    for name, collector in sorted(collectors.items()):
        if isinstance(collector, ProvingCollector):
            for platform in collector.proves:
                found[platform] = (*found.get(platform, ()), (name, collector))
    return found


def sources_of(settings: Settings, chains: Chains) -> Sources:
    """Return which sources accounts have, and how often each is looked at."""
    return Sources(of=chains.of, every=every_of(settings))


def every_of(settings: Settings) -> Callable[[Source], timedelta]:
    """Return what says how often a source is looked at."""

    def every(source: Source) -> timedelta:
        platform = settings.platforms.get(source.collector)
        return (platform.every if platform else None) or EVERY

    return every


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
