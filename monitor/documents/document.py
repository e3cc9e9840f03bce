"""A document as a value: its title, what it says, and its tables. The layout is the writers' business."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum

from monitor.pictures.svg import Picture

Value = str | int | date | datetime | None
"""The values a cell may hold; a moment is written in Beijing time."""

SIGNED = "签字：\n日期："
"""What stands below a name in the box for its signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    name: str
    width: int = 14
    """In letters of the Latin alphabet; 0: as its cells need."""
    choices: tuple[str, ...] = ()
    """The words offered in a drop-down; others are refused by the spreadsheet program."""
    choices_of: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By the word in the row's first cell, the words offered instead."""
    is_date: bool = False
    """True if empty cells are ready for dates; otherwise for text, so that long numbers stay whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table, whose rows may be read once only."""

    columns: Sequence[Column]
    rows: Iterable[Sequence[Value]]

    @classmethod
    def of(cls, names: Sequence[str], rows: Iterable[Sequence[Value]]) -> Table:
        """Return a table whose columns are nothing but names."""
        return cls(columns=tuple(Column(name=name, width=0) for name in names), rows=rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guidance:
    """The notes for a person who fills in a table, as a table of their own behind it."""

    title: str
    table: Table


class DocumentLayout(Enum):
    """How a document looks in Word; the value is its template's file name without the ending."""

    TABLE = "table"
    """A title, lines, and one table."""
    BULLETIN = "bulletin"
    """An official document: addressee, numbered headings, attachments, signature."""
    WEEKLY = "weekly"
    """One page for the office itself."""
    NOTICE = "notice"
    """整改通知单."""
    HANDOVER = "handover"
    """账号交接单."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionHeading:
    """A heading within the text, without its number: whoever writes the document counts."""

    text: str
    level: int = 1
    """1 for `一、`, 2 for `（一）`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph of the text."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Illustration:
    """A picture within the text, as wide as it; tables and programs have the same in their rows."""

    picture: Picture
    dots: bytes
    """The same as PNG, for programs that draw no SVG."""
    caption: str


Block = SectionHeading | Paragraph | Table | Illustration


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A table behind the text, on pages of its own; of several each has its number, which the writers count."""

    title: str
    table: Table
    head: Sequence[str] = ()
    """The lines above the table."""
    landscape: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The content of one file. csv and json have its head and table, workbooks its attachments too, Word has all."""

    title: str
    table: Table
    head: Sequence[str] = ()
    """The lines above the table, in Chinese."""
    guidance: Guidance | None = None
    """Only workbooks have it."""
    layout: DocumentLayout = DocumentLayout.TABLE
    addressee: str = ""
    """主送, without the colon behind it."""
    body: Sequence[Block] = ()
    attachments: Sequence[Attachment] = ()
    signer: str = ""
    """落款."""
    dated: date | None = None
    number: str = ""
    """发文字号; empty until somebody gives it one."""
    is_draft: bool = False
    """True if 送审稿 stands above it."""
    landscape: bool = False
    """True if the pages of the text lie on their side."""
    signatures: Sequence[str] = ()
    """Who signs below the table, each in a box of their own."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What a template may print word by word, by the name that it has there."""
