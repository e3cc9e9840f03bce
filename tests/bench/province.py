"""A province in a database, as pages see it: accounts in every light, cases, and messages in every state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from monitor.actions.actor import Actor
from monitor.actions.claims import PasteCommand
from monitor.actions.logging_in import Logins
from monitor.actions.passwords import Cost, Passwords
from monitor.actions.second_factor import Vault
from monitor.app.parts import Parts
from monitor.app.serving import view_of
from monitor.core.account import Account, Contact, Platform, Role, UnitLevel
from monitor.core.bulletin import Problem
from monitor.core.calendar import beijing_date
from monitor.core.login import IDLE
from monitor.core.message import Attempt, MessageState, Outcome
from monitor.core.observation import Blind, Look, Post, Reason, timeline
from monitor.core.paper import NewEntry, Paper, PaperKind
from monitor.core.record import NewRecord, RecordKind, Result
from monitor.core.reference import Reference
from monitor.core.subject import SubjectKind
from monitor.core.token import Permit, Purpose, TokenKey
from monitor.core.user import UserRole
from monitor.daemon import Daemon
from monitor.store import Store, Tx, looks, outbox, papers, records, users
from monitor.store.roster import save_roster
from monitor.web.page_context import PageContext
from monitor.web.permits import Permits
from tests.bench.looks import settings_for
from tests.core.build import beijing_time
from tests.pipeline.build import Canned, Clock, Taking
from tests.store.build import tried

MANY = 5_700
"""The accounts of a province."""
NOW = beijing_time("2026-05-20 09:30")
"""A Wednesday, inside office hours."""
USER, PASSWORD = "王某", "海棠依旧 lamp 71 橡皮"
KEY = TokenKey(b"a made-up key of thirty-two bytes")
_CHEAP = Passwords(Cost(memory=64, passes=1))
_OF_A_UNIT = 3
_AGES = 20
"""The days without a post of accounts that follow each other: 0 to 19, so that a third of them has a case."""
_UNSEEN = 25
"""Of so many accounts, one shows nothing without a log-in."""
_LISTED = 50
"""Of so many accounts, one is on the province's lists."""
_POSTS = 5
_CHUNK = 200
_PLATFORMS = (Platform.WEIXIN_SUBSCRIPTION, Platform.WEIBO, Platform.DOUYIN, Platform.TOUTIAO)
_ENDINGS = (
    (Outcome.SENT, MessageState.SENT),
    (Outcome.PERMANENT, MessageState.FAILED),
    (Outcome.SENT, MessageState.SENT),
    None,
    None,
)
"""How the messages that follow each other ended; those without an end are held."""


def account_id(number: int) -> str:
    """Return the id of an account."""
    return f"A{number:06}"


def _account(number: int) -> Account:
    unit = f"示例县第{number // _OF_A_UNIT}局"
    people = zip((Role.LIAISON, Role.LEADER), ("联络员甲", "责任领导甲"), strict=True)
    return Account(
        id=account_id(number),
        name=f"示例发布{number // _OF_A_UNIT}",
        platform=_PLATFORMS[number % len(_PLATFORMS)],
        unit=unit,
        area=f"示例县{number // 600}",
        level=UnitLevel.COUNTY_UNIT,
        is_main=number % _OF_A_UNIT == 0,
        method=f"feed=https://feed.example/{number}",
        contacts=tuple(
            Contact(
                role=role,
                name=name,
                phone=f"1{number // _OF_A_UNIT:010}",
                mail=f"{role.value}{number // _OF_A_UNIT}@example.invalid",
            )
            for role, name in people
        ),
    )


