"""Hostile bytes: every parser of what somebody else wrote, and what it is tried with."""

from __future__ import annotations

from collections.abc import Iterator

from tests.fuzz.target import Target


def targets() -> Iterator[Target]:
    """Yield every target there is."""
    from tests.fuzz import answered, collected, sent  # noqa: PLC0415 - what is imported may be under observation

    yield from collected.targets()
    yield from sent.targets()
    yield from answered.targets()
