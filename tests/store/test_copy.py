from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.core.account import Role
from monitor.core.message import Attempt, Outcome
from monitor.core.observation import Reason
from monitor.store import Store, StoreError, audit, notes, open_store, outbox, tables
from monitor.store.copying import Copied, copy
from monitor.store.place import LEADER
from monitor.store.seal import seal, unseal
from tests.store.build import (
    DAY,
    HOUR,
    NOW,
    account,
    enrol,
    judge,
    look,
    notice,
    open_with,
    post,
    record,
    shown,
    step,
    tried,
)


def fill(store: Store) -> None:
    """Put something into every table that a life leaves full."""
    enrol(store, account(), account("A02", method="weibo=2", name="𠮷野家“示例”"))
    enrol(store, account(), at=NOW + HOUR, remove_missing=True)
    newest, between, oldest = post(NOW - DAY, title="一条\n消息 🎉"), post(NOW - 2 * DAY), post(NOW - 3 * DAY)
    record(store, look(NOW, shown(newest, between, oldest), raw=b"<html>"))
    record(store, look(NOW + HOUR, Reason.UNREADABLE, raw=b"\x00\xff"))
    record(store, look(NOW + 2 * HOUR, shown(newest, oldest)))
    record(store, look(NOW + 5 * HOUR, shown(newest, oldest)))
    record(store, look(NOW + 8 * HOUR, shown(newest, between, oldest)))
    judge(store, open_with(step(), notice()))
    with store.begin() as tx:
        draft = outbox.Draft(
            channel="mail", role=Role.LIAISON, person="13800000001", subject="提醒", body="正文", notices=(1,)
        )
        id_ = outbox.save_draft(tx, draft, at=NOW, not_before=NOW, held=False)
        busy = Attempt(outcome=Outcome.TEMPORARY, code="130101", retry_after=timedelta(seconds=1.5))
        tried(tx, id_, "正文", busy, at=NOW, next_try=NOW + HOUR)
        outbox.take_token(tx, "mail", 10, NOW)
        notes.put_note(tx, "key", "文字")
        audit.record_audit(tx, audit.Act(at=NOW, actor="xuncha", action="import roster"))
    assert store.problem() is None


def rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table, but for the note of who is the daemon."""
    with store.read() as tx:
        return {
            table.name: sorted(
                (tuple(row) for row in tx.execute(sa.select(table)) if row[0] != LEADER or table is not tables.notes),
                key=repr,
            )
            for table in tables.metadata.sorted_tables
        }


def nothing(done: int, total: int) -> None:
    """Hear how far it is."""


@pytest.fixture
def filled(store: Store) -> Store:
    fill(store)
    return store


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/copy.db") as opened:
        yield opened


def test_what_is_filled_is_every_table_of_the_first_schema(filled: Store) -> None:
    first = """
        accounts account_versions acts attempts buckets cases evidence finding_changes findings former_posts heartbeat
        messages notes notices observations posts sources steps
    """
    there = rows(filled)
    assert [name for name in first.split() if not there[name]] == []


def test_every_row_arrives(filled: Store, empty: Store) -> None:
    told: list[tuple[int, int]] = []
    copied = copy(filled, empty, lambda done, total: told.append((done, total)))
    assert rows(empty) == rows(filled)
    assert {entry.table: entry.rows for entry in copied} == {name: len(there) for name, there in rows(filled).items()}
    assert told[-1][0] == told[-1][1]


def test_it_goes_there_and_back_and_on(filled: Store, empty: Store, tmp_path: Path) -> None:
    there = copy(filled, empty, nothing)
    with open_store(f"sqlite:///{tmp_path}/back.db") as back:
        assert copy(empty, back, nothing) == there
        record(back, look(NOW + 9 * HOUR, shown(post(NOW + 5 * HOUR))))


@pytest.mark.slow
def test_sqlite_becomes_postgresql_and_goes_on(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    address = empty_server(request.getfixturevalue("postgresql"))
    with open_store(f"sqlite:///{tmp_path}/first.db") as first, open_store(address) as server:
        fill(first)
        there = copy(first, server, nothing)
        assert rows(server) == rows(first)
        with open_store(f"sqlite:///{tmp_path}/back.db") as back:
            assert copy(server, back, nothing) == there
            assert rows(back) == rows(first)
        record(server, look(NOW + 9 * HOUR, shown(post(NOW + 5 * HOUR))))
        with server.begin() as tx:
            audit.record_audit(tx, audit.Act(at=NOW, actor="xuncha", action="copy"))
        assert len(rows(server)["acts"]) == 2


def empty_server(address: str) -> str:
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        names = ", ".join(f'"{table.name}"' for table in tables.metadata.sorted_tables)
        unseal(connection)
        connection.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
        seal(connection)
    engine.dispose()
    return address


def test_a_database_with_something_in_it_is_not_copied_onto(filled: Store, empty: Store) -> None:
    enrol(empty, account("B01"))
    before = rows(empty)
    with pytest.raises(StoreError, match="目标数据库已有内容"):
        copy(filled, empty, nothing)
    assert rows(empty) == before


def test_a_copy_that_is_not_the_same_is_undone(filled: Store, empty: Store) -> None:
    with empty.begin() as tx:
        tx.exec_driver_sql(
            "CREATE TRIGGER spoil AFTER INSERT ON posts BEGIN UPDATE posts SET title = 'x' WHERE id = new.id; END"
        )
    with pytest.raises(StoreError, match="posts 与原来不一致"):
        copy(filled, empty, nothing)
    assert not any(rows(empty).values())


def test_of_two_tables_that_differ_in_one_value_the_digests_differ(filled: Store, empty: Store, tmp_path: Path) -> None:
    first = copy(filled, empty, nothing)
    with empty.begin() as tx:
        tx.execute(sa.update(tables.steps).values(days=11))
    with open_store(f"sqlite:///{tmp_path}/third.db") as third:
        second = copy(empty, third, nothing)

    def differs(copied: Copied, other: Copied) -> bool:
        return copied != other

    assert [copied.table for copied, other in zip(first, second, strict=True) if differs(copied, other)] == ["steps"]
