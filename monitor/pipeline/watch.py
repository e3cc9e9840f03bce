"""Watch over the monitor's own eyes: canaries, anchors, and how all looks go together.

The start and end of an outage are decided in `monitor.core.outage`; here they are asked for, written down, and told to
the operator in one message. Units hear nothing of it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.core.account import Platform, Source
from monitor.core.briefing import outage_words
from monitor.core.calendar import beijing_date
from monitor.core.collector import Request
from monitor.core.observation import LookFailedError, Reason
from monitor.core.outage import UNREACHED, Canary, Diagnosis, NewOutage, diagnose
from monitor.pipeline.compose import UNNUMBERED
from monitor.pipeline.draft import Drafter
from monitor.pipeline.look import Looker, Network
from monitor.store import Store, Tx, outages, outbox

_log = logging.getLogger(__name__)
CANARY_EVERY = timedelta(minutes=30)
CANARY_SOON = timedelta(minutes=10)
"""When a canary that did not look well is looked at again."""
SILENT = 2
"""The number of rounds without an answer of any anchor after which the monitor is offline."""
SPREAD = timedelta(minutes=15)
"""Over so long the looks are spread that an outage kept from being made."""
LONG = timedelta(hours=1)
"""An offline stretch of this length is told of afterwards, if it could not be told of before."""
QUIET = timedelta(hours=24)
"""A platform that was told of is not told of again within this time, however often it comes and goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CanarySource:
    """Where a canary sits: a source of no account, and the platform it stands for."""

    platform: Platform
    source: Source


@dataclass(slots=True, kw_only=True)
class Watch:
    """Finds out whether the monitor can see."""

    store: Store
    looker: Looker
    door: Network
    drafter: Drafter
    canary_sources: Sequence[CanarySource]
    anchors: Sequence[str]
    """Addresses of independent hosts; while any of them answers the monitor is online. Without any, looks tell."""
    clock: Callable[[], datetime]
    _canaries: dict[str, Canary] = field(default_factory=dict)
    _next: dict[str, datetime] = field(default_factory=dict)
    _silence: int = 0

    @property
    def is_cut_off(self) -> bool:
        """True if looking is of no use because no anchor answers."""
        return self._silence >= SILENT

    @property
    def canaries(self) -> Mapping[Platform, Canary]:
        """How the canaries are, the worst of each platform."""
        found: dict[Platform, Canary] = {}
        for canary_source in self.canary_sources:
            one = self._canaries.get(canary_source.source.id)
            if one is not None and (canary_source.platform not in found or one.fault):
                found[canary_source.platform] = one
        return found

    def went_back(self, now: datetime) -> None:
        """Look at canaries anew: the clock was put back."""
        self._next.clear()
        self._canaries = {
            id_: replace(canary, good_at=min(canary.good_at, now)) for id_, canary in self._canaries.items()
        }

    async def check(self) -> None:
        """Find out what has begun or ended, and act on it."""
        answered = await self._ask_anchors()
        if answered is not False:
            await self._look_at_canaries()
        now, canaries = self.clock(), self.canaries
        changes = await self.store.query(lambda tx: _diagnosis(tx, canaries, now, answered=answered))
        if changes.begun or changes.ended:
            await self.store.write(lambda tx: self._follow(tx, changes, now), durable=True)
            _log_turns(changes, now)

    async def _ask_anchors(self) -> bool | None:
        """Return whether the monitor reaches any anchor, or did a moment ago; None where there is none to ask."""
        answers = await asyncio.gather(*(self._reaches(url) for url in self.anchors))
        told = [answer for answer in answers if answer is not None]
        if not told:
            self._silence = 0
            return None
        self._silence = 0 if any(told) else self._silence + 1
        return not self.is_cut_off

    async def _reaches(self, url: str) -> bool | None:
        """Return whether the host answers, whatever it says; None if our own guard keeps us from asking."""
        try:
            await self.door.bind("anchor", reader="anchor")(Request(url=url, stop_at=1))
        except LookFailedError as failed:
            return None if failed.reason is Reason.GUARD_BLOCKED else failed.reason not in UNREACHED
        return True

    async def _look_at_canaries(self) -> None:
        now = self.clock()
        due = [
            canary_source.source
            for canary_source in self.canary_sources
            if self._next.get(canary_source.source.id, now) <= now
        ]
        for source, sight in zip(due, await asyncio.gather(*map(self.looker.glance, due)), strict=True):
            before = self._canaries.get(source.id, Canary(good_at=now))
            after = self._canaries[source.id] = before.after(sight, now)
            is_well = not (after.fault or after.is_doubtful)
            self._next[source.id] = now + (CANARY_EVERY if is_well else CANARY_SOON)

    def _follow(self, tx: Tx, changes: Diagnosis, now: datetime) -> None:
        for outage in changes.ended:
            outages.end(tx, outage, now)
            outages.catch_up(tx, outage.platform, now, SPREAD)
            outbox.withdraw(tx, _topic(outage), at=now)
            was_long = outage.platform is None and now - outage.began_at >= LONG
            if was_long and not outbox.is_under_way(tx, _topic(outage), since=outage.began_at):
                self._tell(tx, replace(outage, ended_at=now), now)
        for begun in changes.begun:
            outages.begin(tx, begun)
            if not outbox.was_told(tx, _topic(begun), since=now - QUIET):
                self._tell(tx, begun, now)

    def _tell(self, tx: Tx, outage: NewOutage, now: datetime) -> None:
        setting = self.drafter.composer.setting(now)
        self.drafter.tell_operator(tx, outage_words(outage, UNNUMBERED, setting), _topic(outage), now)


def _diagnosis(tx: Tx, canaries: Mapping[Platform, Canary], now: datetime, *, answered: bool | None) -> Diagnosis:
    return diagnose(outages.census(tx, now), outages.open_outages(tx), now, canaries=canaries, answered=answered)


def _log_turns(changes: Diagnosis, now: datetime) -> None:
    """Log each outage that began or ended, in one line."""
    for begun in changes.begun:
        about = {"problem": begun.said(beijing_date(now))}
        if begun.platform is None:
            _log.warning("offline", extra=about)
        else:
            _log.warning("platform suspended", extra={"platform": begun.platform.value, **about})
    for outage in changes.ended:
        about = {"since": outage.began_at.isoformat(timespec="seconds")}
        if outage.platform is None:
            _log.info("online again", extra=about)
        else:
            _log.info("platform resumed", extra={"platform": outage.platform.value, **about})


def _topic(outage: NewOutage) -> str:
    """Return what keeps the operator's messages on one platform's outages apart from others."""
    return f"outage:{outage.platform.value if outage.platform else ''}"
