"""What a person decided about an account's trouble: recorded with name and moment, never taken back, only followed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from monitor.core.account import Labelled


class Ruling(Labelled):
    """What a person found when looking for themselves, or what the office decided: 处置决定."""

    CONFIRMED = "confirmed", "确认"
    REJECTED = "rejected", "误报"
    EXEMPTED = "exempted", "豁免"
    RETAINED = "retained", "保留"
    CONSOLIDATED = "consolidated", "清理整合"
    DEREGISTERED = "deregistered", "注销"


def exemption_ends(decided_on: date) -> date:
    """Return the last day of an exemption that names none: a year, our own assumption."""
    year = decided_on.year + 1
    is_leap_day = (decided_on.month, decided_on.day) == (2, 29)
    return date(year, 2, 28) if is_leap_day else decided_on.replace(year=year)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One ruling on an account's trouble under a rule."""

    account: str
    rule: str
    episode: str
    """The episode it was made on; empty for one that came from a file and names none."""
    ruling: Ruling
    by: str
    at: datetime
    note: str = ""
    valid_until: date | None = None
    """The last day on which an exemption holds."""
    document: str | None = None
    """依据文号: the document that carries the decision."""
    shaken_at: datetime | None = field(default=None, compare=False)
    """Since when it is known that the finding it was made on was another (依据变化); it stands all the same."""
    shaken: str | None = field(default=None, compare=False)
    """In which way, in Chinese."""
