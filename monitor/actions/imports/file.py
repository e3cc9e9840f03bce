"""Import a file that was read and shown before: exactly what was shown, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from monitor.actions.actor import Actor, Right
from monitor.actions.imports.kinds import FILE_KINDS, FileRead
from monitor.actions.refused import Field, RefusedError
from monitor.store import Tx, imports


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFileCommand:
    """A file that somebody has looked at and wants to have imported."""

    kind: str
    """One of FILE_KINDS."""
    read: FileRead
    shown: str
    """The digest of the preview that was looked at."""
    removed: int | None = None
    """How many accounts they expect to be removed, in their own words; asked of a roster that replaces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileImported:
    """The outcome of an import."""

    number: int
    """By which it can be withdrawn."""
    edition: int
    """Which import of its kind that still stands it is, from 1 on."""


class ChangedError(RefusedError):
    """What the file would change is not what was looked at any more."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("刚才显示的结果之后，数据有了变化，没有导入任何内容；请按现在的结果再核对一遍。")


def import_file(tx: Tx, command: ImportFileCommand, *, actor: Actor, now: datetime) -> FileImported:
    """Import what was shown; raises RefusedError, as where the database has changed since so that it is another."""
    actor.require(Right.IMPORT)
    kind, terms = FILE_KINDS[command.kind], replace(command.read.terms, now=now)
    read = replace(command.read, terms=terms)
    if kind.reading(tx, read.office, read.terms) != read.reading:
        raise ChangedError
    preview = kind.preview(tx, read)
    if preview.digest != command.shown:
        raise ChangedError
    if read.terms.replace and command.removed != len(preview.going):
        asked = f"将删除的是{len(preview.going)}个账号，请在“{{fields}}”填写这个数。"
        raise RefusedError(asked, Field("removed", "要删除的账号数"))
    kind.keep(tx, read, actor)
    latest = imports.imports(tx, limit=1)[0]
    return FileImported(number=latest.id, edition=imports.standing(tx, latest.kind))
