"""What imports by pages and by programs share: what they need, and what a file that waits would change."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.actions.imports.kinds import FILE_KINDS, FileRead, Terms
from monitor.actions.imports.office import ImportOffice
from monitor.actions.imports.preview import Preview
from monitor.ledger import LedgerError
from monitor.ledger.apart import ReadApart
from monitor.ledger.fault import FileFault
from monitor.ledger.guessing import Guessing
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
GONE = "这个文件已经不在了：上传后只保留24小时，导入或放弃后即删除。请重新上传。"
DAMAGED = "上传的文件已损坏，已删除；请重新上传。"
BUSY = "正在核对别的文件，请过一会儿再试；上传的文件还在。"
EMPTY = "文件是空的；请核对是否选错了文件。"
Outcome = Content | tuple[FileFault, ...]
"""What comes of reading a file: what it says, or every fault of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A file that waits, and what came of reading it: either faults, or what it would change."""

    upload: Upload
    faults: tuple[FileFault, ...] = ()
    read: FileRead | None = None
    preview: Preview | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imports:
    """Everything that imports by pages and by programs need beside the database.

    A file that waits is read as often as what it is read against is another; the last few readings are remembered.
    """

    office: ImportOffice
    uploads: Uploads
    read: ReadApart
    _readings: OrderedDict[str, tuple[Upload, Reading, Outcome]] = field(default_factory=OrderedDict)

    async def guessed(self, upload: Upload) -> Upload:
        """Return a file with its kind, guessed by its head where none was named; raises LedgerError, BusyError."""
        if upload.kind:
            return upload
        guess = await self.read(Guessing(), self.uploads.path(upload), upload.name)
        return replace(upload, kind=guess.kind or "roster")

    async def look(self, store: Store, upload: Upload, now: datetime) -> Looked:
        """Return what a file would change now; raises BusyError."""
        kind, terms = FILE_KINDS[file_kind(upload.kind)], terms_of(upload, now)
        reading, known = await store.query(lambda tx: self._prepared(tx, upload, terms))
        if known is None:
            known = await self._read(upload, reading)
            self._remember(upload, reading, known)
        if isinstance(known, tuple):
            return Looked(upload=upload, faults=known)
        read = FileRead(office=self.office, terms=terms, file=upload.name, reading=reading, content=known)
        return Looked(upload=upload, read=read, preview=await store.query(lambda tx: kind.preview(tx, read)))

    def _prepared(self, tx: Tx, upload: Upload, terms: Terms) -> tuple[Reading, Outcome | None]:
        """Return how the file is read now, and what came of it when it was last read in the same way."""
        reading = FILE_KINDS[file_kind(upload.kind)].reading(tx, self.office, terms)
        before = self._readings.get(upload.id)
        if before is not None and before[0] == upload and before[1] == reading:
            return before[1], before[2]
        return reading, None

    async def _read(self, upload: Upload, reading: Reading) -> Outcome:
        try:
            return await self.read(reading, self.uploads.path(upload), upload.name)
        except LedgerError as error:
            return error.faults

    def _remember(self, upload: Upload, reading: Reading, known: Outcome) -> None:
        self._readings[upload.id] = (upload, reading, known)
        self._readings.move_to_end(upload.id)
        if len(self._readings) > _KEPT:
            self._readings.popitem(last=False)


def file_kind(kind: str) -> str:
    """Return the kind by which a file is read and kept."""
    return "posts" if kind == WHOLE else kind


def terms_of(upload: Upload, now: datetime) -> Terms:
    """Return what was said of a file beside what stands in it."""
    return Terms(as_of=upload.as_of, now=now, area=upload.area, complete=upload.kind == WHOLE)


def replacing(read: FileRead) -> FileRead:
    """Return a roster that was read, of which what it does not name is removed."""
    return replace(read, terms=replace(read.terms, replace=True))
