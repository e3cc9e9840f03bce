"""A quarter of the sample county in seconds, told line by line in a file that a person can read.

`XUNCHA_WRITE_GOLDEN=1 make test` writes the file anew; the difference is then read before it is kept.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path

import pytest

from monitor.app.choices import load_settings
from monitor.app.parts import Parts
from monitor.core.calendar import at_beijing, beijing, beijing_date
from monitor.core.case import RUNGS, Case, StepKind
from monitor.core.channel import Channel
from monitor.core.wording import day_with_week
from monitor.sample import replay
from monitor.sample.county import county
from monitor.sample.units import GROUPS
from monitor.settings import Settings
from monitor.store import Store, cases, open_store, outbox
from tests.core.build import beijing_time
from tests.databases import migrated

NOW = beijing_time("2026-05-20 10:00")
GOLDEN = Path(__file__).parents[1] / "golden" / "quarter.txt"
CONFIG = Path(__file__).parents[2] / "config"
MAIL, DUTY = "示例邮箱", "值班群"


def office() -> Settings:
    """Return an office with real hours and a real calendar."""
    shipped = load_settings(CONFIG, None)
    office = shipped.office.model_copy(
        update={"name": "示例县人民政府办公室", "phone": "0578-0000000", "sender": "示例县政务新媒体监测"}
    )
    roles = shipped.roles.model_copy(update={"liaison": ("group", MAIL), "leader": (MAIL,), "operator": (DUTY,)})
    return shipped.model_copy(update={"office": office, "roles": roles, "hold": False})


async def lived(store: Store) -> Parts:
    """Return the parts of an office that has lived through the quarter."""
    settings = office()
    end = at_beijing(beijing_date(NOW), time(16))
    moments = tuple(replay.ticks(end - replay.QUARTER, end))
    clock = replay.VirtualClock(moments[0])
    told = county(NOW)
    channels: dict[str, Channel] = {
        name: replay.Noting(name=name, clock=clock, is_group=name != MAIL) for name in (MAIL, DUTY, *GROUPS.values())
    }
    parts = Parts(settings=settings, store=store, clock=clock, door=replay.CannedDoor(told, clock), channels=channels)
    with store.begin() as tx:
        parts.save_roster(tx, told.accounts, effective_at=clock.moment, known_at=clock.moment)
    await replay.replay(parts.works, told, clock, moments)
    return parts


def story(store: Store) -> Iterator[str]:
    """Yield every message and every case of a database, as lines."""
    with store.read() as tx:
        kept = sorted(outbox.messages(tx, limit=10_000), key=lambda one: (one.finished_at or NOW, one.message.subject))
        every = sorted(cases.cases(tx, limit=10_000), key=lambda one: (one.account, one.rule, one.opened_at))
    yield "一、谁在什么时候被告知什么"
    for one in kept:
        who = one.message.address or one.message.channel
        sent = one.finished_at or one.created_at
        yield ""
        yield f"{moment(sent)}  {one.role.label}（{who}）  {one.state.label}"
        yield f"  {one.message.subject}"
        yield from (f"    {line}" for line in one.message.body.splitlines() if line and not line.startswith(("#", ">")))
    yield ""
    yield "二、每个案件的经过和原因"
    for case in every:
        yield ""
        yield from case_story(case)


def case_story(case: Case) -> Iterator[str]:
    """Yield what happened in a case, and why."""
    yield f"{case.account}  {case.rule}  {moment(case.opened_at)}立案"
    for step in case.steps:
        rung = f"（第{step.number}天）" if step.kind in RUNGS else ""
        yield f"  {moment(step.at)}  {step.kind.label}{rung}：{step.because}"
    if case.closed_at and case.closing:
        yield f"  {moment(case.closed_at)}  结案：{case.closing.label}"


def moment(when: datetime) -> str:
    """Return a moment as the file writes it."""
    local = beijing(when)
    return f"{day_with_week(local.date())}{local:%H:%M}"


@pytest.fixture(scope="module")
def quarter(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Parts]:
    """Return the story of the quarter, and the office that lived through it."""
    with open_store(migrated(tmp_path_factory.mktemp("quarter") / "quarter.db")) as store:
        parts = asyncio.run(lived(store))
        return "\n".join(story(store)) + "\n", parts


def test_a_quarter_of_the_county_is_told_line_by_line(quarter: tuple[str, Parts]) -> None:
    text, _ = quarter
    if os.environ.get("XUNCHA_WRITE_GOLDEN"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_no_message_leaves_at_night_on_a_weekend_or_on_a_holiday(quarter: tuple[str, Parts]) -> None:
    _, parts = quarter
    channels = [channel for channel in parts.channels.values() if isinstance(channel, replay.Noting)]
    sent = [at for channel in channels for at, _ in channel.taken]
    assert len(sent) > 40
    assert all(parts.hours.is_open(at, parts.calendar) for at in sent)
    assert all(parts.calendar.is_workday(beijing_date(at)) for at in sent)


def test_every_kind_of_step_occurs_in_the_quarter(quarter: tuple[str, Parts]) -> None:
    text, _ = quarter
    of_apps = {StepKind.SUSPECT, StepKind.CONFIRM, StepKind.TO_LEADER, StepKind.TO_OFFICE}  # the county has none
    kinds = set(StepKind) - of_apps
    assert {kind for kind in kinds if not re.search(f"^  .*  {kind.label}[（：]", text, re.MULTILINE)} == set()
