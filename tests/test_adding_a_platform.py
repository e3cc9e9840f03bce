"""docs/adding-a-platform.md, followed to the letter: its files put in place, its commands typed."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "adding-a-platform.md").read_text("utf-8")
CONTRACT = "tests/collectors/test_platforms.py"
COPIED = (
    "collectors",
    "pyproject.toml",
    CONTRACT,
    "tests/__init__.py",
    "tests/collectors/__init__.py",
    "tests/fakes.py",
)
"""What the new files stand beside; the rest is only looked at, so links to it will do."""
LINKED = ("monitor", "alerts", "config")
OTHERS = "collectors/platforms/*.py"
"""The other platforms stay away: nothing may depend on them, and they take their time."""


def files_of(document: str) -> Mapping[str, str]:
    """Return the files that a document shows whole: a path in code on a line of its own, then a block."""
    return dict(re.findall(r"^`([\w./-]+)`\n\n```\w+\n(.*?)^```$", document, re.MULTILINE | re.DOTALL))


def commands_of(document: str) -> list[list[str]]:
    """Return the commands that a document types, as words."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", document, re.MULTILINE | re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


FILES = files_of(PAGE)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the project in which somebody has done what the page says."""
    place = tmp_path_factory.mktemp("project")
    for name in COPIED:
        there = place / name
        there.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, there, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, there)
    for other in place.glob(OTHERS):
        if other.name != "__init__.py":
            other.unlink()
    for name in LINKED:
        (place / name).symlink_to(ROOT / name)
    (place / "tests" / "fixtures").mkdir()
    for folder in (ROOT / "tests" / "fixtures").iterdir():
        (place / "tests" / "fixtures" / folder.name).symlink_to(folder)
    for name, written in FILES.items():
        assert not (ROOT / name).exists(), "the page adds files, it replaces none"
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text(written, "utf-8")
    return place


def run(place: Path, *words: str) -> str:
    """Return what a Python command of the copy prints; fails with it where the command does."""
    env = {**os.environ, "PYTHONPATH": str(place), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        [sys.executable, *words], cwd=place, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_page_shows_a_collector_its_fixtures_and_a_test() -> None:
    folders = {name.rpartition("/")[0] for name in FILES}
    assert folders == {"collectors/platforms", "tests/fixtures/example", "tests/collectors"}


def test_the_contract_finds_the_new_platform_and_passes(place: Path) -> None:
    told = run(
        place,
        "-m",
        "pytest",
        "-q",
        "-rA",
        "-p",
        "pytest_asyncio.plugin",
        "-p",
        "no:cacheprovider",
        "-k",
        "example",
        "tests/collectors",
    )
    passed = set(re.findall(r"^PASSED (\S+)", told, re.MULTILINE))
    manifest = json.loads(FILES["tests/fixtures/example/expected.json"])
    for number, fixture in enumerate(manifest["fixtures"]):
        case = f"example-{number}-{fixture['file']}"
        assert f"{CONTRACT}::test_a_fixture_is_read_as_its_manifest_says[{case}]" in passed
    for rule in (
        "a_platform_offers_a_collector_with_a_name_of_its_own[example]",
        "every_required_kind_of_answer_has_a_fixture_or_a_reason_why_it_cannot_occur[example]",
        "an_answer_cut_off_anywhere_never_shows_that_nothing_is_newer[example-0-normal.json]",
        "junk_shows_nothing[example-random]",
    ):
        assert f"{CONTRACT}::test_{rule}" in passed
    assert "tests/collectors/test_example.py::test_one_request_shows_the_newest_posts" in passed


def test_the_new_platform_can_be_read_by_the_command_that_the_page_types(place: Path) -> None:
    [read] = [words for words in commands_of(PAGE) if words[:2] == ["xuncha", "read"]]
    start = "from monitor.cli import main; main()"
    told = json.loads(run(place, "-c", start, *read[1:], "--json"))
    assert (told["standing"], told["covers"], told["reason"]) == ("active", "all", None)
    assert [post["title"] for post in told["posts"]] == ["县政府常务会议召开", "防汛提醒"]
