"""The values that config/rules.yaml must give a rule: its numbers, days, words and variants, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """The names of what one version of a rule must hold, and what must be true of them."""

    numbers: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()
    """Variants that are off unless the file turns them on."""
    ascending: tuple[tuple[str, ...], ...] = ()
    """Numbers of which each must be larger than the one before."""
    least: Mapping[str, int] = field(default_factory=dict)
    """The smallest values of numbers; all others are not smaller than 1."""
    platforms: tuple[str, ...] = ()
    """Those of `words` that name platforms."""


NOTHING = Needs()
"""A rule that goes by its clause alone."""
