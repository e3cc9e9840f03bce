"""What a person decided about a case: recorded with name, moment and note, and never taken back, only followed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.core.account import Labelled


class Ruling(Labelled):
    """What a person found when looking for themselves."""

    CONFIRMED = "confirmed", "确认"
    REJECTED = "rejected", "误报"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One ruling on one episode of an account's trouble under a rule."""

    account: str
    rule: str
    episode: str
    ruling: Ruling
    by: str
    at: datetime
    note: str = ""
