"""A small grey canvas and its PNG, for programs that draw no SVG: lines, digits and a few signs, nothing else."""

from __future__ import annotations

import struct
import zlib
from math import ceil, hypot

_GLYPHS = {
    "0": (14, 17, 19, 21, 25, 17, 14),
    "1": (4, 12, 4, 4, 4, 4, 14),
    "2": (14, 17, 1, 2, 4, 8, 31),
    "3": (31, 2, 4, 2, 1, 17, 14),
    "4": (2, 6, 10, 18, 31, 2, 2),
    "5": (31, 16, 30, 1, 1, 17, 14),
    "6": (6, 8, 16, 30, 17, 17, 14),
    "7": (31, 1, 2, 4, 8, 8, 8),
    "8": (14, 17, 17, 14, 17, 17, 14),
    "9": (14, 17, 17, 15, 1, 2, 12),
    "%": (24, 25, 2, 4, 8, 19, 3),
    ".": (0, 0, 0, 0, 0, 12, 12),
    "/": (0, 1, 2, 4, 8, 16, 0),
    "-": (0, 0, 0, 31, 0, 0, 0),
    "?": (14, 17, 1, 2, 4, 0, 4),
}
"""Signs of five by seven dots: a number for each row, its bits from left to right."""
_WIDE, _HIGH = 5, 7
_PAPER = 0xFF
_DOTS_PER_METRE = 11811
"""300 dots per inch."""


class Canvas:
    """A grey picture of `width` by `height` units, each `scale` dots wide."""

    def __init__(self, width: int, height: int, scale: int) -> None:
        """Begin with white paper."""
        self._scale = scale
        self._width, self._height = width * scale, height * scale
        self._dots = bytearray([_PAPER]) * (self._width * self._height)

    def line(self, x1: float, y1: float, x2: float, y2: float, half: float, grey: int) -> None:
        """Draw a line with round ends, `half` units to each side of it; what lies outside is cut off."""
        scale, radius = self._scale, half * self._scale
        steps = max(1, ceil(hypot(x2 - x1, y2 - y1) * scale))
        for step in range(steps + 1):
            share = step / steps
            self._disc((x1 + (x2 - x1) * share) * scale, (y1 + (y2 - y1) * share) * scale, radius, grey)

    def text(self, x: float, y: float, words: str, grey: int) -> None:
        """Write digits and signs around a place; others are left blank."""
        dot = max(1, round(self._scale * 0.9))
        left = round(x * self._scale) - len(words) * (_WIDE + 1) * dot // 2
        top = round(y * self._scale) - _HIGH * dot // 2
        for place, sign in enumerate(words):
            for row, bits in enumerate(_GLYPHS.get(sign, ())):
                for column in range(_WIDE):
                    if bits >> (_WIDE - 1 - column) & 1:
                        self._block(left + (place * (_WIDE + 1) + column) * dot, top + row * dot, dot, grey)

    def png(self) -> bytes:
        """Return the picture as a file; the same picture is always the same file."""
        rows = b"".join(
            b"\0" + self._dots[start : start + self._width] for start in range(0, len(self._dots), self._width)
        )
        head = struct.pack(">IIBBBBB", self._width, self._height, 8, 0, 0, 0, 0)
        size = struct.pack(">IIB", _DOTS_PER_METRE, _DOTS_PER_METRE, 1)
        parts = ((b"IHDR", head), (b"pHYs", size), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)

    def _disc(self, x: float, y: float, radius: float, grey: int) -> None:
        for row in range(round(y - radius), round(y + radius) + 1):
            half = max(0.0, radius**2 - (row - y) ** 2) ** 0.5
            self._run(round(x - half), round(x + half) + 1, row, grey)

    def _block(self, x: int, y: int, size: int, grey: int) -> None:
        for row in range(y, y + size):
            self._run(x, x + size, row, grey)

    def _run(self, first: int, end: int, row: int, grey: int) -> None:
        first, end = max(0, first), min(self._width, end)
        if 0 <= row < self._height and first < end:
            start = row * self._width
            self._dots[start + first : start + end] = bytes([grey]) * (end - first)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
