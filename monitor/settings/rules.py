"""config/rules.yaml: the thresholds, each with its text and the day from which it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Annotated

from pydantic import BeforeValidator, Field, InstanceOf, StringConstraints

from monitor.core.account import Platform
from monitor.core.case import LADDER
from monitor.core.finding import RuleBook, Strength, Urgency
from monitor.core.needs import Needs
from monitor.core.obligations import needs_of_rules
from monitor.settings.check import SettingsSection
from monitor.settings.document import SettingsDocument
from monitor.settings.kinds import Day
from monitor.settings.problem import SettingsProblem, did_you_mean

_NEVER_ABSENT = LADDER
"""The one rule that no file may be without: its numbers pace others too. By any other that is missing nobody is judged:
a file that was good for an older version must do for a newer one."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Clause = Annotated[
    str,
    BeforeValidator(lambda value: "" if value is None else value),  # a key without a value
    StringConstraints(strip_whitespace=True),
]


def _strength(value: object) -> Strength:
    if isinstance(value, Strength):
        return value
    found = next((strength for strength in Strength if value in {strength.value, strength.label}), None)
    if found is None:
        raise ValueError("应为 mandatory（一律）、in_principle（原则上）或 advisory（参考）")
    return found


def _urgency(value: object) -> Urgency:
    if isinstance(value, Urgency):
        return value
    found = next((urgency for urgency in Urgency if value in {urgency.value, urgency.label}), None)
    if found is None:
        raise ValueError("应为 every（所有账号）或 main（只有主账号）")
    return found


def _platform(value: object) -> Platform:
    if isinstance(value, Platform):
        return value
    found = next((platform for platform in Platform if value in {platform.value, platform.label}), None)
    if found is None:
        hint = did_you_mean(str(value), [platform.label for platform in Platform])
        raise ValueError(f"不认识的平台“{value}”{hint}")
    return found


class RuleVersion(SettingsSection):
    """One rule, as it holds from one day on."""

    id: Text
    effective_from: Day
    effective_until: Day | None = None
    """Its last day; None while no end is known."""
    instrument: Text
    """The document the rule comes from."""
    clause: Clause = ""
    """Its words as they stand there, …… where cut; empty where nobody has them, and nothing is quoted then."""
    strength: Annotated[InstanceOf[Strength], BeforeValidator(_strength)]
    urgent: Annotated[InstanceOf[Urgency], BeforeValidator(_urgency)] | None = None
    """The accounts of whose troubles the duty officer hears at once; none wait for office hours if not given."""
    numbers: Mapping[str, Annotated[int, Field(ge=1, le=3660)]] = Field(default_factory=dict)
    dates: Mapping[str, Day] = Field(default_factory=dict)
    words: Mapping[str, tuple[Text, ...]] = Field(default_factory=dict)
    switches: Mapping[str, bool] = Field(default_factory=dict)
    """Variants that are off unless they are called true."""

    @property
    def law(self) -> str:
        """The document and what it says; the document alone where its words are not given."""
        return f"{self.instrument}：{self.clause}" if self.clause else self.instrument


class RulesFile(SettingsSection):
    """All of config/rules.yaml."""

    update_applies_to: tuple[Annotated[InstanceOf[Platform], BeforeValidator(_platform)], ...] = ()
    exempt_months: Annotated[int, Field(ge=1, le=120)] = 24
    """The longest that an exemption may last, from the day of the decision on: our own assumption."""
    rules: Annotated[tuple[RuleVersion, ...], Field(min_length=1)]

    @property
    def absent(self) -> tuple[str, ...]:
        """The rules that the file says nothing of: nobody is judged by them."""
        given = {rule.id for rule in self.rules}
        return tuple(id_ for id_ in needs_of_rules() if id_ not in given)

    def book(self, on: date) -> RuleBook:
        """Return the versions in force on a day; of a rule that had no force yet, or has none any more, no clause."""
        begun = sorted((rule for rule in self.rules if rule.effective_from <= on), key=lambda rule: rule.effective_from)
        latest = {rule.id: rule for rule in begun}
        held = [
            version for version in latest.values() if version.effective_until is None or on <= version.effective_until
        ]
        return RuleBook(
            numbers={rule.id: dict(rule.numbers) for rule in latest.values()},  # the ladder outlives its rule
            begun={rule.id: rule.effective_from for rule in reversed(begun)},
            clauses={rule.id: rule.law for rule in held},
            strengths={rule.id: rule.strength for rule in held},
            dates={rule.id: dict(rule.dates) for rule in latest.values()},
            words={rule.id: dict(rule.words) for rule in latest.values()},
            switches={
                rule.id: frozenset(name for name, is_on in rule.switches.items() if is_on) for rule in latest.values()
            },
            urgent={rule.id: rule.urgent for rule in latest.values() if rule.urgent},
            update_applies_to=frozenset(self.update_applies_to),
        )


