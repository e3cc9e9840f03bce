"""Documents as files: whole or not at all, and for their owner alone."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from monitor.documents.csv_text import write_csv
from monitor.documents.document import Document
from monitor.documents.json_text import write_json
from monitor.documents.not_written import NotWrittenError
from monitor.documents.xlsx import write_xlsx

__all__ = ["WORD", "NotWrittenError", "content_of", "write"]

WORD = ".docx"
_WRITERS: Mapping[str, Callable[[IO[bytes], Document], None]] = {
    ".xlsx": write_xlsx,
    ".csv": write_csv,
    ".json": write_json,
}
"""By the ending of the file's name; Word's own is written by a template."""


def write(path: Path, document: Document, config: Path | None = None) -> None:
    """Write a document in the form that the file's name asks for; raises NotWrittenError.

    `config` is the settings folder, in which the office's own templates of Word lie. The file appears whole or not at
    all, and nobody but its owner may read it, whatever the umask: most documents name people, or what units are
    accused of.
    """
    partial = path.with_name(f".{path.name}.part")
    try:
        partial.unlink(missing_ok=True)
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            _fill(file, path, document, config)
        partial.replace(path)
    except OSError as error:
        raise NotWrittenError(f"{path.name}：无法写入，请检查目录和权限，或先在 Excel 中关闭它") from error
    finally:
        with suppress(OSError):
            partial.unlink()


def content_of(name: str, document: Document, config: Path | None = None) -> bytes:
    """Return the content of the file that `write` would write under a name; raises NotWrittenError."""
    file = io.BytesIO()
    _fill(file, Path(name), document, config)
    return file.getvalue()


def _fill(file: IO[bytes], path: Path, document: Document, config: Path | None) -> None:
    ending = path.suffix.lower()
    if ending == WORD:
        from monitor.documents.word.fill import fill_word  # noqa: PLC0415 - most commands write no Word file

        fill_word(file, document, config)
    elif ending in _WRITERS:
        _WRITERS[ending](file, document)
    else:
        raise NotWrittenError(f"{path.name}：文件名应以 .docx、.xlsx、.csv 或 .json 结尾")
