"""A mute stops messages to units, and nothing else: they are looked at, judged and closed as without it."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from monitor.core.account import Contact, Role
from monitor.core.calendar import beijing_date
from monitor.core.message import Attempt, Outcome
from monitor.core.observation import Reason
from monitor.core.record import NewRecord, RecordKind, Result
from monitor.core.subject import SubjectKind
from monitor.store import Store, cases, open_store, outbox, records
from tests.databases import migrated
from tests.often import often
from tests.pipeline.build import NOW, Canned, Office, account, feed, office, settings

URL = "https://feed.example/a.xml"
OLD = 9
"""Days since the last post when the watching begins."""
DAYS = 15
"""Days watched: up to the proposal on day 21, and over it."""
END = "办结"
WRONG = ("超期预警", "督办")


def muted(made: Office, first: date, last: date, name: str = "A01", subject: SubjectKind = SubjectKind.ACCOUNT) -> None:
    row = NewRecord(
        kind=RecordKind.MUTE,
        subject=subject,
        name=name,
        on=first,
        result=Result.MUTED,
        item="张三",
        until=last,
        text="账号交接",
    )
    with made.parts.store.begin() as tx:
        records.save_records(tx, [row], known_at=made.clock())


@dataclass(frozen=True)
class Story:
    """What happened on the days of a watch, by their number."""

    said: dict[int, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))
    """Whom the day's messages went to, and the first word of each."""
    counts: dict[int, int] = field(default_factory=dict)
    """How many messages the day had."""
    course: list[object] = field(default_factory=list)
    """All that was seen, found and done in cases."""


async def watched(store: Store, posts_on: int | None, mute: tuple[int, int] | None) -> Story:
    """Return what happens to an account that posts on one of the days, or never, with and without a mute."""
    bodies: dict[str, bytes | Reason] = {URL: feed(NOW - timedelta(days=OLD))}
    made = office(store, lambda clock: Canned(clock, bodies))
    await made.enrol([account(1, URL)])
    today = beijing_date(NOW)
    if mute:
        muted(made, today + timedelta(days=mute[0]), today + timedelta(days=mute[1]))
    story = Story()
    for number in range(DAYS):
        made.clock.moment = NOW + timedelta(days=number)
        if posts_on == number:
            bodies[URL] = feed(made.clock(), NOW - timedelta(days=OLD))
        await made.look()
        await made.settle()
        for message in made.mail.taken:
            (word,) = re.findall("^【(.*?)】", message.subject)
            story.said[number].add((message.address or "", word))
        story.counts[number] = len(made.mail.taken)
        made.mail.taken.clear()
        assert await made.parts.passes.audit() == ()
        with store.read() as tx:
            story.course.append((cases.case_history(tx, "A01"), cases.current_findings(tx, now=made.clock())))
    return story


def expected(plain: Story, posts_on: int | None, first: int, last: int) -> dict[int, set[tuple[str, str]]]:
    """Return what is said with a mute, told from what is said without one."""
    said: dict[int, set[tuple[str, str]]] = {}
    warned: set[str] = set()
    for day in range(DAYS):
        words = {(who, word) for who, word in plain.said[day] if word != END or who in warned}
        if first <= day <= last:
            words = {(who, word) for who, word in words if word == END}
        if day == last + 1 and (posts_on is None or posts_on > day):
            latest = dict(itertools.chain.from_iterable(sorted(plain.said[number]) for number in range(first, day + 1)))
            words = set(latest.items())
        warned |= {who for who, word in words if word in WRONG}
        said[day] = words
    return said


async def check(folder: Path, posts_on: int | None, first: int, last: int) -> None:
    stories = []
    for name, mute in (("plain", None), ("muted", (first, last))):
        with open_store(migrated(folder / f"{name}-{posts_on}-{first}-{last}.db")) as store:
            stories.append(await watched(store, posts_on, mute))
    plain, story = stories
    assert story.course == plain.course
    assert {day: story.said[day] for day in range(DAYS)} == expected(plain, posts_on, first, last)
    assert all(story.counts[day] == len(story.said[day]) for day in range(DAYS))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("posts_on", "first", "last"),
    [
        pytest.param(None, 0, 7, id="the highest word that is still true is said once after it"),
        pytest.param(7, 5, 8, id="what was never said needs no end"),
        pytest.param(8, 7, 10, id="who was told of a trouble hears of its end at once"),
    ],
)
async def test_a_mute_stops_words_and_nothing_else(tmp_path: Path, posts_on: int | None, first: int, last: int) -> None:
    await check(tmp_path, posts_on, first, last)


@pytest.mark.slow
@trying(max_examples=often(15), derandomize=True)
@given(posts_on=st.none() | st.integers(0, DAYS - 1), first=st.integers(0, DAYS - 1), length=st.integers(0, DAYS))
async def test_after_any_mute_exactly_what_is_still_true_is_said(
    tmp_path_factory: pytest.TempPathFactory, posts_on: int | None, first: int, length: int
) -> None:
    await check(tmp_path_factory.mktemp("mute"), posts_on, first, first + length)


async def stale(store: Store, days: int, **chosen: object) -> Office:
    made = office(store, lambda clock: Canned(clock, {URL: feed(NOW - timedelta(days=days))}), settings(**chosen))
    await made.enrol([account(1, URL)])
    await made.look()
    return made


