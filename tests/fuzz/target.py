"""A target: what reads hostile bytes, what may come of it, and what it is first tried with."""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import process_time
from types import TracebackType

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
FOUND = Path(__file__).parent / "found"
"""By target: the inputs that once did what none may do."""
SECONDS = 3.0
"""Of the processor, that one input may take: the reading process is ended after five."""
MEMORY = 128 * 1024 * 1024
"""Bytes by which one input may let the process grow."""
_UNIT = 1024
"""Bytes of the unit in which Linux counts the memory of a process."""


class OpenError(Exception):
    """Something came of an input that nothing may come of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One parser of hostile bytes, or several that are given the same."""

    name: str
    read: Callable[[bytes], object]
    gives: type | tuple[type, ...]
    """The types of what it returns."""
    closed: tuple[type[Exception], ...] = ()
    """The errors that it says to raise."""
    seeds: Callable[[], Iterable[bytes]]
    longest: int = 64 * 1024
    """Bytes of an input."""

    def try_(self, data: bytes) -> None:
        """Read an input; raises OpenError, or what was not to be raised."""
        began, held = process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        try:
            found = self.read(data)
        except self.closed:
            found = None
        else:
            if not isinstance(found, self.gives):
                raise OpenError(f"{self.name} gave a {type(found).__name__}")
        took = process_time() - began
        if took > SECONDS:
            raise OpenError(f"{self.name} took {took:.1f} s for {len(data)} bytes")
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held) * _UNIT
        if grown > MEMORY:
            raise OpenError(f"{self.name} took {grown} bytes of memory for {len(data)}")

    def found(self) -> Iterator[Path]:
        """Yield the inputs that are kept of it."""
        folder = FOUND / self.name
        yield from sorted(folder.iterdir()) if folder.is_dir() else ()


def place_of(error: BaseException) -> str:
    """Return what tells one fault from another: the error's type, and the line of ours that it came from."""
    frames = list(_frames(error.__traceback__))
    ours = [frame for frame in frames if not frame.startswith(("tests/", "/"))]
    return f"{type(error).__name__} in {(ours or frames or ['nowhere'])[-1]}"


def _frames(trace: TracebackType | None) -> Iterator[str]:
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        is_ours = path.is_relative_to(ROOT) and ".venv" not in path.parts
        yield f"{path.relative_to(ROOT) if is_ours else path}:{trace.tb_lineno}"
        trace = trace.tb_next


def keep(folder: Path, data: bytes, place: str) -> Path:
    """Keep an input under a name of its own, the shortest of one fault; return where."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / sha256(place.encode()).hexdigest()[:16]
    if not path.exists() or path.stat().st_size > len(data):
        path.write_bytes(data)
        sys.stderr.write(f"\nFOUND {place}: {path}\n")
    return path
