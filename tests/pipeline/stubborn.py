"""A far side that says for ever that nothing has changed, and an office that watches an account on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.core.case import Case, StepKind
from monitor.core.collector import Page, Request, UnchangedError
from monitor.core.finding import State
from monitor.core.observation import Reason, Validators
from monitor.store import Store, Tx, cases, tables
from tests.pipeline.build import NOW, Canned, CannedFetch, Clock, Office, account, feed, office
from tests.store.build import standing

URL = "https://feed.example/a.xml"
SECOND = "https://feed.example/b.xml"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass
class Stubborn(Canned):
    """A far side that tells whoever asks whether anything has changed that nothing has, whatever it has published."""

    is_stubborn: bool = True
    """Else it shows its page to everybody."""
    read: list[datetime] = field(default_factory=list)
    """When it was made to show its page."""
    asked: list[datetime] = field(default_factory=list)
    """When it was asked at all."""

    def bind(
        self, source: str, *, reader: str, validators: Validators | None = None, platform: str = ""
    ) -> StubbornFetch:
        return StubbornFetch(self.clock, self.bodies, door=self, before=validators, reader=reader)


@dataclass
class StubbornFetch(CannedFetch):
    door: Stubborn | None = None
    before: Validators | None = None
    reader: str = ""

    async def __call__(self, request: Request, /) -> Page:
        assert self.door is not None
        self.door.asked.append(self.clock())
        if self.before is not None and self.door.is_stubborn:
            raise UnchangedError
        page = await super().__call__(request)
        self.validators = Validators(etag='"fixed"', body_hash="the same", reader=self.reader)
        self.door.read.append(self.clock())
        return page


@dataclass
class Watched:
    """An office that watches one account on a stubborn far side, and its clock."""

    office: Office
    door: Stubborn

    async def until(self, moment: datetime, step: timedelta = HOUR) -> None:
        """Run the passes of the daemon every so often until then."""
        while self.office.clock() < moment:
            self.office.clock.moment = min(self.office.clock() + step, moment)
            await self.turn()

    async def through(self, moment: datetime) -> None:
        """Run the passes whenever a look or a judgement is due until then."""
        while (due := await self.office.parts.store.query(_next_due)) is not None and due < moment:
            self.office.clock.moment = max(due, self.office.clock() + timedelta(seconds=1))
            await self.turn()
        self.office.clock.moment = max(moment, self.office.clock())
        await self.turn()

    async def turn(self) -> None:
        """Run every pass of the daemon once."""
        works = self.office.parts.passes
        while await works.look(works.collectors):
            pass
        await works.watch_over()
        await works.judge_all()
        await works.write_digest()
        while await works.deliver():
            pass

    async def steps(self, rule: str = "UPD-01") -> tuple[StepKind, ...]:
        """Return what was done in the cases of a rule, oldest first."""
        found = await self.office.parts.store.query(lambda tx: cases.cases(tx, rule=rule))
        steps = sorted((step for case in found for step in case.steps), key=lambda step: step.at)
        return tuple(step.kind for step in steps)

    async def case(self, rule: str = "UPD-01") -> Case | None:
        found = await self.office.parts.store.query(lambda tx: cases.cases(tx, rule=rule))
        return next(iter(found), None)

    async def state(self) -> State:
        found = await self.office.parts.store.query(standing)
        return next(finding.state for finding in found if finding.rule == "UPD-01")


async def watched(store: Store, begun: datetime, **bodies: bytes | Reason) -> Watched:
    doors: list[Stubborn] = []

    def door(clock: Clock) -> Stubborn:
        clock.moment = begun
        doors.append(
            Stubborn(clock, {URL: bodies.get("first", feed(begun)), SECOND: bodies.get("second", feed(begun))})
        )
        return doors[0]

    made = office(store, door)
    method = f"feed={URL}" + (f"; feed={SECOND}" if "second" in bodies else "")
    await made.enrol([account(1, URL, method=method)])
    return Watched(made, doors[0])


MIDNIGHT = NOW.replace(hour=16)
"""Midnight in Beijing."""


def days_before(moment: datetime, days: int) -> bytes:
    return feed(moment - days * DAY)


def _next_due(tx: Tx) -> datetime | None:
    """Return when the next look or judgement is due."""
    looked = tx.scalar(sa.select(sa.func.min(tables.sources.c.next_look_at)))
    judged = tx.scalar(sa.select(sa.func.min(tables.accounts.c.evaluate_at)))
    return min((entry for entry in (looked, judged) if entry is not None), default=None)
