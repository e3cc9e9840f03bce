"""Which kind of file it is, by the columns of its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import ClassVar

from monitor.ledger import decisions, papers, posts, records, roster
from monitor.ledger.book import TableFile, sheets
from monitor.ledger.sheet import HEADER_WITHIN, Layout, header_text

LAYOUTS: Mapping[str, Layout] = {
    "roster": roster.LAYOUT,
    "posts": posts.LAYOUT,
    "filed-list": papers.FILED_LIST,
    "bulletins": papers.BULLETINS,
    "work-orders": papers.ORDERS,
    "index": papers.INDEX,
    "decisions": decisions.LAYOUT,
    "records": records.LAYOUT,
}
"""By kind."""


@dataclass(frozen=True, slots=True)
class Guess:
    """The kind that a file seems to be; empty where its columns are nobody's."""

    kind: str = ""


@dataclass(frozen=True, slots=True)
class Guessing:
    """Finds out which kind of file it is; see `guess`."""

    gives: ClassVar = Guess

    def __call__(self, file: TableFile) -> Guess:
        """Return the guess; raises LedgerError where the file is no spreadsheet."""
        return guess(file)


def guess(file: TableFile) -> Guess:
    """Return the kind whose columns a row of the file names most of, and nobody else's least; raises LedgerError."""
    best, found = 0.0, Guess()
    for sheet in sheets(file):
        for _, row in takewhile(lambda pair: pair[0] <= HEADER_WITHIN, sheet.rows):
            headers = [text for cell in row.values() if (text := header_text(cell))]
            for kind, layout in LAYOUTS.items():
                if (score := _score(layout, headers)) > best:
                    best, found = score, Guess(kind)
    return found


def _score(layout: Layout, headers: list[str]) -> float:
    """Return how well a layout fits: a row that has all it needs is better than any that has not."""
    known = {column for header in headers if (column := layout.column(header))}
    is_complete = not layout.missing(tuple(known))
    strange = len(headers) - len(known)
    return (1000 if is_complete and known else 0) + len(known) - strange if len(known) > 1 else 0
