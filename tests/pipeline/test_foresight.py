"""Judged only when its word may turn, an office says at all times what one says that judges everybody again and again.

Over histories of looks that go on, stop, fail and come late, of lists by hand, exemptions that end, and a roster that
is another one from a day on; through weeks with holidays.
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as chosen
from hypothesis import strategies as st

from monitor.core.account import Account, Contact, Role
from monitor.core.calendar import beijing_date
from monitor.core.case import LADDER
from monitor.core.decision import Decision, Ruling
from monitor.core.observation import Blind, Covers, Look, Post, Reason, Sight, Unchanged, timeline
from monitor.core.subject import Subject
from monitor.store import Tx, cases, decisions, looks, open_store, tables
from monitor.store.roster import save_roster
from tests.core.build import beijing_time
from tests.databases import migrated
from tests.often import often
from tests.pipeline.build import Canned, Office, account, office

BEGAN, DAYS = beijing_time("2026-09-17 00:00"), 24
"""Mid-autumn and National Day lie in it."""
ACCOUNTS = 8
HOURS = (0, 0.2, 5, 9.5, 14, 20.7)
"""When there is a look and a judgement, by the hour of a day: at midnight itself and soon after, and at any time."""


def url(number: int) -> str:
    """Return the address of an account's feed."""
    return f"https://a.example/{number}.xml"


class History:
    """What happens to one account, drawn once: its posts, how its looks end, what people do."""

    def __init__(self, number: int, draw: Random) -> None:
        self.number, self.draw = number, draw
        self.is_by_hand = draw.random() < 0.25
        changes: dict[str, object] = {"method": "人工"} if self.is_by_hand else {}
        self.account = account(number, url(number), **changes)
        self.posts = [BEGAN - timedelta(days=draw.choice([0, 1, 3, 8, 9, 12, 13, 16, 22, 90]), hours=5)]
        self.posts_every = draw.choice([1, 4, 11, 16, 40])
        """After about how many days it posts again."""
        self.trouble = draw.choice([None, None, "stops", "fails", "late", "gone", "some", "back"])
        self.turns_on = draw.randrange(2, DAYS)
        self.acts = {draw.randrange(1, DAYS): draw.choice(ACTS) for _ in range(draw.randrange(0, 4))}
        """On which day people do what."""

    def sight(self, day: int, hour: float) -> Sight | None:
        """Return what a look sees; None where there is none."""
        is_turned = day >= self.turns_on
        if is_turned and (self.trouble == "stops" or (self.trouble == "late" and hour != 14)):
            return None
        if is_turned and (self.trouble == "fails" or (self.trouble == "back" and day < self.turns_on + 4)):
            return Blind(reason=self.draw.choice([Reason.TIMEOUT, Reason.TIMEOUT, Reason.UNREADABLE]))
        if self.draw.random() < 0.3:
            return Unchanged()
        covers = Covers.SOME if is_turned and self.trouble == "some" else Covers.ALL
        shown = [] if is_turned and self.trouble == "gone" else self.posts
        return timeline(
            [Post(published_at=at, title="消息", url=f"{url(self.number)}/{at:%j}") for at in shown], covers=covers
        )

    def look(self, of: Office, tx: Tx, day: int, hour: float, at: datetime) -> None:
        """Have the account looked at."""
        if self.is_by_hand:
            if hour == 14 and self.draw.random() < 0.2:
                shown = timeline([Post(published_at=post, title="消息", url=f"{post:%j}") for post in self.posts])
                looks.hand_look(tx, self.account, shown, at=at - timedelta(hours=3), known_at=at)
            return
        sight = self.sight(day, hour)
        if sight is not None:
            saw = [Look(source=source, at=at, sight=sight) for source in of.parts.chains.of(self.account)]
            looks.record(tx, saw, lambda _, look: look.at + timedelta(hours=6))

    def live(self, of: Office, tx: Tx, day: int, hour: float, at: datetime) -> None:
        """Have an hour come: a post, what people do, a look."""
        if hour == 9.5 and self.draw.random() < 1 / self.posts_every:
            self.posts = [*self.posts, at - timedelta(hours=1)]
        if hour == 9.5 and day in self.acts:
            self.account = self.acts[day](of, tx, self.account, at, self.draw)
        self.look(of, tx, day, hour, at)


