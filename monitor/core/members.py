"""Members of closed lists, as somebody wrote their identifiers into an address or a form."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import TypeVar

E = TypeVar("E", bound=Enum)


def member(among: Iterable[E], written: str | None) -> E | None:
    """Return the member whose value was written, or None: what was written is anything at all."""
    return next((one for one in among if one.value == written), None)
