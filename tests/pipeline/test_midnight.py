"""A midnight at which nothing turns writes nothing, and what is read after it has one day more."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from monitor.core.case import LADDER
from monitor.core.message import MessageState
from monitor.core.observation import Look, Post, timeline
from monitor.pipeline.align import align
from monitor.store import Store, cases, looks, outbox
from monitor.store.roster import save_roster
from tests.core.build import beijing_time
from tests.pipeline.build import Canned, Office, account, office, settings

ACCOUNTS = 500
AGES = 8
"""The days without a post of accounts that follow each other: 0 to 7, so that none comes to a step in two nights."""
BEFORE, AFTER = beijing_time("2026-05-20 23:59"), beijing_time("2026-05-21 00:01")
QUIET = frozenset({"findings", "finding_changes", "lights", "cases", "steps", "notices", "messages"})


def posted(number: int, silent: int | None = None) -> datetime:
    """Return when an account posted last: so many days ago, or like its neighbours a day earlier or later."""
    return beijing_time("2026-05-20 08:00") - timedelta(days=number % AGES if silent is None else silent)


async def seen(of: Office, at: datetime, accounts: int, silent: int | None) -> None:
    """Have every account looked at, and show what it showed before."""
    saw = [
        Look(
            source=source,
            at=at,
            sight=timeline(
                [Post(published_at=posted(number, silent), title="消息", url=f"https://a.example/{number}")]
            ),
        )
        for number in range(accounts)
        for source in of.parts.chains.of(account(number, f"https://a.example/{number}.xml"))
    ]
    await of.parts.store.write(partial(looks.record, looks=saw, schedule=lambda _, look: look.at + timedelta(hours=6)))


@contextmanager
def rows_written() -> Iterator[Counter[str]]:
    """Count the rows that statements change, by table."""
    counted: Counter[str] = Counter()

    def count(_: Any, cursor: Any, statement: str, *__: Any) -> None:  # noqa: ANN401 - the driver's own
        words = statement.replace('"', "").split()
        if words[0] in {"INSERT", "UPDATE", "DELETE"}:
            counted[words[1] if words[0] == "UPDATE" else words[2]] += max(0, cursor.rowcount)

    sa.event.listen(sa.Engine, "after_cursor_execute", count)
    try:
        yield counted
    finally:
        sa.event.remove(sa.Engine, "after_cursor_execute", count)


async def county(store: Store, accounts: int = ACCOUNTS, *, silent: int | None = None, hold: bool = False) -> Office:
    """Return an office that has judged its accounts on the evening of a day."""
    of = office(store, lambda clock: Canned(clock, {}), settings(hold=hold), surveyed=True)
    roster = [account(number, f"https://a.example/{number}.xml") for number in range(accounts)]
    began = BEFORE - timedelta(days=3)
    await store.write(lambda tx: save_roster(tx, roster, sources=of.parts.sources, effective_at=began, known_at=began))
    of.clock.moment = BEFORE
    await seen(of, BEFORE - timedelta(hours=1), accounts, silent)
    await of.parts.passes.judge_all()
    await of.parts.drafter.prepare(of.clock())
    return of


async def test_a_midnight_at_which_nothing_turns_writes_no_finding_case_or_light(store: Store) -> None:
    of = await county(store)
    of.clock.moment = AFTER
    with rows_written() as written:
        await of.parts.passes.judge_all()
        await of.parts.drafter.prepare(of.clock())
    assert {table: rows for table, rows in written.items() if table in QUIET and rows} == {}
    assert written["accounts"] == 0, "nobody is judged"


async def test_held_messages_wait_over_midnight_as_they_are_and_are_read_with_one_day_more(store: Store) -> None:
    """On the tenth day a unit is to be reminded; on the eleventh nothing follows, and what would leave is read."""
    of = await county(store, 8, silent=10, hold=True)

    def read() -> set[str]:
        with store.read() as tx:
            held = outbox.messages(tx, states=(MessageState.HELD,), limit=99)
            as_now = of.parts.drafter.as_now(tx, held, of.clock())
        assert [kept.message.id for kept in as_now] == [kept.message.id for kept in held]
        assert as_now
        return {days for kept in as_now for days in re.findall(r"已\*\*(\d+)天", kept.message.body)}

    assert read() == {"10"}
    of.clock.moment = AFTER
    with rows_written() as written:
        await of.parts.passes.judge_all()
        await of.parts.drafter.prepare(of.clock())
        of.clock.forward(timedelta(hours=1))
        await of.parts.drafter.prepare(of.clock())
    assert {table: rows for table, rows in written.items() if table in QUIET and rows} == {}
    assert read() == {"11"}


async def test_held_messages_follow_the_settings_of_a_start_after_a_midnight_without_a_service(store: Store) -> None:
    """Whose turn it was at midnight anyway is judged for the start as well: the way may be another one now."""
    of = await county(store, 2, silent=10, hold=True)
    roles = of.parts.settings.roles.model_copy(update={"liaison": ("duty",), "leader": ("duty",)})
    again = replace(of.parts, settings=of.parts.settings.model_copy(update={"roles": roles}))
    of.clock.moment = AFTER + timedelta(hours=8)
    bring = partial(
        align, sources=again.sources, rules_in_force=again.rules_in_force, has_channels=True, now=of.clock()
    )
    await store.write(bring)
    await again.passes.judge_all()
    await again.drafter.prepare(of.clock())
    with store.read() as tx:
        held = outbox.messages(tx, states=(MessageState.HELD,), limit=99)
    assert {kept.message.channel for kept in held} == {"duty"}


async def test_what_was_written_before_midnight_is_read_with_one_day_more_after_it(store: Store) -> None:
    of = await county(store, 2 * AGES)

    def read() -> dict[str | None, tuple[int | None, str]]:
        with store.read() as tx:
            found = cases.current_findings(tx, now=of.clock())
        return {finding.account: (finding.days, finding.because) for finding in found if finding.rule == LADDER}

    def words(more: int) -> dict[str | None, tuple[int | None, str]]:
        told: dict[str | None, tuple[int | None, str]] = {}
        for number in range(2 * AGES):
            days, moment = number % AGES + more, posted(number)
            silence = f"已{days}天未更新" if days else "当日有更新"
            told[f"A{number:02}"] = (days, f"最近一次更新为5月{moment.astimezone(BEFORE.tzinfo).day}日，{silence}。")
        return told

    assert read() == words(0)
    of.clock.moment = AFTER
    await of.parts.passes.judge_all()
    assert read() == words(1)