def problems(file: RulesFile, document: SettingsDocument) -> Iterator[SettingsProblem]:
    """Return what no single value shows: unknown, missing and doubled rules and values, numbers out of order."""
    known = needs_of_rules()
    seen: dict[tuple[str, date], int] = {}
    for position, rule in enumerate(file.rules):
        place = ("rules", position)
        if rule.id not in known:
            yield document.problem((*place, "id"), f"不认识的规则“{rule.id}”{did_you_mean(rule.id, known)}。")
            continue
        if (rule.id, rule.effective_from) in seen:
            yield document.problem(place, f"规则“{rule.id}”自 {rule.effective_from} 起的版本写了两次。")
        seen[rule.id, rule.effective_from] = position
        if rule.effective_until is not None and rule.effective_until < rule.effective_from:
            text = f"effective_until {rule.effective_until} 早于 effective_from {rule.effective_from}。"
            yield document.problem((*place, "effective_until"), text)
        needs = known[rule.id]
        yield from _differences(rule, document, position, "numbers", needs.numbers, rule.numbers)
        yield from _differences(rule, document, position, "dates", needs.dates, rule.dates)
        yield from _differences(rule, document, position, "words", needs.words, rule.words)
        switches = {**dict.fromkeys(needs.switches, False), **rule.switches}
        yield from _differences(rule, document, position, "switches", needs.switches, switches)
        yield from _order_problems(rule, needs, document, position)
        yield from _small_problems(rule, needs, document, position)
        yield from _platform_problems(rule, needs, document, position)
    if _NEVER_ABSENT in file.absent:
        yield document.problem(("rules",), f"缺少规则“{_NEVER_ABSENT}”。")


_KINDS = {"numbers": "数值", "dates": "日期", "words": "名单", "switches": "开关"}


def _differences(
    rule: RuleVersion,
    document: SettingsDocument,
    position: int,
    part: str,
    needed: Iterable[str],
    given: Mapping[str, object],
) -> Iterator[SettingsProblem]:
    place = ("rules", position, part)
    needed = tuple(needed)
    for name in given:
        if name not in needed:
            text = f"规则“{rule.id}”没有{_KINDS[part]}“{name}”{did_you_mean(name, needed)}。"
            yield document.problem((*place, name), text)
    for name in needed:
        if name not in given:
            yield document.problem(place, f"规则“{rule.id}”缺少{_KINDS[part]}“{name}”。")


def _order_problems(
    rule: RuleVersion, needs: Needs, document: SettingsDocument, position: int
) -> Iterator[SettingsProblem]:
    for row in needs.ascending:
        for smaller, larger in pairwise(name for name in row if name in rule.numbers):
            if rule.numbers[smaller] >= rule.numbers[larger]:
                place = ("rules", position, "numbers", larger)
                yield document.problem(place, f"规则“{rule.id}”的“{larger}”应大于“{smaller}”。")


def _small_problems(
    rule: RuleVersion, needs: Needs, document: SettingsDocument, position: int
) -> Iterator[SettingsProblem]:
    for name, number in rule.numbers.items():
        least = needs.least.get(name, 1)
        if number < least:
            text = f"规则“{rule.id}”的“{name}”不能小于 {least}。"
            yield document.problem(("rules", position, "numbers", name), text)


def _platform_problems(
    rule: RuleVersion, needs: Needs, document: SettingsDocument, position: int
) -> Iterator[SettingsProblem]:
    labels = [platform.label for platform in Platform]
    for name, listed in rule.words.items():
        if name not in needs.platforms:
            continue
        for place, label in enumerate(listed):
            if label not in labels:
                text = f"不认识的平台“{label}”{did_you_mean(label, labels)}。"
                yield document.problem(("rules", position, "words", name, place), text)
