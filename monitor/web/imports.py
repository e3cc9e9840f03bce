"""What the pages of imports share: what they need, and what a file that waits would change."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.actions.imports.kinds import FILE_KINDS, FileRead, Terms
from monitor.actions.imports.office import ImportOffice
from monitor.actions.imports.preview import Preview
from monitor.ledger import LedgerError
from monitor.ledger.apart import ReadApart
from monitor.ledger.fault import FileFault
from monitor.ledger.reading import Content, Reading
from monitor.ledger.uploads import Upload, Uploads
from monitor.store import Store, Tx

WHOLE = "looks"
"""The kind of a file of posts that lists everything which its accounts had published."""
KINDS = {
    "roster": "台账",
    "filed-list": "已备案清单",
    "bulletins": "通报",
    "work-orders": "省平台工单",
    "index": "指数",
    "posts": "发布记录",
    WHOLE: "人工核查",
    "decisions": "处置决定",
    "records": "记录",
}
"""The names of the kinds that can be chosen, in the order of the page."""
_KEPT = 8
"""Readings that are remembered: what is not, is read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imports:
    """Everything that the pages of imports need beside the database."""

    office: ImportOffice
    uploads: Uploads
    read: ReadApart


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A file that waits, and what came of reading it: either faults, or what it would change."""

    upload: Upload
    faults: tuple[FileFault, ...] = ()
    read: FileRead | None = None
    preview: Preview | None = None


def file_kind(kind: str) -> str:
    """Return the kind by which a file is read and kept."""
    return "posts" if kind == WHOLE else kind


Outcome = Content | tuple[FileFault, ...]
"""What comes of reading a file: what it says, or every fault of it."""


class Looking:
    """Reads the files that wait, as often as what they are read against is another."""

    def __init__(self, store: Store) -> None:
        """Remember the last few readings."""
        self._store = store
        self._readings: OrderedDict[str, tuple[Upload, Reading, Outcome]] = OrderedDict()

    async def at(self, parts: Imports, upload: Upload, now: datetime) -> Looked:
        """Return what a file would change now; raises BusyError."""
        kind, terms = FILE_KINDS[file_kind(upload.kind)], terms_of(upload, now)
        reading, known = await self._store.query(lambda tx: self._prepared(tx, parts.office, upload, terms))
        if known is None:
            known = await _read(parts, upload, reading)
            self._remember(upload, reading, known)
        if isinstance(known, tuple):
            return Looked(upload=upload, faults=known)
        read = FileRead(office=parts.office, terms=terms, file=upload.name, reading=reading, content=known)
        return Looked(upload=upload, read=read, preview=await self._store.query(lambda tx: kind.preview(tx, read)))

    def _prepared(self, tx: Tx, office: ImportOffice, upload: Upload, terms: Terms) -> tuple[Reading, Outcome | None]:
        """Return how the file is read now, and what came of it when it was last read in the same way."""
        reading = FILE_KINDS[file_kind(upload.kind)].reading(tx, office, terms)
        before = self._readings.get(upload.id)
        if before is not None and before[0] == upload and before[1] == reading:
            return before[1], before[2]
        return reading, None

    def _remember(self, upload: Upload, reading: Reading, known: Outcome) -> None:
        self._readings[upload.id] = (upload, reading, known)
        self._readings.move_to_end(upload.id)
        if len(self._readings) > _KEPT:
            self._readings.popitem(last=False)


async def _read(parts: Imports, upload: Upload, reading: Reading) -> Outcome:
    try:
        return await parts.read(reading, parts.uploads.path(upload), upload.name)
    except LedgerError as error:
        return error.faults


def terms_of(upload: Upload, now: datetime) -> Terms:
    """Return what was said of a file beside what stands in it."""
    return Terms(as_of=upload.as_of, now=now, area=upload.area, complete=upload.kind == WHOLE)


def replacing(read: FileRead) -> FileRead:
    """Return a roster that was read, of which what it does not name is removed."""
    return replace(read, terms=replace(read.terms, replace=True))
