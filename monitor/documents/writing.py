"""Documents as files: whole or not at all, and for their owner alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from monitor.documents.csv_text import write_csv
from monitor.documents.document import Document
from monitor.documents.json_text import write_json
from monitor.documents.xlsx import write_xlsx

_WRITERS: Mapping[str, Callable[[IO[bytes], Document], None]] = {
    ".xlsx": write_xlsx,
    ".csv": write_csv,
    ".json": write_json,
}
"""By the ending of the file's name."""


class NotWrittenError(Exception):
    """A document could not be written; the argument is the sentence for the person who asked, in Chinese."""


def write(path: Path, document: Document) -> None:
    """Write a document in the form that the file's name asks for; raises NotWrittenError.

    The file appears whole or not at all, and nobody but its owner may read it, whatever the umask: most documents
    name people, or what units are accused of.
    """
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise NotWrittenError(f"{path.name}：文件名应以 .xlsx、.csv 或 .json 结尾")
    partial = path.with_name(f".{path.name}.part")
    try:
        partial.unlink(missing_ok=True)
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            writer(file, document)
        partial.replace(path)
    except OSError as error:
        raise NotWrittenError(f"{path.name}：无法写入，请检查目录和权限，或先在 Excel 中关闭它") from error
    finally:
        with suppress(OSError):
            partial.unlink()
