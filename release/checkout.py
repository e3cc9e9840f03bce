"""The commit that is released: nothing that is not in it gets into an archive."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from release.faults import ReleaseError

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Commit:
    """The commit at HEAD."""

    name: str
    moment: int
    """When it was made, in seconds since 1970."""
    is_all: bool
    """False where files differ from it."""


def head() -> Commit:
    """Return the commit; raises ReleaseError where this is no checkout."""
    try:
        name, moment = _git("log", "-1", "--format=%H %ct").decode().split()
        changed = _git("status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.CalledProcessError, ValueError) as error:
        raise ReleaseError(
            "安装包由 git 的提交制作，请在检出的源码目录里运行。 / A bundle is made of a commit: run it in a checkout."
        ) from error
    return Commit(name, int(moment), not changed)


def lay(commit: Commit, folder: Path) -> str:
    """Write the files of a commit into a folder, and return the version that they name."""
    with tarfile.open(fileobj=io.BytesIO(_git("archive", commit.name))) as archive:
        archive.extractall(folder, filter="data")
    return str(tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]["version"])


def _git(*words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=True).stdout
