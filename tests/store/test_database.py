import asyncio
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from monitor.store import Store, StoreError, Tx, notes, open_store, tables
from monitor.store.database import READERS, SchemaTooNewError, savepoint
from monitor.store.dialect import KEPT
from tests.store.build import account, enrol

PATIENCE = 20.0
"""Seconds after which something would have been waited for in vain."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "xuncha.db"


def open_file(file: Path, options: str = "", patience: timedelta = timedelta(milliseconds=50)) -> Store:
    return open_store(f"sqlite:///{file}{options}", patience=patience)


@contextmanager
def held_by_another(file: Path) -> Iterator[None]:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.close()


def test_opening_creates_the_folder_and_the_database(file: Path) -> None:
    with open_file(file) as store, store.begin() as tx:
        notes.put_note(tx, "key", "文字")

    with open_file(file) as store, store.read() as tx:
        assert notes.get_note(tx, "key") == "文字"


def test_a_database_is_created_as_it_should_stay(file: Path) -> None:
    with open_file(file) as store, store.begin(durable=True) as tx:
        pragmas = {
            name: tx.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "auto_vacuum", "foreign_keys", "synchronous")
        }

    assert pragmas == {"journal_mode": "wal", "auto_vacuum": 2, "foreign_keys": 1, "synchronous": 2}


def modes(file: Path) -> dict[str, str]:
    return {path.name: oct(path.stat().st_mode & 0o777) for path in file.parent.iterdir()}


@pytest.fixture
def wide_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("wide_umask")
def test_only_its_owner_may_read_a_new_database(file: Path) -> None:
    with open_file(file) as store, store.begin() as tx:
        notes.put_note(tx, "key", "文字")
        assert modes(file) == {"xuncha.db": "0o600", "xuncha.db-wal": "0o600", "xuncha.db-shm": "0o600"}


@pytest.mark.usefixtures("wide_umask")
def test_of_a_database_that_there_is_others_may_do_nothing_and_the_group_what_it_might(file: Path) -> None:
    with open_file(file) as store:
        assert store.problem() is None
        for path in file.parent.iterdir():
            path.chmod(0o644)

        with open_file(file):
            assert set(modes(file).values()) == {"0o640"}
            assert len(modes(file)) == 3


def put_and_fail(tx: Tx, key: str) -> None:
    notes.put_note(tx, key, "text")
    raise KeyError


def test_what_raises_leaves_nothing(store: Store) -> None:
    with pytest.raises(KeyError), store.begin() as tx:
        put_and_fail(tx, "key")

    with store.read() as tx:
        assert notes.get_note(tx, "key") is None


def test_a_savepoint_undoes_only_its_own(store: Store) -> None:
    with store.begin() as tx:
        notes.put_note(tx, "kept", "text")
        with pytest.raises(KeyError), savepoint(tx):
            put_and_fail(tx, "undone")

    with store.read() as tx:
        assert notes.notes(tx) == {"kept": "text"}


def test_after_a_broken_constraint_the_savepoint_s_transaction_goes_on(store: Store) -> None:
    twice = sa.text("INSERT INTO notes (key, text) VALUES ('key', 'text')")
    with store.begin() as tx:
        tx.execute(twice)
        with pytest.raises(exc.IntegrityError), savepoint(tx):
            tx.execute(twice)
        notes.put_note(tx, "other", "text")

    with store.read() as tx:
        assert notes.notes(tx) == {"key": "text", "other": "text"}


def note(key: str) -> Callable[[Tx], None]:
    return lambda tx: notes.put_note(tx, key, "text")


async def test_writes_follow_each_other_and_reads_see_them(store: Store) -> None:
    await asyncio.gather(*(store.write(note(f"{number}"), durable=number % 2 == 0) for number in range(20)))

    assert len(await store.query(notes.notes)) == 20


async def test_a_read_sees_one_moment(store: Store) -> None:
    with store.read() as tx:
        assert notes.notes(tx) == {}
        await store.write(note("key"))
        assert notes.notes(tx) == {}


async def test_what_health_and_metrics_read_waits_for_no_other_reader(store: Store) -> None:
    begun, held = threading.Semaphore(0), threading.Event()

    def read(_: Tx) -> None:
        begun.release()
        held.wait(PATIENCE)

    others = [asyncio.create_task(store.query(read)) for _ in range(3 * READERS)]
    for _ in range(READERS):
        await asyncio.to_thread(begun.acquire)
    try:
        async with asyncio.timeout(PATIENCE / 2):
            assert await store.glance(lambda tx: tx.scalar(sa.select(1))) == 1
    finally:
        held.set()
        await asyncio.gather(*others)


def test_a_read_cannot_write(store: Store) -> None:
    with pytest.raises(StoreError, match="只读"), store.read() as tx:
        notes.put_note(tx, "key", "text")


def test_a_working_store_has_no_problem(store: Store) -> None:
    assert store.problem() is None
    assert store.problem() is None


def test_a_locked_database_is_said_to_be_in_use_and_works_again_later(file: Path) -> None:
    with open_file(file) as store:
        with held_by_another(file):
            assert store.problem() == f"数据库 {file} 正被其他程序占用，请稍后再试。"
        assert store.problem() is None


def limit_pages(store: Store, pages: int) -> None:
    with store.begin() as tx:
        tx.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


def test_a_full_disk_is_said_to_be_full_and_works_again_later(file: Path) -> None:
    with open_file(file) as store:
        limit_pages(store, 1)
        with pytest.raises(StoreError, match="磁盘已满"), store.begin() as tx:
            notes.put_note(tx, "key", "x" * 10_000_000)
        limit_pages(store, 1_000_000)
        assert store.problem() is None


def test_a_read_only_database_is_said_to_be_read_only(file: Path) -> None:
    open_file(file).close()

    with open_file(Path(f"file:{file}"), "?mode=ro&uri=true") as store:
        assert "只读" in str(store.problem())
        with store.read() as tx:
            assert notes.notes(tx) == {}


@contextmanager
def nobody_special() -> Iterator[None]:
    """Be a user for whom read-only means something: root is not."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


