"""Headings with the numbers that official texts give them: 一、 and （一）."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count

from monitor.documents.document import Block, SectionHeading

FIRST = 1
"""The level whose numbers begin the second level's anew."""
_DIGITS = "零一二三四五六七八九"


def numbered(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield the parts of a text, each heading with its number."""
    first, second = count(1), count(1)
    for block in blocks:
        match block:
            case SectionHeading(text=text, level=level) if level <= FIRST:
                second = count(1)
                yield replace(block, text=f"{in_chinese(next(first))}、{text}")
            case SectionHeading(text=text):
                yield replace(block, text=f"（{in_chinese(next(second))}）{text}")
            case _:
                yield block


def in_chinese(number: int) -> str:
    """Return a number from 1 to 99 as headings have it: 一, 十, 二十一."""
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十") + (_DIGITS[ones] if ones else "")
