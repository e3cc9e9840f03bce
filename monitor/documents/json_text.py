"""Documents as JSON, for programs."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import IO

from monitor.core.calendar import beijing
from monitor.documents.document import Document, Value


def write_json(file: IO[bytes], document: Document) -> None:
    """Write a document as one object: its title, the lines of its head, and its rows by the columns' names."""
    names = [column.name for column in document.table.columns]
    rows = [dict(zip(names, map(_value, row), strict=True)) for row in document.table.rows]
    content = {"title": document.title, "head": list(document.head), "rows": rows}
    file.write(f"{json.dumps(content, ensure_ascii=False, indent=2)}\n".encode())


def _value(value: Value) -> str | int | None:
    if isinstance(value, datetime):
        return beijing(value).isoformat()
    return value.isoformat() if isinstance(value, date) else value