def test_a_folder_that_cannot_be_written_to_is_named() -> None:
    with tempfile.TemporaryDirectory() as outer:
        Path(outer).chmod(0o755)
        file = Path(outer) / "data" / "xuncha.db"
        file.parent.mkdir(mode=0o555)
        with nobody_special(), pytest.raises(StoreError, match=r"xuncha\.db"):
            open_file(file)


def test_a_folder_that_cannot_be_created_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")

    with pytest.raises(StoreError, match="无法创建数据库所在的文件夹"):
        open_file(tmp_path / "data" / "xuncha.db")


def test_a_folder_in_place_of_the_file_is_no_database(file: Path) -> None:
    file.mkdir(parents=True)

    with pytest.raises(StoreError, match="无法打开数据库"):
        open_file(file)


def test_another_file_is_no_database(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("账号ID,账号名称\n" * 1000)

    with pytest.raises(StoreError, match="不是数据库"):
        open_file(file)


def test_another_program_s_database_is_left_alone(file: Path) -> None:
    file.parent.mkdir()
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE theirs (id INTEGER)")
    other.close()

    with pytest.raises(StoreError, match="已有其他程序的数据"):
        open_file(file)


def test_a_newer_program_s_database_is_refused(file: Path) -> None:
    with open_file(file) as store, store.begin() as tx:
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(SchemaTooNewError, match="9999"):
        open_file(file)


def test_a_database_that_was_moved_away_is_a_problem(file: Path) -> None:
    with open_file(file) as store:
        file.rename(file.with_name("old.db"))
        assert store.problem() == f"数据库文件 {file} 已被移走或替换，请重新启动服务。"


@pytest.mark.parametrize("url", ["xuncha.db", "oracle://there/db", "mysql+nothing://there/db", "sqlite://", ""])
def test_an_address_that_means_nothing_is_refused(url: str) -> None:
    with pytest.raises(StoreError):
        open_store(url)


def test_no_password_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="连接失败") as refusal:
        open_store(f"postgresql+psycopg://xuncha:geheim@/db?host={tmp_path}")

    assert "geheim" not in str(refusal.value)


def test_no_value_is_said_by_a_fault(store: Store) -> None:
    with pytest.raises(exc.IntegrityError) as fault, store.begin() as tx:
        tx.execute(sa.text("INSERT INTO notes (key, text) VALUES (:key, NULL)"), {"key": "13800000001"})

    assert "13800000001" not in str(fault.value).splitlines()[-1]


HOLDER = """
import sys
import tempfile
import threading
from monitor.store import open_store
store = open_store(sys.argv[1])
print(store.claim_daemon(), flush=True)
sys.stdin.read()
"""


def test_one_daemon_per_database_until_it_is_killed(url: str) -> None:
    with (
        open_store(url) as store,
        subprocess.Popen(
            [sys.executable, "-c", HOLDER, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as other,
    ):
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        assert not store.claim_daemon()

        other.kill()
        other.wait()
        wait_until_the_server_noticed(store)
        assert store.claim_daemon()
        assert store.claim_daemon()


def wait_until_the_server_noticed(store: Store) -> None:
    """PostgreSQL drops a dead client's lock when it next looks at the connection."""
    if store.url.get_backend_name() != "sqlite":
        with store.begin() as tx:
            tx.exec_driver_sql("SELECT pg_advisory_lock(2020961891), pg_advisory_unlock(2020961891)")


def test_a_closed_store_gives_the_daemon_s_place_free(url: str) -> None:
    with open_store(url) as first:
        assert first.claim_daemon()
    with open_store(url) as second:
        assert second.claim_daemon()


KILLED = """
import os, signal, sys
from monitor.store import notes, open_store
with open_store(sys.argv[1]) as store:
    with store.begin(durable=True) as tx:
        notes.put_note(tx, "done", "text")
    with store.begin() as tx:
        notes.put_note(tx, "half", "text")
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_kill_loses_nothing_and_leaves_nothing_half_done(url: str) -> None:
    with open_store(url) as store:
        enrol(store, account())
        subprocess.run([sys.executable, "-c", KILLED, url], check=False)

        with store.read() as tx:
            assert notes.notes(tx) == {"done": "text"}
        assert store.problem() is None


@pytest.mark.file
def test_a_statement_is_put_into_words_once_whichever_store_runs_it(tmp_path: Path) -> None:
    kept = []
    for name in ("one", "other"):
        with open_file(tmp_path / f"{name}.db") as store:
            with store.begin() as tx:
                tx.execute(sa.insert(tables.notes).values(key=name, text=name))
            with store.read() as tx:
                assert tx.scalar(sa.select(tables.notes.c.text).where(tables.notes.c.key == name)) == name
        kept.append(set(KEPT))
    assert kept[0] == kept[1]
