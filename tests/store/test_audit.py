"""The audit log is only ever added to, and shows when somebody got past that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.pipeline import chain
from monitor.store import Store, StoreError, Tx, audit, notes, open_store, schema, seal, tables
from monitor.store.audit import Act, Walk, digest_of, record_audit, walk, walk_all
from monitor.store.columns import insert_or
from tests.store.build import NOW

table = tables.acts


def filled(store: Store, rows: int = 10) -> None:
    with store.begin() as tx:
        for number in range(1, rows + 1):
            at = NOW + timedelta(seconds=number)
            record_audit(
                tx, Act(at=at, actor="王", action="import posts", object=f"{number}.csv", login="wang（1000）")
            )


def whole(store: Store) -> Walk:
    with store.read() as tx:
        return walk_all(tx)


def test_every_row_follows_from_the_one_before(store: Store) -> None:
    assert whole(store).broken_at is None
    filled(store)
    found = whole(store)
    assert (found.broken_at, found.number, found.rows) == (None, 10, 10)
    with store.read() as tx:
        assert audit.is_in_chain(tx, found.digest)
        assert not audit.is_in_chain(tx, "f" * 64)
        assert [entry.number for entry in audit.every_entry(tx)] == list(range(1, 11))


REFUSED: tuple[Callable[[Tx], object], ...] = (
    lambda tx: tx.execute(sa.update(table).where(table.c.id == 3).values(actor="李")),
    lambda tx: tx.execute(sa.update(table).values(digest="")),
    lambda tx: tx.execute(sa.delete(table).where(table.c.id == 10)),
    lambda tx: tx.execute(sa.delete(table)),
    lambda tx: tx.execute(insert_or(tx, table, ["id"], update=["actor"]), _stranger() | {"id": 3}),
    lambda tx: tx.exec_driver_sql(
        "INSERT OR REPLACE INTO acts SELECT * FROM acts WHERE id = 3"
        if tx.dialect.name == "sqlite"
        else "TRUNCATE acts"
    ),
)


@pytest.mark.parametrize("change", REFUSED)
def test_the_database_itself_refuses_every_change(store: Store, change: Callable[[Tx], object]) -> None:
    filled(store)
    with pytest.raises(sa.exc.DBAPIError, match="only ever added to"), store.begin() as tx:
        change(tx)
    assert whole(store).rows == 10


FORGED: tuple[tuple[Callable[[Tx], object], int], ...] = (
    *((lambda tx, name=name: tx.execute(_third().values({name: "别的"})), 3) for name in table.c.keys()[2:]),
    (lambda tx: tx.execute(_third().values(at=NOW)), 3),
    (lambda tx: tx.execute(sa.delete(table).where(table.c.id == 3)), 4),
    (lambda tx: tx.execute(sa.delete(table).where(table.c.id == 1)), 2),
    (lambda tx: tx.execute(sa.delete(table).where(table.c.id == 10)), 10),
    (lambda tx: tx.execute(sa.delete(table).where(table.c.id > 4)), 5),
    (lambda tx: tx.execute(sa.delete(table)), 1),
    (lambda tx: [tx.execute(update) for update in _swap()], 3),
    (lambda tx: tx.execute(sa.insert(table), _stranger()), 11),
    (lambda tx: notes.put_note(tx, audit.NOTE, "11 x"), 11),
)


def _third() -> sa.Update:
    return sa.update(table).where(table.c.id == 3)


def _swap() -> list[sa.Update]:
    pairs = ((3, 99), (4, 3), (99, 4))
    return [sa.update(table).where(table.c.id == number).values(id=other) for number, other in pairs]


def _stranger() -> dict[str, object]:
    act = Act(at=NOW, actor="李", action="db prune")
    return {"id": 11, "at": NOW, "actor": "李", "action": "db prune", "object": "", "detail": ""} | {
        "digest": digest_of("", 11, act)
    }


@pytest.mark.parametrize(("change", "where"), FORGED)
def test_a_change_past_the_triggers_is_found_where_it_was_made(
    store: Store, change: Callable[[Tx], object], where: int
) -> None:
    filled(store)
    with store.begin() as tx:
        seal.unseal(tx)
        change(tx)
        seal.seal(tx)
    assert whole(store).broken_at == where


def test_whoever_makes_all_of_it_anew_is_found_by_a_digest_that_was_kept(store: Store) -> None:
    filled(store)
    kept = whole(store).digest
    with store.begin() as tx:
        acts = [entry.act for entry in audit.every_entry(tx)]
        seal.unseal(tx)
        tx.execute(sa.delete(table))
        for act in acts:
            record_audit(tx, replace(act, actor="李"))
        seal.seal(tx)
    assert whole(store).broken_at is None
    with store.read() as tx:
        assert not audit.is_in_chain(tx, kept)


async def test_the_self_check_walks_all_of_it_a_piece_at_a_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "ROWS", 4)
    filled(store, 10)
    walked = chain.Chain(store)
    assert [await walked.go_on() for _ in range(6)] == [None] * 6
    with store.begin() as tx:
        seal.unseal(tx)
        tx.execute(sa.update(table).where(table.c.id == 9).values(detail="别的"))
        seal.seal(tx)
    said = [await walked.go_on() for _ in range(7)]
    assert said[:2] == [None, None], "it is bounded"
    assert said[2] == said[6] == "操作记录自编号9起已被改动或删去，请信息技术人员核对（xuncha audit verify）。"


def test_a_walk_reads_no_more_than_it_may(store: Store) -> None:
    filled(store, 10)
    with store.read() as tx:
        found = walk(tx, Walk(), at_most=4)
        assert (found.number, found.rows, found.is_over) == (4, 4, False)
        found = walk(tx, walk(tx, found, at_most=4), at_most=4)
        assert (found.number, found.rows, found.is_over, found.broken_at) == (10, 10, True, None)


texts = st.text(max_size=20)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(texts, min_size=8, max_size=8), st.lists(texts, min_size=8, max_size=8))
def test_two_acts_that_differ_anywhere_have_other_digests(group: list[str], other: list[str]) -> None:
    names = ("actor", "action", "object", "detail", "login", "address", "before", "after")
    first = digest_of("", 1, Act(at=NOW, **dict(zip(names, group, strict=True))))
    second = digest_of("", 1, Act(at=NOW, **dict(zip(names, other, strict=True))))
    assert (first == second) == (group == other)


@pytest.mark.file
def test_old_rows_are_carried_into_the_chain(tmp_path_factory: pytest.TempPathFactory) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path_factory.mktemp('old')}/old.db")
    old = sa.table("acts", *(sa.column(name) for name in ("id", "at", "actor", "action", "object", "detail")))
    with engine.begin() as tx:
        command.upgrade(schema.alembic_config(tx), "0033")
        for number in (1, 2, 5, 9):
            row = {"id": number, "at": f"2026-05-0{number} 01:02:03.000004", "actor": "王", "action": "import posts"}
            tx.execute(sa.insert(old), row | {"object": f"{number}.csv", "detail": "新增1"})
        schema.migrate(tx, engine.url)
        found = walk_all(tx)
        assert (found.broken_at, found.rows) == (None, 4)
        assert [act.object for act in audit.recent_audit(tx)] == ["9.csv", "5.csv", "2.csv", "1.csv"]
        assert seal.is_sealed(tx)
        record_audit(tx, Act(at=NOW, actor="李", action="import posts"))
        assert walk_all(tx).rows == 5
    engine.dispose()


@pytest.fixture
def owned(postgresql: str) -> Iterator[sa.URL]:
    """Return the address of an empty database on PostgreSQL whose owner is no superuser."""
    server = sa.create_engine(postgresql, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with server.connect() as connection:
        for statement in ("CREATE ROLE plain LOGIN", "CREATE ROLE other LOGIN", "CREATE DATABASE owned OWNER plain"):
            connection.exec_driver_sql(statement)
        yield server.url.set(username="plain", database="owned")
        for statement in ("DROP DATABASE owned WITH (FORCE)", "DROP ROLE plain", "DROP ROLE other"):
            connection.exec_driver_sql(statement)


def test_on_postgresql_nobody_has_the_right_to_change_the_log_even_without_its_triggers(owned: sa.URL) -> None:
    with open_store(owned) as store:
        filled(store)
        with store.begin() as tx:
            assert seal.is_sealed(tx)
            tx.exec_driver_sql("ALTER TABLE acts DISABLE TRIGGER USER")
        for statement in ("UPDATE acts SET actor = ''", "DELETE FROM acts", "TRUNCATE acts"):
            with pytest.raises(StoreError, match="没有权限"), store.begin() as tx:
                tx.exec_driver_sql(statement)
        assert whole(store).rows == 10
        with store.begin() as tx:
            tx.exec_driver_sql("GRANT UPDATE ON acts TO other, PUBLIC")
            assert not seal.is_sealed(tx), "who gave the right back is found"


def test_an_upgrade_takes_the_right_that_was_given_before(owned: sa.URL) -> None:
    former = sa.create_engine(owned)
    with former.begin() as tx:
        command.upgrade(schema.alembic_config(tx), "0036")
        tx.exec_driver_sql("GRANT ALL ON acts TO plain, other, PUBLIC")
    former.dispose()
    with open_store(owned) as store, store.read() as tx:
        assert seal.is_sealed(tx)
