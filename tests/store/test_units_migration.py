"""Records from before units were known by their areas: each goes to the one area that it can mean, or to all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from monitor.store import open_store, records, registers, schema, unsettled
from tests.store.build import DAY, NOW

MOMENT = "2026-04-01 00:00:00.000000"


@pytest.fixture
def old(tmp_path: Path) -> Iterator[sa.Engine]:
    """Return a database as it was before."""
    engine = sa.create_engine(f"sqlite:///{tmp_path}/old.db")
    with engine.begin() as tx:
        command.upgrade(schema.alembic_config(tx), "0027")
    yield engine
    engine.dispose()


def account(tx: sa.Connection, id_: str, unit: str, area: str) -> None:
    content = {"id": id_, "name": id_, "platform": "weibo", "unit": unit, "area": area}
    tx.execute(
        sa.text("INSERT INTO accounts (id, platform, is_removed, posts) VALUES (:id, 'weibo', 0, 0)"), {"id": id_}
    )
    tx.execute(
        sa.text(
            "INSERT INTO account_versions (account, effective_from, known_at, is_removed, content)"
            " VALUES (:id, '0001-01-01 00:00:00.000000', :at, 0, :content)"
        ),
        {"id": id_, "at": MOMENT, "content": json.dumps(content)},
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
            kept = {one.name: one.area for one in records.records(tx)}
            by_area = {
                area: sorted(one.name for one in registers.register(tx, area, now=NOW).records)
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
        assert {one.area for one in records.records(tx)} == {"甲县"}
        assert unsettled.to_tell(tx, "digest:2026-05-06", None) == []
