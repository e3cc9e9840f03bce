"""Every target there is."""

from __future__ import annotations

from collections.abc import Iterator

from tests.fuzz import answered, collected, sent
from tests.fuzz.target import Target


def targets() -> Iterator[Target]:
    """Yield all of them."""
    yield from collected.targets()
    yield from sent.targets()
    yield from answered.targets()
