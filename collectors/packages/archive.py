"""Packages as archives (ZIP), read from a few pieces of a large file, and never from the whole of it.

`examine` asks for pieces and is given their bytes; it neither knows nor cares where they come from.
The contents that a kind of package must have are told by its `Judge`. The end of the file is looked at first, for a
file whose end is missing was cut off, then the table of contents. Hostile files cost at most `MOST`
bytes.

Format: APPNOTE.TXT.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.core.download import AppFault, Download, Link
from monitor.core.observation import LookFailedError, Reason

PIECE = 64 * 1024
"""The largest range that is asked for."""
MOST = 1_000_000
"""The largest number of bytes of one package that are looked at."""

Piece = tuple[int, int]
"""Where a range begins and where it ends; the end is not part of it."""
Examining = Generator[Piece, bytes, Download]

_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_END_SIZE = 22
_LOCATOR, _LOCATOR_SIZE = b"PK\x06\x07", 20
"""The marker before the end of an archive whose table is described elsewhere."""
_LOCAL_SIZE = 30
LONGEST_FILE = 512 * 1024
"""The largest number of bytes of one file in a package that are read."""
_DEFLATED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveEntry:
    """The entry of one file in the table of contents."""

    method: int
    size: int
    """Compressed, as the table says."""
    unpacked: int
    """Unpacked, as the table says."""
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentsTable:
    """The table of contents."""

    start: int
    """Where it lies; what signs a package as a whole lies right before it."""
    entries: Mapping[bytes, ArchiveEntry]
    """By the files' names; of two of one name the last."""
    has_doubles: bool = False
    """True if two files have one name."""


class CutOffArchiveError(Exception):
    """The file's own words about itself lie beyond its end."""


class Archive:
    """One file, piece by piece; what was read once is not asked for again."""

    def __init__(self, total: int) -> None:
        self.total = total
        self._read = 0
        self._pieces: list[tuple[int, bytes]] = []

    def table(self) -> Generator[Piece, bytes, ContentsTable]:
        """Return the table of contents, found by the record at the end of the file."""
        start, size = yield from self._place_of_table()
        written = yield from self.part(start, start + size)
        listed = list(_entries(written))
        entries = dict(listed)
        return ContentsTable(start=start, entries=entries, has_doubles=len(entries) < len(listed))

    def content(self, table: ContentsTable, entry: ArchiveEntry) -> Generator[Piece, bytes, bytes]:
        """Return a file of the archive, unpacked; the beginning of a very long one, nothing where it cannot lie there.

        As Android reads it (androidfw's ApkAssets): by the table, whatever the file's own header says of
        method, sizes and encryption; what is not deflated is stored, under any other number, and as long as it
        is unpacked. Sizes that lead into the table end where it begins. Raises zlib.error.
        """
        room = table.start - entry.offset - _LOCAL_SIZE
        if room < 0:
            return b""
        header = yield from self.part(entry.offset, entry.offset + _LOCAL_SIZE)
        if not header.startswith(_LOCAL):
            return b""
        name, extra = struct.unpack("<26xHH", header)
        start = entry.offset + _LOCAL_SIZE + name + extra
        size = entry.size if entry.method == _DEFLATED else entry.unpacked
        packed = yield from self.part(start, max(start, min(start + min(size, LONGEST_FILE), table.start)))
        if entry.method != _DEFLATED:
            return packed
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, LONGEST_FILE)

    def part(self, start: int, end: int) -> Generator[Piece, bytes, bytes]:
        """Return a part of the file, from what was read before or in pieces."""
        if not 0 <= start <= end <= self.total:
            raise CutOffArchiveError
        for there, piece in self._pieces:
            if there <= start and end <= there + len(piece):
                return piece[start - there : end - there]
        found = []
        for here in range(start, end, PIECE):
            piece = yield from self._fetched(here, min(end, here + PIECE), whole=end - start >= PIECE)
            found.append(piece)
        return b"".join(found)[: end - start]

    def _fetched(self, start: int, end: int, *, whole: bool) -> Generator[Piece, bytes, bytes]:
        """Return one piece; of a small part the surroundings too, for what comes next mostly lies there."""
        end = end if whole else min(self.total, start + PIECE)
        self._read += end - start
        if self._read > MOST:
            raise LookFailedError(Reason.TOO_LARGE, f"judging the package takes more than {MOST} bytes of it")
        piece = yield start, end
        if len(piece) != end - start:
            raise LookFailedError(Reason.TRUNCATED, "a range that is shorter than it says")
        self._pieces.append((start, piece))
        return piece

    def _place_of_table(self) -> Generator[Piece, bytes, Piece]:
        """Return where the table of contents lies, by the record at the end of the file."""
        from_end = max(0, self.total - PIECE)
        tail = yield from self.part(from_end, self.total)
        at = tail.rfind(_END)
        while at >= 0:
            record = tail[at : at + _END_SIZE]
            if len(record) == _END_SIZE:
                size, start, comment = struct.unpack("<12xIIH", record)
                if tail[max(0, at - _LOCATOR_SIZE) : at].startswith(_LOCATOR):
                    raise LookFailedError(Reason.UNREADABLE, "an archive in the form for very large ones (ZIP64)")
                if from_end + at + _END_SIZE + comment == self.total and start + size == from_end + at:
                    return start, size
            at = tail.rfind(_END, 0, at)
        raise CutOffArchiveError


Judge = Callable[[Archive, datetime], Examining]
"""The function that tells whether people can install a package of one kind at a moment; `examine` sees to files that
are none."""


def begins_as_package(head: bytes) -> bool:
    """True if a file that begins like this can be a package: a ZIP with something in it."""
    return head.startswith(_LOCAL)


def examine(total: int, judge: Judge, now: datetime) -> Examining:
    """Ask for pieces of a file of `total` bytes, and return what it is."""
    archive = Archive(total)
    if not begins_as_package((yield from archive.part(0, min(4, total)))):
        return Download(link=Link.PACKAGE, fault=AppFault.NOT_A_PACKAGE)
    try:
        return (yield from judge(archive, now))
    except (CutOffArchiveError, struct.error):
        return Download(link=Link.PACKAGE, fault=AppFault.CUT_OFF)
    except zlib.error:
        return Download(link=Link.PACKAGE, fault=AppFault.NOT_INSTALLABLE)


def read_whole(body: bytes, judge: Judge, now: datetime) -> Download:
    """Return what a file that lies before us is; raises LookFailedError where it would cost too much."""
    asking = examine(len(body), judge, now)
    try:
        piece = next(asking)
        while True:
            piece = asking.send(body[slice(*piece)])
    except StopIteration as end:
        found: Download = end.value
        return found


def _entries(table: bytes) -> Iterator[tuple[bytes, ArchiveEntry]]:
    at = 0
    while at < len(table):
        if table[at : at + 4] != _CENTRAL:
            raise CutOffArchiveError
        method, size, unpacked, name, extra, comment, offset = struct.unpack_from("<10xH8xIIHHH8xI", table, at)
        yield table[at + 46 : at + 46 + name], ArchiveEntry(method=method, size=size, unpacked=unpacked, offset=offset)
        at += 46 + name + extra + comment
