"""The machines that a bundle is for: which Python on which processor, and which wheels run there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import parse_wheel_filename

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
MACHINES = ("x86_64", "aarch64")
GLIBC = (2, 28)
"""The C library of the oldest systems that offices have (Kylin V10, openEuler 20.03, UOS 20); newer ones run it too."""
LEGACY = {(2, 17): "manylinux2014", (2, 12): "manylinux2010", (2, 5): "manylinux1"}
_FIRST = {"x86_64": 5, "aarch64": 17}
"""The oldest C library 2.x for which there are wheels."""


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """One Python on one processor."""

    python: str
    machine: str

    def __str__(self) -> str:
        return f"Python {self.python} {self.machine}"

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platforms whose wheels run there, those that ask for the oldest C library first."""
        return tuple(self._platforms())

    def _platforms(self) -> Iterator[str]:
        for minor in range(_FIRST[self.machine], GLIBC[1] + 1):
            yield f"manylinux_2_{minor}_{self.machine}"
            if legacy := LEGACY.get((2, minor)):
                yield f"{legacy}_{self.machine}"

    @property
    def tags(self) -> frozenset[Tag]:
        """What the names of wheels that run there may say."""
        version = tuple(map(int, self.python.split(".")))
        interpreter = f"cp{''.join(self.python.split('.'))}"
        return frozenset(
            [
                *cpython_tags(version, abis=[interpreter], platforms=self.platforms),
                *compatible_tags(version, interpreter, self.platforms),
            ]
        )

    def runs(self, wheel: str) -> bool:
        """True if a wheel of this name can be installed there."""
        return not self.tags.isdisjoint(parse_wheel_filename(wheel)[3])

    def asks(self, marker: Marker | None) -> bool:
        """True if a requirement with this marker is one there, whichever patch release the Python is."""
        return marker is None or any(marker.evaluate(dict(self._environment(patch))) for patch in range(100))

    def _environment(self, patch: int) -> Mapping[str, str]:
        full = f"{self.python}.{patch}"
        return {
            "implementation_name": "cpython",
            "implementation_version": full,
            "os_name": "posix",
            "platform_machine": self.machine,
            "platform_python_implementation": "CPython",
            "platform_system": "Linux",
            "python_full_version": full,
            "python_version": self.python,
            "sys_platform": "linux",
        }


TARGETS = tuple(Target(python, machine) for python in PYTHONS for machine in MACHINES)
