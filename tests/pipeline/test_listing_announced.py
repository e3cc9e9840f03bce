"""What a message announces can happen: the list of those proposed is named only where the account can come onto it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from monitor.actions.actor import EVERYTHING, Actor, Origin
from monitor.actions.cases import DecideCommand, decide
from monitor.actions.perform import perform
from monitor.core.account import AccountStatus
from monitor.core.decision import Decision, Ruling
from monitor.core.subject import Subject
from monitor.store import Store, cases
from monitor.store.decisions import save_decisions
from tests.pipeline.build import NOW, Canned, Office, account, feed, office

FEED = "https://a.example/feed"
ME = Actor(name="王某", origin=Origin.PAGE, rights=EVERYTHING)
LISTED = "拟列"


async def silent(store: Store, days: int) -> Office:
    """Return an office with an account that has published nothing for so many days."""
    bodies = {FEED: feed(NOW - timedelta(days=days))}
    made = office(store, lambda clock: Canned(clock, bodies))  # type: ignore[arg-type]  # no reasons among them
    made.clock.moment = NOW
    await made.enrol([account(1, FEED)])
    await made.look()
    return made


def decided(ruling: Ruling, rule: str, at: datetime, until: date | None = None) -> Decision:
    return Decision(
        subject=Subject.of_account("A01"), rule=rule, episode="", ruling=ruling, by="王某", at=at, valid_until=until
    )


async def said(made: Office) -> str:
    await made.settle()
    assert made.mail.taken, "somebody is told of the silence"
    return "\n".join(f"{message.subject}\n{message.body}" for message in made.mail.taken)


@pytest.mark.parametrize("days", [15, 16, 18, 19, 21, 22, 28, 40])
async def test_an_account_that_can_be_listed_is_told_so(store: Store, days: int) -> None:
    assert LISTED in await said(await silent(store, days))


@pytest.mark.parametrize("days", [15, 16, 18, 19, 21, 22, 28, 40])
async def test_an_account_that_is_exempted_from_being_listed_is_not_threatened_with_it(store: Store, days: int) -> None:
    made = await silent(store, days)
    with store.begin() as tx:
        save_decisions(tx, [decided(Ruling.EXEMPTED, "UPD-03", NOW - timedelta(days=60))], known_at=NOW)
    text = await said(made)
    assert LISTED not in text
    assert "未更新" in text, "of the two weeks it is told all the same"


@pytest.mark.parametrize(("until", "is_listed"), [(1, True), (4, True), (5, False), (30, False)])
async def test_an_exemption_that_ends_before_the_day_spares_nobody_from_the_list(
    store: Store, until: int, *, is_listed: bool
) -> None:
    made = await silent(store, 16)  # the 21st day is five days ahead
    with store.begin() as tx:
        ends = (NOW + timedelta(days=until)).date()
        save_decisions(tx, [decided(Ruling.EXEMPTED, "UPD-03", NOW - timedelta(days=60), ends)], known_at=NOW)
    assert (LISTED in await said(made)) is is_listed


@pytest.mark.parametrize("rule", ["PLT-01", "TWN-01", "UPD-02", "WEAK-01"])
async def test_an_exemption_from_another_rule_changes_nothing(store: Store, rule: str) -> None:
    made = await silent(store, 22)
    with store.begin() as tx:
        save_decisions(tx, [decided(Ruling.EXEMPTED, rule, NOW - timedelta(days=60))], known_at=NOW)
    assert LISTED in await said(made)


@pytest.mark.parametrize("ruling", [Ruling.RETAINED, Ruling.CONSOLIDATED, Ruling.DEREGISTERED])
async def test_what_was_decided_about_the_gap_is_announced_no_more(store: Store, ruling: Ruling) -> None:
    made = await silent(store, 22)
    await made.parts.passes.judge_all()
    with store.read() as tx:
        number = cases.open_cases(tx, ["A01"])["A01", "UPD-03"].id
    titles: Mapping[str, str] = {}
    command = DecideCommand(case=number, ruling=ruling, titles=titles, note="研判", document="〔2026〕3号")
    perform(store, decide, command, actor=ME, now=NOW)
    assert LISTED not in await said(made)


async def test_an_account_that_is_being_closed_is_reminded_and_not_threatened(store: Store) -> None:
    made = await silent(store, 22)
    with store.begin() as tx:
        save_decisions(tx, [decided(Ruling.DEREGISTERED, "CLN-02", NOW - timedelta(days=3))], known_at=NOW)
    await made.enrol([replace(account(1, FEED), status=AccountStatus.DEREGISTERING)])
    assert LISTED not in await said(made)
