"""Records and lists from before areas were told apart: each goes to the one area it can mean, or is asked about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from monitor.core.finding import State
from monitor.core.paper import PaperKind
from monitor.core.rules.reg_01 import RULE as UNFILED
from monitor.settings import load as settings_of
from monitor.store import open_store, papers, records, registers, schema, unsettled
from tests.store.build import DAY, NOW

CONFIG = Path(__file__).parents[2] / "config"
MOMENT = "2026-04-01 00:00:00.000000"


@pytest.fixture
def old(tmp_path: Path) -> Iterator[sa.Engine]:
    """Return a database as it was before."""
    engine = sa.create_engine(f"sqlite:///{tmp_path}/old.db")
    with engine.begin() as tx:
        command.upgrade(schema.alembic_config(tx), "0027")
    yield engine
    engine.dispose()


def account(tx: sa.Connection, id_: str, unit: str, area: str, *moves: tuple[str, str]) -> None:
    tx.execute(
        sa.text("INSERT INTO accounts (id, platform, is_removed, posts) VALUES (:id, 'weibo', 0, 0)"), {"id": id_}
    )
    for since, where in (("0001-01-01", area), *moves):
        content = {"id": id_, "name": id_, "platform": "weibo", "unit": unit, "area": where, "level": "county_unit"}
        tx.execute(
            sa.text(
                "INSERT INTO account_versions (account, effective_from, known_at, is_removed, content)"
                " VALUES (:id, :since, :at, 0, :content)"
            ),
            {"id": id_, "since": f"{since} 00:00:00.000000", "at": MOMENT, "content": json.dumps(content)},
        )


def record(tx: sa.Connection, subject: str, name: str, kind: str = "training") -> None:
    tx.execute(
        sa.text(
            'INSERT INTO records (kind, subject, name, "on", text, known_at)'
            " VALUES (:kind, :subject, :name, '2026-03-01', '集中学习', :at)"
        ),
        {"kind": kind, "subject": subject, "name": name, "at": MOMENT},
    )


def test_a_record_gets_the_only_area_that_has_its_unit_and_what_is_left_is_told_once(old: sa.Engine) -> None:
    with old.begin() as tx:
        account(tx, "A01", "教育局", "甲县")
        account(tx, "A02", "卫健局", "甲县")
        account(tx, "B01", "教育局", "乙县")
        for subject, name in (("unit", "教育局"), ("unit", "卫健局"), ("area", "甲县"), ("account", "A01")):
            record(tx, subject, name)
    with open_store(str(old.url)) as store:
        with store.read() as tx:
            kept = {record.name: record.area for record in records.records(tx)}
            by_area = {
                area: sorted(record.name for record in registers.register(tx, area, now=NOW).records)
                for area in ("甲县", "乙县")
            }
            [said] = unsettled.to_tell(tx, "digest:2026-05-06", None)
        assert kept == {"教育局": None, "卫健局": "甲县", "甲县": None, "A01": None}
        # nobody's verdict changes by the upgrade: what meant both before means both
        assert by_area == {"甲县": ["A01", "卫健局", "教育局", "甲县"], "乙县": ["教育局"]}
        assert "“教育局”1条" in said
        assert "卫健局" not in said


def test_what_an_upgrade_could_not_settle_is_told_until_a_digest_has_left_with_it(old: sa.Engine) -> None:
    with old.begin() as tx:
        for id_, area in (("A01", "甲县"), ("B01", "乙县")):
            account(tx, id_, "教育局", area)
        record(tx, "unit", "教育局")
    first, second, third = (f"digest:{(NOW + days * DAY).date()}" for days in range(3))
    with open_store(str(old.url)) as store, store.begin() as tx:
        assert len(unsettled.to_tell(tx, first, None)) == 1
        unsettled.mark_told(tx, first, None)
        assert len(unsettled.to_tell(tx, first, None)) == 1  # put together again
        assert len(unsettled.to_tell(tx, second, None)) == 1  # the first never left
        unsettled.mark_told(tx, second, None)
        assert unsettled.to_tell(tx, third, second) == []


def test_an_upgrade_of_one_area_leaves_nothing_to_tell(old: sa.Engine) -> None:
    with old.begin() as tx:
        account(tx, "A01", "教育局", "甲县")
        record(tx, "unit", "教育局")
        record(tx, "unit", "尚无账号的局")
    with open_store(str(old.url)) as store, store.read() as tx:
        assert {record.area for record in records.records(tx)} == {"甲县"}
        assert unsettled.to_tell(tx, "digest:2026-05-06", None) == []


def filed(tx: sa.Connection, on: str, *ids: str | None) -> None:
    """Add a list as it was kept: by its day alone."""
    paper = {"on": on, "at": f"{on} 12:00:00.000000"}
    insert = (
        'INSERT INTO papers (kind, key, "on", effective_on, title, number, covers_all, means, file, known_at)'
        " VALUES ('filed_list', :on, :on, :on, '', 0, 1, '[]', '清单.xlsx', :at) RETURNING id"
    )
    number = tx.execute(sa.text(insert), paper).scalar_one()
    for id_ in ids:
        written = json.dumps({"account": id_} if id_ else {"platform": "weibo", "name": "没有的号"})
        tx.execute(
            sa.text("INSERT INTO entries (paper, account, written) VALUES (:paper, :account, :written)"),
            {"paper": number, "account": id_, "written": written},
        )


def two_areas(tx: sa.Connection) -> None:
    for id_, area in (("A01", "甲县"), ("A02", "甲县"), ("B01", "乙县"), ("B02", "乙县")):
        account(tx, id_, "教育局", area)


def told_of_lists(tx: sa.Connection) -> list[str]:
    return [said for said in unsettled.to_tell(tx, "digest:2026-05-06", None) if "已备案清单" in said]


def test_an_old_list_is_the_area_s_in_which_its_accounts_were_on_its_day(old: sa.Engine) -> None:
    with old.begin() as tx:
        two_areas(tx)
        account(tx, "C01", "教育局", "乙县", ("2026-04-20", "甲县"))
        filed(tx, "2026-04-10", "B01", "C01")
        filed(tx, "2026-04-25", "A01", "C01", None)
    with open_store(str(old.url)) as store, store.read() as tx:
        lists = {
            paper.area: (paper.on.isoformat(), len(paper.entries)) for paper in papers.papers(tx, PaperKind.FILED_LIST)
        }
        assert lists == {"乙县": ("2026-04-10", 2), "甲县": ("2026-04-25", 3)}
        theirs = registers.register(tx, "乙县", now=NOW).filed
        assert theirs is not None
        assert (set(theirs.filings), theirs.is_whole) == ({"B01", "C01"}, True)
        assert told_of_lists(tx) == []


def test_an_old_list_of_several_areas_proves_who_is_on_it_and_nothing_of_the_others(old: sa.Engine) -> None:
    with old.begin() as tx:
        two_areas(tx)
        filed(tx, "2026-04-10", "A01", "A02")
        filed(tx, "2026-04-25", "B01", "A01")
    book = settings_of(CONFIG, None).rule_book(NOW.date())
    with open_store(str(old.url)) as store:
        with store.read() as tx:
            [said] = told_of_lists(tx)
            assert "2026-04-25（清单.xlsx，乙县、甲县）" in said
            held = {
                finding.account: finding.state
                for area in ("甲县", "乙县")
                for finding in UNFILED.judge(registers.register(tx, area, now=NOW), book, NOW)
            }
        assert held == {"A02": State.UNKNOWN, "B02": State.UNKNOWN}
        with store.begin() as tx:
            again = papers.papers(tx, PaperKind.FILED_LIST)[-1]
            ours = replace(again, area="甲县", entries=again.entries[1:])
            papers.save_papers(tx, [ours], file="甲县.xlsx", known_at=NOW)
        with store.read() as tx:
            found = {
                finding.account: finding.state
                for finding in UNFILED.judge(registers.register(tx, "甲县", now=NOW), book, NOW)
            }
        assert found == {"A02": State.VIOLATED}


def test_an_old_list_that_names_nobody_known_is_the_only_area_s(old: sa.Engine) -> None:
    with old.begin() as tx:
        account(tx, "A01", "教育局", "甲县")
        filed(tx, "2026-04-25", None)
    with open_store(str(old.url)) as store, store.read() as tx:
        assert [paper.area for paper in papers.papers(tx, PaperKind.FILED_LIST)] == ["甲县"]
        assert told_of_lists(tx) == []
