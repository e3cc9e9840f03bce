"""Reading files that people send: each in a process of its own that knows nothing, and is ended in time."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import pickle  # what is handed down to the process; what comes back is JSON
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Timer

from collectors import wire
from monitor.app.file_worker import HEAD, LONGEST_ANSWER
from monitor.ledger import LedgerError
from monitor.ledger.apart import BusyError, Gives, Job
from monitor.ledger.fault import FileFault

MEMORY = 512 * 1024**2
"""Bytes of address space of a reading."""
SECONDS = 20
"""Of work."""
PATIENCE = 90.0
"""Seconds until an answer, on a machine that has much else to do."""
WAITING = 8
"""Files that wait for their turn; more are told to come again."""
_ENVIRONMENT = {"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}
_SERVE = (
    "import sys; sys.path[:] = sys.argv[3:]; from monitor.app.file_worker import serve; "
    "serve(int(sys.argv[1]), int(sys.argv[2]))"
)
_EXCESS = "内容过多，无法核对，请分成几个文件，逐个上传"
_TOO_LONG = f"核对用了{SECONDS}秒还没有完，请删去表格以外的内容，或分成几个文件，逐个上传"
_UNREADABLE = "无法读取这个文件，请用 Excel 或 WPS 打开后另存为 xlsx，再上传"

_log = logging.getLogger(__name__)


class FileReader:
    """Reads one file after the other."""

    def __init__(self, *, memory: int = MEMORY, seconds: int = SECONDS, patience: float = PATIENCE) -> None:
        """Give each file this much memory (bytes), work and time (seconds)."""
        self._memory, self._seconds, self._patience = memory, seconds, patience
        self._waiting = 0
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="file-reader")

    async def __call__(self, job: Job[Gives], path: Path, name: str) -> Gives:
        """Return what a job makes of a file that people call so; raises LedgerError, and BusyError where many wait."""
        if self._waiting >= WAITING:
            raise BusyError
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self.read, job, path, name)
        finally:
            self._waiting -= 1

    def read(self, job: Job[Gives], path: Path, name: str) -> Gives:
        """Do so on the spot."""
        said = self._said(pickle.dumps((name, job)), path.read_bytes(), name)
        try:
            if "faults" in said:
                raise LedgerError(wire.decoder(tuple[FileFault, ...])(said["faults"]))
            if "read" in said:
                found: Gives = wire.decoder(job.gives)(said["read"])
                return found
        except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
            _log.warning("reading process answered with what is no answer", extra={"error": type(error).__name__})
        if "crash" in said:
            _log.error("reading a file failed", extra={"error": said["crash"], "trace": said.get("trace")})
        raise _refusal(name, _EXCESS if "excess" in said else _UNREADABLE)

    def _said(self, job: bytes, content: bytes, name: str) -> dict[str, object]:
        """Return the answer of a process; raises LedgerError where there is none."""
        with self._process() as process:
            ending = Timer(self._patience, process.kill)
            ending.start()
            try:
                answer = _exchange(process, HEAD.pack(len(job), len(content)) + job + content)
            finally:
                ending.cancel()
                process.kill()
        if process.returncode == -signal.SIGXCPU:
            raise _refusal(name, _TOO_LONG)
        try:
            said = json.loads(answer)
        except (ValueError, RecursionError):
            said = None
        return said if isinstance(said, dict) else {}

    def _process(self) -> subprocess.Popen[bytes]:
        places = [os.path.abspath(place) for place in sys.path]  # noqa: PTH100 - as the interpreter writes them
        return subprocess.Popen(  # noqa: S603 - this very interpreter, with our own words
            [sys.executable, "-IB", "-c", _SERVE, str(self._memory), str(self._seconds), *places],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            cwd="/",
            start_new_session=True,
        )


def _exchange(process: subprocess.Popen[bytes], asked: bytes) -> bytes:
    """Return what a process answers, no longer than an answer may be; it says nothing until it has heard all."""
    if process.stdin is None or process.stdout is None:
        raise OSError  # both were asked for
    try:
        process.stdin.write(asked)
        process.stdin.close()
    except OSError:
        return b""
    answer = process.stdout.read(LONGEST_ANSWER + 1)
    if len(answer) > LONGEST_ANSWER:
        return b""
    process.wait()
    return answer


def _refusal(name: str, text: str) -> LedgerError:
    return LedgerError([FileFault(file=name, text=text)])
