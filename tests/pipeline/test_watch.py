"""The monitor's own blindness: seen, told to the operator once, and never held against anybody."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from monitor.app.serving import begin
from monitor.core.account import BY_HAND, Platform, Source
from monitor.core.case import Case
from monitor.core.finding import State, Support
from monitor.core.message import Attempt, MessageState, Outcome
from monitor.core.observation import Covers, Look, Post, Profile, Reason, timeline
from monitor.metrics import Snapshot
from monitor.pipeline.watch import CanarySource
from monitor.queries.snapshot import Condition, read_snapshot
from monitor.settings import Settings
from monitor.settings.sections import Outside, PlatformSettings
from monitor.store import Store, cases, looks, outages, outbox, overview
from tests.pipeline.build import NOW, Canned, Office, account, feed, office, settings
from tests.store.build import standing

DAY = timedelta(days=1)
AGES = {1: 3, 2: 9, 3: 12, 4: 13, 5: 16, 6: 25}
"""For each account, the age of its newest post in days."""
NEW_LAYOUT = "<html><body><div id='app'>全新改版</div></body></html>".encode()


def url(number: int) -> str:
    return f"https://feed.example/{number}.xml"


@dataclass
class Scene:
    """Six accounts on one platform and two on another, seen well for a while; then something happens."""

    store: Store
    chosen: Settings = field(default_factory=settings)
    bodies: dict[str, bytes | Reason] = field(default_factory=dict)
    of: Office = field(init=False)

    def __post_init__(self) -> None:
        self.bodies |= {url(number): feed(NOW - age * DAY, NOW - 40 * DAY) for number, age in AGES.items()}
        self.bodies |= {url(number): feed(NOW - 2 * DAY) for number in (7, 8)}
        self.bodies[ANCHORS[0]] = self.bodies[ANCHORS[1]] = b"ok"
        self.of = office(self.store, lambda clock: Canned(clock, self.bodies), self.chosen)

    async def begin(self) -> None:
        toutiao = [account(number, url(number)) for number in AGES]
        others = [account(number, url(number), platform=Platform.SOHU) for number in (7, 8)]
        await self.of.enrol([*toutiao, *others])
        await self.of.look()
        await self.of.parts.passes.watch_over()
        await self.of.settle()

    async def live(self, span: timedelta, step: timedelta = timedelta(hours=4)) -> None:
        """Do everything that is due, again and again."""
        works = self.of.parts.passes
        until = self.of.clock() + span
        while self.of.clock() < until:
            self.of.clock.forward(step)
            while await works.look(works.collectors):
                pass
            await works.watch_over()
            await works.write_digest()
            await self.of.settle()

    async def states(self) -> dict[str, State]:
        found = await self.store.query(standing)
        return {f"{finding.account} {finding.rule}": finding.state for finding in found}

    async def cases(self) -> list[Case]:
        found = await self.store.query(cases.cases)
        return sorted(found, key=lambda case: case.id)

    def hints(self) -> list[str]:
        """Return the subjects of what the operator was told of the monitor itself."""
        return [message.subject for message in self.of.duty.taken if "监测提示" in message.subject]

    async def metrics(self) -> Snapshot:
        parts = self.of.parts
        return await self.store.query(lambda tx: read_snapshot(tx, self.of.clock(), parts.calendar, Condition()))


async def last_looks(scene: Scene) -> dict[str, datetime | None]:
    rows = await scene.store.query(lambda tx: overview.account_rows(tx, scene.of.clock()))
    return {row.account.id: row.last_look_at for row in rows}


ANCHORS = ("https://one.example", "https://two.example")


def turns(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the watch logged."""
    return [record.message for record in caplog.records if record.name == "monitor.pipeline.watch"]


async def test_a_new_layout_moves_no_verdict_tells_the_operator_once_and_heals_by_itself(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "monitor")
    scene = Scene(store)
    await scene.begin()
    before, opened, told = await scene.states(), await scene.cases(), len(scene.of.mail.taken)
    good = dict(scene.bodies)
    scene.bodies |= {url(number): NEW_LAYOUT for number in AGES}
    await scene.live(timedelta(days=3))
    after = await scene.states()
    moved = {key for key, state in after.items() if state is not before[key]}
    assert {after[key] for key in moved} == {State.UNKNOWN}
    assert {key for key in moved if "UPD-01" in key} == {f"A0{number} UPD-01" for number in (3, 4, 5, 6)}
    assert await scene.cases() == opened
    assert len(scene.of.mail.taken) == told
    assert scene.hints() == ["【监测提示】头条号采集暂停（5月20日13时3分起）"]
    assert (await scene.metrics()).suspended == {Platform.TOUTIAO: True, Platform.SOHU: False}

    scene.bodies |= good
    await scene.live(timedelta(days=1))
    healed = await scene.states()
    assert State.UNKNOWN not in healed.values()
    assert healed["A03 UPD-01"] is State.VIOLATED
    assert (await scene.metrics()).suspended == {Platform.TOUTIAO: False, Platform.SOHU: False}
    assert len(scene.of.mail.taken) > told
    assert len(scene.hints()) == 1
    assert turns(caplog) == ["platform suspended", "platform resumed"]


