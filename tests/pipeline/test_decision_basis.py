"""Decisions whose grounds change afterwards are flagged, told of once, and not undone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from monitor.core.bulletin import Problem
from monitor.core.calendar import start_of_day
from monitor.core.decision import Decision, Ruling
from monitor.core.observation import Covers, Post, Standing, Timeline
from monitor.core.paper import NewEntry, Paper, PaperKind
from monitor.core.record import NewRecord, RecordKind
from monitor.core.reference import Reference
from monitor.core.subject import Subject, SubjectKind
from monitor.store import Store, cases, decisions, looks, papers, records
from tests.pipeline.build import NOW, Canned, Office, account, feed, office

DAY = timedelta(days=1)
URL = "https://a.example/1"
DECIDED = date(2026, 5, 10)


def bulletin(number: int, *listed: str, on: str = "2026-05-01") -> Paper:
    entries = tuple(NewEntry(written=Reference(account=text), account=text, problem=Problem.STALE) for text in listed)
    return Paper(
        kind=PaperKind.ROUND,
        title="省平台月报",
        number=number,
        on=date.fromisoformat(on),
        covers_all=True,
        entries=entries,
    )


def decided(rule: str, ruling: Ruling, on: date = DECIDED) -> Decision:
    return Decision(
        subject=Subject.of_account("A01"), rule=rule, episode="", ruling=ruling, by="县府办", at=start_of_day(on)
    )


async def learn(of: Office, *given: Paper) -> None:
    """Import rounds, and judge what follows."""
    of.clock.forward(timedelta(minutes=5))
    now = of.clock()
    await of.parts.store.write(lambda tx: papers.save_papers(tx, given, file="通报.xlsx", known_at=now))
    await of.parts.passes.judge_all()


async def decide(of: Office, *given: Decision) -> None:
    of.clock.forward(timedelta(minutes=5))
    now = of.clock()
    await of.parts.store.write(lambda tx: decisions.save_decisions(tx, given, known_at=now))
    await of.parts.passes.judge_all()


async def flagged(of: Office) -> Iterable[tuple[str, str | None]]:
    """Return the rules of the decisions whose grounds have changed, and how."""
    found = await of.parts.store.query(decisions.changed_bases)
    return [(decision.rule, decision.basis_changed) for decision in found]


async def listed_twice(store: Store, ruling: Ruling = Ruling.CONSOLIDATED) -> Office:
    """Return an office that decided on an account which two rounds in a row had listed."""
    of = office(store, lambda clock: Canned(clock, {}), surveyed=True)
    await of.enrol([account(1, URL), account(2, URL)])
    await learn(of, bulletin(1, "A01", on="2026-04-01"), bulletin(2, "A01"))
    await decide(of, decided("UPD-02", ruling))
    return of


@pytest.mark.parametrize("ruling", [Ruling.CONSOLIDATED, Ruling.EXEMPTED])
async def test_a_decision_on_a_listing_that_is_withdrawn_is_flagged_and_stands(store: Store, ruling: Ruling) -> None:
    of = await listed_twice(store, ruling)
    assert await flagged(of) == []
    await learn(of, bulletin(2))
    [(rule, how)] = await flagged(of)
    assert rule == "UPD-02"
    assert how is not None
    assert how.startswith("作出决定时：在“省平台月报”第1期、第2期连续2次被通报2周未更新。按现在所知：")
    made = await store.query(lambda tx: decisions.decisions_of(tx, ["A01"], of.clock()))
    assert [decision.ruling for decision in made["A01"]] == [ruling]


async def test_a_correction_that_is_taken_back_takes_the_flag_away(store: Store) -> None:
    of = await listed_twice(store)
    await learn(of, bulletin(2))
    await learn(of, bulletin(2, "A01"))
    assert await flagged(of) == []


@pytest.mark.parametrize(
    "paper",
    [
        bulletin(2, "A01", "A02"),  # amended, but not about this account
        bulletin(3, on="2026-05-15"),  # issued after the decision
    ],
)
async def test_what_does_not_change_the_finding_then_flags_nothing(store: Store, paper: Paper) -> None:
    of = await listed_twice(store)
    await learn(of, paper)
    assert await flagged(of) == []


async def test_a_decision_that_another_has_followed_is_left_alone(store: Store) -> None:
    of = await listed_twice(store)
    await decide(of, decided("UPD-02", Ruling.RETAINED, DECIDED + DAY))
    await learn(of, bulletin(1, on="2026-04-01"))
    assert await flagged(of) == []  # of the later one, which was made when the first had settled the matter


async def test_a_decision_on_a_gap_is_flagged_when_a_post_turns_up_in_it(store: Store) -> None:
    of = office(store, lambda clock: Canned(clock, {URL: feed(NOW - 25 * DAY)}), surveyed=True)
    await of.enrol([account(1, URL)])
    await of.look()
    await of.parts.passes.judge_all()
    (case,) = [case for case in await store.query(cases.cases) if case.rule == "UPD-03"]
    now = of.clock()
    await store.write(
        lambda tx: decisions.decide(tx, case, case.episode, Ruling.DEREGISTERED, by="操作员甲", at=now, note="")
    )
    of.clock.forward(DAY)
    await of.parts.passes.judge_all()
    assert await flagged(of) == []
    found = Post(published_at=NOW - 5 * DAY, title="漏看的一条", url="https://a.example/late")
    shown = Timeline(posts=(found,), covers=Covers.SOME, standing=Standing.ACTIVE)
    late = of.clock()
    await store.write(lambda tx: looks.hand_look(tx, account(1, URL), shown, at=late, known_at=late))
    of.clock.forward(DAY)
    await of.parts.passes.judge_all()
    [(rule, how)] = await flagged(of)
    assert rule == "UPD-03"
    assert how is not None
    assert "超过20天" in how


async def test_the_digest_tells_of_changed_grounds_once(store: Store) -> None:
    of = await listed_twice(store)
    await learn(of, bulletin(2))
    for _ in range(3):
        await of.parts.passes.write_digest()
        await of.settle()
        of.clock.forward(DAY)
        await of.parts.passes.judge_all()
    told = [message.body for message in of.duty.taken if "决定依据有变化" in message.body]
    assert len(told) == 1
    assert "5月10日县府办决定清理整合。作出决定时：" in told[0]


async def test_what_was_decided_is_found_as_it_was_known_at_any_moment(store: Store) -> None:
    of = await listed_twice(store)
    before = of.clock()
    await learn(of, bulletin(2))
    made = await store.query(lambda tx: decisions.decisions_of(tx, ["A01"], before))
    assert [decision.basis_changed for decision in made["A01"]] == [None]
    now = await store.query(lambda tx: decisions.decisions_of(tx, ["A01"], of.clock()))
    assert replace(now["A01"][0], basis_changed=None, basis_changed_at=None) == made["A01"][0]
    assert now["A01"][0].basis_changed is not None


@pytest.mark.parametrize("is_corrected", [True, False])
async def test_a_decision_on_a_unit_is_flagged_when_its_institutions_turn_up(
    store: Store, *, is_corrected: bool
) -> None:
    of = office(store, lambda clock: Canned(clock, {}), surveyed=True)
    await of.enrol([account(1, URL)])
    await of.parts.passes.judge_all()
    made = Decision(
        subject=Subject.of_unit("示例县", "示例县教育局"),
        rule="SYS-01",
        episode="",
        ruling=Ruling.EXEMPTED,
        by="县府办",
        at=start_of_day(DECIDED),
    )
    await decide(of, made)
    assert await flagged(of) == []
    of.clock.forward(timedelta(minutes=5))
    there = ("信息发布审核制度", "安全管理制度", "应急预案", "考核评价办法")
    on = DECIDED - DAY if is_corrected else DECIDED + DAY
    found = [
        NewRecord(kind=RecordKind.INSTITUTION, subject=SubjectKind.AREA, name="示例县", on=on, text=text)
        for text in there
    ]
    now = of.clock()
    await store.write(lambda tx: records.save_records(tx, found, known_at=now))
    await of.parts.passes.judge_all()
    assert [rule for rule, _ in await flagged(of)] == (["SYS-01"] if is_corrected else [])
    await of.parts.passes.write_digest()
    await of.settle()
    told = "5月10日县府办决定豁免。作出决定时：" in of.duty.taken[-1].body
    assert told is is_corrected
