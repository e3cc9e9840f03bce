"""config/rules.yaml: the thresholds, each with its text and the day from which it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Annotated

from pydantic import BeforeValidator, Field, InstanceOf, StringConstraints

from monitor.core.account import Platform
from monitor.core.finding import RuleBook, Strength
from monitor.settings.check import Section
from monitor.settings.document import Document
from monitor.settings.kinds import Day
from monitor.settings.problem import Problem, did_you_mean

NUMBERS: Mapping[str, tuple[str, ...]] = {
    "UPD-01": (
        "warn_from",
        "violated_from",
        "remind",
        "warn",
        "last_day",
        "overdue",
        "escalate",
        "propose",
        "repeat_every",
        "move_back_at_most",
    ),
    "UPD-03": ("gap_from", "window_days"),
    "APP-01": ("failures", "hours", "unstable_percent", "unstable_days", "certificate_days"),
    "PER-01": (),
}
"""The rules there are, and the numbers each must have."""

_ASCENDING = {
    "UPD-01": (
        ("warn_from", "violated_from"),
        ("last_day", "violated_from"),
        ("remind", "warn", "last_day", "overdue", "escalate", "propose"),
    ),
}

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _strength(value: object) -> Strength:
    if isinstance(value, Strength):
        return value
    found = next((strength for strength in Strength if value in {strength.value, strength.label}), None)
    if found is None:
        raise ValueError("应为 mandatory（一律）、in_principle（原则上）或 advisory（参考）")
    return found


def _platform(value: object) -> Platform:
    if isinstance(value, Platform):
        return value
    found = next((platform for platform in Platform if value in {platform.value, platform.label}), None)
    if found is None:
        hint = did_you_mean(str(value), [platform.label for platform in Platform])
        raise ValueError(f"不认识的平台 “{value}”{hint}")
    return found


class RuleVersion(Section):
    """One rule, as it holds from one day on."""

    id: Text
    effective_from: Day
    instrument: Text
    """The document the rule comes from."""
    clause: Text
    """Its words."""
    strength: Annotated[InstanceOf[Strength], BeforeValidator(_strength)]
    numbers: Mapping[str, Annotated[int, Field(ge=1, le=3660)]] = Field(default_factory=dict)


class RulesFile(Section):
    """All of config/rules.yaml."""

    update_applies_to: tuple[Annotated[InstanceOf[Platform], BeforeValidator(_platform)], ...] = ()
    rules: Annotated[tuple[RuleVersion, ...], Field(min_length=1)]

    def book(self, on: date) -> RuleBook:
        """Return the versions in force on a day; a rule that had no force yet is not in it."""
        begun = sorted((rule for rule in self.rules if rule.effective_from <= on), key=lambda rule: rule.effective_from)
        latest = {rule.id: rule for rule in begun}
        return RuleBook(
            numbers={rule.id: dict(rule.numbers) for rule in latest.values()},
            clauses={rule.id: f"{rule.instrument}：{rule.clause}" for rule in latest.values()},
            strengths={rule.id: rule.strength for rule in latest.values()},
            update_applies_to=frozenset(self.update_applies_to),
        )


def problems(file: RulesFile, document: Document) -> Iterator[Problem]:
    """Return what no single value shows: unknown, missing and doubled rules and numbers, numbers out of order."""
    seen: dict[tuple[str, date], int] = {}
    for position, rule in enumerate(file.rules):
        place = ("rules", position)
        if rule.id not in NUMBERS:
            yield document.problem((*place, "id"), f"不认识的规则 “{rule.id}”{did_you_mean(rule.id, NUMBERS)}。")
            continue
        if (rule.id, rule.effective_from) in seen:
            yield document.problem(place, f"规则 “{rule.id}” 自 {rule.effective_from} 起的版本写了两次。")
        seen[rule.id, rule.effective_from] = position
        yield from _number_problems(rule, document, position)
    for missing in NUMBERS.keys() - {rule.id for rule in file.rules}:
        yield document.problem(("rules",), f"缺少规则 “{missing}”。")


def _number_problems(rule: RuleVersion, document: Document, position: int) -> Iterator[Problem]:
    place = ("rules", position, "numbers")
    known = NUMBERS[rule.id]
    for name in rule.numbers:
        if name not in known:
            text = f"规则 “{rule.id}” 没有数值 “{name}”{did_you_mean(name, known)}。"
            yield document.problem((*place, name), text)
    for name in known:
        if name not in rule.numbers:
            yield document.problem(place, f"规则 “{rule.id}” 缺少数值 “{name}”。")
    for row in _ASCENDING.get(rule.id, ()):
        for smaller, larger in pairwise(name for name in row if name in rule.numbers):
            if rule.numbers[smaller] >= rule.numbers[larger]:
                yield document.problem((*place, larger), f"规则 “{rule.id}” 的 “{larger}” 应大于 “{smaller}”。")
