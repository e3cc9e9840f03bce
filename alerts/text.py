"""The content of a message's text, the room it takes, and its look where Markdown is not drawn."""

from __future__ import annotations

import json
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable
from hashlib import blake2b

SHOWN = 200
"""How many characters of a far side's own words an operator sees."""


def has_controls(text: str) -> bool:
    """True if the text holds control characters (line ends and tabs aside) or halves of surrogate pairs."""
    return any(unicodedata.category(sign) in {"Cc", "Cs"} and sign not in "\n\t" for sign in text)


def shown(words: str, secrets: Iterable[str | None]) -> str:
    """Return a far side's words as one bounded, printable line without the secrets."""
    for secret in filter(None, secrets):
        words = words.replace(secret, "***")
    printable = "".join(sign if sign.isprintable() else " " for sign in words)
    return " ".join(printable.split())[:SHOWN]


def cost(text: str) -> int:
    """Return the bytes the text takes inside a JSON string, UTF-8, quotes not counted."""
    return len(json.dumps(text, ensure_ascii=False).encode()) - 2


def size(text: str) -> int:
    """Return the bytes the text takes in UTF-8."""
    return len(text.encode())


def mark(*parts: str) -> str:
    """Return a short fixed mark that tells secrets apart and does not give them away."""
    return blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()


def fitted(text: str, room: int, cost: Callable[[str], int] = cost) -> str:
    """Return the text if it costs no more than `room`, else its first lines and a line that says how many are missing.

    It is cut at the end of a line; inside one, between characters, only if not even the first line has room. A
    closing quote (the office's telephone, the message's number) stays. `cost` adds up over lines.
    """
    if cost(text) <= room:
        return text
    words, quote = _without_closing_quote(text)
    left = room - cost(quote)
    return _cut_short(words, left, cost) + quote if left > room // 2 else _cut_short(text, room, cost)


def _without_closing_quote(text: str) -> tuple[str, str]:
    """Return the text and, apart, its last line if that is a quote."""
    words, _, last = text.rstrip().rpartition("\n")
    return (words, f"\n\n{last}") if last.startswith(">") else (text, "")


def _cut_short(text: str, room: int, cost: Callable[[str], int]) -> str:
    lines = text.split("\n")
    room -= cost(_closing(len(lines)))
    kept = _fitting(lines, room, cost)
    if kept:
        return "\n".join(lines[:kept]).rstrip() + _closing(sum(1 for line in lines[kept:] if line.strip()))
    return _cut(lines[0], room - cost("…"), cost) + "…" + _closing(sum(1 for line in lines if line.strip()))


def unlined(markdown: str) -> str:
    """Return the text without headings and quotes, for a far side that draws only what stands inside a line."""
    return "\n".join(_LINE_START.sub("", line).rstrip() for line in markdown.split("\n"))


def plain(markdown: str) -> str:
    """Return the words of the small Markdown that messages are written in, for a far side that draws none."""
    return "\n".join(_plain_line(line) for line in markdown.split("\n"))


def _closing(missing: int) -> str:
    return f"\n\n> 内容过长，还有 {missing} 行未显示。" if missing else ""


def _fitting(lines: list[str], room: int, cost: Callable[[str], int]) -> int:
    kept = spent = 0
    for line in lines:
        spent += cost(line) + (cost("\n") if kept else 0)
        if spent > room:
            break
        kept += 1
    return kept


def _cut(line: str, room: int, cost: Callable[[str], int]) -> str:
    return line[: max(bisect_right(range(len(line) + 1), room, key=lambda length: cost(line[:length])) - 1, 0)]


_MARKS = re.compile(r"\\([!-/:-@\[-`{-~])|\*\*|\[([^\[\]]*)\]\(([^)\s]*)\)")
_LINE_START = re.compile(r"^\s*(?:#{1,6}\s+|(?:>\s?)+)")


def _plain_line(line: str) -> str:
    return _MARKS.sub(_plain_mark, _LINE_START.sub("", line)).rstrip()


def _plain_mark(mark: re.Match[str]) -> str:
    escaped, label, target = mark.groups()
    if escaped:
        return str(escaped)
    if target:
        return str(target) if label in {"", target} else f"{label} {target}"
    return str(label or "")
