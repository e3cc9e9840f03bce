"""What blackbox_exporter takes to ask for the same pages, where it is installed: it reads none of them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

from tests.bench.looks import UntrueError
from tests.bench.pages import WARMING, Kind, Mode
from tests.bench.target import Target

NAMES = ("prometheus-blackbox-exporter", "blackbox_exporter")
"""What Debian calls it, and its makers."""
_MODULES = "modules:\n  http_2xx:\n    prober: http\n    http:\n      preferred_ip_protocol: ip4\n"
_READY = 30.0
"""Seconds within which it must have begun to answer."""


def measure_blackbox(target: Target, kinds: Sequence[Kind], probes: int) -> dict[Kind, float] | None:
    """Return the microseconds of CPU that one probe of a page takes it, by kind; None where it is not installed."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        return None
    target.turn(Mode.NEWS)
    with _running(program) as (process, address):
        return {kind: _cost(process, address, target, kind, probes) for kind in kinds}


@contextmanager
def _running(program: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="xuncha-bench-") as folder:
        modules = Path(folder, "blackbox.yml")
        modules.write_text(_MODULES, "ascii")
        command = [program, f"--config.file={modules}", f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                address = f"http://127.0.0.1:{port}"
                _wait(process, address)
                yield process, address
            finally:
                process.kill()


def _wait(process: subprocess.Popen[bytes], address: str) -> None:
    until = monotonic() + _READY
    while process.poll() is None and monotonic() < until:
        try:
            urlopen(f"{address}/-/healthy").close()  # noqa: S310 - our own
        except URLError:
            continue
        return
    raise UntrueError("blackbox_exporter does not answer")


def _cost(process: subprocess.Popen[bytes], address: str, target: Target, kind: Kind, probes: int) -> float:
    urls = [url for number in range(WARMING, probes + 1) for url in kind.urls(number, target.base_url)]
    _probe(address, urls[0])
    before = _used(process)
    for url in urls[1:]:
        _probe(address, url)
    return (_used(process) - before) / len(urls[1:]) * 1_000_000


def _probe(address: str, url: str) -> None:
    with urlopen(f"{address}/probe?module=http_2xx&target={quote(url, safe='')}") as answer:  # noqa: S310 - our own
        if b"\nprobe_success 1\n" not in answer.read():
            raise UntrueError(f"blackbox_exporter does not get {url}")


def _used(process: subprocess.Popen[bytes]) -> float:
    """Return the seconds of CPU that it has used."""
    numbers = Path(f"/proc/{process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")
