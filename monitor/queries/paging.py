"""Which page of a long list is shown."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSlice:
    """One page of several."""

    number: int
    """From 1 on."""
    pages: int
    total: int
    """How many things are listed on all of them."""
    size: int
    """How many one page shows."""

    @property
    def skip(self) -> int:
        """How many stand on the pages before."""
        return (self.number - 1) * self.size


def slice_of(number: int, total: int, size: int) -> ListSlice:
    """Return the page asked for; one too far is the last, and an empty list has one."""
    pages = max(1, -(-total // size))
    return ListSlice(number=min(pages, max(1, number)), pages=pages, total=total, size=size)
