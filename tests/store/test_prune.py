"""What old age takes, and what it does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType

import pytest
import sqlalchemy as sa

from monitor.app.parts import pruner
from monitor.core.account import Role, UnitKey
from monitor.core.case import NOTHING, Close, Closing, Plan
from monitor.core.finding import Known
from monitor.core.message import Attempt, Outcome
from monitor.core.observation import Observation, Reason
from monitor.core.unit_proposal import ProposalAnswer, ProposalKind, UnitProposal
from monitor.pipeline.prune import NOTE
from monitor.store import Store, cases, facts, notes, outbox, proposals, tables
from tests.pipeline.build import settings
from tests.store.build import (
    DAY,
    HOUR,
    NOW,
    account,
    enrol,
    finding,
    judge,
    look,
    notice,
    open_with,
    post,
    record,
    step,
    tried,
)
from tests.store.build import shown as list_of

AGES = 3 * 365
KEPT = MappingProxyType({"evidence": 365, "observations": 730, "messages": 730})
LATER = NOW + AGES * DAY


async def prune(store: Store, at: datetime = LATER) -> Mapping[str, int]:
    """Delete what is old; everything is kept as long as the settings say that the project ships."""
    gone, is_done = await pruner(settings(), store, lambda: at).prune()
    assert is_done
    return gone


def live(store: Store, days: int = AGES, *, every: int = 30) -> None:
    """Have the account post every so many days, with a look at each post and a blind hour after it."""
    enrol(store, account(), at=NOW)
    seen = [post(NOW - HOUR)]
    for day in range(0, days, every):
        moment = NOW + day * DAY
        seen = [post(moment - HOUR), *seen][:5]
        record(store, look(moment, list_of(*seen)), look(moment + HOUR, Reason.UNREADABLE, raw=b"<html>"))


def count(store: Store, table: sa.Table) -> int:
    with store.read() as tx:
        return tx.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def judged_by(store: Store, moment: datetime) -> tuple[Known, ...]:
    with store.read() as tx:
        return facts.known(tx, ["A01"], now=moment)


def without_numbers(known: Sequence[Known]) -> list[object]:
    return [(entry.account, entry.posts, entry.observations, entry.is_polled) for entry in known]


async def test_nothing_young_goes(store: Store) -> None:
    live(store, 300)
    assert not any((await prune(store, NOW + 300 * DAY)).values())


async def test_what_is_old_goes_and_every_moment_since_is_judged_as_before(store: Store) -> None:
    live(store)
    moments = [LATER - days * DAY for days in range(0, KEPT["observations"], 31)]
    before = [without_numbers(judged_by(store, moment)) for moment in moments]
    gone = await prune(store)
    assert gone["发布记录"] > 3
    assert gone["核查记录"] > 10
    assert gone["原始页面"] > 20
    assert [without_numbers(judged_by(store, moment)) for moment in moments] == before
    assert not any((await prune(store)).values())
    with store.read() as tx:
        oldest = tx.scalar(sa.select(sa.func.min(tables.evidence.c.at)))
    assert oldest is not None
    assert LATER - oldest <= KEPT["evidence"] * DAY


async def test_the_last_that_a_silent_account_showed_stays(store: Store) -> None:
    enrol(store, account())
    record(store, look(NOW, list_of(post(NOW - DAY))), look(NOW + HOUR, Reason.TIMEOUT))
    before = judged_by(store, LATER)
    await prune(store)
    assert judged_by(store, LATER) == before
    assert before[0].newest is not None
    assert {type(observation) for observation in before[0].observations} == {Observation}


async def test_what_is_still_shown_is_not_forgotten(store: Store) -> None:
    enrol(store, account())
    ancient = [post(NOW - day * DAY) for day in range(1, 6)]
    record(store, look(NOW, list_of(*ancient)))
    record(store, look(LATER, list_of(post(LATER - DAY), *ancient)))
    assert (await prune(store))["发布记录"] == 0
    record(store, look(LATER + 2 * DAY, list_of(post(LATER), *ancient[:-1])))
    assert (await prune(store, LATER + 10 * DAY))["发布记录"] == 1
    assert count(store, tables.posts) == 6


async def test_an_open_case_keeps_everything_until_it_is_closed(store: Store) -> None:
    live(store)
    judge(store, open_with(step(), notice()))
    with store.begin() as tx:
        (opened,) = cases.cases(tx)
    tell(store)
    assert not any((await prune(store)).values())
    closed = Plan(close=Close(closing=Closing.UPDATED))
    judge(store, cases.Judgement(finding=finding(), case=opened, plan=closed), at=LATER)
    gone = await prune(store)
    assert gone["消息"] == 1
    assert gone["核查记录"] > 10
    assert (count(store, tables.notices), count(store, tables.attempts)) == (0, 0)
    assert (count(store, tables.cases), count(store, tables.steps)) == (1, 1)


def tell(store: Store) -> None:
    """Send the message about every waiting notice."""
    with store.begin() as tx:
        ids = tuple(notice.id for notice in outbox.waiting_notices(tx))
        draft = outbox.Draft(
            channel="mail", role=Role.LIAISON, person="13800000001", subject="提醒", body="正文", notices=ids
        )
        id_ = outbox.save_draft(tx, draft, at=NOW, not_before=NOW, held=False)
        tried(tx, id_, "正文", Attempt(outcome=Outcome.SENT, code="0"), at=NOW)


async def test_what_waits_to_be_said_stays_however_long(store: Store) -> None:
    enrol(store, account())
    (number,) = judge(store, open_with(step()))
    with store.begin() as tx:
        outbox.queue_notices(tx, [(number, notice())])
        draft = outbox.Draft(channel="mail", role=Role.LIAISON, person="1", subject="提醒", body="正文")
        outbox.save_draft(tx, draft, at=NOW, not_before=NOW, held=True)
    assert not any((await prune(store)).values())


async def test_what_a_finding_cites_stays(store: Store) -> None:
    live(store)
    with store.read() as tx:
        first, second = tx.scalars(sa.select(tables.evidence.c.observation).order_by(tables.evidence.c.id).limit(2))
        began = tx.scalars(sa.select(tables.observations.c.id).order_by(tables.observations.c.id).limit(1)).one()
    cited = finding(evidence=(f"observation:{first}", f"observation:{began}", "listing:3"))
    judge(store, cases.Judgement(finding=cited, plan=NOTHING))
    await prune(store)
    with store.read() as tx:
        left = set(tx.scalars(sa.select(tables.observations.c.id)))
        bytes_of = set(tx.scalars(sa.select(tables.evidence.c.observation)))
    assert {first, began} <= left
    assert second not in left
    assert first in bytes_of


async def test_what_a_unit_asked_for_goes_once_it_was_answered_long_ago(store: Store) -> None:
    enrol(store, account())
    asked = UnitProposal(
        kind=ProposalKind.CONTACT,
        unit=UnitKey("示例县", "示例县教育局"),
        accounts=("A01",),
        from_on=date(2026, 5, 1),
        role=Role.LIAISON,
        name="联络员乙",
        phone="13800000002",
        by="联络员甲",
        at=NOW,
    )
    with store.begin() as tx:
        waits, answered = proposals.keep(tx, asked), proposals.keep(tx, asked)
        proposals.answer(tx, answered, ProposalAnswer.DECLINED, by="县府办", why="已登记", at=NOW)
    assert not any((await prune(store, NOW + 729 * DAY)).values())
    assert (await prune(store, NOW + 731 * DAY))["单位提出的变更"] == 1
    with store.read() as tx:
        assert [kept.id for kept in proposals.waiting(tx)] == [waits]
        assert proposals.proposal(tx, answered) is None


async def test_a_day_s_round_comes_once_and_ends_where_it_must(store: Store) -> None:
    live(store)
    clock = Counter(turn=0)
    daily = pruner(settings(), store, lambda: LATER + clock["turn"] * timedelta(hours=1))
    _, is_done = await daily.prune(1)
    assert not is_done
    await daily.prune_daily()
    with store.read() as tx:
        assert notes.get_note(tx, NOTE) == "2029-05-05"
    before = count(store, tables.posts)
    clock["turn"] = 1
    await daily.prune_daily()
    assert count(store, tables.posts) == before


@pytest.mark.slow
async def test_a_database_full_of_old_things_becomes_small(store: Store) -> None:
    enrol(store, account())
    with store.begin() as tx:
        for number in range(1200):
            draft = outbox.Draft(
                channel="mail", role=Role.LIAISON, person=f"{number}", subject="提醒", body="正文" * 500
            )
            id_ = outbox.save_draft(tx, draft, at=NOW, not_before=NOW, held=False)
            tried(tx, id_, "正文", Attempt(outcome=Outcome.SENT, code="0"), at=NOW)
    before = pages(store)
    assert (await prune(store))["消息"] == 1200
    assert count(store, tables.messages) == 0
    assert pages(store) < before / 2 or not before


def pages(store: Store) -> int:
    """Return how large the file is; nothing for a server's."""
    if store.url.get_backend_name() != "sqlite":
        return 0
    with store.begin() as tx:
        return int(tx.exec_driver_sql("PRAGMA page_count").scalar_one())
