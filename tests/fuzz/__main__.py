"""`python -m tests.fuzz`: tries every parser of hostile bytes, led by what inputs reach, and keeps what breaks one.

Every target has a process of its own, forked from one that has everything loaded; so many of them run at once. What
was found is in tests/fuzz/found/, the shortest input of each fault, and is tried again by the fast tests.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import atheris

from tests.fuzz.parsers import ROOMS
from tests.fuzz.target import FOUND, ROOT, Target, keep, place_of

PACKAGES = ("alerts", "collectors", "monitor", "python_multipart")


def blind_spots() -> list[str]:
    """Return the modules that are not watched, for they read nothing of others: to watch one takes its time."""
    paths = (path.relative_to(ROOT) for path in (ROOT / "monitor").rglob("*.py"))
    unread = (path for path in paths if not path.as_posix().startswith(ROOMS) or "rules" in path.parts)
    return [".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in unread]


with atheris.instrument_imports(include=list(PACKAGES), exclude=blind_spots()):
    from tests.fuzz.every import targets

HANG = 15
"""Seconds after which an input is taken for one that never ends."""
MEGABYTES = 1024
_STATS = re.compile(rb"stat::number_of_executed_units: (\d+)")


def main() -> int:
    """Run what is asked for; return 1 if anything was found, or a target was not tried."""
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    asked.add_argument("targets", nargs="*", help="their names; all without any")
    asked.add_argument("--seconds", type=float, default=60, help="of each target")
    asked.add_argument("--at-once", type=int, default=2)
    asked.add_argument("--found", type=Path, default=FOUND, help="where inputs that break a parser are kept")
    asked.add_argument("--corpus", type=Path, help="where inputs that reach something new are kept for the next time")
    asked.add_argument("--json", type=Path, help="where to write what was done")
    options = asked.parse_args()
    chosen = [target for target in targets() if not options.targets or target.name in options.targets]
    with tempfile.TemporaryDirectory() as scratch:
        done = run(chosen, options, Path(scratch))
    for name, one in sorted(done.items()):
        ended = "" if one["code"] == 0 else f"  ended with {one['code']}"
        sys.stdout.write(f"{name:<44}{one['inputs']:>10} inputs, {one['new']:>5} reach more{ended}\n")
    if options.json:
        options.json.write_text(json.dumps(done))
    return int(any(one["code"] or not one["inputs"] for one in done.values()))


def run(chosen: Sequence[Target], options: argparse.Namespace, scratch: Path) -> dict[str, dict[str, int]]:
    """Return for each target with how many inputs it was tried, how many of them reached what no seed does, its end.

    Its end is 0 where nothing was found.
    """
    left, running, done = list(chosen), dict[int, Target](), dict[str, dict[str, int]]()
    while left or running:
        while left and len(running) < options.at_once:
            target = left.pop(0)
            pid = os.fork()
            if pid == 0:
                fuzz(target, options, scratch)
            running[pid] = target
        pid, status = os.wait()
        target = running.pop(pid)
        log = (scratch / f"{target.name}.log").read_bytes()
        code = os.waitstatus_to_exitcode(status)
        found = sorted({line for line in log.decode("utf-8", "replace").split("\n") if line.startswith("FOUND ")})
        sys.stdout.write("".join(f"{target.name}: {line}\n" for line in found))
        if code:
            sys.stdout.write(log.decode("utf-8", "replace")[-3000:])
        sys.stdout.flush()
        inputs = sum(int(number) for number in _STATS.findall(log))
        new = sum(1 for _ in corpus_of(target, options, scratch).iterdir())
        done[target.name] = {"inputs": inputs, "new": new, "code": code or len(found)}
    return done


def corpus_of(target: Target, options: argparse.Namespace, scratch: Path) -> Path:
    """Return the folder of the inputs that reached something new."""
    folder: Path = (options.corpus or scratch / "corpus") / target.name
    return folder


def fuzz(target: Target, options: argparse.Namespace, scratch: Path) -> None:
    """Try one target until its time is over; never returns."""
    corpus = corpus_of(target, options, scratch)
    seeds = scratch / "seeds" / target.name
    for folder in (corpus, seeds, options.found / target.name):
        folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate((*target.seeds(), *(path.read_bytes() for path in target.found()))):
        (seeds / str(number)).write_bytes(data[: target.longest])
    log = os.open(scratch / f"{target.name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 2)
    os.dup2(log, 1)

    def one(data: bytes) -> None:
        try:
            target.try_(data)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what was looked for
            keep(options.found / target.name, data, place_of(error))

    atheris.Setup(
        [
            "fuzz",
            f"-max_total_time={max(1, round(options.seconds))}",
            f"-max_len={target.longest}",
            f"-timeout={HANG}",
            f"-rss_limit_mb={MEGABYTES}",
            f"-artifact_prefix={options.found / target.name}/",
            "-print_final_stats=1",
            "-verbosity=0",
            str(corpus),
            str(seeds),
        ],
        one,
    )
    atheris.Fuzz()
    os._exit(0)


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    finally:
        for folder in FOUND.iterdir() if FOUND.is_dir() else ():
            if folder.is_dir() and not any(folder.iterdir()):
                shutil.rmtree(folder)
