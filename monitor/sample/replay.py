"""A quarter of the sample county on a virtual clock: the same pipeline, a canned network, channels that only note.

It gives a new sample its history, and shows in a test who is told what, when and why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from hashlib import blake2b

from monitor.core.account import Contact
from monitor.core.calendar import ONE_DAY, at_beijing, beijing_date
from monitor.core.collector import Page, Request, SeenT, UnchangedError
from monitor.core.message import Attempt, Message, Outcome
from monitor.core.observation import Covers, Post, Validators, timeline
from monitor.pipeline.passes import Passes
from monitor.sample import platforms
from monitor.sample.script import County
from monitor.store import Tx, looks

HOURS = (time(9), time(15))
"""The moments of a day, in Beijing, at which everything that is due is done."""
QUARTER = timedelta(days=92)
"""How much history a new sample gets."""


@dataclass(slots=True)
class VirtualClock:
    """A clock that stands until it is moved."""

    moment: datetime

    def __call__(self) -> datetime:
        """Return the moment it shows."""
        return self.moment


@dataclass(slots=True)
class CannedFetch:
    """The network as the sample county answers it, bound to one source."""

    county: County
    clock: Callable[[], datetime]
    before: Validators
    validators: Validators | None = None
    raw: bytes | None = None
    is_whole: bool = True
    is_waiting: bool = False

    async def __call__(self, request: Request, /) -> Page:
        """Return what the county's platforms answer now."""
        page = platforms.fetched(self.county, request, self.clock())
        self.validators = None
        if request.conditional:
            body_hash = blake2b(page.body, digest_size=16).hexdigest()
            self.validators = Validators(body_hash=body_hash, reader=self.before.reader)
            if body_hash == self.before.body_hash:
                raise UnchangedError
        self.raw = page.body
        return page

    async def read(self, parse: Callable[[Page], SeenT], page: Page, /) -> SeenT:
        """Return `parse(page)`."""
        return parse(page)


@dataclass(frozen=True, slots=True)
class CannedDoor:
    """The door to the canned network."""

    county: County
    clock: Callable[[], datetime]

    def bind(
        self, source: str, *, reader: str, validators: Validators | None = None, platform: str = ""
    ) -> CannedFetch:
        """Return the fetch for one look."""
        del source, platform
        fits = validators is not None and validators.reader == reader
        before = validators if validators and fits else Validators(reader=reader)
        return CannedFetch(self.county, self.clock, before)

    def reach(self, platform: str) -> int:
        """Return how many looks at one host are worth having under way: nobody waits here."""
        del platform
        return 100


@dataclass(slots=True)
class Noting:
    """A channel that takes everything and keeps it."""

    name: str
    clock: Callable[[], datetime]
    is_group: bool
    per_minute: int = 1000
    longest: int = 18_000
    taken: list[tuple[datetime, Message]] = field(default_factory=list)

    @property
    def bucket(self) -> str:
        """The channel itself."""
        return self.name

    def address_of(self, contact: Contact) -> str | None:
        """Return a person's mail address; a group has none."""
        return None if self.is_group else contact.mail

    async def send(self, message: Message) -> Attempt:
        """Take the message."""
        self.taken.append((self.clock(), message))
        return Attempt(outcome=Outcome.SENT, code="0")


def ticks(begin: datetime, end: datetime, hours: Sequence[time] = HOURS) -> Iterator[datetime]:
    """Yield the moments of a replay, at these hours of each day."""
    day = beijing_date(begin)
    while day <= beijing_date(end):
        for hour in hours:
            moment = at_beijing(day, hour)
            if begin <= moment < end:
                yield moment
        day += ONE_DAY


async def replay(
    works: Passes,
    county: County,
    clock: VirtualClock,
    moments: Iterable[datetime],
    tell: Callable[[], None] = lambda: None,
) -> None:
    """Live through the moments; `tell` is called after each."""
    before = datetime.min.replace(tzinfo=UTC)
    for moment in moments:
        clock.moment = moment
        since = before
        await works.store.write(lambda tx, since=since: _look_by_hand(tx, county, since, clock()))  # type: ignore[misc]  # bound early on purpose
        await tick(works)
        before = moment
        tell()


async def tick(works: Passes) -> None:
    """Do everything that is due at one moment."""
    while await works.look(works.collectors):
        pass
    await works.watch_over()
    await works.judge_all()
    while await works.look(works.collectors):  # the pages to read before a case goes on
        await works.judge_all()
    await works.write_digest()
    while await works.deliver():
        pass


def _look_by_hand(tx: Tx, county: County, since: datetime, now: datetime) -> None:
    """Keep the looks by hand that fell between two moments."""
    for script in county.scripts:
        for at in script.looks_by_hand:
            if since < at <= now:
                posts = (Post(published_at=post.published_at, title=post.title) for post in script.visible(at))
                seen = timeline(posts, covers=Covers.ALL)
                looks.hand_look(tx, script.account, seen, at=at, known_at=now)
