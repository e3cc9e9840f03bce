"""An office with its settings and its database in a folder of its own, and the command line it types."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import pytest
import sqlalchemy as sa

from monitor.cli.main import run
from tests.databases import address
from tests.warm import Warm, WarmProcess

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(sys.executable).with_name("xuncha")
SETTINGS = """\
office:
  name: 示例县政府办公室
  areas: [示例县]
network:
  allow: [127.0.0.0/8]
"""
_MORTAL = """\
import ctypes, os, sys
for power in (1, 2):
    ctypes.CDLL(None).prctl(24, power, 0, 0, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Drops CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH (PR_CAPBSET_DROP) and becomes another program."""
Process = subprocess.Popen[bytes] | WarmProcess
HEADER = ("账号ID", "账号名称", "平台", "主办单位")
ENGLISH = re.compile(r"(?<![-\w])[A-Za-z]{2,} [A-Za-z]{2,}")
"""Two English words in a row: no sentence of ours has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever was printed
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        """What it said on stdout, line by line."""
        return self.out.splitlines()

    def refused(self, code: int = 1, *, problems: int = 1) -> str:
        """Return the reasons, one Chinese sentence on a line of its own for each, and nothing on stdout."""
        lines = self.err.splitlines()
        assert (self.code, self.out, len(lines)) == (code, "", problems), self
        for line in lines:
            assert line.endswith("。"), line
            assert re.search("[\u4e00-\u9fff]", line), line
            assert not ENGLISH.search(line), line
            assert "Traceback" not in line
        return self.err.strip()

    def done(self) -> str:
        """Return what was said on stdout; the command did what it was asked to."""
        assert self.code == 0, self
        return self.out


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Its folder holds `config/` and, once a command has come by, `data/`."""

    folder: Path
    warm: Warm | None = None
    """What becomes its processes; without, each is the program started anew."""

    @classmethod
    def at(cls, folder: Path, *, warm: Warm | None = None) -> Office:
        """Found one."""
        shutil.copytree(ROOT / "config", folder / "config", ignore=lambda *_: ["prometheus", "grafana", "systemd"])
        office = cls(folder=folder, warm=warm)
        office.settle("")
        return office

    @property
    def database(self) -> Path:
        return self.folder / "data" / "xuncha.db"

    @property
    def address(self) -> str:
        return address(self.database)

    @property
    def where(self) -> tuple[str, ...]:
        """The options that name settings and database."""
        return ("--config", str(self.folder / "config"), "--db", self.address)

    def settle(self, more: str, *, instead: bool = False) -> None:
        """Write the settings, with more or others in them."""
        (self.folder / "config" / "xuncha.yaml").write_text(more if instead else SETTINGS + more, encoding="utf-8")

    def type(self, *words: object, where: bool = True) -> Said:
        """Run a command in this process, with both outputs in pipes."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = run([*(self.where if where else ()), *map(str, words)])
        return Said(code=code, out=out.getvalue(), err=err.getvalue())

    def answer(self, monkeypatch: pytest.MonkeyPatch, answer: str, *words: object) -> Said:
        """Run a command and answer its question; an empty answer is a closed terminal."""
        monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
        return self.type(*words)

    def process(self, *words: object, env: Mapping[str, str] | None = None, is_mortal: bool = False) -> Said:
        """Run a command as a process of its own, in the folder, with both outputs in pipes.

        With `is_mortal`, what a file's mode forbids is forbidden even to root.
        """
        if self.warm is not None and not is_mortal:
            return self._warm_process(self.warm, words, env)
        ended = subprocess.run(
            [*((sys.executable, "-c", _MORTAL) if is_mortal else ()), str(PROGRAM), *self.where, *map(str, words)],
            cwd=self.folder,
            env=_environment(env),
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        return Said(code=ended.returncode, out=ended.stdout, err=ended.stderr)

    def _warm_process(self, warm: Warm, words: Sequence[object], env: Mapping[str, str] | None) -> Said:
        with TemporaryFile() as err:
            started = warm.start([*self.where, *map(str, words)], cwd=self.folder, env=_environment(env), stderr=err)
            out, _ = started.communicate()
            err.seek(0)
            return Said(code=started.wait(), out=out.decode(), err=err.read().decode())

    @contextmanager
    def running(self, *words: object, env: Mapping[str, str] | None = None) -> Iterator[Service]:
        """Run a command that stays; whatever happens, it is gone afterwards."""
        log = self.folder / f"{'-'.join(map(str, words))}.log"
        with log.open("wb") as err:
            process = self._started([*self.where, *map(str, words)], _environment(env), err)
        try:
            yield Service(process=process, log=log)
        finally:
            process.kill()
            process.communicate()

    def _started(self, words: Sequence[str], env: Mapping[str, str], err: IO[bytes]) -> Process:
        if self.warm is not None:
            return self.warm.start(words, cwd=self.folder, env=env, stderr=err)
        return subprocess.Popen(
            [str(PROGRAM), *words],
            cwd=self.folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=err,
        )

    def table(self, *rows: Sequence[object], header: Sequence[str] = HEADER, name: str = "表.csv") -> Path:
        """Write a table as people send it."""
        path = self.folder / name
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        return path

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Return the rows of a query."""
        engine = sa.create_engine(self.address, poolclass=sa.NullPool)
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(query))]

    def content(self) -> dict[str, list[tuple[object, ...]]]:
        """Return every row of the database, by table."""
        engine = sa.create_engine(self.address, poolclass=sa.NullPool)
        with engine.connect() as connection:
            names = sa.inspect(connection).get_table_names()
            return {
                name: [tuple(row) for row in connection.execute(sa.select("*").select_from(sa.table(name)))]
                for name in names
            }


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A running command."""

    process: Process
    log: Path

    def stop(self, number: int) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=60)

    @property
    def logged(self) -> list[dict[str, object]]:
        """The lines of its log: each is one JSON object, and nothing else is there."""
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


def _environment(more: Mapping[str, str] | None) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("XUNCHA_")}
    return {**ours, "PYTHONWARNINGS": "error", **(more or {})}
