"""The gate: steps whose notices wait for a person before a unit hears of them, and for how long at most."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from monitor.core.account import Role
from monitor.core.calendar import WorkCalendar, beijing_date
from monitor.core.case import StepKind
from monitor.core.notice import NewNotice


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Which steps wait; nothing waits at the default one."""

    steps: frozenset[StepKind] = frozenset()
    workdays: int | None = None
    """Working days after which they go by themselves; None: never."""

    def holds(self, notice: NewNotice) -> bool:
        """True if a notice waits: those to the operator do not, who has to know of what waits."""
        return notice.role is not Role.OPERATOR and notice.kind in self.steps

    def opens_on(self, notices: Iterable[NewNotice], calendar: WorkCalendar) -> date | None:
        """Return the day on which a message with these notices goes by itself; None for one that never does.

        The day of the earliest notice that waits is not counted: later ones join it, and do not hold it up.
        """
        begun = min((beijing_date(notice.at) for notice in notices if self.holds(notice)), default=None)
        if begun is None or self.workdays is None:
            return None
        return calendar.workday_after(begun, self.workdays)
