"""A lost database is not quietly made anew, and commands that only read make none."""

from __future__ import annotations

import shutil
import signal
from dataclasses import replace

import pytest

from tests.cli.office import Office, free_port
from tests.cli.test_running import is_ready, until
from tests.warm import Warm

pytestmark = pytest.mark.file
READING = (
    ("evaluate",),
    ("evaluate", "--json"),
    ("case", "list"),
    ("message", "list"),
    ("import", "list"),
    ("export", "findings", "--out", "findings.xlsx"),
    ("export", "roster", "--out", "roster.xlsx"),
    ("report", "review", "--out", "review.xlsx"),
    ("audit", "verify"),
)


@pytest.fixture
def office(office: Office, warm: Warm) -> Office:
    """Return an office whose processes need not import everything anew."""
    return replace(office, warm=warm)


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_a_command_that_only_reads_makes_no_database(
    office: Office, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(office.folder)
    said = office.type(*words)
    assert said.code in {0, 1}, said
    assert not office.database.exists()


def test_a_dry_run_makes_none_and_nor_does_a_backup(office: Office) -> None:
    table = office.table(("A01", "账号1", "头条号", "示例县教育局"))
    office.type("import", "roster", table, "--dry-run").done()
    assert "没有这个数据库" in office.type("db", "backup", "--out", office.folder / "b.db").refused()
    assert not office.database.exists()


@pytest.mark.parametrize("words", [("run",), ("run", "--or-sample")], ids=" ".join)
def test_a_service_whose_database_is_gone_says_so_and_makes_none(office: Office, words: tuple[str, ...]) -> None:
    office.settle(f"web:\n  bind: 127.0.0.1:{free_port()}\n")
    office.type("import", "roster", office.table(("A01", "账号1", "头条号", "示例县教育局"))).done()
    shutil.rmtree(office.database.parent)
    why = office.process(*words).refused()
    assert "没有台账，而此前有过" in why
    assert "用备份恢复" in why
    assert not office.database.exists()


def test_without_the_mark_it_begins_with_nothing(office: Office) -> None:
    port = free_port()
    office.settle(f"web:\n  bind: 127.0.0.1:{port}\n")
    office.type("import", "roster", office.table(("A01", "账号1", "头条号", "示例县教育局"))).done()
    shutil.rmtree(office.database.parent)
    (office.folder / "config" / "roster.known").unlink()
    with office.running("run") as service:
        until(is_ready(port), service)
        assert service.stop(signal.SIGTERM) == 0
