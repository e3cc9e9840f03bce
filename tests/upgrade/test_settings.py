"""The settings of the first version, in the hands of this one: what CHANGELOG.md says to do to them is enough."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FORMER = Path(__file__).parent / "0.1.0"
XUNCHA = (sys.executable, "-c", "from monitor.cli import main; main()")


def checked(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [*XUNCHA, "--config", str(folder), "config", "check"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


def test_the_settings_of_the_first_version_are_refused_for_two_things_and_taken_when_these_are_done(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "config"
    shutil.copytree(FORMER, folder)
    shutil.copy(ROOT / "config" / "calendar.yaml", folder)
    before = checked(folder)
    assert before.returncode == 1
    told = before.stderr.splitlines()
    assert {line.partition("：")[0].partition(" 第")[0] for line in told} == {
        str(folder / "xuncha.yaml"),
        str(folder / "rules.yaml"),
    }
    for name in ("dispatch", "dormant_from", "zombie_from"):
        assert name in before.stderr
    settings = folder / "xuncha.yaml"
    settings.write_text(settings.read_text("utf-8").replace("\ndispatch: embedded\n", "\n"), "utf-8")
    shutil.copy(ROOT / "config" / "rules.yaml", folder)
    assert checked(folder).returncode == 0
