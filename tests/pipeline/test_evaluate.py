from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

import pytest
import sqlalchemy as sa

from monitor.core.finding import Finding, Known, RuleBook
from monitor.pipeline.evaluate import AGAIN, BATCH, AccountEvaluator
from monitor.pipeline.faults import Faults
from monitor.store import Store, StoreError
from monitor.store.tables import accounts
from tests.pipeline.build import Canned, Office, account, office
from tests.store.build import standing


def failing(
    judge: AccountEvaluator, is_hit: Callable[[str], bool], fail: Callable[[Finding], Finding]
) -> AccountEvaluator:
    """Return a judge whose first rule fails for the accounts that are hit."""
    first, *others = judge.rules_in_force.rules

    def say(known: Known, book: RuleBook, now: datetime) -> Finding:
        finding = first.judge(known, book, now)
        return fail(finding) if is_hit(known.account.id) else finding

    return replace(judge, rules_in_force=replace(judge.rules_in_force, rules=(replace(first, judge=say), *others)))


def crash(finding: Finding) -> Finding:
    raise RuntimeError(finding.rule)


def unwritable(finding: Finding) -> Finding:
    return replace(finding, because=cast("Any", object()))


def judged(store: Store) -> set[str | None]:
    with store.read() as tx:
        return {finding.account for finding in standing(tx)}


async def enrolled(store: Store, count: int) -> Office:
    canned = office(store, lambda clock: Canned(clock, {}))
    await canned.enrol([account(number, f"https://a.example/{number}") for number in range(1, count + 1)])
    return canned


async def test_a_bug_met_in_a_whole_batch_keeps_nobody_elses_turn_from_coming(store: Store) -> None:
    canned = await enrolled(store, BATCH + 5)
    judge = failing(canned.parts.passes.judge, lambda id_: id_ not in {"A01", "A77"}, crash)
    await replace(canned.parts.passes, judge=judge).judge_all()
    assert judged(store) == {"A01", "A77"}


async def test_what_cannot_be_written_costs_its_own_account_only(store: Store) -> None:
    canned = await enrolled(store, 3)
    judge = failing(canned.parts.passes.judge, lambda id_: id_ == "A02", unwritable)
    assert await replace(canned.parts.passes, judge=judge).judge_accounts() == 3
    assert judged(store) == {"A01", "A03"}


async def test_an_account_that_met_a_bug_is_judged_again_soon(store: Store) -> None:
    canned = await enrolled(store, 1)
    judge = failing(canned.parts.passes.judge, lambda _: True, crash)
    assert await replace(canned.parts.passes, judge=judge).judge_accounts() == 1
    assert await replace(canned.parts.passes, judge=judge).judge_accounts() == 0
    canned.clock.forward(AGAIN)
    assert await canned.parts.passes.judge_accounts() == 1
    assert judged(store) == {"A01"}


@pytest.mark.file  # on a server a drill fills the disk
async def test_a_disk_that_is_full_while_judging_is_no_bug_and_leaves_everybodys_turn_as_it_was(store: Store) -> None:
    canned = await enrolled(store, 3)
    judge = canned.parts.passes.judge
    bugs: list[str] = []
    full = replace(
        failing(judge, lambda _: True, lambda finding: replace(finding, because="长" * 5_000_000)),
        faults=Faults(bugs.append),
    )
    with store.read() as tx:
        before = tx.execute(sa.select(accounts.c.id, accounts.c.evaluate_at)).all()
    sa.event.listen(store._writer, "begin", lambda tx: tx.exec_driver_sql("PRAGMA max_page_count = 1"))
    with pytest.raises(StoreError, match="磁盘已满"):
        await replace(canned.parts.passes, judge=full).judge_accounts()
    assert not bugs
    with store.read() as tx:
        assert tx.execute(sa.select(accounts.c.id, accounts.c.evaluate_at)).all() == before
