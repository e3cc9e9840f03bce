"""The lock as values: which version of what, where, with which hashes, and for whose sake."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

from release.targets import Target

BUILD = "xuncha (pyproject.toml:build)"
"""For whose sake the lock has what builds the project: an installed wheel needs none of it."""
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_VIA = re.compile(r"^    #(?: via)? +(\S.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Pin:
    """One requirement of the lock."""

    requirement: Requirement
    hashes: tuple[str, ...]
    """The sha256 sums of the files that may satisfy it."""
    via: frozenset[str]
    """The names of those that ask for it; those of the project itself are `xuncha (pyproject.toml…)`."""

    @property
    def name(self) -> str:
        """Its name as the lock writes it."""
        return self.requirement.name

    @property
    def version(self) -> str:
        """Its version."""
        return str(self.requirement.specifier).removeprefix("==")

    def __str__(self) -> str:
        """Name and version."""
        return f"{self.name}=={self.version}"

    def line(self, *, marked: bool) -> str:
        """Return the same as pip reads it, with its marker if asked for."""
        given = Requirement(str(self.requirement))
        given.marker = given.marker if marked else None
        return " ".join([str(given), *(f"--hash=sha256:{one}" for one in self.hashes)])


def read_lock(lock: Path) -> tuple[Pin, ...]:
    """Return what a lock file pins and an installed wheel needs."""
    blocks = re.split(r"\n(?=\S)", lock.read_text("utf-8"))
    return _needed([_pin(block) for block in blocks if not block.startswith("#")])


def pinned_for(found: Sequence[Pin], target: Target) -> tuple[Pin, ...]:
    """Return what is installed on a target."""
    return tuple(pin for pin in found if target.asks(pin.requirement.marker))


def _pin(block: str) -> Pin:
    first = block.partition("\n")[0].removesuffix("\\")
    via = frozenset(name.strip() for name in _VIA.findall(block))
    return Pin(Requirement(first.strip()), tuple(_HASH.findall(block)), via)


def _needed(found: Sequence[Pin]) -> tuple[Pin, ...]:
    """Leave out what only building needs, and what is there for its sake."""
    left: set[str] = {BUILD}
    while more := {pin.name for pin in found if pin.via <= left} - left:
        left |= more
    return tuple(pin for pin in found if pin.name not in left)