def exempt(of: Office, tx: Tx, one: Account, at: datetime, draw: Random) -> Account:
    """Exempt an account from being updated, for some days."""
    del of
    until = beijing_date(at) + timedelta(days=draw.randrange(0, 9))
    ruling = Decision(
        subject=Subject.of_account(one.id), rule=LADDER, episode="", ruling=Ruling.EXEMPTED, by="县府办", at=at,
        valid_until=until, document="示例〔2026〕1号",
    )  # fmt: skip
    decisions.save_decisions(tx, [ruling], known_at=at)
    return one


def rename(of: Office, tx: Tx, one: Account, at: datetime, draw: Random) -> Account:
    """Change the roster: from now on, or from a day to come."""
    changed = draw.choice(
        [
            replace(one, contacts=()),
            replace(one, contacts=(Contact(role=Role.LIAISON, name="联络员乙", mail="b@example.invalid"),)),
            replace(one, level=None),
        ]
    )
    since = at + timedelta(hours=draw.choice([0, 0, 40, 110]))
    save_roster(tx, [changed], sources=of.parts.sources, effective_at=since, known_at=at)
    return changed


ACTS = (exempt, rename)


def told(of: Office) -> dict[str, list[str]]:
    """Return all that an office says now, and has done."""
    case, step, notice = tables.cases, tables.steps, tables.notices
    with of.parts.store.read() as tx:
        found = cases.current_findings(tx, now=of.clock())
        steps = sa.select(
            case.c.account, case.c.rule, step.c.kind, step.c.number, step.c.at, step.c.days, step.c.because
        )
        notices = sa.select(
            case.c.account, case.c.rule, notice.c.kind, notice.c.number, notice.c.person, notice.c.state
        )
        return {
            "findings": sorted(map(repr, found)),
            "cases": sorted(map(repr, tx.execute(sa.select(*(c for c in case.c if c.name != "id"))).all())),
            "steps": sorted(map(repr, tx.execute(steps.join_from(step, case)).all())),
            "notices": sorted(map(repr, tx.execute(notices.join_from(notice, case)).all())),
        }


async def lived(folder: Path, seed: int) -> int:
    """Have two offices live through the same, and return how many judgements the one made that foresees."""
    with ExitStack() as stack:
        offices = [
            office(
                stack.enter_context(open_store(migrated(folder / f"{seed}-{name}.db"))), lambda clock: Canned(clock, {})
            )
            for name in ("foresees", "always")
        ]
        alike = [[History(number, Random(f"{seed} {number}")) for number in range(ACCOUNTS)] for _ in offices]  # noqa: S311 - no secret
        judged = 0
        for of, histories in zip(offices, alike, strict=True):
            of.clock.moment = BEGAN
            await of.enrol([history.account for history in histories])
        for day in range(DAYS):
            for hour in HOURS:
                at = BEGAN + timedelta(days=day, hours=hour)
                for of, histories in zip(offices, alike, strict=True):
                    of.clock.moment = at
                    with of.parts.store.begin() as tx:
                        for history in histories:
                            history.live(of, tx, day, hour, at)
                        if of is offices[1]:
                            cases.judge_soon(tx, at)
                    done = await of.parts.passes.judge_accounts()
                    judged += done if of is offices[0] else 0
                said, truth = map(told, offices)
                assert said == truth, at
        return judged


@chosen(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=often(15), deadline=None)
@given(seed=st.integers(0, 2**32))
@pytest.mark.slow
def test_who_is_judged_when_a_word_may_turn_says_what_who_is_judged_always_says(tmp_path: Path, seed: int) -> None:
    judged = asyncio.run(lived(tmp_path, seed))
    assert judged < ACCOUNTS * DAYS * len(HOURS) / 2
