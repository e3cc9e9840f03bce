"""Records from before they had results: the certain is read so, the rest asked for, and no verdict turns silently."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from monitor.core.account import Account, Platform, UnitLevel
from monitor.core.finding import State
from monitor.core.record import RecordKind, Result
from monitor.pipeline import restate
from monitor.store import Store, open_store, records, rereading, schema, unsettled
from tests.pipeline.build import Canned, office
from tests.store.build import NOW

MOMENT = "2026-04-01 00:00:00.000000"
AREA = "示例县"


@pytest.fixture
def old(tmp_path: Path) -> Iterator[sa.Engine]:
    """Return a database as it was before."""
    engine = sa.create_engine(f"sqlite:///{tmp_path}/old.db")
    with engine.begin() as tx:
        command.upgrade(schema.alembic_config(tx), "0030")
    yield engine
    engine.dispose()


def enter(tx: sa.Connection, kind: str, text: str, name: str = "A01", subject: str = "account", day: int = 1) -> None:
    tx.execute(
        sa.text(
            'INSERT INTO records (kind, subject, name, "on", text, known_at)'
            " VALUES (:kind, :subject, :name, :on, :text, :at)"
        ),
        {"kind": kind, "subject": subject, "name": name, "on": f"2026-03-{day:02}", "text": text, "at": MOMENT},
    )


def said(tx: sa.Connection, rule: str, state: str, account: str = "A01") -> None:
    """Write down what a rule said before."""
    content = {"rule": rule, "account": account, "state": state, "strength": "mandatory", "clause": "x", "because": "x"}
    tx.execute(
        sa.text(
            "INSERT INTO findings (subject, rule, account, state, episode, digest, changed_at, content, area)"
            " VALUES (:subject, :rule, :account, :state, '', '', :at, :content, :area)"
        ),
        {
            "subject": f"account/{account}",
            "rule": rule,
            "account": account,
            "state": state,
            "at": MOMENT,
            "content": json.dumps(content),
            "area": AREA,
        },
    )


OLD = [
    ("interaction", "正常", Result.SOUND, ""),
    ("interaction", " 缺失。", Result.FAULTY, ""),
    ("interaction", "无缺失", None, ""),
    ("content_safety", "发现", Result.FAULTY, ""),
    ("content_safety", "未发现问题", Result.CLEAN, ""),
    ("content_safety", "严重表述错误", None, ""),
    ("joint_review", "保留，不再清理整合", None, ""),
    ("joint_review", "清理整合", Result.CONSOLIDATE, ""),
    ("message_reply", "未收到", None, ""),
    ("message_reply", "收到", Result.RECEIVED, ""),
    ("service_entry", "入口不正常", Result.DEAD, ""),
    ("service_entry", "https://www.zjzwfw.gov.cn/x", Result.SOUND, "https://www.zjzwfw.gov.cn/x"),
    ("service_entry", "https://www.zjzwfw.gov.cn/x 打不开", None, ""),
    ("app_filing", "浙ICP备05012345号-3A", Result.FILED, "浙ICP备05012345号-3A"),
    ("app_filing", "正在办理", None, ""),
    ("filing_change", "不同意开设", Result.OPENING_REFUSED, ""),
    ("filing_change", "拟开设", None, ""),
    ("deregistration", "决定", Result.DECIDED_TO_END, ""),
    ("deregistration", "冻结至2026年6月4日", Result.FROZEN, ""),
    ("deregistration", "冻结期满，已确认", None, ""),
    ("migration", "掌上示例", None, ""),
    ("close_request", "无力维护", Result.ASKED_FOR, ""),
    ("close_request", "撤回申请的报告", None, ""),
    ("domain", "教育", None, "教育"),
    ("mute", "至2026-03-30；张三；账号交接", Result.MUTED, "张三"),
]


def test_an_old_text_is_read_where_it_is_the_whole_of_a_word_and_kept_in_any_case(old: sa.Engine) -> None:
    with old.begin() as tx:
        for kind, text, _, _ in OLD:
            enter(tx, kind, text)
    with open_store(str(old.url)) as store, store.read() as tx:
        found = records.records(tx)
        waiting = rereading.unstated(tx)
    assert [(record.kind.value, record.text, record.result, record.item) for record in found] == OLD
    assert {record.kind: record.until for record in found if record.until} == {
        RecordKind.DEREGISTRATION: date(2026, 6, 4),
        RecordKind.MUTE: date(2026, 3, 30),
    }
    asked = [(kind, text) for kind, text, result, _ in OLD if result is None and kind != "domain"]
    assert [(record.kind.value, record.text) for record in waiting] == asked


def test_institutions_trainings_and_numbers_keep_what_they_say(old: sa.Engine) -> None:
    with old.begin() as tx:
        for text in ("应急预案", "《考核评价办法》", "尚未建立考核评价办法", "安全管理制度（已废止）"):
            enter(tx, "institution", text, AREA, "area")
        enter(tx, "training", "集中学习", AREA, "area")
        enter(tx, "training", "原定培训取消", AREA, "area")
        enter(tx, "population", "48000", AREA, "area")
    with open_store(str(old.url)) as store, store.read() as tx:
        found = {record.text: (record.result, record.item) for record in records.records(tx)}
    assert found == {
        "应急预案": (Result.ESTABLISHED, "应急预案"),
        "《考核评价办法》": (Result.ESTABLISHED, "考核评价办法"),
        "尚未建立考核评价办法": (None, ""),
        "安全管理制度（已废止）": (None, ""),
        "集中学习": (Result.HELD, ""),
        "原定培训取消": (None, ""),
        "48000": (None, "48000"),
    }


def test_once_somebody_states_an_old_record_it_is_asked_for_no_more(old: sa.Engine) -> None:
    with old.begin() as tx:
        enter(tx, "content_safety", "页面检查，未见问题")
    with open_store(str(old.url)) as store:
        with store.read() as tx:
            [silent] = rereading.unstated(tx)
        stated = replace(silent.entered, result=Result.CLEAN)
        with store.begin() as tx:
            assert len(records.save_records(tx, [stated], known_at=NOW)) == 1
        with store.read() as tx:
            assert rereading.unstated(tx) == ()
            assert [record.result for record in records.records(tx)] == [Result.CLEAN]


async def test_no_verdict_turns_silently_and_what_turns_is_told_once(old: sa.Engine) -> None:
    with old.begin() as tx:
        tx.execute(sa.text("INSERT INTO areas (name, evaluate_at) VALUES (:area, NULL)"), {"area": AREA})
        enter(tx, "content_safety", "未发现表述问题")
        enter(tx, "interaction", "缺失", day=28)
    with open_store(str(old.url)) as store:
        of = office(store, lambda clock: Canned(clock, {}), surveyed=True)
        one = Account(
            id="A01", name="示例发布", platform=Platform.WEIBO, unit="示例局", area=AREA, level=UnitLevel.COUNTY_UNIT
        )
        await of.enrol([one])
        await store.write(_before)
        await of.parts.passes.judge_all()
        with store.read() as tx:
            changed = {(entry.rule, entry.was, entry.became) for entry in rereading.changed(tx)}
            told = "\n".join(unsettled.to_tell(tx, "digest:2026-05-06", None))
        assert ("SEC-01", State.VIOLATED, State.NEEDS_REVIEW) in changed
        assert not any(rule == "FUN-01" for rule, _, _ in changed)
        assert "“示例发布”（微博）内容安全问题：原为存在问题，记录改按结果判定后为待研判" in told
        assert "内容安全“未发现表述问题”，请写明存在问题、疑似、已处置、不属实、未发现问题" in told
        assert "1条旧记录未写明结果" in told
        before = told
        await store.write(lambda tx: restate.tell(tx, AREA, of.clock() + timedelta(days=1), lambda rule: rule))
        with store.read() as tx:
            assert "\n".join(unsettled.to_tell(tx, "digest:2026-05-06", None)) == before


def _before(tx: sa.Connection) -> None:
    """Write down what was said before the upgrade, and that it was made just now."""
    tx.execute(sa.text("DELETE FROM rereadings"))
    tx.execute(
        sa.text(
            "INSERT INTO rereadings (subject, rule, area, was) VALUES ('account/A01', 'SEC-01', :area, 'violated'),"
            " ('account/A01', 'FUN-01', :area, 'violated')"
        ),
        {"area": AREA},
    )


def test_what_rules_said_is_kept_by_the_migration(old: sa.Engine) -> None:
    with old.begin() as tx:
        tx.execute(sa.text("INSERT INTO areas (name, evaluate_at) VALUES (:area, NULL)"), {"area": AREA})
        tx.execute(
            sa.text("INSERT INTO accounts (id, platform, is_removed, posts) VALUES ('A01', 'weibo', 0, 0)"),
        )
        enter(tx, "content_safety", "未发现表述问题")
        for rule, state in (("SEC-01", "violated"), ("UPD-01", "violated"), ("DRG-01", "ok")):
            said(tx, rule, state)
    with open_store(str(old.url)) as store, store.read() as tx:
        kept = tx.execute(sa.text("SELECT subject, rule, was, became FROM rereadings")).all()
        assert [tuple(row) for row in kept] == [("account/A01", "SEC-01", "violated", None)]
        assert rereading.changed(tx) == ()


def test_a_database_without_records_has_nothing_to_be_read_anew(old: sa.Engine) -> None:
    with old.begin() as tx:
        tx.execute(sa.text("INSERT INTO areas (name, evaluate_at) VALUES (:area, NULL)"), {"area": AREA})
    with open_store(str(old.url)) as store:
        assert not _settles(store)


def _settles(store: Store) -> bool:
    with store.begin() as tx:
        return rereading.settle(tx, AREA, NOW)
