from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from monitor.core.user import UserRole
from monitor.store import Store, StoreError, login_links, notes, open_store, sessions, users
from monitor.store.backup import back_up, holds_roster, restore
from monitor.store.database import SchemaTooNewError
from monitor.store.sessions import LoginSession
from tests.databases import migrated
from tests.store.build import HOUR, NOW, account, enrol
from tests.store.test_copy import fill, nothing, rows


@pytest.fixture
def backup(store: Store, tmp_path: Path) -> Path:
    """Return a backup of a full database."""
    fill(store)
    file = tmp_path / "backup.db"
    back_up(store, file, nothing)
    return file


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return where a database is to be restored."""
    return tmp_path / "data" / "restored.db"


def url_of(file: Path) -> str:
    return f"sqlite:///{file}"


def test_what_was_backed_up_comes_back(store: Store, backup: Path, place: Path) -> None:
    restore(url_of(place), backup, nothing)
    with open_store(url_of(place)) as restored:
        assert rows(restored) == rows(store)
        assert restored.problem() is None
        with restored.begin() as tx:
            assert tx.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert tx.exec_driver_sql("PRAGMA auto_vacuum").scalar() == 2


def test_a_backup_is_one_file_for_its_owner_only(backup: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in backup.parent.iterdir() if "backup" in path.name] == ["backup.db"]
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_backup_is_one_moment_while_others_write(tmp_path: Path) -> None:
    with open_store(url_of(tmp_path / "busy.db")) as store:
        with store.begin() as tx:
            for number in range(4000):
                notes.put_note(tx, f"{number}", "x" * 2000)
        stopped, wrote = threading.Event(), threading.Event()

        def write() -> None:
            turn = 0
            while not stopped.is_set():
                turn += 1
                with store.begin() as tx:
                    notes.put_note(tx, "first", f"{turn}")
                    notes.put_note(tx, "last", f"{turn}")
                wrote.set()

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for number in range(3):
                wrote.clear()
                assert wrote.wait(10)
                back_up(store, tmp_path / f"{number}.db", nothing)
        finally:
            stopped.set()
            writer.join()
    for number in range(3):
        with open_store(url_of(tmp_path / f"{number}.db")) as copy, copy.read() as tx:
            assert notes.get_note(tx, "first") == notes.get_note(tx, "last") != None  # noqa: E711 - one and the same
    assert not list(tmp_path.glob("*.part*"))


def test_a_file_that_is_there_is_not_overwritten(store: Store, backup: Path) -> None:
    before = backup.read_bytes()
    with pytest.raises(StoreError, match="已存在"):
        back_up(store, backup, nothing)
    assert backup.read_bytes() == before


def test_a_folder_that_cannot_be_written_to_is_named(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="无法写入"):
        back_up(store, tmp_path / "file" / "backup.db", nothing)


def test_accounts_in_the_way_are_seen(store: Store, url: str, place: Path) -> None:
    assert not holds_roster(url_of(place))
    assert not place.exists()
    assert not holds_roster(url)
    enrol(store, account())
    assert holds_roster(url)


def test_a_file_of_which_nothing_can_be_said_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "broken.db").write_bytes(b"x" * 8192)
    assert holds_roster(url_of(tmp_path / "broken.db"))


def test_another_database_is_replaced_whole(store: Store, backup: Path, place: Path) -> None:
    with open_store(url_of(place)) as other:
        enrol(other, account("B01"), account("B02"))
    place.chmod(0o640)
    restore(url_of(place), backup, nothing)
    assert place.stat().st_mode & 0o777 == 0o640
    with open_store(url_of(place)) as restored:
        assert rows(restored) == rows(store)
    assert {path.name for path in place.parent.iterdir()} == {"restored.db", "restored.db.lock"}


def test_a_broken_database_is_replaced_with_all_that_lies_beside_it(store: Store, backup: Path, place: Path) -> None:
    place.parent.mkdir()
    place.write_bytes(b"x" * 8192)
    for suffix in ("-wal", "-shm"):
        place.with_name(place.name + suffix).write_bytes(b"y" * 4096)
    restore(url_of(place), backup, nothing)
    with open_store(url_of(place)) as restored:
        assert rows(restored) == rows(store)


def check_untouched(place: Path, backup: Path, why: str) -> None:
    """Restore what must be refused: nothing has changed."""
    with open_store(url_of(place)) as there:
        enrol(there, account("B01"))
        before = rows(there)
    with pytest.raises(StoreError, match=why):
        restore(url_of(place), backup, nothing)
    with open_store(url_of(place)) as there:
        assert rows(there) == before
    assert not list(place.parent.glob("*.part*"))


def test_a_newer_program_s_backup_is_refused(backup: Path, place: Path) -> None:
    with closing(sqlite3.connect(backup)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaTooNewError):
        restore(url_of(place), backup, nothing)
    assert not place.exists()
    check_untouched(place, backup, "由更新版本的程序写入")


def test_a_backup_with_a_hole_is_refused(backup: Path, place: Path) -> None:
    content = bytearray(backup.read_bytes())
    with closing(sqlite3.connect(backup)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'posts'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    content[(page - 1) * size : page * size] = b"\xff" * size
    backup.write_bytes(content)
    check_untouched(place, backup, "不完整|已损坏")


def test_half_a_backup_is_refused(backup: Path, place: Path) -> None:
    content = backup.read_bytes()
    backup.write_bytes(content[: len(content) // 8192 * 4096])
    check_untouched(place, backup, "不完整|已损坏")


def test_what_is_no_backup_is_refused(tmp_path: Path, place: Path) -> None:
    check_untouched(place, tmp_path / "none.db", "找不到文件")
    (tmp_path / "text.db").write_text("账号ID\n" * 2000)
    check_untouched(place, tmp_path / "text.db", "不是数据库")
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE theirs (id INTEGER)")
    check_untouched(place, tmp_path / "other.db", "不是本系统的备份")


def test_a_database_is_no_backup_of_itself(place: Path) -> None:
    check_untouched(place, place, "正在使用的数据库")


HOLDER = """
import sys
from monitor.store import open_store
store = open_store(sys.argv[1])
print(not sys.argv[2:] or store.claim_daemon(), flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize(("claim", "why"), [(("daemon",), "有服务在运行"), ((), "正被其他程序占用")])
def test_a_database_in_use_is_not_replaced(backup: Path, place: Path, claim: tuple[str, ...], why: str) -> None:
    with open_store(url_of(place)) as there:
        enrol(there, account("B01"))
        before = rows(there)
    reading = "with store.begin() as tx:\n    print(True, flush=True)\n    sys.stdin.read()\n"
    code = HOLDER if claim else HOLDER.replace("print(not sys.argv[2:] or store.claim_daemon(), flush=True)\n", reading)
    with subprocess.Popen(
        [sys.executable, "-c", code, url_of(place), *claim], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"True\n"
        with pytest.raises(StoreError, match=why):
            restore(url_of(place), backup, nothing)
        other.kill()
    with open_store(url_of(place)) as there:
        assert rows(there) == before


def test_a_copy_of_an_open_database_with_what_lies_beside_it_is_a_backup_too(tmp_path: Path, place: Path) -> None:
    with open_store(url_of(tmp_path / "live.db")) as store:
        enrol(store, account())
        copied = tmp_path / "copied"
        copied.mkdir()
        for path in tmp_path.glob("live.db*"):
            shutil.copy(path, copied)
        restore(url_of(place), copied / "live.db", nothing)
        with open_store(url_of(place)) as restored:
            assert rows(restored) == rows(store)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_restored_database_belongs_to_whom_it_belonged(backup: Path, place: Path) -> None:
    open_store(url_of(place)).close()
    os.chown(place, 65534, 65534)
    restore(url_of(place), backup, nothing)
    assert (place.stat().st_uid, place.stat().st_gid) == (65534, 65534)


def test_a_backup_goes_into_the_database_that_it_came_from(store: Store, url: str, backup: Path) -> None:
    before = rows(store)
    with store.begin() as tx:
        notes.put_note(tx, "later", "text")
    store.close()
    restore(url, backup, nothing)
    with open_store(url) as restored:
        assert rows(restored) == before
        enrol(restored, account("C01"))


def test_a_restored_database_lets_nobody_go_on_who_was_logged_in(tmp_path: Path, place: Path) -> None:
    with open_store(migrated(tmp_path / "one.db")) as store:
        with store.begin() as tx:
            user = users.add_user(tx, "甲", [UserRole.OPERATOR], None, at=NOW)
            sessions.start(tx, LoginSession(digest="a" * 64, user=user, began_at=NOW, active_at=NOW))
            login_links.keep_link(tx, "b" * 64, user, until=NOW + HOUR, now=NOW)
        back_up(store, tmp_path / "backup.db", nothing)
    restore(url_of(place), tmp_path / "backup.db", nothing)
    with open_store(url_of(place)) as store, store.read() as tx:
        assert users.user_named(tx, "甲") is not None
        assert sessions.sessions_of(tx, user) == ()
        assert login_links.link(tx, "b" * 64, now=NOW) is None
