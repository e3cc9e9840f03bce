"""A message that is written once on each working day, from an hour on, no matter how often the service restarts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from monitor.core.calendar import WorkCalendar, at_beijing, beijing_date
from monitor.store import Tx, notes


@dataclass(frozen=True, slots=True, kw_only=True)
class Daily:
    """One such thing; that it was written is remembered under its topic of the day."""

    prefix: str
    """The prefix of its topics; a date follows."""
    hour: time
    calendar: WorkCalendar

    def topic(self, now: datetime) -> str:
        """Return the topic of the day."""
        return f"{self.prefix}{beijing_date(now).isoformat()}"

    def is_due(self, tx: Tx, now: datetime) -> bool:
        """True if its hour has come on a working day and it was not written yet."""
        today = beijing_date(now)
        has_come = now >= at_beijing(today, self.hour) and self.calendar.is_workday(today)
        return has_come and notes.get_note(tx, self.topic(now)) is None

    def begun_at(self, tx: Tx, topic: str) -> datetime | None:
        """Return when it was written under a topic; None if it was not."""
        noted = notes.get_note(tx, topic)
        return datetime.fromisoformat(noted) if noted else None

    def begin(self, tx: Tx, now: datetime) -> str | None:
        """Return the topic to write under, and remember it; None where it is not due."""
        if not self.is_due(tx, now):
            return None
        notes.put_note(tx, self.topic(now), now.isoformat())
        return self.topic(now)