async def test_what_a_bad_canary_s_platform_shows_closes_no_case_and_withdraws_no_post(store: Store) -> None:
    canary = {"feed": PlatformSettings(canary="x")}
    scene = Scene(store, settings(platforms=canary))
    scene.bodies["https://canary.example/"] = feed(NOW)
    canary_source = CanarySource(
        platform=Platform.TOUTIAO,
        source=Source(account="", collector="feed", key="https://canary.example/"),
    )
    scene.of.parts.watch.canary_sources = (canary_source,)
    await scene.begin()
    before, opened = await scene.states(), await scene.cases()
    scene.bodies["https://canary.example/"] = feed(NOW - 30 * DAY)
    await scene.live(timedelta(hours=1), timedelta(minutes=20))
    (found,) = await store.query(outages.open_outages)
    assert "7天内没有新内容" in found.detail
    for number in AGES:  # every list now shows something else, well formed: a new post, none at all, or only old ones
        scene.bodies[url(number)] = (feed(NOW + DAY), feed(), feed(NOW - 60 * DAY))[number % 3]
    await scene.live(timedelta(hours=18))
    assert await scene.states() == before
    assert await scene.cases() == opened
    scene.bodies["https://canary.example/"] = feed(NOW)
    await scene.live(timedelta(hours=1), timedelta(minutes=20))
    assert await store.query(outages.open_outages) == ()
    closed = [case.account for case in await scene.cases() if case.closed_at and case.rule == "UPD-01"]
    assert "A03" in closed


async def test_two_days_offline_open_and_close_nothing_and_are_told_once(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "monitor")
    scene = Scene(store, settings(network=Outside(anchors=ANCHORS)))
    await scene.begin()
    by_hand = account(9, "", method=BY_HAND)
    await scene.of.enrol([by_hand])
    posts = timeline([Post(published_at=NOW - 9 * DAY, title="一条")], covers=Covers.ALL)
    await store.write(lambda tx: looks.hand_look(tx, by_hand, posts, at=NOW, known_at=NOW))
    await scene.of.settle()
    before, opened, told = await scene.states(), await scene.cases(), len(scene.of.mail.taken)
    good = dict(scene.bodies)
    for key in scene.bodies:
        scene.bodies[key] = Reason.CONNECT
    await scene.live(timedelta(hours=2), timedelta(minutes=30))
    assert (await scene.metrics()).is_online is False
    tried = await last_looks(scene)
    await scene.live(timedelta(days=2))
    assert await last_looks(scene) == tried, "nobody is looked at without a line"
    after = await scene.states()
    assert {state for key, state in after.items() if state is not before[key]} == {State.UNKNOWN}
    assert await scene.cases() == opened
    assert len(scene.of.mail.taken) == told
    assert scene.hints() == ["【监测提示】监测系统断网（5月20日10时3分起）"]
    assert set((await scene.metrics()).suspended.values()) == {False}

    scene.bodies |= good
    works = scene.of.parts.passes
    await works.watch_over()
    now = scene.of.clock()
    rows = await store.query(lambda tx: overview.account_rows(tx, now))
    due = sorted(row.next_look_at for row in rows if row.next_look_at)
    assert len(set(due)) == len(due) == 8, "each account gets a moment of its own"
    assert due[-1] - now <= timedelta(minutes=15)
    await scene.live(timedelta(hours=2), timedelta(minutes=30))
    assert (await scene.metrics()).is_online is True
    assert State.UNKNOWN not in (await scene.states()).values()
    assert len(scene.hints()) == 1
    assert turns(caplog) == ["offline", "online again"]


async def test_an_operator_who_could_not_be_told_of_a_dead_line_hears_of_it_when_it_is_back(store: Store) -> None:
    scene = Scene(store, settings(network=Outside(anchors=ANCHORS)))
    await scene.begin()
    good = dict(scene.bodies)
    scene.bodies |= dict.fromkeys(scene.bodies, Reason.CONNECT)
    await scene.live(timedelta(hours=1), timedelta(hours=1))
    scene.of.duty.answers = [Attempt(outcome=Outcome.PERMANENT, code="unreachable")]
    await scene.live(timedelta(hours=4), timedelta(hours=1))
    scene.bodies |= good
    await scene.live(timedelta(hours=2), timedelta(hours=1))
    failed, sent = scene.hints()
    assert "断网已恢复" not in failed
    assert sent == "【监测提示】监测系统断网已恢复（5月20日11时3分起）"


