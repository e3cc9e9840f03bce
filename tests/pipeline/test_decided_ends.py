"""What was decided that an account comes to is not asked of the joint review again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.core.account import Platform, UnitLevel
from monitor.core.calendar import beijing_date
from monitor.core.case import Closing
from monitor.core.decision import Decision, Ruling
from monitor.core.record import NewRecord, RecordKind, Result
from monitor.core.subject import Subject, SubjectKind
from monitor.store import Store, cases, decisions, records
from monitor.store.case_lists import CaseFilter, Wait, by_rule
from monitor.store.cases import neighbours
from tests.pipeline.build import Office, account
from tests.pipeline.test_evaluate_areas import living
from tests.store.build import standing

TOWN = account(1, "https://a.example/1", platform=Platform.SOHU, level=UnitLevel.TOWNSHIP)
DAY = timedelta(days=1)


async def decided(of: Office, ruling: Ruling, rule: str = "TWN-01") -> None:
    """Have a decision made about the account a day later, and the account judged."""
    of.clock.forward(DAY)
    made = Decision(subject=Subject.of_account("A01"), rule=rule, episode="", ruling=ruling, by="县府办", at=of.clock())
    await of.parts.store.write(lambda tx: decisions.save_decisions(tx, [made], known_at=of.clock()))
    await of.parts.passes.judge_all()


async def marked(of: Office, result: Result) -> None:
    """Have a step of 注销进度 recorded a day later, and the account judged."""
    of.clock.forward(DAY)
    on = beijing_date(of.clock())
    made = NewRecord(
        kind=RecordKind.DEREGISTRATION, subject=SubjectKind.ACCOUNT, name="A01", area="示例县", on=on, result=result
    )
    await of.parts.store.write(lambda tx: records.save_records(tx, [made], known_at=of.clock()))
    await of.parts.passes.judge_all()


async def asked(of: Office) -> set[str]:
    """Return the rules under which the review is asked."""
    return set(await of.parts.store.query(lambda tx: by_rule(tx, CaseFilter(wait=Wait.REVIEW)))) & {"TWN-01", "PLT-01"}


async def said(of: Office, rule: str) -> str:
    """Return a rule's sentence about the account."""
    found = await of.parts.store.query(standing)
    return next(one.because for one in found if one.rule == rule and one.account == "A01")


async def test_a_decision_to_deregister_answers_every_rule_that_asks_the_same_until_it_is_revoked(
    store: Store,
) -> None:
    of = await living(store, TOWN)
    assert await asked(of) == {"TWN-01", "PLT-01"}
    await decided(of, Ruling.DEREGISTERED)
    assert await asked(of) == set()
    on = beijing_date(of.clock())
    assert (await said(of, "TWN-01")).count("已决定注销") == 1
    assert (await said(of, "PLT-01")).endswith(f"{on.month}月{on.day}日已决定注销（县府办）。")
    for _ in range(20):  # nor is anybody named the task again
        of.clock.forward(DAY)
        await of.parts.store.write(lambda tx: cases.judge_soon(tx, of.clock()))
        await of.parts.passes.judge_all()
    assert await asked(of) == set()
    await decided(of, Ruling.REVOKED)
    assert await asked(of) == {"TWN-01", "PLT-01"}


async def test_a_decision_to_merge_leaves_open_whether_the_account_ends_and_says_so(store: Store) -> None:
    of = await living(store, TOWN)
    await decided(of, Ruling.CONSOLIDATED, "CLN-01")
    assert await asked(of) == {"TWN-01", "PLT-01"}
    assert (await said(of, "TWN-01")).endswith("已决定清理整合（县府办），仍待研判是否注销。")


async def test_a_decision_that_only_the_progress_names_counts_until_it_is_called_off(store: Store) -> None:
    of = await living(store, TOWN)
    await marked(of, Result.DECIDED_TO_END)
    assert await asked(of) == set()
    assert (await said(of, "TWN-01")).endswith("日已决定注销。")
    await marked(of, Result.CALLED_OFF)
    assert await asked(of) == {"TWN-01", "PLT-01"}


@pytest.mark.parametrize(
    ("ruling", "closing"), [(Ruling.EXEMPTED, Closing.EXEMPTED), (Ruling.RETAINED, Closing.RETAINED)]
)
async def test_a_spared_case_says_by_what_it_ended_and_leads_to_the_one_after_its_revocation(
    store: Store, ruling: Ruling, closing: Closing
) -> None:
    of = await living(store, replace(TOWN, platform=Platform.WEIBO))
    await decided(of, ruling)
    (old,) = [case for case in await store.query(cases.cases) if case.rule == "TWN-01"]
    assert old.closing is closing
    await decided(of, Ruling.REVOKED)
    before, after = await store.query(lambda tx: neighbours(tx, old))
    assert before is None
    assert after is not None
    assert after.closed_at is None
    assert (await store.query(lambda tx: neighbours(tx, after)))[0] == old
