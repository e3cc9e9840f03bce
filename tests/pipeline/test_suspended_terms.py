"""The term in which a unit settles a trouble, after an exemption that was taken back or has run out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from monitor.core.account import Platform
from monitor.core.calendar import beijing_date
from monitor.core.decision import Decision, Ruling
from monitor.core.observation import Reason
from monitor.core.register import Trouble
from monitor.core.rules import sup_02
from monitor.core.subject import Subject
from monitor.store import Store, decisions
from monitor.store.registers import register
from tests.pipeline.build import Canned, Office, account, feed, office
from tests.store.build import standing

DAY = timedelta(days=1)
URL = "https://a.example/1"


async def silent(store: Store) -> Office:
    """Return an office with an account that has been silent for 16 days and is judged late on the day after."""
    bodies: dict[str, bytes | Reason] = {URL: b""}
    of = office(store, lambda clock: Canned(clock, bodies), surveyed=True)
    bodies[URL] = feed(of.clock() - 16 * DAY)
    await of.enrol([account(1, URL)])
    await judged(of)
    return of


async def judged(of: Office, days: int = 0) -> None:
    """Look and judge after so many days, or at once."""
    of.clock.forward(days * DAY or timedelta(minutes=1))
    await of.look()
    await of.parts.passes.judge_all()


async def decide(of: Office, ruling: Ruling, rule: str = "UPD-01", until: date | None = None) -> None:
    """Have the office decide about the account, and have it judged at once."""
    of.clock.forward(timedelta(minutes=1))
    at = of.clock()
    made = Decision(
        subject=Subject.of_account("A01"),
        rule=rule,
        episode="",
        ruling=ruling,
        by="县府办",
        at=at,
        note="停刊",
        valid_until=until,
    )
    await of.parts.store.write(lambda tx: decisions.save_decisions(tx, [made], known_at=at))
    await judged(of)


async def trouble(of: Office, rule: str = "UPD-01") -> Trouble:
    """Return what the account's unit has to settle under a rule."""
    now = of.clock()
    found = await of.parts.store.query(lambda tx: register(tx, "示例县", now=now).troubles)
    (one,) = [each for each in found if each.rule == rule]
    return one


async def urged(of: Office) -> str:
    """Return what is said of the two weeks being late; empty for nothing."""
    found = await of.parts.store.query(standing)
    said = [part for each in found if each.rule == sup_02.ID for part in each.because.split("；")]
    return next((part.removesuffix("。") for part in said if "2周未更新" in part), "")


async def test_a_term_that_was_over_before_an_exemption_is_over_when_it_is_revoked(store: Store) -> None:
    of = await silent(store)
    await judged(of, 9)
    assert "未整改" in (before := await urged(of))
    began = await trouble(of)
    await decide(of, Ruling.EXEMPTED)
    assert not await urged(of)
    await decide(of, Ruling.REVOKED)
    again = await trouble(of)
    assert again.case != began.case
    assert (again.since, again.paused[0].since) == (began.since, again.paused[0].until)
    assert await urged(of) == before


async def test_the_days_of_an_exemption_are_no_delay_of_the_unit(store: Store) -> None:
    of = await silent(store)
    await judged(of, 9)
    book = of.parts.rules_in_force.book(of.clock(), "示例县")
    before = sup_02.term_ends(await trouble(of), book)
    exempted = beijing_date(of.clock())
    await decide(of, Ruling.EXEMPTED)
    await judged(of, 14)
    revoked = beijing_date(of.clock())
    await decide(of, Ruling.REVOKED)
    after = sup_02.term_ends(await trouble(of), book)
    spared = book.calendar.workdays_between(exempted - DAY, revoked - DAY)
    assert spared > 0
    assert book.calendar.workdays_between(before, after) == spared
    assert book.calendar.days_late(after, revoked) == book.calendar.days_late(before, exempted)


async def test_an_exemption_that_has_run_out_leaves_the_rest_of_the_term(store: Store) -> None:
    of = await silent(store)
    began = (await trouble(of)).since
    await decide(of, Ruling.EXEMPTED, until=beijing_date(of.clock()) + 6 * DAY)
    await judged(of, 10)
    assert (await trouble(of)).since == began
    assert len((await trouble(of)).paused) == 1


async def test_two_exemptions_of_one_trouble_both_suspend_its_term(store: Store) -> None:
    of = await silent(store)
    began = (await trouble(of)).since
    for _ in range(2):
        await judged(of, 7)
        await decide(of, Ruling.EXEMPTED)
        await judged(of, 7)
        await decide(of, Ruling.REVOKED)
    found = await trouble(of)
    assert (found.since, len(found.paused)) == (began, 2)


async def test_another_gap_after_an_exemption_has_a_term_of_its_own(store: Store) -> None:
    bodies: dict[str, bytes | Reason] = {URL: b""}
    of = office(store, lambda clock: Canned(clock, bodies), surveyed=True)
    first = of.clock() - 16 * DAY
    bodies[URL] = feed(first)
    await of.enrol([account(1, URL)])
    await judged(of, 2)
    await decide(of, Ruling.EXEMPTED)
    await judged(of, 7)
    bodies[URL] = feed(first, of.clock())
    await judged(of, 20)
    began = beijing_date(of.clock())
    await decide(of, Ruling.REVOKED)
    found = await trouble(of)
    assert not found.paused
    assert found.since >= began


async def test_what_was_put_right_and_came_back_has_a_term_of_its_own(store: Store) -> None:
    niche = account(1, URL, platform=Platform.SOHU)
    of = office(store, lambda clock: Canned(clock, {}), surveyed=True)
    await of.enrol([niche])
    await judged(of, 3)
    await decide(of, Ruling.EXEMPTED, "PLT-01")
    await of.enrol([replace(niche, platform=Platform.WEIBO)])
    await judged(of, 3)
    await of.enrol([niche])
    await decide(of, Ruling.REVOKED, "PLT-01")
    found = await trouble(of, "PLT-01")
    assert not found.paused
    assert found.since == beijing_date(of.clock())


async def test_a_stay_that_was_taken_back_suspends_the_term_as_an_exemption_does(store: Store) -> None:
    niche = account(1, URL, platform=Platform.SOHU)
    of = office(store, lambda clock: Canned(clock, {}), surveyed=True)
    await of.enrol([niche])
    await judged(of, 3)
    began = (await trouble(of, "PLT-01")).since
    await decide(of, Ruling.RETAINED, "PLT-01")
    await judged(of, 7)
    await decide(of, Ruling.REVOKED, "PLT-01")
    found = await trouble(of, "PLT-01")
    assert (found.since, len(found.paused)) == (began, 1)
