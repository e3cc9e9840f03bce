"""The navigation: the pages that a visitor may open, in their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote, urlencode

from monitor.actions.actor import Right
from monitor.core.account import UnitKey
from monitor.web.auth.needs import OWN


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """One page of the navigation."""

    name: str
    """The name by which a page says `here`."""
    text: str
    address: str
    right: Right


ENTRIES = (
    NavigationEntry("overview", "今天", "/", Right.SEE),
    NavigationEntry("accounts", "账号", "/accounts", Right.SEE),
    NavigationEntry("cases", "事项", "/cases", Right.SEE),
    NavigationEntry("messages", "消息", "/messages", Right.SEE_MESSAGES),
    NavigationEntry("looks", "人工核查", "/looks", Right.LOOK),
    NavigationEntry("reports", "报表", "/reports", Right.REPORT),
    NavigationEntry("imports", "导入", "/imports", Right.SEE_IMPORTS),
    NavigationEntry("system", "系统", "/system", Right.SEE_SYSTEM),
)
"""The order on every page: what is done daily first."""


class Guest(Protocol):
    """What the navigation asks of a visitor."""

    @property
    def own(self) -> UnitKey | None:
        """The one unit that they see; None for all."""

    def may(self, right: Right) -> bool:
        """True if they have a right."""


def navigation(guest: Guest | None) -> tuple[NavigationEntry, ...]:
    """Return the entries for a visitor; all of them where nobody is asked who they are."""
    own = (
        ()
        if guest is None or guest.own is None
        else (NavigationEntry("unit", "本单位", own_page(guest.own), Right.SEE),)
    )
    return (*own, *(entry for entry in ENTRIES if guest is None or _is_for(guest, entry)))


def own_page(unit: UnitKey) -> str:
    """Return the address of a unit's page."""
    return f"/units/{quote(unit.name, safe='')}?{urlencode({'area': unit.area})}"


def _is_for(guest: Guest, entry: NavigationEntry) -> bool:
    return guest.may(entry.right) and (guest.own is None or entry.address in OWN)
