"""One archive from which an office installs where there is no network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from release.archive import pack, sha256, write_sums
from release.checkout import Commit, head, lay
from release.lock import Pin, pinned_for, read_lock
from release.sbom import Contents, sbom
from release.targets import TARGETS, Target
from release.wheels import fetch, least_glibc

CARRIED = ("CHANGELOG.md", "LICENSE", "README.md", "README.zh-CN.md", "config", "docs")
"""What an office reads and edits, as it is in the commit."""
OWN = ("README.txt", "install")
"""What only a bundle has; beside this file."""


def make(out: Path, targets: Sequence[Target] = TARGETS) -> Path:
    """Make the bundle of the commit at HEAD, and return it; wheel and sdist are laid beside it.

    Raises ReleaseError. What has no wheel on a target is told, and the bundle's own installer refuses there.
    """
    commit = head()
    if not commit.is_all:
        _tell(f"有未提交的修改，不在安装包里。 / Changes that are not committed are not in it: {commit.name[:12]}.")
    out.mkdir(parents=True, exist_ok=True)
    with _plain_surroundings(), TemporaryDirectory(prefix="xuncha-release-") as kept:
        source = Path(kept) / "source"
        version = lay(commit, source)
        folder = Path(kept) / f"xuncha-{version}-bundle"
        _fill(folder, source, version, commit, targets)
        for name in ("wheel", "sdist"):
            _build(source, name, out, commit)
        archive = out / f"{folder.name}.tar.gz"
        pack(folder, archive, commit.moment)
    return archive


def _fill(folder: Path, source: Path, version: str, commit: Commit, targets: Sequence[Target]) -> None:
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    pins = read_lock(source / "requirements.lock")
    missing = {target: _fetched(pins, target, wheels) for target in targets}
    _build(source, "wheel", wheels, commit)
    (own,) = wheels.glob("xuncha-*.whl")
    (folder / "requirements.txt").write_text(_requirements(pins, version, own), "utf-8")
    (folder / "targets.txt").write_text(_told(missing, wheels), "utf-8")
    contents = Contents(sorted(wheels.iterdir()), pins, version, commit.name, commit.moment)
    (folder / "sbom.cdx.json").write_text(sbom(contents), "utf-8")
    for name in CARRIED:
        (shutil.copytree if (source / name).is_dir() else shutil.copy)(source / name, folder / name)
    for name in OWN:
        shutil.copy(source / "release" / name, folder / name)
    write_sums(folder)


def _fetched(pins: Sequence[Pin], target: Target, wheels: Path) -> tuple[Pin, ...]:
    wanted = pinned_for(pins, target)
    missing = fetch(wanted, target, wheels)
    _tell(f"{target}: {len(wanted) - len(missing)}")
    for pin in missing:
        _tell(f"{target}：没有 {pin} 的安装文件，不能安装。 / No wheel of {pin}: this bundle does not install there.")
    return missing


def _requirements(pins: Sequence[Pin], version: str, own: Path) -> str:
    lines = [*(pin.line(marked=True) for pin in pins), f"xuncha=={version} --hash=sha256:{sha256(own)}"]
    return "".join(f"{line}\n" for line in lines)


def _told(missing: dict[Target, tuple[Pin, ...]], wheels: Path) -> str:
    """Return a line for each target: Python, machine, the C library it needs, and what is missing for it or `-`."""
    names = [wheel.name for wheel in wheels.iterdir()]
    return "".join(
        f"{target.python} {target.machine} 2.{least_glibc(names, target)} {','.join(map(str, pins)) or '-'}\n"
        for target, pins in missing.items()
    )


def _build(source: Path, kind: str, out: Path, commit: Commit) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", out.absolute()],
        cwd=source,
        env=os.environ | {"SOURCE_DATE_EPOCH": str(commit.moment)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )


@contextmanager
def _plain_surroundings() -> Iterator[None]:
    """Let whoever may read the bundle read what is in it, whatever the mask is here."""
    mask = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(mask)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
