"""A small office to try the pipeline with: settings, a roster, and everything joined by the real app."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache, cached_property
from pathlib import Path

from monitor.app.parts import Parts
from monitor.app.settings import load_settings
from monitor.core.account import Account, Contact, Platform, Role, UnitLevel
from monitor.core.channel import Channel
from monitor.core.collector import Page, Request, SeenT
from monitor.core.message import Attempt, Message, Outcome
from monitor.core.observation import LookFailedError, Reason, Validators
from monitor.core.token import TokenKey
from monitor.pipeline.addresses import Addresses
from monitor.pipeline.draft import Drafter
from monitor.pipeline.evaluate import RulesInForce
from monitor.pipeline.look import Network
from monitor.pipeline.send import Sender
from monitor.settings import Settings
from monitor.settings.sections import Review
from monitor.store import Store
from monitor.store.roster import save_roster
from tests.core.build import beijing_time

CONFIG = Path(__file__).parents[2] / "config"
NOW = beijing_time("2026-05-20 09:00")
"""A Wednesday, inside office hours."""


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    moment: datetime = NOW

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, by: timedelta) -> None:
        self.moment += by


@dataclass
class Taking:
    """A channel that takes everything, or answers what it is told to."""

    name: str
    is_group: bool = False
    per_minute: int = 1000
    longest: int = 18_000
    answers: list[Attempt] = field(default_factory=list)
    taken: list[Message] = field(default_factory=list)

    @property
    def bucket(self) -> str:
        return self.name

    def address_of(self, contact: Contact) -> str | None:
        return None if self.is_group else contact.mail

    async def send(self, message: Message) -> Attempt:
        self.taken.append(message)
        return self.answers.pop(0) if self.answers else Attempt(outcome=Outcome.SENT, code="0")


def account(number: int, url: str, **changes: object) -> Account:
    """Return an account that is looked at through a feed."""
    values: dict[str, object] = {
        "id": f"A{number:02}",
        "name": f"示例{number}",
        "platform": Platform.TOUTIAO,
        "unit": "示例县教育局",
        "area": "示例县",
        "level": UnitLevel.COUNTY_UNIT,
        "method": f"feed={url}",
        "opened_on": date(2020, 1, 1),
        "contacts": (
            Contact(role=Role.LIAISON, name="联络员甲", mail="liaison@example.invalid"),
            Contact(role=Role.LEADER, name="责任领导甲", mail="leader@example.invalid"),
        ),
    }
    return Account(**(values | changes))  # type: ignore[arg-type]  # checked by the tests that use it


def settings(**office: object) -> Settings:
    """Return the settings the project ships, with every day worked, sending at any hour, and nothing held."""
    shipped = _shipped()
    hours = shipped.hours.model_copy(
        update={"windows": ((time.min, time.max),), "every_day": True, "digest": time(8, 45)}
    )
    roles = shipped.roles.model_copy(update={"liaison": ("mail",), "leader": ("mail",), "operator": ("duty",)})
    return shipped.model_copy(
        update={"hours": hours, "roles": roles, "hold": False, "review": Review(steps=())} | office
    )


@cache
def _shipped() -> Settings:
    return load_settings(CONFIG, None)


def feed(*moments: datetime) -> bytes:
    """Return an RSS feed with a post at each moment."""
    items = "".join(
        f"<item><title>消息{n}</title><link>https://a.example/{moment:%Y%m%d%H%M}</link>"
        f"<pubDate>{moment:%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>"
        for n, moment in enumerate(moments)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>示例</title>{items}</channel></rss>'.encode()


@dataclass
class Canned:
    """A door behind which each address answers with a body, or with a reason why not."""

    clock: Callable[[], datetime]
    bodies: dict[str, bytes | Reason]
    fetched: list[str] = field(default_factory=list)
    """Every address that was asked for, in order."""

    def bind(
        self, source: str, *, reader: str, validators: Validators | None = None, platform: str = ""
    ) -> CannedFetch:
        del source, reader, validators, platform
        return CannedFetch(self.clock, self.bodies, fetched=self.fetched)

    def reach(self, platform: str) -> int:
        return 100


@dataclass
class CannedFetch:
    """The door, bound."""

    clock: Callable[[], datetime]
    bodies: Mapping[str, bytes | Reason]
    validators: Validators | None = None
    raw: bytes | None = None
    is_whole: bool = True
    fetched: list[str] = field(default_factory=list)
    is_waiting: bool = False

    async def __call__(self, request: Request, /) -> Page:
        self.fetched.append(request.url)
        body = self.bodies[request.url]
        if isinstance(body, Reason):
            raise LookFailedError(body, "told to")
        return Page(url=request.url, status=200, headers={}, body=body, at=self.clock())

    async def read(self, parse: Callable[[Page], SeenT], page: Page, /) -> SeenT:
        return parse(page)


@dataclass
class Office:
    """Everything joined, with its clock and its channels at hand."""

    parts: Parts
    clock: Clock
    mail: Taking
    duty: Taking

    async def enrol(self, accounts: Sequence[Account]) -> None:
        now = self.clock()
        await self.parts.store.write(
            lambda tx: save_roster(tx, accounts, sources=self.parts.sources, effective_at=now, known_at=now)
        )

    async def look(self) -> int:
        """Look at everything that is on the roster, due or not."""
        works = self.parts.passes
        self.clock.forward(timedelta(minutes=3))
        return await works.look(works.collectors)

    async def settle(self) -> None:
        """Judge and deliver until nothing is left to do at this moment."""
        await self.parts.passes.judge_all()
        while await self.parts.passes.deliver():
            pass


def linking(parts: Parts, key: TokenKey) -> Sender:
    """Return the sender of an office with pages that have an address and a key."""
    composer = replace(parts.drafter.composer, addresses=Addresses(base="https://x.example", key=key))
    return replace(parts.sender, drafter=replace(parts.drafter, composer=composer))


def judging_by(drafter: Drafter, rules_in_force: RulesInForce) -> Drafter:
    """Return the drafter of an office that judges by other rules."""
    return replace(drafter, composer=replace(drafter.composer, rules_in_force=rules_in_force))


class Unsurveyed(Parts):
    """Everything joined, with the rules on accounts alone: what an area lacks would stand in every digest."""

    @cached_property
    def rules_in_force(self) -> RulesInForce:
        return replace(super().rules_in_force, area_rules=())


def office(
    store: Store, door: Callable[[Clock], Network], chosen: Settings | None = None, *, surveyed: bool = False
) -> Office:
    """Return an office whose network is `door`; only with `surveyed` are areas judged."""
    clock = Clock()
    mail, duty = Taking("mail"), Taking("duty", is_group=True)
    channels: dict[str, Channel] = {"mail": mail, "duty": duty}
    kind = Parts if surveyed else Unsurveyed
    parts = kind(settings=chosen or settings(), store=store, clock=clock, door=door(clock), channels=channels)
    return Office(parts=parts, clock=clock, mail=mail, duty=duty)
