"""Documents as JSON, for programs."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import IO

from monitor.core.calendar import beijing
from monitor.documents.document import Document, Table, Value


def write_json(file: IO[bytes], document: Document) -> None:
    """Write a document as one object: its title, the lines of its head, its rows, and its attachments."""
    content: dict[str, object] = {
        "title": document.title,
        "head": list(document.head),
        "rows": _rows(document.table),
    }
    if document.attachments:
        content["attachments"] = [
            {"title": one.title, "head": list(one.head), "rows": _rows(one.table)} for one in document.attachments
        ]
    file.write(f"{json.dumps(content, ensure_ascii=False, indent=2)}\n".encode())


def _rows(table: Table) -> list[dict[str, str | int | None]]:
    names = [column.name for column in table.columns]
    return [dict(zip(names, map(_value, row), strict=True)) for row in table.rows]


def _value(value: Value) -> str | int | None:
    if isinstance(value, datetime):
        return beijing(value).isoformat()
    return value.isoformat() if isinstance(value, date) else value