async def test_after_a_mute_the_highest_word_is_said_once(store: Store) -> None:
    made = await stale(store, 10)
    today = beijing_date(NOW)
    muted(made, today, today + timedelta(days=4), "示例县", SubjectKind.AREA)
    heard = []
    for days in (0, 2, 3, 1):
        made.clock.forward(timedelta(days=days))
        await made.look()
        await made.settle()
        heard.append([message.subject[:6] for message in made.mail.taken])
    with store.read() as tx:
        (case,) = (case for case in cases.case_history(tx, "A01") if case.rule == "UPD-01")
    assert [step.days for step in case.steps] == [10, 12, 15]
    assert heard == [[], [], ["【超期预警】"] * 2, ["【超期预警】"] * 2]


async def test_that_an_account_is_put_on_the_list_is_not_lost_in_a_long_mute(store: Store) -> None:
    made = await stale(store, 20)
    today = beijing_date(NOW)
    muted(made, today, today + timedelta(days=8))
    for days in (0, 1, 7, 1):
        made.clock.forward(timedelta(days=days))
        await made.look()
        await made.settle()
    assert [message.subject[:8] for message in made.mail.taken] == ["【督办】拟列名单"] * 2
    assert "已**29天**未更新" in made.mail.taken[0].body


async def test_the_first_word_after_a_mute_is_no_reminder_and_leaves_before_them(store: Store) -> None:
    numbers = range(1, 7)
    made = office(store, lambda clock: Canned(clock, {URL: feed(NOW - timedelta(days=10))}))
    people = {n: Contact(role=Role.LIAISON, name=f"联络员{n}", mail=f"{n}@example.invalid") for n in numbers}
    await made.enrol([account(n, URL, contacts=(people[n],)) for n in numbers])
    today = beijing_date(NOW)
    muted(made, today, today + timedelta(days=1), "A04")
    for days in (0, 2):
        made.mail.taken.clear()
        made.clock.forward(timedelta(days=days))
        await made.look()
        await made.settle()
    first, *others = (message.address for message in made.mail.taken)
    assert first == people[4].mail
    assert len(others) == len(people) - 1


async def test_a_message_that_was_being_retried_when_the_mute_came_waits_for_its_end(store: Store) -> None:
    made = await stale(store, 10)
    made.mail.answers = [Attempt(outcome=Outcome.TEMPORARY, code="451")]
    await made.settle()
    today = beijing_date(NOW)
    muted(made, today, today, account(1, URL).unit, SubjectKind.UNIT)
    made.clock.forward(timedelta(hours=1))
    await made.settle()
    assert len(made.mail.taken) == 1
    made.clock.forward(timedelta(days=1))
    await made.look()
    await made.settle()
    assert [message.subject[:6] for message in made.mail.taken[1:]] == ["【更新提醒】"]


async def test_a_mute_that_is_lifted_ends_at_once(store: Store) -> None:
    made = await stale(store, 10)
    today = beijing_date(NOW)
    muted(made, today, today + timedelta(days=30))
    await made.settle()
    assert made.mail.taken == []
    lifted = NewRecord(
        kind=RecordKind.MUTE,
        subject=SubjectKind.ACCOUNT,
        name="A01",
        on=today,
        result=Result.RESUMED,
        item="李四",
        text="已交接",
    )
    with store.begin() as tx:
        records.save_records(tx, [lifted], known_at=made.clock())
    await made.settle()
    assert len(made.mail.taken) == 1


async def test_what_is_muted_while_its_message_waits_is_not_lost_when_something_is_added(store: Store) -> None:
    made = await stale(store, 10, hold=True)
    await made.settle()
    today = beijing_date(NOW)
    muted(made, today, today)
    other = "https://feed.example/other.xml"
    made.parts.door.bodies[other] = feed(NOW - timedelta(days=12))  # type: ignore[attr-defined]  # canned
    await made.enrol([account(1, URL), account(2, other)])
    await made.look()
    await made.settle()
    with store.read() as tx:
        assert {notice.account for notice in outbox.waiting_notices(tx)} == {"A01", "A02"}
        assert ["“示例1”" in kept.message.body for kept in outbox.messages(tx)] == [False, False]
    made.clock.forward(timedelta(days=1))
    await made.look()
    await made.settle()
    with store.read() as tx:
        assert sorted("“示例1”" in kept.message.body for kept in outbox.messages(tx)) == [False, True]


async def test_the_digest_says_who_is_muted_until_when_and_by_whom(store: Store) -> None:
    made = await stale(store, 16)
    muted(made, date(2026, 5, 20), date(2026, 5, 31))
    await made.parts.passes.judge_all()
    await made.parts.passes.write_digest()
    await made.settle()
    (digest,) = made.duty.taken
    assert "“示例1”（头条号，示例县教育局）：至5月31日，张三登记，账号交接" in digest.body
    assert "**超期（1）**" in digest.body
    assert made.mail.taken == []


async def test_a_word_that_reached_nobody_is_not_lost_while_its_unit_is_muted(store: Store) -> None:
    made = await stale(store, 10)
    refused = [Attempt(outcome=Outcome.PERMANENT, code="550")]
    made.mail.answers, made.duty.answers = refused * 5, refused * 5
    await made.settle()
    assert len(await made.parts.passes.audit()) == 1
    muted(made, date(2026, 5, 20), date(2026, 5, 31))
    assert await made.parts.passes.audit() == ()
