"""How much a file may hold: what offices send is far below, and a file made to hurt is refused before it does.

A spreadsheet multiplies: a text is referred to by a million cells, a few bytes unpack to gigabytes, and every cell is
read again and again. So each thing that multiplies has its bound, and all text together has one.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

PACKED = 20 * 1024 * 1024
"""Bytes of a file."""
UNPACKED = 100 * 1024 * 1024
"""Bytes of all parts of a workbook."""
PARTS = 5000
"""Parts of a workbook."""
ROWS = 200_000
"""Filled rows of all sheets together."""
CELLS_IN_ROW = 1000
CHARACTERS_IN_CELL = 32_767
"""The most that a spreadsheet program allows in a cell."""
CHARACTERS = 40_000_000
"""Of all cells together, however often one text is referred to."""
TEXTS = 200_000
"""Texts that cells refer to."""
ELEMENTS = 8_000_000
"""Elements of XML in all parts together: a sheet of 200,000 rows of 20 cells has that many."""
DEPTH = 100
"""Elements inside each other; a workbook has ten."""
SILENCE = 1024 * 1024
"""Bytes of XML in which nothing begins, ends or is said: the parser reads such a piece again and again."""

_END = b"PK\x05\x06"
_END_SIZE, _LONGEST_COMMENT = 22, 0xFFFF


class ExcessError(Exception):
    """A file holds more than it may; the argument says what, and what to do."""


class Meter:
    """The amount read of one file so far."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._rows = 0
        self._characters = 0

    def row(self, number: int, lengths: Sequence[int]) -> None:
        """Count a row with texts of these lengths; raises ExcessError."""
        self._rows += 1
        self._characters += sum(lengths)
        if self._rows > ROWS:
            raise ExcessError(f"超过{ROWS // 10_000}万行，请分成几个文件导入")
        if len(lengths) > CELLS_IN_ROW:
            raise ExcessError(f"第{number}行的单元格超过{CELLS_IN_ROW}个，请删去表格以外的内容")
        if max(lengths, default=0) > CHARACTERS_IN_CELL:
            raise ExcessError(f"第{number}行有单元格超过{CHARACTERS_IN_CELL}个字，请缩短")
        if self._characters > CHARACTERS:
            raise ExcessError(f"文字超过{CHARACTERS // 10_000}万字，请分成几个文件导入")


def check_archive(content: bytes) -> None:
    """Refuse a zip archive of too many parts by what its end says, before anybody makes a list of them."""
    end = content.rfind(_END, max(0, len(content) - _END_SIZE - _LONGEST_COMMENT))
    if end < 0 or len(content) < end + _END_SIZE:
        return  # it is no archive, as the caller that opens it says
    (parts, size) = struct.unpack_from("<HI", content, end + 10)
    if parts > PARTS or size > PARTS * 1024:
        raise ExcessError("表格的组成部分过多，请用 Excel 或 WPS 打开后另存为 xlsx")
