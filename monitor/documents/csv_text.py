"""Documents as csv that Excel opens in Chinese."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import IO

from monitor.core.calendar import beijing
from monitor.documents.document import Document, Value
from monitor.documents.formulas import protect


def write_csv(file: IO[bytes], document: Document) -> None:
    """Write a document as csv: the lines of its head, then its table."""
    with io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
        writer = csv.writer(text)
        writer.writerows([protect(line)] for line in document.head)
        writer.writerow([column.name for column in document.table.columns])
        writer.writerows([_text(value) for value in row] for row in document.table.rows)


def _text(value: Value) -> str:
    if isinstance(value, datetime):
        return f"{beijing(value):%Y-%m-%d %H:%M}"
    if isinstance(value, str):
        return protect(value)
    return "" if value is None else str(value)
