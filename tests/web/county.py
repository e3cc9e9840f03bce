"""A small county in a real store: one account of each light, words that attack, and people whose numbers are secret."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from alerts.markup import fragment
from monitor.actions.actor import Actor
from monitor.actions.messages import TryChannelCommand
from monitor.actions.unit_proposals import AcceptProposalCommand
from monitor.actions.web_hooks import HookOffice
from monitor.core.account import Account, Contact, Platform, Role, Source
from monitor.core.calendar import WorkCalendar
from monitor.core.gate import Gate
from monitor.core.message import Attempt, MessageState, Outcome
from monitor.core.news import Office
from monitor.core.observation import Blind, Look, Post, Reason, Sight, timeline
from monitor.core.outage import Canary
from monitor.core.rules import per_01, upd_01, upd_03
from monitor.metrics import Metrics
from monitor.pipeline.evaluate import AccountEvaluator, RulesInForce
from monitor.pipeline.faults import Faults
from monitor.queries.messages import Anew, as_written
from monitor.store import Store
from monitor.store.looks import record
from monitor.store.outbox import Draft, save_draft, settle, waiting_notices
from monitor.web.ops.scrape import account_scraper, scraper
from monitor.web.page_context import ChannelCard, PageContext, PassStatus, Sample, SettingsReport, nobody_judges
from monitor.web.permits import Permits
from tests.core.build import BOOK, beijing_time
from tests.store.build import enrol, tried

NOW = beijing_time("2026-05-19 09:05")
PHONE = "13912345678"
MAIL = "secret.person@example.invalid"
SCRIPT = "<script>alert('名')</script>"
DINGTALK = "ding-user-4711"
CALENDAR = WorkCalendar(years=frozenset({2025, 2026}))
OFFICE = Office(name="示例县政府信息公开中心", phone="0578-0000000", sender="示例县政府信息公开中心")
BENCH = RulesInForce(rules=(per_01.RULE, upd_01.RULE, upd_03.RULE), book_of=lambda _: BOOK, calendar=CALENDAR)
NAMED = replace(BOOK, titles={rule.id: rule.title for rule in BENCH.rules})
PEOPLE = (
    Contact(role=Role.LIAISON, name="联络员甲", phone=PHONE, dingtalk=DINGTALK),
    Contact(role=Role.LEADER, name="领导乙", mail=MAIL),
)


@dataclass
class Clock:
    """Shows what it is set to."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


def account(id_: str, name: str, **changes: object) -> Account:
    """Return an account with one polled source and both its people."""
    values: dict[str, object] = {
        "platform": Platform.WEIBO,
        "unit": "示例县教育局",
        "area": "示例县",
        "method": "weibo=1",
        "opened_on": date(2020, 1, 1),
        "contacts": PEOPLE,
        "homepage": "https://example.invalid/home",
    }
    return Account(id=id_, name=name, **(values | changes))  # type: ignore[arg-type]  # checked by the tests that use it


def posts(days: int, *, title: str = "一条消息", url: str | None = None) -> tuple[Post, ...]:
    """Return an account's newest post, that many days old, and some before it."""
    newest = NOW - timedelta(days=days, hours=1)
    return tuple(
        Post(
            published_at=newest - timedelta(days=3 * number),
            title=title,
            url=url if url and number == 0 else f"https://example.invalid/{days}/{number}",
        )
        for number in range(10)
    )


def looks(account_id: str, *sights: tuple[timedelta, Sight]) -> tuple[Look, ...]:
    """Return looks at the account's polled source; each is that long ago."""
    source = Source(account=account_id, collector="weibo", key="1")
    return tuple(Look(source=source, at=NOW - back, sight=sight) for back, sight in sights)


LATELY = timedelta(minutes=3)
MAIN = account("JY-001", "示例发布", unit="示例县政府办公室", platform=Platform.WEIXIN_SUBSCRIPTION, is_main=True)
NEAR = account("JY-002", "示例教育")
OVERDUE = account("JY-003", "示例交通", unit="示例县交通运输局")
UNSEEN = account("JY-004", "示例水利", unit="示例县水利局")
SERVICE = account("JY-005", "示例办事", platform=Platform.MINI_PROGRAM)
ALONE = account("JY-006", "示例文旅", contacts=())
HOSTILE = account("JY/<b>&", SCRIPT, unit=f"“{SCRIPT}\u202e", homepage="javascript:alert(1)", platform_id=SCRIPT)
ACCOUNTS = (MAIN, NEAR, OVERDUE, UNSEEN, SERVICE, ALONE, HOSTILE)


