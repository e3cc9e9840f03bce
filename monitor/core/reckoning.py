"""A reckoning: the figures of a period and everything that reports on it tell, as known at one moment.

What is kept of a report is its reckoning; documents are made of it and of nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.core.figures import Figure, Figures, Material
from monitor.core.recheck import RecheckedProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """One period, reckoned once."""

    figures: Figures
    material: Material
    rechecks: tuple[RecheckedProblem, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True if there is no account to tell of."""
        return not self.material.accounts


def differences(old: Figures, new: Figures) -> tuple[tuple[Figure, Figure], ...]:
    """Return the figures whose value is another one in a later reckoning, the old one first."""
    pairs = ((figure, new.of(figure.name)) for figure in old.figures)
    return tuple((before, after) for before, after in pairs if before.value != after.value)
