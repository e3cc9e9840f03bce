"""What a person finds out about an app: from the looks in the store to the words of the commands."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.app.clock import now
from monitor.app.rules import rules_in_force
from monitor.app.settings import load_settings
from monitor.core.account import Platform
from monitor.core.calendar import beijing_date
from monitor.core.case import Closing, StepKind
from monitor.core.download import AppFault, Download, Link
from monitor.core.finding import State
from monitor.core.observation import Look
from monitor.core.record import NewRecord, RecordKind, Result
from monitor.core.rules import app_01
from monitor.core.subject import SubjectKind
from monitor.pipeline.evaluate import AccountEvaluator
from monitor.pipeline.faults import Faults
from monitor.store import Store, audit, facts, open_store, records
from tests.cli.office import Office
from tests.store.build import account, enrol, record, source, standing

KEY = "https://www.example.gov.cn/app.apk"
GONE = Download(link=Link.PACKAGE, fault=AppFault.GONE)


def store_of(office: Office) -> Store:
    return open_store(office.address)


async def judge(office: Office, store: Store) -> None:
    settings = load_settings(office.folder / "config", None)
    judged_by = rules_in_force(settings, settings.work_calendar())
    evaluator = AccountEvaluator(rules_in_force=judged_by, faults=Faults(lambda _: None))
    await store.write(lambda tx: evaluator.judge(tx, now()))


def state(store: Store) -> State:
    with store.read() as tx:
        return next(finding.state for finding in standing(tx) if finding.rule == "APP-01")


@pytest.fixture
async def suspected(office: Office) -> Office:
    """An office whose app could not be had for a day and a half."""
    with store_of(office) as store:
        began = now() - timedelta(hours=37)
        enrol(store, account(platform=Platform.MOBILE_APP, method=f"apk={KEY}"), at=began)
        for hours in (36, 24, 12, 1):
            look = Look(source=source(collector="apk", key=KEY), at=now() - timedelta(hours=hours), sight=GONE)
            record(store, look)
        await judge(office, store)
        assert state(store) is State.SUSPECTED
    return office


async def test_a_suspicion_is_listed_shown_and_confirmed(suspected: Office) -> None:
    lines = suspected.type("case", "list").lines
    (line,) = [line for line in lines if "APP-01" in line]
    number = line.split()[0]
    assert line.endswith(f"{StepKind.SUSPECT.label}  办理中")
    assert f"“{app_01.RULE.title}”（APP-01）" in line
    assert suspected.type("case", "confirm", number, "--by", "张某", "--note", "两部手机均无法下载").lines == [
        f"事项{number}已确认。"
    ]
    assert suspected.type("case", "show", number).lines[-1].endswith("张某核实为确认（两部手机均无法下载）")
    with store_of(suspected) as store:
        await judge(suspected, store)
        assert state(store) is State.VIOLATED
        with store.read() as tx:
            act = audit.recent_audit(tx)[0]
            assert (act.actor, act.action, act.object) == ("张某", "case confirm", number)
            (known,) = facts.known(tx, ["A01"], now=now() - timedelta(hours=13))
            assert len(known.probes) == 2
            assert known.decisions == ()


async def test_that_the_unit_of_an_open_case_is_muted_is_shown(suspected: Office) -> None:
    number = next(line for line in suspected.type("case", "list").lines if "APP-01" in line).split()[0]
    today = beijing_date(now())
    row = NewRecord(
        kind=RecordKind.MUTE,
        subject=SubjectKind.ACCOUNT,
        name="A01",
        on=today,
        result=Result.MUTED,
        item="张三",
        until=today,
        text="换人",
    )
    with store_of(suspected) as store, store.begin() as tx:
        records.save_records(tx, [row], known_at=now())
    assert suspected.type("case", "show", number).lines.count(f"提醒暂停至{today}（张三登记：换人）") == 1


async def test_a_suspicion_that_was_wrong_ends_its_case(suspected: Office) -> None:
    number = next(line for line in suspected.type("case", "list").lines if "APP-01" in line).split()[0]
    assert suspected.type("case", "reject", number).lines == [f"事项{number}已判为误报。"]
    with store_of(suspected) as store:
        await judge(suspected, store)
        assert state(store) is State.OK
    refused = suspected.type("case", "confirm", number)
    assert (refused.code, refused.err) == (1, f"事项{number}已办结，不能再核实。\n")
    assert any(
        line.endswith(f"已办结（{Closing.CORRECTED.label}）") for line in suspected.type("case", "list", "--all").lines
    )


async def test_an_old_row_of_failures_keeps_its_beginning(office: Office) -> None:
    with store_of(office) as store:
        began = now() - timedelta(days=30)
        enrol(store, account(platform=Platform.MOBILE_APP, method=f"apk={KEY}"), at=began - timedelta(days=1))
        works = Download(link=Link.PACKAGE)
        for hours in range(0, 30 * 24, 12):
            sight = works if not hours else GONE
            record(store, Look(source=source(collector="apk", key=KEY), at=began + timedelta(hours=hours), sight=sight))
        with store.read() as tx:
            (known,) = facts.known(tx, ["A01"], now=now())
        assert known.probes[0].at == began + timedelta(hours=12)
        assert all(probe.at > now() - timedelta(days=9) for probe in known.probes[1:])


def test_cases_that_cannot_be_ruled_on_are_refused(office: Office) -> None:
    assert office.type("case", "list").lines == ["没有办理中的事项；加 --all 查看已办结的。"]
    for words in (("show", "7"), ("confirm", "7"), ("reject", "7")):
        refused = office.type("case", *words)
        assert (refused.code, refused.err) == (1, "没有编号为7的事项，请核对编号。\n")


async def test_only_a_suspicion_about_an_app_is_ruled_on(suspected: Office) -> None:
    number = next(line for line in suspected.type("case", "list").lines if "PER-01" in line).split()[0]
    assert suspected.type("case", "confirm", number).err == f"事项{number}没有待核实的疑似情况，请核对编号。\n"