def fill(store: Store) -> None:
    """Have the county enrolled, looked at and judged, and its people told."""
    enrol(store, *ACCOUNTS, at=NOW - timedelta(days=30))
    seen = (
        *looks(MAIN.id, (LATELY, timeline(posts(0)))),
        *looks(NEAR.id, (LATELY, timeline(posts(12)))),
        *looks(OVERDUE.id, (LATELY, timeline(posts(16)))),
        *looks(UNSEEN.id, (timedelta(days=5), timeline(posts(17))), (LATELY, Blind(reason=Reason.LOGIN_WALL))),
        *looks(ALONE.id, (LATELY, timeline(posts(2)))),
        *looks(HOSTILE.id, (LATELY, timeline(posts(1, title=SCRIPT, url="javascript:alert(2)")))),
    )
    with store.begin() as tx:
        record(tx, sorted(seen, key=lambda look: look.at), lambda _, look: look.at + timedelta(hours=6))
    with store.begin() as tx:
        AccountEvaluator(rules_in_force=BENCH, faults=Faults(_fail)).judge(tx, NOW)
    tell(store)


def tell(store: Store) -> None:
    """Write a message for each waiting notice: the first is sent, the second has failed, the others are held."""
    with store.begin() as tx:
        for number, notice in enumerate(waiting_notices(tx)):
            draft = Draft(
                channel="group",
                address=MAIL,
                mentions=(PHONE,),
                role=notice.role,
                person=notice.person,
                subject=f"【{notice.kind.label}】{SCRIPT}",
                body=f"### {SCRIPT}\n\n请联系 @{PHONE} 或 {MAIL}",
                notices=(notice.id,),
                topic=f"{number}",
            )
            id_ = save_draft(tx, draft, at=NOW, not_before=NOW, held=number > 1)
            if number < 2:
                outcome, state = _ENDINGS[number]
                attempt = Attempt(outcome=outcome, code="130101", detail=f"{PHONE} is not in the group")
                tried(tx, id_, draft.body, attempt, at=NOW)
                settle(tx, id_, state, at=NOW)


_ENDINGS = ((Outcome.SENT, MessageState.SENT), (Outcome.PERMANENT, MessageState.FAILED))


def _fail(where: str) -> None:
    raise AssertionError(where)


@dataclass
class Surroundings:
    """What a view is given besides the store, to be changed by a test."""

    clock: Clock = field(default_factory=Clock)
    problems: Sequence[str] = ()
    passes: Sequence[PassStatus] = ()
    sample: Sample | None = None
    is_starting: bool = False
    canaries: Mapping[Platform, Canary] = field(default_factory=dict)
    unwatched: Callable[[Collection[tuple[Platform, str]]], Iterable[str]] = lambda _: ()
    hints: Sequence[str] = ()
    metrics: Callable[[], Awaitable[bytes]] | None = None
    permits: Permits | None = None
    channels: Mapping[str, ChannelCard] = field(
        default_factory=lambda: {"group": ChannelCard(kind="钉钉", is_group=True)}
    )
    is_holding: bool = True
    gate: Gate = field(default_factory=Gate)
    config: Path | None = None
    has_phone: bool = True
    opens_at: Callable[[datetime], datetime] = lambda now: now
    try_channel: Callable[[TryChannelCommand, Actor], Awaitable[None]] | None = None
    settings: Callable[[], SettingsReport] = SettingsReport
    base: str = ""
    accepting: Callable[[int], AcceptProposalCommand] | None = None
    hooks: HookOffice | None = None
    judge: Callable[[], Awaitable[None]] = nobody_judges
    anew: Anew = as_written

    def view(self, store: Store) -> PageContext:
        """Return a view of the store."""

        async def problems() -> Sequence[str]:
            return self.problems

        return PageContext(
            store=store,
            clock=self.clock,
            rule_book=lambda _: NAMED,
            rules=BENCH,
            calendar=CALENDAR,
            office=OFFICE if self.has_phone else replace(OFFICE, phone=""),
            version="0.1.0",
            passes=lambda: self.passes,
            problems=problems,
            metrics=self.metrics or scraper(store, Metrics(self.clock), CALENDAR, self.clock),
            html=fragment,
            is_starting=lambda: self.is_starting,
            account_metrics=account_scraper(store, self.clock),
            canaries=lambda: self.canaries,
            unwatched=self.unwatched,
            hints=self.hints,
            sample=self.sample,
            permits=self.permits,
            has_channels=bool(self.channels),
            channels=self.channels,
            is_holding=self.is_holding,
            gate=self.gate,
            folder=self.config,
            opens_at=self.opens_at,
            try_channel=self.try_channel,
            settings=self.settings,
            anew=self.anew,
            base=self.base,
            accepting=self.accepting,
            hooks=self.hooks,
            judge=self.judge,
        )
