"""A form of one account or one record: a file of one row, with the same checks and the same way to be kept as a file's.

What it would change is shown first, and `import_file` then keeps exactly that.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.actions.imports.file import ImportFileCommand
from monitor.actions.imports.kinds import FILE_KINDS, FileRead, Terms
from monitor.actions.imports.office import ImportOffice
from monitor.actions.imports.preview import Preview
from monitor.actions.refused import Field, RefusedError
from monitor.core.account import Account
from monitor.ledger.book import SentFile
from monitor.ledger.columns import COLUMNS
from monitor.ledger.fault import LedgerError
from monitor.store import Tx, roster

ACCOUNT_ID = "账号ID"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowForm:
    """A form as it was filled in."""

    kind: str
    """`roster` or `records`."""
    name: str
    """How the log calls it."""
    cells: Mapping[str, str]
    """By column; a blank one says that there is nothing."""
    as_of: datetime
    """From when it holds."""
    now: datetime
    seen: str | None = None
    """Of an account: `version_of` what was shown when the form was opened; empty for one that is new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLooked:
    """What a form would change, and the command that keeps exactly that."""

    preview: Preview
    command: ImportFileCommand


class RowRefusedError(RefusedError):
    """What was filled in cannot be; `faults` has the column of each sentence, empty where it is about none."""

    def __init__(self, faults: tuple[tuple[str, str], ...]) -> None:
        """Say all of it."""
        self.faults = faults
        columns = dict.fromkeys(column for column, _ in faults if column)
        super().__init__("\n".join(text for _, text in faults), *(Field(column, column) for column in columns))


class OtherwiseByNowError(RefusedError):
    """An account is no longer as it was when its form was opened: somebody else was quicker."""

    def __init__(self, name: str) -> None:
        """Say so."""
        super().__init__(f"“{name}”刚才已被修改，您的修改没有保存，请与现在的情况核对后重新提交。")


def cells_of(account: Account) -> dict[str, str]:
    """Return what the columns of the roster say of an account, as a form has it."""
    return {column.name: str(value) for column in COLUMNS if (value := column.of(account)) is not None}


def version_of(account: Account) -> str:
    """Return a mark that is another one as soon as anything about the account is."""
    return hashlib.sha256(repr(account).encode("utf-8", "replace")).hexdigest()


def look_at_row(tx: Tx, office: ImportOffice, form: RowForm) -> RowLooked:
    """Return what a form would change; raises RowRefusedError, OtherwiseByNowError."""
    if form.seen is not None:
        _require_as_seen(tx, form.cells.get(ACCOUNT_ID, "").strip(), form.seen)
    kind, terms = FILE_KINDS[form.kind], Terms(as_of=form.as_of, now=form.now)
    reading = kind.reading(tx, office, terms)
    try:
        content = reading(_file(form))
    except LedgerError as error:
        raise RowRefusedError(tuple((fault.column or "", fault.text) for fault in error.faults)) from error
    read = FileRead(office=office, terms=terms, file=form.name, reading=reading, content=content)
    preview = kind.preview(tx, read)
    if not preview.total:
        raise RowRefusedError((("", "没有可登记的内容，请填写必填的各项"),))
    return RowLooked(preview=preview, command=ImportFileCommand(kind=form.kind, read=read, shown=preview.digest))


def _require_as_seen(tx: Tx, id_: str, seen: str) -> None:
    account = roster.account(tx, id_)
    if account is not None and not seen:
        raise RowRefusedError(((ACCOUNT_ID, f"“{id_}”已经是“{account.name}”的编号，请另编一个"),))
    if seen and (account is None or version_of(account) != seen):
        raise OtherwiseByNowError(account.name if account else id_)


def _file(form: RowForm) -> SentFile:
    written = io.StringIO(newline="")
    table = csv.writer(written)
    table.writerow(form.cells)
    table.writerow(form.cells.values())
    return SentFile(name=form.name, content=written.getvalue().encode("utf-8-sig"))
