"""What `xuncha db` says; what it does is tested with the store."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.cli.office import Office, free_port
from tests.warm import Warm

ROW = ("A01", "示例发布", "微博", "示例县教育局")


@pytest.fixture
def settled(office: Office) -> Office:
    office.type("import", "roster", office.table(ROW)).done()
    return office


@pytest.fixture
def office(office: Office, warm: Warm) -> Office:
    """Return an office whose processes need not import everything anew."""
    return replace(office, warm=warm)


@pytest.mark.file
def test_a_backup_is_taken_and_put_back(settled: Office) -> None:
    file = settled.folder / "backup.db"
    assert settled.type("db", "backup", "--out", file).done() == f"已备份到 {file}。\n"
    settled.type("import", "roster", settled.table(("A02", *ROW[1:]))).done()
    assert "请加 --yes" in settled.type("db", "restore", file).refused()
    assert len(settled.content()["accounts"]) == 2
    assert settled.type("db", "restore", file, "--yes").done() == f"已用 {file} 恢复。\n"
    assert len(settled.content()["accounts"]) == 1
    settled.database.unlink()
    settled.process("db", "restore", file).done()
    assert len(settled.content()["accounts"]) == 1


def test_a_copy_says_of_every_table_that_it_is_the_same(settled: Office) -> None:
    there = f"sqlite:///{settled.folder}/there.db"
    *of_tables, last = settled.type("db", "copy", "--to", there).done().splitlines()
    assert last.startswith(f"已复制{len(of_tables)}个表，共")
    assert any(line.startswith("accounts：1行，校验值 ") for line in of_tables)
    assert "已有内容" in settled.type("db", "copy", "--to", there).refused()


@pytest.mark.file
def test_what_cannot_be_done_is_one_sentence(settled: Office) -> None:
    file = settled.folder / "backup.db"
    settled.type("db", "backup", "--out", file).done()
    assert "已存在" in settled.type("db", "backup", "--out", file).refused()
    assert "缺少选项" in settled.type("db", "backup").refused(2)
    assert "找不到文件" in settled.type("db", "restore", "none.db", "--yes").refused()
    assert "无法识别" in settled.type("db", "copy", "--to", "none").refused()
    settled.database.write_bytes(b"x" * 8192)
    assert "不是数据库" in settled.type("db", "backup", "--out", settled.folder / "other.db").refused()
    assert "请加 --yes" in settled.type("db", "restore", file).refused()
    settled.type("db", "restore", file, "--yes").done()


@pytest.mark.file
def test_a_database_with_a_service_on_it_is_not_replaced(settled: Office) -> None:
    file = settled.folder / "backup.db"
    settled.type("db", "backup", "--out", file).done()
    settled.settle(f"web:\n  bind: 127.0.0.1:{free_port()}\n")
    with settled.running("run") as service:
        assert service.process.stdout is not None
        assert service.process.stdout.readline().decode().startswith("服务已启动")
        assert "有服务在运行" in settled.type("db", "restore", file, "--yes").refused()
