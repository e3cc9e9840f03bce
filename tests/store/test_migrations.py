from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from monitor.core.decision import Ruling
from monitor.store import Store, decisions, open_store, schema
from monitor.store.in_force import LATEST
from monitor.store.tables import metadata


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Connection]:
    """Return a database that went through every migration, from the first."""
    engine = sa.create_engine(f"sqlite:///{tmp_path_factory.mktemp('migrated')}/migrated.db")
    with engine.begin() as connection:
        schema.migrate(connection, engine.url)
        yield connection
    engine.dispose()


def compared(connection: sa.Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, metadata))


def test_the_migrations_make_the_tables(migrated: sa.Connection) -> None:
    assert compared(migrated) == []


def test_a_new_database_has_the_tables(store: Store) -> None:
    with store.read() as tx:
        assert compared(tx) == []


def told(tx: sa.Connection) -> dict[str, object]:
    """Return what the database itself says of every table, which Alembic does not compare; but for columns' order."""
    inspector = sa.inspect(tx)
    master = sa.table("sqlite_master", sa.column("name"), sa.column("type"), sa.column("sql"))
    made = {row.name: row.sql or "" for row in tx.execute(sa.select(master))}

    def indexes(table: str) -> Iterator[tuple[object, ...]]:
        for _, name, *kind in tx.exec_driver_sql(f"PRAGMA index_list({table})").all():
            columns = [(row[0], *row[2:]) for row in tx.exec_driver_sql(f"PRAGMA index_xinfo({name})")]
            yield name, kind, columns, made[name].partition(" WHERE ")[2]

    return {
        table: {
            "checks": sorted(str(check["sqltext"]) for check in inspector.get_check_constraints(table)),
            "columns": sorted(map(str, (row[1:] for row in tx.exec_driver_sql(f"PRAGMA table_xinfo({table})")))),
            "references": sorted(
                map(str, (row[2:] for row in tx.exec_driver_sql(f"PRAGMA foreign_key_list({table})")))
            ),
            "key": inspector.get_pk_constraint(table),
            "counts on": "AUTOINCREMENT" in made[table],
            "indexes": sorted(map(str, indexes(table))),
        }
        for table in (*metadata.tables, "alembic_version")
    }


@pytest.mark.file  # PRAGMA is SQLite's
def test_a_new_database_is_in_everything_what_the_migrations_make(migrated: sa.Connection, tmp_path: Path) -> None:
    new = sa.create_engine(f"sqlite:///{tmp_path}/new.db")
    schema.upgrade(new, new.url)
    with new.begin() as tx:
        assert told(tx) == told(migrated)
        assert schema.revision(tx) == schema.HEAD
    new.dispose()


def test_the_newest_migration_is_the_one_the_program_asks_for(migrated: sa.Connection) -> None:
    assert ScriptDirectory.from_config(schema.alembic_config(migrated)).get_heads() == [schema.HEAD]
    assert schema.revision(migrated) == schema.HEAD


@pytest.mark.file
def test_opening_says_from_where_a_database_was_upgraded(tmp_path: Path) -> None:
    old = sa.create_engine(f"sqlite:///{tmp_path}/old.db")
    with old.begin() as tx:
        command.upgrade(schema.alembic_config(tx), "0024")
    old.dispose()
    opened = []
    for _ in range(2):
        with open_store(f"sqlite:///{tmp_path}/old.db") as store:
            opened.append(store.opened_at)
    with open_store(f"sqlite:///{tmp_path}/new.db") as store:
        opened.append(store.opened_at)
    assert opened == ["0024", schema.HEAD, None]


def test_decisions_about_accounts_are_kept_when_those_about_units_and_areas_come(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/former.db")
    with engine.begin() as connection:
        config = schema.alembic_config(connection)
        command.upgrade(config, "0029")
        connection.execute(
            sa.text("INSERT INTO accounts (id, platform, is_removed, posts) VALUES ('A01', 'weibo', false, 0)")
        )
        former = {"account": "A01", "rule": "PLT-01", "episode": "e", "ruling": "exempted", "by": "甲", "note": "原因"}
        former |= {"valid_until": "2026-12-31", "document": "示例〔2026〕1号", "import_id": "7"}
        former |= {"at": "2026-05-19 01:00:00.000000", "known_at": "2026-05-19 01:00:00.000000"}
        columns = ", ".join(f'"{name}"' for name in former)
        given = ", ".join(f":{name}" for name in former)
        connection.execute(sa.text(f"INSERT INTO decisions ({columns}) VALUES ({given})"), former)  # noqa: S608 - our own names
        asked = sa.text(f"SELECT {columns} FROM decisions")  # noqa: S608 - as above
        before = connection.execute(asked).all()
        command.upgrade(config, "head")
        assert connection.execute(asked).all() == before
        [whom] = connection.execute(sa.text("SELECT subject, unit, area FROM decisions")).all()
        assert tuple(whom) == ("account/A01", None, None)
        [kept] = decisions.decisions_of(connection, ["A01"], LATEST)["A01"]
        assert (kept.subject.account, kept.ruling, kept.note) == ("A01", Ruling.EXEMPTED, "原因")
    engine.dispose()


def test_where_content_goes_is_read_out_of_the_notes_of_pages(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/former.db")
    notes = ("归集到“示例发布”。研判", "归集到“示例发布”。", "归集到别处", "研判")
    with engine.begin() as connection:
        config = schema.alembic_config(connection)
        command.upgrade(config, "0044")
        row = sa.text(
            "INSERT INTO decisions (subject, area, rule, episode, ruling, by, at, note, known_at) "
            "VALUES ('area/示例县', '示例县', 'CLN-01', '1', :ruling, '甲', '2026-05-01', :note, '2026-05-01')"
        )
        for note in notes:
            connection.execute(row, {"ruling": "consolidated", "note": note})
        connection.execute(row, {"ruling": "retained", "note": notes[0]})
        command.upgrade(config, "0045")
        found = connection.execute(sa.text('SELECT "into", note FROM decisions ORDER BY id')).all()
    engine.dispose()
    read = [("示例发布", "研判"), ("示例发布", ""), (None, "归集到别处"), (None, "研判"), (None, notes[0])]
    assert list(map(tuple, found)) == read


@pytest.mark.parametrize("whom", [{"account": "A01", "area": "示例县"}, {"unit": "示例局"}, {}])
def test_a_decision_about_nobody_or_about_two_is_no_row(store: Store, whom: dict[str, str]) -> None:
    accounts, made = metadata.tables["accounts"], metadata.tables["decisions"]
    row: dict[str, object] = {"subject": "x", "rule": "PLT-01", "episode": "", "by": "甲", "note": "", **whom}
    row |= {"ruling": Ruling.EXEMPTED, "at": LATEST, "known_at": LATEST}
    with store.begin() as tx:
        tx.execute(sa.insert(accounts), {"id": "A01", "platform": "weibo", "is_removed": False, "posts": 0})
    with pytest.raises(sa.exc.IntegrityError, match="ck_decisions_whom"), store.begin() as tx:
        tx.execute(sa.insert(made), row)
