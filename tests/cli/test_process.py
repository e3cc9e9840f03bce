"""What only a process of its own shows: environment, pipes, encodings, and the first command on a bare folder."""

from __future__ import annotations

import subprocess

import pytest

from tests.cli.office import PROGRAM, Office

ROW = ("A01", "示例发布", "微博", "示例县教育局")


@pytest.mark.parametrize(
    "words",
    [
        ("check",),
        ("db", "upgrade"),
        ("message", "release", "--all"),
    ],
    ids=" ".join,
)
def test_whichever_command_that_writes_comes_first_creates_the_database(office: Office, words: tuple[str, ...]) -> None:
    assert not office.database.exists()
    office.type(*words).done()
    assert "alembic_version" in office.content()


def test_an_import_may_come_first_too(office: Office) -> None:
    office.type("import", "roster", office.table(ROW)).done()
    assert len(office.content()["accounts"]) == 1


def test_settings_and_database_may_be_named_by_the_environment(office: Office) -> None:
    elsewhere = office.folder / "elsewhere.db"
    env = {"XUNCHA_CONFIG": str(office.folder / "config"), "XUNCHA_DB": f"sqlite:///{elsewhere}"}
    done = subprocess.run([PROGRAM, "evaluate", "--json"], env=env, cwd="/", capture_output=True, check=True)
    assert done.stdout == b"[]\n"
    assert not elsewhere.exists()  # who only reads makes none
    subprocess.run([PROGRAM, "db", "upgrade"], env=env, cwd="/", capture_output=True, check=True)
    assert elsewhere.exists()


def test_without_any_word_on_them_they_are_in_the_folder_where_one_is(office: Office) -> None:
    subprocess.run([PROGRAM, "db", "upgrade"], env={}, cwd=office.folder, capture_output=True, check=True)
    assert office.database.exists()


def test_answers_go_to_stdout_and_remarks_to_stderr(office: Office) -> None:
    said = office.process("import", "roster", office.table(ROW))
    assert "已导入。" in said.done()
    assert "提示：" not in said.out
    assert all(line.startswith("提示：") for line in said.err.splitlines())


def test_a_refusal_leaves_stdout_empty(office: Office) -> None:
    office.process("import", "roster", "没有.xlsx").refused()
    office.process("evaluate", "--at", "昨天").refused(2)


def test_a_reader_who_leaves_early_sees_no_traceback(office: Office) -> None:
    office.type("import", "roster", office.table(*((f"A{number:04}", *ROW[1:]) for number in range(300)))).done()
    with subprocess.Popen(
        [PROGRAM, *office.where, "evaluate", "--all", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""


def test_a_terminal_without_chinese_gets_something_legible(office: Office) -> None:
    for encoding in ("ascii", "latin-1"):
        said = office.process("message", "show", "x", env={"PYTHONIOENCODING": encoding})
        assert said.code == 1
        assert said.err in {
            "没有编号为x的消息，请核对编号。\n",
            "\\u6ca1\\u6709\\u7f16\\u53f7\\u4e3ax\\u7684\\u6d88\\u606f\\uff0c\\u8bf7\\u6838\\u5bf9\\u7f16\\u53f7\\u3002\n",
        }


def test_a_name_that_is_no_text_is_no_bug(office: Office) -> None:
    done = subprocess.run([PROGRAM, *office.where, "read", "feed", b"\xff\xfe"], capture_output=True, check=False)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert done.stderr.startswith("找不到文件".encode())
