"""Reports in the office's rhythm: each made once, at its hour, and mailed to the operator with its files."""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

import docx
import pytest
from openpyxl import load_workbook

from monitor.actions.actor import EVERYTHING, Actor, Origin
from monitor.actions.documents import Handout, HandOutCommand, hand_out
from monitor.actions.perform import perform_async
from monitor.core.calendar import WorkCalendar
from monitor.core.report import ReportKind
from monitor.core.todo import TodoAct
from monitor.queries.tasks import TodoContext, read_todo
from monitor.settings.sections import Roles
from monitor.store import Store, Tx, reports
from tests.core.build import beijing_time
from tests.pipeline.build import NOW, Canned, Office, account, feed, office, settings
from tests.pipeline.delivering import URL

MONDAY = beijing_time("2026-05-25 08:46")


async def watched(store: Store, mail: Collection[str] = ("mail",), **changes: object) -> Office:
    """Return an office with one account, whose operator has a robot and mail, and whose clock stands on a Monday."""
    roles = Roles(operator=("duty", "mail"))
    bodies = {URL: feed(NOW - timedelta(days=1))}
    made = office(store, lambda clock: Canned(clock, dict(bodies)), settings(roles=roles, **changes))
    made.parts.__dict__["reporter"] = replace(made.parts.reporter, mail=frozenset(mail))
    await made.enrol([account(1, URL)])
    await made.look()
    await made.settle()
    made.clock.moment = MONDAY
    await made.look()
    await made.settle()
    made.mail.taken.clear()
    made.duty.taken.clear()
    made.clock.moment = MONDAY
    return made


async def made_reports(of: Office) -> list[tuple[ReportKind, str]]:
    await of.parts.passes.make_reports()
    await of.settle()
    found = await of.parts.store.query(lambda tx: reports.listed(tx, limit=50))
    return [(kept.kind, kept.period.key) for kept in found]


async def test_the_week_is_made_once_on_monday_at_its_hour_and_mailed_with_word_and_workbook(store: Store) -> None:
    made = await watched(store)
    made.clock.moment = MONDAY - timedelta(minutes=2)
    assert await made_reports(made) == []
    made.clock.moment = MONDAY
    for _ in range(3):
        assert await made_reports(made) == [(ReportKind.WEEKLY, "2026-W21")]
    (message,) = made.mail.taken
    assert message.subject == "【报表】周报（2026年第21周）草稿"
    word, book = message.files
    assert (word.name, book.name) == ("周报_2026-W21_1.docx", "周报_2026-W21_1.xlsx")
    assert "检查账号1个" in "".join(paragraph.text for paragraph in docx.Document(io.BytesIO(word.content)).paragraphs)
    assert "指标" in load_workbook(io.BytesIO(book.content)).sheetnames


async def test_a_file_too_large_for_a_mail_is_left_out_and_the_other_goes(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await watched(store)
    heavy = lambda name, document, config: bytes(10_000_001) if name.endswith("docx") else b"x"  # noqa: ARG005, E731
    monkeypatch.setattr("monitor.pipeline.reporting.content_of", heavy)
    await made_reports(made)
    (message,) = made.mail.taken
    assert [file.name for file in message.files] == ["周报_2026-W21_1.xlsx"]
    assert "没有附上的请在页面下载" in message.body


async def test_a_draft_stands_on_the_to_do_list_until_somebody_takes_a_file_of_it(store: Store) -> None:
    made = await watched(store)
    await made_reports(made)

    def lines(tx: Tx) -> list[str]:
        context = TodoContext(now=MONDAY, book=made.parts.rules_in_force.book(MONDAY), calendar=WorkCalendar())
        return [line.what for line in read_todo(tx, context) if line.act is TodoAct.REPORT]

    assert await store.query(lines) == ["核对周报（2026年第21周）草稿"]
    taken = HandOutCommand(what=Handout.WEEKLY, file="周报.docx", detail="报表1：周报（2026年第21周）")
    me = Actor(name="甲", origin=Origin.PAGE, rights=EVERYTHING)
    await perform_async(store, hand_out, taken, actor=me, now=MONDAY)
    assert await store.query(lines) == []


async def test_after_a_restart_nothing_is_made_or_mailed_twice(store: Store) -> None:
    made = await watched(store)
    assert await made_reports(made)
    again = office(store, lambda clock: Canned(clock, {}), made.parts.settings)
    again.parts.__dict__["reporter"] = replace(again.parts.reporter, mail=frozenset({"mail"}))
    again.clock.moment = MONDAY + timedelta(hours=1)
    assert await made_reports(again) == [(ReportKind.WEEKLY, "2026-W21")]
    assert again.mail.taken == []


async def test_without_an_operators_mail_the_report_is_made_and_nobody_is_written_to(store: Store) -> None:
    made = await watched(store, mail=())
    assert await made_reports(made) == [(ReportKind.WEEKLY, "2026-W21")]
    assert made.mail.taken == []
    assert made.duty.taken == []


async def test_what_a_stopped_service_missed_is_made_up_for_and_no_week_before_the_roster(store: Store) -> None:
    made = await watched(store)
    made.clock.moment = beijing_time("2026-06-02 10:00")
    assert sorted(await made_reports(made), key=str) == sorted(
        [(ReportKind.MONTHLY, "2026-05"), (ReportKind.WEEKLY, "2026-W21"), (ReportKind.WEEKLY, "2026-W22")], key=str
    )


async def test_an_empty_county_gets_no_report_and_no_mail(store: Store) -> None:
    made = office(store, lambda clock: Canned(clock, {}), settings(roles=Roles(operator=("mail",))))
    made.clock.moment = MONDAY
    assert await made_reports(made) == []
    assert made.mail.taken == []


@pytest.mark.parametrize("topic", ["", "digest:2026-05-25", "report:", "report:x", "report:99"])
async def test_messages_about_anything_else_carry_no_files(store: Store, topic: str) -> None:
    made = await watched(store)
    assert await made.parts.reporter.files(topic) == ()
