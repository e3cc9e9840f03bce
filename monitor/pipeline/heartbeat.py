"""Be heard while all is well, so that silence is the alarm: by an address outside, and by a channel once a day."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, time

from monitor.core.account import Role
from monitor.core.briefing import alive
from monitor.pipeline.compose import UNNUMBERED
from monitor.pipeline.daily import Daily
from monitor.pipeline.draft import Drafter
from monitor.store import Tx, outbox

TOPIC = "alive:"
"""The prefix of the topics of these messages; a date follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """Says that the service lives; whether it may say so, somebody else decides."""

    drafter: Drafter
    ping: Callable[[], Awaitable[object]] | None
    """Asks for the address outside, which expects to be asked again and again (healthchecks and its like)."""
    peer: str | None
    """The channel that hears of it once each working day."""
    hour: time

    async def beat(self, now: datetime) -> None:
        """Be heard."""
        if self.ping:
            await self.ping()
        if self.peer:
            await self.drafter.store.write_if(
                lambda tx: self._daily.is_due(tx, now), lambda tx: self._write(tx, now), durable=True
            )

    @property
    def _daily(self) -> Daily:
        return Daily(prefix=TOPIC, hour=self.hour, calendar=self.drafter.rules_in_force.calendar)

    def _write(self, tx: Tx, now: datetime) -> None:
        topic = self._daily.begin(tx, now) if self.peer else None
        if self.peer is None or topic is None:
            return
        words = alive(UNNUMBERED, self.drafter.composer.setting(now))
        draft = outbox.Draft(
            channel=self.peer, role=Role.OPERATOR, person="", subject=words.subject, body=words.body, topic=topic
        )
        opens = self.drafter.hours.opens_at(now, self.drafter.rules_in_force.calendar)
        outbox.save_draft(tx, draft, at=now, not_before=opens, held=False)
