"""The whole ledger: every account with its people, and what is said and decided of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from monitor.core.decision import Decision, Ruling
from monitor.core.finding import State
from monitor.core.subject import Subject
from monitor.documents.ledger import COLUMNS, ledger
from tests.core.build import LEADER, LIAISON, beijing_time, finding
from tests.documents.test_reports import QUARTER, dossier, rows


def test_every_account_stands_in_it_with_its_people_whether_anything_is_wrong_or_not() -> None:
    fine, late = dossier(finding(State.OK)), dossier(finding(State.VIOLATED, days=16), name="A02")
    late = replace(
        late,
        account=replace(late.account, contacts=(LIAISON, LEADER), opened_on=date(2020, 1, 2), followers=12),
        decisions=(
            Decision(
                subject=Subject.of_account("A02"),
                rule="UPD-03",
                episode="",
                ruling=Ruling.RETAINED,
                by="县府办",
                at=beijing_time("2026-05-01 09:00"),
            ),
        ),
    )
    made = ledger([fine, late], (), QUARTER, {"A02": "备2026-7"})
    assert tuple(column.name for column in made.table.columns) == COLUMNS
    first, second = rows(made)
    assert (first["序号"], first["账号ID"], first["存在的问题"]) == (1, "A01", "")
    assert (second["备案号"], second["开设日期"], second["粉丝数"]) == ("备2026-7", date(2020, 1, 2), 12)
    assert (second["联络员"], second["联络员电话"]) == (LIAISON.name, LIAISON.phone)
    assert (second["未更新天数"], second["处置结果"]) == (16, "2026-05-01 保留（县府办）")


def test_of_what_could_not_be_seen_no_days_are_told() -> None:
    (row,) = rows(ledger([dossier(finding(State.UNKNOWN, days=40))], (), QUARTER, {}))
    assert row["未更新天数"] is None