async def test_one_anchor_that_answers_is_enough_and_one_silent_round_is_not(store: Store) -> None:
    scene = Scene(store, settings(network=Outside(anchors=ANCHORS)))
    await scene.begin()
    scene.bodies[ANCHORS[0]] = Reason.CONNECT
    await scene.live(timedelta(hours=1), timedelta(minutes=20))
    assert await store.query(outages.open_outages) == ()
    scene.bodies[ANCHORS[1]] = Reason.DNS
    await scene.of.parts.passes.watch_over()
    scene.bodies[ANCHORS[1]] = Reason.HTTP_ERROR
    await scene.of.parts.passes.watch_over()
    await scene.of.parts.passes.watch_over()
    assert await store.query(outages.open_outages) == ()


async def test_a_hint_that_is_no_longer_true_when_it_could_leave_is_not_sent(store: Store) -> None:
    scene = Scene(store, settings(hold=True))
    await scene.begin()
    good = dict(scene.bodies)
    scene.bodies |= {url(number): NEW_LAYOUT for number in AGES}
    await scene.live(timedelta(days=1))
    scene.bodies |= good
    await scene.live(timedelta(days=1))
    drafted = await store.query(outbox.messages)
    assert [kept.state for kept in drafted if kept.topic == "outage:toutiao"] == [MessageState.CANCELLED]


async def test_a_dead_account_among_many_suspends_nobody(store: Store) -> None:
    scene = Scene(store)
    await scene.begin()
    scene.bodies |= {url(1): NEW_LAYOUT, url(2): Reason.REFUSED}
    await scene.live(timedelta(days=2))
    assert scene.hints() == []
    found = await store.query(standing)
    supports = {finding.account: finding.support for finding in found if finding.rule == "UPD-01"}
    assert supports["A01"] is Support.BLIND
    assert supports["A03"] is Support.LOOK


async def test_an_account_out_of_sight_for_three_working_days_is_the_operator_s_task_until_it_is_seen(
    store: Store,
) -> None:
    scene = Scene(store)
    await scene.begin()
    good = scene.bodies[url(1)]
    scene.bodies[url(1)] = NEW_LAYOUT
    await scene.live(timedelta(days=2), timedelta(hours=6))
    assert [case for case in await scene.cases() if case.rule == "SEE-01"] == []
    await scene.live(timedelta(days=2), timedelta(hours=6))
    await store.write(
        lambda tx: begin(tx, scene.of.parts)
    )  # a restart ends the cases of rules that are gone; this duty never goes
    (case,) = [case for case in await scene.cases() if case.rule == "SEE-01"]
    assert (case.account, len(case.steps), case.closed_at) == ("A01", 1, None)
    said = [message.body for message in scene.of.duty.taken if "请于5月25日前人工核查并登记" in message.body]
    assert len(said) == 1
    assert not [message for message in scene.of.mail.taken if "A01" in message.body]
    scene.bodies[url(1)] = good
    await scene.live(timedelta(days=1), timedelta(hours=6))
    (case,) = [case for case in await scene.cases() if case.rule == "SEE-01"]
    assert case.closed_at


async def test_accounts_read_by_hand_are_one_task_together_and_only_where_it_matters(store: Store) -> None:
    scene = Scene(store)
    by_hand = [account(number, "", method=BY_HAND) for number in (1, 2, 3)]
    await scene.of.enrol(by_hand)
    for entry, age in zip(by_hand, (2, 9, 11), strict=True):
        posts = timeline([Post(published_at=NOW - age * DAY, title="一条")], covers=Covers.ALL)
        at = NOW - (1 if age == 9 else 8) * DAY
        posts = posts if age > 8 else timeline([Post(published_at=NOW - 2 * DAY, title="一条")], covers=Covers.SOME)
        await store.write(
            lambda tx, entry=entry, posts=posts, at=at: looks.hand_look(tx, entry, posts, at=at, known_at=at)  # type: ignore[misc]  # bound early on purpose
        )
    await scene.of.settle()
    await scene.live(timedelta(hours=1), timedelta(hours=1))
    (digest,) = [message.body for message in scene.of.duty.taken if "每日摘要" in message.subject]
    assert "- 今天：人工核查：“示例3”（" in digest
    assert [case for case in await scene.cases() if case.rule == "SEE-01"] == []


async def test_a_renamed_account_stands_in_the_next_digest_once(store: Store) -> None:
    scene = Scene(store)
    await scene.begin()
    source = Source(account="A07", collector="feed", key=url(7))
    names = ("示例七", "新名", "新名")
    seen = [
        Look(source=source, at=NOW + n * timedelta(hours=1), sight=timeline([], profile=Profile(name=name)))
        for n, name in enumerate(names)
    ]
    await store.write(lambda tx: looks.record(tx, seen, lambda _, look: look.at + 9 * DAY))
    await scene.live(timedelta(days=3), timedelta(hours=6))
    assert sum("名称由“示例七”变为“新名”" in message.body for message in scene.of.duty.taken) == 1
