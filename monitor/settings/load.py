"""Reading the three files of a settings folder: all of it is right, or nothing is used."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from pydantic import Field, SecretStr

from monitor.core.calendar import OfficeHours, WorkCalendar
from monitor.core.finding import RuleBook
from monitor.core.token import SHORTEST_KEY
from monitor.settings import days, rules
from monitor.settings.check import SettingsSection, check
from monitor.settings.document import SettingsDocument, read
from monitor.settings.kinds import Secret, Surroundings, bind_of
from monitor.settings.problem import SettingsError, SettingsProblem, did_you_mean
from monitor.settings.sections import GROUP, WorkerFile, XunchaFile

Model = TypeVar("Model", bound=SettingsSection)

KEY = "XUNCHA_KEY"
"""The variable of the environment that holds the key for tokens at rest."""
KEY_LENGTH = 32
BIND = "XUNCHA_BIND"
"""The variable of the environment that outdoes web.bind: a container's pages listen on the container's own address."""


class Settings(XunchaFile):
    """Everything an office has settled: xuncha.yaml, with its rules and its calendar."""

    key: Secret | None = None
    """The key that seals tokens before they are written down; None if they are not to be."""
    rule_versions: rules.RulesFile = Field(repr=False)
    calendar: days.CalendarFile = Field(repr=False)

    def office_hours(self) -> OfficeHours:
        """Return when messages may leave."""
        return OfficeHours(windows=self.hours.windows)

    def work_calendar(self) -> WorkCalendar:
        """Return which days are worked, all of them with `hours.every_day`; takes a fifth of a second, so ask once."""
        return self.calendar.work_calendar(every_day=self.hours.every_day)

    def rule_book(self, on: date) -> RuleBook:
        """Return the rules in force on a day; of a rule that had no force yet, or has none any more, no clause."""
        return self.rule_versions.book(on)


def load(config_dir: Path, env: Mapping[str, str] | None, *, collectors: Collection[str] | None = None) -> Settings:
    """Return the settings of a folder; raises SettingsError with everything that is wrong with them.

    With `env` None, references to secrets are not resolved: for commands that send and fetch nothing.
    `collectors` are the names allowed under `platforms` and `grants`; None allows every name.
    """
    around = Surroundings(folder=config_dir, env=env)
    found: list[SettingsProblem] = []
    key = _key(env or {}, found)
    main = _load(config_dir / "xuncha.yaml", XunchaFile, around, found)
    rule_file = _load(config_dir / "rules.yaml", rules.RulesFile, around, found)
    calendar_name = main[0].hours.overrides if main else "calendar.yaml"
    calendar = _load(config_dir / calendar_name, days.CalendarFile, around, found)
    if main:
        found += _problems(*main, collectors)
        found += _of_dispatch(*main, collectors)
        found += _weak(*main) if env is not None else ()
    if rule_file:
        found += rules.problems(*rule_file)
    if calendar:
        found += days.problems(*calendar, main[0].office.areas if main else None)
    if found or not (main and rule_file and calendar):
        raise SettingsError(found)
    return Settings(**dict(main[0]), key=key, rule_versions=rule_file[0], calendar=calendar[0])


def load_for_worker(config_dir: Path, env: Mapping[str, str], *, collectors: Collection[str] | None = None) -> Settings:
    """Return the settings of a folder with no secrets but those that looks need; raises SettingsError.

    Channels, pages and log-ins stay unresolved: who only looks need not have what opens them.
    """
    settings = load(config_dir, None, collectors=collectors)
    found: list[SettingsProblem] = []
    key = _key(env, found)
    document = read(config_dir / "xuncha.yaml")
    written = document.values if isinstance(document.values, Mapping) else {}
    told = {name: value for name, value in written.items() if name in WorkerFile.model_fields}
    part = check(replace(document, values=told), WorkerFile, Surroundings(folder=config_dir, env=env))
    if found:
        raise SettingsError(found)
    return settings.model_copy(update={"grants": part.grants, "network": part.network, "key": key})


def bound_by(settings: Settings, env: Mapping[str, str]) -> Settings:
    """Return settings whose pages listen where the environment says, if it does; raises SettingsError."""
    written = env.get(BIND, "").strip()
    if not written:
        return settings
    try:
        bind = bind_of(written)
    except ValueError as error:
        raise SettingsError([SettingsProblem(file=f"环境变量 {BIND}", line=None, text=f"{error}。")]) from error
    return settings.model_copy(update={"web": settings.web.model_copy(update={"bind": bind})})


def _key(env: Mapping[str, str], found: list[SettingsProblem]) -> Secret | None:
    key = env.get(KEY, "").strip()
    if key and len(key) < KEY_LENGTH:
        text = f"太短，至少要 {KEY_LENGTH} 个随机字符，如 openssl rand -base64 32 的输出。"
        found.append(SettingsProblem(file=f"环境变量 {KEY}", line=None, text=text))
    return Secret(f"env:{KEY}", SecretStr(key)) if key else None


def _load(
    path: Path, model: type[Model], around: Surroundings, found: list[SettingsProblem]
) -> tuple[Model, SettingsDocument] | None:
    try:
        document = read(path)
        return check(document, model, around), document
    except SettingsError as error:
        found += error.problems
        return None


def _weak(main: XunchaFile, document: SettingsDocument) -> Iterator[SettingsProblem]:
    """Return the secrets of the pages that could be guessed."""
    for name in ("key", "api_token", "metrics_token"):
        secret = getattr(main.web, name)
        if secret and len(secret.reveal().encode()) < SHORTEST_KEY:
            text = f"“web.{name}” 太短，至少要有 {SHORTEST_KEY} 个字符，可用 openssl rand -hex 32 生成。"
            yield document.problem(("web", name), text)


def _of_dispatch(
    main: XunchaFile, document: SettingsDocument, collectors: Collection[str] | None
) -> Iterator[SettingsProblem]:
    """Return the names of addresses and collectors that lead nowhere."""
    addresses = main.dispatch.addresses
    for collector, names in main.dispatch.platforms.items():
        place = ("dispatch", "platforms", collector)
        if collectors is not None and collector not in collectors:
            text = f"不认识的采集器“dispatch.platforms.{collector}”{did_you_mean(collector, collectors)}。"
            yield document.problem(place, text)
        for position, name in enumerate(names):
            if name not in addresses:
                text = f"“dispatch.platforms.{collector}”中的“{name}”不在 dispatch.addresses 中"
                yield document.problem((*place, position), f"{text}{did_you_mean(name, addresses)}。")


def _problems(
    main: XunchaFile, document: SettingsDocument, collectors: Collection[str] | None
) -> Iterator[SettingsProblem]:
    """Return the names that lead nowhere."""
    if GROUP in main.channels:
        yield document.problem(("channels", GROUP), f"渠道不能叫“{GROUP}”，这个词表示单位自己的通知群。")
    for role in ("liaison", "leader", "operator"):
        for position, name in enumerate(getattr(main.roles, role)):
            if name == GROUP and role == "operator":
                text = f"“roles.operator”不能写 {GROUP}：操作员没有单位通知群，请写渠道名称。"
                yield document.problem(("roles", role, position), text)
            elif name != GROUP and name not in main.channels:
                text = f"“roles.{role}”中的“{name}”不在 channels 中{did_you_mean(name, main.channels)}。"
                yield document.problem(("roles", role, position), text)
    peer = main.heartbeat.peer
    if peer is not None and peer not in main.channels:
        text = f"“heartbeat.peer”中的“{peer}”不在 channels 中{did_you_mean(peer, main.channels)}。"
        yield document.problem(("heartbeat", "peer"), text)
    if collectors is None:
        return
    for name in main.platforms:
        if name not in collectors:
            text = f"不认识的平台或采集器“platforms.{name}”{did_you_mean(name, collectors)}。"
            yield document.problem(("platforms", name), text)
    for name, grant in main.grants.items():
        if grant.collector not in collectors:
            text = f"“grants.{name}.collector”不认识的采集器“{grant.collector}”"
            text += f"{did_you_mean(grant.collector, collectors)}。"
            yield document.problem(("grants", name, "collector"), text)
