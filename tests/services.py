"""What some tests need beside Python. Without it they are skipped, saying so; where CI promises it they fail.

`tests/setup-services` installs all of it. XUNCHA_REQUIRE_SERVICES turns the skips into failures.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NoReturn

import pytest


def require_chromium() -> str:
    """Return the browser's path."""
    return _program("chromium", "chromium-browser", "google-chrome")


def require_soffice() -> str:
    """Return the path of LibreOffice."""
    return _program("soffice", "libreoffice")


def require_pdftotext() -> str:
    """Return the path of the program that reads the text of a PDF page by page, as it stands there."""
    return _program("pdftotext")


def require_promtool() -> str:
    """Return the path of Prometheus' own checker of rules and metrics."""
    return _program("promtool")


def require_prometheus() -> str:
    """Return the path of Prometheus."""
    return _program("prometheus")


def require_amtool() -> str:
    """Return the path of Alertmanager's own checker of its settings."""
    return _program("amtool")


def require_alertmanager() -> str:
    """Return the path of Alertmanager."""
    return _program("alertmanager", "prometheus-alertmanager")


def require_spectral() -> str:
    """Return the path of the linter of OpenAPI documents."""
    return _program("spectral")


def require_faketime() -> dict[str, str]:
    """Return what stands in the environment of a process with another clock, but for the clock itself."""
    asked = [_program("faketime"), "-m", "--exclude-monotonic", "-f", "+0", "env", "--null"]
    told = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=60, env={}).stdout
    given = dict(line.split("=", 1) for line in told.split("\0") if "=" in line)
    return {name: value for name, value in given.items() if name not in {"_", "FAKETIME", "FAKETIME_SHARED"}}


def require_samples() -> Path:
    """Return the folder of recorded pages, which is not part of the project (XUNCHA_SAMPLES)."""
    folder = os.environ.get("XUNCHA_SAMPLES")
    if not folder:
        pytest.skip("XUNCHA_SAMPLES names no folder of recorded pages")
    return Path(folder)


@contextmanager
def require_postgresql(*, megabytes: int | None = None) -> Iterator[str]:
    """Run a PostgreSQL of our own; the value is its address for SQLAlchemy.

    It listens on a socket file in its own folder, so that any number run side by side; both are gone afterwards.
    With `megabytes`, its tables (in `files`) lie on a disk of their own that has no more room. Its log of writes lies
    elsewhere: a server that finds no room for that ends.
    """
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        _missing("PostgreSQL (initdb)")
    # Not below pytest's tmp_path: the user who runs the server cannot enter it.
    with (
        tempfile.TemporaryDirectory(prefix="xuncha-postgresql-", ignore_cleanup_errors=True) as folder,
        ExitStack() as stack,
    ):
        run = _Server(programs[-1].parent, Path(folder))
        disk = stack.enter_context(small_disk(Path(folder) / "files", megabytes, run.user)) if megabytes else None
        wal = [] if disk is None else [f"--waldir={folder}/wal"]
        run("initdb", *wal, "--auth=trust", "--username=xuncha", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        run("pg_ctl", "--wait", "--silent", "--log", f"{folder}/log", "--options", f"-h '' -k {folder} -F", "start")
        try:
            yield f"postgresql+psycopg://xuncha@/postgres?host={folder}"
        finally:
            run("pg_ctl", "--wait", "--silent", "--mode", "immediate", "stop")


@contextmanager
def small_disk(folder: Path, megabytes: int, owner: str | None) -> Iterator[Path]:
    """Have a folder be a disk of its own with so much room."""
    folder.mkdir()
    size = ["-o", f"size={megabytes}m,mode=0700"]
    mounted = subprocess.run(["mount", "-t", "tmpfs", *size, "tmpfs", folder], capture_output=True, check=False)
    if mounted.returncode:
        _missing("a disk of its own (mount, which needs root)")
    try:
        if owner is not None:
            shutil.chown(folder, owner, owner)
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


class _Server:
    """Calls PostgreSQL's programs on one folder, as somebody whom PostgreSQL serves: it refuses root."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs = programs
        self.folder = folder
        self.user = "postgres" if os.geteuid() == 0 else None
        if self.user is not None:
            shutil.chown(folder, self.user, self.user)

    def __call__(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self.programs / program), "--pgdata", str(self.folder / "files"), *arguments],
            user=self.user,
            group=self.user,
            extra_groups=None if self.user is None else [],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            check=True,
        )


def _program(*names: str) -> str:
    for name in names:
        path = shutil.which(name)
        if path is not None:
            return path
    return _missing(names[0])


def _missing(what: str) -> NoReturn:
    sentence = f"{what} is not installed (tests/setup-services installs it)"
    if os.environ.get("XUNCHA_REQUIRE_SERVICES"):
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)
