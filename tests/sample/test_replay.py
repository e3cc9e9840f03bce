"""A quarter of the sample county in seconds, told line by line in a file that a person can read.

`XUNCHA_WRITE_GOLDEN=1 pytest -m slow tests/sample/test_replay.py` writes the file anew; the difference is then read
before it is kept.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path

import pytest

from monitor.actions.evaluate import EvaluateCommand, When, evaluate
from monitor.app.parts import Parts
from monitor.app.settings import load_settings
from monitor.core.calendar import at_beijing, beijing, beijing_date
from monitor.core.case import Closing, StepKind
from monitor.core.channel import Channel
from monitor.core.finding import Finding
from monitor.sample import replay
from monitor.sample.units import GROUPS
from monitor.settings import Settings
from monitor.settings.sections import PlatformSettings
from monitor.store import Store, cases, open_store, outbox
from monitor.store.roster import save_roster
from tests.databases import migrated
from tests.sample.quarter import HALF_A_DAY, HAPPENINGS, NOW, Door, forty
from tests.sample.telling import grounds, story

pytestmark = pytest.mark.slow
GOLDEN = Path(__file__).parents[1] / "golden" / "quarter.txt"
CONFIG = Path(__file__).parents[2] / "config"
HOURS = (time(9), time(15))
"""When everything that is due is done; the sample has one moment more, which only costs time here."""
MAIL, DUTY = "示例邮箱", "值班群"


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter that was lived through."""

    parts: Parts
    recorded: Mapping[datetime, tuple[Finding, ...]]
    """What was written down at the end of each day."""
    text: str


def office() -> Settings:
    """Return an office with real hours and a real calendar."""
    shipped = load_settings(CONFIG, None)
    office = shipped.office.model_copy(
        update={"name": "示例县人民政府办公室", "phone": "0578-0000000", "sender": "示例县政府信息公开中心"}
    )
    roles = shipped.roles.model_copy(update={"liaison": ("group", MAIL), "leader": (MAIL,), "operator": (DUTY,)})
    return shipped.model_copy(update={"office": office, "roles": roles, "hold": False})


async def lived(store: Store, folder: Path) -> tuple[Parts, dict[datetime, tuple[Finding, ...]]]:
    """Return the parts of an office that has lived through the quarter, and what it wrote down day by day."""
    platforms = {name: PlatformSettings(every=HALF_A_DAY) for name in ("weibo", "feed", "website")}
    settings, told = office().model_copy(update={"platforms": platforms}), forty()
    end = at_beijing(beijing_date(NOW), time(16))
    moments = tuple(moment for moment in replay.ticks(end - replay.QUARTER, end) if beijing(moment).time() in HOURS)
    following = dict(zip(moments, (*moments[1:], end), strict=True))
    clock = replay.VirtualClock(moments[0])
    channels: dict[str, Channel] = {
        name: replay.Noting(name=name, clock=clock, is_group=name != MAIL) for name in (MAIL, DUTY, *GROUPS.values())
    }
    door = Door(replay.CannedDoor(told, clock))
    parts = Parts(settings=settings, store=store, clock=clock, door=door, channels=channels)
    with store.begin() as tx:
        save_roster(tx, told.accounts, sources=parts.sources, effective_at=clock.moment, known_at=clock.moment)
    recorded: dict[datetime, tuple[Finding, ...]] = {}

    def then() -> None:
        """Write down how things stand in the evening, and do what people do before the next tick."""
        moment, until = clock.moment, following[clock.moment]
        if beijing_date(moment) != beijing_date(until) or until == end:
            with store.read() as tx:
                recorded[moment] = cases.current_findings(tx, now=moment)
        for happening in HAPPENINGS:
            if moment < happening.at < until:
                clock.moment = happening.at
                with store.begin() as tx:
                    happening.do(parts, tx, happening.at, folder)

    await replay.replay(parts.passes, told, clock, moments, then)
    return parts, recorded


@pytest.fixture(scope="module")
def quarter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Quarter]:
    """Return the story of the quarter, and the office that lived through it."""
    folder = tmp_path_factory.mktemp("quarter")
    with open_store(migrated(folder / "quarter.db")) as store:
        parts, recorded = asyncio.run(lived(store, folder))
        yield Quarter(parts, recorded, "\n".join(story(parts, [happening.told for happening in HAPPENINGS])) + "\n")


def test_a_quarter_of_the_county_is_told_line_by_line(quarter: Quarter) -> None:
    if os.environ.get("XUNCHA_WRITE_GOLDEN"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(quarter.text, encoding="utf-8")
    assert quarter.text == GOLDEN.read_text(encoding="utf-8")


def test_every_day_judged_again_is_what_was_written_down_on_that_day(quarter: Quarter) -> None:
    parts = quarter.parts
    assert len(quarter.recorded) == replay.QUARTER.days
    for at, recorded in quarter.recorded.items():
        with parts.store.read() as tx:
            again = evaluate(tx, EvaluateCommand(when=When(at=at, known_at=at)), rules=parts.rules_in_force)
        assert _by_subject(again) == _by_subject(recorded), beijing(at)


def test_every_message_has_its_ground_and_every_case_that_ended_a_reason(quarter: Quarter) -> None:
    parts = quarter.parts
    with parts.store.read() as tx:
        every = outbox.messages(tx, limit=10_000)
        assert len(every) > 200
        assert [kept.message.subject for kept in every if not list(grounds(tx, parts, kept))] == []
        ended = [case for case in cases.cases(tx, limit=10_000) if case.closed_at]
    assert {case.closing for case in ended} >= {Closing.UPDATED, Closing.COMPLETED, Closing.LEFT}
    assert all(case.closing and case.steps for case in ended)


def _by_subject(findings: tuple[Finding, ...]) -> dict[tuple[str, str], Finding]:
    return {(finding.subject.key, finding.rule): finding for finding in findings}


def test_no_message_leaves_at_night_on_a_weekend_or_on_a_holiday(quarter: Quarter) -> None:
    parts = quarter.parts
    channels = [channel for channel in parts.channels.values() if isinstance(channel, replay.Noting)]
    sent = [at for channel in channels for at, _ in channel.taken]
    assert len(sent) > 40
    assert all(parts.hours.is_open(at, parts.calendar) for at in sent)
    assert all(parts.calendar.is_workday(beijing_date(at)) for at in sent)


def test_every_kind_of_step_occurs_in_the_quarter(quarter: Quarter) -> None:
    of_apps = {StepKind.SUSPECT, StepKind.CONFIRM, StepKind.TO_LEADER, StepKind.TO_OFFICE}  # the county has none
    kinds = set(StepKind) - of_apps
    assert {kind for kind in kinds if not re.search(f"^  .*  {kind.label}[（：]", quarter.text, re.MULTILINE)} == set()
