"""整改逾期: whether the office names an account in a bulletin settles the question, and not the trouble."""

from __future__ import annotations

import pytest

from monitor.core.calendar import beijing_date
from monitor.core.case import Closing
from monitor.core.record import NewRecord, RecordKind, Result
from monitor.core.rules import sup_02
from monitor.core.subject import SubjectKind
from monitor.store import Store, cases, records
from tests.pipeline.build import Office
from tests.pipeline.test_suspended_terms import DAY, judged, silent, urged


async def answer(of: Office, result: Result, *, days_ago: int = 0) -> None:
    """Have the office record whether the account is named."""
    at = of.clock()
    said = NewRecord(
        kind=RecordKind.LISTING,
        subject=SubjectKind.ACCOUNT,
        name="A01",
        on=beijing_date(at - days_ago * DAY),
        result=result,
    )
    await of.parts.store.write(lambda tx: records.save_records(tx, [said], known_at=at))
    await judged(of)


async def ends(of: Office) -> dict[str, Closing | None]:
    """Return how the latest case under each rule has ended."""
    return {case.rule: case.closing for case in reversed(await of.parts.store.query(cases.cases))}


@pytest.mark.parametrize("result", [Result.LISTED, Result.NOT_LISTED])
async def test_an_opinion_settles_the_question_and_leaves_the_trouble_open(store: Store, result: Result) -> None:
    of = await silent(store)
    await judged(of, 9)
    assert (await ends(of))[sup_02.ID] is None
    await answer(of, result)
    found = await ends(of)
    assert (found[sup_02.ID], found["UPD-01"]) == (Closing.DECIDED, None)
    assert f"已决定{result.label}" in await urged(of)


async def test_an_opinion_of_before_the_term_was_over_settles_nothing(store: Store) -> None:
    of = await silent(store)
    await judged(of, 9)
    await answer(of, Result.LISTED, days_ago=8)
    assert (await ends(of))[sup_02.ID] is None


async def test_what_is_late_after_an_opinion_is_asked_about_anew(store: Store) -> None:
    of = await silent(store)
    await judged(of, 5)
    await answer(of, Result.NOT_LISTED)
    assert (await ends(of))[sup_02.ID] is Closing.DECIDED
    await judged(of, 6)
    await judged(of, 10)  # the single gap of more than twenty days has a term of its own
    assert (await ends(of))[sup_02.ID] is None
