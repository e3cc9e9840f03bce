"""A service whose loop stands still is ended, with a note of where it stood; one that lives is left alone."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.app.watchdog import watchdog

FROZEN = """
import asyncio, re
from monitor.app.watchdog import watchdog

def standing_still():
    re.match("(a+)+$", "a" * 60 + "b")  # holds the interpreter, and with it every thread

async def main():
    with watchdog(0.5):
        await asyncio.sleep(0)
        standing_still()

asyncio.run(main())
"""
BUSY = """
import asyncio
from monitor.app.watchdog import watchdog

async def main():
    with watchdog(1.5):
        for _ in range(40):
            sum(range(2_000_000))
            await asyncio.sleep(0)
    print("lives")

asyncio.run(main())
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)


def test_a_loop_that_stands_still_in_a_call_that_holds_the_interpreter_ends_the_process() -> None:
    ended = run(FROZEN)
    assert ended.returncode == -signal.SIGPROF
    assert "in standing_still" in ended.stderr


def test_a_loop_that_works_and_takes_its_turns_is_left_alone() -> None:
    ended = run(BUSY)
    assert (ended.returncode, ended.stdout) == (0, "lives\n")


async def test_whoever_started_the_service_hears_that_it_lives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as there:
        there.bind(str(tmp_path / "notify"))
        there.setblocking(False)  # noqa: FBT003 - the standard library's
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        with watchdog():
            heard = await asyncio.get_running_loop().sock_recv(there, 100)
    assert heard == b"WATCHDOG=1"
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
