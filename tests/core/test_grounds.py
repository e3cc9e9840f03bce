"""When a decision rests on what has turned out otherwise."""

from __future__ import annotations

import pytest

from monitor.core.decision import Ruling
from monitor.core.finding import State
from monitor.core.grounds import Grounds, before
from tests.core.area import ruled
from tests.core.build import finding

DECISION = ruled(Ruling.CONSOLIDATED, "2026-05-10", "UPD-02")


@pytest.mark.parametrize(
    ("then", "now", "changed"),
    [
        (finding(State.VIOLATED), finding(State.VIOLATED), False),
        (finding(State.VIOLATED), finding(State.OK), True),
        (finding(State.VIOLATED), finding(State.NOT_APPLICABLE), True),
        (finding(State.VIOLATED), finding(State.WARNING), True),
        (finding(State.VIOLATED), finding(State.VIOLATED, episode="2026-05-03"), True),  # another gap
        (finding(State.VIOLATED), finding(State.UNKNOWN), False),  # not being able to tell is no change
        (finding(State.UNKNOWN), finding(State.OK), False),
        (finding(State.OK), finding(State.VIOLATED), False),  # nothing was decided on
    ],
)
def test_grounds_change_with_the_trouble_that_was_decided_on_and_not_with_what_is_unknown(
    then: object, now: object, *, changed: bool
) -> None:
    assert Grounds(decision=DECISION, then=then, now=now).have_changed is changed  # type: ignore[arg-type]


def test_what_a_decision_rests_on_is_judged_as_if_it_had_not_been_made() -> None:
    earlier = ruled(Ruling.RETAINED, "2026-05-09", "UPD-02")
    elsewhere = ruled(Ruling.RETAINED, "2026-05-11", "UPD-03")
    assert before(DECISION, (earlier, DECISION, elsewhere)) == (earlier, elsewhere)
