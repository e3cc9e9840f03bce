"""Help pages: every one of them, found by walking the tree of commands."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from monitor.cli.chinese import Command
from monitor.cli.commands import XUNCHA
from tests.cli.office import ENGLISH, ROOT, Office

CONTRACT = {
    "case",
    "case list",
    "case show",
    "case confirm",
    "case reject",
    "case exempt",
    "case retain",
    "case revoke",
    "case consolidate",
    "case deregister",
    "case approve",
    "case decline",
    "case close",
    "case notice",
    "handover",
    "run",
    "check",
    "evaluate",
    "import",
    "import roster",
    "import posts",
    "import filed-list",
    "import bulletins",
    "import work-orders",
    "import index",
    "import decisions",
    "import records",
    "import list",
    "import withdraw",
    "export",
    "report",
    "read",
    "message",
    "message list",
    "message show",
    "message retry",
    "message release",
    "message test",
    "audit",
    "audit export",
    "audit verify",
    "user",
    "user add",
    "user list",
    "user disable",
    "user enable",
    "user password",
    "user link",
    "token",
    "token add",
    "token list",
    "token revoke",
    "hook",
    "hook add",
    "hook list",
    "hook test",
    "hook rotate",
    "hook disable",
    "hook enable",
    "hook resend",
    "hook settle",
    "config",
    "config check",
    "config documents",
    "db",
    "db backup",
    "db copy",
    "db prune",
    "db restore",
    "db upgrade",
    "sample",
    "health",
    "worker",
}


LIGHT = {
    *(f"monitor.cli{name}" for name in ("", ".main", ".commands", ".chinese", ".moments", ".debugging")),
    *("monitor.app", "monitor.app.clock", "monitor.core", "monitor.core.calendar"),
}
"""The modules that help pages need: none of them imports a library but click."""


def _found(path: tuple[str, ...]) -> click.Command:
    command: click.Command = XUNCHA
    for name in path:
        assert isinstance(command, click.Group)
        command = command.commands[name]
    return command


def _tree(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from _tree(below, (*path, name))


PATHS = tuple(_tree(XUNCHA))
GROUPS = tuple(path for path in PATHS if any(other[:-1] == path for other in PATHS if other))
COMMANDS = tuple(path for path in PATHS if path not in GROUPS)


def test_the_commands_are_those_of_the_contract() -> None:
    assert {" ".join(path) for path in PATHS if path} == CONTRACT


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_every_help_page_is_chinese(office: Office, path: tuple[str, ...]) -> None:
    page = office.type(*path, "--help").done()
    assert page.startswith(f"用法：xuncha{''.join(f' {name}' for name in path)} [选项]")
    assert "选项：" in page
    assert "显示说明。" in page
    assert not ENGLISH.search(page.partition("\n")[2].replace("--db URL", ""))
    for english in ("Usage", "Options", "Commands", "default", "required", "OPTIONS", "COMMAND", "ARGS", "Show "):
        assert english not in page


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_every_option_and_command_is_explained(office: Office, path: tuple[str, ...]) -> None:
    page = office.type(*path, "--help").done()
    for line in page.splitlines():
        if line.startswith("  -"):
            assert re.search("  [^ ].*[\u4e00-\u9fff].*。$", line), line


@pytest.mark.parametrize("path", GROUPS, ids=" ".join)
def test_no_command_s_line_in_the_list_is_cut(office: Office, path: tuple[str, ...]) -> None:
    assert "..." not in office.type(*path, "--help").done().partition("命令：")[2]


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_a_command_has_a_function_that_takes_what_is_typed_and_nothing_else(path: tuple[str, ...]) -> None:
    command = _found(path)
    assert isinstance(command, Command)
    taken = inspect.signature(command.function()).parameters
    assert next(iter(taken)) == "where"
    assert {name for name in taken if name != "where"} == {given.name for given in command.params}


def test_no_two_commands_are_done_by_one_function() -> None:
    does = [command.does for command in map(_found, COMMANDS) if isinstance(command, Command)]
    assert len(set(does)) == len(does) == len(COMMANDS)


def test_the_columns_of_a_help_page_are_straight(office: Office) -> None:
    lines = office.type("import", "roster", "--help").done().splitlines()
    starts = {
        len(line[: line.index(text)].encode("gbk"))  # two bytes where a terminal takes two columns
        for line, text in ((line, re.split(" {2,}", line.strip())[1]) for line in lines if line.startswith("  -"))
    }
    assert len(starts) == 1


def test_no_command_at_all_shows_the_help_and_counts_as_typed_wrongly(office: Office) -> None:
    said = office.type(where=False)
    assert (said.code, said.out) == (2, "")
    assert said.err == office.type("--help").out


def test_a_missing_command_is_one_sentence(office: Office) -> None:
    assert office.type().refused(2) == "缺少命令，用 --help 查看全部命令。"


@pytest.mark.parametrize("path", [("import",), ("message",), ("config",), ("db",)], ids=" ".join)
def test_a_group_without_a_command_shows_its_help_and_counts_as_typed_wrongly(
    office: Office, path: tuple[str, ...]
) -> None:
    said = office.type(*path)
    assert (said.code, said.out) == (2, "")
    assert said.err == office.type(*path, "--help").out


def test_the_version_is_told(office: Office) -> None:
    assert re.fullmatch(r"xuncha \d+\.\d+\.\d+\n", office.type("--version").done())


def test_help_touches_nothing(office: Office) -> None:
    office.type("import", "roster", "--help").done()
    assert not office.database.parent.exists()


def test_no_help_page_imports_more_than_how_commands_are_typed() -> None:
    program = (
        "import sys; from monitor.cli.main import run\n"
        "for path in sys.argv[1:]: assert run([*path.split(), '--help']) == 0\n"
        "print(*(name for name in sys.modules if name.startswith('monitor.')))"
    )
    words = map(" ".join, PATHS)
    ran = subprocess.run([sys.executable, "-c", program, *words], check=True, capture_output=True, text=True, cwd=ROOT)
    assert set(ran.stdout.splitlines()[-1].split()) == LIGHT


def test_help_waits_for_nothing(office: Office) -> None:
    """The database, the network and the spreadsheets take a second to import."""
    program = (
        "import sys; from monitor.cli.main import run; assert run(['import', 'roster', '--help']) == 0; "
        "assert not {'sqlalchemy', 'aiohttp', 'apprise', 'pydantic', 'openpyxl', 'structlog'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, cwd=ROOT)
