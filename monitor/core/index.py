"""The weekly performance index (运营效果指数) as the provincial platform published it: imported, never invented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from monitor.core.calendar import start_of_day

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexWeek:
    """One published week. A week that the platform published for nobody does not exist."""

    begins_on: date
    """Its Monday, whatever the label looked like."""
    label: str
    """As the platform wrote it."""
    values: Mapping[str, Decimal]
    """By account; one without a value that week is missing, not zero. In the precision published."""
    mean: Decimal | None = None
    """全县平均值, where the platform printed one."""
    unmatched: tuple[str, ...] = ()
    """Rows that no account of the roster answers to, as they were written."""

    @property
    def ends_at(self) -> datetime:
        """The first moment after it; what it says holds from then on."""
        return start_of_day(self.begins_on + WEEK)
