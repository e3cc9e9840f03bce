"""The settings of a folder, checked against what there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from monitor.app.collectors import all_collectors, movable_collectors, watched_platforms
from monitor.core.collector import (
    CanaryCollector,
    GrantedCollector,
    KeyedCollector,
)
from monitor.settings import Settings, SettingsError, load
from monitor.settings.load import load_for_worker
from monitor.settings.problem import SettingsProblem


def load_settings(folder: Path, env: Mapping[str, str] | None) -> Settings:
    """Return the settings of a folder; raises SettingsError. Without `env`, secrets stay unresolved."""
    settings = load(folder, env, collectors=frozenset(all_collectors()))
    if problems := list(not_built(settings, str(folder / "xuncha.yaml"))):
        raise SettingsError(problems)
    return settings


def load_worker_settings(folder: Path, env: Mapping[str, str]) -> Settings:
    """Return the same for a worker, which is told no secrets but those that looks need; raises SettingsError."""
    return load_for_worker(folder, env, collectors=frozenset(all_collectors()))


def not_built(settings: Settings, file: str) -> Iterator[SettingsProblem]:
    """Yield what the settings ask for and this version cannot do: silence would be a promise."""
    known = all_collectors()
    movable = movable_collectors()
    for name, platform in settings.platforms.items():
        if platform.base_url and name not in movable:
            text = f"“platforms.{name}.base_url”：采集器 {name} 的地址写在台账里，不能在这里改。"
            yield SettingsProblem(file=file, line=None, text=text)
        if (
            platform.canary
            and name in known
            and not (watched_platforms(known[name]) or isinstance(known[name], CanaryCollector))
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
