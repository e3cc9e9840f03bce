"""Whom something is about, as one key: an account, a unit of an area, or an area."""

from __future__ import annotations

from typing import Protocol


class OnOne(Protocol):
    """What is about an account, else about a unit of an area, else about an area."""

    @property
    def account(self) -> str | None:
        """The account's id; empty or None for one about a unit or an area."""

    @property
    def unit(self) -> str | None:
        """The unit's name."""

    @property
    def area(self) -> str | None:
        """The area, of a unit its own."""


def subject_of(on_one: OnOne) -> str:
    """Return whom it is about: `account/ID`, else `unit/AREA/NAME`, else `area/NAME`."""
    if on_one.account:
        return account_subject(on_one.account)
    return area_subject(on_one.area) if on_one.unit is None else unit_subject(on_one.area, on_one.unit)


def account_subject(account_id: str) -> str:
    """Return the key of an account."""
    return f"account/{account_id}"


def unit_subject(area: str | None, name: str) -> str:
    """Return the key of a unit: the 教育局 of one area is not that of another."""
    return f"unit/{area}/{name}"


def area_subject(area: str | None) -> str:
    """Return the key of an area."""
    return f"area/{area}"
