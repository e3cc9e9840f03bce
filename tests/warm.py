"""Commands as processes of their own that need not import everything: each is forked off one that has.

`Warm` is the tests' end; `python -m tests.warm NUMBER` is the process that has imported every command and waits at a
socket for what to become. What only a program that was started anew shows (its encodings, its warnings) is not shown
by these.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from monitor.cli import main
from monitor.cli.chinese import Command
from monitor.cli.commands import XUNCHA

_MOST = 1 << 16
_NUMBER = struct.Struct("i")


class Warm:
    """A process that has imported everything, and becomes a command as often as it is asked to."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "tests.warm", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                cwd=Path(__file__).parents[1],
            )

    def close(self) -> None:
        """End it; commands that still run are ended by whoever has them."""
        self._ours.close()
        self._server.wait(timeout=60)

    def start(self, words: Sequence[str], *, cwd: Path, env: Mapping[str, str], stderr: IO[bytes] | int) -> WarmProcess:
        """Return a process that runs a command, with stdout in a pipe, and stderr where it is wanted."""
        (out, to_out), (told, tells) = os.pipe(), os.pipe()
        request = json.dumps({"words": list(words), "cwd": str(cwd), "env": dict(env)}).encode()
        error = stderr if isinstance(stderr, int) else stderr.fileno()
        socket.send_fds(self._ours, [request], [to_out, error, tells])
        os.close(to_out)
        os.close(tells)
        (pid,) = _NUMBER.unpack(os.read(told, _NUMBER.size))
        return WarmProcess(pid=pid, stdout=os.fdopen(out, "rb"), told=told)


@dataclass(kw_only=True)
class WarmProcess:
    """A command that runs, to be waited for and ended like a process that was started anew."""

    pid: int
    stdout: IO[bytes]
    told: int
    """Where the one that waits for it tells how it ended."""
    returncode: int | None = field(default=None)

    def poll(self) -> int | None:
        """Return how it ended, or None."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """Return how it ended, as soon as it has."""
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return code

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self.told], [], [], timeout)[0]:
            (status,) = _NUMBER.unpack(os.read(self.told, _NUMBER.size))
            os.close(self.told)
            self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def communicate(self) -> tuple[bytes, None]:
        """Return the rest of what it says, and wait for its end."""
        with self.stdout:
            said = self.stdout.read()
        self.wait()
        return said, None


def _serve(place: int) -> None:
    """Become what is asked for: only a process that has become something returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(fileno=place) as asked:
        while True:
            request, places, _, _ = socket.recv_fds(asked, _MOST, 3)
            if not request:
                os._exit(0)
            if os.fork() == 0:
                break
            for fd in places:
                os.close(fd)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    out, error, tells = places
    pid = os.fork()
    if pid:  # the one that waits
        os.write(tells, _NUMBER.pack(pid))
        os.write(tells, _NUMBER.pack(os.waitpid(pid, 0)[1]))
        os._exit(0)
    for fd, standard in ((out, 1), (error, 2)):
        os.dup2(fd, standard)
    for fd in places:
        os.close(fd)
    _become(**json.loads(request))


def _become(words: list[str], cwd: str, env: dict[str, str]) -> None:
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    warnings.simplefilter("error")
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)
    sys.argv = ["xuncha", *words]


def _import_all(group: object) -> None:
    for command in getattr(group, "commands", {}).values():
        if isinstance(command, Command):
            command.function()
        _import_all(command)


if __name__ == "__main__":
    _import_all(XUNCHA)
    import monitor.cli.place  # noqa: F401 - what every command imports when it begins

    _serve(int(sys.argv[1]))
    main()
