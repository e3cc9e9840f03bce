"""Every rule there is: of the modules of `monitor.core.rules` that offer a RULE, by id."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from monitor.core import rules
from monitor.core.finding import AreaRule, Rule
from monitor.core.needs import Needs


@cache
def all_rules() -> tuple[Rule | AreaRule, ...]:
    """Return the rules on what is known of one account, and those on an area's register, by id."""
    modules = (import_module(f"{rules.__name__}.{found.name}") for found in pkgutil.iter_modules(rules.__path__))
    offered = (module.RULE for module in modules if hasattr(module, "RULE"))
    return tuple(sorted(offered, key=lambda rule: str(rule.id)))


def asks_whether_it_stays(rule_id: str) -> bool:
    """True if 保留 answers what a rule asks; a duty is only done, exempted, or ends with the account."""
    return rule_id in _on_staying()


@cache
def _on_staying() -> frozenset[str]:
    return frozenset(rule.id for rule in all_rules() if rule.asks_whether_it_stays)


@cache
def needs_of_rules() -> Mapping[str, Needs]:
    """Return what config/rules.yaml must give each rule, by id."""
    return {rule.id: rule.needs for rule in all_rules()}
