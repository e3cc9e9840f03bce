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


@cache
def needs_of_rules() -> Mapping[str, Needs]:
    """Return what config/rules.yaml must give each rule, by id."""
    return {rule.id: rule.needs for rule in all_rules()}
