"""Fetches the wheels of the lock, for machines other than this one."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from release.faults import ReleaseError
from release.lock import Pin
from release.targets import LEGACY, Target

PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "--retries", "1", "--timeout", "30")


def fetch(pins: Sequence[Pin], target: Target, folder: Path) -> tuple[Pin, ...]:
    """Put what a target needs into a folder, and return the pins for which there is no wheel that runs there.

    Raises ReleaseError where none of them can be had.
    """
    incomplete = [one for one in _rounds(pins) if not _download(one, target, folder)]
    missing = tuple(pin for one in incomplete for pin in one if not _download([pin], target, folder))
    if len(missing) == len(pins):
        raise ReleaseError(
            "一个依赖也下载不到，请检查网络，或为 pip 配置可用的镜像源后重试。"
            " / Nothing could be fetched: check the network, or point pip at a mirror it can reach."
        )
    return missing


def _rounds(pins: Sequence[Pin]) -> list[list[Pin]]:
    """Part what pip takes at once: the lock may pin two versions of one library, for different releases of a Python."""
    rounds: list[list[Pin]] = []
    for pin in pins:
        free = next((one for one in rounds if all(pin.name != other.name for other in one)), None)
        if free is None:
            rounds.append([pin])
        else:
            free.append(pin)
    return rounds


def _download(pins: Sequence[Pin], target: Target, folder: Path) -> bool:
    newest = f"{target.python}.99"  # some libraries refuse the first releases of a Python
    with TemporaryDirectory(prefix="xuncha-release-") as kept:
        wanted = Path(kept) / "requirements.txt"
        wanted.write_text("".join(f"{pin.line(marked=False)}\n" for pin in pins), "utf-8")
        done = subprocess.run(
            [
                *(*PIP, "download", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"),
                *("--python-version", newest, "--implementation", "cp"),
                *(word for platform in target.platforms for word in ("--platform", platform)),
                *("--dest", str(folder), "--requirement", str(wanted)),
            ],
            capture_output=True,
            check=False,
        )
    return done.returncode == 0


def least_glibc(wheels: Iterable[str], target: Target) -> int:
    """Return the oldest C library 2.x on which all of these wheels run, of those that run on a target at all."""
    return max((_glibc(name) for name in wheels if target.runs(name)), default=0)


def _glibc(wheel: str) -> int:
    named = [int(minor) for minor in re.findall(r"manylinux_2_(\d+)_", wheel)]
    legacy = [minor for (_, minor), name in LEGACY.items() if f"{name}_" in wheel]
    return min([*named, *legacy], default=0)
