"""Areas with days of their own: what is judged, planned and sent there goes by their calendar."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from monitor.core.account import Contact, Role
from monitor.core.case import StepKind
from monitor.settings.days import CalendarFile, Corrections
from monitor.settings.kinds import Days
from monitor.store import Store, cases
from tests.core.build import beijing_time
from tests.pipeline.build import Canned, Office, account, feed, office, settings

HERE, THERE = "https://a.example/1", "https://b.example/1"
FESTIVAL = date(2026, 5, 20)
DAY = timedelta(days=1)


def two_areas(store: Store, posted: datetime) -> Office:
    """Return an office with a working week whose area 邻县 has 20 May off and works on Saturday instead."""
    own = Corrections(holidays={Days(first=FESTIVAL, last=FESTIVAL): "开城节"}, workdays=(date(2026, 5, 23),))
    week = settings().hours.model_copy(update={"every_day": False, "windows": ((time(8), time(18)),)})
    chosen = settings(hours=week, calendar=CalendarFile(areas={"邻县": own}))
    bodies = {HERE: feed(posted), THERE: feed(posted)}
    made = office(store, lambda clock: Canned(clock, dict(bodies)), chosen)
    made.clock.moment = beijing_time("2026-05-20 09:00")
    return made


async def enrol(of: Office) -> None:
    people = tuple(
        Contact(role=role, name=f"邻县{role.label}", mail=f"{role.value}@b.invalid")
        for role in (Role.LIAISON, Role.LEADER)
    )
    await of.enrol([account(1, HERE), account(2, THERE, area="邻县", unit="邻县教育局", contacts=people)])


async def test_a_step_is_taken_on_the_working_days_of_the_account_s_area(store: Store) -> None:
    of = two_areas(store, beijing_time("2026-05-08 08:00"))  # day 12 on Wednesday, day 10 on Monday
    await enrol(of)
    await of.look()
    await of.settle()
    assert await steps(of) == {"A01": [StepKind.WARN]}
    assert {"示例1" in message.body for message in of.mail.taken} == {True}
    of.clock.forward(DAY)
    await of.look()
    await of.settle()
    assert await steps(of) == {"A01": [StepKind.WARN], "A02": [StepKind.WARN]}
    assert ["示例2" in message.body for message in of.mail.taken[2:]] == [True, True]


async def test_a_make_up_saturday_of_one_area_opens_its_people_s_letters_alone(store: Store) -> None:
    of = two_areas(store, beijing_time("2026-05-08 08:00"))
    await enrol(of)
    of.clock.moment = beijing_time("2026-05-22 17:30")  # Friday, day 14, after work
    await of.look()
    await of.parts.passes.judge_all()
    of.clock.moment = beijing_time("2026-05-22 19:00")
    await of.settle()
    assert of.mail.taken == []
    of.clock.moment = beijing_time("2026-05-23 09:00")
    await of.look()
    await of.settle()
    assert of.mail.taken
    assert all("示例2" in message.body and "示例1" not in message.body for message in of.mail.taken)
    of.clock.moment = beijing_time("2026-05-25 09:00")
    await of.look()
    await of.settle()
    assert any("示例1" in message.body for message in of.mail.taken)


async def test_the_deadline_in_a_message_names_the_area_s_own_days_off(store: Store) -> None:
    of = two_areas(store, beijing_time("2026-05-06 08:00"))
    of.clock.moment = beijing_time("2026-05-18 09:00")  # day 12; the deadline is the festival
    await enrol(of)
    await of.look()
    await of.settle()
    here, there = ([message.body for message in of.mail.taken if name in message.body] for name in ("示例1", "示例2"))
    assert here
    assert there
    assert not any("开城节" in body for body in here)
    assert all("开城节" in body for body in there)


async def steps(of: Office) -> dict[str, list[StepKind]]:
    found = await of.parts.store.query(cases.cases)
    return {case.account or "": [step.kind for step in case.steps] for case in found if case.rule == "UPD-01"}