@dataclass
class Province:
    """A whole Xuncha that watches a province, with its pages."""

    store: Store
    accounts: int = MANY

    def __post_init__(self) -> None:
        self.clock = Clock(NOW)
        settings = settings_for()
        roles = settings.roles.model_copy(update={"liaison": ("mail",), "leader": ("mail",), "operator": ("duty",)})
        self.parts = Parts(
            settings=settings.model_copy(update={"hold": True, "roles": roles}),
            store=self.store,
            clock=self.clock,
            door=Canned(self.clock, {}),
            channels={"mail": Taking("mail"), "duty": Taking("duty", is_group=True)},
        )
        self.roster = [_account(number) for number in range(self.accounts)]

    def context(self) -> PageContext:
        """Return what its pages are given; they ask for a log-in."""
        parts = self.parts
        daemon = Daemon(parts.passes, parts.health, parts.metrics, parts.faults)
        view = view_of(parts, daemon)
        logins = Logins(store=self.store, clock=self.clock, passwords=_CHEAP, vault=Vault(), idle=IDLE)
        return replace(view, logins=logins, permits=Permits(paste=_no_paste, key=KEY, api_token=None))

    def token(self) -> str:
        """Return the secret of the link in a message to a unit."""
        with self.store.read() as tx:
            (sent, *_) = sorted(outbox.ids_in(tx, MessageState.SENT))
        return KEY.issue(Permit(purpose=Purpose.UNIT, message=sent, until=NOW + timedelta(days=14)))

    async def fill(self) -> None:
        """Have the province enrolled, listed, looked at and judged, its units told, and the office at work."""
        began = NOW - timedelta(days=2)
        sources = self.parts.sources
        write = self.store.write
        await write(lambda tx: save_roster(tx, self.roster, sources=sources, effective_at=began, known_at=began))
        await write(lambda tx: papers.save_papers(tx, tuple(self._papers()), file="表.xlsx", known_at=began))
        await write(lambda tx: records.save_records(tx, tuple(self._trainings()), known_at=began))
        for first in range(0, len(self.roster), _CHUNK):
            seen = [self._seen(number) for number in range(first, min(first + _CHUNK, len(self.roster)))]
            await write(partial(looks.record, looks=seen, schedule=lambda _, look: look.at + timedelta(hours=6)))
        await self.parts.passes.judge_all()
        await self.parts.drafter.prepare(NOW)
        await write(self._delivered)
        await write(self._worked)

    def _seen(self, number: int) -> Look:
        (source,) = self.parts.chains.of(self.roster[number])
        at = NOW - timedelta(minutes=3)
        if number % _UNSEEN == 0:
            return Look(source=source, at=at, sight=Blind(reason=Reason.LOGIN_WALL))
        newest = NOW - timedelta(days=number % _AGES, hours=1)
        posts = (
            Post(
                published_at=newest - timedelta(days=3 * place),
                title="示例县某局的一条消息",
                url=f"https://feed.example/{number}/{place}",
            )
            for place in range(_POSTS)
        )
        return Look(source=source, at=at, sight=timeline(posts))

    def _papers(self) -> Iterator[Paper]:
        day = beijing_date(NOW)
        for number in (1, 2):
            listed = tuple(_entry(account.id, problem=Problem.STALE) for account in self.roster[::_LISTED])
            on = day - timedelta(days=21 - 7 * number)
            yield Paper(kind=PaperKind.ROUND, title="省平台月报", number=number, on=on, covers_all=True, entries=listed)
            monday = on - timedelta(days=on.weekday())
            values = tuple(_entry(account.id, value=str(40 + at % 40)) for at, account in enumerate(self.roster))
            yield Paper(kind=PaperKind.WEEK, title=f"{monday}周", on=monday, entries=values)
        everybody = tuple(_entry(account.id) for account in self.roster)
        yield Paper(kind=PaperKind.FILED_LIST, on=day, area=self.roster[0].area, entries=everybody)

    def _trainings(self) -> Iterator[NewRecord]:
        on = beijing_date(NOW)
        for unit in dict.fromkeys(account.unit for account in self.roster):
            yield NewRecord(kind=RecordKind.TRAINING, subject=SubjectKind.UNIT, name=unit, on=on, result=Result.HELD)

    def _delivered(self, tx: Tx) -> None:
        """End the messages as they end in turn; the rest is held."""
        held = sorted(outbox.ids_in(tx, MessageState.HELD))
        endings = {id_: _ENDINGS[place % len(_ENDINGS)] for place, id_ in enumerate(held)}
        outbox.release(tx, [id_ for id_, ending in endings.items() if ending], at=NOW, by=USER)
        for kept in outbox.messages(tx, ids=list(endings), limit=len(endings)):
            if ending := endings[kept.message.id]:
                outcome, state = ending
                tried(tx, kept.message.id, kept.message.body, Attempt(outcome=outcome, code="0"), at=NOW)
                outbox.settle(tx, kept.message.id, state, at=NOW)

    def _worked(self, tx: Tx) -> None:
        """Have people in the office, and acts of theirs."""
        roles = (UserRole.ADMINISTRATOR, UserRole.OPERATOR)
        made = users.add_user(tx, USER, roles, None, at=NOW)
        users.set_password(tx, made, _CHEAP.hash_of(PASSWORD))
        for unit in dict.fromkeys(account.unit_key for account in self.roster[:600]):
            users.add_user(tx, f"{unit.name}的人", [UserRole.UNIT], unit, at=NOW)


def _entry(id_: str, **said: object) -> NewEntry:
    return NewEntry(written=Reference(account=id_), account=id_, **said)  # type: ignore[arg-type]  # a problem or a value


async def _no_paste(command: PasteCommand, *, actor: Actor) -> None:
    """Take no link: these pages are only read."""
